"""Breakpoints stop at the very number at which their condition first holds, forwards and back."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app.model.breakpoints import Breakpoint
from app.model.document import from_model
from app.model.frames import value_of
from app.model.playback import move
from app.model.results import compute
from app.model.stops import Search, checked, next_stop, stopping
from app.model.timeline import Playhead, start, timeline
from app.paths import asset
from cnncore.errors import CnnError
from cnncore.files.project import read_model
from tests.gui.stepping import HEAD, document


@pytest.fixture(scope="module")
def results():
    image = np.zeros((280, 280), np.uint8)
    image[60:220, 130:160] = 255
    image[60:80, 90:190] = 255
    return compute(dataclasses.replace(from_model(read_model(asset("models", "lenet.safetensors"))), drawing=image))


def walked(results, head, condition, node):
    """The same by single steps and single values."""
    while True:
        head = move(results.network, head, "cell", 1, 0)
        if head is None or (head.node == node and condition(value_of(results, head))):
            return head


def test_a_layer_stops_when_it_begins(results):
    stops = (Breakpoint(node="conv2"),)
    assert next_stop(results, start(results.network), stops) == Playhead("conv2", (0, 0, 0))
    assert next_stop(results, Playhead("conv2", (0, 0, 0)), stops) is None
    assert next_stop(results, Playhead("pool2", (0, 0, 0)), stops, back=True) == Playhead("conv2", (0, 0, 0))


def test_a_value_over_a_bound_stops_where_a_walk_would(results):
    stops = (Breakpoint(node="pool1", condition="value > 1.5"),)
    found = next_stop(results, start(results.network), stops)
    assert found == walked(results, start(results.network), lambda v: v > 1.5, "pool1")
    after = next_stop(results, found, stops)
    assert after == walked(results, found, lambda v: v > 1.5, "pool1")
    assert next_stop(results, after, stops, back=True) == found
    assert stopping(results, found, stops) is stops[0]


def test_in_the_backward_lane_gradients_are_asked(results):
    said = dataclasses.replace(results, said=(results.order[0] + 1) % 10)
    stop = Breakpoint("backward", "conv1", "output", "abs(value) > .01")
    found = next_stop(said, start(said.network), (stop,))
    assert found.lane == "backward"
    assert found.node == "conv1"
    assert abs(value_of(said, found)) > 0.01


def test_a_dead_relu_stops_at_the_end_of_its_map(results):
    dead = dataclasses.replace(results.document, muted=frozenset({("conv1", 3)}))
    quiet = compute(dead)
    assert next_stop(quiet, start(quiet.network), (Breakpoint(condition="dead"),)) == Playhead("relu1", (3, 23, 23))


def test_nan_stops_at_the_first_number_that_is_none(results):
    weights = dict(results.document.weights)
    weights["conv2.bias"] = weights["conv2.bias"].copy()
    weights["conv2.bias"][5] = np.nan
    sick = compute(dataclasses.replace(results.document, weights=weights))
    stop = Breakpoint(condition="not isfinite(value)")
    assert next_stop(sick, start(sick.network), (stop,)) == Playhead("conv2", (5, 0, 0))


def test_a_wrong_answer_stops_at_the_end_of_the_forward_pass(results):
    stop = (Breakpoint(condition="answer != target"),)
    assert next_stop(results, start(results.network), stop) is None
    wrong = dataclasses.replace(results, said=(results.order[0] + 1) % 10)
    assert next_stop(wrong, start(wrong.network), stop) == Playhead("softmax", (9,))


def test_one_that_is_off_does_not_stop(results):
    assert next_stop(results, start(results.network), (Breakpoint(node="conv2", on=False),)) is None


def test_every_stretch_can_be_stopped_at(results):
    for stretch in timeline(results.network):
        stop = Breakpoint(*stretch.key)
        assert checked(stop, results) is stop
        if stretch.key != timeline(results.network)[0].key:
            assert next_stop(results, start(results.network), (stop,)) == stretch.start


@pytest.mark.parametrize(("stop", "words"), [
    (Breakpoint(node="conv7"), "conv7"), (Breakpoint(), "a layer or a condition"),
    (Breakpoint(condition="valu > 1"), "Did you mean: value"), (Breakpoint(condition="conv1 > 1"), "3456"),
])
def test_what_cannot_be_is_refused_in_a_sentence(results, stop, words):
    with pytest.raises(CnnError) as caught:
        checked(stop, results)
    assert words in str(caught.value)


@pytest.mark.parametrize(("shape", "layers"), [
    ((1, 9), (("c", "conv", {"filters": 2, "kernel": 3}), ("r", "relu", {}), *HEAD)),
    ((1, 6, 6), (("c", "conv", {"filters": 2, "kernel": 3}), ("r", "relu", {}), ("p", "maxpool", {}), *HEAD)),
    ((1, 4, 4, 4), (("c", "conv", {"filters": 2, "kernel": 2}), ("r", "relu", {}), *HEAD)),
])
def test_the_search_finds_what_a_walk_from_number_to_number_finds_forwards_and_back(shape, layers):
    rng = np.random.default_rng(11)
    made = document(*layers, shape=shape)
    results = compute(dataclasses.replace(made, typed=rng.normal(size=shape).astype(np.float32)), said=3)
    every = [stretch.at(map_, cell) for stretch in timeline(results.network) for map_ in range(stretch.maps)
             for cell in range(stretch.size)]
    values = np.array([value_of(results, head) for head in every], np.float64)
    for _ in range(12):
        bound = float(np.quantile(np.abs(values), rng.uniform(0.9, 1)))
        stops = (Breakpoint(condition=f"abs(value) > {bound:.9f}"), Breakpoint(node="r"),
                 Breakpoint("backward", "d", "weight", "value < 0", on=bool(rng.integers(2))))
        search = Search(results, stops)
        hit = np.abs(values) > float(f"{bound:.9f}")
        hit |= [head == Playhead("r", (0,) * len(shape)) for head in every]
        if stops[2].on:
            hit |= [head.stretch == ("backward", "d", "weight") and value < 0
                    for head, value in zip(every, values, strict=True)]
        for _ in range(20):
            k, n = sorted(int(i) for i in rng.integers(len(every), size=2))
            after = next((i for i in range(k + 1, n + 1) if hit[i]), None)
            before = next((i for i in range(n - 1, k - 1, -1) if hit[i]), None)
            assert search.next(every[k], every[n]) == (None if after is None else every[after])
            assert search.before(every[n], every[k]) == (None if before is None else every[before])
            assert (search.at(every[k]) is not None) == hit[k]
