"""Softmax: shares, and what flows back through them."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.op import Run
from cnncore.ops import LogSoftmax, Softmax


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


# --- other axes, and the logarithm

MAPS = np.log(np.array([[[[1, 1, 2], [4, 2, 2]]]], np.float32))  # one sample, one map, two rows


@pytest.mark.parametrize(("axis", "shares"), [
    ("channels", [[1, 1, 1], [1, 1, 1]]),
    ("map", [[1 / 12, 1 / 12, 2 / 12], [4 / 12, 2 / 12, 2 / 12]]),
    ("space 1", [[1 / 5, 1 / 3, 1 / 2], [4 / 5, 2 / 3, 1 / 2]]),
    ("space 2", [[1 / 4, 1 / 4, 2 / 4], [4 / 8, 2 / 8, 2 / 8]]),
])
def test_shares_add_up_to_one_along_the_axis(axis, shares):
    assert Softmax(axis).forward((MAPS,), {}).output[0, 0] == pytest.approx(np.array(shares))
    assert LogSoftmax(axis).forward((MAPS,), {}).output[0, 0] == pytest.approx(np.log(shares))


def test_an_axis_that_the_input_lacks_is_refused_with_those_it_has():
    with pytest.raises(CnnError) as caught:
        Softmax("space 3").output_shape((4, 5, 5))
    assert caught.value.code == "softmax.axis"
    assert str(caught.value) == ("softmax: axis = space 3 is not possible for an input with 2 space axes. Allowed: "
                                 "channels, map, space 1, space 2.")
    with pytest.raises(CnnError, match=r"Allowed: channels\."):
        LogSoftmax("map").output_shape((4,))


def test_a_logarithm_is_exact_where_its_share_has_long_been_zero():
    x = np.array([[200, 0]], np.float32)
    assert Softmax().forward((x,), {}).output[0, 1] == 0
    assert LogSoftmax().forward((x,), {}).output.tolist() == [[0, -200]]


def test_the_trace_of_a_logarithm_shows_the_powers():
    x = np.array([np.log([4, 2, 1])], np.float32)
    done = LogSoftmax().forward((x,), {})
    grad = np.array([[1, 0, 0]], np.float32)
    run = Run((x,), {}, done, grad, LogSoftmax().backward(grad, (x,), {}, done))
    trace = LogSoftmax().trace("output", (1,), run)
    assert (trace.kind, trace.reduce, trace.winner) == ("shares", "log share", 1)
    assert trace.terms == pytest.approx([1, 0.5, 0.25])
    assert trace.exact == pytest.approx(np.log(2 / 7))
    assert run.backward.inputs[0][0] == pytest.approx([1 - 4 / 7, -2 / 7, -1 / 7])
    assert LogSoftmax().trace("input0", (0,), run).terms == pytest.approx([1, -4 / 7, 0, 0])


@pytest.mark.parametrize("scores", [[3, 1, 0.2], [60, -20.3, 0.1], [0, 0, 0], [88.7, -0.3, 88.6]])
def test_every_logarithm_and_its_gradient_equal_their_trace(scores):
    x, grad = np.array([scores], np.float32), np.array([[0.3, -1.7, 0.9]], np.float32)
    done = LogSoftmax().forward((x,), {})
    run = Run((x,), {}, done, grad, LogSoftmax().backward(grad, (x,), {}, done))
    for target in ("output", "input0"):
        for c in range(3):
            trace = LogSoftmax().trace(target, (c,), run)
            assert abs(trace.rounding) <= trace.bound


def test_code_along_a_map_and_along_an_axis_names_the_slice():
    assert Softmax("map").code("output", (3, 1, 2), {"input0": "x"}) == \
        "s = x[3, :, :]\ne = np.exp(s - s.max())\n(e / e.sum())[1, 2]"
    assert Softmax("space 2").code("output", (3, 1, 2), {"input0": "x"}).endswith("[2]")
