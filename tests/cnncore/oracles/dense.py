"""Dense and flatten as slow, obvious loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnncore.op import Array


def flatten(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """One after the other."""
    return np.array([inputs[0][cell] for cell in np.ndindex(inputs[0].shape)])


def dense(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Unit by unit."""
    out = np.zeros(shape)
    for f in range(shape[0]):
        for c, value in enumerate(inputs[0]):
            out[f] += value * params["weight"][f, c]
        out[f] += params["bias"][f] if op.bias else 0.0
    return out


LOOPS = {"flatten": flatten, "dense": dense}
