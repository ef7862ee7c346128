"""Which cells share with one another: the axis knob of softmax and its logarithm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnncore.errors import CnnError
from cnncore.op import Array, Op, Range, Region, Run, Shape, knob
from cnncore.trace import Operand, Trace, column

AXES = ("channels", "map", "space 1", "space 2", "space 3")


@dataclass(frozen=True)
class Along(Op):
    """Base of ops whose cells see all others along some axes: the channels of a place, a map, or one space axis.

    Raises:
        CnnError: From `output_shape`, where the input has no such axis.
    """

    axis: str = knob("channels", choices=AXES, help="Whose shares add up to 1: the channels of one place, all cells of "
                     "a map, or those along one space axis.")

    def output_shape(self, *inputs: Shape) -> Shape:
        """The input's."""
        rank = len(inputs[0]) - 1
        have = AXES[:1] if rank == 0 else AXES[:2 + rank]
        if self.axis not in have:
            raise CnnError("softmax.axis", "{owner}: {knob} = {value} is not possible for an input with {rank} space "
                           "axes. Allowed: {allowed}.", owner=self.kind, knob="axis", value=self.axis, rank=rank,
                           allowed=", ".join(have))
        return inputs[0]

    def axes(self, dimensions: int) -> tuple[int, ...]:
        """Which axes of a (N, C, *S) with so many dimensions."""
        if self.axis == "channels":
            return (1,)
        return tuple(range(2, dimensions)) if self.axis == "map" else (1 + int(self.axis[-1]),)

    def line(self, cell: tuple[int, ...], shape: Shape) -> tuple[NDArray[np.int64], int]:
        """(n, 1 + rank) the cells that share with one, row by row, and which of them it is."""
        region = self.reads(cell, shape)[0] or ()
        lengths = tuple(stop - start for start, stop, _ in region)
        starts = np.array([start for start, _, _ in region], np.int64)
        cells = np.indices(lengths).reshape(len(lengths), -1).T + starts
        return cells, int(np.ravel_multi_index(tuple(np.subtract(cell, starts)), lengths))

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """All along the axes."""
        axes = [axis - 1 for axis in self.axes(1 + len(cell))]
        whole: list[Range] = [(0, n, 1) if k in axes else (cell[k], cell[k] + 1, 1) for k, n in enumerate(inputs[0])]
        return (tuple(whole),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """All along the axes."""
        return self.reads(cell, *inputs)[0]

    def around(self, cell: tuple[int, ...], name: str) -> tuple[str, str]:
        """The numbers along the axes and the own place among them, as code: ``"x[:, 3, 4]"`` and ``"7"``."""
        axes = [axis - 1 for axis in self.axes(1 + len(cell))]
        marks = [":" if k in axes else str(i) for k, i in enumerate(cell)]
        picked = "" if set(marks) == {":"} else f"[{', '.join(marks)}]"
        return name + picked, ", ".join(str(cell[k]) for k in axes)

    def back(self, target: str, cell: tuple[int, ...], run: Run, sample: int, own: float, other: Array) -> Trace:
        """Layout (1 + n,): the cell's own gradient times ``own``, then every one along the axes times ``other``."""
        assert run.grad is not None  # total() has seen to it
        cells, at = self.line(cell, run.inputs[0].shape[1:])
        g = run.grad[sample][tuple(cells.T)]
        came = column("grad", [g[at], *g], np.vstack([cells[at], cells]))
        share = column("share", [own, *other])
        return Trace("products", target, cell, (came, share), came.values * share.values, (1 + len(cells),),
                     self.total(target, cell, run, sample))

    def powers(self, cell: tuple[int, ...], run: Run, sample: int) -> tuple[Operand, Array, int]:
        """The numbers along the axes, exp of them less the largest, and which of them is the cell."""
        cells, at = self.line(cell, run.inputs[0].shape[1:])
        scores = run.inputs[0][sample][tuple(cells.T)]
        return column("input0", scores, cells), np.exp((scores - scores.max()).astype(np.float64)), at
