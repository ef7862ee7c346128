"""Transposed convolution: small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.op import Run
from cnncore.ops import Convolution, TransposedConvolution


def test_every_cell_lays_its_kernel_down():
    op = TransposedConvolution(1, 3, stride=2, bias=False)
    x, params = np.array([[[1, 10]]], np.float32), {"weight": np.array([[[1, 2, 3]]], np.float32)}
    done = op.forward((x,), params)
    assert done.output[0, 0].tolist() == [1, 2, 13, 20, 30]
    trace = op.trace("output", (0, 2), Run((x,), params, done))
    assert [term for term in trace.terms if term] == [10, 3]
    assert op.reads((0, 2), (1, 2)) == (((0, 1, 1), (0, 2, 1)),)
    assert op.reaches(0, (0, 1), (1, 2)) == ((0, 1, 1), (2, 5, 1))


@pytest.mark.parametrize(("settings", "out"), [
    ({"kernel": 2, "stride": 2}, 14), ({"kernel": 3, "stride": 2, "padding": 1}, 13),
    ({"kernel": 3, "stride": 2, "padding": 1, "output_padding": 1}, 14), ({"kernel": 3, "dilation": 2}, 11),
])
def test_output_sizes(settings, out):
    assert TransposedConvolution(4, **settings).output_shape((2, 7, 7)) == (4, out, out)


def test_it_is_the_backward_pass_of_a_convolution():
    rng = np.random.default_rng(0)
    back = TransposedConvolution(4, 3, 2, 1, 1, groups=2, bias=False)
    there = Convolution(6, 3, 2, 1, groups=2, bias=False)
    weight, small = rng.standard_normal((6, 2, 3, 3)), rng.standard_normal((2, 6, 4, 4))
    large, params = np.zeros((2, 4, 8, 8)), {"weight": weight}
    expected = there.backward(small, (large,), params, there.forward((large,), params)).inputs[0]
    np.testing.assert_allclose(back.forward((small,), params).output, expected)


@pytest.mark.parametrize(("settings", "shape", "facts"), [
    ({"output_padding": 2, "stride": 2}, (1, 8), ("output_padding", "2", "0 … 1")),
    ({"padding": 3}, (1, 4), ("padding", "3", "all 6 cells", "0 … 2")),
    ({"filters": 6, "groups": 4}, (4, 8), ("groups", "4", "1, 2")),
    ({"kernel": (3, 3)}, (1, 8), ("kernel", "(3, 3)", "1")),
    ({}, (8,), ("kernel", "0", "1, 2, 3")),
])
def test_settings_that_do_not_fit_are_named(settings, shape, facts):
    with pytest.raises(CnnError) as caught:
        TransposedConvolution(**settings).output_shape(shape)
    assert all(fact in str(caught.value) for fact in facts)


def test_the_code_of_a_cell_is_what_one_would_write():
    code = TransposedConvolution(2, 3, 2).code("output", (1, 4), {"input0": "x", "weight": "w", "bias": "b"})
    assert code == ("n = w.shape[0]\n"
                    "k0 = [k for k in range(3) if (4 - k) % 2 == 0 and 0 <= (4 - k) // 2 < x.shape[1]]\n"
                    "i0 = [(4 - k) // 2 for k in k0]\np = x[np.ix_(range(n), i0)]\n"
                    "q = w[np.ix_(range(n), [1], k0)][:, 0]\n(p * q).sum() + b[1]")
