"""What preprocessing finds in samples: `fit` fills the parameters that follow the data, and no gradient ever moves.

A fitted op is a node like any other: its parameters are saved with the weights, it has a trace and a gradient.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cnncore import memory
from cnncore.checks import check_finite
from cnncore.errors import CnnError
from cnncore.network import INPUT, Network, Weights
from cnncore.op import Array, Op, Params, Shape


def can_fit(op: Op) -> bool:
    """Whether an op finds its parameters in samples."""
    return hasattr(op, "fit")


def fit(op: Op, samples: Array) -> dict[str, Array]:
    """The parameters of a preprocessing op, found in samples.

    Args:
        op: One with a fit: `Standardize`, `Whiten`.
        samples: (N, C, *S) float32 or float64; never written to.

    Raises:
        CnnError: An op without a fit; no samples; values that are no finite floats; too little memory.
    """
    if not can_fit(op):
        raise CnnError("fit.op", "{owner} finds nothing in samples. Allowed: {allowed}. What is learned by gradient is "
                       "found by train.", owner=op.kind, knob="op", value=op.kind, allowed="standardize, whiten")
    _check(op.kind, samples)
    shapes = op.parameter_shapes(samples.shape[1:])
    most = max(shapes.values(), key=math.prod)
    need = 8 * int(op.work(len(samples), samples.shape[1:]))  # type: ignore[attr-defined]
    free = memory.available()
    if need > memory.SMALL and free is not None and need > free:
        raise CnnError("fit.memory", "{owner}: a matrix of shape {shape} and {samples} samples need {needed}; "
                       "{available} are free. Make the samples smaller, pool them first, or give fewer of them.",
                       owner=op.kind, shape=most, samples=len(samples), needed=memory.size(need),
                       available=memory.size(free))
    found: dict[str, Array] = op.fit(samples)  # type: ignore[attr-defined]
    return found


def apply(op: Op, x: Array, params: Params) -> Array:
    """What a fitted op makes of (N, C, *S)."""
    _check(op.kind, x)
    return op.forward((x,), params).output


def invert(op: Op, output: Array, params: Params) -> Array:
    """Back from an output to the input; what the op left out comes back as its mean."""
    if not hasattr(op, "invert"):
        raise CnnError("fit.invert", "{owner} has no way back. Allowed: {allowed}.", owner=op.kind, knob="op",
                       value=op.kind, allowed="standardize, whiten")
    _check(op.kind, output)
    found: Array = op.invert(output, params)
    return found


def fit_weights(network: Network, weights: Weights, samples: Array) -> dict[str, Array]:
    """Weights in which every node with a fit is fitted, in order, on what the samples are when they reach it.

    Args:
        network: Any graph; without such a node the weights come back as they are.
        weights: Of ``network``; never written to.
        samples: (N, C, *S) that the network takes.
    """
    network.check_input(samples)
    network.check_weights(weights)
    out = dict(weights)
    if not any(can_fit(node.op) for node in network.nodes):
        return out
    last = max(k for k, node in enumerate(network.nodes) if can_fit(node.op))
    seen = {INPUT: samples}
    for k, node in enumerate(network.nodes[:last + 1]):
        inputs = tuple(seen[source] for source in node.inputs)
        if can_fit(node.op):
            out |= {f"{node.name}.{key}": value for key, value in fit(node.op, inputs[0]).items()}
        if k < last:
            seen[node.name] = node.op.forward(inputs, network.params(out, node.name)).output
    return out


def covariance(x: Array) -> Array:
    """(D, D) covariance of the D numbers of (N, …) samples, dividing by N, in float64."""
    flat = x.reshape(len(x), -1).astype(np.float64)
    flat -= flat.mean(axis=0)
    out: Array = flat.T @ flat / len(flat)
    return out


def _check(owner: str, samples: Any) -> None:
    shape: Shape = getattr(samples, "shape", ())
    if not isinstance(samples, np.ndarray) or samples.dtype.char not in "fd" or samples.ndim < 2 or not samples.size:
        raise CnnError("fit.samples", "{owner}: the samples are {value} of shape {shape}. Allowed: {allowed}. Convert "
                       "them with np.asarray(x, np.float32); one sample needs x[None].", owner=owner, knob="samples",
                       value=getattr(samples, "dtype", type(samples).__name__), shape=shape,
                       allowed="(N, C, …), float32, float64, N ≥ 1")
    check_finite(owner, samples)
