"""All size arithmetic: windows, padding, receptive fields, multiply-adds. Nothing here touches an array."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise, product
from math import gcd
from typing import TYPE_CHECKING, Any, NamedTuple

from cnncore.errors import CnnError
from cnncore.op import Op, Range, Region, Shape, single

if TYPE_CHECKING:
    from cnncore.network import Network

Slices = tuple[slice, ...]
MOST = 1024  # cells of a box that are asked one by one
Padding = int | str | tuple[int | tuple[int, int], ...]


def window_axis(size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1,
                after: int | None = None) -> tuple[int, int]:
    """How often a window fits along one axis, and how many cells at the end no window reaches.

    ⌊(size + padding + after − dilation·(kernel − 1) − 1) / stride⌋ + 1; what the floor drops is the second number,
    padding cells included. A kernel wider than the padded axis fits 0 times. Without ``after`` both sides are padded
    alike.
    """
    whole = size + padding + (padding if after is None else after)
    room = whole - dilation * (kernel - 1) - 1
    return (room // stride + 1, room % stride) if room >= 0 else (0, whole)


def per_axis(owner: str, knob: str, value: Padding, rank: int) -> tuple[Any, ...]:
    """One value for each of ``rank`` space axes."""
    if not isinstance(value, tuple):
        return (value,) * rank
    if len(value) != rank:
        raise CnnError("shape.axes", "{owner}: {knob} = {value} has {given} numbers. Allowed: {allowed}, one for each "
                       "space axis of the input, or a single number for all.",
                       owner=owner, knob=knob, value=value, given=len(value), allowed=rank)
    return value


def sides(padding: int | str | tuple[int, int], size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Cells before and after one axis: from a number, a pair, or a word.

    ``"valid"``: none. ``"same"``: as many as make ⌈size / stride⌉ windows; of an odd number the one more stands after,
    as in TensorFlow and in ONNX's SAME_UPPER. ``"full"``: every window that meets the input at all.
    """
    if isinstance(padding, tuple):
        return padding
    span = dilation * (kernel - 1) + 1
    if padding == "same":
        total = max((-(-size // stride) - 1) * stride + span - size, 0)
        return total // 2, total - total // 2
    return {"valid": (0, 0), "full": (span - 1, span - 1)}[padding] if isinstance(padding, str) else (padding, padding)


class Axis(NamedTuple):
    """Windows along one space axis: output cell o reads o·stride − padding + k·dilation for k = 0 … kernel − 1.

    ``padding`` cells stand before the axis, ``after`` cells after it. What they hold is the ``mode`` of the methods:
    zeros, or the cells of the input that `source` names.
    """

    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int
    after: int

    @property
    def out(self) -> int:
        """Number of windows."""
        return window_axis(*self)[0]

    @property
    def dropped(self) -> int:
        """Cells at the end of the input that no window reaches, because the next window would not fit."""
        return max(window_axis(*self)[1] - self.after, 0)

    def source(self, place: int, mode: str = "zeros") -> int | None:
        """The cell of the input whose value stands at a place, which may lie on padding; None where that is a zero."""
        if 0 <= place < self.size:
            return place
        if mode == "reflect":
            return -place if place < 0 else 2 * (self.size - 1) - place
        if mode == "replicate":
            return min(max(place, 0), self.size - 1)
        return place % self.size if mode == "circular" else None

    def images(self, i: int, mode: str = "zeros") -> list[int]:
        """Every place where the value of input cell ``i`` stands: its own, and those of padding."""
        if mode == "zeros":
            return [i]
        return [p for p in range(-self.padding, self.size + self.after) if self.source(p, mode) == i]

    def reads(self, o: int, mode: str = "zeros") -> Range:
        """Cells of the input under window ``o``, without zeros; where there are none, an empty range at its place."""
        first = o * self.stride - self.padding
        if mode == "zeros":  # counted out: a window may hold a million cells
            start = max(-(first // self.dilation), 0)
            stop = min((self.size - 1 - first) // self.dilation + 1, self.kernel)
            if start < stop:
                return first + start * self.dilation, first + (stop - 1) * self.dilation + 1, self.dilation
        found = {self.source(first + k * self.dilation, mode) for k in range(self.kernel)}
        return _box([i for i in found if i is not None], min(max(first, 0), self.size), self.dilation)

    def reaches(self, i: int, mode: str = "zeros") -> Range:
        """Windows that lie on input cell ``i``; where it falls between windows, an empty range at its place."""
        if mode == "zeros" and self.dilation == 1:
            last = min((i + self.padding) // self.stride + 1, self.out)
            start = max(-((self.kernel - 1 - i - self.padding) // self.stride), 0)
            if start < last:
                return start, last, 1
        starts = [p + self.padding - k * self.dilation for p in self.images(i, mode) for k in range(self.kernel)]
        outs = {p // self.stride for p in starts if p % self.stride == 0 and 0 <= p < self.out * self.stride}
        return _box(list(outs), min(max((i + self.padding) // self.stride + 1, 0), self.out))


def _box(cells: list[int], edge: int, step: int = 1) -> Range:
    """The smallest range that holds all cells."""
    cells.sort()
    if len(cells) > 1:
        step = gcd(*(b - a for a, b in pairwise(cells)))
    return (cells[0], cells[-1] + 1, step) if cells else (edge, edge, 1)


@lru_cache(maxsize=1024)
def window_axes(owner: str, space: Shape, kernel: int | Shape, stride: int | Shape, padding: Padding,
                dilation: int | Shape = 1, name: str = "kernel") -> tuple[Axis, ...]:
    """The windows of a layer along every space axis; `CnnError` where its settings do not fit the input.

    Args:
        owner: Kind of the layer, for messages.
        space: *S of the input.
        kernel, stride, dilation: One value, or one for each axis.
        padding: The same, or pairs, or a word: see `sides`.
        name: What the layer calls its kernel.
    """
    check_rank(owner, space, name)
    rank = len(space)
    knobs = ((name, kernel), ("stride", stride), ("dilation", dilation), ("padding", padding))
    values = (per_axis(owner, k, v, rank) for k, v in knobs)
    axes = []
    for size, k, s, d, p in zip(space, *values, strict=True):
        before, after = sides(p, size, k, s, d)
        axes.append(Axis(size, k, s, before, d, after))
    for axis in axes:
        if axis.out < 1:
            whole = axis.size + axis.padding + axis.after
            raise CnnError("shape.window", "{owner}: {knob} = {value} is wider than the input, which is {size} with "
                           "its padding. Allowed: {allowed}. Make {knob} or dilation smaller, or padding larger.",
                           owner=owner, knob=name, value=kernel, size=whole,
                           allowed=f"1 … {(whole - 1) // axis.dilation + 1}")
    return tuple(axes)


def check_rank(owner: str, space: Shape, name: str = "kernel") -> None:
    """`CnnError` for what is no map."""
    if not 1 <= len(space) <= 3:
        raise CnnError("shape.rank", "{owner}: a {knob} slides over maps; the input has {value} space axes. "
                       "Allowed: {allowed}. Put it before flatten.", owner=owner, knob=name, value=len(space),
                       allowed="1, 2, 3")


def dropped(network: Network, node: str) -> Shape:
    """For each space axis of a layer's input, how many cells at its end no window reaches: () where none slides.

    The windows stand at multiples of the stride; where the last would not fit, the floor of `window_axis` leaves it out
    and these cells have no effect on the output at all. The window says it, and its maps hatch them.
    """
    return tuple(axis.dropped for axis in windows_over(network.node(node).op, network.input_shapes(node)[0][1:]))


def windows_over(op: Op, space: Shape) -> tuple[Axis, ...]:
    """How the windows of a convolution or a pooling lie over *S of its input; () for an op that has none."""
    axes: tuple[Axis, ...] = op.axes(space) if getattr(op, "slides", False) else ()  # type: ignore[attr-defined]
    return axes


def places(sizes: Shape) -> list[Shape]:
    """Every index of an array of these sizes, in its order."""
    return list(product(*map(range, sizes)))


# --- through a graph

def receptive_region(network: Network, node: str, cell: Shape) -> dict[str, Slices]:
    """What one cell depends on: for every earlier node (and ``"input"``) a box, channels first, then the space axes.

    Args:
        network: The graph.
        node: Whose output.
        cell: (C, *G) index.
    """
    return dict(_receptive(network, node, tuple(cell)))


@lru_cache(maxsize=64)  # several views ask for the same cell
def _receptive(network: Network, node: str, cell: Shape) -> dict[str, Slices]:
    regions: dict[str, tuple[Range, ...]] = {node: _checked(network, node, cell)}
    for one in reversed(network.nodes):
        if one.name not in regions:
            continue
        shapes, even = network.input_shapes(one.name), one.op.even
        if not even and regions[one.name] == _whole(network.shapes[one.name]):  # all of it comes from all there is
            regions |= {source: _whole(network.shapes[source]) for source in one.inputs}
            continue
        for corner in _cells(regions[one.name], even):
            for source, region in zip(one.inputs, one.op.reads(corner, *shapes), strict=True):
                regions[source] = _joined(regions.get(source), region, network.shapes[source], even)
    return {name: _slices(region) for name, region in regions.items() if name != node}


def receptive_field(network: Network, node: str, cell: Shape) -> dict[str, Slices]:
    """`receptive_region` without the channel axis: one slice for each space axis, none for a plain list."""
    return {name: box[1:] for name, box in receptive_region(network, node, cell).items()}


def reached_region(network: Network, node: str, cell: Shape) -> dict[str, Slices]:
    """What depends on one cell: for every later node that it reaches a box, channels first, then the space axes."""
    return dict(_reached(network, node, tuple(cell)))


@lru_cache(maxsize=64)
def _reached(network: Network, node: str, cell: Shape) -> dict[str, Slices]:
    regions: dict[str, tuple[Range, ...]] = {node: _checked(network, node, cell)}
    for one in network.nodes:
        shapes, even = network.input_shapes(one.name), one.op.even
        for k, source in enumerate(one.inputs):
            if source not in regions:
                continue
            if not even and len(one.inputs) == 1 and regions[source] == _whole(network.shapes[source]):
                regions[one.name] = _whole(network.shapes[one.name])
                continue
            for corner in _cells(regions[source], even):
                found = one.op.reaches(k, corner, *shapes)
                regions[one.name] = _joined(regions.get(one.name), found, network.shapes[one.name], even)
    return {name: _slices(region) for name, region in regions.items() if name != node and not _empty(region)}


def reached(network: Network, node: str, cell: Shape) -> dict[str, Slices]:
    """`reached_region` without the channel axis."""
    return {name: box[1:] for name, box in reached_region(network, node, cell).items()}


def multiply_adds(network: Network, name: str | None = None) -> int:
    """Multiplications with a weight, for one sample, of one node or of all."""
    return sum(node.op.multiply_adds(*network.input_shapes(node.name))
               for node in network.nodes if name in (None, node.name))


def _checked(network: Network, node: str, cell: Shape) -> tuple[Range, ...]:
    shape = network.shapes[node] if node in network.shapes else network.shapes[network.node(node).name]
    if len(cell) != len(shape) or not all(0 <= i < n for i, n in zip(cell, shape, strict=True)):
        raise CnnError("shape.cell", "{node} has no cell {cell}; its shape is {shape}.",
                       node=node, cell=cell, shape=shape)
    return single(cell)


def _whole(shape: Shape) -> tuple[Range, ...]:
    return tuple((0, n, 1) for n in shape)


def _empty(region: tuple[Range, ...]) -> bool:
    return any(stop <= start for start, stop, _ in region)


def _cells(region: tuple[Range, ...], even: bool) -> list[Shape]:
    """Cells of a box that tell what all of it reads or reaches.

    Windows move evenly with their cell, so first, second and last are enough for most ops. Of the others every cell is
    asked, or, of a box that is too large for that, every cell along its edges from the first one.
    """
    if _empty(region):
        return []
    first, last = tuple(start for start, _, _ in region), tuple(stop - 1 for _, stop, _ in region)
    second = tuple(min(start + step, stop - 1) for start, stop, step in region)
    few = list(dict.fromkeys([first, second, last]))
    if even:
        return few
    axes = [range(*one) for one in region]
    if math.prod(map(len, axes)) <= MOST:
        return list(product(*axes))
    lines = [(*first[:k], i, *first[k + 1:]) for k, axis in enumerate(axes) for i in axis[::len(axis) // MOST + 1]]
    return list(dict.fromkeys([*few, *lines]))


def _joined(known: tuple[Range, ...] | None, region: Region, shape: Shape, even: bool) -> tuple[Range, ...]:
    """The smallest box around both. Where cells move evenly, an empty range still says at which place it lies."""
    found = _whole(shape) if region is None else region
    if known is None or (not even and _empty(known)):
        return found
    if not even and _empty(found):
        return known
    return tuple(a if a == b else (min(a[0], b[0]), max(a[1], b[1]), gcd(a[2], b[2], a[0] - b[0]))
                 for a, b in zip(known, found, strict=True))


def _slices(region: tuple[Range, ...]) -> Slices:
    return tuple(slice(start, stop, step) for start, stop, step in region)
