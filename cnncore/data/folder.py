"""Pictures by class: a folder in which each subfolder is a class and holds its pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cnncore.data.labelled import LARGEST, Labelled, Remark, check_class_count
from cnncore.data.picture import SUFFIXES, read_picture, read_turned
from cnncore.errors import CnnError
from cnncore.op import Array

__all__ = ["class_folders", "pictures", "read_picture", "read_picture_folder"]

KEPT_SIDE = 280  # of a picture among many: the size of the canvas


def read_picture_folder(folder: Path, least: int = 2) -> Labelled:
    """All pictures of a folder of folders; the classes are the folders' names, sorted.

    Args:
        folder: Hidden folders, and files that are no pictures by their names, are left out.
        least: Fewest classes that will do.

    Returns:
        Images of one size as one array, else as a tuple; pictures with a side over 280 are made smaller.
    """
    folder = Path(folder)
    classes = class_folders(folder)
    check_class_count(folder.name, len(classes), least)
    images: list[Array] = []
    labels: list[int] = []
    turned = size = 0
    for label, place in enumerate(classes):
        files = pictures(place)
        if not files:
            raise CnnError("data.empty", "The class {name} has no pictures. Put some into its folder, or delete it.",
                           name=place.name)
        for file in files:
            image, was_turned = read_turned(file, KEPT_SIDE)
            images.append(image)
            labels.append(label)
            turned += was_turned
            size += image.nbytes
            if size > LARGEST:
                raise CnnError("data.large", "The pictures of {name} take more than {most} MB. Use fewer of them.",
                               name=folder.name, most=LARGEST // 2**20)
    remarks: tuple[Remark, ...] = ()
    if turned:
        remarks = (("{count} of {total} pictures show dark ink on a light ground; they were turned round.",
                    {"count": turned, "total": len(images)}),)
    same = len({image.shape for image in images}) == 1
    return Labelled(np.stack(images) if same else tuple(images), np.array(labels, np.int64),
                    tuple(place.name for place in classes), remarks)


def class_folders(folder: Path) -> list[Path]:
    """The folders in ``folder`` that stand for classes, sorted by name."""
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "__")))


def pictures(folder: Path) -> list[Path]:
    """The files in ``folder`` that are pictures by their names, sorted."""
    files = sorted(p for p in folder.iterdir() if p.is_file())
    return [p for p in files if p.suffix.lower() in SUFFIXES and not p.name.startswith(".")]
