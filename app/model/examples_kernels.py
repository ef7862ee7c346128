"""The worked examples A to C as documents: one kernel on one picture, one dimension, and parts out of lines."""

from __future__ import annotations

import numpy as np

from app.i18n import N_
from app.model.document import Document
from app.model.example_parts import Layer, conv, other, project, rows
from cnncore.kernels import Gaussian
from cnncore.network import INPUT
from cnncore.op import Array

TABLE = """
1 0 2 4 5 3 1
9 1 1 4 7 2 1
10 3 7 3 5 3 3
11 2 3 3 3 2 1
7 5 6 6 7 6 1
1 4 1 1 4 9 1
2 8 1 1 5 1 1"""
GAUSSIAN = np.array([[1, 4, 7, 4, 1], [4, 16, 26, 16, 4], [7, 26, 41, 26, 7], [4, 16, 26, 16, 4], [1, 4, 7, 4, 1]])
CURVE = ((0, 5), (1, 4), (2, 3), (3, 3), (4, 3), (5, 3))
MATCH = """
0 0 0 0 0 0 30
0 0 0 0 50 50 50
0 0 0 20 50 0 0
0 0 0 50 50 0 0
0 0 0 50 50 0 0
0 0 0 50 50 0 0
0 0 0 50 50 0 0"""
MISS = """
0 0 0 0 0 0 0
0 40 0 0 0 0 0
40 0 40 0 0 0 0
40 20 0 0 0 0 0
0 50 0 0 0 0 0
0 0 50 0 0 0 0
25 25 0 50 0 0 0"""
LINES = "01110\n00000\n00111\n00000\n11100"
FACE = "0001111000\n0001001000\n0001111000"
FIGURE = FACE + "\n0000111110\n0001110000\n0010110000\n0100110000\n0001001000\n0010000100\n0100000100"
HORIZONTAL = np.array([[-1, -1, -1], [1, 1, 1], [-1, -1, -1]])
VERTICAL = HORIZONTAL.T
FALLING = 2 * np.eye(3) - 1
RISING = FALLING[::-1]
FIRES = 8  # what a whole part gives
CENTRE = 1  # column of the parts' map that is over the middle of the figure
PARTS = ((0, range(3, 7)), (3, range(1, 9)), (7, range(1, 8)))  # head, arms, legs: first row, columns


def a1() -> Document:
    """Smoothing is a weighted sum."""
    return project("A1", rows(TABLE), conv("conv1", np.full((1, 1, 3, 3), 1 / 9), preset="box"))


def a2() -> Document:
    """Four low-pass kernels on one picture; the last is the continuous bell that the third rounds, wide enough for a
    larger σ."""
    bell = Gaussian(1.0)
    return project(
        "A2", landscape()[None],
        conv("mean3", np.full((1, 1, 3, 3), 1 / 9), reads=INPUT, padding=1, preset="box"),
        conv("mean5", np.full((1, 1, 5, 5), 1 / 25), reads=INPUT, padding=2, preset="box"),
        conv("gauss5", GAUSSIAN[None, None] / 273, reads=INPUT, padding=2),
        conv("gauss9", bell.fill((9, 9))[None, None], reads=INPUT, padding=4, preset=bell.name),
    )


def landscape() -> Array:
    """(48, 48) of 0 to 1: hills under a sun, a house with sharp edges, and specks that a low-pass takes away."""
    y, x = np.mgrid[:48, :48]
    out = 0.55 - 0.004 * y
    out[(y - 10) ** 2 + (x - 36) ** 2 <= 36] = 1.0
    out[y > 26 - 9 * np.sin(x / 9.0)] = 0.35
    out[y > 36] = 0.2
    out[(y >= 28) & (y < 40) & (x >= 8) & (x < 22)] = 0.85
    out[(y >= 20) & (y < 28) & (abs(x - 14.5) <= y - 19.5)] = 0.05
    out[(y >= 32) & (y < 40) & (x >= 13) & (x < 17)] = 0.0
    specks = np.random.default_rng(2).random(out.shape)
    out[specks < 0.02] = 0.0
    out[specks > 0.98] = 1.0
    rounded: Array = np.round(out, 2)
    return rounded


def a4() -> Document:
    """A curve detector over a drawing that holds the curve once, and something else once."""
    kernel = np.zeros((1, 1, 7, 7))
    for row, column in CURVE:
        kernel[0, 0, row, column] = 30
    return project("A4", shapes(), conv("conv1", kernel))


def shapes() -> Array:
    """(1, 16, 22): the patch that matches and the one that does not, side by side."""
    drawing = np.zeros((1, 16, 22))
    drawing[:, 2:9, 2:9] = rows(MATCH)
    drawing[:, 7:14, 13:20] = rows(MISS)
    return drawing


def b1() -> Document:
    """A sum that slides in time."""
    return project("B1", [[1, 1, 1, 0]], conv("conv1", np.ones((1, 1, 3)), padding=1))


def b2() -> Document:
    """Each kernel finds its own shape in time."""
    kernels = np.array([[[1, -1, 1]], [[1, 1, -1]]])
    return project("B2", [[1, 0, 1, 1, 0]], conv("conv1", kernels, padding=1), other("keepmax1", "keepmax"))


def c1() -> Document:
    """A line detector."""
    return project("C1", rows(LINES), conv("conv1", HORIZONTAL[None, None], padding=1), other("keepmax1", "keepmax"))


def c2() -> Document:
    """Lines, then a head out of lines."""
    deep = np.full((1, 2, 3, 4), -1.0)
    deep[0, 0, 0::2, 1:3] = 1
    deep[0, 1, :, 0::3] = 1
    return project(
        "C2", rows(FACE),
        conv("conv1", np.stack([HORIZONTAL, VERTICAL])[:, None], padding=1), other("keepmax1", "keepmax"),
        conv("conv2", deep),
    )


def c3() -> Document:
    """A person out of parts out of lines, and one unit that is the lock to which the figure is the key.

    A part's kernel (4 × 3 × 8) is 1 where the line kernels see its lines and −1 elsewhere. Its bias makes 8 of a whole
    part and less than 0 of all else in the figure. The unit adds the parts that are in their places, takes away those
    that are elsewhere, and 20 in any case: three parts of 8 are enough, two are not.
    """
    lines = conv("conv1", np.stack([HORIZONTAL, VERTICAL, FALLING, RISING])[:, None], padding=1)
    seen = _line_maps(rows(FIGURE), lines)
    deep, biases = np.full((3, 4, 3, 8), -1.0), []
    for k, (top, columns) in enumerate(PARTS):
        window = seen[:, top : top + 3, CENTRE : CENTRE + 8]
        own = np.isin(np.arange(CENTRE, CENTRE + 8), columns)
        deep[k][(window > 0) & own] = 1
        biases.append(FIRES - float((deep[k] * window).sum()))
    lock = np.full((3, 8, 3), -1.0)
    for k, (top, _) in enumerate(PARTS):
        lock[k, top, CENTRE] = 1
    return project(
        "C3", rows(FIGURE), lines, other("relu1", "relu"), conv("conv2", deep, tuple(biases)), other("relu2", "relu"),
        other("flatten", "flatten"), Layer("dense1", "dense", {"units": 1}, lock.reshape(1, -1), (-20.0,)),
        labels=(N_("person"),),
    )


def _line_maps(picture: Array, lines: Layer) -> Array:
    """(4, 10, 10): what the line kernels see of a picture, without what is under 0."""
    document = project("lines", picture, lines, other("relu1", "relu"))
    assert document.typed is not None
    out: Array = document.network.forward(document.weights, document.typed[None]).outputs["relu1"][0]
    return out
