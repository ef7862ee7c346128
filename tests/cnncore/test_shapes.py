"""Window arithmetic and receptive fields."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncore.errors import CnnError
from cnncore.network import INPUT, Network, Node, chain
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Shape, single
from cnncore.ops import Convolution, Dense, Flatten, MaxPool, MeanPool, ReLU
from cnncore.shapes import (
    dropped,
    multiply_adds,
    reached,
    reached_region,
    receptive_field,
    receptive_region,
    window_axis,
)
from cnncore.zoo import lenet


@pytest.mark.parametrize(("numbers", "out", "dropped"), [
    ((7, 3, 1), 5, 0), ((7, 3, 2), 3, 0), ((7, 3, 3), 2, 1), ((32, 5), 28, 0), ((32, 5, 1, 2), 32, 0),
    ((227, 11, 4), 55, 0), ((5, 3, 1, 0, 2), 1, 0), ((3, 3, 2), 1, 0), ((2, 3), 0, 2),
])
def test_output_size_is_rounded_down_and_says_what_is_dropped(numbers, out, dropped):
    assert window_axis(*numbers) == (out, dropped)


@given(st.integers(1, 40), st.integers(1, 7), st.integers(1, 5), st.integers(0, 3), st.integers(1, 3))
def test_size_and_dropped_cells_agree_with_sliding_by_hand(size, kernel, stride, padding, dilation):
    padded, span = size + 2 * padding, dilation * (kernel - 1) + 1
    starts = range(0, padded - span + 1, stride)
    last = starts[-1] + span if starts else 0
    assert window_axis(size, kernel, stride, padding, dilation) == (len(starts), padded - last)


@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
def test_padding_of_half_an_odd_kernel_keeps_the_size(kernel):
    assert window_axis(32, kernel, 1, (kernel - 1) // 2) == (32, 0)


def test_volumes():
    assert Convolution(12, 5, padding=2).output_shape((3, 32, 32)) == (12, 32, 32)
    assert Convolution(3, 5).output_shape((3, 32, 32)) == (3, 28, 28)
    assert Convolution(2, 3).output_shape((1, 8, 9, 10)) == (2, 6, 7, 8)


def test_sharing_makes_105_million_weights_34848():
    op = Convolution(96, 11, stride=4)
    assert op.output_shape((3, 227, 227)) == (96, 55, 55)
    shapes = op.parameter_shapes((3, 227, 227))
    assert (np.prod(shapes["weight"]), shapes["bias"]) == (34_848, (96,))
    assert op.multiply_adds((3, 227, 227)) == 105_415_200


def test_a_small_convolution_takes_640_numbers_on_any_picture():
    assert sum(int(np.prod(s)) for s in Convolution(64, 3).parameter_shapes((1, 256, 256)).values()) == 640


def test_counts_of_the_lenet():
    network = lenet()
    assert network.parameter_count() == 44_426
    counts = {name: multiply_adds(network, name) for name in ("conv1", "conv2", "dense1", "scores", "pool1")}
    assert counts == {"conv1": 86_400, "conv2": 153_600, "dense1": 30_720, "scores": 840, "pool1": 0}
    assert multiply_adds(network) == 281_640


def test_the_receptive_field_grows_towards_the_input():
    field = receptive_field(lenet(), "conv2", (5, 3, 4))
    assert field["pool1"] == (slice(3, 8, 1), slice(4, 9, 1))
    assert field["conv1"] == (slice(6, 16, 1), slice(8, 18, 1))
    assert field[INPUT] == (slice(6, 20, 1), slice(8, 22, 1))
    assert "relu2" not in field


def test_a_unit_behind_flatten_comes_from_one_window_a_dense_one_from_everything():
    region = receptive_region(lenet(), "flatten", (53,))
    assert region["pool2"] == (slice(3, 4, 1), slice(1, 2, 1), slice(1, 2, 1))
    assert region["relu2"] == (slice(3, 4, 1), slice(2, 4, 1), slice(2, 4, 1))
    assert region["pool1"] == (slice(0, 6, 1), slice(2, 8, 1), slice(2, 8, 1))
    assert receptive_field(lenet(), "softmax", (3,))[INPUT] == (slice(0, 28, 1), slice(0, 28, 1))
    assert receptive_field(lenet(), "softmax", (3,))["dense1"] == ()


def test_what_a_corner_pixel_reaches():
    reach = reached(lenet(), INPUT, (0, 0, 0))
    assert reach["conv1"] == (slice(0, 1, 1), slice(0, 1, 1))
    assert reach["pool2"] == (slice(0, 1, 1), slice(0, 1, 1))
    assert reach["scores"] == ()
    assert reached_region(lenet(), "relu1", (2, 5, 5))["pool1"] == (slice(2, 3, 1), slice(2, 3, 1), slice(2, 3, 1))


def test_a_cell_that_the_floor_dropped_reaches_nothing():
    network = chain("t", (1, 7), [("conv", Convolution(1, 3, stride=3)), ("relu", ReLU())])
    assert reached(network, INPUT, (0, 6)) == {}
    assert reached(network, INPUT, (0, 5)) == {"conv": (slice(1, 2, 1),), "relu": (slice(1, 2, 1),)}


def test_a_cell_that_is_not_there_is_refused():
    with pytest.raises(CnnError, match="conv1 has no cell"):
        receptive_field(lenet(), "conv1", (0, 24, 0))
    with pytest.raises(CnnError, match="conv2"):
        receptive_field(lenet(), "conv7", (0, 0, 0))


@dataclass(frozen=True)
class Add(Op):
    """Two inputs of one shape, added: made up here, so that a graph can be more than a chain."""

    kind = "add"
    title = "sum"
    arity = 2

    def output_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        return Forward(inputs[0] + inputs[1])

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        return Backward((grad, grad), {})

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        return single(cell), single(cell)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        return single(cell)


BRANCHES = Network("branches", (1, 11, 12), (
    Node("wide", Convolution(2, 5, padding=2), (INPUT,)),
    Node("holes", Convolution(2, 3, padding=2, dilation=2), (INPUT,)),
    Node("both", Add(), ("wide", "holes")),
    Node("skip", Add(), ("both", "wide")),
    Node("pool", MeanPool(3, 2, 1), ("skip",)),
    Node("last", Convolution(2, 2, groups=2, stride=2), ("pool",)),
    Node("flat", Flatten(), ("last",)),
    Node("scores", Dense(3), ("flat",)),
))
NETWORKS = {
    "branches": BRANCHES,
    "far padding": chain("far padding", (1, 6), [
        ("a", Convolution(1, 2, padding=5)), ("b", Convolution(1, 3, dilation=3)), ("c", ReLU())]),
    "comb": chain("comb", (1, 9), [("a", Convolution(1, 2, dilation=2)), ("b", Convolution(1, 3))]),
    "gaps": chain("gaps", (1, 13, 9), [
        ("a", Convolution(1, 2, stride=3)), ("b", Convolution(1, (2, 1), dilation=2)), ("c", MeanPool((1, 2), 1))]),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_fields_hold_all_that_has_an_effect_and_their_ends_are_real(name: str):
    """Positive weights and no winners: an effect cannot cancel out."""
    network = NETWORKS[name]
    weights = {key: np.abs(value).astype(float) + 0.1 for key, value in network.start(0).items()}
    done = network.forward(weights, np.ones((1, *network.input_shape)))
    for node in network.shapes:
        for cell in list(np.ndindex(network.shapes[node]))[::5]:
            if node == INPUT:
                continue
            seed = np.zeros((1, *network.shapes[node]))
            seed[(0, *cell)] = 1
            effects = network.backward(weights, done, seed, node).outputs
            region = receptive_region(network, node, cell)
            for earlier, box in region.items():
                assert_box(box, np.argwhere(effects[earlier][0] != 0), exact=name != "far padding")
            for earlier in set(effects) - set(region) - {node}:
                assert not effects[earlier].any()


def assert_box(box: tuple[slice, ...], seen: Array, exact: bool = True) -> None:
    for axis, part in enumerate(box):
        cells = set(range(part.start, part.stop, part.step))
        found = set(seen[:, axis].tolist())
        assert found <= cells
        assert not found or not exact or (min(found), max(found)) == (min(cells), max(cells))


@pytest.mark.parametrize("name", NETWORKS)
def test_reached_is_the_reverse_of_the_receptive_field(name: str):
    network = NETWORKS[name]
    weights = {key: np.abs(value).astype(float) + 0.1 for key, value in network.start(0).items()}
    quiet = np.zeros((1, *network.input_shape))
    before = network.forward(weights, quiet)
    for cell in list(np.ndindex(network.input_shape))[::3]:
        loud = quiet.copy()
        loud[(0, *cell)] = 1
        after = network.forward(weights, loud)
        region = reached_region(network, INPUT, cell)
        for node in network.nodes:
            seen = np.argwhere(after.outputs[node.name][0] != before.outputs[node.name][0])
            if node.name in region:
                assert_box(region[node.name], seen)
            else:
                assert not seen.size


def test_a_maximum_reads_its_whole_window():
    network = chain("m", (2, 8), [("pool", MaxPool(3, 2))])
    assert receptive_region(network, "pool", (1, 2))[INPUT] == (slice(1, 2, 1), slice(4, 7, 1))


def test_the_floor_rule_says_which_cells_it_drops():
    network = chain("d", (1, 7, 8), [
        ("conv", Convolution(1, 3, stride=3)), ("relu", ReLU()), ("pool", MaxPool((2, 1), (2, 1)))])
    assert dropped(network, "conv") == (1, 2)
    assert dropped(network, "relu") == ()
    assert dropped(network, "pool") == (0, 0)


@pytest.mark.parametrize(("op", "cells"), [
    (Convolution(1, 3, stride=3, padding=((0, 1),)), 1), (Convolution(1, 3, stride=3, padding=((0, 2),)), 0),
    (Convolution(1, 3, stride=3, padding="same"), 0),
    (MaxPool(3, 3), 1), (MaxPool(3, 3, ceil=True), 0), (Convolution(1, 2, stride=4), 1),
])
def test_padding_and_a_window_that_hangs_over_save_the_last_cells(op, cells):
    network = chain("d", (1, 7), [("one", op)])
    assert dropped(network, "one") == (cells,)
    assert [bool(reached(network, INPUT, (0, i))) for i in range(6 - cells, 7)] == [True] + [False] * cells
