"""Labelled pictures from files (`read`), and drawings made of strokes (`strokes`)."""

from __future__ import annotations

from pathlib import Path

from cnncore.data.folder import class_folders, pictures, read_picture_folder
from cnncore.data.idx import PARTS, image_files, read_idx_folder
from cnncore.data.labelled import Labelled
from cnncore.errors import CnnError, did_you_mean

__all__ = ["Labelled", "read"]


def read(path: Path, part: str = "train") -> Labelled:
    """Labelled pictures from a folder, whichever of the known forms it has.

    Args:
        path: A folder with IDX files, or a folder of pictures by class.
        part: ``"train"`` or ``"test"``: which of MNIST's files; training needs two classes or more.
    """
    folder = Path(path)
    if part not in PARTS:
        raise CnnError("data.part", "There is no part {part!r} of the data. Did you mean: {near}?",
                       part=part, near=did_you_mean(part, PARTS))
    if not folder.exists():
        raise CnnError("data.none", "There is no folder {path}.", path=folder)
    least = 2 if part == "train" else 1
    try:
        if folder.is_dir() and image_files(folder):
            return read_idx_folder(folder, part, least)
        if folder.is_dir() and any(pictures(place) for place in class_folders(folder)):
            return read_picture_folder(folder, least)
    except OSError as error:
        raise CnnError("data.unreadable", "{name} cannot be read: {reason}.",
                       name=folder.name, reason=error.strerror or error) from None
    raise CnnError("data.form", "{path} holds no labelled pictures. Expected: a folder with IDX files, such as "
                   "train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz; or a folder that has a folder of "
                   "pictures for each class.", path=folder)
