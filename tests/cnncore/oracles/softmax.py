"""Softmax as slow, obvious loops."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from cnncore.op import Array


def softmax(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Place by place, over the channels."""
    out = np.zeros(shape)
    for place in np.ndindex(shape[1:]):
        powers = [math.exp(inputs[0][(c, *place)]) for c in range(shape[0])]
        for c in range(shape[0]):
            out[(c, *place)] = powers[c] / sum(powers)
    return out


LOOPS = {"softmax": softmax}
