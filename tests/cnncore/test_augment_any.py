"""Augmentation in 1, 2 and 3 dimensions: shift, scale, flip, contrast, brightness, noise; the recipes' bits."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest

from cnncore.augment import Augment
from cnncore.errors import CnnError
from cnncore.lookup import along
from cnncore.recipes import few_shot_augment, many_augment

ANYWHERE = {"shift": 2.0, "scale": 0.3, "flip": 0.5, "contrast": 0.5, "brightness": 0.3, "noise": 0.2}
SPACES = [(21,), (13, 17), (9, 7, 11)]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def some(*space: int, n: int = 8, dtype: Any = np.float32) -> np.ndarray:
    return rng(5).random((n, 2, *space)).astype(dtype)


@pytest.mark.parametrize(("augment", "dtype", "bits"), [
    (Augment(), "float32", "d6b03b6d8d5fb9c9"), (Augment(), "float64", "c5e8cec062f4415c"),
    (many_augment(), "float32", "b549011a5a1552e4"), (many_augment(), "float64", "752cd0653a81ab96"),
    (few_shot_augment(), "float32", "5d32fb6674375f7b"), (few_shot_augment(), "float64", "fcfeda88fc25edcd"),
    (Augment.only(shift=3.0), "float32", "50c118f0204e33ad"), (Augment.only(shift=3.0), "float64", "9b6fd370d0046844"),
    (Augment.only(thickness=1.0), "float32", "b52d0906f9ec8453"),
    (Augment.only(thickness=1.0), "float64", "236ac06c93462404"),
])
def test_recipes_give_the_bits_that_the_shipped_network_was_trained_with(augment, dtype, bits):
    x = (np.arange(12 * 2 * 28 * 20) % 251 / 250).reshape(12, 2, 28, 20).astype(dtype)
    assert hashlib.sha256(augment.apply(x, rng(11)).tobytes()).hexdigest()[:16] == bits


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("knob", ANYWHERE)
def test_each_knob_works_in_one_two_and_three_dimensions(space, knob):
    augment = Augment.only(**{knob: ANYWHERE[knob]})
    for dtype in (np.float32, np.float64):
        x = some(*space, dtype=dtype)
        x.setflags(write=False)
        out = augment.apply(x, rng(1))
        assert (out.shape, out.dtype) == (x.shape, x.dtype)
        assert not np.array_equal(out, x)
        assert out.tobytes() == augment.apply(x, rng(1)).tobytes()
        assert out.tobytes() != augment.apply(x, rng(2)).tobytes()
        assert np.isfinite(out).all()


@pytest.mark.parametrize("space", SPACES)
def test_nothing_asked_for_is_the_same_bits_and_draws_nothing(space):
    x, draw = some(*space), rng()
    before = draw.bit_generator.state
    assert Augment.only().apply(x, draw) is x
    assert draw.bit_generator.state == before


def test_a_line_is_shifted_by_up_to_that_many_cells():
    x = np.zeros((400, 1, 21), np.float32)
    x[:, 0, 10] = 1
    out = Augment.only(shift=3.0).apply(x, rng())
    places = (out[:, 0] * np.arange(21)).sum(axis=1)
    np.testing.assert_allclose(out.sum(axis=(1, 2)), 1, atol=1e-5)
    assert 2.8 < np.abs(places - 10).max() <= 3.0001


def test_a_volume_is_scaled_alike_along_all_axes():
    x = np.zeros((200, 1, 15, 15, 15), np.float32)
    x[:, :, 4:11, 4:11, 4:11] = 1
    out = Augment.only(scale=0.4).apply(x, rng())
    widths = np.stack([out[:, 0, :, 7, 7].sum(1), out[:, 0, 7, :, 7].sum(1), out[:, 0, 7, 7, :].sum(1)])
    assert 7 * 0.6 - 0.2 < widths.min() < 5
    assert 9 < widths.max() < 7 * 1.4 + 0.2
    np.testing.assert_allclose(widths - widths[0], 0, atol=1e-3)


def test_what_leaves_a_line_does_not_come_back_on_the_other_side():
    x = np.zeros((100, 1, 20), np.float32)
    x[:, :, :3] = 1
    out = Augment.only(shift=10.0).apply(x, rng())
    assert not out[:, :, 14:].any()


def test_pictures_move_alike_by_either_way():
    x = np.zeros((50, 1, 11, 31), np.float32)
    x[:, :, 3:8, 10:20] = 1
    flat = Augment.only(shift=2.0, scale=0.2).apply(x, rng(3))
    draw = rng(3)  # the amounts once more, in the order in which a picture's are drawn: size, turn, slant, move
    size, _, _, move = (amount * draw.uniform(-1, 1, shape) for amount, shape in (
        (0.2, (50, 2)), (0, 50), (0, 50), (2.0, (50, 2))))
    for axis, middle in ((2, 5), (3, 15)):
        places = (np.arange(x.shape[axis]) - middle) / (1 + size[:, :1]) + middle + move[:, axis - 2, None]
        x = along(x, axis, places.astype(np.float32))
    np.testing.assert_allclose(flat, x, atol=1e-5)


def test_flip_mirrors_about_half_of_the_samples_along_the_named_axis():
    x = np.arange(200 * 6, dtype=np.float32).reshape(200, 1, 2, 3)
    out = Augment.only(flip=(0.0, 0.5)).apply(x, rng())
    mirrored = np.array([np.array_equal(a, b[..., ::-1]) for a, b in zip(out, x, strict=True)])
    same = np.array([np.array_equal(a, b) for a, b in zip(out, x, strict=True)])
    assert (mirrored ^ same).all()
    assert 70 < mirrored.sum() < 130
    np.testing.assert_array_equal(Augment.only(flip=1.0).apply(x, rng()), x[:, :, ::-1, ::-1])


def test_contrast_keeps_the_mean_and_brightness_the_differences():
    x = some(30, n=300)
    out = Augment.only(contrast=0.5).apply(x, rng())
    np.testing.assert_allclose(out.mean(axis=(1, 2)), x.mean(axis=(1, 2)), atol=1e-5)
    ratio = out.std(axis=(1, 2)) / x.std(axis=(1, 2))
    assert 0.5 <= ratio.min() < 0.53
    assert 1.47 < ratio.max() <= 1.5
    added = Augment.only(brightness=0.3).apply(x, rng()) - x
    assert added.std(axis=(1, 2)).max() < 1e-6
    assert 0.28 < np.abs(added).max() <= 0.3001


def test_noise_is_normal_with_up_to_its_deviation():
    added = Augment.only(noise=0.2).apply(some(50, 50, n=200), rng()) - some(50, 50, n=200)
    deviations = added.std(axis=(1, 2, 3))
    assert deviations.min() < 0.01
    assert 0.18 < deviations.max() < 0.206
    assert np.abs(added.mean(axis=(1, 2, 3))).max() < 0.02


@pytest.mark.parametrize("knob", ["rotate", "shear", "thickness", "elastic"])
@pytest.mark.parametrize("space", [(21,), (9, 7, 11)])
def test_what_makes_sense_on_pictures_only_says_so(knob, space):
    with pytest.raises(CnnError) as caught:
        Augment.only(**{knob: 1.0}).apply(some(*space), rng())
    assert caught.value.code == "augment.flat"
    shape = (8, 2, *space)
    assert f"augment: {knob} = 1.0 makes sense on pictures only; these samples have the shape {shape}. Allowed: 0." in (
        str(caught.value))


@pytest.mark.parametrize(("x", "draw", "code", "words"), [
    (np.zeros((4, 28)), rng(), "augment.images", "float64 of shape (4, 28). Allowed: (N, C, W), (N, C, H, W)"),
    (np.zeros((4, 1, 8, 8), np.uint8), rng(), "augment.images", "uint8 of shape (4, 1, 8, 8)"),
    (np.full((1, 1, 3, 3), np.nan), rng(), "samples.finite", "augment: the samples hold values that are not finite"),
    ([[1.0]], rng(), "augment.images", "the samples are list"),
    (np.zeros((4, 1, 8, 8)), 7, "augment.rng", "augment: rng = 7 cannot draw. Allowed: np.random.default_rng(seed)"),
    (np.zeros((4, 1, 8)), rng(), "shape.axes", "augment: flip = (0.5, 0.5) has 2 numbers. Allowed: 1"),
])
def test_what_cannot_be_varied_is_refused(x, draw, code, words):
    with pytest.raises(CnnError) as caught:
        Augment.only(flip=(0.5, 0.5)).apply(x, draw)
    assert caught.value.code == code
    assert words in str(caught.value)


def test_the_new_knobs_stand_at_0_in_every_recipe():
    for augment in (Augment(), many_augment(), few_shot_augment()):
        assert (augment.flip, augment.contrast, augment.brightness, augment.noise) == (0, 0, 0, 0)
    assert Augment.make({"shift": 1.0}).noise == 0  # as an older file has it
