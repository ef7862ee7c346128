"""Batch, layer, group and local response norm: worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.network import chain
from cnncore.op import Context, Run
from cnncore.ops import BatchNorm, GroupNorm, LayerNorm, LocalResponseNorm

TRAINING = Context(True)


def params_of(op, shape, **changes):
    return op.start(np.random.default_rng(0), shape) | changes


def test_batch_norm_of_two_samples_is_minus_one_and_one():
    op, x = BatchNorm(epsilon=1e-12), np.array([[[1.0]], [[5.0]]])
    done = op.forward((x,), params_of(op, (1, 1)), TRAINING)
    assert done.output.reshape(-1) == pytest.approx([-1, 1])
    assert done.state["running_mean"] == pytest.approx([0.9 * 0 + 0.1 * 3])
    assert done.state["running_var"] == pytest.approx([0.9 * 1 + 0.1 * 8])  # (4 + 4) / (2 − 1)


def test_batch_norm_outside_training_uses_what_it_has_followed_and_leaves_it():
    op = BatchNorm(epsilon=1e-12)
    params = params_of(op, (1,), running_mean=np.array([2.0]), running_var=np.array([16.0]), weight=np.array([3.0]),
                       bias=np.array([1.0]))
    done = op.forward((np.array([[10.0]]),), params)
    assert done.output[0, 0] == pytest.approx((10 - 2) / 4 * 3 + 1)
    assert done.state == {}


def test_batch_norm_counts_two_learned_numbers_a_channel():
    network = chain("n", (3, 8), [("norm", BatchNorm())])
    assert network.parameter_count() == 6
    assert network.running == {"norm.running_mean", "norm.running_var"}
    assert chain("n", (3, 8), [("norm", BatchNorm(learned=False))]).parameter_count() == 0


def test_the_batch_does_not_care_what_is_added_to_a_channel():
    op, rng = BatchNorm(), np.random.default_rng(0)
    x, grad = rng.standard_normal((4, 2, 5)), rng.standard_normal((4, 2, 5))
    params = params_of(op, (2, 5))
    done = op.forward((x,), params, TRAINING)
    np.testing.assert_allclose(op.forward((x + 7,), params, TRAINING).output, done.output, atol=1e-12)
    back = op.backward(grad, (x,), params, done).inputs[0]
    np.testing.assert_allclose(back.sum(axis=(0, 2)), 0, atol=1e-12)


@pytest.mark.parametrize("training", [False, True])
def test_a_channel_far_from_zero_keeps_its_digits_and_equals_its_trace(training):
    op, rng = BatchNorm(), np.random.default_rng(1)
    x = (1000 + rng.standard_normal((8, 1, 3, 3))).astype(np.float32)
    params = params_of(op, (1, 3, 3), running_mean=np.array([1000.0], np.float32))
    grad = rng.standard_normal(x.shape).astype(np.float32)
    done = op.forward((x,), params, Context(training))
    run = Run((x,), params, done, grad, op.backward(grad, (x,), params, done))
    for target in ("output", "input0"):
        for n, *cell in np.ndindex(x.shape):
            trace = op.trace(target, tuple(cell), run, n)
            assert abs(trace.rounding) <= 1e-6 * (1 + abs(trace.total))


def test_a_batch_of_one_number_a_channel_is_refused_in_training_only():
    op, x = BatchNorm(), np.ones((1, 4))
    op.forward((x,), params_of(op, (4,)))
    with pytest.raises(CnnError, match=r"batchnorm: in training a batch of 1 with one number a channel has no "
                                       r"variance. Allowed: 2, 3, … samples"):
        op.forward((x,), params_of(op, (4,)), TRAINING)


def test_layer_norm_gives_every_sample_mean_zero_and_variance_one():
    op, x = LayerNorm(learned=False), np.random.default_rng(0).standard_normal((3, 2, 4, 5)) * 9 + 4
    y = op.forward((x,), {}).output.reshape(3, -1)
    assert y.mean(axis=1) == pytest.approx(0, abs=1e-12)
    assert y.var(axis=1) == pytest.approx(1, abs=1e-5)
    assert op.forward((np.array([[1.0, 3.0]]),), {}).output[0] == pytest.approx([-1, 1], abs=1e-5)


def test_layer_norm_learns_a_weight_for_each_number():
    assert LayerNorm().parameter_shapes((3, 4, 4)) == {"weight": (3, 4, 4), "bias": (3, 4, 4)}


def test_as_many_groups_as_channels_norm_each_map_by_itself():
    x = np.random.default_rng(0).standard_normal((2, 4, 3, 3)) + np.arange(4).reshape(4, 1, 1) * 10
    y = GroupNorm(groups=4, learned=False).forward((x,), {}).output
    assert y.mean(axis=(2, 3)) == pytest.approx(0, abs=1e-12)
    assert y.var(axis=(2, 3)) == pytest.approx(1, abs=1e-4)
    one = GroupNorm(groups=1, learned=False).forward((x,), {}).output
    np.testing.assert_allclose(one, LayerNorm(learned=False).forward((x,), {}).output, atol=1e-12)


def test_a_cell_of_a_group_norm_reads_its_group():
    op = GroupNorm(groups=2)
    assert op.reads((3, 1, 1), (4, 5, 6)) == (((2, 4, 1), (0, 5, 1), (0, 6, 1)),)


def test_groups_that_do_not_divide_are_named_with_those_that_do():
    with pytest.raises(CnnError, match=r"groupnorm: groups = 4 does not divide the 6 channels of the input. "
                                       r"Allowed: 1, 2, 3, 6"):
        GroupNorm(groups=4).output_shape((6, 3))


def test_local_response_norm_of_three_channels_by_hand():
    op = LocalResponseNorm(size=3, alpha=3.0, beta=1.0, k=2.0)
    y = op.forward((np.array([[1.0, 2.0, 4.0]]),), {}).output[0]
    assert y == pytest.approx([1 / (2 + 1 + 4), 2 / (2 + 1 + 4 + 16), 4 / (2 + 4 + 16)])


def test_of_an_even_size_the_longer_half_stands_before_the_channel():
    op = LocalResponseNorm(size=2, alpha=2.0, beta=1.0)
    assert op.forward((np.array([[3.0, 1.0]]),), {}).output[0] == pytest.approx([3 / (1 + 9), 1 / (1 + 9 + 1)])
    assert op.reads((1,), (4,)) == (((0, 2, 1),),)
    assert op.reaches(0, (1,), (4,)) == ((1, 3, 1),)
