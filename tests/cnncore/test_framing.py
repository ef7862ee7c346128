"""Cropping and centring in 1, 2 and 3 dimensions, on samples small enough to check by eye."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.errors import CnnError
from cnncore.framing import Framing
from cnncore.preprocess import Preprocess


def test_the_content_of_a_line_comes_into_the_middle():
    x = np.array([[[0, 0, 0, 0, 0, 1.0, 2, 3]]])
    np.testing.assert_array_equal(Framing().apply(x), [[[0, 0, 1, 2, 3, 0, 0, 0]]])
    np.testing.assert_array_equal(Framing(size=3).apply(x), [[[1, 2, 3]]])
    np.testing.assert_array_equal(Framing(size=1).apply(x), [[[2]]])
    np.testing.assert_array_equal(Framing(size=10).apply(x), [[[0, 0, 0, 1, 2, 3, 0, 0, 0, 0]]])


def test_with_both_switches_off_only_the_frame_changes():
    x = np.array([[[1.0, 2, 3, 4]]])
    np.testing.assert_array_equal(Framing(crop=False, size=2).apply(x), [[[2, 3]]])
    np.testing.assert_array_equal(Framing(crop=False, size=6).apply(x), [[[0, 1, 2, 3, 4, 0]]])


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("crop", [True, False])
def test_the_centre_of_mass_comes_into_the_middle(rank, crop):
    rng = np.random.default_rng(0)
    x = np.zeros((20, 2, *(21,) * rank), np.float32)
    for sample in x:
        corner = rng.integers(0, 15, rank)
        place = tuple(slice(k, k + 6) for k in corner)
        sample[(slice(None), *place)] = rng.random((2, *(6,) * rank))
    out = Framing(crop=crop, centre=True).apply(x)
    assert (out.shape, out.dtype) == (x.shape, x.dtype)
    mass = out.sum(axis=1, dtype=np.float64)
    for axis in range(rank):
        line = mass.sum(axis=tuple(k + 1 for k in range(rank) if k != axis))
        middle = line @ np.arange(0.5, 21) / line.sum(axis=1)
        assert np.abs(middle - 10.5).max() <= 1
    every = tuple(range(1, rank + 2))
    np.testing.assert_allclose(out.sum(axis=every), x.sum(axis=every), rtol=1e-5)


def test_a_drawing_is_centred_as_mnist_was():
    image = np.zeros((28, 28), np.uint8)
    image[3:11, 17:22] = 200
    image[3:5, 10:22] = 90
    mine = Framing(crop=False, centre=True).apply(image[None, None].astype(np.float32) / 255)
    np.testing.assert_array_equal(mine, Preprocess(crop=False, centre=True).apply(image))


def test_boxes_of_a_volume():
    x = np.zeros((2, 1, 5, 6, 7))
    x[0, 0, 1:3, 2:5, 6] = -1.0
    np.testing.assert_array_equal(Framing().boxes(x), [[[1, 3], [2, 5], [6, 7]], [[0, 0], [0, 0], [0, 0]]])


def test_a_threshold_leaves_out_what_is_faint():
    x = np.array([[[0.1, 0, 0, 1.0, 1, 0]]])
    assert Framing(threshold=0.2).boxes(x).tolist() == [[[3, 5]]]
    assert Framing().boxes(x).tolist() == [[[0, 5]]]


def test_an_empty_sample_stays_empty_and_the_caller_keeps_his():
    x = np.zeros((3, 1, 4, 4), np.float32)
    x.setflags(write=False)
    assert not Framing(centre=True).apply(x).any()
    assert Framing(size=(2, 3)).apply(x[:0]).shape == (0, 1, 2, 3)


@pytest.mark.parametrize(("framing", "x", "code", "words"), [
    (Framing(), np.zeros((2, 3)), "framing.rank", "framing: a sample has shape (3,). Allowed: (C, W), (C, H, W)"),
    (Framing(), np.zeros((2, 3, 4), int), "framing.dtype", "hold int64. Allowed: float32, float64. Convert"),
    (Framing(), [[[1.0]]], "framing.dtype", "hold list"),
    (Framing(), np.full((1, 1, 3), np.inf), "samples.finite", "framing: the samples hold values that are not finite"),
    (Framing(size=(2, 3)), np.zeros((2, 3, 4)), "shape.axes", "size = (2, 3) has 2 numbers. Allowed: 1"),
])
def test_what_cannot_be_framed_is_refused(framing, x, code, words):
    with pytest.raises(CnnError) as caught:
        framing.apply(x)
    assert caught.value.code == code
    assert words in str(caught.value)
