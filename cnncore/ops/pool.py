"""Pooling: each window of each channel becomes one number, its maximum, its mean or its length (L2)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from cnncore.op import PLAIN, Array, Backward, Context, Forward, Params, Run, Shape, knob
from cnncore.ops import windows
from cnncore.ops.pool_windows import OverChannels, Whole, Windowed
from cnncore.ops.text import sizes
from cnncore.shapes import Axis
from cnncore.trace import Trace, column


def wins(x: Array, best: Array, axes: tuple[Axis, ...]) -> Iterator[tuple[Any, Array]]:
    """For each kernel cell, row by row, the index of the cells that it meets, and which of these won their window.

    Args:
        x: (N, C, *S + padding), padding −∞.
        best: (N, C, *G), the maxima.
        axes: The windows.
    """
    free = np.ones(best.shape, bool)
    for place in windows.taps(axes):
        won = np.equal(x[place], best)
        won &= free
        free ^= won
        yield place, won


def winner(x: Array, axes: tuple[Axis, ...], cell: Shape) -> tuple[Array, Array, int]:
    """Cells of one window of (C, *S), which of them exist, and which wins."""
    cells, inside = windows.with_channels(np.array([cell[0]]), *windows.read_cells(axes, cell[1:]))
    return cells, inside, int(np.argmax(np.where(inside, windows.gather(x, cells, inside), -math.inf)))


def won_by(x: Array, axes: tuple[Axis, ...], cell: Shape, places: Array, inside: Array) -> list[bool]:
    """Which of the windows at some places of (C, *G) the input cell won."""
    out = []
    for ok, at in zip(inside, places.tolist(), strict=True):
        cells, _, best = winner(x, axes, tuple(at)) if ok else (places, inside, 0)
        out.append(bool(ok) and tuple(cells[best].tolist()) == cell)
    return out


@dataclass(frozen=True)
class _Max(OverChannels):
    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """Maxima over shifted slices of the whole batch."""
        axes = self.axes(inputs[0].shape[2:])
        return Forward(windows.combined(windows.padded(inputs[0], axes, -math.inf), axes, np.maximum))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """All of a window's gradient goes to its winner."""
        axes = self.axes(inputs[0].shape[2:])
        x = windows.padded(inputs[0], axes, -math.inf)
        out = np.zeros(x.shape, grad.dtype)
        alone = windows.apart(axes)
        for place, won in wins(x, forward.output, axes):
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
        if target == "output":
            cells, inside, best = winner(x, axes, cell)
            seen = column("input0", windows.gather(x, cells, inside), cells, inside)
            layout = windows.kernel_space(axes)
            return Trace("window", target, cell, (seen,), seen.values, layout, total, "pick", winner=best)
        assert run.grad is not None  # total() has seen to it
        cells, inside, layout = self.came(axes, cell)
        came = column("grad", windows.gather(run.grad[sample], cells, inside), cells, inside)
        share = column("won", won_by(x, axes, cell, cells, inside))
        return Trace("products", target, cell, (came, share), came.values * share.values, layout, total)

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The window cut out, and its maximum."""
        if target != "output":
            return ""
        lines, window = self.cut(cell, names["input0"], "-np.inf")
        return "\n".join([*lines, f"{window}.max()"])


@dataclass(frozen=True)
class MaxPool(Windowed, _Max):
    """The largest number of each window; of equal ones the first, row by row. Padding never wins."""

    kind = "maxpool"
    title = "max pooling"
    dilation: int | tuple[int, ...] = knob(1, low=1, high=1024, per_axis=True, unit="cells",
                                           help="Distance between neighbours in the window.")

    @property
    def steps(self) -> int | tuple[int, ...]:
        """The dilation."""
        return self.dilation

    def summary(self) -> tuple[str, dict[str, object]]:
        """Window, stride, padding; dilation where there is any."""
        text, facts = super().summary()
        steps = sizes(self.dilation)
        if steps == "1":
            return text, facts
        facts |= {"padding": facts.get("padding", "0"), "dilation": steps}
        return "window {window} · stride {stride} · padding {padding} · dilation {dilation}", facts


@dataclass(frozen=True)
class GlobalMaxPool(Whole, _Max):
    """The largest number of each map: (C, 1, …, 1); of equal ones the first."""

    kind = "globalmaxpool"
    title = "global max pooling"

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """The maximum of each map at once: a map may hold a million cells."""
        return Forward(inputs[0].max(axis=tuple(range(2, inputs[0].ndim)), keepdims=True))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """All of a map's gradient goes to its winner."""
        rows = inputs[0].reshape(*grad.shape[:2], -1)
        out = np.zeros(rows.shape, grad.dtype)
        np.put_along_axis(out, rows.argmax(axis=2, keepdims=True), grad.reshape(*grad.shape[:2], 1), axis=2)
        return Backward((out.reshape(inputs[0].shape),), {})


