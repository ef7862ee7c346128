"""Unpooling with switches, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.network import INPUT, Network, Node
from cnncore.op import Array
from cnncore.ops import MaxPool, Unpool


def test_each_number_goes_back_to_the_winner():
    small, x = np.array([[[[7, 8]]]], np.float32), np.array([[[[1, 2, 5, 5], [3, 0, 5, 5]]]], np.float32)
    op = Unpool()
    done = op.forward((small, x), {})
    assert done.output[0, 0].tolist() == [[0, 0, 8, 0], [7, 0, 0, 0]]
    grad = np.arange(8, dtype=np.float32).reshape(x.shape)
    back = op.backward(grad, (small, x), {}, done).inputs
    assert back[0].tolist() == [[[[4, 2]]]]
    assert not back[1].any()


def test_a_cell_that_won_two_windows_has_their_sum():
    small, x = np.array([[[1, 10]]], np.float32), np.array([[[0, 9, 0]]], np.float32)
    assert Unpool(2, 1).forward((small, x), {}).output[0, 0].tolist() == [0, 11, 0]


def test_nothing_outside_the_named_region_of_the_switches_has_an_effect():
    rng = np.random.default_rng(0)
    op, x = Unpool(3, 2, 1), rng.standard_normal((1, 1, 7))
    small = rng.standard_normal((1, 1, 4))
    before = op.forward((small, x), {}).output
    effects: dict[int, set[int]] = {i: set() for i in range(7)}
    for j in range(7):
        for value in (-9.0, 9.0):
            other: Array = x.copy()
            other[0, 0, j] = value
            changed = np.flatnonzero(op.forward((small, other), {}).output[0, 0] != before[0, 0])
            for i in changed.tolist():
                effects[i].add(j)
    for i, found in effects.items():
        assert found <= set(range(*op.reads((0, i), (1, 4), (1, 7))[1][1]))


def test_behind_its_pooling_in_a_graph():
    network = Network("back", (1, 4, 4), (Node("pool", MaxPool(), (INPUT,)), Node("back", Unpool(), ("pool", INPUT))))
    x = np.arange(16, dtype=np.float32).reshape(1, 1, 4, 4)
    assert np.flatnonzero(network.forward({}, x).outputs["back"]).tolist() == [5, 7, 13, 15]


def test_a_small_map_that_does_not_belong_is_refused():
    with pytest.raises(CnnError, match=r"\(1, 3\); windows over the second, \(1, 8\), make \(1, 4\)"):
        Unpool().output_shape((1, 3), (1, 8))
