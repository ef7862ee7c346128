"""The picture that a number lies in: one map, one slice of a volume, one kernel; a list is wrapped into rows."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from app.model.frames import array_of
from app.model.results import Results
from app.model.timeline import Playhead
from cnncore.op import Array


@dataclass(frozen=True, eq=False)
class Plane:
    """Two axes of an array.

    Args:
        values: (rows, columns); places of the last row that no number fills are 0.
        spot: (row, column) of the number.
        count: Numbers in it.
    """

    values: Array
    spot: tuple[int, int]
    count: int


def plane_of(results: Results, head: Playhead) -> Plane:
    """The plane of a number of any pass."""
    values, index = array_of(results, head), head.index
    if values.ndim >= 2:
        deep = index[:-2] if values.ndim > 2 else index[:1]
        flat = values[deep].reshape(-1, values.shape[-1])
        return Plane(flat, (index[-2] if values.ndim > 2 else 0, index[-1]), flat.size)
    columns = math.ceil(math.sqrt(values.size))
    grid: Array = np.zeros(-(-values.size // columns) * columns, values.dtype)
    grid[:values.size] = values.reshape(-1)
    at = index[0] if index else 0
    return Plane(grid.reshape(-1, columns), divmod(at, columns), values.size)


def head_in(plane: Plane, head: Playhead, row: int, col: int) -> Playhead | None:
    """The number at another place of the plane of ``head``; None where there is none."""
    size = len(head.index)
    if size < 2:
        place = row * plane.values.shape[1] + col
        index: tuple[int, ...] = (place,) if size else ()
        return dataclasses.replace(head, index=index, term=None) if place < plane.count else None
    index = (*head.index[:-2], row, col) if size > 2 else (head.index[0], col)
    return dataclasses.replace(head, index=index, term=None)
