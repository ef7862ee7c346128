"""Inputs at hand: arrays with a name that take their place in the document by one click and one step of undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.model.document import Document
from cnncore.network import INPUT
from cnncore.op import Array


@dataclass(frozen=True, eq=False)
class Ready:
    """One of several that belong together.

    Args:
        name: English key.
        arrays: ``"input"`` and weights by their keys; what is not named but is in another of the same list stands as
            it is trained.
    """

    name: str
    arrays: Mapping[str, Array]


def arrays_of(document: Document, ready: Ready, all_of: Sequence[Ready]) -> dict[str, Array]:
    """Every array that one of the list names, as this one has it; of an input that it does not name, the first's."""
    keys = {key for one in all_of for key in one.arrays}
    return {key: ready.arrays[key] if key in ready.arrays
            else all_of[0].arrays[key] if key == INPUT else document.trained[key] for key in sorted(keys)}


def fits(document: Document, ready: Ready) -> bool:
    """Whether its arrays have the shapes of this document: one that was made for it has."""
    shapes = {INPUT: document.network.input_shape, **document.network.parameter_shapes}
    return all(shapes.get(key) == array.shape for key, array in ready.arrays.items())


def is_now(document: Document, ready: Ready, all_of: Sequence[Ready]) -> bool:
    """Whether the document holds exactly this."""
    for key, values in arrays_of(document, ready, all_of).items():
        now = document.typed if key == INPUT else document.weights[key]
        if now is None or not np.array_equal(now, values):
            return False
    return True
