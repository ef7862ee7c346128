"""Receptive fields of all layers of a graph in one sweep from the input: what the centre of each layer sees.

`cnncore.shapes.receptive_region` follows one cell back, box by box; here a table of every cell along each axis grows
layer by layer, so that a network of hundreds of layers takes no longer than its sizes ask for.
Araujo, Norris and Sim 2019, doi:10.23915/distill.00021.
"""

from __future__ import annotations

import numpy as np

from cnncore.network import INPUT, Network, Node
from cnncore.op import Array, Region, Shape
from cnncore.shapes import receptive_field

Spans = list[tuple[Array, Array]]  # for each space axis: first cell of the input and one past the last, (n,) each
Box = tuple[tuple[int, int], ...]  # the same of one cell

LONG = 20_000  # cells of an axis up to which a table of them is quicker than following cells back


def centre(shape: Shape) -> Shape:
    """The cell in the middle of a (C, *G), in its first channel; of an even size the one after the middle."""
    return (0, *(n // 2 for n in shape[1:]))


def receptive_fields(network: Network) -> dict[str, Shape]:
    """For every node the cells of the input, along each of its space axes, that its centre depends on.

    All channels of the centre together: after branches of unlike width, the widest. A list has its centre where the
    centre of what it reads goes. Nothing sees more than the input has.
    """
    sizes = network.input_shape[1:]
    tables = max(sizes, default=0) <= LONG
    spans: dict[str, Spans] = {INPUT: [(np.arange(n), np.arange(n) + 1) for n in sizes if tables]}
    lists: dict[str, tuple[Box, Box]] = {}  # of the centre, and of all cells together
    out: dict[str, Shape] = {}
    for node in network.nodes:
        shape = network.shapes[node.name]
        if tables and len(shape) == len(sizes) + 1 > 1 and all(source in spans for source in node.inputs):
            spans[node.name] = [_swept(network, node, axis, spans) for axis in range(1, len(shape))]
            box = _box(spans[node.name], [(i, i + 1) for i in centre(shape)[1:]])
        elif tables and len(shape) == 1 and all(source in spans or source in lists for source in node.inputs):
            lists[node.name] = _listed(network, node, spans, lists)
            box = lists[node.name][0]
        else:  # maps made of a list again, or too long for tables: followed back cell by cell
            found = receptive_field(network, node.name, centre(shape)).get(INPUT, ())
            box = tuple((one.start, one.stop) for one in found)
        out[node.name] = tuple(max(stop - start, 0) for start, stop in box)
    return out


def _swept(network: Network, node: Node, axis: int, spans: dict[str, Spans]) -> tuple[Array, Array]:
    """The table of one node along one axis, from those of what it reads."""
    shape, shapes = network.shapes[node.name], network.input_shapes(node.name)
    cell, count = centre(shape), shape[axis]
    starts = np.full(count, network.input_shape[axis])
    stops = np.zeros(count, np.int64)
    for channel in _channels(node, shape, shapes):
        seen = [node.op.reads((channel, *cell[1:axis], place, *cell[axis + 1:]), *shapes) for place in range(count)]
        for k, source in enumerate(node.inputs):
            places = [place for place, regions in enumerate(seen) if not _empty(regions[k])]
            windows = [(0, shapes[k][axis]) if (r := seen[place][k]) is None else r[axis][:2] for place in places]
            first, last = _under(*spans[source][axis - 1], np.array(windows, np.int64).reshape(-1, 2))
            starts[places], stops[places] = np.minimum(starts[places], first), np.maximum(stops[places], last)
    return starts, stops


def _under(first: Array, last: Array, windows: Array) -> tuple[Array, Array]:
    """The least first and the greatest last cell under each of (n, 2) windows, none of them empty."""
    low, high = windows[:, 0], windows[:, 1]
    if (np.diff(first) >= 0).all() and (np.diff(last) >= 0).all():
        return first[low], last[high - 1]
    parts = [slice(a, b) for a, b in windows.tolist()]  # of padding that goes around
    return np.array([first[part].min() for part in parts]), np.array([last[part].max() for part in parts])


def _channels(node: Node, shape: Shape, shapes: tuple[Shape, ...]) -> list[int]:
    """Channels that together read from all sources; of a node with one source the first will do."""
    found, missing = [0], set(range(len(shapes)))
    for channel in range(shape[0] if len(shapes) > 1 else 0):
        regions = node.op.reads((channel, *centre(shape)[1:]), *shapes)
        seen = {k for k in missing if not _empty(regions[k])}
        if seen:
            found.append(channel)
            missing -= seen
        if not missing:
            break
    return sorted(set(found))


def _listed(network: Network, node: Node, spans: dict[str, Spans],
            lists: dict[str, tuple[Box, Box]]) -> tuple[Box, Box]:
    """What the centre of a list sees, and what all of it does."""
    shapes = network.input_shapes(node.name)
    reached = node.op.reaches(0, centre(shapes[0]), *shapes)
    cell = 0 if reached is None or _empty(reached) else reached[0][0]
    middle, every = [], []
    for source, region, shape in zip(node.inputs, node.op.reads((cell,), *shapes), shapes, strict=True):
        whole = lists[source][1] if source in lists else _box(spans[source], [(0, n) for n in shape[1:]])
        every.append(whole)
        if region is None:
            middle.append(whole)
        elif not _empty(region):
            middle.append(lists[source][0] if source in lists else _box(spans[source], [r[:2] for r in region[1:]]))
    return _union(middle or every), _union(every)


def _box(spans: Spans, ranges: list[tuple[int, int]]) -> Box:
    """What all cells of a box see together."""
    return tuple((int(first[slice(*part)].min()), int(last[slice(*part)].max()))
                 for (first, last), part in zip(spans, ranges, strict=True))


def _union(boxes: list[Box]) -> Box:
    return tuple((min(start for start, _ in axis), max(stop for _, stop in axis)) for axis in zip(*boxes, strict=True))


def _empty(region: Region) -> bool:
    return region is not None and any(stop <= start for start, stop, _ in region)
