"""Activations as slow, obvious loops."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cnncore.op import Array
from tests.cnncore.oracles import Oracle


def each(curve: Callable[[Any, float], float]) -> Oracle:
    """Number by number."""
    def loop(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
        return np.array([curve(op, float(v)) for v in inputs[0].flat]).reshape(shape)
    return loop


def prelu(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Number by number, with its channel's slope."""
    out = np.zeros(shape)
    for cell in np.ndindex(shape):
        x = inputs[0][cell]
        out[cell] = x if x > 0 else x * params["alpha"][cell[0] if op.per_channel else 0]
    return out


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _gelu(op: Any, x: float) -> float:
    if op.approximate == "tanh":
        return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
    return x * 0.5 * (1 + math.erf(x / math.sqrt(2)))


def _selu(op: Any, x: float) -> float:
    return 1.0507009873554804934 * (x if x > 0 else 1.6732632423543772848 * (math.exp(x) - 1))


# Corners where no input of the battery lies: those are odd multiples of 2 / n, n at most 4 · 6³.
_hardtanh = st.fixed_dictionaries(
    {"low": st.sampled_from([-1.234567, -0.7123]), "high": st.sampled_from([0.3141, 9.0])})

LOOPS = {
    "relu": each(lambda op, x: max(0.0, x)),
    "leakyrelu": each(lambda op, x: x if x > 0 else op.negative_slope * x),
    "prelu": prelu,
    "elu": each(lambda op, x: x if x > 0 else op.alpha * (math.exp(x) - 1)),
    "selu": each(_selu),
    "gelu": each(_gelu),
    "silu": each(lambda op, x: x * _sigmoid(x)),
    "sigmoid": each(lambda op, x: _sigmoid(x)),
    "tanh": each(lambda op, x: math.tanh(x)),
    "softplus": each(lambda op, x: math.log(1 + math.exp(x))),
    "hardtanh": each(lambda op, x: min(max(x, op.low), op.high)),
    "hardsigmoid": each(lambda op, x: min(max((x + 3) / 6, 0.0), 1.0)),
    "hardswish": each(lambda op, x: x * min(max((x + 3) / 6, 0.0), 1.0)),
}
SETTINGS = {"hardtanh": lambda rank: _hardtanh}
