"""Maxout and keep-the-maximum: who wins, what flows back, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.op import Run
from cnncore.ops import KeepMax, Maxout


def run_of(op, x, grad) -> Run:
    x, grad = np.array([x], np.float32), np.array([grad], np.float32)
    done = op.forward((x,), {})
    return Run((x,), {}, done, grad, op.backward(grad, (x,), {}, done))


# --- maxout

def test_neighbouring_channels_compete_and_the_winner_takes_the_gradient():
    run = run_of(Maxout(pieces=2), [[1, 5], [2, 4], [-3, 0], [-2, 0]], [[10, 20], [30, 40]])
    assert run.forward.output[0].tolist() == [[2, 5], [-2, 0]]
    assert run.backward.inputs[0][0].tolist() == [[0, 20], [10, 0], [0, 40], [30, 0]]


def test_of_equal_pieces_the_first_wins():
    run = run_of(Maxout(pieces=3), [7, 7, 7], [1])
    assert run.backward.inputs[0][0].tolist() == [1, 0, 0]
    assert Maxout(pieces=3).trace("output", (0,), run).winner == 0


def test_the_trace_shows_who_competed_and_who_won():
    run = run_of(Maxout(pieces=2), [[1, 5], [2, 4]], [[10, 20]])
    trace = Maxout(pieces=2).trace("output", (0, 1), run)
    assert (trace.kind, trace.reduce, trace.winner, trace.terms.tolist()) == ("window", "pick", 0, [5, 4])
    assert trace.operands[0].cells.tolist() == [[0, 1], [1, 1]]
    lost = Maxout(pieces=2).trace("input0", (1, 1), run)
    assert (lost.operand("grad").values.tolist(), lost.operand("won").values.tolist()) == ([20], [0])


def test_two_pieces_x_and_minus_x_make_the_absolute_value():
    x = np.linspace(-2, 2, 9, dtype=np.float32)
    assert Maxout(pieces=2).forward((np.stack([x, -x])[None],), {}).output[0, 0].tolist() == np.abs(x).tolist()


def test_a_nan_among_the_pieces_wins_so_that_it_can_be_found():
    assert np.isnan(run_of(Maxout(pieces=2), [1, np.nan], [1]).forward.output).all()


def test_pieces_that_do_not_divide_the_channels_are_refused_with_those_that_do():
    with pytest.raises(CnnError) as caught:
        Maxout(pieces=4).output_shape((6, 5, 5))
    assert caught.value.code == "maxout.pieces"
    assert str(caught.value) == "maxout: pieces = 4 does not divide the 6 channels. Allowed: 1, 2, 3, 6."


# --- keep the maximum

def test_the_largest_cells_of_each_map_become_one_ties_too():
    run = run_of(KeepMax(), [[[1, 3, 3], [0, 2, -1]], [[-5, -4, -6], [-9, -8, -7]]], np.ones((2, 2, 3)))
    assert run.forward.output[0].tolist() == [[[0, 1, 1], [0, 0, 0]], [[0, 1, 0], [0, 0, 0]]]
    assert not run.backward.inputs[0].any(), "nothing flows back"


@pytest.mark.parametrize(("kernel", "maps", "kept"), [
    ([1, -1, 1], [-1, 2, 0, 0, 1], [0, 1, 0, 0, 0]),
    ([1, 1, -1], [1, 0, 0, 2, 1], [0, 0, 0, 1, 0]),
])
def test_a_kernel_finds_its_own_shape(kernel, maps, kept):
    """Curriculum B2: [1, 0, 1, 1, 0] with one zero on each side; at the maximum the kernel's shape begins."""
    assert np.correlate([0, 1, 0, 1, 1, 0, 0], kernel, "valid").tolist() == maps
    assert run_of(KeepMax(), [maps], [[0] * 5]).forward.output[0, 0].tolist() == kept


def test_the_trace_sees_the_whole_map_and_picks_the_own_cell():
    run = run_of(KeepMax(), [[1, 4, 4, 0]], [[1, 1, 1, 1]])
    trace = KeepMax().trace("output", (0, 2), run)
    assert (trace.kind, trace.reduce, trace.winner, trace.exact) == ("kept", "pick", 2, 1)
    assert (trace.operand("input0").values.tolist(), trace.terms.tolist()) == ([1, 4, 4, 0], [0, 1, 1, 0])
    assert KeepMax().trace("input0", (0, 2), run).operand("slope").values.tolist() == [0]


def test_a_map_with_a_nan_stays_nan_so_that_it_can_be_found():
    assert np.isnan(run_of(KeepMax(), [[1, np.nan], [1, 2]], np.ones((2, 2))).forward.output).tolist() == \
        [[[True, True], [False, False]]]


def test_a_list_has_no_maps_to_keep_the_maximum_of():
    with pytest.raises(CnnError) as caught:
        KeepMax().output_shape((10,))
    assert caught.value.code == "keepmax.rank"
    assert str(caught.value) == ("keepmax: the input has shape (10,), which are no maps. Allowed: (C, …, S). "
                                 "Put it before flatten.")
