"""One picture file as a drawing: grey, light ink on black."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import Array

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm", ".pbm")
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
LARGEST_SIDE = 4096
MOST_NOISE = 24  # grey levels of a ground that count as its noise; more is ink that touches the border


def read_picture(path: Path) -> Array:
    """One picture as (H, W) uint8, light ink on black.

    Colours become grey; what is transparent becomes ground; dark ink on a light ground is turned round, and a ground
    that is not quite black is taken away.
    """
    return read_turned(path)[0]


def read_turned(path: Path, most: int = LARGEST_SIDE) -> tuple[Array, bool]:
    """`read_picture`, its longest side made ``most`` where it is longer; and whether it was turned round."""
    import PIL
    from PIL import Image, ImageOps

    path = Path(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)  # of odd but readable tags
            with Image.open(path, formats=FORMATS) as picture:
                if max(picture.size) > LARGEST_SIDE:
                    raise _too_large(path)
                grey = _grey(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_large(path) from None
    except CnnError:
        raise
    except FileNotFoundError:
        raise CnnError("picture.none", "There is no picture {name}.", name=path) from None
    except Exception as error:  # a damaged file makes Pillow raise almost anything
        reason = "" if isinstance(error, PIL.UnidentifiedImageError) else f" ({error})"
        raise CnnError("picture.broken", "{name} cannot be read as a picture{reason}. Allowed: {allowed}.",
                       name=_short(path), reason=reason, allowed=", ".join(FORMATS)) from None
    if max(grey.size) > most:
        scale = most / max(grey.size)
        size = max(1, round(grey.width * scale)), max(1, round(grey.height * scale))
        grey = grey.resize(size, Image.Resampling.BOX)
    return _light_on_black(np.asarray(grey))


def _too_large(path: Path) -> CnnError:
    return CnnError("picture.large", "{name} is too large. Allowed: up to {most} × {most} pixels.",
                    name=_short(path), most=LARGEST_SIDE)


def _short(path: Path) -> str:
    """Enough of the path to find the picture among its like."""
    return f"{path.parent.name}/{path.name}" if path.parent.name else path.name


def _grey(picture: Image) -> Image:
    """Mode "L"; what is transparent takes the ground that the ink is not."""
    from PIL import Image as Pillow

    if picture.mode.startswith(("I", "F")):  # 16 bits or more a pixel: Pillow would cut them off, not scale them
        values = np.nan_to_num(np.asarray(picture, np.float64))
        most = 255.0 if np.max(values, initial=0) <= 255 else 65535.0
        return Pillow.fromarray((np.clip(values / most, 0, 1) * 255 + 0.5).astype(np.uint8))
    if "A" in picture.getbands() or "transparency" in picture.info:
        values, alpha = np.split(np.asarray(picture.convert("RGBA").convert("LA"), np.float64), 2, axis=2)
        ink = float((values * alpha).sum() / max(1.0, float(alpha.sum())))
        ground = 255.0 if ink < 128 else 0.0
        mixed = values + (ground - values) * (1 - alpha / 255)
        return Pillow.fromarray((mixed[:, :, 0] + 0.5).astype(np.uint8))
    return picture.convert("L")


def _light_on_black(image: Array) -> tuple[Array, bool]:
    """Turned round where the border is light; then the border's usual grey, and its noise, become black."""
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    dark_on_light = float(border.mean()) > 127
    if dark_on_light:
        image, border = 255 - image, 255 - border
    ground = int(np.median(border))
    spread = int(np.quantile(np.abs(border - float(ground)), 0.9))
    noise = min(MOST_NOISE, 2 * spread + 4) if spread else 0
    if ground or noise:
        image = np.where(image > ground + noise, image, 0).astype(np.uint8)
    return np.ascontiguousarray(image), dark_on_light
