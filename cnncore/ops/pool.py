"""Pooling: each window of each channel becomes one number, its maximum or its mean."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Run, Shape, knob
from cnncore.ops import windows
from cnncore.ops.text import sizes
from cnncore.shapes import Axis, window_axes
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class _Pool(Op):
    """What both poolings share: windows that slide over each channel by itself."""

    window: int | tuple[int, ...] = knob(2, low=1, high=1024, per_axis=True, unit="cells", help="Size of the window.")
    stride: int | tuple[int, ...] = knob(2, low=1, high=1024, per_axis=True, unit="cells",
                                         help="How far the window moves at each step.")
    padding: int | tuple[int, ...] = knob(0, low=0, high=512, per_axis=True, unit="cells",
                                          help="Cells added on every side.")

    def axes(self, space: Shape) -> tuple[Axis, ...]:
        """The windows along each space axis of the input."""
        return _axes(self.kind, space, self.window, self.stride, self.padding)

    def output_shape(self, *inputs: Shape) -> Shape:
        """(C, *G)."""
        return (inputs[0][0], *windows.out_space(self.axes(inputs[0][1:])))

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The window in the cell's own channel."""
        axes = self.axes(inputs[0][1:])
        return (((cell[0], cell[0] + 1, 1), *(axis.reads(o) for axis, o in zip(axes, cell[1:], strict=True))),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The windows on the cell, in its own channel."""
        axes = self.axes(inputs[0][1:])
        return ((cell[0], cell[0] + 1, 1), *(axis.reaches(i) for axis, i in zip(axes, cell[1:], strict=True)))

    def summary(self) -> tuple[str, dict[str, object]]:
        """Window, stride, padding."""
        facts: dict[str, object] = {"window": sizes(self.window), "stride": sizes(self.stride)}
        if sizes(self.padding) == "0":
            return "window {window} · stride {stride}", facts
        return "window {window} · stride {stride} · padding {padding}", facts | {"padding": sizes(self.padding)}

    def _sliced(self, cell: tuple[int, ...], x: str) -> str:
        rank = len(cell) - 1
        knobs = (v if isinstance(v, tuple) else (v,) * rank for v in (self.window, self.stride, self.padding))
        starts = [(o * s - p, k) for o, k, s, p in zip(cell[1:], *knobs, strict=True)]
        return f"{x}[{cell[0]}, {windows.sliced(tuple((max(a, 0), a + k, 1) for a, k in starts))}]"


@dataclass(frozen=True)
class MaxPool(_Pool):
    """The largest number of each window; of equal ones the first, row by row. Padding never wins."""

    kind = "maxpool"
    title = "max pooling"

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """Maxima over shifted slices of the whole batch."""
        axes = self.axes(inputs[0].shape[2:])
        return Forward(windows.combined(windows.padded(inputs[0], axes, -math.inf), axes, np.maximum))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """All of a window's gradient goes to its winner."""
        axes = self.axes(inputs[0].shape[2:])
        x = windows.padded(inputs[0], axes, -math.inf)
        out, free = np.zeros(x.shape, grad.dtype), np.ones(grad.shape, bool)
        alone = windows.apart(axes)
        for place in windows.taps(axes):
            won = np.equal(x[place], forward.output)
            won &= free
            free ^= won
            share = won.astype(grad.dtype)  # a bool factor on a strided target would go through casting buffers
            if alone:
                np.multiply(grad, share, out=out[place])
            else:
                out[place] += grad * share
        return Backward((out[windows.inner(axes)],), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (*K). Output: the window and its winner; input0: what came back of each window, if the cell won it."""
        total = self.total(target, cell, run, sample)
        x = run.inputs[0][sample]
        axes = self.axes(x.shape[1:])
        layout = windows.kernel_space(axes)
        if target == "output":
            cells, inside, winner = self._won(x, axes, cell)
            seen = column("input0", windows.gather(x, cells, inside), cells, inside)
            return Trace("window", target, cell, (seen,), seen.values, layout, total, "pick", winner=winner)
        assert run.grad is not None  # total() has seen to it
        spots, inside = windows.reached_cells(axes, cell[1:])
        cells, inside = windows.with_channels(np.array([cell[0]]), spots, inside)
        won = [bool(ok) and self._winner(x, axes, tuple(at)) == cell for ok, at in zip(inside, cells, strict=True)]
        came = column("grad", windows.gather(run.grad[sample], cells, inside), cells, inside)
        share = column("won", won)
        return Trace("products", target, cell, (came, share), came.values * share.values, layout, total)

    def _won(self, x: Array, axes: tuple[Axis, ...], cell: tuple[int, ...]) -> tuple[Array, Array, int]:
        """Cells of a window of (C, *S), which of them exist, and which wins."""
        cells, inside = windows.with_channels(np.array([cell[0]]), *windows.read_cells(axes, cell[1:]))
        return cells, inside, int(np.argmax(np.where(inside, windows.gather(x, cells, inside), -math.inf)))

    def _winner(self, x: Array, axes: tuple[Axis, ...], cell: tuple[int, ...]) -> tuple[int, ...]:
        cells, _, winner = self._won(x, axes, cell)
        return tuple(int(i) for i in cells[winner])

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The window cut out, and its maximum."""
        return f"{self._sliced(cell, names['input0'])}.max()" if target == "output" else ""


@dataclass(frozen=True)
class MeanPool(_Pool):
    """The mean of each window; padding counts as cells of value 0."""

    kind = "meanpool"
    title = "mean pooling"

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """Sums over shifted slices of the whole batch, divided once."""
        axes = self.axes(inputs[0].shape[2:])
        return Forward(windows.combined(windows.padded(inputs[0], axes), axes, np.add) / self._cells(axes))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """Every cell of a window gets the same part of its gradient."""
        axes = self.axes(inputs[0].shape[2:])
        out = np.zeros((*grad.shape[:2], *(axis.size + 2 * axis.padding for axis in axes)), grad.dtype)
        share = grad / self._cells(axes)
        for place in windows.taps(axes):
            out[place] += share
        return Backward((out[windows.inner(axes)],), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (*K). Output: the window over its size; input0: what came back of each window, times its share."""
        total = self.total(target, cell, run, sample)
        x = run.inputs[0][sample]
        axes = self.axes(x.shape[1:])
        layout, count = windows.kernel_space(axes), self._cells(axes)
        if target == "output":
            cells, inside = windows.with_channels(np.array([cell[0]]), *windows.read_cells(axes, cell[1:]))
            seen = column("input0", windows.gather(x, cells, inside), cells, inside)
            return Trace("window", target, cell, (seen,), seen.values, layout, total, divisor=count)
        assert run.grad is not None  # total() has seen to it
        cells, inside = windows.with_channels(np.array([cell[0]]), *windows.reached_cells(axes, cell[1:]))
        came = column("grad", windows.gather(run.grad[sample], cells, inside), cells, inside)
        share = column("share", np.full(count, 1.0 / count))
        return Trace("products", target, cell, (came, share), came.values * share.values, layout, total)

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The window cut out, summed, divided."""
        if target != "output":
            return ""
        rank = len(cell) - 1
        window = self.window if isinstance(self.window, tuple) else (self.window,) * rank
        return f"{self._sliced(cell, names['input0'])}.sum() / {math.prod(window)}"

    def _cells(self, axes: tuple[Axis, ...]) -> int:
        return math.prod(windows.kernel_space(axes))


@lru_cache(maxsize=1024)
def _axes(kind: str, space: Shape, window: int | Shape, stride: int | Shape, padding: int | Shape) -> tuple[Axis, ...]:
    axes = window_axes(kind, space, window, stride, padding, name="window")
    for axis in axes:
        # PyTorch's bound; beyond it whole windows could lie on padding.
        if 2 * axis.padding > axis.kernel:
            raise CnnError("pool.padding", "{owner}: {knob} = {value} is more than half the window. "
                           "Allowed: {allowed}.", owner=kind, knob="padding", value=padding,
                           allowed=f"0 … {axis.kernel // 2}")
    return axes
