"""Transposed convolution ("deconvolution"): a convolution run backwards, from its output to its input.

V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning (2016), arXiv:1603.07285.
Letters: N samples, C channels, F filters, S input space, K kernel space, G output space.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnncore.errors import CnnError
from cnncore.initializers import he_and_zeros
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Run, Shape, knob
from cnncore.ops import windows
from cnncore.ops.correlation import correlate, kernel_cells, spread, weight_gradient
from cnncore.ops.text import sizes
from cnncore.shapes import Axis, check_rank, per_axis
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class TransposedConvolution(Op):
    """Every input cell lays its kernel, times its value, into the output. weight (C, F/groups, *K), bias (F,)."""

    kind = "transposedconv"
    title = "transposed convolution"
    filters: int = knob(8, low=1, high=65_536, help="Number of maps that come out.")
    kernel: int | tuple[int, ...] = knob(3, low=1, high=1024, per_axis=True, unit="cells", help="Size of the window.")
    stride: int | tuple[int, ...] = knob(1, low=1, high=1024, per_axis=True, unit="cells",
                                         help="How far apart the kernels of neighbouring cells are laid.")
    padding: int | tuple[int, ...] = knob(0, low=0, high=1024, per_axis=True, unit="cells",
                                          help="Cells cut off the output on every side.")
    output_padding: int | tuple[int, ...] = knob(
        0, low=0, high=1023, per_axis=True, unit="cells",
        help="Cells added after the output: which of the sizes that a stride maps to one is meant.")
    dilation: int | tuple[int, ...] = knob(1, low=1, high=1024, per_axis=True, unit="cells",
                                           help="Distance between neighbours in the window.")
    groups: int = knob(1, low=1, high=65_536,
                       help="Parts into which channels and filters are split; each filter sees its own part only.")
    bias: bool = knob(True, help="One number added to every cell of a map.")

    def windows(self, space: Shape) -> tuple[Axis, ...]:
        """The windows of the convolution that this one turns round: over the output, as many as the input has cells."""
        return _axes(self.kind, space, self.kernel, self.stride, self.padding, self.output_padding, self.dilation)

    def output_shape(self, *inputs: Shape) -> Shape:
        """(F, *G), G = (S − 1)·stride − 2·padding + dilation·(K − 1) + output_padding + 1."""
        channels, *space = inputs[0]
        common = math.gcd(channels, self.filters)
        axes = self.windows(tuple(space))
        if common % self.groups:
            raise CnnError("conv.groups", "{owner}: {knob} = {value} does not divide both the {channels} channels and "
                           "the {filters} filters. Allowed: {allowed}.", owner=self.kind, knob="groups",
                           value=self.groups, channels=channels, filters=self.filters,
                           allowed=", ".join(str(g) for g in range(1, common + 1) if common % g == 0))
        return (self.filters, *(axis.size for axis in axes))

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """weight (C, F/groups, *K), as PyTorch has it, and bias (F,)."""
        channels, *space = inputs[0]
        kernel = windows.kernel_space(self.windows(tuple(space)))
        shapes: dict[str, Shape] = {"weight": (channels, self.filters // self.groups, *kernel)}
        return shapes | {"bias": (self.filters,)} if self.bias else shapes

    def start(self, rng: np.random.Generator, *inputs: Shape) -> dict[str, Array]:
        """He's weights, zero biases."""
        return he_and_zeros(rng, self.parameter_shapes(*inputs))

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """What a convolution does to a gradient."""
        axes = self.windows(inputs[0].shape[2:])
        out = spread(inputs[0], params["weight"], axes, self.groups)
        if self.bias:
            out += params["bias"].reshape(-1, *(1,) * len(axes))
        return Forward(out)

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """The convolution itself."""
        out = correlate(grad, params["weight"], self.windows(inputs[0].shape[2:]), self.groups)
        return Backward((out,), self.parameter_gradients(grad, inputs, params, forward))

    def parameter_gradients(self, grad: Array, inputs: tuple[Array, ...], params: Params,
                            forward: Forward) -> dict[str, Array]:
        """Sums over samples and places; input and gradient have changed places."""
        x = inputs[0]
        out = {"weight": weight_gradient(x, grad, params["weight"], self.windows(x.shape[2:]), self.groups)}
        return out | {"bias": grad.sum(axis=(0, *range(2, grad.ndim)))} if self.bias else out

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layouts: output (C/groups, *K), input0 (F/groups, *K), weight (N, *S), bias (N, *G).

        In the output's trace a factor that is not inside stands where no input cell lays this part of the kernel.
        """
        total = self.total(target, cell, run, sample)
        x, weight = run.inputs[0], run.params["weight"]
        axes = self.windows(x.shape[2:])
        per_in, per_out = len(weight) // self.groups, weight.shape[1]
        if target in ("weight", "bias"):
            return self._parameter_trace(target, cell, run, total)
        if target == "output":
            group, f = divmod(cell[0], per_out)
            channels = range(group * per_in, (group + 1) * per_in)
            spots = windows.reached_cells(axes, cell[1:])
            cells, inside = windows.with_channels(np.array(channels), *spots)
            factors = column("input0", windows.gather(x[sample], cells, inside), cells, inside)
            own, layout = kernel_cells(channels, [f], axes), (per_in, *weight.shape[2:])
            bias = float(run.params["bias"][cell[0]]) if self.bias else None
        else:
            assert run.grad is not None  # total() has seen to it
            group = cell[0] // per_in
            spots = windows.read_cells(axes, cell[1:])
            cells, inside = windows.with_channels(np.arange(group * per_out, (group + 1) * per_out), *spots)
            factors = column("grad", windows.gather(run.grad[sample], cells, inside), cells, inside)
            own, layout, bias = kernel_cells([cell[0]], range(per_out), axes), weight.shape[1:], None
        weights = column("weight", weight[tuple(own.T)], own)
        terms = factors.values * weights.values
        return Trace("products", target, cell, (factors, weights), terms, layout, total, bias=bias)

    def _parameter_trace(self, target: str, cell: tuple[int, ...], run: Run, total: float) -> Trace:
        assert run.grad is not None  # total() has seen to it
        x, grad, count = run.inputs[0], run.grad, len(run.grad)
        space = grad.shape[2:] if target == "bias" else x.shape[2:]
        spots = np.tile(np.indices(space).reshape(len(space), -1).T, (count, 1))  # (N·S or N·G, rank)
        samples = np.repeat(np.arange(count), math.prod(space))
        cells = np.hstack([np.full((len(spots), 1), cell[0]), spots])
        if target == "bias":
            came = column("grad", grad[:, cell[0]], cells, samples=samples)
            return Trace("products", target, cell, (came,), came.values, (count, *space), total)
        went = column("input0", x[:, cell[0]], cells, samples=samples)
        weight, axes = run.params["weight"], self.windows(x.shape[2:])
        f = cell[0] // (len(weight) // self.groups) * weight.shape[1] + cell[1]
        shift = [k * a.dilation - a.padding for k, a in zip(cell[2:], axes, strict=True)]
        at, inside = windows.sources(spots * [a.stride for a in axes] + shift, axes, "zeros")
        cells = np.hstack([np.full((len(at), 1), f), at])
        values = windows.gather(grad, np.hstack([samples[:, None], cells]), inside)
        came = column("grad", values, cells, inside, samples)
        return Trace("products", target, cell, (came, went), came.values * went.values, (count, *space), total)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The group's channels, where a kernel is laid over the cell."""
        channels, *space = inputs[0]
        per_in, group = channels // self.groups, cell[0] // (self.filters // self.groups)
        spots = (axis.reaches(i) for axis, i in zip(self.windows(tuple(space)), cell[1:], strict=True))
        return (((group * per_in, (group + 1) * per_in, 1), *spots),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The group's filters, where the cell lays its kernel."""
        channels, *space = inputs[0]
        per_out, group = self.filters // self.groups, cell[0] // (channels // self.groups)
        spots = (axis.reads(o) for axis, o in zip(self.windows(tuple(space)), cell[1:], strict=True))
        return ((group * per_out, (group + 1) * per_out, 1), *spots)

    def multiply_adds(self, *inputs: Shape) -> int:
        """Every input cell takes one for each cell of its kernel and each filter of its group."""
        return math.prod(inputs[0]) * math.prod(self.parameter_shapes(*inputs)["weight"][1:])

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The input cells that lay their kernel over the output cell, times the parts of it that they lay there."""
        if target != "output":
            return ""
        x, w, rank = names["input0"], names["weight"], len(cell) - 1
        group, f = divmod(cell[0], self.filters // self.groups)
        knobs = (v if isinstance(v, tuple) else (v,) * rank
                 for v in (self.kernel, self.stride, self.padding, self.dilation))
        lines = [f"n = {w}.shape[0]" + (f" // {self.groups}" if self.groups > 1 else "")]
        for i, (g, k, s, p, d) in enumerate(zip(cell[1:], *knobs, strict=True)):
            start = f"({g + p} - {d} * k)" if d > 1 else f"({g + p} - k)"
            fits = f"{start} % {s} == 0 and 0 <= {start} // {s} < {x}.shape[{i + 1}]"
            lines += [f"k{i} = [k for k in range({k}) if {fits}]", f"i{i} = [{start} // {s} for k in k{i}]"]
        first = f"{group} * n, {group + 1} * n" if group else "n"
        at, own = (", ".join(f"{letter}{i}" for i in range(rank)) for letter in "ik")
        lines += [f"p = {x}[np.ix_(range({first}), {at})]", f"q = {w}[np.ix_(range({first}), [{f}], {own})][:, 0]"]
        return "\n".join([*lines, "(p * q).sum()" + (f" + {names['bias']}[{cell[0]}]" if self.bias else "")])

    def summary(self) -> tuple[str, dict[str, object]]:
        """Stride, padding, and what is out of the ordinary."""
        facts: dict[str, object] = {"stride": sizes(self.stride), "padding": sizes(self.padding)}
        if sizes(self.dilation) != "1" or self.groups > 1:
            return ("stride {stride} · padding {padding} · dilation {dilation} · groups {groups}",
                    facts | {"dilation": sizes(self.dilation), "groups": self.groups})
        return "stride {stride} · padding {padding}", facts


@lru_cache(maxsize=1024)
def _axes(kind: str, space: Shape, kernel: int | Shape, stride: int | Shape, padding: int | Shape,
          output_padding: int | Shape, dilation: int | Shape) -> tuple[Axis, ...]:
    check_rank(kind, space)
    knobs = (("kernel", kernel), ("stride", stride), ("padding", padding), ("output_padding", output_padding),
             ("dilation", dilation))
    axes = []
    for n, k, s, p, more, d in zip(space, *(per_axis(kind, key, v, len(space)) for key, v in knobs), strict=True):
        if more >= s:
            raise CnnError("transposed.more", "{owner}: {knob} = {value} is as much as the stride. Allowed: {allowed}.",
                           owner=kind, knob="output_padding", value=output_padding, allowed=f"0 … {s - 1}")
        full = (n - 1) * s + d * (k - 1) + 1 + more
        if full <= 2 * p:
            raise CnnError("transposed.padding", "{owner}: {knob} = {value} cuts off all {size} cells of the output. "
                           "Allowed: {allowed}.", owner=kind, knob="padding", value=padding, size=full,
                           allowed=f"0 … {(full - 1) // 2}")
        axes.append(Axis(full - 2 * p, k, s, p, d, p))
    return tuple(axes)
