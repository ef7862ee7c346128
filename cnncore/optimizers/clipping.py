"""Gradient clipping: by the size of each number, and by the length of the whole gradient."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cnncore.op import Array

EPSILON = 1e-6  # PyTorch's, in clip_grad_norm_


def global_norm(gradients: Mapping[str, Array]) -> float:
    """Root of the sum of all squares, summed in float64."""
    return math.sqrt(sum(float(np.square(g, dtype=np.float64).sum()) for g in gradients.values()))


def clip(gradients: Mapping[str, Array], value: float = 0.0, norm: float = 0.0) -> dict[str, Array]:
    """Gradients that are not too large, fresh where something was changed.

    Pascanu, Mikolov and Bengio 2013, arXiv:1211.5063.

    Args:
        gradients: Name to array; not written to.
        value: Each number is clipped to ±value; 0: it is not.
        norm: Then all are scaled by norm / length, where the length of the whole is larger than norm; 0: they are not.
    """
    out = dict(gradients)
    if value:
        out = {key: g.clip(-value, value) for key, g in out.items()}
    if norm:
        factor = norm / (global_norm(out) + EPSILON)
        if factor < 1.0:
            out = {key: g * g.dtype.type(factor) for key, g in out.items()}
    return out
