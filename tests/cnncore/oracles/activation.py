"""Activations as slow, obvious loops."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from cnncore.op import Array


def relu(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Number by number."""
    return np.array([max(0.0, float(v)) for v in inputs[0].flat]).reshape(shape)


def softmax(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Place by place, over the channels."""
    out = np.zeros(shape)
    for place in np.ndindex(shape[1:]):
        powers = [math.exp(inputs[0][(c, *place)]) for c in range(shape[0])]
        for c in range(shape[0]):
            out[(c, *place)] = powers[c] / sum(powers)
    return out


LOOPS = {"relu": relu, "softmax": softmax}
