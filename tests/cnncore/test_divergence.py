"""A training that loses itself says where, and keeps the last weights that were good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from cnncore.divergence import diverged
from cnncore.errors import CnnError
from cnncore.events import WeightsUpdated
from cnncore.losses import CrossEntropy, Loss, MeanSquaredError
from cnncore.network import chain
from cnncore.op import Array
from cnncore.ops import make_op
from cnncore.progress import Progress
from cnncore.train_settings import TrainSettings
from cnncore.training import train
from tests.cnncore.bars import bars, tiny


def said(weights: Mapping[str, Array] | None = None, loss: Loss | None = None, moved: Mapping[str, Array] | None = None,
         **changed: float) -> CnnError:
    """What is said of one step of `tiny` with all of some weights set to a number."""
    network, (images, labels) = tiny(), bars(6)
    start = weights or network.start(0) | {key.replace("_", "."): np.full(network.parameter_shapes[key.replace(
        "_", ".")], value, np.float32) for key, value in changed.items()}
    return diverged(network, start, images, labels, loss or CrossEntropy(), moved or {}, 4, 0.5,
                    np.random.default_rng(0))


def test_the_first_output_that_overflows_is_named():
    error = said(conv_weight=3e38)
    assert error.code == "training.diverged"
    assert str(error).startswith("Step 4: the output of conv is the first that is not finite (∞). The weights are as")
    assert "Lower the learning rate (it is 0.5), clip" in str(error)
    assert "the output of scores is the first" in str(said(conv_weight=1e15, scores_weight=1e30))


def test_scores_whose_loss_overflows_are_named():
    text = str(said(loss=MeanSquaredError(), scores_bias=1e30))
    assert text.startswith("Step 4: the scores of scores are finite, up to 1e+30, but their loss mse is not.")


def test_the_weight_whose_gradient_overflows_is_named():
    # The scores' own products cancel, and the way back multiplies large maps with shares.
    network, (images, labels) = tiny(), bars(6)
    weights = network.start(0)
    weights["conv.bias"][:] = 3e38
    weights["scores.weight"][:] = 0
    text = str(diverged(network, weights, images, labels, Steep(), {}, 4, 0.5, np.random.default_rng(0)))
    assert text.startswith("Step 4: going backwards, the gradient of scores's weight is the first that is not finite")


def test_the_output_whose_gradient_overflows_is_named():
    weights = tiny().start(0)
    weights["conv.bias"][:] = 1
    weights["scores.weight"][:] = 3e37 * np.array([[1], [-1], [1]], np.float32)
    text = str(said(weights, Steep()))
    assert text.startswith("Step 4: going backwards, the gradient of the output of flatten is the first that is not")


def test_the_weight_that_overflows_in_its_step_is_named():
    text = str(said(moved={"scores.bias": np.array([0, np.nan, 0])}))
    assert text.startswith("Step 4: all gradients are finite, but scores's bias is not after the step (NaN).")


def test_where_the_ops_find_nothing_the_step_is_named():
    assert str(said()).startswith("Step 4: the loss or a weight is not finite any more. The weights are as they were")


@dataclass(frozen=True)
class Steep(Loss):
    """A loss with a large slope everywhere."""

    kind = "steep"

    def _value(self, scores: Array, labels: Array) -> float:
        return 0.0

    def _gradient(self, scores: Array, labels: Array) -> Array:
        return np.full_like(scores, 100.0)


@pytest.mark.parametrize("events", ["coarse", "fine"])
def test_the_weights_from_before_the_step_stay(events: Any):
    network, seen = tiny(), []
    settings = TrainSettings(learning_rate=100.0, weight_decay=1.0, steps=500, loss="mse")
    run = train(network, network.start(1), *bars(30), settings, events=events)
    with pytest.raises(CnnError, match=r"Step \d+: .*Lower the learning rate \(it is 100.0\)") as caught:
        seen.extend(run)
    last = [event for event in seen if isinstance(event, Progress)][-1]
    assert caught.value.facts["step"] == last.step + 1
    assert all(np.isfinite(value).all() for value in last.weights().values())
    if events == "fine":
        *_, update = [event for event in seen if isinstance(event, WeightsUpdated)]
        for key, value in last.weights().items():
            np.testing.assert_array_equal(value, update.after[key])


def test_an_overflow_of_the_weights_themselves_is_found_in_its_step():
    network = chain("one", (1, 2, 2), [("flatten", make_op("flatten", {})), ("out", make_op("dense", {"units": 2}))])
    settings = TrainSettings(learning_rate=100.0, momentum=0.0, steps=1)
    images = np.full((2, 1, 2, 2), 1e38, np.float32)
    weights = {key: np.zeros_like(value) for key, value in network.start(0).items()}
    run = train(network, weights, images, np.array([0, 0]), settings)
    with pytest.raises(CnnError, match="all gradients are finite, but out's weight is not after the step"):
        next(run)
