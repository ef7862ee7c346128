"""Rates per layer, and layers that are frozen."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.train_settings import TrainSettings
from cnncore.training import train
from tests.cnncore.bars import bars, finished, tiny


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam", "adamw"])
def test_a_frozen_layer_keeps_its_bits(optimizer: str):
    start = tiny().start(2)
    after = finished(TrainSettings.usual(optimizer, steps=5, weight_decay=0.1), rates={"conv": 0})[-1].weights()
    assert after["conv.weight"].tobytes() == start["conv.weight"].tobytes()
    assert after["conv.bias"].tobytes() == start["conv.bias"].tobytes()
    assert not np.array_equal(after["scores.weight"], start["scores.weight"])


def test_a_rate_scales_the_first_step_of_its_layer_alone():
    settings = TrainSettings(steps=1, batch=60, momentum=0.0)
    start = tiny().start(2)
    plain, slow = finished(settings)[-1].weights(), finished(settings, rates={"conv": 0.25})[-1].weights()
    np.testing.assert_allclose(slow["conv.weight"] - start["conv.weight"],
                               0.25 * (plain["conv.weight"] - start["conv.weight"]), atol=1e-7)
    np.testing.assert_array_equal(slow["scores.weight"], plain["scores.weight"])


def test_a_weight_beats_its_layer():
    start = tiny().start(2)
    after = finished(TrainSettings(steps=3), rates={"conv": 1.0, "conv.bias": 0})[-1].weights()
    np.testing.assert_array_equal(after["conv.bias"], start["conv.bias"])
    assert not np.array_equal(after["conv.weight"], start["conv.weight"])


def test_what_is_frozen_does_not_count_in_the_length_of_the_gradient():
    network, (images, labels) = tiny(), bars(60)
    start = network.start(2)
    settings = TrainSettings(steps=1, batch=60, momentum=0.0, learning_rate=1.0, clip_norm=0.01)
    (only,) = train(network, start, images, labels, settings, rates={"conv": 0})
    moved = np.concatenate([(only.weights()[key] - start[key]).ravel() for key in start])
    assert np.linalg.norm(moved) == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize(("rates", "words"), [
    ({"cnov": 1.0}, "no layer or weight 'cnov' that learns. Did you mean: conv"),
    ({"relu": 1.0}, "no layer or weight 'relu' that learns"),
    ({"conv": -1.0}, "rates: conv = -1.0 is not possible. Allowed: 0"),
    ({"conv": float("nan")}, "conv = nan is not possible"), ({"conv": True}, "conv = True is not possible"),
])
def test_rates_that_cannot_be_are_refused(rates: dict[str, float], words: str):
    with pytest.raises(CnnError, match=words):
        finished(TrainSettings(steps=1), rates=rates)
