"""Settings that fit the number of samples."""

from __future__ import annotations

import numpy as np

from cnncore.data.idx import read_idx_folder
from cnncore.evaluation import evaluate
from cnncore.preprocess import Preprocess
from cnncore.recipes import FEW, few_shot_augment, few_shot_settings, many_settings, recipe
from cnncore.training import train
from cnncore.zoo import lenet


def test_many_samples_are_counted_in_epochs_and_few_in_steps():
    assert recipe(60_000, 10)[0] == many_settings()
    assert recipe(FEW - 1, 10)[0].steps > 0


def test_more_classes_get_more_steps():
    assert few_shot_settings(30, 3).steps == 1400
    assert few_shot_settings(360, 36).steps == 10_800


def test_few_epochs_of_few_samples_are_cut_into_small_batches():
    short, long = few_shot_settings(30, 3, epochs=10), few_shot_settings(30, 3, epochs=1000)
    assert (short.epochs, short.steps, short.batch) == (10, 0, 4)
    assert long.batch == 32
    assert short.learning_rate < long.learning_rate


def test_trained_weights_are_changed_in_smaller_steps():
    fresh, trained = recipe(30, 3)[0], recipe(30, 3, trained=True)[0]
    assert trained.learning_rate < fresh.learning_rate
    assert 0 < trained.steps < fresh.steps


HARD = ((2, 3, 7), (3, 5, 8), (4, 7, 9))


def test_ten_digits_of_three_alike_classes_reach_95_percent_within_ten_seconds(mnist):
    """Which ten digits one gets is luck: the median over three kinds that are easily taken for one another."""
    drawn, fresh = read_idx_folder(mnist, "train"), read_idx_folder(mnist, "test")
    look, right = Preprocess(), []
    for classes in HARD:
        picks = np.concatenate([np.flatnonzero(drawn.labels == c)[:10] for c in classes])
        others = np.flatnonzero(np.isin(fresh.labels, classes))
        network, truth = lenet(3), np.searchsorted(classes, fresh.labels[others])
        *_, last = train(network, network.start(0), look.apply(drawn.images[picks]), np.repeat(np.arange(3), 10),
                         few_shot_settings(30, 3), augment=few_shot_augment())
        assert last.seconds < 10
        right.append(evaluate(network, last.best(), look.apply(fresh.images[others]), truth).accuracy)
    assert np.median(right) >= 0.95
    assert min(right) >= 0.94
