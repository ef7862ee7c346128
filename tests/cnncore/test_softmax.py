"""Softmax: shares, and what flows back through them."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.op import Run
from cnncore.ops import Softmax


def run_of(scores, grad=None) -> Run:
    x = np.array([scores], np.float32)
    done = Softmax().forward((x,), {})
    if grad is None:
        return Run((x,), {}, done)
    g = np.array([grad], np.float32)
    return Run((x,), {}, done, g, Softmax().backward(g, (x,), {}, done))


def test_scores_become_shares_that_add_up_to_one():
    shares = run_of([np.log(1), np.log(2), np.log(5)]).forward.output[0]
    assert shares == pytest.approx([1 / 8, 2 / 8, 5 / 8])


def test_scores_of_a_thousand_do_not_overflow():
    assert run_of([1000, 999, -1000]).forward.output[0] == pytest.approx([0.7310586, 0.2689414, 0])


@pytest.mark.parametrize("scores", [[3, 1, 0.2], [60, -20.3, 0.1], [0, 0, 0], [88.7, -0.3, 88.6]])
def test_every_share_and_its_gradient_equal_their_trace_also_where_one_class_has_it_all(scores):
    run = run_of(scores, [0.3, -1.7, 0.9])
    for target in ("output", "input0"):
        for c in range(3):
            trace = Softmax().trace(target, (c,), run)
            assert abs(trace.rounding) <= trace.bound


def test_the_trace_of_a_share_shows_what_each_class_takes():
    trace = Softmax().trace("output", (1,), run_of([np.log(4), np.log(2), np.log(1)]))
    assert trace.terms == pytest.approx([1, 0.5, 0.25])
    assert (trace.kind, trace.reduce, trace.winner) == ("shares", "share", 1)
    assert trace.exact == pytest.approx(2 / 7)


def test_maps_are_shared_out_place_by_place():
    x = np.zeros((1, 2, 2, 2), np.float32)
    x[0, 0, 1, 1] = np.log(3)
    shares = Softmax().forward((x,), {}).output[0]
    assert shares[0] == pytest.approx(np.array([[0.5, 0.5], [0.5, 0.75]]))
    assert Softmax().code("output", (0, 1, 1), {"input0": "x"}).startswith("s = x[:, 1, 1]\n")
