"""Windows that slide over each channel by itself: what all poolings, and unpooling, share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import Array, Op, Region, Shape, knob
from cnncore.ops import windows
from cnncore.ops.text import padding_lines, padding_words, pair, sizes
from cnncore.shapes import Axis, Padding, check_rank, window_axes, window_axis


@dataclass(frozen=True)
class OverChannels(Op):
    """Each output cell comes from a window of its own channel."""

    slides: ClassVar[bool] = True

    def axes(self, space: Shape) -> tuple[Axis, ...]:
        """The windows along each space axis of the input."""
        raise NotImplementedError

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

    def counts(self, space: Shape) -> tuple[Array, ...]:
        """For each axis how many cells each window counts, where a mean divides by them: (*G,) each."""
        return tuple(np.full(axis.out, axis.kernel) for axis in self.axes(space))

    def came(self, axes: tuple[Axis, ...], cell: Shape) -> tuple[Array, Array, Shape]:
        """The windows on an input cell (C, *S): places in (C, *G), which of them exist, and how they lie."""
        return (*windows.with_channels(np.array([cell[0]]), *windows.reached_cells(axes, cell[1:])),
                windows.kernel_space(axes))

    def cut(self, cell: Shape, x: str, outside: str = "0") -> tuple[list[str], str]:
        """Lines of code, and what cuts the window of an output cell out of ``x``.

        Args:
            cell: (C, *G) index.
            x: What the code calls the input.
            outside: What padding holds, where it has to be written down.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Windowed(OverChannels):
    """Windows of one size, a stride apart."""

    window: int | tuple[int, ...] = knob(2, low=1, high=1024, per_axis=True, unit="cells", help="Size of the window.")
    stride: int | tuple[int, ...] = knob(2, low=1, high=1024, per_axis=True, unit="cells",
                                         help="How far the window moves at each step.")
    padding: int | str | tuple[int | tuple[int, int], ...] = knob(
        0, low=0, high=512, per_axis=True, pairs=True, words=("valid", "same"), unit="cells",
        help="Cells added around the input, before and after each axis.")
    ceil: bool = knob(False, help="A last window that hangs over the end counts too.")

    @property
    def steps(self) -> int | tuple[int, ...]:
        """Distance between neighbours in the window."""
        return 1

    def axes(self, space: Shape) -> tuple[Axis, ...]:
        """The windows along each space axis of the input; those that hang over have their cells in ``after``."""
        return _axes(self.kind, space, self.window, self.stride, self.padding, self.steps, self.ceil)

    def fitting(self, space: Shape) -> tuple[Axis, ...]:
        """`axes` with the windows that fit only."""
        return _axes(self.kind, space, self.window, self.stride, self.padding, self.steps, False)

    def summary(self) -> tuple[str, dict[str, object]]:
        """Window, stride, padding."""
        facts: dict[str, object] = {"window": sizes(self.window), "stride": sizes(self.stride)}
        padding = padding_words(self.padding)
        if padding == "0":
            return "window {window} · stride {stride}", facts
        return "window {window} · stride {stride} · padding {padding}", facts | {"padding": padding}

    def cut(self, cell: Shape, x: str, outside: str = "0") -> tuple[list[str], str]:
        """Padding is cut off, unless its size depends on the input's: then it is written down."""
        numbers, before = self._numbers(len(cell) - 1)
        if before is None:
            ranges = [(o * s, o * s + (k - 1) * d + 1, d) for o, (k, s, d) in zip(cell[1:], numbers, strict=True)]
            lines = padding_lines(x, self.padding, numbers, f"constant_values={outside}")
            return lines, f"q[{cell[0]}, {windows.sliced(tuple(ranges))}]"
        ranges = []
        for o, p, (k, s, d) in zip(cell[1:], before, numbers, strict=True):
            first = o * s - p
            start = first if first >= 0 else first % d
            ranges.append((start, first + (k - 1) * d + 1, d))
        return [], f"{x}[{cell[0]}, {windows.sliced(tuple(ranges))}]"

    def _numbers(self, rank: int) -> tuple[list[tuple[int, int, int]], list[int] | None]:
        """(window, stride, steps) of each axis, and the padding before it, None where that depends on the input."""
        knobs = (v if isinstance(v, tuple) else (v,) * rank for v in (self.window, self.stride, self.steps))
        numbers = list(zip(*knobs, strict=True))
        if self.padding == "same":
            alone = all(s == 1 for _, s, _ in numbers)
            return numbers, [d * (k - 1) // 2 for k, _, d in numbers] if alone else None
        if isinstance(self.padding, str):
            return numbers, [0] * rank
        pads = self.padding if isinstance(self.padding, tuple) else (self.padding,) * rank
        return numbers, [pair(p)[0] for p in pads]


@lru_cache(maxsize=1024)
def _axes(kind: str, space: Shape, window: int | Shape, stride: int | Shape, padding: Padding, steps: int | Shape,
          ceil: bool) -> tuple[Axis, ...]:
    axes = []
    for axis in window_axes(kind, space, window, stride, padding, steps, name="window"):
        # PyTorch's bound; beyond it whole windows could lie on padding.
        most = ((axis.kernel - 1) * axis.dilation + 1) // 2
        if max(axis.padding, axis.after) > most:
            raise CnnError("pool.padding", "{owner}: {knob} = {value} is more than half the window. "
                           "Allowed: {allowed}.", owner=kind, knob="padding", value=padding, allowed=f"0 … {most}")
        # PyTorch's rule: the last window starts inside the input or on the padding before it.
        over = window_axis(*axis)[1]
        if ceil and over and axis.out * axis.stride < axis.size + axis.padding:
            axis = axis._replace(after=axis.after + axis.stride - over)
        for o in (range(axis.out) if axis.dilation > 1 else ()):
            start, stop, _ = axis.reads(o)
            if start >= stop:
                raise CnnError("pool.empty", "{owner}: with {knob} = {value} a window lies on padding alone. "
                               "Allowed: {allowed}. Make {knob} smaller, or dilation.", owner=kind, knob="padding",
                               value=padding, allowed=0)
        axes.append(axis)
    return tuple(axes)


@dataclass(frozen=True)
class Whole(OverChannels):
    """One window: the whole map."""

    def axes(self, space: Shape) -> tuple[Axis, ...]:
        """A window as wide as the input."""
        check_rank(self.kind, space, "window")
        return tuple(Axis(size, size, 1, 0, 1, 0) for size in space)

    def came(self, axes: tuple[Axis, ...], cell: Shape) -> tuple[Array, Array, Shape]:
        """The one window there is."""
        return np.array([[cell[0], *(0 for _ in axes)]]), np.ones(1, bool), (1,)

    def summary(self) -> tuple[str, dict[str, object]]:
        """There is nothing to set."""
        return "one number for each map", {}

    def cut(self, cell: Shape, x: str, outside: str = "0") -> tuple[list[str], str]:
        """A whole map."""
        return [], f"{x}[{cell[0]}]"
