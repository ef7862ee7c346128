"""Pictures with their classes, as every reader of this folder gives them."""

from __future__ import annotations

from dataclasses import dataclass

from cnncore.errors import CnnError
from cnncore.op import Array

MOST_CLASSES = 36
LARGEST = 2**30  # bytes of all pictures together
Remark = tuple[str, dict[str, object]]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Pictures, white ink on black, each with its class.

    Args:
        images: (N, H, W) uint8; or a tuple of (H, W) where their sizes differ. `Preprocess.apply` takes both.
        labels: (N,) whole numbers, indices into ``classes``.
        classes: Names.
        remarks: What the reader changed, as English keys and their facts.
    """

    images: Array | tuple[Array, ...]
    labels: Array
    classes: tuple[str, ...]
    remarks: tuple[Remark, ...] = ()


def check_class_count(name: str, count: int, least: int) -> None:
    """`CnnError` unless ``count`` classes are as many as can be used."""
    if not least <= count <= MOST_CLASSES:
        raise CnnError("data.classes", "{name} has {count} classes. Allowed: {least} to {most}.",
                       name=name, count=count, least=least, most=MOST_CLASSES)
