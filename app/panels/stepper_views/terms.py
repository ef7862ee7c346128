"""How the terms of a trace lie: as grids, one for each channel, or as a plain list."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnncore.trace import Operand, Trace


@dataclass(frozen=True, eq=False)
class TermGrid:
    """Terms as ``groups`` grids of ``rows`` × ``cols``: for a convolution a group is a channel (in 3-D a slice of one).

    Args:
        cells: (groups, rows, cols, rank) place of each term in its source; padding lies outside of it.
        values: (groups, rows, cols) the factors that come from the source.
        terms: (groups, rows, cols).
        window: Its corner and its steps, where padding repeats cells of the source and ``cells`` are these.
    """

    cells: NDArray[np.int64]
    values: NDArray[np.float64]
    terms: NDArray[np.float64]
    window: tuple[tuple[int, int], tuple[int, int]] | None = None

    @property
    def groups(self) -> int:
        """Number of grids."""
        return self.terms.shape[0]

    @property
    def rows(self) -> int:
        """Of one grid; a sound has one."""
        return self.terms.shape[1]

    @property
    def cols(self) -> int:
        """Of one grid."""
        return self.terms.shape[2]

    def place(self, term: int) -> tuple[int, int, int]:
        """(group, row, column) of a term."""
        group, rest = divmod(term, self.rows * self.cols)
        return (group, *divmod(rest, self.cols))

    def term(self, group: int, row: int, col: int) -> int:
        """The inverse of `place`."""
        return (group * self.rows + row) * self.cols + col

    def plane(self, group: int) -> tuple[int, ...]:
        """Index of the plane of the source that a group looks at: its channel, and in 3-D its slice."""
        return tuple(int(i) for i in self.cells[group, 0, 0, :-2 if self.cells.shape[-1] > 2 else -1])

    def corner(self, group: int) -> tuple[int, int]:
        """(row, column) of a group's first cell in its plane; may lie on padding."""
        if self.window is not None:
            return self.window[0]
        row, col = self.cells[group, 0, 0, -2:] if self.cells.shape[-1] > 2 else (0, self.cells[group, 0, 0, -1])
        return int(row), int(col)

    def steps(self) -> tuple[int, int]:
        """(rows, columns) from one term to the next: the dilation."""
        if self.window is not None:
            return self.window[1]
        flat = self.cells.shape[-1] == 2
        down = 1 if flat or self.rows == 1 else int(self.cells[0, 1, 0, -2] - self.cells[0, 0, 0, -2])
        across = 1 if self.cols == 1 else int(self.cells[0, 0, 1, -1] - self.cells[0, 0, 0, -1])
        return down, across


def term_grid(trace: Trace, operand: Operand) -> TermGrid | None:
    """The terms as grids, or None where their places do not make any."""
    grid = laid_out(trace, operand)
    return grid if grid is not None and _regular(grid) else None


def laid_out(trace: Trace, operand: Operand) -> TermGrid | None:
    """`term_grid` of a trace that is known to be regular."""
    rank = operand.cells.shape[1] - 1  # space axes of the source
    space = trace.layout[len(trace.layout) - rank:] if rank > 0 else ()
    if rank < 1 or len(trace.layout) < rank or operand.samples is not None:
        return None
    if math.prod(trace.layout) != trace.terms.size:
        return None
    rows, cols = (space[-2] if rank > 1 else 1), space[-1]
    shape = (-1, rows, cols)
    return TermGrid(operand.cells.reshape(*shape, rank + 1), operand.values.reshape(shape), trace.terms.reshape(shape))


def _regular(grid: TermGrid) -> bool:
    """True when every grid is a window: the same steps everywhere, and one plane."""
    cells = grid.cells
    if grid.rows * grid.cols == 1:
        return True
    offsets = cells - cells[:, :1, :1]
    down, across = grid.steps()
    want = np.zeros(offsets.shape[1:], np.int64)
    if cells.shape[-1] > 2:
        want[..., -2] = down * np.arange(grid.rows)[:, None]
    want[..., -1] = across * np.arange(grid.cols)[None, :]
    return down > 0 and across > 0 and bool((offsets == want).all())


def cell_name(name: str, index: tuple[int, ...]) -> str:
    """As code writes it: ``pool2[3, 1, 2]``."""
    return f"{name}[{', '.join(str(int(i)) for i in index)}]"


def slices(start: int, count: int, step: int) -> str:
    """As NumPy writes a range: ``10:15``, ``0:9:2``."""
    return f"{start}:{start + (count - 1) * step + 1}" + (f":{step}" if step > 1 else "")
