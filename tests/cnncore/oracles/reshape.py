"""Reshape, pad and crop as slow, obvious loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cnncore.op import Array, Op, Shape
from cnncore.ops.pad import MODES


def reshape(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """One after the other."""
    out = np.zeros(shape)
    for old, new in zip(np.ndindex(inputs[0].shape), np.ndindex(shape), strict=True):
        out[new] = inputs[0][old]
    return out


def pad(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Cell by cell: which one stands there."""
    out = np.zeros(shape)
    sizes = inputs[0].shape[1:]
    befores = [_before(op.padding, k) for k in range(len(sizes))]
    for c, *place in np.ndindex(shape):
        at = [_turned(i - b, n, op.mode) for i, b, n in zip(place, befores, sizes, strict=True)]
        out[(c, *place)] = op.value if None in at else inputs[0][(c, *at)]
    return out


def _turned(i: int, size: int, mode: str) -> int | None:
    """A place before or after an axis, brought back into it."""
    if mode == "zeros":
        return i if 0 <= i < size else None
    if mode == "replicate":
        return min(max(i, 0), size - 1)
    if mode == "circular":
        return i % size
    return -i if i < 0 else 2 * (size - 1) - i if i >= size else i


def _before(value: Any, axis: int) -> int:
    one = value[axis] if isinstance(value, tuple) else value
    return int(one[0] if isinstance(one, tuple) else one)


def crop(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Cell by cell."""
    out = np.zeros(shape)
    for c, *place in np.ndindex(shape):
        out[(c, *place)] = inputs[0][(c, *(i + _before(op.cut, k) for k, i in enumerate(place)))]
    return out


def _sides(rank: int, most: int) -> st.SearchStrategy[Any]:
    one = st.integers(0, most)
    return one | st.tuples(*[one | st.tuples(one, one)] * rank)


def _pad(rank: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"padding": _sides(rank, 2), "mode": st.sampled_from(sorted(MODES)),
                                  "value": st.sampled_from([0.0, 0.5, -3.0])})


def _crop(rank: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"cut": _sides(rank, 1)})


def _shapes(rank: int) -> st.SearchStrategy[dict[str, Any]]:
    """The last one is what is left over: any input fits the first two, an even one the third."""
    return st.fixed_dictionaries({"shape": st.sampled_from([-1, (-1,), (1, -1), (-1, 1, 1), (1, -1, 1, 1), (-1, 2)])})


def _even(op: Op, shape: Shape) -> list[Shape]:
    """A number of channels that a 2 in the new shape divides."""
    return [(2 * shape[0], *shape[1:])]


LOOPS = {"reshape": reshape, "pad": pad, "crop": crop}
SETTINGS = {"reshape": _shapes, "pad": _pad, "crop": _crop}
SHAPES = {"reshape": _even}
