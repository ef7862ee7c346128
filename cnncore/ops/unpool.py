"""Unpooling with switches: each number of a small map goes back to where max pooling found its window's winner.

M. D. Zeiler, R. Fergus, Visualizing and understanding convolutional networks (2014), arXiv:1311.2901.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Params, Range, Region, Run, Shape
from cnncore.ops import windows
from cnncore.ops.pool import winner, wins, won_by
from cnncore.ops.pool_windows import Windowed
from cnncore.shapes import Axis
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class Unpool(Windowed):
    """Inputs: the small map (C, *G), and the array (C, *S) that a max pooling with the same windows read.

    The output has the second input's shape; cells that won no window are 0, one that won several has their sum. The
    second input only says where: its gradient is 0.
    """

    kind = "unpool"
    title = "unpooling"
    arity = 2
    slides = False  # over the second input, not over what the output is made of

    def output_shape(self, *inputs: Shape) -> Shape:
        """(C, *S)."""
        small, large = inputs
        pooled = (large[0], *windows.out_space(self.axes(large[1:])))
        if small != pooled:
            raise CnnError("unpool.shape", "{owner}: the first input has shape {value}; windows over the second, "
                           "{large}, make {allowed}. Give both poolings the same window, stride and padding.",
                           owner=self.kind, value=small, large=large, allowed=pooled)
        return large

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """As the backward pass of max pooling."""
        small, x = inputs
        axes = self.axes(x.shape[2:])
        source = windows.padded(x, axes, -math.inf)
        out = np.zeros(source.shape, small.dtype)
        for place, won in wins(source, windows.combined(source, axes, np.maximum), axes):
            out[place] += small * won.astype(small.dtype)
        return Forward(np.ascontiguousarray(out[windows.inner(axes)]))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """Each number gets the gradient of the cell that it went to."""
        small, x = inputs
        axes = self.axes(x.shape[2:])
        source, came = windows.padded(x, axes, -math.inf), windows.padded(grad, axes)
        out = np.zeros(small.shape, grad.dtype)
        for place, won in wins(source, windows.combined(source, axes, np.maximum), axes):
            out += came[place] * won.astype(grad.dtype)
        return Backward((out, np.zeros(x.shape, grad.dtype)), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (*K). Output: the windows on the cell, if it won them; input0: the winner's gradient; input1: 0."""
        total = self.total(target, cell, run, sample)
        x = run.inputs[1][sample]
        axes = self.axes(x.shape[1:])
        layout = windows.kernel_space(axes)
        if target == "output":
            cells, inside, layout = self.came(axes, cell)
            factors = column("input0", windows.gather(run.inputs[0][sample], cells, inside), cells, inside)
            share = column("won", won_by(x, axes, cell, cells, inside))
        else:
            assert run.grad is not None  # total() has seen to it
            if target == "input1":
                factors, share, layout = column("grad", run.grad[sample][cell], cell), column("slope", 0.0), (1,)
            else:
                cells, inside, best = winner(x, axes, cell)
                factors = column("grad", windows.gather(run.grad[sample], cells, inside), cells, inside)
                share = column("won", np.arange(len(cells)) == best)
        return Trace("products", target, cell, (factors, share), factors.values * share.values, layout, total)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The windows on the cell, and all that these windows lie on: it decides who wins."""
        axes, own = self.axes(inputs[1][1:]), (cell[0], cell[0] + 1, 1)
        return ((own, *(axis.reaches(i) for axis, i in zip(axes, cell[1:], strict=True))),
                (own, *(_beside(axis, i) for axis, i in zip(axes, cell[1:], strict=True))))

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The window's cells; of the second input, every cell that shares a window with this one."""
        axes, own = self.axes(inputs[1][1:]), (cell[0], cell[0] + 1, 1)
        along = Axis.reads if source == 0 else _beside
        return (own, *(along(axis, i) for axis, i in zip(axes, cell[1:], strict=True)))


def _beside(axis: Axis, i: int) -> Range:
    """Cells that share a window with cell ``i``."""
    first, stop, _ = axis.reaches(i)
    return (axis.reads(first)[0], axis.reads(stop - 1)[1], 1) if first < stop else (i, i, 1)
