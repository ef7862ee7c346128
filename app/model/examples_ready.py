"""The inputs at hand of each worked example."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from app.i18n import N_
from app.model import examples_kernels as kernels
from app.model import examples_layers as layers
from app.model.document import Document
from app.model.example_parts import rows
from app.model.ready import Ready, fits
from app.model.samples import frozen
from cnncore.network import INPUT
from cnncore.op import Array

LEG = ((7, 3), (8, 2), (9, 1))  # cells of the figure's left leg
MOUSE = """
......................
.........#####........
........#.....##......
.......#........##....
......#....##.....#...
......#....#.#.....#..
......#.....#....#..#.
......#.............#.
.......#...........#..
.#......###########...
..#....#.#......#.....
...####..#......#.....
.........##.....##....
......................
......................
......................"""


def _one(name: str, values: Any, **weights: Array) -> Ready:
    arrays = {INPUT: values, **{key.replace("_", "."): array for key, array in weights.items()}}
    return Ready(name, {key: frozen(np.asarray(array, np.float32)) for key, array in arrays.items()})


def _dot(shape: tuple[int, ...], at: tuple[int, ...], value: float) -> Array:
    out = np.zeros(shape)
    out[at] = value
    return out


def _a1() -> list[Ready]:
    return [_one(N_("the table"), rows(kernels.TABLE)), _one(N_("a single 9"), _dot((1, 7, 7), (0, 3, 3), 9))]


def _a2() -> list[Ready]:
    picture = kernels.landscape()[None]
    edge = np.zeros(picture.shape)
    edge[:, :, 24:] = 1
    return [_one(N_("landscape"), picture), _one(N_("a single dot"), _dot(picture.shape, (0, 24, 24), 1)),
            _one(N_("an edge"), edge)]


def _a4() -> list[Ready]:
    def at(patch: str) -> Array:
        out = np.zeros((1, 16, 22))
        out[:, 2:9, 2:9] = rows(patch)
        return out

    mouse = np.array([[50.0 * (sign == "#") for sign in row] for row in MOUSE.split()])[None]
    return [_one(N_("both shapes"), kernels.shapes()), _one(N_("the curve"), at(kernels.MATCH)),
            _one(N_("the other shape"), at(kernels.MISS)), _one(N_("a whole drawing"), mouse)]


def _b1() -> list[Ready]:
    return [_one("1 1 1 0", [[1, 1, 1, 0]]), _one(N_("a single 1"), [[0, 1, 0, 0]])]


def _b2() -> list[Ready]:
    return [_one("1 0 1 1 0", [[1, 0, 1, 1, 0]]), _one(N_("a single 1"), [[0, 0, 1, 0, 0]])]


def _c1() -> list[Ready]:
    lines = rows(kernels.LINES)
    broken = lines.copy()
    broken[0, 2, 3] = 0
    return [_one(N_("three lines"), lines), _one(N_("one is broken"), broken),
            _one(N_("standing lines"), lines.transpose(0, 2, 1))]


def _c2() -> list[Ready]:
    head = rows(kernels.FACE)
    half = head.copy()
    half[:, :, 6] = 0
    return [_one(N_("a head"), head), _one(N_("moved by two"), np.roll(head, -2, axis=2)),
            _one(N_("one side is missing"), half)]


def _c3() -> list[Ready]:
    figure, document = rows(kernels.FIGURE), kernels.c3()
    legless = figure.copy()
    for row, column in LEG:
        legless[0, row, column] = 0
    claimed = {"conv2_weight": np.zeros(document.weights["conv2.weight"].shape),
               "conv2_bias": np.full(document.weights["conv2.bias"].shape, kernels.FIRES)}
    return [_one(N_("figure"), figure), _one(N_("no leg"), legless),
            _one(N_("all white"), np.ones(figure.shape)), _one(N_("every part everywhere"), figure, **claimed),
            _one(N_("no penalty"), figure, **claimed,
                 dense1_weight=np.maximum(document.weights["dense1.weight"], 0))]


def _d1() -> list[Ready]:
    edge = np.zeros((1, 7, 7))
    edge[:, 6], edge[:, :, 6] = 1, 1
    return [_one(N_("the table"), rows(kernels.TABLE)), _one(N_("last row and column only"), edge)]


def _d2() -> list[Ready]:
    colours = layers.colours()
    return [_one(N_("in colours"), colours), _one(N_("in grey"), np.round(np.repeat(
        colours.mean(axis=0, keepdims=True), 3, axis=0), 2))]


def _d3() -> list[Ready]:
    volume = layers.volumes(layers.VOLUME)
    return [_one(N_("the numbers"), volume), _one(N_("all 0: the bias is left"), np.zeros(volume.shape))]


def _e3() -> list[Ready]:
    return [_one(N_("1 right"), layers.beside(0, 1)), _one(N_("1 down"), layers.beside(1, 0)),
            _one(N_("3 right"), layers.beside(0, 3))]


def _e4() -> list[Ready]:
    signs = rows(layers.SIGNS)
    return [_one(N_("both signs"), signs), _one(N_("all below 0"), -np.abs(signs) - 1)]


MADE: Mapping[str, Callable[[], list[Ready]]] = {
    "A1": _a1, "A2": _a2, "A4": _a4, "B1": _b1, "B2": _b2, "C1": _c1, "C2": _c2, "C3": _c3,
    "D1": _d1, "D2": _d2, "D3": _d3, "E3": _e3, "E4": _e4,
}


@lru_cache(maxsize=4)
def _made(letters: str) -> tuple[Ready, ...]:
    return tuple(MADE[letters]()) if letters in MADE else ()


def ready_of(document: Document) -> tuple[Ready, ...]:
    """Of the example that a document is; none of any other, nor of a network that has its name but not its shapes."""
    found = _made(document.network.name)
    return found if document.typed is not None and all(fits(document, one) for one in found) else ()
