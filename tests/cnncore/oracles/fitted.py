"""Preprocessing that is fitted, as slow, obvious loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnncore.op import Array


def standardize(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Number by number: minus its offset, times its scale."""
    out = np.zeros(shape)
    for cell in np.ndindex(shape):
        at = cell if op.per == "cell" else cell[0]
        out[cell] = (inputs[0][cell] - params["offset"][at]) * params["scale"][at]
    return out


def whiten(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Row by row of the matrix, over all numbers of the sample."""
    out = []
    for row in params["matrix"]:
        total = 0.0
        for cell in np.ndindex(inputs[0].shape):
            total += row[cell] * (inputs[0][cell] - params["mean"][cell])
        out.append(total)
    return np.array(out).reshape(shape)


LOOPS = {"standardize": standardize, "whiten": whiten}
