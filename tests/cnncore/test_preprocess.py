"""Preprocessing: each switch alone and with the others, and MNIST's own digits left as they are."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncore.data.idx import read_idx_folder
from cnncore.errors import CnnError
from cnncore.preprocess import Preprocess

OFF = Preprocess(crop=False, centre=False)
COMBINATIONS = [Preprocess(crop=crop, centre=centre) for crop, centre in itertools.product((False, True), repeat=2)]


def block(side: int, y: int, x: int, height: int, width: int, value: int = 255) -> np.ndarray:
    """A filled rectangle on black."""
    image = np.zeros((side, side), np.uint8)
    image[y:y + height, x:x + width] = value
    return image


def box_of(image: np.ndarray) -> tuple[int, int, int, int]:
    """Top, left, height and width of what is not black."""
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return rows[0], columns[0], rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1


def middle_of(image: np.ndarray) -> tuple[float, float]:
    """Centre of mass in pixels from the top left corner."""
    y, x = np.mgrid[0:image.shape[0], 0:image.shape[1]] + 0.5
    return float((image * y).sum() / image.sum()), float((image * x).sum() / image.sum())


def test_small_square_in_a_corner_fills_the_box_in_the_middle():
    out = Preprocess().apply(block(280, 5, 9, 40, 40))[0, 0]
    assert box_of(out > 0.01) == (4, 4, 20, 20)
    np.testing.assert_allclose(out[5:23, 5:23], 1, atol=1e-6)


def test_proportions_are_kept():
    out = Preprocess().apply(block(280, 20, 20, 200, 45))[0, 0]
    assert box_of(out) == (4, 12, 20, 5)  # 4.5 wide: the two edges share what is left
    np.testing.assert_allclose(out[10, 12:17], [0.75, 1, 1, 1, 0.75], atol=1e-6)


def test_ink_is_kept_when_made_smaller():
    image = np.zeros((280, 280), np.uint8)
    image[40:240, 90:190] = np.random.default_rng(0).integers(2, 256, (200, 100))
    assert Preprocess().apply(image).sum() == pytest.approx(image.sum() / 255 / 100, rel=1e-5)


def test_picture_smaller_than_the_box_is_enlarged():
    out = Preprocess().apply(block(10, 2, 3, 4, 4))[0, 0]
    assert box_of(out) == (4, 4, 20, 20)


def test_centre_of_mass_comes_to_the_centre():
    image = block(280, 20, 20, 200, 30) + block(280, 190, 50, 30, 150)  # a heavy L
    out = Preprocess().apply(image)[0, 0]
    assert all(14 <= middle < 15 for middle in middle_of(out))


def test_without_centring_the_box_is_in_the_middle():
    image = block(280, 20, 20, 200, 30) + block(280, 190, 50, 30, 150)
    top, left, height, width = box_of(Preprocess(centre=False).apply(image)[0, 0])
    assert (top, height) == (4, 20)
    assert left == (28 - width) // 2


def test_without_cropping_size_is_kept_and_mass_is_centred():
    out = Preprocess(crop=False).apply(block(280, 0, 0, 50, 50))[0, 0]
    assert out.sum() == pytest.approx(25, rel=1e-5)
    assert all(14 <= middle < 15 for middle in middle_of(out))


def test_with_all_switches_off_each_pixel_is_the_mean_of_its_area():
    image = np.random.default_rng(1).integers(0, 256, (280, 280)).astype(np.uint8)
    means = image.reshape(28, 10, 28, 10).mean(axis=(1, 3)) / 255
    np.testing.assert_allclose(OFF.apply(image)[0, 0], means, atol=1e-6)


def test_area_of_a_size_that_does_not_divide_keeps_the_ink():
    image = np.random.default_rng(1).integers(0, 256, (100, 100)).astype(np.uint8)
    assert OFF.apply(image).mean() == pytest.approx(image.mean() / 255, rel=1e-5)


def test_oblong_picture_keeps_its_proportions_with_all_switches_off():
    out = OFF.apply(np.full((56, 28), 255, np.uint8))[0, 0]
    assert box_of(out) == (0, 7, 28, 14)


def test_ink_taken_out_of_the_frame_is_cut_and_never_comes_back_on_the_other_side():
    image = block(280, 0, 0, 280, 40) + block(280, 0, 240, 20, 40)  # mass far left, so all moves right
    out = Preprocess(crop=False).apply(image)[0, 0]
    assert out.sum() < OFF.apply(image).sum()
    assert not out[:, :9].any()


@pytest.mark.parametrize("way", COMBINATIONS, ids=lambda way: f"crop={way.crop},centre={way.centre}")
def test_blank_drawing_gives_zeros(way):
    out = way.apply(np.zeros((280, 280), np.uint8))
    assert out.shape == (1, 1, 28, 28)
    assert not out.any()


@pytest.mark.parametrize("way", COMBINATIONS, ids=lambda way: f"crop={way.crop},centre={way.centre}")
def test_many_give_the_same_as_one_by_one(way):
    images = np.random.default_rng(2).integers(0, 256, (5, 40, 40)).astype(np.uint8)
    images[0] = 0
    images[1, :, 7:] = 0
    out = way.apply(images)
    assert (out.shape, out.dtype) == ((5, 1, 28, 28), np.float32)
    np.testing.assert_array_equal(out, np.concatenate([way.apply(image) for image in images]))
    np.testing.assert_array_equal(out, way.apply([*images]))


@pytest.mark.parametrize("way", COMBINATIONS, ids=lambda way: f"crop={way.crop},centre={way.centre}")
def test_second_time_changes_nothing(way):
    once = way.apply(block(280, 20, 20, 200, 30) + block(280, 190, 50, 30, 150))[0, 0]
    again = way.apply(np.round(once * 255).astype(np.uint8))[0, 0]
    np.testing.assert_allclose(again, once, atol=0.5 / 255 + 1e-6)


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_any_drawing_stays_between_black_and_white(height, width, data):
    seed = data.draw(st.integers(0, 2**16))
    image = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    way = data.draw(st.sampled_from(COMBINATIONS)).but(size=12, box=8)
    out = way.apply(image)
    assert out.shape == (1, 1, 12, 12)
    assert out.min() >= 0
    assert out.max() <= 1 + 1e-5


def test_drawings_of_different_sizes_may_be_mixed():
    out = Preprocess().apply((block(280, 5, 9, 40, 40), block(20, 3, 3, 8, 8), np.full((3, 50), 255, np.uint8)))
    assert out.shape == (3, 1, 28, 28)


def test_no_drawings_give_none():
    assert Preprocess().apply(np.zeros((0, 28, 28), np.uint8)).shape == (0, 1, 28, 28)


def test_stages_end_in_the_input():
    image = block(280, 20, 20, 200, 30)
    assert [key for key, _ in Preprocess().stages(image)] == ["The whole drawing", "Cropped and fitted", "Centred"]
    for way in COMBINATIONS:
        np.testing.assert_array_equal(way.stages(image)[-1][1], way.apply(image)[0, 0])


def test_words_name_what_is_done():
    text, facts = Preprocess(box=18).words()
    assert text.format(**facts) == "Cropped, fitted to 18 × 18, centred"
    assert len({way.words()[0] for way in COMBINATIONS}) == 4


def test_box_larger_than_the_input_is_refused():
    with pytest.raises(CnnError, match=r"box of 30 does not fit into an input of 28\. Allowed: 1, 2, … 28"):
        Preprocess(box=30)


def test_drawing_of_floats_is_refused():
    with pytest.raises(CnnError, match=r"\(28, 28\) of float64"):
        Preprocess().apply(np.zeros((28, 28)))


def test_settings_survive_a_file():
    way = Preprocess(crop=False, box=12, size=16)
    assert Preprocess.make(way.settings()) == way


def test_mnist_digits_pass_unchanged(mnist):
    images = np.asarray(read_idx_folder(mnist, "test").images)
    before = images[:, None].astype(np.float32) / np.float32(255)
    same = (Preprocess().apply(images) == before).all(axis=(1, 2, 3))
    assert same.mean() > 0.998
