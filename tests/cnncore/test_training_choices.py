"""What a training can be told: losses, optimisers, schedules, patience, targets, precision; and what it measures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.evaluation import predict
from cnncore.losses import LOSSES
from cnncore.network import chain
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Shape
from cnncore.ops import make_op
from cnncore.optimizers import OPTIMIZERS
from cnncore.schedules import SCHEDULES
from cnncore.training import TrainSettings, evaluate, train
from tests.cnncore.bars import bars, finished, tiny


def test_patience_ends_a_training_that_finds_nothing_better():
    settings = TrainSettings(steps=100, learning_rate=0.0, evaluate_every=2, patience=3, average=0.5)
    held = bars(12, seed=9)
    # A rate of zero measures the same again and again, which counts as a new best; so it never ends.
    assert len(finished(settings, held_out=held)) == 100
    progress = finished(settings.but(learning_rate=3.0, momentum=0.0, average=0.0, loss="mae"), held_out=held)
    last = progress[-1]
    assert last.step < 100
    assert (last.early, last.done) == (True, 1.0)
    assert last.step - last.best_step == 3 * 2
    assert [p.early for p in progress[:-1]] == [False] * (len(progress) - 1)


def test_what_was_measured_has_a_confusion_matrix():
    last = finished(TrainSettings(steps=5), held_out=bars(12, seed=9))[-1]
    assert last.measured is not None
    assert last.held_out == (last.measured.loss, last.measured.accuracy)
    assert last.measured.confusion.sum() == 12
    assert np.trace(last.measured.confusion) / 12 == last.measured.accuracy


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_loss_is_made_small_by_every_optimizer(loss: str, optimizer: str):
    settings = TrainSettings.usual(optimizer, steps=60, batch=20, loss=loss, learning_rate={"sgd": 0.05}.get(
        optimizer, 0.01))
    progress = finished(settings)
    assert np.mean([p.loss for p in progress[-10:]]) < 0.8 * progress[0].loss


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_rate_of_each_step_is_the_schedules(schedule: str):
    settings = TrainSettings(steps=8, schedule=schedule, warmup=0.25)
    made = SCHEDULES[schedule](warmup=0.25)
    assert [p.rate for p in finished(settings)] == [made.factor(k / 8) for k in range(8)]


def test_numbers_to_reach_are_learned():
    """Regression: how bright the picture is, and half of it."""
    network, (images, _) = tiny(), bars(60)
    bright = images.mean(axis=(1, 2, 3))[:, None] * np.array([[1.0, 0.5, 0.0]])
    settings = TrainSettings(steps=300, batch=20, loss="mse", hold_out=0.2, learning_rate=0.02)
    *_, last = train(network, network.start(2), images, bright, settings)
    assert last.loss < 1e-3
    assert np.isnan(last.accuracy)
    assert last.measured is not None
    assert last.measured.confusion.shape == (0, 0)
    assert last.best_step > 0
    with pytest.raises(CnnError, match="mse: the targets have shape"):
        train(network, network.start(2), images, bright[:, :2], settings)
    with pytest.raises(CnnError, match="labels are float64"):
        train(network, network.start(2), images, bright, settings.but(loss="hinge"))


def test_float64_weights_are_trained_in_float64():
    network, (images, labels) = tiny(), bars(30)
    start = {key: value.astype(np.float64) for key, value in network.start(2).items()}
    *_, double = train(network, start, images.astype(np.float64), labels, TrainSettings(steps=5))
    *_, single = train(network, network.start(2), images, labels, TrainSettings(steps=5))
    for key, value in double.weights().items():
        assert value.dtype == np.float64
        np.testing.assert_allclose(value, single.weights()[key], rtol=1e-3, atol=1e-5)


def test_settings_turn_the_knobs_of_optimizer_schedule_and_loss():
    settings = TrainSettings(optimizer="adamw", beta1=0.8, schedule="step", drops=3, loss="cross_entropy",
                             class_weights=(1.0, 2.0), label_smoothing=0.1)
    assert settings.optimizer_made().settings()["beta1"] == 0.8
    assert settings.schedule_made().settings()["drops"] == 3
    assert settings.loss_made().settings() == {"label_smoothing": 0.1, "class_weights": (1.0, 2.0)}
    assert TrainSettings.make(settings.settings()) == settings


def test_the_usual_settings_of_an_optimizer_are_its_own():
    usual = TrainSettings.usual("adamw", steps=3)
    assert (usual.learning_rate, usual.weight_decay, usual.steps) == (0.001, 0.01, 3)
    with pytest.raises(CnnError, match=r"no optimizer 'adamv'\. Did you mean: adam"):
        TrainSettings.usual("adamv")


def test_a_network_without_anything_to_learn_is_refused():
    network = chain("still", (3,), [("softmax", make_op("softmax", {}))])
    with pytest.raises(CnnError, match="still has no layer that learns"):
        train(network, {}, np.ones((2, 3), np.float32), np.array([0, 1]), TrainSettings())


def test_an_unknown_loss_is_refused():
    network = tiny()
    with pytest.raises(CnnError, match=r"no loss 'mean'. Did you mean: "):
        evaluate(network, network.start(0), *bars(3), loss="mean")


def test_many_samples_are_answered_as_one_by_one():
    network, (images, _) = tiny(), bars(1050)
    weights = network.start(0)
    many = predict(network, weights, images)
    np.testing.assert_allclose(many, network.forward(weights, images).outputs["scores"], rtol=1e-4, atol=1e-5)
    assert many.shape == (1050, 3)


class Gone(Op):
    """A norm as simple as can be: takes away a running mean, and follows the mean of the batch."""

    kind = "gone"
    running = ("mean",)
    across = True

    def output_shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        return {"mean": ()}

    def start(self, rng: np.random.Generator, *inputs: Shape) -> dict[str, Array]:
        return {"mean": np.zeros((), np.float32)}

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        mean = params["mean"]
        new = {"mean": np.asarray(mean + inputs[0].mean(), np.float32)} if context.training else {}
        return Forward(inputs[0] - mean, None, new)

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        return Backward((grad,), {})


@pytest.mark.parametrize("events", ["coarse", "fine"])
def test_running_averages_follow_the_data_and_not_the_gradient(events: Any):
    network = chain("normed", (1, 6, 6), [
        ("gone", Gone()), ("flatten", make_op("flatten", {})), ("scores", make_op("dense", {"units": 3}))])
    images, labels = bars(6)
    settings = TrainSettings(steps=3, batch=6, weight_decay=0.5)
    *_, last = train(network, network.start(0), images, labels, settings, events=events)
    assert last.weights()["gone.mean"] == pytest.approx(3 * images.mean(), rel=1e-5)
    assert list(last.weights()) == list(network.parameter_shapes)
    assert "velocity:gone.mean" not in last.state()


def test_batch_norm_and_dropout_train_and_measure_with_their_running_averages():
    network = chain("deep", (1, 6, 6), [
        ("conv", make_op("conv", {"filters": 4, "kernel": 3})), ("norm", make_op("batchnorm", {})),
        ("relu", make_op("relu", {})), ("pool", make_op("maxpool", {"window": 4, "stride": 4})),
        ("flatten", make_op("flatten", {})), ("drop", make_op("dropout", {"rate": 0.1})),
        ("scores", make_op("dense", {"units": 3})),
    ])
    start, held = network.start(1), bars(30, seed=9)
    *_, last = train(network, start, *bars(60), TrainSettings(steps=200, batch=20, average=0.9), held_out=held)
    assert last.held_out is not None
    assert last.held_out[1] > 0.9
    for key in network.running:
        assert not np.array_equal(last.weights()[key], start[key])
        assert not np.array_equal(last.averaged()[key], last.weights()[key])
    found = evaluate(network, last.averaged(), *held)
    assert last.held_out == pytest.approx((found.loss, found.accuracy), rel=1e-5)
