"""Joins as slow, obvious loops; three inputs, where two would hide what "all the others" means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnncore.op import Array, Op, Shape


def add(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Cell by cell."""
    return np.array([sum(float(x[cell]) for x in inputs) for cell in np.ndindex(shape)]).reshape(shape)


def multiply(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Cell by cell."""
    out = np.ones(shape)
    for cell in np.ndindex(shape):
        for x in inputs:
            out[cell] *= x[cell]
    return out


def concat(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Channel by channel."""
    return np.array([channel for x in inputs for channel in x])


def _three(op: Op, shape: Shape) -> list[Shape]:
    return [shape] * 3


def _channels(op: Op, shape: Shape) -> list[Shape]:
    """Different numbers of them."""
    return [shape, (shape[0] + 1, *shape[1:]), (1, *shape[1:])]


LOOPS = {"add": add, "multiply": multiply, "concat": concat}
SHAPES = {"add": _three, "multiply": _three, "concat": _channels}
