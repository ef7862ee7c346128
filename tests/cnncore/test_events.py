"""The stages of a step: their order, what they carry, and that they end where the plain training ends."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.events import BackwardPassed, BatchDrawn, ForwardPassed, LossMeasured, WeightsUpdated
from cnncore.losses import LOSSES
from cnncore.progress import Progress
from cnncore.train_settings import TrainSettings
from cnncore.training import train
from tests.cnncore.bars import bars, finished, tiny

SETTINGS = TrainSettings(steps=3, batch=7, learning_rate=0.1, weight_decay=0.01)


def stages(settings: TrainSettings = SETTINGS, **more):
    network = tiny()
    return list(train(network, network.start(2), *bars(60), settings, events="fine", **more))


def test_a_step_is_drawn_passed_measured_passed_back_and_updated():
    kinds = [type(event) for event in stages()]
    one = [BatchDrawn, ForwardPassed, LossMeasured, BackwardPassed, WeightsUpdated, Progress]
    assert kinds == one * 3


def test_stages_end_where_the_plain_training_ends():
    fine, plain = stages()[-1], finished(SETTINGS)[-1]
    assert (fine.step, fine.epoch, fine.rate, fine.done) == (plain.step, plain.epoch, plain.rate, plain.done)
    assert fine.loss == pytest.approx(plain.loss, rel=1e-5)
    for key, value in fine.weights().items():
        np.testing.assert_allclose(value, plain.weights()[key], rtol=1e-4, atol=1e-6)


def test_each_stage_goes_on_from_the_one_before():
    images, labels = bars(60)
    drawn, forward, measured, back, update, done = stages()[:6]
    np.testing.assert_array_equal(drawn.images, images[drawn.indices])
    np.testing.assert_array_equal(drawn.labels, labels[drawn.indices])
    np.testing.assert_array_equal(forward.done.outputs["input"], drawn.images)
    assert measured.scores is forward.done.outputs["scores"]
    assert measured.value == LOSSES["cross_entropy"]().value(measured.scores, drawn.labels) == done.loss
    np.testing.assert_array_equal(back.gradients.outputs["scores"], measured.gradient)
    assert "input" in back.gradients.outputs
    np.testing.assert_array_equal(update.gradients["conv.weight"], back.gradients.weights["conv.weight"])
    assert {event.step for event in (drawn, forward, measured, back, update, done)} == {1}


def test_weights_before_and_after_are_whole_and_stay_as_they_were():
    events = [event for event in stages() if isinstance(event, WeightsUpdated)]
    for first, second in itertools.pairwise(events):
        for key, value in first.after.items():
            np.testing.assert_array_equal(value, second.before[key])
            assert not np.array_equal(value, first.before[key])


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam", "adamw"])
def test_an_update_is_traced_with_schedule_rates_and_clipping(optimizer: str):
    settings = TrainSettings.usual(optimizer, steps=4, batch=9, schedule="cosine", clip_norm=0.5, weight_decay=0.01)
    updates = [e for e in stages(settings, rates={"conv": 0.5}) if isinstance(e, WeightsUpdated)]
    for update in updates:
        for key, cell in (("conv.weight", (1, 0, 2, 2)), ("scores.bias", (1,))):
            trace = update.trace(key, cell)
            assert trace.total == update.after[key][cell]
            assert abs(trace.rounding) <= trace.bound


def test_the_loss_of_a_sample_is_traced():
    measured = stages()[2]
    values = [measured.trace(k).exact for k in range(7)]
    assert np.mean(values) == pytest.approx(measured.value, rel=1e-5)
    part = measured.trace(3, (int(measured.labels[3]),))
    assert part.exact / 7 == pytest.approx(measured.gradient[3, measured.labels[3]], rel=1e-5)


def test_an_unknown_kind_of_events_is_refused():
    network = tiny()
    with pytest.raises(CnnError, match=r"events = 'finer' is not possible. Allowed: coarse, fine. Did you mean: fine"):
        train(network, network.start(0), *bars(6), SETTINGS, events="finer")
