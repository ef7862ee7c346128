"""Norms as slow, obvious loops."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cnncore.op import Array
from tests.cnncore.oracles.drawing import value_of


def batchnorm(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Outside training: number by number, with the running averages."""
    out = np.zeros(shape)
    for cell in np.ndindex(shape):
        c = cell[0]
        value = (inputs[0][cell] - params["running_mean"][c]) / math.sqrt(params["running_var"][c] + op.epsilon)
        out[cell] = value * params["weight"][c] + params["bias"][c] if op.learned else value
    return out


def _normed(x: Array, op: Any, together: Callable[[tuple[int, ...], tuple[int, ...]], bool]) -> Array:
    """Each number by the mean and variance of those that share with it."""
    out = np.zeros(x.shape)
    for cell in np.ndindex(x.shape):
        others = [float(x[other]) for other in np.ndindex(x.shape) if together(cell, other)]
        mean = sum(others) / len(others)
        variance = sum((other - mean) ** 2 for other in others) / len(others)
        out[cell] = (x[cell] - mean) / math.sqrt(variance + op.epsilon)
    return out


def layernorm(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """All share."""
    out = _normed(inputs[0], op, lambda one, other: True)
    return out * params["weight"] + params["bias"] if op.learned else out


def groupnorm(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Those of a group of channels share."""
    size = shape[0] // op.groups
    out = _normed(inputs[0], op, lambda one, other: one[0] // size == other[0] // size)
    for c in range(shape[0]) if op.learned else ():
        out[c] = out[c] * params["weight"][c] + params["bias"][c]
    return out


def lrn(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Number by number, over the squares of its neighbours in other channels."""
    out = np.zeros(shape)
    for c, *place in np.ndindex(shape):
        squares = 0.0
        for other in range(c - op.size // 2, c + (op.size - 1) // 2 + 1):
            if 0 <= other < shape[0]:
                squares += inputs[0][(other, *place)] ** 2
        out[(c, *place)] = inputs[0][(c, *place)] / (op.k + op.alpha * squares / op.size) ** op.beta
    return out


def _local(rank: int) -> st.SearchStrategy[dict[str, Any]]:
    """Where k is next to 0 a power may grow beyond what a central difference can follow."""
    return st.fixed_dictionaries({"size": st.integers(1, 5), "alpha": st.floats(0, 2), "beta": st.floats(0, 2),
                                  "k": st.floats(0.25, 3)})


def _steady(name: str) -> Callable[[int], st.SearchStrategy[dict[str, Any]]]:
    """Two equal numbers have no deviation: with next to no epsilon a nudge would throw them about."""
    from cnncore.ops import OPS
    def draw(rank: int) -> st.SearchStrategy[dict[str, Any]]:
        knobs = {key: value_of(spec, rank) for key, spec in OPS[name].knobs().items()}
        return st.fixed_dictionaries(knobs | {"epsilon": st.sampled_from([1e-5, 1e-3, 0.25])})
    return draw


LOOPS = {"batchnorm": batchnorm, "layernorm": layernorm, "groupnorm": groupnorm, "lrn": lrn}
SETTINGS = {"lrn": _local, **{kind: _steady(kind) for kind in ("batchnorm", "layernorm", "groupnorm")}}
