"""Dropout: what is kept is made larger, and the mask goes both ways."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.network import chain
from cnncore.op import Context, Run
from cnncore.ops import Dropout, SpatialDropout


def context(seed: int = 0) -> Context:
    return Context(True, np.random.default_rng(seed))


def test_outside_training_nothing_happens():
    x = np.ones((2, 3, 4), np.float32)
    done = Dropout(0.5).forward((x,), {})
    np.testing.assert_array_equal(done.output, x)
    assert done.saved is None
    np.testing.assert_array_equal(Dropout(0.5).backward(2 * x, (x,), {}, done).inputs[0], 2 * x)


def test_a_quarter_is_left_out_and_the_rest_grows_by_four_thirds():
    x = np.ones((1, 100_000), np.float32)
    y = Dropout(0.25).forward((x,), {}, context()).output
    assert np.unique(y) == pytest.approx([0, 4 / 3])
    assert (y == 0).mean() == pytest.approx(0.25, abs=0.01)
    assert y.mean() == pytest.approx(1, abs=0.01)


def test_what_was_left_out_gets_no_gradient():
    x = np.ones((2, 50))
    done = Dropout(0.5).forward((x,), {}, context())
    back = Dropout(0.5).backward(np.ones_like(x), (x,), {}, done).inputs[0]
    np.testing.assert_array_equal(back, done.output)


def test_the_trace_shows_what_was_kept():
    x = np.array([[3.0, 3.0, 3.0, 3.0, 3.0, 3.0]])
    op = Dropout(0.5)
    done = op.forward((x,), {}, context())
    run = Run((x,), {}, done)
    kept = [float(op.trace("output", (c,), run).operand("kept").values[0]) for c in range(6)]
    assert kept == done.saved[0].tolist()
    assert set(kept) == {0.0, 2.0}


def test_spatial_dropout_leaves_out_whole_maps():
    x = np.ones((40, 5, 6, 7))
    y = SpatialDropout(0.5).forward((x,), {}, context()).output
    each = y.reshape(200, -1)
    assert np.all(each.min(axis=1) == each.max(axis=1))
    assert set(np.unique(y)) == {0.0, 2.0}


def test_all_may_be_left_out_and_none():
    x = np.ones((2, 8))
    assert not Dropout(1.0).forward((x,), {}, context()).output.any()
    np.testing.assert_array_equal(Dropout(0.0).forward((x,), {}, context()).output, x)


def test_the_same_generator_draws_the_same_mask():
    network = chain("d", (4, 6), [("drop", Dropout(0.5))])
    x = np.ones((2, 4, 6), np.float32)
    one, two, other = (network.forward({}, x, training=True, rng=np.random.default_rng(seed)).outputs["drop"]
                       for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert (one != other).any()


def test_training_without_a_generator_is_refused():
    with pytest.raises(CnnError, match=r"dropout: in training it draws what it leaves out, and there is no random "
                                       r"generator. Give one, as rng = numpy.random.default_rng\(0\)"):
        Dropout().forward((np.ones((1, 2)),), {}, Context(True))


def test_spatial_dropout_of_a_list_is_refused():
    with pytest.raises(CnnError, match=r"spatialdropout: it leaves out whole maps; the input has shape \(5,\). "
                                       r"Allowed: \(C, S\), .*Put it before flatten, or use dropout"):
        SpatialDropout().output_shape((5,))
