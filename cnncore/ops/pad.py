"""Pad and crop: cells are put around a map, or cut off from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Range, Region, Run, Shape, knob
from cnncore.trace import Trace, column

Sides = int | tuple[int | tuple[int, int], ...]
MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}  # as NumPy says


def sides_of(owner: str, name: str, value: Sides, rank: int) -> list[tuple[int, int]]:
    """Cells before and after each of ``rank`` space axes; `CnnError` where there are not as many axes."""
    if rank == 0:
        raise CnnError("sides.rank", "{owner}: the input is a plain list, without a side. Allowed: {allowed}. Put it "
                       "before flatten.", owner=owner, allowed="(C, S), (C, S, S), (C, S, S, S)")
    each = value if isinstance(value, tuple) else (value,) * rank
    if len(each) != rank:
        raise CnnError("sides.axes", "{owner}: {knob} = {value} has {given} entries. Allowed: {allowed}, one for each "
                       "space axis of the input, each a number or (before, after), or a single number for all.",
                       owner=owner, knob=name, value=value, given=len(each), allowed=rank)
    return [one if isinstance(one, tuple) else (one, one) for one in each]


@dataclass(frozen=True)
class _Moved(Op):
    """Base: every output cell along an axis is one input cell, or none of them."""

    def sources(self, space: Shape) -> list[Array]:
        """For each space axis the input cell behind every output cell, (G,); −1 where there is none."""
        raise NotImplementedError

    def output_shape(self, *inputs: Shape) -> Shape:
        """(C, *G)."""
        return (inputs[0][0], *(len(one) for one in self.sources(inputs[0][1:])))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """Each input cell gets what came back to all output cells that it stands in."""
        out = grad
        for axis, source in enumerate(self.sources(inputs[0].shape[2:]), start=2):
            lines = np.moveaxis(out, axis, 0)
            summed = np.zeros((inputs[0].shape[axis], *lines.shape[1:]), grad.dtype)
            np.add.at(summed, source[source >= 0], lines[source >= 0])
            out = np.moveaxis(summed, 0, axis)
        return Backward((out,), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Output: a copy, layout (1,), of a cell or of padding, whose value is the bias. input0: layout (n,)."""
        total = self.total(target, cell, run, sample)
        sources = self.sources(run.inputs[0].shape[2:])
        if target == "output":
            at = (cell[0], *(int(one[o]) for one, o in zip(sources, cell[1:], strict=True)))
            inside = min(at[1:]) >= 0
            value = float(run.inputs[0][sample][at]) if inside else 0.0
            seen = column("input0", [value], [at], [inside])
            return Trace("copy", target, cell, (seen,), seen.values, (1,), total, bias=None if inside else total)
        assert run.grad is not None  # total() has seen to it
        outs = np.meshgrid(*(np.flatnonzero(one == i) for one, i in zip(sources, cell[1:], strict=True)), indexing="ij")
        cells = np.stack([np.full(outs[0].size, cell[0]), *(one.reshape(-1) for one in outs)], axis=1)
        if not len(cells):  # cut off: nothing came back
            return Trace("products", target, cell, (column("grad", [0.0], [cell], [False]),), np.zeros(1), (1,), total)
        came = column("grad", run.grad[sample][tuple(cells.T)], cells)
        return Trace("products", target, cell, (came,), came.values, (len(cells),), total)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The one cell that it comes from; of padding an empty range at the edge."""
        region: list[Range] = [(cell[0], cell[0] + 1, 1)]
        for one, o, n in zip(self.sources(inputs[0][1:]), cell[1:], inputs[0][1:], strict=True):
            i, edge = int(one[o]), 0 if o < len(one) // 2 else n
            region.append((i, i + 1, 1) if i >= 0 else (edge, edge, 1))
        return (tuple(region),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The smallest box around all cells that it stands in."""
        region: list[Range] = [(cell[0], cell[0] + 1, 1)]
        for one, i in zip(self.sources(inputs[0][1:]), cell[1:], strict=True):
            outs = np.flatnonzero(one == i)
            edge = int(np.count_nonzero((one >= 0) & (one < i)))
            step = int(np.gcd.reduce(np.diff(outs))) if len(outs) > 1 else 1
            region.append((int(outs[0]), int(outs[-1]) + 1, step) if len(outs) else (edge, edge, 1))
        return tuple(region)


