"""ReLU: the curve, its slope, and the corner."""

from __future__ import annotations

import numpy as np

from cnncore.op import Run
from cnncore.ops import ReLU

X = np.array([[-2, 0, 3]], np.float32)
GRAD = np.array([[5, 6, 7]], np.float32)


def run() -> Run:
    done = ReLU().forward((X,), {})
    return Run((X,), {}, done, GRAD, ReLU().backward(GRAD, (X,), {}, done))


def test_negative_numbers_become_zero():
    assert run().forward.output.tolist() == [[0, 0, 3]]


def test_nothing_flows_back_at_zero_or_below():
    assert run().backward.inputs[0].tolist() == [[0, 0, 7]]


def test_the_trace_shows_input_and_slope():
    trace = ReLU().trace("output", (2,), run())
    assert trace.kind == "curve"
    assert [trace.operand(source).values.tolist() for source in ("input0", "slope")] == [[3], [1]]
    assert ReLU().trace("output", (0,), run()).terms.tolist() == [0]
    back = ReLU().trace("input0", (0,), run())
    assert (back.kind, back.operand("grad").values.tolist(), back.terms.tolist()) == ("products", [5], [0])


def test_what_is_not_a_number_stays_so_that_it_can_be_found():
    assert np.isnan(ReLU().forward((np.array([[np.nan]], np.float32),), {}).output).all()
