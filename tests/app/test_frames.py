"""Every number on the timeline is the engine's own, and its terms add up to it: forward, loss, backward, update."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app.model.document import Document, TrainingChoice, blank, from_model
from app.model.frames import array_of, trace_of, value_of
from app.model.results import compute
from app.model.timeline import LOSS, Playhead, timeline
from app.paths import asset
from cnncore.files.project import read_model
from cnncore.losses import CrossEntropy
from cnncore.network import Network, Node
from cnncore.ops import make_op
from cnncore.preprocess import Preprocess
from cnncore.training import TrainSettings


@pytest.fixture(scope="module")
def lenet() -> Document:
    model = read_model(asset("models", "lenet.safetensors"))
    image = np.zeros((280, 280), np.uint8)
    image[60:90, 70:200] = 255
    image[90:220, 150:180] = 255
    return dataclasses.replace(from_model(model), drawing=image)


def graph() -> Document:
    """Two layers read the same maps."""
    network = Network("fork", (1, 8, 8), (
        Node("a", make_op("conv", {"filters": 2, "kernel": 3, "padding": 1}), ("input",)),
        Node("b", make_op("conv", {"filters": 2, "kernel": 1}), ("a",)),
        Node("c", make_op("maxpool", {"window": 2, "stride": 2}), ("b",)),
        Node("f", make_op("flatten", {}), ("c",)),
        Node("s", make_op("dense", {"units": 3}), ("f",)),
        Node("p", make_op("softmax", {}), ("s",))))
    weights = network.start(5)
    image = np.zeros((280, 280), np.uint8)
    image[80:200, 100:160] = 255
    return Document(network, weights, weights, ("x", "y", "z"), Preprocess(size=8, box=6), image)


def some(stretch, rng, most=6):
    total = stretch.maps * stretch.size
    return [stretch.at(*divmod(int(k), stretch.size)) for k in {0, total - 1, *rng.integers(total, size=most)}]


@pytest.mark.parametrize("which", ["lenet", "graph"])
@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_every_number_on_the_timeline_is_its_terms(which, loss, lenet):
    document = lenet if which == "lenet" else graph()
    settings = TrainSettings(loss=loss, momentum=0.9, weight_decay=0.01)
    document = dataclasses.replace(document, training=TrainingChoice(settings=settings))
    results, rng = compute(document), np.random.default_rng(1)
    for stretch in timeline(document.network):
        for head in some(stretch, rng):
            assert array_of(results, head).shape == stretch.shape
            trace = trace_of(results, head)
            assert trace.total == pytest.approx(value_of(results, head), rel=1e-6, abs=1e-7)
            assert abs(trace.rounding) <= trace.bound


def test_the_loss_is_that_of_the_prediction_until_another_class_is_said(lenet):
    results = compute(lenet)
    assert results.target == results.order[0]
    assert results.loss == pytest.approx(-np.log(results.probabilities[results.target]), abs=1e-5)
    other = dataclasses.replace(results, said=(results.target + 1) % 10)
    assert other.loss > results.loss
    gradient = array_of(other, Playhead(LOSS, (0,), None, "input0", "backward"))
    assert gradient[other.target] == pytest.approx(results.probabilities[other.target] - 1, abs=1e-5)
    assert gradient.sum() == pytest.approx(0, abs=1e-6)


def test_the_update_goes_down_the_gradient(lenet):
    results = compute(dataclasses.replace(lenet, training=TrainingChoice(settings=TrainSettings(learning_rate=0.1))))
    head = Playhead("conv1", (2, 0, 2, 3), None, "weight", "update")
    gradient = value_of(results, dataclasses.replace(head, lane="backward"))
    before = lenet.weights["conv1.weight"][head.index]
    assert value_of(results, head) == pytest.approx(before - 0.1 * gradient, abs=1e-6)


def test_a_gradient_agrees_with_a_central_difference(lenet):
    results = compute(lenet)
    said = dataclasses.replace(results, said=(results.order[0] + 3) % 10)
    weights = {key: value.astype(np.float64) for key, value in lenet.effective.items()}
    x = results.done.outputs["input"].astype(np.float64)
    for key, index in (("conv1.weight", (2, 0, 2, 3)), ("dense1.bias", (7,)), ("scores.weight", (3, 40))):
        values = []
        for nudge in (1e-5, -1e-5):
            moved = weights[key].copy()
            moved[index] += nudge
            scores = lenet.network.forward({**weights, key: moved}, x).outputs["scores"]
            values.append(CrossEntropy().value(scores, np.array([said.target])))
        node, target = key.split(".")
        found = value_of(said, Playhead(node, index, None, target, "backward"))
        assert found == pytest.approx((values[0] - values[1]) / 2e-5, rel=1e-3, abs=1e-6)


def test_a_blank_drawing_has_a_timeline_too(lenet):
    results = compute(dataclasses.replace(lenet, drawing=blank()))
    assert np.isfinite(results.loss)
