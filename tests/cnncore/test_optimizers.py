"""SGD by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.optimizers import SGD


def arrays(*values: float) -> dict[str, np.ndarray]:
    return {"layer.weight": np.array(values, np.float32)}


def test_without_momentum_a_weight_goes_down_its_gradient():
    weights, _ = SGD(0.1, momentum=0.0).step(arrays(1, 2), arrays(10, -10), arrays(0, 0))
    assert weights["layer.weight"].tolist() == [0, 3]


def test_momentum_keeps_a_share_of_the_last_step():
    optimizer, weights = SGD(0.5, momentum=0.5), arrays(8)
    state = optimizer.start(weights)
    weights, state = optimizer.step(weights, arrays(2), state)
    assert (weights["layer.weight"].item(), state["layer.weight"].item()) == (7, 2)
    weights, state = optimizer.step(weights, arrays(2), state)
    assert (weights["layer.weight"].item(), state["layer.weight"].item()) == (5.5, 3)


def test_weight_decay_pulls_towards_zero():
    weights, _ = SGD(0.5, momentum=0.0, weight_decay=0.5).step(arrays(8), arrays(0), arrays(0))
    assert weights["layer.weight"].item() == 6


def test_the_schedule_scales_the_step():
    weights, _ = SGD(1.0, momentum=0.0).step(arrays(8), arrays(2), arrays(0), rate=0.25)
    assert weights["layer.weight"].item() == 7.5


def test_a_step_writes_to_nothing_and_leaves_alone_what_has_no_gradient():
    given = {**arrays(1), "frozen.weight": np.ones(1, np.float32)}
    state = SGD().start(given)
    for array in (*given.values(), *state.values()):
        array.setflags(write=False)
    weights, after = SGD().step(given, arrays(1), state)
    assert weights["frozen.weight"] is given["frozen.weight"]
    assert weights["layer.weight"].dtype == after["layer.weight"].dtype == np.float32


def test_the_trace_of_an_update_adds_up_to_the_new_weight():
    rng, optimizer = np.random.default_rng(0), SGD(0.05, 0.9, 0.01)
    weights, gradients, state = ({"w": rng.standard_normal((3, 4)).astype(np.float32)} for _ in range(3))
    after, _ = optimizer.step(weights, gradients, state, rate=0.5)
    for cell in np.ndindex(3, 4):
        trace = optimizer.trace("w", cell, weights, gradients, state, rate=0.5)
        assert trace.total == after["w"][cell]
        assert abs(trace.rounding) <= trace.bound
    one, slope, speed = ({"w": np.array([value])} for value in (8.0, 2.0, 4.0))
    by_hand = SGD(0.5, 0.5, 0.25).trace("w", (0,), one, slope, speed)
    assert by_hand.terms.tolist() == [8, -1, -1, -1]
    assert by_hand.total == 5


def test_a_rate_below_zero_is_refused():
    with pytest.raises(CnnError, match="learning_rate"):
        SGD(-0.1)