@dataclass(frozen=True)
class _Mean(OverChannels):
    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """Sums over shifted slices of the whole batch, divided once."""
        axes = self.axes(inputs[0].shape[2:])
        sums = windows.combined(windows.padded(inputs[0], axes), axes, np.add)
        return Forward(sums / self._divisor(inputs[0]))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """Every cell of a window gets the same part of its gradient."""
        axes = self.axes(inputs[0].shape[2:])
        out = np.zeros((*grad.shape[:2], *windows.padded_space(axes)), grad.dtype)
        share = grad / self._divisor(inputs[0])
        for place in windows.taps(axes):
            out[place] += share
        return Backward((out[windows.inner(axes)],), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (*K). Output: the window over its size; input0: what came back of each window, times its share."""
        total = self.total(target, cell, run, sample)
        x = run.inputs[0][sample]
        axes, counts = self.axes(x.shape[1:]), self.counts(x.shape[1:])
        if target == "output":
            cells, inside = windows.with_channels(np.array([cell[0]]), *windows.read_cells(axes, cell[1:]))
            seen = column("input0", windows.gather(x, cells, inside), cells, inside)
            count = math.prod(int(n[o]) for n, o in zip(counts, cell[1:], strict=True))
            return Trace("window", target, cell, (seen,), seen.values, windows.kernel_space(axes), total, divisor=count)
        assert run.grad is not None  # total() has seen to it
        cells, inside, layout = self.came(axes, cell)
        came = column("grad", windows.gather(run.grad[sample], cells, inside), cells, inside)
        at = np.where(inside[:, None], cells, 0)[:, 1:].T
        share = column("share", 1.0 / math.prod(n[o] for n, o in zip(counts, at, strict=True)))
        return Trace("products", target, cell, (came, share), came.values * share.values, layout, total)

    def _divisor(self, x: Array) -> int | Array:
        """One number where all windows count alike, else (*G)."""
        counts = self.counts(x.shape[2:])
        if all((n == n[0]).all() for n in counts):
            return math.prod(int(n[0]) for n in counts)
        return reduce(np.multiply.outer, counts).astype(x.dtype)


@dataclass(frozen=True)
class MeanPool(Windowed, _Mean):
    """The mean of each window. Padding counts as cells of value 0, or not at all; what hangs over never counts."""

    kind = "meanpool"
    title = "mean pooling"
    counts_padding: bool = knob(True, help="Cells of padding count as zeros; else the mean is of real cells only.")

    def counts(self, space: Shape) -> tuple[Array, ...]:
        """As PyTorch counts: padding that was asked for, or real cells only."""
        found = []
        for axis, fits in zip(self.axes(space), self.fitting(space), strict=True):
            starts = np.arange(axis.out) * axis.stride - axis.padding
            low, high = (-axis.padding, axis.size + fits.after) if self.counts_padding else (0, axis.size)
            found.append(np.minimum(starts + axis.kernel, high) - np.maximum(starts, low))
        return tuple(found)

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The window cut out, summed, divided."""
        if target != "output":
            return ""
        x = names["input0"]
        lines, window = self.cut(cell, x, "0" if self.counts_padding else "np.nan")
        if not self.counts_padding:
            return "\n".join([*lines, f"np.nanmean({window})" if lines else f"{window}.mean()"])
        numbers, before = self._numbers(len(cell) - 1)
        if not self.ceil or before is None:
            return "\n".join([*lines, f"{window}.sum() / {math.prod(k for k, _, _ in numbers)}"])
        count = []
        for i, (o, p, (k, s, _)) in enumerate(zip(cell[1:], before, numbers, strict=True)):
            after = self._after(i, k)
            end = f"{x}.shape[{i + 1}]" + (f" + {after}" if after else "")
            count.append(f"min({k}, {end} - {o * s - p})" if o * s >= p else f"min({k}, {end} + {p - o * s})")
        return "\n".join([*lines, f"{window}.sum() / ({' * '.join(count)})"])

    def _after(self, axis: int, kernel: int) -> int:
        """Padding that was asked for at the end of an axis, where it does not depend on the input."""
        if isinstance(self.padding, str):
            return kernel - 1 - (kernel - 1) // 2 if self.padding == "same" else 0
        one = self.padding[axis] if isinstance(self.padding, tuple) else self.padding
        return one[1] if isinstance(one, tuple) else one


@dataclass(frozen=True)
class GlobalMeanPool(Whole, _Mean):
    """The mean of each map: (C, 1, …, 1). M. Lin, Q. Chen, S. Yan, Network in network (2013), arXiv:1312.4400."""

    kind = "globalmeanpool"
    title = "global mean pooling"

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """The sum of each map at once, divided once."""
        sums = inputs[0].sum(axis=tuple(range(2, inputs[0].ndim)), keepdims=True)
        return Forward(sums / self._divisor(inputs[0]))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """Every cell of a map gets the same part of its gradient."""
        out = np.empty(inputs[0].shape, grad.dtype)
        out[...] = grad / self._divisor(inputs[0])
        return Backward((out,), {})

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The map's mean."""
        return f"{names['input0']}[{cell[0]}].mean()" if target == "output" else ""


@dataclass(frozen=True)
class L2Pool(Windowed):
    """The length of each window: √ of the sum of squares, as ONNX's LpPool with p = 2. Where it is 0, so is its slope.

    P. Sermanet, S. Chintala, Y. LeCun, Convolutional neural networks applied to house numbers digit classification
    (2012), arXiv:1204.3968.
    """

    kind = "l2pool"
    title = "L2 pooling"

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """Squares summed over shifted slices, and the root."""
        axes = self.axes(inputs[0].shape[2:])
        x = windows.padded(inputs[0], axes)
        return Forward(np.sqrt(windows.combined(x * x, axes, np.add)))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """Each cell gets the gradient times cell / length."""
        axes = self.axes(inputs[0].shape[2:])
        length = forward.output
        share = np.divide(grad, length, out=np.zeros_like(grad), where=length != 0)
        sums = np.zeros((*grad.shape[:2], *windows.padded_space(axes)), grad.dtype)
        for place in windows.taps(axes):
            sums[place] += share
        return Backward((sums[windows.inner(axes)] * inputs[0],), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (*K). Output: squares and the root of their sum; input0: what came back, times cell / length."""
        total = self.total(target, cell, run, sample)
        x = run.inputs[0][sample]
        axes, layout = self.axes(x.shape[1:]), windows.kernel_space(self.axes(x.shape[1:]))
        if target == "output":
            cells, inside = windows.with_channels(np.array([cell[0]]), *windows.read_cells(axes, cell[1:]))
            seen = column("input0", windows.gather(x, cells, inside), cells, inside)
            return Trace("window", target, cell, (seen,), seen.values**2, layout, total, "root")
        assert run.grad is not None  # total() has seen to it
        cells, inside, layout = self.came(axes, cell)
        came = column("grad", windows.gather(run.grad[sample], cells, inside), cells, inside)
        length = windows.gather(run.forward.output[sample], cells, inside).astype(float)
        slope = column("slope", np.divide(float(x[cell]), length, out=np.zeros_like(length), where=length != 0))
        return Trace("products", target, cell, (came, slope), came.values * slope.values, layout, total)

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The window cut out, squared, summed, and the root."""
        if target != "output":
            return ""
        lines, window = self.cut(cell, names["input0"])
        return "\n".join([*lines, f"np.sqrt(({window} ** 2).sum())"])
