"""Start values of weights.

Fan-in is what feeds one output, fan-out what one input feeds. A parameter's shape is (F, C, *K) or (F, C): the first
axis counts outputs, all after it feed one of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from cnncore.errors import CnnError, did_you_mean
from cnncore.op import Array, Shape

if TYPE_CHECKING:
    from cnncore.network import Network

Initializer: TypeAlias = "Callable[[np.random.Generator, Shape], Array]"  # quoted: it would load numpy.random


def fans(shape: Shape) -> tuple[int, int]:
    """(fan-in, fan-out) of a parameter of that shape; of a single axis both are its length."""
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    return math.prod(shape[1:]), shape[0] * math.prod(shape[2:])


def he(rng: np.random.Generator, shape: Shape) -> Array:
    """Normal with variance 2 / fan-in, which keeps the size of activations through ReLU layers. float32.

    He, Zhang, Ren and Sun 2015, arXiv:1502.01852.

    Args:
        rng: Drawn from.
        shape: (F, …): everything after the first axis feeds one output.
    """
    return _normal(rng, shape, math.sqrt(2.0 / fans(shape)[0]))


def he_uniform(rng: np.random.Generator, shape: Shape) -> Array:
    """Uniform with the variance of `he`: within ±√(6 / fan-in). float32."""
    return _uniform(rng, shape, math.sqrt(6.0 / fans(shape)[0]))


def glorot(rng: np.random.Generator, shape: Shape) -> Array:
    """Normal with variance 2 / (fan-in + fan-out), for layers without ReLU; also called Xavier. float32.

    Glorot and Bengio 2010, AISTATS 9:249.
    """
    return _normal(rng, shape, math.sqrt(2.0 / sum(fans(shape))))


def glorot_uniform(rng: np.random.Generator, shape: Shape) -> Array:
    """Uniform with the variance of `glorot`: within ±√(6 / (fan-in + fan-out)). float32."""
    return _uniform(rng, shape, math.sqrt(6.0 / sum(fans(shape))))


def lecun(rng: np.random.Generator, shape: Shape) -> Array:
    """Normal with variance 1 / fan-in: for tanh, and for SELU. float32.

    LeCun, Bottou, Orr and Müller 1998, doi:10.1007/3-540-49430-8_2.
    """
    return _normal(rng, shape, math.sqrt(1.0 / fans(shape)[0]))


def lecun_uniform(rng: np.random.Generator, shape: Shape) -> Array:
    """Uniform with the variance of `lecun`: within ±√(3 / fan-in). float32."""
    return _uniform(rng, shape, math.sqrt(3.0 / fans(shape)[0]))


def zeros(rng: np.random.Generator, shape: Shape) -> Array:
    """All zero: every filter sees and learns the same, so nothing that hides behind another layer learns. float32."""
    return np.zeros(shape, np.float32)


def constant(rng: np.random.Generator, shape: Shape, value: float = 0.1) -> Array:
    """All ``value``. float32."""
    return np.full(shape, value, np.float32)


def orthogonal(rng: np.random.Generator, shape: Shape) -> Array:
    """Rows (F, everything else) that are orthonormal; columns, where there are fewer of them. float32.

    Saxe, McClelland and Ganguli 2014, arXiv:1312.6120: the QR decomposition of a normal matrix, its signs evened out.
    """
    rows, cells = (shape[0], math.prod(shape[1:])) if shape else (1, 1)
    q, r = np.linalg.qr(rng.standard_normal((max(rows, cells), min(rows, cells))))
    q *= np.where(np.diagonal(r) < 0, -1.0, 1.0)
    whole = q if rows >= cells else q.T
    return np.ascontiguousarray(whole, np.float32).reshape(shape)


def _normal(rng: np.random.Generator, shape: Shape, deviation: float) -> Array:
    out: Array = rng.standard_normal(shape, np.float32)
    out *= np.float32(deviation)
    return out


def _uniform(rng: np.random.Generator, shape: Shape, bound: float) -> Array:
    out: Array = rng.random(shape, np.float32)
    out *= np.float32(2 * bound)
    out -= np.float32(bound)
    return out


INITIALIZERS: dict[str, Initializer] = {
    "he": he, "he_uniform": he_uniform, "xavier": glorot, "xavier_uniform": glorot_uniform, "lecun": lecun,
    "lecun_uniform": lecun_uniform, "zeros": zeros, "constant": constant, "orthogonal": orthogonal,
}


def he_and_zeros(rng: np.random.Generator, shapes: Mapping[str, Shape]) -> dict[str, Array]:
    """`he` for ``"weight"``, `zeros` for every other parameter: how convolution and dense start."""
    return {key: (he if key == "weight" else zeros)(rng, shape) for key, shape in shapes.items()}


def start(network: Network, seed: int, initializer: str = "he", value: float = 0.1) -> dict[str, Array]:
    """Start values of a whole network, every ``"weight"`` of two axes or more drawn in one way.

    All else (biases, a norm's scale and averages) starts as its op says. With ``"he"`` this is `Network.start`, as long
    as the layers with weights are convolutions and dense ones.

    Args:
        network: Any graph.
        seed: The same seed gives the same bits.
        initializer: A word of `INITIALIZERS`.
        value: Of ``"constant"``.
    """
    if initializer not in INITIALIZERS:
        raise CnnError("initializer.kind", "There is no initializer {name!r}. Did you mean: {near}?", name=initializer,
                       near=did_you_mean(initializer, INITIALIZERS))
    draw = partial(constant, value=value) if initializer == "constant" else INITIALIZERS[initializer]
    out = network.start(seed)
    for k, node in enumerate(network.nodes):
        key = f"{node.name}.weight"
        if key in out and out[key].ndim > 1:
            out[key] = draw(np.random.default_rng([seed, k]), out[key].shape)
    return out
