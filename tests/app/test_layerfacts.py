"""A layer as a whole: its figures, its dead numbers, and what muting each map does."""

from __future__ import annotations

import numpy as np
import pytest

from app.filing import fresh
from app.model import edits
from app.model.layerfacts import activity, dies, effects, facts, owner, zero_in_samples
from app.model.results import compute
from tests.gui.stepping import document, three


def whole(job):
    while True:
        try:
            next(job)
        except StopIteration as stopped:
            return stopped.value


@pytest.fixture(scope="module")
def results():
    return compute(edits.set_drawing(fresh(), three()))


def test_figures_of_four_numbers():
    found = facts(np.array([[[0.0, 2.0], [4.0, -2.0]]], np.float32))
    assert (found.low, found.high, found.mean, found.zero, found.count) == (-2, 4, 1, 0.25, 4)
    assert found.deviation == pytest.approx(np.sqrt(5))


def test_nan_is_counted_and_left_out():
    found = facts(np.array([1.0, np.nan, np.inf]))
    assert (found.bad, found.low, found.high) == (2, 1, 1)


def test_activity_is_the_mean_size_of_each_map():
    assert activity(np.array([[[-1.0, 3.0]], [[0.0, 0.0]]])).tolist() == [2, 0]


@pytest.mark.parametrize("node", ["conv1", "conv2", "dense2"])
def test_an_effect_is_what_muting_the_map_does(results, node):
    found = whole(effects(results, node, 3))
    for k in (0, 1, int(np.argmax(np.abs(found)))):
        muted = compute(edits.mute(results.document, node, k, True))
        assert found[k] == pytest.approx(float(muted.values("scores")[3] - results.values("scores")[3]), abs=2e-4)
    assert np.abs(found).max() > 0.1


def test_the_results_are_left_as_they_were(results):
    before = results.values("scores").copy()
    whole(effects(results, "pool1", 3))
    np.testing.assert_array_equal(results.values("scores"), before)


def test_whose_maps_a_layers_maps_are(results):
    assert [owner(results.network, n) for n in ("conv1", "relu1", "pool1", "relu3")] == ["conv1"] * 3 + ["dense1"]
    doc = document(("r", "relu", {}), ("f", "flatten", {}), ("d", "dense", {"units": 10}))
    assert owner(doc.network, "r") is None


def test_dead_over_samples_are_those_that_are_never_anything(results):
    doc = results.document
    assert whole(zero_in_samples(doc, "relu1")) == (0.0, 0)
    doc = edits.add_class(doc, "a")
    doc = edits.add_sample(doc, len(doc.classes) - 1, three())
    one, count = whole(zero_in_samples(doc, "relu1"))
    assert (one, count) == (pytest.approx(facts(results.values("relu1")).zero), 1)
    doc = edits.add_sample(doc, len(doc.classes) - 1, np.roll(three(), 60, 0))
    assert whole(zero_in_samples(doc, "relu1"))[0] <= one


def test_solo_mutes_all_others_and_back(results):
    doc = edits.solo(results.document, "conv1", 2, 6)
    assert doc.muted == {("conv1", k) for k in (0, 1, 3, 4, 5)}
    assert edits.solo(doc, "conv1", 4, 6).muted == {("conv1", k) for k in (0, 1, 2, 3, 5)}
    assert edits.solo(doc, "conv1", 2, 6).muted == frozenset()


def test_muted_maps_are_not_among_the_zeros():
    values = np.array([[[0.0, 0.0]], [[0.0, 2.0]], [[1.0, 2.0]]], np.float32)
    assert facts(values).zero == 0.5
    assert facts(values, frozenset({0})).zero == 0.25
    assert facts(values, frozenset({0, 1, 2})).zero == 0


def test_muted_maps_are_not_dead_over_the_samples_either(results):
    doc = edits.add_class(results.document, "a")
    doc = edits.add_sample(doc, len(doc.classes) - 1, three())
    alive = [k for k in range(6) if k != 2]
    muted = edits.mute(doc, "conv1", 2, True)
    share = facts(results.values("relu1")[alive]).zero
    assert whole(zero_in_samples(muted, "relu1"))[0] == pytest.approx(share)


@pytest.mark.parametrize(("kind", "knobs", "dead"), [
    ("relu", {}, True), ("hardswish", {}, True), ("hardtanh", {"low": 0.0, "high": 6.0}, True), ("hardtanh", {}, False),
    ("leakyrelu", {}, False), ("tanh", {}, False), ("maxpool", {}, False)])
def test_only_an_activation_that_shuts_has_dead_numbers(kind, knobs, dead):
    doc = document(("it", kind, knobs), ("f", "flatten", {}), ("d", "dense", {"units": 10}))
    assert [dies(doc.network, node) for node in ("input", "it", "d")] == [False, dead, False]
