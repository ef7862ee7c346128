"""Reshape, pad, crop."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.op import Run
from cnncore.ops import Crop, Pad, Reshape, make_op

ROW = np.array([[[1.0, 2.0, 3.0]]])


def test_what_is_left_over_is_worked_out():
    assert Reshape((2, -1)).output_shape((4, 3)) == (2, 6)
    assert Reshape((2, -1, 3)).output_shape((4, 3)) == (2, 2, 3)
    assert Reshape(-1).output_shape((4, 3)) == (12,)
    assert Reshape((3, 4)).output_shape((4, 3)) == (3, 4)
    assert Reshape((2, -1)).summary() == ("to {shape}", {"shape": "2 × ?"})


def test_numbers_keep_their_order():
    x = np.arange(12.0).reshape(1, 4, 3)
    assert Reshape((3, 4)).forward((x,), {}).output[0, 1].tolist() == [4, 5, 6, 7]
    assert Reshape((3, 4)).reads((1, 2), (4, 3)) == (((2, 3, 1), (0, 1, 1)),)
    assert Reshape((3, 4)).reaches(0, (2, 0), (4, 3)) == ((1, 2, 1), (2, 3, 1))


@pytest.mark.parametrize(("shape", "allowed"), [((5, -1), "1, 2, 3, 4, 6, 12"), ((2, 5), "12")])
def test_a_shape_that_does_not_hold_the_numbers_is_refused(shape, allowed):
    with pytest.raises(CnnError, match=rf"reshape: shape = .* numbers; the input \(4, 3\) has 12. Allowed: {allowed}"):
        Reshape(shape).output_shape((4, 3))


@pytest.mark.parametrize("shape", [(-1, -1), (0, 2), (1, 2, 3, 4, 5)])
def test_a_shape_that_is_none_is_refused(shape):
    with pytest.raises(CnnError, match=r"reshape: shape = .* at most one −1"):
        make_op("reshape", {"shape": list(shape)})


@pytest.mark.parametrize(("mode", "row"), [
    ("zeros", [9, 9, 1, 2, 3, 9]), ("reflect", [3, 2, 1, 2, 3, 2]), ("replicate", [1, 1, 1, 2, 3, 3]),
    ("circular", [2, 3, 1, 2, 3, 1])])
def test_two_cells_before_and_one_after(mode, row):
    op = Pad(((2, 1),), mode, 9.0)
    assert op.forward((ROW,), {}).output[0, 0].tolist() == row
    assert make_op("pad", {"padding": [[2, 1]], "mode": mode, "value": 9.0}) == op


def test_what_stands_several_times_gets_all_that_came_back():
    op, grad = Pad(((2, 1),), "reflect"), np.arange(1.0, 7.0).reshape(1, 1, 6)
    done = op.forward((ROW,), {})
    back = op.backward(grad, (ROW,), {}, done)
    assert back.inputs[0].tolist() == [[[3, 2 + 4 + 6, 1 + 5]]]
    trace = op.trace("input0", (0, 1), Run((ROW,), {}, done, grad, back))
    assert (trace.terms.tolist(), trace.exact) == ([2, 4, 6], 12)
    assert op.reaches(0, (0, 1), (1, 3)) == ((0, 1, 1), (1, 6, 2))


def test_a_padded_cell_comes_from_nowhere():
    op = Pad(1, "zeros", 0.5)
    done = op.forward((ROW,), {})
    trace = op.trace("output", (0, 0), Run((ROW,), {}, done))
    assert (trace.bias, trace.exact, trace.operands[0].inside.tolist()) == (0.5, 0.5, [False])
    assert op.reads((0, 4), (1, 3)) == (((0, 1, 1), (3, 3, 1)),)


@pytest.mark.parametrize(("mode", "most"), [("reflect", 2), ("circular", 3)])
def test_a_mirror_cannot_show_more_than_there_is(mode, most):
    Pad(most, mode).output_shape((1, 3))
    with pytest.raises(CnnError, match=rf"pad: padding = {most + 1} in the mode {mode} takes more cells than the axis "
                                       rf"of 3 has. Allowed: 0 … {most}"):
        Pad(most + 1, mode).output_shape((1, 3))


def test_a_crop_takes_each_side_by_itself():
    x = np.arange(30.0).reshape(1, 1, 5, 6)
    op = Crop(((1, 0), 2))
    assert op.output_shape((1, 5, 6)) == (1, 4, 2)
    assert op.forward((x,), {}).output[0, 0].tolist() == [[8, 9], [14, 15], [20, 21], [26, 27]]
    back = op.backward(np.ones((1, 1, 4, 2)), (x,), {}, op.forward((x,), {})).inputs[0]
    assert back.sum() == 8
    assert not back[0, 0, 0].any()


def test_a_crop_of_everything_is_refused():
    with pytest.raises(CnnError, match=r"crop: cut = 2 leaves nothing of an axis of 4. Allowed: 0 … 3 cells in all"):
        Crop(2).output_shape((1, 4))


@pytest.mark.parametrize("op", [Pad(1), Crop(1)])
def test_a_list_has_no_sides(op):
    with pytest.raises(CnnError, match=r"(pad|crop): the input is a plain list, without a side. Allowed: \(C, S\)"):
        op.output_shape((7,))


def test_one_entry_an_axis():
    with pytest.raises(CnnError, match=r"pad: padding = \(1, 2\) has 2 entries. Allowed: 3, one for each space axis of "
                                       r"the input, each a number or \(before, after\)"):
        Pad((1, 2)).output_shape((1, 4, 4, 4))
