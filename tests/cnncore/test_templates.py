"""The drawings in assets/strokes: enough of them, different from one another, and whole."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from cnncore.data.strokes import load_templates, render, vary
from cnncore.preprocess import Preprocess

FOLDER = Path(__file__).parents[2] / "assets" / "strokes"
DIGITS = load_templates(FOLDER / "digits.json")
SHAPES = load_templates(FOLDER / "shapes.json")
ALL = [pytest.param(drawing, id=f"{label}-{k}") for table in (DIGITS, SHAPES)
       for label, drawings in table.items() for k, drawing in enumerate(drawings)]


def seen(drawing) -> np.ndarray:
    """What a network would see of it."""
    return Preprocess().apply(render(drawing))[0, 0]


def test_there_are_enough_of_each():
    assert list(DIGITS) == list("0123456789")
    assert all(len(drawings) >= 4 for drawings in DIGITS.values())
    assert set(SHAPES) == {"circle", "cross", "triangle", "square", "heart"}
    assert all(len(drawings) >= 3 for drawings in SHAPES.values())


@pytest.mark.parametrize("drawing", ALL)
def test_drawing_is_smooth_and_keeps_off_the_edge(drawing):
    assert 20 <= sum(map(len, drawing)) <= 60
    for stroke in drawing:
        assert 0.08 < stroke.min() < stroke.max() < 0.92
        assert 0.005 < np.hypot(*np.diff(stroke, axis=0).T).max() < 0.12
    points = np.concatenate(drawing)
    assert (points.max(axis=0) - points.min(axis=0)).max() > 0.5


@pytest.mark.parametrize("label", DIGITS)
def test_templates_of_a_digit_are_different_hands(label):
    for a, b in itertools.combinations(DIGITS[label], 2):
        a, b = seen(a), seen(b)
        alike = (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())
        assert alike < 0.9


def test_varied_templates_are_all_different_drawings():
    rng = np.random.default_rng(0)
    pictures = {render(vary(DIGITS["3"][0], rng), 56, 2.0).tobytes() for _ in range(20)}
    assert len(pictures) == 20
