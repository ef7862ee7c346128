"""What a number or a weight touches, against what changes when it is nudged."""

from __future__ import annotations

import dataclasses
from itertools import product

import numpy as np
import pytest

from app.model.results import compute
from app.model.session import Session
from app.model.timeline import Playhead
from app.model.touch import Touch, around, multiplied
from cnncore.ops import OPS, make_op
from tests.gui.stepping import HEAD, document

SHAPES = {1: (4, 9), 2: (4, 7, 6), 3: (4, 4, 5, 4)}
WAYS = {
    "plain": {},
    "strides": {"stride": 2},
    "holes": {"dilation": 2, "kernel": 2},
    "groups": {"groups": 2, "filters": 4},
    "ring": {"padding": 1, "stride": 2},
    "circular": {"padding": 1, "mode": "circular"},
    "flipped": {"flip": True, "padding": 1},
}


def made(kind, settings, shape):
    doc = document(("it", make_op(kind, settings)), *HEAD, shape=shape)
    values = np.random.default_rng(5).uniform(0.5, 1.5, shape).astype(np.float32)
    return dataclasses.replace(doc, typed=values)


def cells(box):
    """All of a box, as a set of indices."""
    return set(product(*(range(*axis) for axis in box)))


def nudged(doc, key, index):
    weights = {name: value.astype(np.float64) for name, value in doc.weights.items()}
    weights[key] = weights[key].copy()
    weights[key][index] += 1.0
    return weights


@pytest.mark.parametrize("rank", SHAPES)
@pytest.mark.parametrize("way", WAYS)
def test_a_weight_touches_what_changes_with_it(rank, way):
    doc = made("conv", {"filters": 2, "kernel": 3, **WAYS[way]}, SHAPES[rank])
    results = compute(doc)
    one = doc.network.node("it")
    shape = doc.network.parameter_shapes["it.weight"]
    x = doc.typed[None].astype(np.float64)

    def given(weights, inputs):
        params = {"weight": weights["it.weight"], "bias": weights["it.bias"]}
        return one.op.forward((inputs,), params).output[0]

    plain = {name: value.astype(np.float64) for name, value in doc.weights.items()}
    for index in ((0,) * len(shape), tuple(n - 1 for n in shape)):
        touched = multiplied(results, "it", "weight", index)
        other = nudged(doc, "it.weight", index)
        gain = given(other, x) - given(plain, x)
        assert cells(touched["it"]) == {tuple(int(k) for k in at) for at in np.argwhere(gain)}
        seen = set()
        for cell in np.ndindex(*doc.typed.shape):  # the gain moves with a cell that the weight multiplies
            moved = x.copy()
            moved[(0, *cell)] += 1.0
            if not np.allclose(given(other, moved) - given(plain, moved), gain):
                seen.add(cell)
        assert cells(touched["input"]) == seen


@pytest.mark.parametrize("kind", OPS)
def test_every_parameter_of_every_op_says_what_it_touches(kind):
    op = make_op(kind, {})
    if op.arity != 1:
        pytest.skip("reads several inputs")
    lists = kind in ("dense", "softmax")
    doc = document(("f", "flatten", {}), ("it", op), labels=784) if lists else made(kind, {}, (4, 8, 8))
    results = compute(doc)
    for key, shape in doc.network.parameter_shapes.items():
        node, _, name = key.partition(".")
        touched = multiplied(results, node, name, tuple(n - 1 for n in shape))
        assert bool(touched) != (name in doc.network.node(node).op.running)


def test_through_what_cannot_be_seen_the_way_goes_on():
    doc = document(("c", "conv", {"filters": 2}), *HEAD)
    network = doc.network
    assert around(network, "c", (1, 2, 3))["f"] == ((1 * 26 * 26 + 2 * 26 + 3, 1 * 26 * 26 + 2 * 26 + 4, 1),)
    seen = around(network, "c", (1, 2, 3), lambda name: name == "f")
    assert set(seen) == {"input", "d"}
    assert seen["d"] == ((0, 10, 1),)
    assert around(network, "d", (3,), lambda name: name == "f")["c"] == ((0, 2, 1), (0, 26, 1), (0, 26, 1))


def test_a_weight_comes_before_a_number_and_a_number_lets_it_go():
    session = Session(document(("c", "conv", {"filters": 2}), *HEAD))
    touch, seen = Touch(session), []
    touch.moved.connect(lambda: seen.append(touch.boxes()))
    session.hover(Playhead("c", (0, 1, 1)))
    assert set(seen[-1]) == {"input", "f"}
    touch.weigh("c", "weight", (1, 0, 2, 2))
    assert seen[-1] == {"c": ((1, 2, 1), (0, 26, 1), (0, 26, 1)), "input": ((0, 1, 1), (2, 28, 1), (2, 28, 1))}
    session.hover(None)
    assert seen[-1] == {}
    assert not touch.on


def test_a_weight_says_what_it_has_to_do_with():
    session = Session(document(("c", "conv", {"filters": 2, "stride": 2, "padding": 1}), *HEAD))
    touch = Touch(session)
    assert touch.said() == ("", {})
    touch.weigh("c", "weight", (1, 0, 0, 0))
    text, facts = touch.said()
    assert text.format(**facts) == "c.weight[1, 0, 0, 0] multiplies 169 cells of input and goes into 169 numbers of c."
    touch.weigh("c", "bias", (1,))
    text, facts = touch.said()
    assert text.format(**facts) == "c.bias[1] goes into 196 numbers of c."


def test_a_weight_of_a_network_that_is_gone_touches_nothing():
    session = Session(document(("c", "conv", {"filters": 2}), *HEAD))
    touch = Touch(session)
    touch.weigh("c", "weight", (1, 0, 2, 2))
    session.open(document(("e", "conv", {"filters": 1, "kernel": 1}), *HEAD), None)
    assert touch.boxes() == {}
