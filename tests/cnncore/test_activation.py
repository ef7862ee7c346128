"""Activations: the curves, their slopes, and the corners."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.op import Run
from cnncore.ops import OPS, PReLU, ReLU, make_op
from cnncore.ops.elementwise import Elementwise
from cnncore.ops.erf import erf, erfc

X = np.array([[-2, 0, 3]], np.float32)
GRAD = np.array([[5, 6, 7]], np.float32)
CURVES = [kind for kind, op in OPS.items() if issubclass(op, Elementwise)]
WIDE = np.linspace(-12.013, 12.017, 801)[None]  # tails and flat ends too; on none of the corners


def run_of(op, x=X, grad=GRAD, **params) -> Run:
    done = op.forward((x,), params)
    return Run((x,), params, done, grad, op.backward(grad, (x,), params, done))


def start(op, x) -> dict:
    return {key: value.astype(x.dtype) for key, value in op.start(np.random.default_rng(0), x.shape[1:]).items()}


# --- worked by hand

VALUES = [
    # kind, settings, output of -2, 0 and 3, slopes there: at 0 PyTorch's
    ("relu", {}, [0, 0, 3], [0, 0, 1]),
    ("leakyrelu", {"negative_slope": 0.25}, [-0.5, 0, 3], [0.25, 0.25, 1]),
    ("elu", {"alpha": 2}, [2 * math.exp(-2) - 2, 0, 3], [2 * math.exp(-2), 2, 1]),
    ("selu", {}, [1.7580993 * (math.exp(-2) - 1), 0, 3.1521030], [1.7580993 * math.exp(-2), 1.7580993, 1.0507010]),
    ("sigmoid", {}, [0.1192029, 0.5, 0.9525741], [0.1049936, 0.25, 0.0451767]),
    ("tanh", {}, [-0.9640276, 0, 0.9950547], [0.0706508, 1, 0.0098660]),
    ("softplus", {}, [0.1269280, math.log(2), 3.0485873], [0.1192029, 0.5, 0.9525741]),
    ("silu", {}, [-0.2384058, 0, 2.8577224], [-0.0907843, 0.5, 1.0881042]),
    ("gelu", {}, [-0.0455003, 0, 2.9959503], [-0.0852318, 0.5, 1.0119456]),
    ("gelu", {"approximate": "tanh"}, [-0.0454023, 0, 2.9963627], [-0.0860993, 0.5, 1.0115841]),
    ("hardtanh", {"low": -1, "high": 3}, [-1, 0, 3], [0, 1, 0]),
    ("hardsigmoid", {}, [1 / 6, 0.5, 1], [1 / 6, 1 / 6, 0]),
    ("hardswish", {}, [-1 / 3, 0, 3], [-1 / 6, 0.5, 1]),
]


@pytest.mark.parametrize(("kind", "settings", "out", "slopes"), VALUES, ids=lambda v: v if isinstance(v, str) else "")
def test_a_curve_and_its_slope_are_those_worked_by_hand(kind, settings, out, slopes):
    run = run_of(make_op(kind, settings))
    assert run.forward.output[0] == pytest.approx(out, abs=2e-7)
    assert run.backward.inputs[0][0] == pytest.approx(np.multiply(slopes, GRAD[0]), abs=2e-6)


def test_every_curve_is_worked_by_hand():
    assert {row[0] for row in VALUES} == set(CURVES) - {"prelu"}


# --- everywhere on the axis

@pytest.mark.parametrize("kind", CURVES)
def test_float32_is_exact_to_a_few_roundings_also_in_the_tails(kind):
    op, x = make_op(kind, {}), WIDE.astype(np.float32)
    run = run_of(op, x, np.ones_like(x), **start(op, x))
    for k in range(x.shape[1]):
        for target in ("output", "input0"):
            trace = op.trace(target, (k,), run)
            assert abs(trace.rounding) <= trace.bound, (target, x[0, k])


@pytest.mark.parametrize("kind", CURVES)
def test_slopes_agree_with_central_differences_far_out_too(kind):
    op = make_op(kind, {})
    params, nudge = start(op, WIDE), 1e-5
    run = run_of(op, WIDE, np.ones_like(WIDE), **params)
    up, down = (op.forward((WIDE + step,), params).output for step in (nudge, -nudge))
    np.testing.assert_allclose(run.backward.inputs[0], (up - down) / (2 * nudge), atol=1e-9)


@pytest.mark.parametrize("kind", CURVES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_number_however_large_overflows_or_makes_nan(kind, dtype):
    op = make_op(kind, {})
    x = np.array([[-1e30, -1e4, -104, -89, 0, 89, 104, 1e4, 1e30]], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        run = run_of(op, x, np.ones_like(x), **start(op, x))
    assert np.isfinite(run.forward.output).all()
    assert np.isfinite(run.backward.inputs[0]).all()


@pytest.mark.parametrize("kind", CURVES)
def test_what_is_not_a_number_stays_so_that_it_can_be_found(kind):
    op, x = make_op(kind, {}), np.array([[np.nan]], np.float32)
    assert np.isnan(op.forward((x,), start(op, x)).output).all()


# --- traces

def test_the_trace_shows_input_and_slope():
    run = run_of(ReLU())
    trace = ReLU().trace("output", (2,), run)
    assert trace.kind == "curve"
    assert [trace.operand(source).values.tolist() for source in ("input0", "slope")] == [[3], [1]]
    assert ReLU().trace("output", (0,), run).terms.tolist() == [0]
    back = ReLU().trace("input0", (0,), run)
    assert (back.kind, back.operand("grad").values.tolist(), back.terms.tolist()) == ("products", [5], [0])


def test_the_learned_slope_of_a_channel_gathers_its_negative_numbers_from_all_samples():
    op = PReLU(per_channel=True)
    x = np.array([[[-1, 2], [5, -6]], [[-3, -4], [7, 8]]], np.float32)  # (2 samples, 2 channels, 2 places)
    grad = np.array([[[1, 1], [1, 1]], [[10, 100], [1, 1]]], np.float32)
    run = run_of(op, x, grad, alpha=np.array([0.5, 0.1], np.float32))
    assert run.forward.output[0] == pytest.approx(np.array([[-0.5, 2], [5, -0.6]]))
    assert run.backward.params["alpha"].tolist() == [-1 - 30 - 400, -6]
    trace = op.trace("alpha", (0,), run)
    assert (trace.layout, trace.terms.tolist()) == ((2, 2), [-1, 0, -30, -400])
    assert trace.operand("grad").samples.tolist() == [0, 0, 1, 1]
    assert op.trace("output", (1, 1), run).operand("alpha").cells.tolist() == [[1]]


def test_one_learned_slope_serves_all_channels():
    run = run_of(PReLU(), np.array([[-1, -2, 3]], np.float32), alpha=np.array([0.25], np.float32))
    assert run.forward.output.tolist() == [[-0.25, -0.5, 3]]
    assert run.backward.params["alpha"].tolist() == [-5 - 12]
    assert PReLU().start(np.random.default_rng(0), (3,))["alpha"].tolist() == [0.25]


# --- words, and the error function

def test_a_hard_tanh_whose_ends_are_swapped_is_refused():
    with pytest.raises(CnnError) as caught:
        make_op("hardtanh", {"low": 2.0})
    assert caught.value.code == "hardtanh.order"
    assert str(caught.value) == "hardtanh: low = 2.0 is not below high. Allowed: < 1."


def test_the_error_function_is_that_of_the_standard_library():
    x = np.array([*np.linspace(-7, 26, 3001), 0.46875, -0.46875, 4, -4, 0, 1e-300, 1e300, np.inf, -np.inf])
    np.testing.assert_allclose(erf(x), [math.erf(v) for v in x], rtol=1e-15)
    np.testing.assert_allclose(erfc(x), [math.erfc(v) for v in x], rtol=1e-15)
    assert np.isnan(erfc(np.array([np.nan]))).all()
