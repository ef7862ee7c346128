"""The brush, and drawings made of strokes."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncore.data.strokes import load_templates, paint, render, vary
from cnncore.errors import CnnError


def canvas(side: int = 40, value: int = 0) -> np.ndarray:
    return np.full((side, side), value, np.uint8)


def ink(image: np.ndarray) -> float:
    """Ink in pixels."""
    return float(image.sum()) / 255


LINE = np.stack([np.linspace(0.2, 0.8, 30), np.full(30, 0.5)], axis=1)


def test_dot_has_the_area_of_its_circle():
    image = canvas()
    paint(image, (20.0, 20.0), (20.0, 20.0), 6.0)
    assert ink(image) == pytest.approx(np.pi * 36, rel=0.01)
    np.testing.assert_array_equal(image, image[::-1])
    np.testing.assert_array_equal(image, image.T)


def test_segment_has_the_area_of_its_capsule():
    image = canvas(80)
    paint(image, (20.3, 30.1), (55.2, 47.9), 5.0)
    length = np.hypot(55.2 - 20.3, 47.9 - 30.1)
    assert ink(image) == pytest.approx(np.pi * 25 + 10 * length, rel=0.01)


@given(st.floats(0, 1), st.floats(0, 1))
def test_ink_does_not_depend_on_where_between_pixels_the_pen_is(dx, dy):
    image = canvas()
    paint(image, (20 + dx, 20 + dy), (20 + dx, 20 + dy), 5.0)
    assert ink(image) == pytest.approx(np.pi * 25, rel=0.02)
    y, x = np.mgrid[0:40, 0:40] + 0.5
    assert (image * x).sum() / image.sum() == pytest.approx(20 + dx, abs=0.03)
    assert (image * y).sum() / image.sum() == pytest.approx(20 + dy, abs=0.03)


def test_straight_edge_is_as_grey_as_it_covers_the_pixel():
    image = canvas()
    paint(image, (-50.0, 20.25), (90.0, 20.25), 3.0)
    assert image[:, 20].tolist()[16:25] == [0, 191, 255, 255, 255, 255, 255, 64, 0]  # 17.25 to 23.25


def test_overlapping_segments_are_as_strong_as_the_stronger():
    a, b, both = canvas(), canvas(), canvas()
    paint(a, (8.2, 9.1), (20.5, 21.7), 4.0)
    paint(b, (20.5, 21.7), (33.3, 12.4), 4.0)
    paint(both, (8.2, 9.1), (20.5, 21.7), 4.0)
    paint(both, (20.5, 21.7), (33.3, 12.4), 4.0)
    np.testing.assert_array_equal(both, np.maximum(a, b))
    again = both.copy()
    paint(again, (8.2, 9.1), (20.5, 21.7), 4.0)
    np.testing.assert_array_equal(again, both)


def test_segment_in_pieces_is_the_segment():
    whole, pieces = canvas(60), canvas(60)
    points = [(10 + 35 * t, 12 + 30 * t) for t in np.linspace(0, 1, 9)]
    paint(whole, points[0], points[-1], 4.0)
    for p, q in itertools.pairwise(points):
        paint(pieces, p, q, 4.0)
    assert np.abs(whole.astype(int) - pieces).max() <= 1


def test_eraser_takes_away_what_the_brush_would_put_down():
    image, drawn = canvas(value=255), canvas()
    paint(image, (10.0, 12.3), (30.0, 20.1), 5.0, erase=True)
    paint(drawn, (10.0, 12.3), (30.0, 20.1), 5.0)
    np.testing.assert_array_equal(image, 255 - drawn)


def test_erasing_with_a_wider_brush_leaves_nothing():
    image = canvas()
    paint(image, (10.0, 12.3), (30.0, 20.1), 5.0)
    paint(image, (10.0, 12.3), (30.0, 20.1), 6.0, erase=True)
    assert not image.any()


def test_box_holds_all_that_changed():
    rng = np.random.default_rng(0)
    for _ in range(50):
        image = canvas()
        p, q = (tuple(map(float, rng.uniform(-10, 50, 2))) for _ in range(2))
        y0, y1, x0, x1 = paint(image, p, q, float(rng.uniform(0.5, 8)))
        assert 0 <= y0 <= y1 <= 40
        assert 0 <= x0 <= x1 <= 40
        image[y0:y1, x0:x1] = 0
        assert not image.any()


def test_segment_outside_touches_nothing():
    image = canvas()
    assert paint(image, (-30.0, -30.0), (-20.0, 90.0), 4.0) == (0, 0, 0, 0)
    assert not image.any()


def test_edge_of_the_canvas_cuts_the_stroke():
    image, larger = canvas(), canvas(60)
    paint(image, (1.0, 38.0), (39.0, 2.0), 4.0)
    paint(larger, (11.0, 48.0), (49.0, 12.0), 4.0)
    assert np.abs(image.astype(int) - larger[10:50, 10:50]).max() <= 1


def test_brush_thinner_than_a_pixel_is_grey():
    image = canvas()
    paint(image, (5.0, 20.5), (35.0, 20.5), 0.25)
    assert image[20, 20] == 191


def test_part_of_a_larger_array_can_be_painted():
    image = canvas(60)
    paint(image[10:50, 10:50], (20.0, 20.0), (25.0, 20.0), 5.0)
    assert image[30, 30] == 255


def test_rendering_scales_with_the_side():
    small, large = render([LINE], 70, 2.5), render([LINE], 280, 10.0)
    assert small.shape == (70, 70)
    means = large.reshape(70, 4, 70, 4).mean(axis=(1, 3))
    assert np.abs(small - means).max() < 40
    assert np.abs(small - means).mean() < 1


def test_stroke_of_one_point_is_a_dot():
    assert ink(render([np.array([[0.5, 0.5]])], 40, 6.0)) == pytest.approx(np.pi * 36, rel=0.01)


def test_drawing_without_strokes_is_blank():
    assert not render([], 40).any()


def test_transform_moves_every_point():
    quarter = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, 0.0]])  # a quarter turn about the middle
    turned = render([LINE], 40, 3.0, quarter)
    assert np.abs(turned.astype(int) - render([LINE], 40, 3.0).T).max() <= 2


def test_no_variation_changes_nothing():
    (same,) = vary([LINE], np.random.default_rng(0), 0.0)
    np.testing.assert_array_equal(same, LINE)
    assert same is not LINE


def test_same_generator_varies_the_same_way():
    a, b, c = (vary([LINE], np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(a, b)
    assert np.abs(a - c).max() > 0.01


def test_more_is_more():
    moved = [np.mean([np.abs(vary([LINE], np.random.default_rng(seed), amount)[0] - LINE).mean() for seed in range(20)])
             for amount in (0.3, 1.0, 1.6)]
    assert moved[0] < moved[1] < moved[2]


@given(st.integers(0, 10_000), st.floats(0.1, 3.0))
def test_varied_drawings_stay_within_the_frame(seed, amount):
    corner = [LINE * [1, 0.2], LINE[:, ::-1] * [0.2, 1] + [0.8, 0]]
    for stroke in vary(corner, np.random.default_rng(seed), amount):
        assert stroke.shape == LINE.shape
        assert stroke.min() > 0.07
        assert stroke.max() < 0.93


def test_strokes_that_meet_still_meet():
    other = np.stack([np.full(30, 0.5), np.linspace(0.5, 0.9, 30)], axis=1)
    for seed in range(20):
        a, b = vary([LINE, other], np.random.default_rng(seed))
        assert np.hypot(*(a - b[0]).T).min() < 0.05


def test_varying_leaves_the_template_alone():
    before = LINE.copy()
    vary([LINE], np.random.default_rng(0))
    np.testing.assert_array_equal(LINE, before)


def test_templates_come_back_from_a_file(tmp_path):
    path = tmp_path / "t.json"
    path.write_text(json.dumps({"7": [[[[0, 0], [1, 1]], [[0.5, 0.5]]]]}))
    ((one, two),) = load_templates(path)["7"]
    assert (one.tolist(), two.shape) == ([[0, 0], [1, 1]], (1, 2))


@pytest.mark.parametrize(("text", "said"), [
    ("{", "is not JSON"), ("[]", "does not hold drawings"), ('{"1": 5}', "does not hold drawings"),
    ('{"1": [[[[0, 2]]]]}', "from 0 to 1"), ('{"1": [[[]]]}', "does not hold"), ('{"1": [[[[0, 1, 2]]]]}', "does not"),
    ('{"1": [[["a", "b"]]]}', "does not"), ('{"1": [[[[0, NaN]]]]}', "does not"),
])
def test_files_that_hold_no_drawings_are_refused(tmp_path, text, said):
    path = tmp_path / "t.json"
    path.write_text(text)
    with pytest.raises(CnnError, match=said):
        load_templates(path)


def test_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CnnError, match=r"t\.json cannot be read"):
        load_templates(tmp_path / "t.json")
