"""Training: the same bits from the same seed, light yields, the old weights always intact."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.losses import LOSSES
from cnncore.network import chain
from cnncore.op import Array, Knobs, knob
from cnncore.ops import make_op
from cnncore.optimizers import SGD
from cnncore.training import TrainSettings, average_weights, evaluate, split, train
from tests.cnncore.bars import bars, finished, tiny


def test_training_learns_three_kinds_of_bars():
    last = finished(TrainSettings(steps=300, batch=20))[-1]
    network = tiny()
    assert evaluate(network, last.weights(), *bars(90, seed=5)).accuracy > 0.95


def test_same_seed_gives_same_bits():
    a, b = (finished(TrainSettings(steps=12, batch=7, seed=3))[-1].weights() for _ in range(2))
    assert all(a[key].tobytes() == b[key].tobytes() for key in a)


def test_other_seed_gives_other_bits():
    a, b = (finished(TrainSettings(steps=12, batch=7, seed=seed))[-1].weights() for seed in (3, 4))
    assert any(a[key].tobytes() != b[key].tobytes() for key in a)


def test_one_step_equals_forward_backward_and_the_optimizer_by_hand():
    network, (images, labels) = tiny(), bars(6)
    start = network.start(1)
    settings = TrainSettings(steps=1, batch=6, learning_rate=0.1, momentum=0.5, weight_decay=0.01)
    (only,) = train(network, start, images, labels, settings)
    order = np.random.default_rng(0).permutation(6)
    done = network.forward(start, images[order], training=True)
    grad = LOSSES["cross_entropy"]().gradient(done.outputs["scores"], labels[order])
    sgd = SGD(learning_rate=0.1, momentum=0.5, weight_decay=0.01)
    by_hand, _ = sgd.step(start, network.backward(start, done, grad).weights, sgd.start(start))
    for key, value in only.weights().items():
        np.testing.assert_allclose(value, by_hand[key], rtol=1e-5, atol=1e-6)  # the compiled plan rounds its own way


def test_weights_of_the_caller_are_never_written_to():
    network = tiny()
    start = network.start(1)
    for value in start.values():
        value.setflags(write=False)
    before = {key: value.tobytes() for key, value in start.items()}
    list(train(network, start, *bars(30), TrainSettings(steps=5)))
    assert {key: value.tobytes() for key, value in start.items()} == before


def test_samples_are_never_written_to():
    network, (images, labels) = tiny(), bars(30)
    images.setflags(write=False)
    list(train(network, network.start(1), images, labels, TrainSettings(steps=5)))


def test_weights_are_a_copy_of_the_newest_step():
    network = tiny()
    run = train(network, network.start(1), *bars(30), TrainSettings(steps=5))
    first = next(run)
    mine = first.weights()
    mine["scores.bias"][:] = 99
    assert first.weights()["scores.bias"].max() < 99
    second = next(run)
    np.testing.assert_array_equal(first.weights()["scores.bias"], second.weights()["scores.bias"])


def test_a_yield_copies_no_weights():
    network = tiny()
    run = train(network, network.start(1), *bars(30), TrainSettings(steps=3))
    a, b = next(run), next(run)
    assert a._live is b._live


def test_every_sample_is_seen_once_an_epoch():
    seen: list[float] = []

    class Note:
        def apply(self, images, rng):
            seen.extend(images[:, 0, 0, 0].tolist())
            return images

    network, (images, labels) = tiny(), bars(10)
    images[:, 0, 0, 0] = np.arange(10)
    list(train(network, network.start(1), images, labels, TrainSettings(epochs=2, batch=4), augment=Note()))
    assert sorted(seen[:10]) == sorted(seen[10:]) == list(range(10))
    assert seen[:10] != seen[10:]


def test_steps_beat_epochs_and_the_count_is_exact():
    assert [p.step for p in finished(TrainSettings(steps=7, epochs=99, batch=20))] == list(range(1, 8))
    assert [p.epoch for p in finished(TrainSettings(epochs=2, batch=20))] == [1, 1, 1, 2, 2, 2]


def test_seconds_of_cpu_time_end_the_training():
    began = time.thread_time()
    last = finished(TrainSettings(seconds=0.2))[-1]
    assert last.done == 1.0
    assert 0.2 <= last.seconds < 0.6
    assert time.thread_time() - began < 2.0


def test_clock_does_not_count_what_happens_between_steps():
    network, seconds = tiny(), []
    for progress in train(network, network.start(1), *bars(30), TrainSettings(steps=5)):
        seconds.append(progress.seconds)
        began = time.thread_time()
        while time.thread_time() - began < 0.05:
            pass
    assert seconds[-1] < 0.2


def test_batch_larger_than_the_data_takes_all_of_it():
    assert len(finished(TrainSettings(epochs=3, batch=1000), n=9)) == 3


def test_few_samples_fill_the_batch_with_copies_where_they_are_varied():
    sizes: list[int] = []

    class Note:
        def apply(self, images, rng):
            sizes.append(len(images))
            return images

    finished(TrainSettings(steps=2, batch=32), n=9, augment=Note())
    assert sizes == [27, 27]


def test_cosine_runs_from_the_full_rate_to_nothing():
    settings = TrainSettings(schedule="cosine")
    assert settings.rate(0.0) == 1.0
    assert settings.rate(0.5) == pytest.approx(0.5)
    assert settings.rate(1.0) == pytest.approx(0.0)


def test_warmup_rises_and_constant_stays():
    settings = TrainSettings(warmup=0.1)
    assert settings.rate(0.05) == pytest.approx(0.5)
    assert settings.rate(0.5) == settings.rate(1.0) == 1.0


def test_held_out_is_measured_each_twenty_steps_and_at_the_end():
    progress = finished(TrainSettings(steps=50, batch=30), held_out=bars(12, seed=9))
    assert [p.step for p in progress if p.held_out] == [20, 40, 50]


def test_best_is_the_best_on_held_out_samples():
    network, held = tiny(), bars(30, seed=9)
    progress = list(train(network, network.start(1), *bars(60), TrainSettings(steps=60, batch=10, evaluate_every=5),
                          held_out=held))
    best = max(p.held_out[1] for p in progress if p.held_out)
    assert evaluate(network, progress[-1].best(), *held).accuracy == pytest.approx(best)


def test_best_without_held_out_samples_is_the_newest():
    last = finished(TrainSettings(steps=5))[-1]
    for key, value in last.weights().items():
        np.testing.assert_array_equal(last.best()[key], value)


def test_hold_out_keeps_samples_away_from_training():
    seen: set[float] = set()

    class Note:
        def apply(self, images, rng):
            seen.update(images[:, 0, 0, 0].tolist())
            return images

    network, (images, labels) = tiny(), bars(30)
    images[:, 0, 0, 0] = np.arange(30)
    list(train(network, network.start(1), images, labels, TrainSettings(epochs=2, hold_out=0.2), augment=Note()))
    assert len(seen) == 24


def test_split_takes_the_share_of_every_class_and_leaves_one():
    labels = np.array([0] * 10 + [1] * 20 + [2])
    kept, out = split(labels, 0.5, seed=0)
    assert np.bincount(labels[out], minlength=3).tolist() == [5, 10, 0]
    assert sorted([*kept, *out]) == list(range(31))
    np.testing.assert_array_equal(split(labels, 0.5, seed=0)[1], out)


def test_average_of_the_first_step_is_mostly_the_new_weights():
    mean = average_weights({"w": np.zeros(1, np.float32)}, {"w": np.ones(1, np.float32)}, 1, 0.999)
    assert mean["w"] == pytest.approx(0.9)
    assert mean["w"].dtype == np.float32


def test_average_is_what_best_gives():
    last = finished(TrainSettings(steps=10, average=0.9))[-1]
    assert any(not np.array_equal(last.best()[key], value) for key, value in last.weights().items())


@dataclass(frozen=True)
class Wobble(Knobs):
    """An augmentation that notes how strong it was asked to be."""

    kind = "wobble"
    shift: float = knob(2.0, low=0.0)
    seen: ClassVar[list[float]] = []

    def apply(self, images: Array, rng: np.random.Generator) -> Array:
        self.seen.append(self.shift)
        return images


def test_calm_weakens_augmentation_towards_the_end():
    Wobble.seen.clear()
    finished(TrainSettings(steps=4, calm=0.5), augment=Wobble())
    assert Wobble.seen == [2.0, 1.75, 1.5, 1.25]


def test_without_calm_augmentation_stays_as_strong():
    Wobble.seen.clear()
    finished(TrainSettings(steps=3), augment=Wobble())
    assert Wobble.seen == [2.0, 2.0, 2.0]


def test_going_on_from_a_state_equals_not_having_stopped():
    network, (images, labels) = tiny(), bars(10)
    settings = TrainSettings(batch=10)
    whole = list(train(network, network.start(1), images, labels, settings.but(steps=2)))[-1].weights()
    first = list(train(network, network.start(1), images, labels, settings.but(steps=1)))[-1]
    second = list(train(network, first.weights(), images, labels, settings.but(steps=1), state=first.state()))[-1]
    for key, value in second.weights().items():
        np.testing.assert_allclose(value, whole[key], atol=1e-6)


def test_a_state_of_another_optimizer_or_network_is_refused():
    state = finished(TrainSettings(steps=1))[-1].state()
    with pytest.raises(CnnError, match=r"state: mean:conv.weight should have shape .* and is missing"):
        finished(TrainSettings(steps=1, optimizer="adam"), state=state)
    with pytest.raises(CnnError, match=r"velocity:conv.bias should have shape \(4,\), and is \(5,\)"):
        finished(TrainSettings(steps=1), state=state | {"velocity:conv.bias": np.zeros(5, np.float32)})


def test_a_batch_that_a_norm_needs_at_once_and_memory_cannot_hold_is_refused_before_the_first_step(monkeypatch):
    network = chain("wide", (1, 64, 64), [
        ("conv", make_op("conv", {"filters": 16, "kernel": 3})), ("norm", make_op("batchnorm", {})),
        ("pool", make_op("maxpool", {"window": 62, "stride": 62})), ("flatten", make_op("flatten", {})),
        ("scores", make_op("dense", {"units": 2}))])
    monkeypatch.setattr("cnncore.memory.available", lambda: 10_000_000)
    images, labels = np.zeros((200, 1, 64, 64), np.float32), np.zeros(200, int)
    with pytest.raises(CnnError, match=r"memory|MB"):
        train(network, network.start(0), images, labels, TrainSettings(batch=200))


def test_closing_cancels():
    network = tiny()
    run = train(network, network.start(1), *bars(30), TrainSettings(epochs=100))
    next(run)
    run.close()
    assert list(run) == []


def test_divergence_names_step_and_rate_and_keeps_the_last_finite_weights():
    network, seen = tiny(), []
    run = train(network, network.start(1), *bars(30), TrainSettings(learning_rate=100.0, weight_decay=1.0, steps=500))
    words = r"Step \d+: the output of scores.*Lower the learning rate \(it is 100"
    with pytest.raises(CnnError, match=words) as caught:
        seen.extend(run)
    assert caught.value.code == "training.diverged"
    assert 0 < len(seen) < 500


@pytest.mark.parametrize(("labels", "code"), [
    (np.array([0, 1, 3]), "samples.range"), (np.array([0, 1, -1]), "samples.range"),
    (np.array([0.0, 1.0, 2.0]), "samples.labels"), (np.array([0, 1]), "samples.labels"),
])
def test_labels_that_do_not_fit_are_refused_before_the_first_step(labels, code):
    network = tiny()
    with pytest.raises(CnnError) as caught:
        train(network, network.start(1), bars(3)[0], labels, TrainSettings())
    assert caught.value.code == code


def test_no_samples_is_refused():
    network = tiny()
    with pytest.raises(CnnError, match="no samples"):
        train(network, network.start(1), np.zeros((0, 1, 6, 6), np.float32), np.zeros(0, int), TrainSettings())


def test_samples_that_are_not_finite_are_refused():
    network, (images, labels) = tiny(), bars(3)
    images[1, 0, 2, 2] = np.nan
    with pytest.raises(CnnError, match="not finite"):
        train(network, network.start(1), images, labels, TrainSettings())


def test_network_that_ends_in_maps_is_refused():
    network = chain("maps", (1, 6, 6), [("conv", make_op("conv", {"filters": 2, "kernel": 3}))])
    with pytest.raises(CnnError, match="flatten and dense"):
        train(network, network.start(1), *bars(3), TrainSettings())


def test_confusion_has_the_label_as_row():
    network, (images, labels) = tiny(), bars(9)
    weights = network.start(1)
    weights["scores.weight"][:] = 0
    weights["scores.bias"][:] = [0, 1, 0]
    found = evaluate(network, weights, images, labels)
    assert found.confusion.tolist() == [[0, 3, 0], [0, 3, 0], [0, 3, 0]]
    assert found.accuracy == pytest.approx(1 / 3)


def test_without_the_input_gradient_the_weights_get_the_same_gradients():
    network, (images, labels) = tiny(), bars(6)
    weights = network.start(1)
    done = network.forward(weights, images)
    grad = LOSSES["cross_entropy"]().gradient(done.outputs["scores"], labels)
    whole, part = network.backward(weights, done, grad), network.backward(weights, done, grad, input_gradient=False)
    assert "input" in whole.outputs
    assert "input" not in part.outputs
    for key, value in whole.weights.items():
        np.testing.assert_array_equal(part.weights[key], value)
