"""Convolution over 1, 2 or 3 space axes; as everywhere in deep learning, a cross-correlation: no kernel is flipped,
unless ``flip`` asks for the mathematician's convolution.

Letters: N samples, C channels, F filters, S input space, K kernel space, G output space.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from cnncore.errors import CnnError
from cnncore.initializers import he_and_zeros
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Run, Shape, knob
from cnncore.ops import windows
from cnncore.ops.correlation import correlate, kernel_cells, spread, weight_gradient
from cnncore.ops.text import padding_lines, padding_words, sizes
from cnncore.shapes import Axis, window_axes
from cnncore.trace import Trace, column

MODES = ("zeros", "reflect", "replicate", "circular")
NUMPY = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}  # what np.pad calls them


@dataclass(frozen=True)
class Convolution(Op):
    """One kernel slides over the input for each filter. weight (F, C/groups, *K), bias (F,)."""

    kind = "conv"
    title = "convolution"
    slides: ClassVar[bool] = True
    filters: int = knob(8, low=1, high=65_536, help="Number of kernels, and of maps that come out.")
    kernel: int | tuple[int, ...] = knob(3, low=1, high=1024, per_axis=True, unit="cells", help="Size of the window.")
    stride: int | tuple[int, ...] = knob(1, low=1, high=1024, per_axis=True, unit="cells",
                                         help="How far the window moves at each step.")
    padding: int | str | tuple[int | tuple[int, int], ...] = knob(
        0, low=0, high=1024, per_axis=True, pairs=True, words=("valid", "same", "full"), unit="cells",
        help="Cells added around the input, before and after each axis.")
    dilation: int | tuple[int, ...] = knob(1, low=1, high=1024, per_axis=True, unit="cells",
                                           help="Distance between neighbours in the window.")
    groups: int = knob(1, low=1, high=65_536,
                       help="Parts into which channels and filters are split; each filter sees its own part only.")
    bias: bool = knob(True, help="One number added to every cell of a map.")
    mode: str = knob("zeros", choices=MODES, help="What the cells hold that padding adds.")
    flip: bool = knob(False, help="Turn each kernel by 180 degrees: the mathematician's convolution.")

    def axes(self, space: Shape) -> tuple[Axis, ...]:
        """The windows along each space axis of the input."""
        axes = window_axes(self.kind, space, self.kernel, self.stride, self.padding, self.dilation)
        return axes if self.mode == "zeros" else _within(self.kind, axes, self.mode)

    def output_shape(self, *inputs: Shape) -> Shape:
        """(F, *G)."""
        channels, *space = inputs[0]
        axes = self.axes(tuple(space))
        common = math.gcd(channels, self.filters)
        if common % self.groups:
            raise CnnError("conv.groups", "{owner}: {knob} = {value} does not divide both the {channels} channels and "
                           "the {filters} filters. Allowed: {allowed}.", owner=self.kind, knob="groups",
                           value=self.groups, channels=channels, filters=self.filters,
                           allowed=", ".join(str(g) for g in range(1, common + 1) if common % g == 0))
        return (self.filters, *windows.out_space(axes))

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """weight (F, C/groups, *K) and bias (F,)."""
        channels, *space = inputs[0]
        kernel = windows.kernel_space(self.axes(tuple(space)))
        shapes: dict[str, Shape] = {"weight": (self.filters, channels // self.groups, *kernel)}
        return shapes | {"bias": (self.filters,)} if self.bias else shapes

    def start(self, rng: np.random.Generator, *inputs: Shape) -> dict[str, Array]:
        """He's weights, zero biases."""
        return he_and_zeros(rng, self.parameter_shapes(*inputs))

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """The sliding product, and a number for each map."""
        x = inputs[0]
        axes = self.axes(x.shape[2:])
        out = correlate(x, self._turned(params["weight"]), axes, self.groups, self.mode)
        if self.bias:
            out += params["bias"].reshape(-1, *(1,) * len(axes))
        return Forward(out)

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """The transposed products; each window's gradient is added back where the window lay."""
        axes = self.axes(inputs[0].shape[2:])
        out = spread(grad, self._turned(params["weight"]), axes, self.groups, self.mode)
        return Backward((out,), self.parameter_gradients(grad, inputs, params, forward))

    def parameter_gradients(self, grad: Array, inputs: tuple[Array, ...], params: Params,
                            forward: Forward) -> dict[str, Array]:
        """Sums over samples and places."""
        x = inputs[0]
        total = weight_gradient(grad, x, params["weight"], self.axes(x.shape[2:]), self.groups, self.mode)
        out = {"weight": np.ascontiguousarray(self._turned(total))}
        return out | {"bias": grad.sum(axis=(0, *range(2, grad.ndim)))} if self.bias else out

    def _turned(self, weight: Array) -> Array:
        """The kernels as they meet the input."""
        return np.flip(weight, tuple(range(2, weight.ndim))) if self.flip else weight

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layouts: output (C/groups, *K), input0 (F/groups, *K), weight and bias (N, *G).

        With padding that repeats cells, input0 has F/groups · places: a cell counts wherever its value stands.
        """
        total = self.total(target, cell, run, sample)
        x, weight = run.inputs[0], run.params["weight"]
        axes = self.axes(x.shape[2:])
        per_in, per_out = weight.shape[1], self.filters // self.groups
        if target in ("weight", "bias"):
            return self._parameter_trace(target, cell, run, total)
        if target == "output":
            f, group = cell[0], cell[0] // per_out
            spots, inside = windows.read_cells(axes, cell[1:], self.mode)
            cells, inside = windows.with_channels(np.arange(group * per_in, (group + 1) * per_in), spots, inside)
            factors = column("input0", windows.gather(x[sample], cells, inside), cells, inside)
            own = kernel_cells([f], range(per_in), axes, self.flip)
            bias = float(run.params["bias"][f]) if self.bias else None
            layout = weight.shape[1:]
        else:
            assert run.grad is not None  # total() has seen to it
            group, c = divmod(cell[0], per_in)
            filters = range(group * per_out, (group + 1) * per_out)
            spots, inside = windows.reached_cells(axes, cell[1:], self.mode)
            cells, inside = windows.with_channels(np.array(filters), spots, inside)
            factors = column("grad", windows.gather(run.grad[sample], cells, inside), cells, inside)
            places = len(spots) // math.prod(weight.shape[2:])
            kernel = np.tile(kernel_cells([0], [c], axes, self.flip), (places, 1))
            own = np.tile(kernel, (len(filters), 1))
            own[:, 0] = np.repeat(filters, len(kernel))
            bias, layout = None, (per_out * places, *weight.shape[2:])
        weights = column("weight", weight[tuple(own.T)], own)
        terms = factors.values * weights.values
        return Trace("products", target, cell, (factors, weights), terms, layout, total, bias=bias)

    def _parameter_trace(self, target: str, cell: tuple[int, ...], run: Run, total: float) -> Trace:
        assert run.grad is not None  # total() has seen to it
        x, grad = run.inputs[0], run.grad
        space = grad.shape[2:]
        samples = np.repeat(np.arange(len(x)), math.prod(space))
        spots = np.tile(np.indices(space).reshape(len(space), -1).T, (len(x), 1))  # (N·G, rank)
        cells = np.hstack([np.full((len(spots), 1), cell[0]), spots])
        came = column("grad", grad[:, cell[0]], cells, samples=samples)
        layout = (len(x), *space)
        if target == "bias":
            return Trace("products", target, cell, (came,), came.values, layout, total)
        channel = cell[0] // (self.filters // self.groups) * run.params["weight"].shape[1] + cell[1]
        axes = self.axes(x.shape[2:])
        place = [a.kernel - 1 - k if self.flip else k for k, a in zip(cell[2:], axes, strict=True)]
        shift = [k * a.dilation - a.padding for k, a in zip(place, axes, strict=True)]
        at, inside = windows.sources(spots * [a.stride for a in axes] + shift, axes, self.mode)
        cells = np.hstack([np.full((len(at), 1), channel), at])
        went = column("input0", windows.gather(x, np.hstack([samples[:, None], cells]), inside), cells, inside, samples)
        return Trace("products", target, cell, (came, went), came.values * went.values, layout, total)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The group's channels under the window."""
        channels, *space = inputs[0]
        per_in = channels // self.groups
        group = cell[0] // (self.filters // self.groups)
        spots = (axis.reads(o, self.mode) for axis, o in zip(self.axes(tuple(space)), cell[1:], strict=True))
        return (((group * per_in, (group + 1) * per_in, 1), *spots),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The group's filters, where their windows lie on the cell."""
        channels, *space = inputs[0]
        per_out = self.filters // self.groups
        group = cell[0] // (channels // self.groups)
        return ((group * per_out, (group + 1) * per_out, 1),
                *(axis.reaches(i, self.mode) for axis, i in zip(self.axes(tuple(space)), cell[1:], strict=True)))

    @property
    def even(self) -> bool:
        """Padding that repeats the input folds back."""
        return self.mode == "zeros"

    def multiply_adds(self, *inputs: Shape) -> int:
        """Every output cell takes one for each cell of its kernel."""
        return math.prod(self.output_shape(*inputs)) * math.prod(self.parameter_shapes(*inputs)["weight"][1:])

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The window cut out, times the kernel, summed."""
        if target != "output":
            return ""
        x, w, f, rank = names["input0"], names["weight"], cell[0], len(cell) - 1
        knobs = (self.kernel, self.stride, self.dilation)
        numbers = list(zip(*(v if isinstance(v, tuple) else (v,) * rank for v in knobs), strict=True))
        ranges = ((o * s, o * s + (k - 1) * d + 1, d) for o, (k, s, d) in zip(cell[1:], numbers, strict=True))
        channels = ":"
        lines = padding_lines(x, self.padding, numbers, NUMPY.get(self.mode, ""))
        x = "q" if lines else x
        if self.groups > 1:
            group = f // (self.filters // self.groups)
            lines.append(f"n = {w}.shape[1]")
            channels = f"{group} * n:{group + 1} * n"
        bias = f" + {names['bias']}[{f}]" if self.bias else ""
        turned = f"[:{', ::-1' * rank}]" if self.flip else ""
        lines.append(f"p = {x}[{channels}, {windows.sliced(tuple(ranges))}]")
        return "\n".join([*lines, f"(p * {w}[{f}]{turned}).sum(){bias}"])

    def summary(self) -> tuple[str, dict[str, object]]:
        """Stride, padding, and what is out of the ordinary."""
        facts: dict[str, object] = {"stride": sizes(self.stride), "padding": padding_words(self.padding)}
        odd = sizes(self.dilation) != "1" or self.groups > 1
        facts |= {"dilation": sizes(self.dilation), "groups": self.groups} if odd else {}
        if self.mode != "zeros":
            facts["mode"] = self.mode
            if self.flip:
                return ("stride {stride} · padding {padding} {mode} · dilation {dilation} · groups {groups} · flipped"
                        if odd else "stride {stride} · padding {padding} {mode} · flipped"), facts
            return ("stride {stride} · padding {padding} {mode} · dilation {dilation} · groups {groups}"
                    if odd else "stride {stride} · padding {padding} {mode}"), facts
        if self.flip:
            return ("stride {stride} · padding {padding} · dilation {dilation} · groups {groups} · flipped"
                    if odd else "stride {stride} · padding {padding} · flipped"), facts
        if odd:
            return "stride {stride} · padding {padding} · dilation {dilation} · groups {groups}", facts
        if facts["padding"] == "0":
            return "stride {stride} · no padding", facts
        return "stride {stride} · padding {padding}", facts


@lru_cache(maxsize=1024)
def _within(kind: str, axes: tuple[Axis, ...], mode: str) -> tuple[Axis, ...]:
    """PyTorch's bounds: cells that padding repeats must be there."""
    for axis in axes:
        most = {"reflect": axis.size - 1, "circular": axis.size}.get(mode, axis.padding + axis.after)
        if max(axis.padding, axis.after) > most:
            raise CnnError("conv.mode", "{owner}: {knob} = {value} is too much for mode {mode}, which takes it from an "
                           "axis of {size} cells. Allowed: {allowed}. Make {knob} smaller or take another mode.",
                           owner=kind, knob="padding", value=max(axis.padding, axis.after), mode=mode,
                           size=axis.size, allowed=f"0 … {most}")
    return axes
