"""Poolings as slow, obvious loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cnncore.op import Array
from tests.cnncore.oracles.windows import window


def maxpool(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """The largest cell of the window that is not padding."""
    out = np.zeros(shape)
    for c, *cell in np.ndindex(shape):
        seen = window(inputs[0][c], tuple(cell), op.window, op.stride, op.padding, 1)
        out[(c, *cell)] = max(value for _, value in seen if value is not None)
    return out


def meanpool(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """The sum of the window over its size; padding is 0."""
    out = np.zeros(shape)
    for c, *cell in np.ndindex(shape):
        seen = window(inputs[0][c], tuple(cell), op.window, op.stride, op.padding, 1)
        out[(c, *cell)] = sum(value or 0.0 for _, value in seen) / len(seen)
    return out


def _pool(rank: int) -> st.SearchStrategy[dict[str, Any]]:
    """Padding of at most half the window."""
    axis = st.tuples(st.integers(1, 3), st.integers(1, 3), st.booleans()).map(lambda a: (*a[:2], a[2] * (a[0] // 2)))
    each = st.tuples(*[axis] * rank) | axis.map(lambda a: (a,) * rank)
    return each.map(lambda axes: dict(zip(("window", "stride", "padding"), zip(*axes, strict=True), strict=True)))


LOOPS = {"maxpool": maxpool, "meanpool": meanpool}
SETTINGS = {"maxpool": _pool, "meanpool": _pool}
