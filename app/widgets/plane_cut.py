"""What stands at each place of an endless plane: a cell of an array, padding, a hole, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# What a place of the plane can be; LATER: not computed yet, or nothing at all; DROPPED: no window reaches it.
CELL, PADDING, NOTHING, LATER, DROPPED = range(5)
NUMPY: dict[str, Any] = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}  # what `numpy.pad` calls them
Spot = tuple[int, int]
NO_PAD: tuple[Spot, Spot] = ((0, 0), (0, 0))


@dataclass(frozen=True, eq=True)
class Ways:
    """How an array lies in the plane.

    Args:
        pad: Padding around it: rows (above, below) and columns (left, right).
        spread: Places from one of its cells to the next; between them lies nothing.
        mode: What stands on padding, as an op calls it: zeros, or cells again.
        dropped: Rows and columns at the end that no window reaches.
        void: Beyond array and padding lies nothing either, and is drawn so.
        gone: Cells of it that are none.
    """

    pad: tuple[Spot, Spot] = NO_PAD
    spread: Spot = (1, 1)
    mode: str = "zeros"
    dropped: Spot = (0, 0)
    void: bool = False
    gone: NDArray[np.bool_] | None = None


def cut(plane: NDArray[np.floating], first: Spot, size: Spot, ways: Ways) -> tuple[NDArray[np.floating],
                                                                                   NDArray[np.int8]]:
    """Numbers, and what each place is, of a part of the plane: ``size`` places from ``first`` on."""
    if ways.spread != (1, 1):
        return _spread(plane, first, size, ways.spread)
    values = np.zeros(size, np.float32)
    state = np.full(size, NOTHING, np.int8)

    def part(pads: tuple[Spot, Spot]) -> tuple[slice, ...]:
        sides = zip(first, plane.shape, pads, strict=True)
        return tuple(slice(max(-p[0] - at, 0), max(n + p[1] - at, 0)) for at, n, p in sides)

    inside = part(NO_PAD)
    state[part(ways.pad)] = PADDING
    state[inside] = CELL
    source = tuple(slice(max(at, 0), max(at + n, 0)) for at, n in zip(first, size, strict=True))
    values[inside] = plane[source]
    if ways.gone is not None and ways.gone.shape == plane.shape:
        state[inside][ways.gone[source]] = LATER
    if ways.void:
        state[state == NOTHING] = LATER
    if ways.mode != "zeros" and (state == PADDING).any():
        at = [_repeated(*one, ways.mode) for one in zip(first, size, plane.shape, ways.pad, strict=True)]
        values = np.where(state == PADDING, plane[np.ix_(*at)], values).astype(np.float32)
    if any(ways.dropped):
        late = [(k + start >= n - none) & (k + start < n) for k, start, n, none in
                zip(np.ogrid[:size[0], :size[1]], first, plane.shape, ways.dropped, strict=True)]
        state[(state == CELL) & (late[0] | late[1])] = DROPPED
    return values, state


def _repeated(first: int, count: int, size: int, pad: Spot, mode: str) -> NDArray[np.int64]:
    """Which cell of an axis stands at each place."""
    line = np.pad(np.arange(size), pad, NUMPY[mode])
    found: NDArray[np.int64] = line[np.clip(np.arange(first, first + count) + pad[0], 0, line.size - 1)]
    return found


def _spread(plane: NDArray[np.floating], first: Spot, size: Spot, spread: Spot) -> tuple[NDArray[np.floating],
                                                                                         NDArray[np.int8]]:
    """An array with holes between its cells: what is no cell is nothing."""
    at = [np.arange(start, start + n) for start, n in zip(first, size, strict=True)]
    sides = list(zip(at, spread, plane.shape, strict=True))
    on = [(k % step == 0) & (k >= 0) & (k < n * step) for k, step, n in sides]
    where = [np.clip(k // step, 0, n - 1) for k, step, n in sides]
    cells = on[0][:, None] & on[1][None, :]
    values = np.where(cells, plane[np.ix_(*where)], 0).astype(np.float32)
    return values, np.where(cells, CELL, LATER).astype(np.int8)
