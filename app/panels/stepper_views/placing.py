"""Where a number is drawn: its map, or the block that a plain list is folded into, and its place there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.panels.stepper_views.base import flat_plane
from cnncore.op import Shape


def folded_list(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """(n,) as a block, row by row: full rows where n has a divisor for them, else what is over holds 0."""
    n = values.size
    cols = min((c for c in range(1, n + 1) if n % c == 0), key=lambda c: abs(c - 1.2 * n ** 0.5), default=1)
    if max(cols, n // cols) > 4 * n ** 0.5:
        cols = int(np.ceil(n ** 0.5))
    out = np.zeros((-(-n // cols), cols), values.dtype)
    out.reshape(-1)[:n] = values
    return out


def placed(array: NDArray[np.floating], index: tuple[int, ...]) -> tuple[NDArray[np.floating], tuple[int, int]]:
    """The map (of a volume the slice) that a cell lies in, and its (row, column) there; a list is a block."""
    if array.ndim == 1:
        block = folded_list(array)
        return block, (index[0] // block.shape[1], index[0] % block.shape[1])
    plane = flat_plane(array[index[:-2] if len(index) > 2 else index[:1]])
    return plane, (index[-2], index[-1]) if len(index) > 2 else (0, index[-1])


def beside(shape: Shape, index: tuple[int, ...], row: int, col: int) -> tuple[int, ...] | None:
    """The index of another cell of what `placed` shows; None where a block is longer than its list."""
    if len(shape) > 1:
        return (*index[:-2], row, col) if len(index) > 2 else (*index[:-1], col)
    k = row * folded_list(np.zeros(shape[0], np.int8)).shape[1] + col
    return (k,) if k < shape[0] else None


def lead_of_plane(index: tuple[int, ...]) -> tuple[int, ...]:
    """What of an index says which map (of a volume which slice) `placed` shows."""
    return index[:-2] if len(index) > 2 else index[:1]
