"""Augmentation: nothing at amount 0, seeded, within bounds, and each knob does its own thing."""

from __future__ import annotations

import numpy as np
import pytest

from cnncore.augment import Augment
from cnncore.errors import CnnError

NOTHING = Augment(shift=0.0, scale=0.0, rotate=0.0, shear=0.0, thickness=0.0, elastic=0.0)
KNOBS = {"shift": 3.0, "scale": 0.3, "rotate": 30.0, "shear": 0.3, "thickness": 1.0, "elastic": 1.5}


def blocks(n: int = 64, channels: int = 1, dtype=np.float32) -> np.ndarray:
    """White blocks of 10 × 6 in the middle of 28 × 28."""
    images = np.zeros((n, channels, 28, 28), dtype)
    images[:, :, 9:19, 11:17] = 1
    return images


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def middles(images: np.ndarray) -> np.ndarray:
    """(N, 2) centres of mass, y and x."""
    mass = images[:, 0].astype(float)
    y, x = np.mgrid[0:28, 0:28]
    return np.stack([(mass * y).sum((1, 2)), (mass * x).sum((1, 2))], axis=1) / mass.sum((1, 2))[:, None]


def spreads(images: np.ndarray) -> np.ndarray:
    """(N, 3) variances of the ink: y, x, and the two together."""
    mass, middle = images[:, 0].astype(float), middles(images)
    y, x = np.mgrid[0:28, 0:28]
    dy, dx = y - middle[:, :1, None], x - middle[:, 1:, None]
    total = mass.sum((1, 2))
    return np.stack([(mass * a).sum((1, 2)) / total for a in (dy * dy, dx * dx, dy * dx)], axis=1)


def test_amount_zero_is_the_same_bits():
    images = rng().random((5, 2, 28, 20)).astype(np.float32)
    assert NOTHING.apply(images, rng()).tobytes() == images.tobytes()


def test_look_up_at_the_own_place_is_exact():
    images = rng().random((5, 2, 28, 20)).astype(np.float32)
    np.testing.assert_allclose(NOTHING.but(shift=1e-12).apply(images, rng()), images, atol=1e-5)


@pytest.mark.parametrize("knob", KNOBS)
def test_each_knob_alone_changes_images_and_keeps_shape_and_type(knob):
    for images in (blocks(4), blocks(4, 3, np.float64)):
        out = NOTHING.but(**{knob: KNOBS[knob]}).apply(images, rng())
        assert (out.shape, out.dtype) == (images.shape, images.dtype)
        assert not np.array_equal(out, images)


@pytest.mark.parametrize("knob", KNOBS)
def test_each_image_is_changed_in_its_own_way(knob):
    out = NOTHING.but(**{knob: KNOBS[knob]}).apply(blocks(6), rng())
    assert len({image.tobytes() for image in out}) == 6


def test_same_seed_gives_same_bits():
    a, b, c = (Augment().apply(blocks(), rng(seed)) for seed in (1, 1, 2))
    assert a.tobytes() == b.tobytes()
    assert a.tobytes() != c.tobytes()


def test_images_of_the_caller_are_never_written_to():
    images = blocks()
    images.setflags(write=False)
    Augment().apply(images, rng())


def test_values_stay_between_black_and_white():
    out = Augment(**KNOBS).apply(rng().random((64, 1, 28, 28)).astype(np.float32), rng())
    assert out.min() >= 0
    assert out.max() <= 1 + 1e-6


def test_shift_moves_by_at_most_its_amount():
    moved = middles(NOTHING.but(shift=3.0).apply(blocks(400), rng())) - middles(blocks(1))
    assert 2.8 < np.abs(moved).max() <= 3.0 + 1e-3
    assert np.abs(moved.mean(axis=0)).max() < 0.3


def test_what_is_shifted_out_never_comes_back_on_the_other_side():
    images = np.zeros((200, 1, 28, 28), np.float32)
    images[:, :, :, :3] = 1
    out = NOTHING.but(shift=20.0).apply(images, rng())
    assert not out[:, :, :, 23:].any()
    assert out.sum() < images.sum()


def test_scale_changes_size_within_bounds():
    before = spreads(blocks(1))[:, :2]
    ratio = np.sqrt(spreads(NOTHING.but(scale=0.3).apply(blocks(400), rng()))[:, :2] / before)
    assert 0.63 < ratio.min() < 0.8
    assert 1.2 < ratio.max() < 1.34


def test_rotation_turns_about_the_middle():
    out = NOTHING.but(rotate=30.0).apply(blocks(400), rng())
    np.testing.assert_allclose(middles(out), 13.5, atol=0.05)
    yy, xx, xy = spreads(out).T
    turn = np.degrees(np.arctan2(2 * xy, yy - xx) / 2)
    assert 28 < np.abs(turn).max() < 31


def test_shear_slants_upright_strokes_and_leaves_rows_where_they_are():
    out = NOTHING.but(shear=0.3).apply(blocks(400), rng())
    yy, _, xy = spreads(out).T
    np.testing.assert_allclose(out.sum(axis=(1, 3)), blocks(400).sum(axis=(1, 3)), rtol=1e-4)
    assert 0.28 < np.abs(xy / yy).max() <= 0.301


def test_thickness_grows_and_shrinks_by_at_most_a_pixel():
    out = NOTHING.but(thickness=1.0).apply(blocks(400), rng())
    ink = out.sum(axis=(1, 2, 3))
    assert 8 * 4 <= ink.min() < 8 * 4 + 3
    assert 12 * 8 - 3 < ink.max() <= 12 * 8


def test_thickness_at_the_edge_of_the_image_stays_inside():
    images = np.ones((20, 1, 6, 6), np.float32)
    np.testing.assert_array_equal(NOTHING.but(thickness=1.0).apply(images, rng()), images)


def test_elastic_bends_smoothly():
    lines = np.zeros((200, 1, 28, 28), np.float32)
    lines[:, :, 13:15] = 1
    out = NOTHING.but(elastic=1.5).apply(lines, rng())[:, 0, :, 6:22]
    heights = (out * np.arange(28)[:, None]).sum(axis=1) / out.sum(axis=1)
    assert 0.7 < heights.std() < 2.5
    assert np.abs(np.diff(heights, axis=1)).max() < 1.5


def test_oblong_images_are_turned_without_distortion():
    images = np.zeros((1, 1, 20, 40), np.float32)
    images[:, :, 9:11, 10:30] = 1
    out = NOTHING.but(rotate=180.0).apply(np.repeat(images, 50, axis=0), rng())
    assert out[:, :, :, 19:21].sum(axis=(1, 2, 3)).min() > 3
    assert out.sum(axis=(1, 2, 3)).max() == pytest.approx(40, rel=0.05)


def test_no_images_give_none():
    assert Augment().apply(blocks(0), rng()).shape == (0, 1, 28, 28)


def test_what_is_no_picture_is_refused():
    with pytest.raises(CnnError, match=r"\(4, 1, 28\)"):
        Augment().apply(np.zeros((4, 1, 28), np.float32), rng())


@pytest.mark.parametrize(("knob", "value"), [("shift", -1.0), ("scale", 1.0), ("thickness", 1.1), ("rotate", 181.0)])
def test_amounts_out_of_bounds_name_the_knob(knob, value):
    with pytest.raises(CnnError, match=f"augment: {knob} = {value} is not possible"):
        Augment(**{knob: value})
