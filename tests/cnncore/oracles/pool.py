"""Poolings as slow, obvious loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cnncore.errors import CnnError
from cnncore.op import Array, Shape
from cnncore.ops import OPS
from tests.cnncore.oracles.drawing import value_of
from tests.cnncore.oracles.windows import pads, per_axis, window


def maxpool(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """The largest cell of the window that is not padding."""
    out = np.zeros(shape)
    for c, *cell in np.ndindex(shape):
        seen = window(inputs[0][c], tuple(cell), op.window, op.stride, op.padding, op.dilation)
        out[(c, *cell)] = max(value for _, value in seen if value is not None)
    return out


def meanpool(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """The sum of the window over its size; padding is 0, and counts if it is asked to; what hangs over never counts."""
    out = np.zeros(shape)
    space = inputs[0].shape[1:]
    around = pads(op.padding, space, op.window, op.stride, 1)
    sizes = [per_axis(v, len(space)) for v in (op.window, op.stride)]
    for c, *cell in np.ndindex(shape):
        seen = window(inputs[0][c], tuple(cell), op.window, op.stride, op.padding, 1)
        count = 0
        for k, value in seen:
            ends = (cell[i] * sizes[1][i] + k[i] < around[i][0] + n + around[i][1] for i, n in enumerate(space))
            count += all(ends) if op.counts_padding else value is not None
        out[(c, *cell)] = sum(value or 0.0 for _, value in seen) / count
    return out


def l2pool(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """The root of the sum of squares."""
    out = np.zeros(shape)
    for c, *cell in np.ndindex(shape):
        seen = window(inputs[0][c], tuple(cell), op.window, op.stride, op.padding, 1)
        out[(c, *cell)] = sum((value or 0.0) ** 2 for _, value in seen) ** 0.5
    return out


def globalmaxpool(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """The largest number of each map."""
    return np.array([max(one.ravel().tolist()) for one in inputs[0]]).reshape(shape)


def globalmeanpool(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """The mean of each map."""
    return np.array([sum(one.ravel().tolist()) / one.size for one in inputs[0]]).reshape(shape)


def unpool(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Each number added where the first of the largest of its window stands."""
    small, x = inputs
    out = np.zeros(shape)
    places = np.arange(1.0, x[0].size + 1).reshape(x.shape[1:])  # each cell by a number of its own
    for c, *cell in np.ndindex(small.shape):
        knobs = (tuple(cell), op.window, op.stride, op.padding, 1)
        seen = [value for _, value in window(x[c], *knobs)]
        at = [value for _, value in window(places, *knobs)]
        best = max(value for value in seen if value is not None)
        out[c].flat[int(at[seen.index(best)] or 0) - 1] += small[(c, *cell)]
    return out


def _pool(kind: str) -> Any:
    """Padding of at most half the window."""
    def draws(rank: int) -> st.SearchStrategy[dict[str, Any]]:
        axis = st.tuples(st.integers(1, 3), st.integers(1, 3), st.booleans(), st.booleans()).map(
            lambda a: (*a[:2], (a[2] * (a[0] // 2), a[3] * (a[0] // 2)) if a[2] != a[3] else a[2] * (a[0] // 2)))
        each = st.tuples(*[axis] * rank) | axis.filter(lambda a: isinstance(a[2], int)).map(lambda a: (a,) * rank)
        names = ("window", "stride", "padding")
        sizes = each.map(lambda axes: dict(zip(names, zip(*axes, strict=True), strict=True)))
        words = st.sampled_from([{}, {}, {"padding": "same"}, {"padding": "valid"}])
        rest = {name: value_of(spec, rank) for name, spec in OPS[kind].knobs().items() if name not in names}
        return st.tuples(sizes, words, st.fixed_dictionaries(rest)).map(lambda all_: all_[0] | all_[1] | all_[2])
    return draws


def _unpool_shapes(op: Any, shape: Shape) -> list[Shape]:
    """What its windows make of the second input."""
    try:
        return [(shape[0], *(axis.out for axis in op.axes(shape[1:]))), shape]
    except CnnError:
        return [shape, shape]


LOOPS = {"maxpool": maxpool, "meanpool": meanpool, "l2pool": l2pool, "globalmaxpool": globalmaxpool,
         "globalmeanpool": globalmeanpool, "unpool": unpool}
SETTINGS = {kind: _pool(kind) for kind in ("maxpool", "meanpool", "l2pool", "unpool")}
SHAPES = {"unpool": _unpool_shapes}
