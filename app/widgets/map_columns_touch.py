"""What the number under the pointer touches, as blocks of cells in the columns of the network's picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol

from app.widgets.map_columns import Column, column_at
from cnncore.op import Range

MOST = 16  # slices, or units of a list, that are lit up one by one


@dataclass(frozen=True)
class Lit:
    """Rows and columns in some maps of a column; ``rows`` None: all of all its maps, or of all its units."""

    column: int
    channels: range
    rows: range | None = None
    cols: range = range(0)


class Pointed(Protocol):
    """What the pointer is at; `app.model.touch.Touch` is one."""

    @property
    def moved(self) -> Any: ...  # a signal: it points elsewhere
    @property
    def cell(self) -> tuple[str, tuple[int, ...]] | None: ...
    def boxes(self, through: Callable[[str], bool] | None = None) -> Mapping[str, tuple[Range, ...]]: ...


def lit(columns: tuple[Column, ...], pointed: Pointed) -> tuple[Lit, ...]:
    """The blocks that light up. In the pointer's own column there is its cell alone, and what hides there is passed."""
    at = pointed.cell
    own = None if at is None else column_at(columns, at[0])
    found: dict[Lit, None] = {}
    for node, box in pointed.boxes(lambda name: column_at(columns, name) in (None, own)).items():
        k = column_at(columns, node)
        if k is not None and k != own and len(box) == len(columns[k].shape):
            found |= dict.fromkeys(_blocks(k, columns[k], tuple(range(*axis) for axis in box)))
    return tuple(found)


def _blocks(k: int, column: Column, box: tuple[range, ...]) -> Iterator[Lit]:
    channels, *space = box
    if all(len(axis) == n for axis, n in zip(box, column.shape, strict=True)):
        yield Lit(k, channels)
    elif not space:
        yield Lit(k, channels, range(1), range(1)) if len(channels) <= MOST else Lit(k, channels)
    elif len(space) == 1:
        yield Lit(k, channels, range(1), space[0])
    else:
        *slices, rows, cols = space
        if math.prod(map(len, slices)) > MOST:
            slices = [range(axis[0], axis[0] + 1) for axis in slices]
        for at in product(*slices):
            first, _ = column.place((0, *at, rows[0], 0))
            yield Lit(k, channels, range(first, first + rows[-1] - rows[0] + 1, rows.step), cols)
