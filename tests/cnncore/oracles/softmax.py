"""Softmax, maxout and keep-the-maximum as slow, obvious loops."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cnncore.op import Array, Op, Shape


def softmax(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Cell by cell: its power over the powers of all cells that it shares with."""
    out = np.zeros(shape)
    for cell in np.ndindex(shape):
        total = sum(math.exp(inputs[0][other]) for other in np.ndindex(shape) if together(op.axis, cell, other))
        out[cell] = math.exp(inputs[0][cell]) / total
    return out


def together(axis: str, one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """True for cells that differ in the axis only."""
    differ = {k for k, (a, b) in enumerate(zip(one, other, strict=True)) if a != b}
    if axis == "map":
        return 0 not in differ
    return differ <= {0 if axis == "channels" else int(axis.removeprefix("space "))}


def logsoftmax(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """The logarithm of the share."""
    return np.array([math.log(p) for p in softmax(op, inputs, params, shape).flat]).reshape(shape)


def maxout(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Unit by unit."""
    out = np.zeros(shape)
    for c, *place in np.ndindex(shape):
        out[(c, *place)] = max(inputs[0][(c * op.pieces + k, *place)] for k in range(op.pieces))
    return out


def keepmax(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Cell by cell."""
    x = inputs[0]
    return np.array([float(x[cell] == max(x[cell[0]].flat)) for cell in np.ndindex(shape)]).reshape(shape)


def _axis(rank: int) -> st.SearchStrategy[dict[str, Any]]:
    """An axis that there is."""
    have = ["channels", *(["map"] if rank else []), *(f"space {k + 1}" for k in range(rank))]
    return st.fixed_dictionaries({"axis": st.sampled_from(have)})


def _groups(op: Op, shape: Shape) -> list[Shape]:
    """Channels for whole groups."""
    return [(shape[0] * op.settings()["pieces"], *shape[1:])]


LOOPS = {"softmax": softmax, "logsoftmax": logsoftmax, "maxout": maxout, "keepmax": keepmax}
SETTINGS = {"softmax": _axis, "logsoftmax": _axis}
SHAPES = {"maxout": _groups}
