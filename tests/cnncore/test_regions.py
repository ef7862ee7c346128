"""Receptive fields and their reverse through whole graphs, against following every single cell."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.network import Network, Node
from cnncore.op import Region
from cnncore.ops import make_op
from cnncore.shapes import reached_region, receptive_region


def graph(*layers: tuple[str, str, dict, tuple[str, ...]], shape: tuple[int, ...] = (1, 6, 6)) -> Network:
    return Network("g", shape, tuple(Node(name, make_op(kind, knobs), inputs) for name, kind, knobs, inputs in layers))


CONV = {"filters": 2, "kernel": 3}
GRAPHS = {
    "mirrored": graph(("a", "conv", {**CONV, "padding": 1, "mode": "reflect"}, ("input",)),
                      ("b", "conv", {**CONV, "padding": 1, "mode": "circular"}, ("a",))),
    "padded": graph(("p", "pad", {"padding": (2, (1, 2)), "mode": "reflect"}, ("input",)), ("a", "conv", CONV, ("p",)),
                    ("m", "maxpool", {"window": 2, "stride": 2}, ("a",))),
    "joined": graph(("a", "conv", CONV, ("input",)), ("b", "conv", {**CONV, "dilation": 1}, ("input",)),
                    ("c", "concat", {}, ("a", "b")), ("d", "conv", {"filters": 2, "kernel": 2, "groups": 2}, ("c",))),
    "flat": graph(("m", "maxpool", {"window": 2, "stride": 2}, ("input",)), ("f", "flatten", {}, ("m",)),
                  ("r", "reshape", {"shape": (3, 3)}, ("f",))),
    "strided": graph(("a", "conv", {**CONV, "stride": 2}, ("input",)), ("u", "add", {}, ("a", "a"))),
}


def cells_of(region: Region, shape: tuple[int, ...]) -> set[tuple[int, ...]]:
    ranges = [range(*one) for one in region] if region is not None else [range(n) for n in shape]
    return set(map(tuple, np.array(np.meshgrid(*ranges, indexing="ij")).reshape(len(ranges), -1).T.tolist()))


def truth(network: Network, node: str, cell: tuple[int, ...]) -> dict[str, set[tuple[int, ...]]]:
    """Every single cell, followed back."""
    found = {node: {cell}}
    for one in reversed(network.nodes):
        for at in found.get(one.name, ()):
            shapes = network.input_shapes(one.name)
            for source, region in zip(one.inputs, one.op.reads(at, *shapes), strict=True):
                found.setdefault(source, set()).update(cells_of(region, network.shapes[source]))
    return found


def hull(cells: set[tuple[int, ...]]) -> list[tuple[int, int]]:
    return [(min(axis), max(axis) + 1) for axis in zip(*cells, strict=True)]


@pytest.mark.parametrize("name", GRAPHS)
def test_the_box_of_every_cell_is_that_of_all_cells_it_depends_on(name):
    network = GRAPHS[name]
    for cell in np.ndindex(network.shapes[network.last]):
        found, true = receptive_region(network, network.last, cell), truth(network, network.last, cell)
        for source, cells in true.items():
            if source != network.last and cells:
                box = found[source]
                assert [(s.start, s.stop) for s in box] == hull(cells), (cell, source)
                assert all((c - s.start) % (s.step or 1) == 0 for at in cells for c, s in zip(at, box, strict=True))


@pytest.mark.parametrize("name", GRAPHS)
def test_what_a_cell_reaches_holds_all_that_moves_when_it_moves(name):
    network, rng = GRAPHS[name], np.random.default_rng(2)
    weights = {key: rng.standard_normal(value.shape) for key, value in network.start(0).items()}
    x = rng.standard_normal((1, *network.input_shape))
    before = network.forward(weights, x).outputs[network.last][0]
    for at in np.ndindex(network.shapes["input"]):
        moved = x.copy()
        moved[(0, *at)] += 100.0
        changed = np.argwhere(network.forward(weights, moved).outputs[network.last][0] != before)
        found = reached_region(network, "input", at)
        if len(changed):
            box = [(s.start, s.stop) for s in found[network.last]]
            for (low, high), axis in zip(box, changed.T, strict=True):
                assert low <= axis.min()
                assert axis.max() < high
