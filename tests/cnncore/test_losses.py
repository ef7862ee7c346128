"""Losses against hand and float64."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.losses import LOSSES, CrossEntropy, MeanSquaredError


def test_cross_entropy_of_equal_scores_is_the_logarithm_of_their_number():
    assert CrossEntropy().value(np.ones((2, 10), np.float32), np.array([3, 7])) == pytest.approx(math.log(10))


def test_ten_ones_against_one_hot_three_have_a_squared_error_of_nine_tenths():
    assert MeanSquaredError().value(np.ones((1, 10), np.float32), np.array([3])) == pytest.approx(0.9)


def test_cross_entropy_goes_back_as_share_minus_target():
    scores = np.log(np.array([[1, 2, 5]], np.float32))
    assert CrossEntropy().gradient(scores, np.array([1]))[0] == pytest.approx([1 / 8, 2 / 8 - 1, 5 / 8])


def test_scores_of_a_thousand_do_not_overflow():
    scores = np.array([[1000, 0]], np.float32)
    assert CrossEntropy().value(scores, np.array([1])) == 1000
    assert CrossEntropy().gradient(scores, np.array([1])).tolist() == [[1, -1]]
    assert CrossEntropy().trace(scores[0], 1).exact == 1000


@pytest.mark.parametrize("kind", LOSSES)
def test_gradients_agree_with_central_differences(kind: str):
    loss, rng = LOSSES[kind](), np.random.default_rng(0)
    scores, labels = rng.standard_normal((4, 5)), np.array([0, 4, 2, 2])
    for cell in np.ndindex(scores.shape):
        up, down = scores.copy(), scores.copy()
        up[cell] += 1e-6
        down[cell] -= 1e-6
        slope = (loss.value(up, labels) - loss.value(down, labels)) / 2e-6
        assert loss.gradient(scores, labels)[cell] == pytest.approx(slope, abs=1e-8)


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("scale", [0.01, 1, 60])
def test_the_loss_and_its_gradient_equal_their_traces(kind: str, scale: float):
    loss, rng = LOSSES[kind](), np.random.default_rng(1)
    for label in range(6):
        scores = (rng.standard_normal(6) * scale).astype(np.float32)
        whole = loss.trace(scores, label)
        assert whole.total == loss.value(scores[None], np.array([label]))
        assert abs(whole.rounding) <= whole.bound
        for c in range(6):
            part = loss.trace(scores, label, (c,))
            assert part.total == loss.gradient(scores[None], np.array([label]))[0, c]
            assert abs(part.rounding) <= part.bound


@pytest.mark.parametrize("kind", LOSSES)
def test_float32_stays_and_scores_are_left_as_they_were(kind: str):
    scores = np.ones((2, 3), np.float32)
    scores.setflags(write=False)
    assert LOSSES[kind]().gradient(scores, np.array([0, 1])).dtype == np.float32


def test_a_class_that_is_not_there_is_refused():
    with pytest.raises(CnnError, match="no class 7"):
        CrossEntropy().trace(np.zeros(3), 7)
