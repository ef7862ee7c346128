"""The network that comes with the program: on MNIST where it is at hand, on drawings of other hands always."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnncore.data.idx import read_idx_folder
from cnncore.data.strokes import load_templates, render, vary
from cnncore.evaluation import evaluate, predict
from cnncore.files.project import Model, read_model

ASSETS = Path(__file__).parents[2] / "assets"


@pytest.fixture(scope="module")
def lenet() -> Model:
    return read_model(ASSETS / "models" / "lenet.safetensors")


def transform(scale: float = 1.0, slant: float = 0.0, shift: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """(2, 3) about the middle of the drawing: scaled, slanted to the right, shifted, in shares of the side."""
    linear = scale * np.array([[1.0, -slant], [0.0, 1.0]])
    return np.column_stack([linear, np.array([0.5, 0.5]) - linear @ [0.5, 0.5] + np.array(shift)])


CONDITIONS = {
    "as it comes": (10.0, transform()), "thin": (4.0, transform()), "thick": (18.0, transform()),
    "small": (7.0, transform(0.35)), "off centre": (8.0, transform(0.5, shift=(0.22, -0.2))),
    "slanted right": (10.0, transform(0.9, slant=0.35)), "slanted left": (10.0, transform(0.9, slant=-0.25)),
}


def drawn(radius: float, how: np.ndarray, each: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Drawings of 280 × 280 from every template of every digit, ``each`` time varied, and their labels."""
    rng = np.random.default_rng(11)
    images, labels = [], []
    for label, templates in load_templates(ASSETS / "strokes" / "digits.json").items():
        for template in templates:
            for _ in range(each):
                images.append(render(vary(template, rng), 280, radius, how))
                labels.append(int(label))
    return np.array(images), np.array(labels)


def test_it_has_44426_finite_weights_and_ten_labels(lenet):
    lenet.network.check_weights(lenet.weights)
    assert lenet.network.parameter_count() == 44_426
    assert lenet.labels == tuple("0123456789")


def test_mnist_test_digits_are_right_at_99_2_percent(lenet, mnist):
    test = read_idx_folder(mnist, "test")
    assert len(test.labels) == 10_000
    assert evaluate(lenet.network, lenet.weights, lenet.preprocess.apply(test.images), test.labels).accuracy >= 0.992


@pytest.mark.parametrize("condition", CONDITIONS)
def test_drawn_digits_are_right_at_94_percent_in_each_condition(lenet, condition):
    images, labels = drawn(*CONDITIONS[condition])
    found = predict(lenet.network, lenet.weights, lenet.preprocess.apply(images)).argmax(axis=1)
    assert np.mean(found == labels) >= 0.94


def test_drawn_digits_are_right_at_97_percent_over_all(lenet):
    right = []
    for radius, how in CONDITIONS.values():
        images, labels = drawn(radius, how, each=2)
        found = predict(lenet.network, lenet.weights, lenet.preprocess.apply(images)).argmax(axis=1)
        right.extend(found == labels)
    assert np.mean(right) >= 0.97


def test_blank_drawing_gives_finite_scores(lenet):
    blank = lenet.preprocess.apply(np.zeros((280, 280), np.uint8))
    assert np.isfinite(predict(lenet.network, lenet.weights, blank)).all()
