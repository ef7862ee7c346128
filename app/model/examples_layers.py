"""The worked examples D and E as documents: shapes of a convolutional layer, pooling, and the order of two layers."""

from __future__ import annotations

import numpy as np

from app.model.document import Document
from app.model.example_parts import conv, other, project, rows
from app.model.examples_kernels import TABLE
from cnncore.network import INPUT
from cnncore.op import Array

SIDE = 32
VOLUME = """
0 1 2 0 1 | 1 2 0 1 2 | 0 2 1 0 1
2 0 1 1 0 | 0 2 1 0 1 | 1 1 0 2 0
1 0 0 2 1 | 2 0 2 1 0 | 2 0 1 2 2
0 2 1 0 2 | 1 1 0 0 2 | 0 1 2 0 1
1 1 0 2 0 | 0 2 1 2 1 | 2 1 0 1 1"""
W0 = """
1 0 0 | -1 1 1 | 1 0 -1
-1 0 1 | 1 -1 0 | 1 0 -1
0 0 1 | 0 -1 0 | 0 0 1"""
W1 = """
1 0 -1 | 0 1 0 | -1 0 1
0 1 1 | -1 0 1 | 0 1 0
-1 0 0 | 1 -1 0 | 0 0 -1"""
BIASES = (1.0, 0.0)
PEAKS = """
2 1 0 7 7 0 6 0 1
9 7 1 0 0 1 5 0 0
2 1 1 0 0 0 1 2 1
3 0 2 2 9 8 2 8 0
3 1 2 0 3 0 1 8 0
2 1 7 1 0 1 1 0 3"""
SIGNS = """
-3 1 4 -2 0 5 -1 2
2 -6 -1 3 -4 -2 7 -5
-1 -2 6 -3 1 0 -8 3
-5 -4 2 -7 -6 -1 4 -2
8 -3 -2 -1 3 -9 -4 -3
-6 1 -5 -8 2 4 -2 -7
3 -1 0 -4 -3 6 5 -1
-2 7 -6 1 -5 -3 -1 2"""


def volumes(text: str) -> Array:
    """(C, H, W) of rows in which bars part the channels."""
    lines = [[[float(n) for n in part.split()] for part in line.split("|")] for line in text.strip().splitlines()]
    out: Array = np.array(lines).transpose(1, 0, 2)
    return out


def d1() -> Document:
    """Five sizes out of one input of 7 × 7."""
    ones = np.ones((1, 1, 3, 3))
    return project(
        "D1", rows(TABLE),
        conv("stride_1", ones, reads=INPUT), conv("stride_2", ones, reads=INPUT, stride=2),
        conv("stride_3", ones, reads=INPUT, stride=3), conv("padding_1", ones, reads=INPUT, padding=1),
    )


def d2() -> Document:
    """A kernel is as deep as its input; there are as many maps as kernels."""
    y, x = np.mgrid[-2:3, -2:3]
    bell = np.exp(-(x**2 + y**2) / 2.0)
    grey, edges = np.full(3, 1 / 3), []
    for angle in np.arange(6) * np.pi / 6:
        edge = (x * np.cos(angle) + y * np.sin(angle)) * bell
        edges.append(grey[:, None, None] * edge)
    spots = []
    for plus, minus in ((0, 1), (1, 2), (2, 0), (1, 0), (2, 1), (0, 2)):
        spot = np.zeros((3, 5, 5))
        spot[plus], spot[minus] = bell / bell.sum(), -bell / bell.sum()
        spots.append(spot)
    twelve = np.round(np.stack([*edges, *spots]), 3)
    three = np.round(np.eye(3)[:, :, None, None] * bell / bell.sum(), 3)
    return project("D2", colours(), conv("filters_12", twelve, reads=INPUT, padding=2),
                   conv("filters_3", three, reads=INPUT))


def colours() -> Array:
    """(3, 32, 32) of 0 to 1, red, green and blue: a red sun in a blue sky over a green hill."""
    y, x = np.mgrid[:SIDE, :SIDE]
    out = np.stack([0.3 + 0.008 * y, 0.5 + 0.006 * y, 0.95 - 0.004 * y])
    out[:, (y - 9) ** 2 + (x - 22) ** 2 <= 25] = np.array([[1.0], [0.25], [0.1]])
    hill = y > 24 - 7 * np.sin((x + 4) / 9.0)
    out[:, hill] = np.array([[0.15], [0.6], [0.2]])
    out[:, hill & (abs(x - 8) < 2) & (y < 26)] = np.array([[0.45], [0.25], [0.1]])
    rounded: Array = np.round(out, 2)
    return rounded


def d3() -> Document:
    """The arithmetic of one cell: three channels, two filters, stride 2, padding 1, a bias each."""
    return project("D3", volumes(VOLUME), conv("conv1", np.stack([volumes(W0), volumes(W1)]), BIASES, stride=2,
                                               padding=1))


def e3() -> Document:
    """Pooling of a map and of the same map moved by one cell to the right."""
    return project(
        "E3", beside(0, 1),
        other("max_2x2", "maxpool", INPUT, window=2, stride=2),
        other("mean_2x2", "meanpool", INPUT, window=2, stride=2),
        other("max_3x3", "maxpool", INPUT, window=3, stride=3),
        other("overlapping", "maxpool", INPUT, window=3, stride=2),
    )


def beside(down: int, right: int) -> Array:
    """(2, 6, 9): a map, and the same map moved, with zeros where nothing moved in."""
    still = rows(PEAKS)
    moved = np.zeros(still.shape)
    moved[:, down:, right:] = still[:, :still.shape[1] - down, :still.shape[2] - right]
    return np.concatenate([still, moved])


def e4() -> Document:
    """ReLU before pooling, and after it."""
    return project(
        "E4", rows(SIGNS),
        other("relu1", "relu", INPUT), other("pool1", "maxpool", "relu1", window=2, stride=2),
        other("pool2", "maxpool", INPUT, window=2, stride=2), other("relu2", "relu", "pool2"),
        other("both", "concat", "pool1", "relu2"),
    )