@dataclass(frozen=True)
class Pad(_Moved):
    """Cells around every map: a value, the map mirrored at its edge cell, the edge cell repeated, or the other side.

    As numpy.pad, https://numpy.org/doc/stable/reference/generated/numpy.pad.html, and ONNX's Pad define them.

    Raises:
        CnnError: From `output_shape`, where the map is too small for the mode or has other axes than the knob.
    """

    kind = "pad"
    title = "pad"
    padding: int | tuple[int | tuple[int, int], ...] = knob(
        1, low=0, high=100_000, per_axis=True, pairs=True, unit="cells", help="Cells before and after each axis.")
    mode: str = knob("zeros", choices=tuple(MODES), help="zeros: one value; reflect: mirrored at the edge cell; "
                     "replicate: the edge cell; circular: from the other side.")
    value: float = knob(0.0, low=-1e6, high=1e6, help="What stands there in the mode zeros.")

    @property
    def even(self) -> bool:
        """Padding that repeats the input folds back."""
        return self.mode == "zeros"

    def sources(self, space: Shape) -> list[Array]:
        """See `_Moved`."""
        sides = sides_of(self.kind, "padding", self.padding, len(space))
        out = []
        for n, pair in zip(space, sides, strict=True):
            most = {"reflect": n - 1, "circular": n}.get(self.mode, max(pair))
            if max(pair) > most:
                raise CnnError("pad.mode", "{owner}: {knob} = {value} in the mode {mode} takes more cells than the "
                               "axis of {size} has. Allowed: {allowed}.", owner=self.kind, knob="padding",
                               value=self.padding, mode=self.mode, size=n, allowed=f"0 … {most}")
            settings: dict[str, Any] = {"constant_values": -1} if self.mode == "zeros" else {}
            out.append(np.pad(np.arange(n), pair, MODES[self.mode], **settings))  # type: ignore[call-overload]
        return out

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """By numpy.pad."""
        self.sources(inputs[0].shape[2:])
        sides = [(0, 0), (0, 0), *sides_of(self.kind, "padding", self.padding, inputs[0].ndim - 2)]
        settings: dict[str, Any] = {"constant_values": self.value} if self.mode == "zeros" else {}
        return Forward(np.pad(inputs[0], sides, MODES[self.mode], **settings))  # type: ignore[call-overload]

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The cell of the padded array."""
        if target != "output":
            return ""
        sides = [(0, 0), *sides_of(self.kind, "padding", self.padding, len(cell) - 1)]
        value = f", constant_values={self.value!r}" if self.mode == "zeros" else ""
        return f"np.pad({names['input0']}, {sides}, {MODES[self.mode]!r}{value})[{', '.join(map(str, cell))}]"

    def summary(self) -> tuple[str, dict[str, object]]:
        """How many cells of what."""
        facts: dict[str, object] = {"padding": words(self.padding), "mode": self.mode, "value": f"{self.value:g}"}
        return ("{padding} cells of {value} on each side" if self.mode == "zeros"
                else "{padding} cells on each side · {mode}"), facts


@dataclass(frozen=True)
class Crop(_Moved):
    """Cells are cut off from the sides of every map.

    Raises:
        CnnError: From `output_shape`, where nothing would be left.
    """

    kind = "crop"
    title = "crop"
    cut: int | tuple[int | tuple[int, int], ...] = knob(
        1, low=0, high=100_000, per_axis=True, pairs=True, unit="cells",
        help="Cells that are cut off before and after each axis.")

    def sources(self, space: Shape) -> list[Array]:
        """See `_Moved`."""
        sides = sides_of(self.kind, "cut", self.cut, len(space))
        for n, pair in zip(space, sides, strict=True):
            if sum(pair) >= n:
                raise CnnError("crop.size", "{owner}: {knob} = {value} leaves nothing of an axis of {size}. Allowed: "
                               "{allowed} cells in all.", owner=self.kind, knob="cut", value=self.cut, size=n,
                               allowed=f"0 … {n - 1}")
        return [np.arange(before, n - after) for n, (before, after) in zip(space, sides, strict=True)]

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """A copy of what is left."""
        ranges = [slice(int(one[0]), int(one[-1]) + 1) for one in self.sources(inputs[0].shape[2:])]
        window = (slice(None), slice(None), *ranges)
        return Forward(inputs[0][window].copy())

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The cell, counted from the corner of the input."""
        if target != "output":
            return ""
        starts = [before for before, _ in sides_of(self.kind, "cut", self.cut, len(cell) - 1)]
        places = [str(i + start) for i, start in zip(cell[1:], starts, strict=True)]
        return f"{names['input0']}[{', '.join([str(cell[0]), *places])}]"

    def summary(self) -> tuple[str, dict[str, object]]:
        """How many cells."""
        return "{cut} cells cut off on each side", {"cut": words(self.cut)}


def words(sides: Sides) -> str:
    """``"1"``, ``"1 × 2"``, ``"(0, 1) × 2"``."""
    return " × ".join(map(str, sides)) if isinstance(sides, tuple) else str(sides)
