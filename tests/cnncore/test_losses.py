"""Losses against hand and float64."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.losses import (
    LOSSES,
    BinaryCrossEntropy,
    CrossEntropy,
    Hinge,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
)

SOFT = [kind for kind, loss in LOSSES.items() if loss.soft]
TURNED: list[Loss] = [
    *(loss() for loss in LOSSES.values()), CrossEntropy(label_smoothing=0.2), Hinge(margin=0.5), Huber(delta=0.3),
    CrossEntropy(class_weights=(1.0, 2.0, 0.5, 3.0, 0.0, 1.0)),
    CrossEntropy(label_smoothing=0.1, class_weights=(1.0, 2.0, 0.5, 3.0, 0.2, 1.0)),
]


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


@pytest.mark.parametrize("loss", TURNED, ids=str)
def test_gradients_agree_with_central_differences(loss: Loss):
    rng = np.random.default_rng(0)
    scores, labels = rng.standard_normal((4, 6)), np.array([0, 4, 2, 2])
    for cell in np.ndindex(scores.shape):
        up, down = scores.copy(), scores.copy()
        up[cell] += 1e-6
        down[cell] -= 1e-6
        slope = (loss.value(up, labels) - loss.value(down, labels)) / 2e-6
        assert loss.gradient(scores, labels)[cell] == pytest.approx(slope, abs=1e-8)


@pytest.mark.parametrize("loss", TURNED, ids=str)
@pytest.mark.parametrize("scale", [0.01, 1, 60])
def test_the_loss_and_its_gradient_equal_their_traces(loss: Loss, scale: float):
    rng = np.random.default_rng(1)
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

def test_ten_ones_cost_the_logarithm_of_ten():
    ones, three = np.ones((1, 10), np.float32), np.array([3])
    assert CrossEntropy().value(ones, three) == pytest.approx(2.302585, abs=1e-6)
    assert CrossEntropy().gradient(ones, three)[0].tolist() == pytest.approx([0.1] * 3 + [-0.9] + [0.1] * 6)
    assert MeanSquaredError().gradient(ones, three)[0].tolist() == pytest.approx([0.2] * 3 + [0.0] + [0.2] * 6)


def test_smoothing_moves_a_share_of_the_target_to_all_classes():
    scores = np.log(np.array([[1, 2, 5]], np.float32))
    smooth = CrossEntropy(label_smoothing=0.3)
    by_hand = -(0.1 * math.log(1 / 8) + 0.8 * math.log(2 / 8) + 0.1 * math.log(5 / 8))
    assert smooth.value(scores, np.array([1])) == pytest.approx(by_hand, rel=1e-6)
    assert smooth.gradient(scores, np.array([1]))[0] == pytest.approx([1 / 8 - 0.1, 2 / 8 - 0.8, 5 / 8 - 0.1])


def test_class_weights_divide_the_mean_by_the_weights_of_the_labels():
    scores, labels = np.zeros((2, 2), np.float32), np.array([0, 1])
    scores[1, 0] = 2.0
    weighted = CrossEntropy(class_weights=(3.0, 1.0))
    by_hand = (3 * math.log(2) + 1 * math.log(1 + math.exp(2))) / 4
    assert weighted.value(scores, labels) == pytest.approx(by_hand, rel=1e-6)
    assert weighted.gradient(scores, labels)[0] == pytest.approx([-3 / 8, 3 / 8])


def test_samples_whose_class_weighs_nothing_cost_nothing():
    loss, scores = CrossEntropy(class_weights=(0.0, 1.0)), np.ones((1, 2), np.float32)
    assert loss.value(scores, np.array([0])) == 0
    assert loss.gradient(scores, np.array([0])).tolist() == [[0, 0]]
    assert loss.trace(scores[0], 0).exact == 0


def test_absolute_error_by_hand():
    scores = np.array([[3, -1, 0]], np.float32)
    assert MeanAbsoluteError().value(scores, np.array([0])) == pytest.approx((2 + 1 + 0) / 3)
    assert MeanAbsoluteError().gradient(scores, np.array([0]))[0] == pytest.approx([1 / 3, -1 / 3, 0])


def test_huber_is_half_the_square_near_and_straight_far_away():
    scores = np.array([[1.5, 3.0]], np.float32)
    assert Huber(delta=2.0).value(scores, np.array([0])) == pytest.approx((0.125 + 2 * (3 - 1)) / 2)
    assert Huber(delta=2.0).gradient(scores, np.array([0]))[0] == pytest.approx([0.25, 1.0])


def test_hinge_counts_the_classes_that_come_too_close():
    scores = np.array([[2.0, 1.5, 0.0, 3.0]], np.float32)
    assert Hinge().value(scores, np.array([0])) == pytest.approx((0.5 + 0 + 2) / 4)
    assert Hinge().gradient(scores, np.array([0]))[0].tolist() == [-0.5, 0.25, 0, 0.25]
    assert Hinge(margin=0.25).value(scores, np.array([0])) == pytest.approx(1.25 / 4)


def test_binary_cross_entropy_asks_each_class_for_itself():
    scores = np.array([[0.0, math.log(3)]], np.float32)
    assert BinaryCrossEntropy().value(scores, np.array([1])) == pytest.approx((math.log(2) - math.log(0.75)) / 2)
    assert BinaryCrossEntropy().gradient(scores, np.array([1]))[0] == pytest.approx([0.25, -0.125])
    assert BinaryCrossEntropy().value(np.array([[1000.0, -1000.0]]), np.array([0])) == 0
    assert BinaryCrossEntropy().value(np.array([[-1000.0]]), np.array([0])) == 1000


@pytest.mark.parametrize("kind", SOFT)
def test_numbers_to_reach_are_targets_too(kind: str):
    loss, rng = LOSSES[kind](), np.random.default_rng(3)
    scores, labels = rng.standard_normal((4, 3)).astype(np.float32), np.array([0, 2, 1, 1])
    hot = np.eye(3)[labels]
    assert loss.value(scores, hot) == loss.value(scores, labels)
    np.testing.assert_array_equal(loss.gradient(scores, hot), loss.gradient(scores, labels))
    target = rng.standard_normal(3).astype(np.float32)
    whole = loss.trace(scores[0], target)
    assert whole.total == loss.value(scores[:1], target[None])
    assert abs(whole.rounding) <= whole.bound
    part = loss.trace(scores[0], target, (1,))
    assert abs(part.rounding) <= part.bound


@pytest.mark.parametrize("kind", LOSSES)
def test_both_gives_the_same_bits_as_value_and_gradient(kind: str):
    loss, rng = LOSSES[kind](), np.random.default_rng(4)
    scores, labels = rng.standard_normal((7, 5)).astype(np.float32), rng.integers(5, size=7)
    value, gradient = loss.both(scores, labels)
    assert value == loss.value(scores, labels)
    np.testing.assert_array_equal(gradient, loss.gradient(scores, labels))


@pytest.mark.parametrize(("labels", "words"), [
    (np.array([0, 3]), "label 3 has no score. Allowed: 0 to 2"), (np.array([0, -1]), "label -1 has no score"),
    (np.array([0]), r"int64 of shape \(1,\); 2 whole numbers"), (np.array([True, False]), "labels are bool"),
    (np.zeros((2, 3)), "cross_entropy: the targets are floats.* needs labels"),
])
def test_labels_that_do_not_fit_are_refused(labels: np.ndarray, words: str):
    with pytest.raises(CnnError, match=words):
        CrossEntropy().value(np.zeros((2, 3), np.float32), labels)


@pytest.mark.parametrize(("targets", "words"), [
    (np.zeros((2, 2)), r"shape \(2, 2\); \(2, 3\) is needed"), (np.full((2, 3), np.nan), "not finite"),
])
def test_numbers_to_reach_that_do_not_fit_are_refused(targets: np.ndarray, words: str):
    with pytest.raises(CnnError, match=words):
        MeanSquaredError().gradient(np.zeros((2, 3), np.float32), targets)


@pytest.mark.parametrize("scores", [np.zeros(3), np.zeros((2, 3), int), np.zeros((0, 3))])
def test_scores_that_are_no_table_of_floats_are_refused(scores: np.ndarray):
    with pytest.raises(CnnError, match="floats of shape"):
        CrossEntropy().value(scores, np.array([0, 1]))


def test_class_weights_of_another_number_of_classes_are_refused():
    with pytest.raises(CnnError, match="class_weights has 2 numbers; 3 are needed"):
        CrossEntropy(class_weights=(1.0, 2.0)).value(np.zeros((1, 3)), np.array([0]))


def test_knobs_of_a_loss_are_checked():
    for wrong in (lambda: CrossEntropy(label_smoothing=1.5), lambda: Huber(delta=0.0), lambda: Hinge(margin=-1.0),
                  lambda: CrossEntropy(class_weights=(1.0, -2.0))):
        with pytest.raises(CnnError, match="is not possible"):
            wrong()


@pytest.mark.parametrize("loss", TURNED, ids=str)
def test_only_class_weights_make_the_loss_of_a_batch_more_than_the_mean_of_its_samples(loss: Loss):
    scores, labels = np.random.default_rng(5).standard_normal((4, 6)), np.array([0, 3, 2, 5])
    alone = np.mean([loss.value(scores[k:k + 1], labels[k:k + 1]) for k in range(4)])
    assert loss.mean_of_samples is bool(np.isclose(alone, loss.value(scores, labels), rtol=1e-9))
