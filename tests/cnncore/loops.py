"""The ops once more as slow, obvious loops over single numbers: what the battery believes. One sample, float64."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from cnncore.op import Array, Op


def _axes(value: Any, rank: int) -> tuple[int, ...]:
    return value if isinstance(value, tuple) else (value,) * rank


def _window(x: Array, cell: tuple[int, ...], kernel: Any, stride: Any, padding: Any,
            dilation: Any) -> list[tuple[tuple[int, ...], float | None]]:
    """(kernel cell, value) for every cell of the window over one channel; None on padding."""
    rank, seen = x.ndim, []
    sizes = [_axes(v, rank) for v in (kernel, stride, padding, dilation)]
    for k in itertools.product(*map(range, sizes[0])):
        at = tuple(cell[i] * sizes[1][i] - sizes[2][i] + k[i] * sizes[3][i] for i in range(rank))
        seen.append((k, float(x[at]) if all(0 <= a < n for a, n in zip(at, x.shape, strict=True)) else None))
    return seen


def conv(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Every output cell: sum over the group's channels and the kernel."""
    x, w = inputs[0], params["weight"]
    out = np.zeros(shape)
    for f, *cell in np.ndindex(shape):
        group = f // (op.filters // op.groups)
        for c in range(w.shape[1]):
            channel = group * w.shape[1] + c
            for k, value in _window(x[channel], tuple(cell), op.kernel, op.stride, op.padding, op.dilation):
                out[(f, *cell)] += (value or 0.0) * w[(f, c, *k)]
        out[(f, *cell)] += params["bias"][f] if op.bias else 0.0
    return out


def maxpool(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """The largest cell of the window that is not padding."""
    out = np.zeros(shape)
    for c, *cell in np.ndindex(shape):
        seen = _window(inputs[0][c], tuple(cell), op.window, op.stride, op.padding, 1)
        out[(c, *cell)] = max(value for _, value in seen if value is not None)
    return out


def meanpool(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """The sum of the window over its size; padding is 0."""
    out = np.zeros(shape)
    for c, *cell in np.ndindex(shape):
        seen = _window(inputs[0][c], tuple(cell), op.window, op.stride, op.padding, 1)
        out[(c, *cell)] = sum(value or 0.0 for _, value in seen) / len(seen)
    return out


def relu(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Number by number."""
    return np.array([max(0.0, float(v)) for v in inputs[0].flat]).reshape(shape)


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


def softmax(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Place by place, over the channels."""
    out = np.zeros(shape)
    for place in np.ndindex(shape[1:]):
        powers = [math.exp(inputs[0][(c, *place)]) for c in range(shape[0])]
        for c in range(shape[0]):
            out[(c, *place)] = powers[c] / sum(powers)
    return out


Oracle = Callable[[Any, tuple[Array, ...], Mapping[str, Array], tuple[int, ...]], Array]
ORACLES: dict[str, Oracle] = {"conv": conv, "relu": relu, "maxpool": maxpool, "meanpool": meanpool, "flatten": flatten,
                              "dense": dense, "softmax": softmax}


def forward(op: Op, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array | None:
    """(N, C, *G) by loops; None for an op that has none here, which then has its trace as the only witness."""
    oracle = ORACLES.get(op.kind)
    if oracle is None:
        return None
    return np.stack([oracle(op, tuple(x[n] for x in inputs), params, shape) for n in range(len(inputs[0]))])
