"""Start values of weights."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from cnncore.op import Array, Shape


def he(rng: np.random.Generator, shape: Shape) -> Array:
    """Normal with variance 2 / fan-in, which keeps the size of activations through ReLU layers. float32.

    He, Zhang, Ren and Sun 2015, arXiv:1502.01852.

    Args:
        rng: Drawn from.
        shape: (F, …): everything after the first axis feeds one output.
    """
    return rng.standard_normal(shape, np.float32) * np.float32(math.sqrt(2.0 / math.prod(shape[1:])))


def glorot(rng: np.random.Generator, shape: Shape) -> Array:
    """Normal with variance 2 / (fan-in + fan-out), for layers without ReLU. float32.

    Glorot and Bengio 2010, AISTATS 9:249.
    """
    fans = math.prod(shape[1:]) + shape[0] * math.prod(shape[2:])
    return rng.standard_normal(shape, np.float32) * np.float32(math.sqrt(2.0 / fans))


def zeros(rng: np.random.Generator, shape: Shape) -> Array:
    """All zero. float32."""
    return np.zeros(shape, np.float32)


INITIALIZERS: dict[str, Callable[[np.random.Generator, Shape], Array]] = {"he": he, "glorot": glorot, "zeros": zeros}
