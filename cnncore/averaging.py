"""The running average of the weights, which is steadier than the newest of them."""

from __future__ import annotations

import numpy as np

from cnncore.network import Weights
from cnncore.op import Array

Held = tuple[Array, dict[str, Array]]  # learned weights as one vector, running averages of norms by name


def average_weights(mean: Weights, weights: Weights, step: int, memory: float) -> dict[str, Array]:
    """Running average of the weights after ``step`` steps; early steps forget faster, so the start leaves no trace.

    Polyak and Juditsky 1992, doi:10.1137/0330046, with exponential memory; without memory, the weights themselves.
    """
    if not memory:
        return dict(weights)
    return {key: blend(mean[key], weights[key], step, memory) for key in weights}


def averaged(mean: Held, now: Held, step: int, memory: float) -> Held:
    """The same on the one vector of a training."""
    if not memory:
        return now
    return blend(mean[0], now[0], step, memory), average_weights(mean[1], now[1], step, memory)


def blend(mean: Array, value: Array, step: int, memory: float) -> Array:
    """value + keep·(mean − value), keep being step / (step + 9) until it reaches ``memory``."""
    out: Array = np.asarray(mean - value)
    out *= np.float32(min(memory, step / (step + 9.0)))
    out += value
    return out
