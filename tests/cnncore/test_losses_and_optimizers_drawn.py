"""Losses and optimisers over drawn knobs and numbers: traces add up, gradients are slopes, nothing is written to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncore.losses import LOSSES, Loss
from cnncore.op import Knobs
from cnncore.optimizers import OPTIMIZERS, Optimizer
from cnncore.schedules import SCHEDULES

SCALES = st.sampled_from([1e-6, 1e-3, 0.1, 1.0, 30.0, 1000.0])


def settings(draw: Any, kind: type[Knobs], **bounds: tuple[float, float]) -> dict[str, Any]:
    """Any setting that the knobs allow, or within narrower bounds."""
    out = {}
    for name, knob in kind.knobs().items():
        low, high = bounds.get(name, (knob.low, knob.high))
        if name == "class_weights":
            continue
        if knob.type is bool:
            out[name] = draw(st.booleans())
        else:
            out[name] = draw((st.integers if knob.type is int else st.floats)(low, high))
    return out


@st.composite
def losses(draw: Any) -> tuple[Loss, np.ndarray, Any]:
    """A loss, (classes,) scores, and a target for them."""
    kind, classes = LOSSES[draw(st.sampled_from(sorted(LOSSES)))], draw(st.integers(1, 9))
    knobs = settings(draw, kind, delta=(1e-3, 1e3), margin=(0.0, 10.0))
    if "class_weights" in kind.knobs() and draw(st.booleans()):
        knobs["class_weights"] = tuple(draw(st.lists(st.floats(0, 10), min_size=classes, max_size=classes)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    scores = (rng.standard_normal(classes) * draw(SCALES)).astype(np.float32)
    if draw(st.booleans()):
        scores = np.round(scores)  # ties, and errors of exactly nothing
    target: Any = draw(st.integers(0, classes - 1))
    if kind.soft and draw(st.booleans()):
        target = (rng.standard_normal(classes) * draw(SCALES)).astype(np.float32)
    return kind(**knobs), scores, target


@given(losses())
def test_the_terms_of_a_loss_and_of_its_gradient_add_up(drawn: tuple[Loss, np.ndarray, Any]):
    loss, scores, target = drawn
    before = scores.copy()
    batch = target[None] if isinstance(target, np.ndarray) else np.array([target])
    gradient = loss.gradient(scores[None], batch)
    assert gradient.dtype == np.float32
    assert gradient.shape == (1, scores.size)
    for cell in (None, *((k,) for k in range(scores.size))):
        trace = loss.trace(scores, target, cell)
        assert trace.total == (loss.value(scores[None], batch) if cell is None else gradient[0][cell])
        assert abs(trace.rounding) <= trace.bound
        assert np.prod(trace.layout) == trace.terms.size
    np.testing.assert_array_equal(scores, before)


@given(losses(), st.integers(1, 5))
def test_a_batch_of_the_same_sample_costs_what_one_costs(drawn: tuple[Loss, np.ndarray, Any], count: int):
    loss, scores, target = drawn
    batch = np.stack([target] * count) if isinstance(target, np.ndarray) else np.full(count, target)
    many = np.stack([scores] * count).astype(np.float64)
    value, slope = loss.both(many, batch)
    one, alone = loss.both(many[:1], batch[:1])
    assert value == pytest.approx(one, rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(slope * count, np.repeat(alone, count, axis=0), rtol=1e-9, atol=1e-12)


@st.composite
def steps(draw: Any) -> tuple[Optimizer, list[tuple[Any, Any, Any]], float]:
    """An optimiser, the (weights, gradients, state) before each of some steps, and a rate."""
    kind = OPTIMIZERS[draw(st.sampled_from(sorted(OPTIMIZERS)))]
    made = kind(**settings(draw, kind, learning_rate=(0.0, 1.0), weight_decay=(0.0, 0.5), beta1=(0.0, 0.99),
                           beta2=(0.0, 0.9999), smoothing=(0.0, 0.9999), momentum=(0.0, 0.99), epsilon=(1e-8, 1e-3)))
    rng, rate = np.random.default_rng(draw(st.integers(0, 2**32))), draw(st.floats(0, 1))
    size, before = draw(SCALES), []
    weights = {"w": rng.standard_normal(4).astype(np.float32)}
    state = made.start(weights)
    for _ in range(draw(st.integers(1, 12))):
        gradients = {"w": (rng.standard_normal(4) * size).astype(np.float32)}
        before.append((weights, gradients, state))
        weights, state = made.step(weights, gradients, state, rate)
    return made, before, rate


@given(steps())
def test_the_terms_of_an_update_add_up_at_every_step(drawn: tuple[Optimizer, Any, float]):
    optimizer, before, rate = drawn
    for weights, gradients, state in before:
        after, _ = optimizer.step(weights, gradients, state, rate)
        for k in range(4):
            trace = optimizer.trace("w", (k,), weights, gradients, state, rate)
            assert trace.total == after["w"][k]
            assert abs(trace.rounding) <= trace.bound
            assert trace.terms.size == 4


@given(steps())
def test_settings_of_an_optimizer_survive_as_plain_data(drawn: tuple[Optimizer, Any, float]):
    optimizer = drawn[0]
    assert type(optimizer).make(optimizer.settings()) == optimizer


@given(st.data(), st.floats(0, 1))
def test_a_schedule_stays_between_nothing_and_the_full_rate(data: Any, done: float):
    kind = SCHEDULES[data.draw(st.sampled_from(sorted(SCHEDULES)))]
    made = kind(**settings(data.draw, kind))
    assert 0 <= made.factor(done) <= 1 + 1e-12
    assert type(made).make(made.settings()) == made
