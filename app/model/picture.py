"""A picture file as a drawing: grey, light on dark, fitted to the canvas."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.model.document import SIDE
from app.model.samples import Image, frozen
from cnncore.data.folder import read_picture

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")


def drawing_from(path: Path) -> Image:
    """(SIDE, SIDE) uint8: the whole picture, centred on black; dark ink on light paper is turned round."""
    from PIL import Image as Pillow

    picture = Pillow.fromarray(read_picture(path))
    picture.thumbnail((SIDE, SIDE), Pillow.Resampling.LANCZOS)
    if max(picture.size) < SIDE:
        scale = SIDE / max(picture.size)
        picture = picture.resize(
            (round(picture.width * scale), round(picture.height * scale)), Pillow.Resampling.BICUBIC
        )
    drawing = np.zeros((SIDE, SIDE), np.uint8)
    top, left = (SIDE - picture.height) // 2, (SIDE - picture.width) // 2
    drawing[top : top + picture.height, left : left + picture.width] = np.asarray(picture)
    return frozen(drawing)
