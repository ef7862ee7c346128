"""Pooling: winners, ties, padding, and what flows back."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.op import Run
from cnncore.ops import GlobalMaxPool, GlobalMeanPool, L2Pool, MaxPool, MeanPool, ReLU
from cnncore.trace import Trace


def run_of(op, picture, grad=None) -> Run:
    x = np.array(picture, np.float32)[None, None]
    done = op.forward((x,), {})
    if grad is None:
        return Run((x,), {}, done)
    g = np.array(grad, np.float32)[None, None]
    return Run((x,), {}, done, g, op.backward(g, (x,), {}, done))


def test_the_largest_of_each_window_comes_out():
    run = run_of(MaxPool(2, 2), [[1, 2, 5, 6], [3, 4, 8, 7]])
    assert run.forward.output[0, 0].tolist() == [[4, 8]]


def test_windows_of_three_take_six_by_nine_to_two_by_three():
    assert MaxPool(3, 3).output_shape((5, 6, 9)) == (5, 2, 3)
    assert MeanPool(3, 3).output_shape((5, 6, 9)) == (5, 2, 3)


def test_of_equal_cells_the_first_row_by_row_gets_all_of_the_gradient():
    run = run_of(MaxPool(2, 2), [[0, 0, 7, 1], [0, 0, 1, 7]], [[5, 3]])
    assert run.backward.inputs[0][0, 0].tolist() == [[5, 0, 3, 0], [0, 0, 0, 0]]
    assert MaxPool(2, 2).trace("output", (0, 0, 0), run).winner == 0


@pytest.mark.parametrize("op", [MaxPool(3, 1, 1), MaxPool(2, 2), MaxPool((2, 3), (1, 2), (1, 0))])
def test_with_many_equal_cells_every_gradient_still_equals_its_trace(op):
    picture = np.random.default_rng(0).integers(0, 2, (6, 7))
    grad = np.random.default_rng(1).standard_normal(op.output_shape((1, 6, 7))[1:])
    run = run_of(op, picture, grad)
    for cell in np.ndindex(1, 6, 7):
        trace = op.trace("input0", cell, run)
        assert abs(trace.rounding) <= trace.bound
    assert run.backward.inputs[0].sum() == pytest.approx(grad.sum(), abs=1e-5)
    winners = [op.trace("output", cell, run) for cell in np.ndindex(run.forward.output.shape[1:])]
    assert all(first_of_the_largest(trace) for trace in winners)


def first_of_the_largest(trace: Trace) -> bool:
    seen = trace.operands[0]
    real = [k for k in range(seen.values.size) if seen.inside[k]]
    return trace.winner == next(k for k in real if seen.values[k] == max(seen.values[j] for j in real))


def test_padding_never_wins_a_maximum():
    run = run_of(MaxPool(2, 2, 1), [[-1, -2], [-3, -4]], [[1, 2], [3, 4]])
    assert run.forward.output[0, 0].tolist() == [[-1, -2], [-3, -4]]
    assert run.backward.inputs[0][0, 0].tolist() == [[1, 2], [3, 4]]
    assert MaxPool(2, 2, 1).trace("output", (0, 0, 0), run).exact == -1


def test_padding_counts_as_zero_in_a_mean():
    run = run_of(MeanPool(2, 2, 1), [[4, 8], [12, 16]])
    assert run.forward.output[0, 0].tolist() == [[1, 2], [3, 4]]
    trace = MeanPool(2, 2, 1).trace("output", (0, 1, 1), run)
    assert (trace.terms.tolist(), trace.divisor, trace.exact) == ([16, 0, 0, 0], 4, 4)


def test_maximum_and_relu_may_change_places_to_the_last_bit():
    x = np.random.default_rng(0).standard_normal((3, 4, 9, 9)).astype(np.float32)
    pool, relu = MaxPool(3, 2), ReLU()
    first = pool.forward(relu.forward((x,), {})[:1], {}).output
    second = relu.forward(pool.forward((x,), {})[:1], {}).output
    assert first.tobytes() == second.tobytes()


def test_overlapping_windows_share_a_winner_and_its_gradients_add_up():
    run = run_of(MaxPool((1, 2), 1), [[1, 9, 2]], [[10, 1]])
    assert run.backward.inputs[0][0, 0].tolist() == [[0, 11, 0]]
    trace = MaxPool((1, 2), 1).trace("input0", (0, 0, 1), run)
    assert trace.operand("won").values.tolist() == [1, 1]
    assert sorted(trace.terms.tolist()) == [1, 10]


@pytest.mark.parametrize("op", [MaxPool, MeanPool])
def test_padding_of_more_than_half_the_window_is_refused(op):
    with pytest.raises(CnnError, match=r"padding = 2 .*0 … 1"):
        op(3, 1, 2).output_shape((1, 8, 8))


def test_a_window_wider_than_the_input_is_refused_by_its_name():
    with pytest.raises(CnnError, match=r"window = 5 .*1 … 4"):
        MaxPool(5, 1).output_shape((1, 4, 8))


def test_the_code_of_a_cell_is_what_one_would_write():
    assert MaxPool(2, 2).code("output", (3, 4, 0), {"input0": "x"}) == "x[3, 8:10, 0:2].max()"
    assert MeanPool(3, 2, 1).code("output", (0, 0), {"input0": "x"}) == "x[0, 0:2].sum() / 3"


def test_a_last_window_may_hang_over():
    run = run_of(MeanPool(2, 2, ceil=True), [[1, 3, 8]] * 2)
    assert run.forward.output[0, 0].tolist() == [[2, 8]]
    assert MaxPool(2, 2, ceil=True).output_shape((1, 5, 5)) == (1, 3, 3)
    # PyTorch's rule: a window that would start on the padding after the input is left out.
    assert MaxPool(2, 2, 1, ceil=True).output_shape((1, 3)) == (1, 2)
    assert MaxPool(3, 2, 1, ceil=True).output_shape((1, 4)) == (1, 3)


def test_padding_need_not_count_in_a_mean():
    run = run_of(MeanPool(2, 2, 1, counts_padding=False), [[4, 8], [12, 16]])
    assert run.forward.output[0, 0].tolist() == [[4, 8], [12, 16]]


def test_the_length_of_three_and_four_is_five_and_of_zeros_has_no_slope():
    run = run_of(L2Pool((1, 2), (1, 2)), [[3, 4, 0, 0]], [[10, 10]])
    assert run.forward.output[0, 0].tolist() == [[5, 0]]
    assert run.backward.inputs[0][0, 0].tolist() == [[6, 8, 0, 0]]
    trace = L2Pool((1, 2), (1, 2)).trace("output", (0, 0, 0), run)
    assert (trace.terms.tolist(), trace.reduce, trace.exact) == ([9, 16], "root", 5)


def test_a_whole_map_becomes_one_number():
    picture = [[1, 9, 2], [9, 0, 3]]
    largest, mean = run_of(GlobalMaxPool(), picture, [[6]]), run_of(GlobalMeanPool(), picture, [[6]])
    assert (largest.forward.output.tolist(), mean.forward.output.tolist()) == ([[[[9]]]], [[[[4]]]])
    assert largest.backward.inputs[0][0, 0].tolist() == [[0, 6, 0], [0, 0, 0]]
    assert mean.backward.inputs[0][0, 0].tolist() == [[1, 1, 1], [1, 1, 1]]
    assert GlobalMeanPool().trace("input0", (0, 1, 1), mean).terms.tolist() == [1]


def test_holes_in_the_window_of_a_maximum():
    assert run_of(MaxPool((1, 2), 1, dilation=(1, 2)), [[1, 9, 2, 3]]).forward.output[0, 0].tolist() == [[2, 9]]


def test_a_window_that_would_lie_on_padding_alone_is_refused():
    with pytest.raises(CnnError, match="padding = 2 a window lies on padding alone"):
        MaxPool(2, 1, 2, dilation=3).output_shape((1, 1))


@pytest.mark.parametrize("op", [GlobalMaxPool(), GlobalMeanPool()])
def test_a_plain_list_has_no_maps(op):
    with pytest.raises(CnnError, match="slides over maps"):
        op.output_shape((8,))
