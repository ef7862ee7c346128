"""Settings that fit the number of samples."""

from __future__ import annotations

import numpy as np
import pytest

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


@pytest.mark.parametrize(("classes", "draw"), [((2, 3, 7), 0), ((4, 7, 9), 1), ((3, 5, 8), 3)])
def test_ten_digits_of_three_classes_reach_95_percent_within_ten_seconds(mnist, classes, draw):
    drawn, fresh = read_idx_folder(mnist, "train"), read_idx_folder(mnist, "test")
    rng = np.random.default_rng(draw)
    picks = np.concatenate([rng.choice(np.flatnonzero(drawn.labels == c), 10, replace=False) for c in classes])
    others = np.flatnonzero(np.isin(fresh.labels, classes))
    network, look = lenet(3), Preprocess()
    *_, last = train(network, network.start(0), look.apply(drawn.images[picks]), np.repeat(np.arange(3), 10),
                     few_shot_settings(30, 3), augment=few_shot_augment())
    assert last.seconds < 10
    truth = np.searchsorted(classes, fresh.labels[others])
    assert evaluate(network, last.best(), look.apply(fresh.images[others]), truth).accuracy >= 0.95
