"""Convolution: numbers small enough to check by hand, and the worked examples of the curriculum."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.op import Array, Run
from cnncore.ops import Convolution, correlation

VERTICAL = [[-1, 1, -1]] * 3
HORIZONTAL = [[-1, -1, -1], [1, 1, 1], [-1, -1, -1]]


def rows(text: str) -> Array:
    return np.array([[float(n) for n in row.split()] for row in text.split("/")], np.float32)


def slid(picture: Array, *kernels: Array, bias: tuple[float, ...] = (), **settings: object) -> Run:
    """One picture (C, *S) under kernels (C, *K)."""
    weight = np.array(kernels, np.float32)
    op = Convolution(len(kernels), weight.shape[2:], bias=bool(bias), **settings)
    params = {"weight": weight} | ({"bias": np.array(bias, np.float32)} if bias else {})
    inputs = (np.asarray(picture, np.float32)[None],)
    return Run(inputs, params, op.forward(inputs, params))


def test_three_ones_sliding_over_three_ones_count_how_many_they_meet():
    run = slid([[1, 1, 1, 0]], [[1, 1, 1]], padding=1)
    assert run.forward.output[0, 0].tolist() == [2, 3, 2, 1]


def test_a_kernel_finds_its_own_shape():
    run = slid([[1, 0, 1, 1, 0]], [[1, -1, 1]], [[1, 1, -1]], padding=1)
    assert run.forward.output[0].tolist() == [[-1, 2, 0, 0, 1], [1, 0, 0, 2, 1]]


def test_the_line_detector_gives_three_on_lines_and_nowhere_else():
    picture = rows("0 1 1 1 0 / 0 0 0 0 0 / 0 0 1 1 1 / 0 0 0 0 0 / 1 1 1 0 0")
    found = slid(picture[None], [HORIZONTAL], padding=1).forward.output[0, 0]
    assert [tuple(cell) for cell in np.argwhere(found == 3)] == [(0, 2), (2, 3), (4, 1)]
    assert found.max() == 3


def test_the_second_convolution_sees_a_head_made_of_lines():
    picture = rows("0 0 0 1 1 1 1 0 0 0 / 0 0 0 1 0 0 1 0 0 0 / 0 0 0 1 1 1 1 0 0 0")
    lines = slid(picture[None], [HORIZONTAL], [VERTICAL], padding=1).forward.output[0]
    assert lines.max(axis=(1, 2)).tolist() == [2, 1]
    kept = (lines == lines.max(axis=(1, 2), keepdims=True)).astype(np.float32)
    head = -np.ones((2, 3, 4))
    head[0, [0, 0, 2, 2], [1, 2, 1, 2]] = 1
    head[1, :, [0, 3]] = 1
    assert slid(kept, head).forward.output[0, 0].tolist() == [[3, -5, -3, 10, -3, -5, 3]]


def test_the_curve_detector_gives_6600_on_its_curve():
    kernel, picture = np.zeros((7, 7)), np.zeros((7, 7))
    kernel[[0, 1, 2, 3, 4, 5], [5, 4, 3, 3, 3, 3]] = 30
    picture[0, 6], picture[1, 4:], picture[2, 3:5], picture[3:, 3:5] = 30, 50, (20, 50), 50
    assert slid(picture[None], [kernel]).forward.output.item() == 6600


def test_smoothing_is_a_mean_of_nine():
    picture = rows("1 0 2 4 5 3 1 / 9 1 1 4 7 2 1 / 10 3 7 3 5 3 3 / 11 2 3 3 3 2 1 / 7 5 6 6 7 6 1 / 1 4 1 1 4 9 1 / "
                   "2 8 1 1 5 1 1")
    run = slid(picture[None], [np.full((3, 3), 1 / 9)])
    assert run.forward.output[0, 0, 0, 0] == pytest.approx(34 / 9)
    assert run.forward.output[0, 0, 0, 1] == pytest.approx(25 / 9)  # its window is centred on cell (1, 2)


def test_one_cell_of_three_channels_is_their_sums_and_the_bias():
    """2 + (−2 + 1 − 2) + (1 − 2 − 2) + 1 = −3, with stride 2 and padding 1."""
    picture = np.zeros((3, 5, 5))
    picture[0, 1:4, 1:4] = [[0, 2, 0], [1, 0, 0], [0, 0, 1]]
    picture[1, 1:4, 1:4] = [[2, 0, 1], [0, 0, 0], [0, 2, 0]]
    picture[2, 1:4, 1:4] = [[1, 0, 0], [0, 2, 0], [0, 0, 2]]
    w0 = [[[0, 1, 0], [0, 0, -1], [0, 1, 0]], [[-1, 0, 1], [0, 0, 0], [0, -1, 0]], [[1, 0, 0], [0, -1, 0], [0, 0, -1]]]
    run = slid(picture, w0, np.ones((3, 3, 3)), bias=(1, 0), stride=2, padding=1)
    assert run.forward.output.shape == (1, 2, 3, 3)
    trace = Convolution(2, 3, stride=2, padding=1).trace("output", (0, 1, 1), run)
    assert trace.layout == (3, 3, 3)
    assert trace.group_sums().tolist() == [2, -3, -3]
    assert [term for term in trace.terms if term] == [2, -2, 1, -2, 1, -2, -2]
    assert (trace.bias, trace.total, trace.exact) == (1, -3, -3)
    assert trace.operands[0].inside.all()


def test_padding_is_a_term_of_value_zero_outside_the_input():
    trace = Convolution(1, 3, padding=1, bias=False).trace("output", (0, 0), slid([[5, 6, 7]], [[1, 2, 3]], padding=1))
    seen = trace.operand("input0")
    assert seen.cells.tolist() == [[0, -1], [0, 0], [0, 1]]
    assert (seen.inside.tolist(), seen.values.tolist()) == ([False, True, True], [0, 5, 6])
    assert trace.partial_sums.tolist() == [0, 10, 28]


def test_stride_that_does_not_fit_drops_last_window():
    assert slid([[1, 2, 3, 4, 5, 6, 7]], [[1, 0, 0]], stride=3).forward.output[0, 0].tolist() == [1, 4]


def test_dilation_leaves_cells_out():
    assert slid([[1, 2, 3, 4, 5]], [[1, 10]], dilation=3).forward.output[0, 0].tolist() == [41, 52]


def test_a_group_sees_its_own_channels_only():
    op = Convolution(2, 1, groups=2, bias=False)
    x = np.array([[[1, 2], [30, 40]]], np.float32)
    done = op.forward((x,), {"weight": np.array([[[1]], [[2]]], np.float32)})
    assert done.output[0].tolist() == [[1, 2], [60, 80]]


def test_a_batch_in_pieces_gives_what_it_gives_whole(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(0)
    op = Convolution(4, 3, padding=1, groups=2)
    x, grad = rng.standard_normal((5, 2, 6, 6)), rng.standard_normal((5, 4, 6, 6))
    params = {key: value.astype(float) for key, value in op.start(rng, (2, 6, 6)).items()}
    whole = op.backward(grad, (x,), params, op.forward((x,), params))
    output = op.forward((x,), params).output
    monkeypatch.setattr(correlation, "CACHE", 2 * 8 * 9 * 2 * 36)  # two samples at a time, and one left over
    assert len(correlation.parts(5, 2, 8, op.axes((6, 6)))) == 3
    pieces = op.backward(grad, (x,), params, op.forward((x,), params))
    np.testing.assert_allclose(op.forward((x,), params).output, output)
    np.testing.assert_allclose(pieces.inputs[0], whole.inputs[0])
    for key in params:
        np.testing.assert_allclose(pieces.params[key], whole.params[key])


def test_the_gradient_of_a_weight_sums_over_samples_and_places():
    op = Convolution(1, 2, bias=False)
    x, weight = np.array([[[1, 2, 3]], [[4, 5, 6]]], np.float32), np.ones((1, 1, 2), np.float32)
    done = op.forward((x,), {"weight": weight})
    grad = np.array([[[1, 10]], [[100, 1000]]], np.float32)
    run = Run((x,), {"weight": weight}, done, grad, op.backward(grad, (x,), {"weight": weight}, done))
    trace = op.trace("weight", (0, 0, 1), run)
    assert trace.layout == (2, 2)
    assert trace.terms.tolist() == [1 * 2, 10 * 3, 100 * 5, 1000 * 6]
    assert trace.operand("grad").samples.tolist() == [0, 0, 1, 1]
    assert trace.total == 6532


def test_the_code_of_a_cell_is_what_one_would_write():
    names = {"input0": "x", "weight": "w", "bias": "b"}
    assert Convolution(6, 5).code("output", (2, 10, 9), names) == "p = x[:, 10:15, 9:14]\n(p * w[2]).sum() + b[2]"
    padded = Convolution(4, 3, stride=2, padding=1, dilation=2, groups=2, bias=False).code("output", (3, 1), names)
    assert padded == "q = np.pad(x, [(0, 0), (1, 1)])\nn = w.shape[1]\np = q[1 * n:2 * n, 2:7:2]\n(p * w[3]).sum()"
    assert Convolution(6, 5).code("weight", (0, 0, 0, 0), names) == ""


@pytest.mark.parametrize(("settings", "shape", "code", "facts"), [
    ({"kernel": 9, "padding": 1}, (1, 6, 8), "shape.window", ("kernel", "9", "8", "1 … 8")),
    ({"kernel": 3, "dilation": 4}, (1, 8), "shape.window", ("kernel", "3", "1 … 2")),
    ({"filters": 6, "groups": 4}, (4, 8, 8), "conv.groups", ("groups", "4", "1, 2")),
    ({"kernel": (3, 3)}, (1, 8), "shape.axes", ("kernel", "(3, 3)", "1")),
    ({"stride": (1, 1, 1)}, (1, 8, 8), "shape.axes", ("stride", "(1, 1, 1)", "2")),
    ({}, (10,), "shape.rank", ("kernel", "0", "1, 2, 3")),
    ({}, (1, 4, 4, 4, 4), "shape.rank", ("kernel", "4", "1, 2, 3")),
])
def test_settings_that_do_not_fit_the_input_are_named(settings, shape, code, facts):
    with pytest.raises(CnnError) as caught:
        Convolution(**settings).output_shape(shape)
    assert caught.value.code == code
    assert all(fact in str(caught.value) for fact in facts)


@pytest.mark.parametrize(("settings", "text"), [
    ({}, "stride 1 · no padding"),
    ({"stride": (2, 1), "padding": 1}, "stride 2×1 · padding 1"),
    ({"filters": 8, "dilation": 2, "groups": 4}, "stride 1 · padding 0 · dilation 2 · groups 4"),
])
def test_the_summary_says_the_settings(settings, text):
    key, facts = Convolution(**settings).summary()
    assert key.format(**facts) == text


@pytest.mark.parametrize(("mode", "row"), [
    ("zeros", [0, 0, 1, 2, 3, 0, 0]), ("reflect", [3, 2, 1, 2, 3, 2, 1]), ("replicate", [1, 1, 1, 2, 3, 3, 3]),
    ("circular", [2, 3, 1, 2, 3, 1, 2]),
])
def test_padding_holds_what_its_mode_says(mode, row):
    assert slid([[1, 2, 3]], [[1]], padding=2, mode=mode).forward.output[0, 0].tolist() == row


def test_padding_may_differ_before_and_after_each_axis():
    assert slid([[1, 2, 3]], [[1]], padding=((0, 2),)).forward.output[0, 0].tolist() == [1, 2, 3, 0, 0]
    assert Convolution(4, 3, padding=((1, 0), 2)).output_shape((1, 8, 8)) == (4, 7, 10)


@pytest.mark.parametrize(("padding", "row"), [("valid", [6]), ("same", [3, 6, 5]), ("full", [1, 3, 6, 5, 3])])
def test_words_of_padding(padding, row):
    assert slid([[1, 2, 3]], [[1, 1, 1]], padding=padding).forward.output[0, 0].tolist() == row


def test_same_padding_that_is_odd_stands_after():
    run = slid([[1, 2, 3, 4]], [[1, 10]], padding="same")
    assert run.forward.output[0, 0].tolist() == [21, 32, 43, 4]
    assert Convolution(1, 4, stride=3, padding="same").output_shape((1, 7, 8)) == (1, 3, 3)


def test_a_flipped_kernel_is_laid_down_where_a_single_one_stands():
    """An impulse gives the kernel back; sliding without the flip gives it turned (CURRICULUM A5)."""
    impulse = rows("0 0 0 / 0 1 0 / 0 0 0")[None]
    kernel = [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]
    assert slid(impulse, kernel, padding=1, flip=True).forward.output[0, 0].tolist() == kernel[0]
    assert slid(impulse, kernel, padding=1).forward.output[0, 0].tolist() == [[9, 8, 7], [6, 5, 4], [3, 2, 1]]
    trace = Convolution(1, 3, padding=1, flip=True, bias=False).trace(
        "output", (0, 1, 1), slid(impulse, kernel, padding=1, flip=True))
    assert trace.operand("weight").cells[0].tolist() == [0, 0, 2, 2]


def test_padding_that_repeats_cells_names_the_cells_that_it_repeats():
    op = Convolution(1, 3, padding=1, bias=False, mode="circular")
    run = slid([[5, 6, 7]], [[1, 2, 3]], padding=1, mode="circular")
    seen = op.trace("output", (0, 0), run).operand("input0")
    assert (seen.cells.tolist(), seen.values.tolist()) == ([[0, 2], [0, 0], [0, 1]], [7, 5, 6])
    assert seen.inside.all()


def test_a_cell_that_padding_repeats_gets_the_gradient_of_every_place():
    op = Convolution(1, 1, padding=2, bias=False, mode="replicate")
    x, params = np.array([[[1, 2]]], np.float32), {"weight": np.ones((1, 1, 1), np.float32)}
    done, grad = op.forward((x,), params), np.array([[[1, 10, 100, 1000, 10_000, 100_000]]], np.float32)
    back = op.backward(grad, (x,), params, done)
    assert back.inputs[0].tolist() == [[[111, 111_000]]]
    trace = op.trace("input0", (0, 0), Run((x,), params, done, grad, back))
    assert (trace.layout, sorted(trace.terms.tolist())) == ((3, 1), [1, 10, 100])


@pytest.mark.parametrize(("mode", "padding", "allowed"), [("reflect", 4, "0 … 3"), ("circular", ((0, 5),), "0 … 4")])
def test_padding_cannot_repeat_more_than_there_is(mode, padding, allowed):
    with pytest.raises(CnnError, match="is too much for mode") as caught:
        Convolution(1, 1, padding=padding, mode=mode).output_shape((1, 4))
    assert caught.value.code == "conv.mode"
    assert all(fact in str(caught.value) for fact in ("padding", mode, "4 cells", allowed))
    assert Convolution(1, 1, padding=9, mode="replicate").output_shape((1, 4)) == (1, 22)


def test_padding_by_sides_and_words_survives_a_file():
    for padding in (((1, 2), 0), "same", (1, 2), 3):
        op = Convolution(2, 3, padding=padding)
        assert Convolution.make(json.loads(json.dumps(op.settings()))) == op


@pytest.mark.parametrize("padding", ["sam", ((1, 2, 3),), ((1, -1),), -1, (), ("same",)])
def test_padding_that_is_not_possible_is_refused_with_what_is(padding):
    with pytest.raises(CnnError, match=r"padding = .*Allowed: 0, 1, … 1024; \(\(0, 1\), …\); valid, same, full"):
        Convolution(padding=padding)


@pytest.mark.parametrize(("settings", "text"), [
    ({"padding": "same", "mode": "reflect"}, "stride 1 · padding same reflect"),
    ({"padding": ((1, 2), 0), "flip": True}, "stride 1 · padding 1+2×0 · flipped"),
    ({"padding": "valid"}, "stride 1 · no padding"),
    ({"groups": 2, "mode": "circular", "flip": True},
     "stride 1 · padding 0 circular · dilation 1 · groups 2 · flipped"),
])
def test_the_summary_says_mode_and_flip(settings, text):
    key, facts = Convolution(**settings).summary()
    assert key.format(**facts) == text
