"""Optimisers by hand: what one number does in one and in two steps, and the trace that explains it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.optimizers import OPTIMIZERS, SGD, Adam, AdamW, Optimizer, RMSprop, clip, global_norm

TURNED: list[Optimizer] = [
    *(made() for made in OPTIMIZERS.values()), SGD(0.1, 0.0), SGD(0.05, 0.9, 0.01), SGD(0.05, 0.9, 0.01, True),
    SGD(0.05, 0.0, 0.01, True), RMSprop(0.01, 0.9, 0.02, 0.9), Adam(0.01, 0.1), AdamW(0.01, 0.3, 0.8, 0.95),
]


def arrays(*values: float) -> dict[str, np.ndarray]:
    return {"w": np.array(values, np.float32)}


def stepped(optimizer: Optimizer, weight: float, *gradients: float, rate: float = 1.0) -> list[float]:
    """One weight after each step, in float64."""
    weights, out = {"w": np.array([weight])}, []
    state = optimizer.start(weights)
    for gradient in gradients:
        weights, state = optimizer.step(weights, {"w": np.array([gradient])}, state, rate)
        out.append(weights["w"].item())
    return out


def drawn(seed: int, optimizer: Optimizer, dtype: type = np.float32):
    """(weights, gradients, state) in the middle of a training."""
    rng = np.random.default_rng(seed)
    weights = {"a": rng.standard_normal((3, 4)).astype(dtype), "b": rng.standard_normal(5).astype(dtype)}
    state = optimizer.start(weights)
    for _ in range(3):
        gradients = {key: rng.standard_normal(value.shape).astype(dtype) for key, value in weights.items()}
        weights, state = optimizer.step(weights, gradients, state)
    return weights, {key: rng.standard_normal(value.shape).astype(dtype) for key, value in weights.items()}, state


# --- by hand


def test_without_momentum_a_weight_goes_down_its_gradient():
    assert stepped(SGD(0.5, 0.0), 8.0, 2.0, 2.0) == [7, 6]


def test_momentum_keeps_a_share_of_the_last_step():
    assert stepped(SGD(0.5, 0.5), 8.0, 2.0, 2.0) == [7, 5.5]


def test_nesterov_takes_the_gradient_twice_as_if_the_step_were_done():
    # v = 2, step 0.5·(2 + 0.5·2) = 1.5; then v = 3, step 0.5·(2 + 0.5·3) = 1.75
    assert stepped(SGD(0.5, 0.5, nesterov=True), 8.0, 2.0, 2.0) == [6.5, 4.75]


def test_weight_decay_pulls_towards_zero():
    assert stepped(SGD(0.5, 0.0, 0.5), 8.0, 0.0) == [6]


def test_rmsprop_divides_by_the_root_of_the_mean_square():
    # s = 0.75·0 + 0.25·16 = 4, step 1·4/2 = 2; then s = 3 + 4 = 7
    after = stepped(RMSprop(1.0, smoothing=0.75, epsilon=1e-12), 8.0, 4.0, 4.0)
    assert after == pytest.approx([6, 6 - 4 / math.sqrt(7)])


def test_the_first_step_of_adam_is_the_learning_rate_whatever_the_gradient():
    for gradient in (1e-3, 1.0, 1e3):
        assert stepped(Adam(0.25, epsilon=1e-12), 8.0, gradient) == pytest.approx([7.75])


def test_adam_forgets_its_start_at_zero():
    # m = 0.5·1 + 0.5·3 = 2, m̂ = 2/0.75; s = 0.75·1 + 0.25·9 = 3 with s₁ = 0.25·4, ŝ = 3/(1 − 0.5625)
    after = stepped(Adam(1.0, beta1=0.5, beta2=0.75, epsilon=1e-12), 8.0, 2.0, 3.0)
    m, s = 0.5 * 1 + 0.5 * 3, 0.75 * 1 + 0.25 * 9
    assert after == pytest.approx([7, 7 - (m / 0.75) / math.sqrt(s / 0.4375)])


def test_decay_is_coupled_in_adam_and_decoupled_in_adamw():
    assert stepped(Adam(0.25, 0.5, epsilon=1e-12), 8.0, 0.0) == pytest.approx([7.75])
    assert stepped(AdamW(0.25, 0.5), 8.0, 0.0) == pytest.approx([8 * (1 - 0.25 * 0.5)])


def test_the_schedule_scales_the_step():
    assert stepped(SGD(1.0, 0.0), 8.0, 2.0, rate=0.25) == [7.5]
    assert stepped(AdamW(1.0, 0.5), 8.0, 0.0, rate=0.25) == [7.0]


# --- of all


@pytest.mark.parametrize("optimizer", TURNED, ids=str)
def test_a_step_writes_to_nothing_and_leaves_alone_what_has_no_gradient(optimizer: Optimizer):
    weights, gradients, state = drawn(0, optimizer)
    for array in (*weights.values(), *gradients.values(), *state.values()):
        array.setflags(write=False)
    after, then = optimizer.step(weights, {"a": gradients["a"]}, state)
    assert after["b"] is weights["b"]
    assert after["a"].dtype == np.float32
    assert then["step"] == state["step"] + 1 == 4
    assert all(then[key] is state[key] for key in state if key.endswith(":b"))
    assert {key: (v.shape, v.dtype) for key, v in then.items()} == {key: (v.shape, v.dtype) for key, v in state.items()}


@pytest.mark.parametrize("optimizer", TURNED, ids=str)
def test_the_trace_of_an_update_adds_up_to_the_new_weight(optimizer: Optimizer):
    weights, gradients, state = drawn(1, optimizer)
    after, _ = optimizer.step(weights, gradients, state, rate=0.5)
    for cell in np.ndindex(3, 4):
        trace = optimizer.trace("a", cell, weights, gradients, state, rate=0.5)
        assert trace.total == after["a"][cell]
        assert abs(trace.rounding) <= trace.bound
        np.testing.assert_allclose(np.prod([c.values for c in trace.operands], axis=0), trace.terms)


def test_the_trace_of_sgd_by_hand():
    one = {"w": np.array([8.0])}
    state = {"velocity:w": np.array([4.0]), "step": np.array(1)}
    by_hand = SGD(0.5, 0.5, 0.25).trace("w", (0,), one, {"w": np.array([2.0])}, state)
    assert by_hand.terms.tolist() == [8, -1, -1, -1]  # the weight, what it kept of its speed, its gradient, its decay
    assert by_hand.total == 5


@pytest.mark.parametrize("optimizer", TURNED, ids=str)
def test_one_flat_vector_moves_as_its_parts(optimizer: Optimizer):
    weights, gradients, state = drawn(2, optimizer)

    def flat(parts: dict[str, np.ndarray]) -> np.ndarray:
        return np.concatenate([parts["a"].ravel(), parts["b"]])

    slots = {f"{s}:flat": flat({k: state[f"{s}:{k}"] for k in weights}) for s in optimizer.slots}
    whole, _ = optimizer.step({"flat": flat(weights)}, {"flat": flat(gradients)}, {"step": state["step"], **slots}, 0.3)
    parts, _ = optimizer.step(weights, gradients, state, 0.3)
    np.testing.assert_array_equal(whole["flat"], flat(parts))


@pytest.mark.parametrize("optimizer", TURNED, ids=str)
def test_rates_may_differ_from_weight_to_weight_and_zero_stands_still(optimizer: Optimizer):
    weights, gradients, state = drawn(3, optimizer)
    cells = np.linspace(0, 1, 5, dtype=np.float32)
    after, _ = optimizer.step(weights, gradients, state, {"a": 0.0, "b": cells})
    np.testing.assert_array_equal(after["a"], weights["a"])
    for k, factor in enumerate(cells):
        alone, _ = optimizer.step(weights, gradients, state, float(factor))
        assert after["b"][k] == pytest.approx(alone["b"][k], rel=1e-6)
    trace = optimizer.trace("b", (2,), weights, gradients, state, {"b": cells})
    assert abs(trace.rounding) <= trace.bound


@pytest.mark.parametrize("optimizer", TURNED, ids=str)
def test_float64_stays_float64(optimizer: Optimizer):
    weights, gradients, state = drawn(4, optimizer, np.float64)
    after, then = optimizer.step(weights, gradients, state)
    assert {value.dtype.name for key, value in (after | then).items() if key != "step"} == {"float64"}


@pytest.mark.parametrize("optimizer", TURNED, ids=str)
def test_a_lone_number_moves_as_one_in_a_list(optimizer: Optimizer):
    lone, listed = {"w": np.array(0.5, np.float32)}, {"w": np.array([0.5], np.float32)}
    state, other = optimizer.start(lone), optimizer.start(listed)
    for gradient in (0.25, -1.0):
        trace = optimizer.trace("w", (), lone, {"w": np.array(gradient, np.float32)}, state)
        lone, state = optimizer.step(lone, {"w": np.array(gradient, np.float32)}, state)
        listed, other = optimizer.step(listed, {"w": np.array([gradient], np.float32)}, other)
        assert isinstance(lone["w"], np.ndarray)
        assert lone["w"].shape == ()
        assert lone["w"] == listed["w"][0] == trace.total


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_rate_below_zero_is_refused(kind: str):
    with pytest.raises(CnnError, match=f"{kind}: learning_rate = -0.1 is not possible"):
        OPTIMIZERS[kind](learning_rate=-0.1)


# --- clipping


def test_clipping_by_value_cuts_each_number():
    assert clip(arrays(-3, 0.5, 2), value=1.0)["w"].tolist() == [-1, 0.5, 1]


def test_clipping_by_norm_scales_all_to_that_length():
    given = {"a": np.array([3.0], np.float32), "b": np.array([4.0], np.float32)}
    assert global_norm(given) == 5
    out = clip(given, norm=1.0)
    assert [out["a"].item(), out["b"].item()] == pytest.approx([0.6, 0.8], rel=1e-5)
    assert out["a"].dtype == np.float32


def test_a_gradient_shorter_than_the_norm_stays_as_it_is():
    given = arrays(0.3, 0.4)
    assert clip(given, norm=1.0)["w"] is given["w"]
    assert clip(given)["w"] is given["w"]


def test_the_norm_of_large_numbers_does_not_overflow():
    assert global_norm(arrays(1e30, 0)) == pytest.approx(1e30)
