"""What a worksheet is made of: grids, tables and lines, each with blanks, and the place that it is all about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Grid:
    """Numbers in rows and columns; ``blank``: to be filled in."""

    name: str
    what: str
    rows: Sequence[Sequence[str]]
    blank: bool = False


@dataclass(frozen=True)
class Row:
    """Grids side by side with signs between them, and a line under them to fill in."""

    title: str
    grids: Sequence[Grid]
    signs: str
    sum: tuple[str, str] | None = None


@dataclass(frozen=True)
class Table:
    """Columns of which some are blank."""

    titles: Sequence[str]
    blank: Sequence[bool]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Line:
    """A name and a number; ``blank``: to be filled in."""

    name: str
    text: str
    blank: bool = True


Block = Row | Table | Line


@dataclass(frozen=True, eq=False)
class Seen:
    """The network's input, and the part of it that the numbers come from.

    Args:
        plane: (rows, columns).
        role: How it is coloured: ``picture`` or ``signed``.
        box: First row, first column, rows, columns.
    """

    plane: NDArray[np.floating]
    role: str
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Worksheet:
    """One sheet: a title, what to do, and blocks under one another."""

    title: str
    purpose: str
    tasks: Sequence[str]
    blocks: Sequence[Block] = field(default_factory=list)
    note: str = ""
    seen: Seen | None = None
