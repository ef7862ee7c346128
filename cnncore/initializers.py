"""Start values of weights."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from cnncore.op import Array, Shape


def he(rng: np.random.Generator, shape: Shape) -> Array:
    """Normal with variance 2 / fan-in, which keeps the size of activations through ReLU layers. float32.

    He, Zhang, Ren and Sun 2015, arXiv:1502.01852.

    Args:
        rng: Drawn from.
        shape: (F, …): everything after the first axis feeds one output.
    """
    return _normal(rng, shape, math.sqrt(2.0 / math.prod(shape[1:])))


def glorot(rng: np.random.Generator, shape: Shape) -> Array:
    """Normal with variance 2 / (fan-in + fan-out), for layers without ReLU. float32.

    Glorot and Bengio 2010, AISTATS 9:249.
    """
    fans = math.prod(shape[1:]) + shape[0] * math.prod(shape[2:])
    return _normal(rng, shape, math.sqrt(2.0 / fans))


def zeros(rng: np.random.Generator, shape: Shape) -> Array:
    """All zero. float32."""
    return np.zeros(shape, np.float32)


def _normal(rng: np.random.Generator, shape: Shape, deviation: float) -> Array:
    out: Array = rng.standard_normal(shape, np.float32)
    out *= np.float32(deviation)
    return out


INITIALIZERS: dict[str, Callable[[np.random.Generator, Shape], Array]] = {"he": he, "glorot": glorot, "zeros": zeros}


def he_and_zeros(rng: np.random.Generator, shapes: Mapping[str, Shape]) -> dict[str, Array]:
    """`he` for ``"weight"``, `zeros` for every other parameter: how convolution and dense start."""
    return {key: (he if key == "weight" else zeros)(rng, shape) for key, shape in shapes.items()}
