"""Convolution over 1, 2 or 3 space axes; as everywhere in deep learning, a cross-correlation: no kernel is flipped.

Letters: N samples, C channels, F filters, S input space, K kernel space, G output space.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.initializers import he_and_zeros
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Run, Shape, knob
from cnncore.ops import windows
from cnncore.ops.text import sizes
from cnncore.shapes import Axis, window_axes
from cnncore.trace import Trace, column

CACHE = 1 << 19  # bytes of columns at a time: half of a usual second-level cache


@dataclass(frozen=True)
class Convolution(Op):
    """One kernel slides over the input for each filter. weight (F, C/groups, *K), bias (F,)."""

    kind = "conv"
    title = "convolution"
    filters: int = knob(8, low=1, high=65_536, help="Number of kernels, and of maps that come out.")
    kernel: int | tuple[int, ...] = knob(3, low=1, high=1024, per_axis=True, unit="cells", help="Size of the window.")
    stride: int | tuple[int, ...] = knob(1, low=1, high=1024, per_axis=True, unit="cells",
                                         help="How far the window moves at each step.")
    padding: int | tuple[int, ...] = knob(0, low=0, high=1024, per_axis=True, unit="cells",
                                          help="Zeros added on every side.")
    dilation: int | tuple[int, ...] = knob(1, low=1, high=1024, per_axis=True, unit="cells",
                                           help="Distance between neighbours in the window.")
    groups: int = knob(1, low=1, high=65_536,
                       help="Parts into which channels and filters are split; each filter sees its own part only.")
    bias: bool = knob(True, help="One number added to every cell of a map.")

    def axes(self, space: Shape) -> tuple[Axis, ...]:
        """The windows along each space axis of the input."""
        return window_axes(self.kind, space, self.kernel, self.stride, self.padding, self.dilation)

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
        """One matrix product a sample and group, a few samples at a time."""
        x = inputs[0]
        axes = self.axes(x.shape[2:])
        weight = params["weight"].reshape(self.groups, self.filters // self.groups, -1)
        out = np.empty((len(x), *weight.shape[:2], math.prod(windows.out_space(axes))), np.result_type(x, weight))
        for part, columns in self._columns(x, axes):
            np.matmul(weight, columns, out=out[part])  # (n, groups, F/groups, G)
        out = out.reshape(len(x), self.filters, *windows.out_space(axes))
        if self.bias:
            out += params["bias"].reshape(-1, *(1,) * len(axes))
        return Forward(out)

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """The transposed products; each window's gradient is added back where the window lay."""
        x, weight = inputs[0], params["weight"]
        axes = self.axes(x.shape[2:])
        by_group = weight.reshape(self.groups, self.filters // self.groups, -1).swapaxes(-1, -2)  # (groups, C·K, F)
        came, spots = self._grouped(grad), windows.taps(axes)
        space = tuple(axis.size + 2 * axis.padding for axis in axes)
        out = np.empty(x.shape, grad.dtype)
        for part in self._parts(x, axes):
            last = np.ascontiguousarray(came[part].transpose(1, 2, 3, 0))  # samples last: the sums run over long rows
            shares = np.matmul(by_group, last.reshape(*last.shape[:2], -1))  # (groups, C/groups·K, G·n)
            shares = shares.reshape(x.shape[1], len(spots), *windows.out_space(axes), -1)
            sums = np.zeros((x.shape[1], *space, shares.shape[-1]), grad.dtype)
            for k, (_, *place) in enumerate(spots):
                at = (slice(None), *place)
                sums[at] += shares[:, k]
            out[part] = np.moveaxis(sums, -1, 0)[windows.inner(axes)]
        return Backward((out,), self.parameter_gradients(grad, inputs, params, forward))

    def parameter_gradients(self, grad: Array, inputs: tuple[Array, ...], params: Params,
                            forward: Forward) -> dict[str, Array]:
        """Sums over samples and places."""
        x, weight = inputs[0], params["weight"]
        came = self._grouped(grad)
        total = np.zeros((self.groups, self.filters // self.groups, weight[0].size), grad.dtype)
        for part, columns in self._columns(x, self.axes(x.shape[2:])):
            total += np.matmul(came[part], columns.swapaxes(-1, -2)).sum(axis=0)
        out = {"weight": total.reshape(weight.shape)}
        return out | {"bias": grad.sum(axis=(0, *range(2, grad.ndim)))} if self.bias else out

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layouts: output (C/groups, *K), input0 (F/groups, *K), weight and bias (N, *G)."""
        total = self.total(target, cell, run, sample)
        x, weight = run.inputs[0], run.params["weight"]
        axes = self.axes(x.shape[2:])
        per_in, per_out = weight.shape[1], self.filters // self.groups
        if target in ("weight", "bias"):
            return self._parameter_trace(target, cell, run, total)
        if target == "output":
            f, group = cell[0], cell[0] // per_out
            spots, inside = windows.read_cells(axes, cell[1:])
            cells, inside = windows.with_channels(np.arange(group * per_in, (group + 1) * per_in), spots, inside)
            factors = column("input0", windows.gather(x[sample], cells, inside), cells, inside)
            own = _kernel_cells([f], range(per_in), axes)
            bias = float(run.params["bias"][f]) if self.bias else None
            layout = weight.shape[1:]
        else:
            assert run.grad is not None  # total() has seen to it
            group, c = divmod(cell[0], per_in)
            filters = range(group * per_out, (group + 1) * per_out)
            spots, inside = windows.reached_cells(axes, cell[1:])
            cells, inside = windows.with_channels(np.array(filters), spots, inside)
            factors = column("grad", windows.gather(run.grad[sample], cells, inside), cells, inside)
            own, bias = _kernel_cells(filters, [c], axes), None
            layout = (per_out, *weight.shape[2:])
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
        shift = [k * a.dilation - a.padding for k, a in zip(cell[2:], axes, strict=True)]
        at = spots * [a.stride for a in axes] + shift
        inside = np.all((at >= 0) & (at < x.shape[2:]), axis=1)
        cells = np.hstack([np.full((len(at), 1), channel), at])
        went = column("input0", windows.gather(x, np.hstack([samples[:, None], cells]), inside), cells, inside, samples)
        return Trace("products", target, cell, (came, went), came.values * went.values, layout, total)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The group's channels under the window."""
        channels, *space = inputs[0]
        per_in = channels // self.groups
        group = cell[0] // (self.filters // self.groups)
        spots = (axis.reads(o) for axis, o in zip(self.axes(tuple(space)), cell[1:], strict=True))
        return (((group * per_in, (group + 1) * per_in, 1), *spots),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The group's filters, where their windows lie on the cell."""
        channels, *space = inputs[0]
        per_out = self.filters // self.groups
        group = cell[0] // (channels // self.groups)
        return ((group * per_out, (group + 1) * per_out, 1),
                *(axis.reaches(i) for axis, i in zip(self.axes(tuple(space)), cell[1:], strict=True)))

    def multiply_adds(self, *inputs: Shape) -> int:
        """Every output cell takes one for each cell of its kernel."""
        return math.prod(self.output_shape(*inputs)) * math.prod(self.parameter_shapes(*inputs)["weight"][1:])

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The window cut out, times the kernel, summed."""
        if target != "output":
            return ""
        x, w, f, rank = names["input0"], names["weight"], cell[0], len(cell) - 1
        knobs = (self.kernel, self.stride, self.padding, self.dilation)
        numbers = list(zip(*(v if isinstance(v, tuple) else (v,) * rank for v in knobs), strict=True))
        ranges = ((o * s, o * s + (k - 1) * d + 1, d) for o, (k, s, _, d) in zip(cell[1:], numbers, strict=True))
        lines, channels = [], ":"
        if any(p for _, _, p, _ in numbers):
            lines.append(f"q = np.pad({x}, [(0, 0), {', '.join(f'({p}, {p})' for _, _, p, _ in numbers)}])")
            x = "q"
        if self.groups > 1:
            group = f // (self.filters // self.groups)
            lines.append(f"n = {w}.shape[1]")
            channels = f"{group} * n:{group + 1} * n"
        bias = f" + {names['bias']}[{f}]" if self.bias else ""
        lines.append(f"p = {x}[{channels}, {windows.sliced(tuple(ranges))}]")
        return "\n".join([*lines, f"(p * {w}[{f}]).sum(){bias}"])

    def summary(self) -> tuple[str, dict[str, object]]:
        """Stride, padding, and what is out of the ordinary."""
        facts: dict[str, object] = {"stride": sizes(self.stride), "padding": sizes(self.padding)}
        if sizes(self.dilation) != "1" or self.groups > 1:
            return ("stride {stride} · padding {padding} · dilation {dilation} · groups {groups}",
                    facts | {"dilation": sizes(self.dilation), "groups": self.groups})
        if sizes(self.padding) == "0":
            return "stride {stride} · no padding", facts
        return "stride {stride} · padding {padding}", facts

    def _columns(self, x: Array, axes: tuple[Axis, ...]) -> Iterator[tuple[slice, Array]]:
        """Every window as a column, (n, groups, C/groups·K, G), a few samples at a time, into one buffer."""
        source = windows.padded(x, axes)
        shape = (self.groups, source[0].shape[0] // self.groups * math.prod(windows.kernel_space(axes)),
                 math.prod(windows.out_space(axes)))
        parts = self._parts(x, axes)
        ways = windows.view(source, axes)  # (N, C, *K, *G)
        buffer = np.empty((parts[0].stop, *ways.shape[1:]), x.dtype)
        for part in parts:
            columns = buffer[:part.stop - part.start]
            np.copyto(columns, ways[part])
            yield part, columns.reshape(len(columns), *shape)

    def _parts(self, x: Array, axes: tuple[Axis, ...]) -> list[slice]:
        """The batch in pieces whose columns stay in the cache."""
        cells = x.shape[1] * math.prod(windows.kernel_space(axes)) * math.prod(windows.out_space(axes))
        step = max(1, CACHE // max(cells * x.itemsize, 1))
        return [slice(k, min(k + step, len(x))) for k in range(0, len(x), step)] or [slice(0, 0)]

    def _grouped(self, grad: Array) -> Array:
        """(N, F, *G) to (N, groups, F/groups, G)."""
        return grad.reshape(grad.shape[0], self.groups, self.filters // self.groups, -1)


def _kernel_cells(filters: range | list[int], channels: range | list[int], axes: tuple[Axis, ...]) -> Array:
    """Every weight of some filters and channels, in order: (n, 2 + rank)."""
    ranges = (filters, channels, *(range(axis.kernel) for axis in axes))
    grid = np.meshgrid(*(np.array(r) for r in ranges), indexing="ij")
    return np.stack(grid, axis=-1).reshape(-1, len(ranges))
