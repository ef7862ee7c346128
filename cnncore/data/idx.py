"""IDX files, MNIST's format: a magic number, the sizes, then one byte a pixel or label. Plain or gzipped.

Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from cnncore.data.labelled import LARGEST, Labelled, check_class_count
from cnncore.errors import CnnError
from cnncore.op import Array

BYTES = 8  # the code of unsigned bytes, the third byte of the magic number
PARTS = {"train": ("train",), "test": ("t10k", "test")}


def read_idx(path: Path) -> Array:
    """The array in one file, uint8 of as many axes as the file says; read only."""
    path = Path(path)
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            head = file.read(4)
            axes = _axes(path, head)
            sizes_raw = file.read(4 * axes)
            if len(sizes_raw) < 4 * axes:
                raise CnnError("idx.cut", "{name} is cut off inside its first {head} bytes. Copy it again.",
                               name=path.name, head=4 + 4 * axes)
            sizes = struct.unpack(f">{axes}I", sizes_raw)
            size = math.prod(sizes)
            if size > LARGEST:
                raise CnnError("idx.large", "{name} says it holds {size} bytes. Allowed: up to {most}.",
                               name=path.name, size=size, most=LARGEST)
            content = file.read(size + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise CnnError("idx.gzip", "{name} cannot be unpacked: it is damaged or cut off. Copy it again.",
                       name=path.name) from None
    except OSError as error:
        raise CnnError("data.unreadable", "{name} cannot be read: {reason}.",
                       name=path.name, reason=error.strerror or error) from None
    if len(content) != size:
        given = f"{len(content)}" if len(content) < size else f">{size}"
        raise CnnError("idx.length", "{name} holds {given} bytes after its head; by its sizes {sizes} it must be "
                       "{size}. Copy it again.", name=path.name, given=given, sizes=_times(sizes), size=size)
    return np.frombuffer(content, np.uint8).reshape(sizes)


def _axes(path: Path, head: bytes) -> int:
    if len(head) < 4 or head[:2] != b"\0\0" or not 1 <= head[3] <= 4:
        raise CnnError("idx.magic", "{name} is no IDX file: it begins with {head}, not with 00 00 08 and the number of "
                       "axes.", name=path.name, head=head.hex(" ") or "−")
    if head[2] != BYTES:
        raise CnnError("idx.type", "{name} holds numbers of type {type}; only unsigned bytes (08) are read.",
                       name=path.name, type=f"{head[2]:02x}")
    return head[3]


def read_idx_folder(folder: Path, part: str = "train", least: int = 1) -> Labelled:
    """Images and labels of one part of a folder.

    Args:
        folder: With MNIST's four files, or one pair, which serves both parts.
        part: ``"train"`` reads ``train-*``; ``"test"`` reads ``t10k-*`` or ``test-*``.
        least: Fewest classes that will do.
    """
    image_file = _choose(Path(folder), part)
    label_file = _partner(image_file)
    images, labels = read_idx(image_file), read_idx(label_file)
    if images.ndim != 3 or not images.size:
        raise CnnError("idx.images", "{name} has the sizes {sizes}; pictures need count × height × width, none of "
                       "them 0.", name=image_file.name, sizes=_times(images.shape))
    if labels.ndim != 1:
        raise CnnError("idx.labels", "{name} has the sizes {sizes}; labels need one size, their count.",
                       name=label_file.name, sizes=_times(labels.shape))
    if len(images) != len(labels):
        raise CnnError("idx.count", "{images} holds {n_images} pictures, but {labels} holds {n_labels} labels. "
                       "They do not belong together.", images=image_file.name, n_images=len(images),
                       labels=label_file.name, n_labels=len(labels))
    known, indices = np.unique(labels, return_inverse=True)
    check_class_count(label_file.name, len(known), least)
    return Labelled(images, indices.astype(np.int64), tuple(str(k) for k in known))


def image_files(folder: Path) -> list[Path]:
    """Files in ``folder`` that by their names hold IDX images, sorted; of twins the one that is not packed."""
    named = sorted(p for p in folder.iterdir() if p.is_file() and "images" in p.name and "idx" in p.name)
    return [p for p in named if p.suffix != ".gz" or p.with_suffix("") not in named]


def _choose(folder: Path, part: str) -> Path:
    found = image_files(folder)
    if len(found) == 1:
        return found[0]
    fitting = [p for p in found if any(word in p.name for word in PARTS[part])]
    if len(fitting) != 1:
        raise CnnError("idx.choice", "{folder} holds {count} IDX files of pictures for {part}; there must be one, "
                       "named {words}-images-idx3-ubyte, or a single pair for all.",
                       folder=folder.name, count=len(fitting), part=part, words=PARTS[part][0])
    return fitting[0]


def _partner(images: Path) -> Path:
    name = images.name.replace("images", "labels").replace("idx3", "idx1")
    for candidate in (name, name.removesuffix(".gz"), name + ".gz"):
        if images.with_name(candidate).is_file():
            return images.with_name(candidate)
    raise CnnError("idx.partner", "{name} is not beside {images}. Its labels are needed.",
                   name=name, images=images.name)


def _times(sizes: tuple[int, ...]) -> str:
    return " × ".join(map(str, sizes))
