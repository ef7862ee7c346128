"""Windows over arrays: what convolution and pooling share. Sizes come from `cnncore.shapes.Axis`.

Letters: N samples, C channels, S input space, K kernel space, G output space.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from cnncore.op import Array, Range, Shape
from cnncore.shapes import Axis, places

Axes = tuple[Axis, ...]


def padded(x: Array, axes: Axes, value: float = 0.0) -> Array:
    """(N, C, *S) to (N, C, *S + 2·padding), contiguous; ``x`` itself where there is nothing to add."""
    if not any(axis.padding for axis in axes):
        return np.ascontiguousarray(x)
    space = tuple(axis.size + 2 * axis.padding for axis in axes)
    out = np.zeros(x.shape[:2] + space, x.dtype) if value == 0 else np.full(x.shape[:2] + space, value, x.dtype)
    out[inner(axes)] = x
    return out


@lru_cache(maxsize=1024)
def inner(axes: Axes) -> tuple[Any, ...]:
    """Index of the real cells in a padded array."""
    return (..., *(slice(axis.padding, axis.padding + axis.size) for axis in axes))


def view(x: Array, axes: Axes) -> Array:
    """All windows of a padded, contiguous (N, C, *S) as (N, C, *K, *G): no copy, read only, its cells overlap."""
    steps = x.strides[2:]
    strides = (*x.strides[:2], *(s * a.dilation for s, a in zip(steps, axes, strict=True)),
               *(s * a.stride for s, a in zip(steps, axes, strict=True)))
    # ndarray() checks the strides against the buffer, as_strided would not, and costs a tenth of it.
    out: Array = np.ndarray((*x.shape[:2], *kernel_space(axes), *out_space(axes)), x.dtype, x, 0, strides)
    return out


@lru_cache(maxsize=1024)
def kernel_space(axes: Axes) -> Shape:
    """*K."""
    return tuple(axis.kernel for axis in axes)


@lru_cache(maxsize=1024)
def out_space(axes: Axes) -> Shape:
    """*G."""
    return tuple(axis.out for axis in axes)


@lru_cache(maxsize=1024)
def taps(axes: Axes) -> tuple[tuple[Any, ...], ...]:
    """For each kernel cell, row by row, the index of the padded cells that it meets: (..., *G)."""
    return tuple((..., *map(_tap, place, axes)) for place in places(kernel_space(axes)))


def _tap(k: int, axis: Axis) -> slice:
    first = k * axis.dilation
    return slice(first, first + (axis.out - 1) * axis.stride + 1, axis.stride)


def combined(x: Array, axes: Axes, ufunc: np.ufunc) -> Array:
    """A sum or a maximum over every window of a padded (N, C, *S), one axis after the other: (N, C, *G), contiguous."""
    for i, axis in enumerate(axes):
        front = (slice(None),) * (2 + i)
        spots = [(*front, _tap(k, axis)) for k in range(axis.kernel)]
        first, *rest = (x[place] for place in spots)
        if rest:
            x = ufunc(first, rest[0])
            for one in rest[1:]:
                ufunc(x, one, out=x)
        else:
            x = first
    return np.ascontiguousarray(x)


@lru_cache(maxsize=1024)
def apart(axes: Axes) -> bool:
    """True where no two windows share a cell."""
    return all(axis.stride > (axis.kernel - 1) * axis.dilation for axis in axes)


def read_cells(axes: Axes, cell: Shape) -> tuple[Array, Array]:
    """What the window of output ``cell`` (*G) covers: (K, rank) places, which may lie on padding, and (K,) inside."""
    spots = np.array(places(kernel_space(axes)), np.int64)
    stride, padding, dilation, size = _numbers(axes)
    cells = np.asarray(cell) * stride - padding + spots * dilation
    return cells, np.all((cells >= 0) & (cells < size), axis=1)


def reached_cells(axes: Axes, cell: Shape) -> tuple[Array, Array]:
    """For each kernel cell, the window that lays it on input ``cell`` (*S).

    Returns:
        (K, rank) places in G, and (K,) whether there is such a window.
    """
    spots = np.array(places(kernel_space(axes)), np.int64)
    stride, padding, dilation, _ = _numbers(axes)
    starts = np.asarray(cell) + padding - spots * dilation
    cells = starts // stride
    return cells, np.all((starts % stride == 0) & (cells >= 0) & (cells < out_space(axes)), axis=1)


def _numbers(axes: Axes) -> tuple[Array, Array, Array, Array]:
    return (np.array([a.stride for a in axes]), np.array([a.padding for a in axes]),
            np.array([a.dilation for a in axes]), np.array([a.size for a in axes]))


def gather(values: Array, cells: Array, inside: Array) -> Array:
    """(n,) values at (n, rank) cells; 0 where a cell does not exist."""
    found: Array = values[tuple(np.where(inside[:, None], cells, 0).T)]
    return np.where(inside, found, found.dtype.type(0))


def with_channels(channels: Array, cells: Array, inside: Array) -> tuple[Array, Array]:
    """The same (K, rank) cells in every channel: (C·K, 1 + rank) and (C·K,)."""
    front = np.repeat(channels, len(cells))[:, None]
    return np.hstack([front, np.tile(cells, (len(channels), 1))]), np.tile(inside, len(channels))


def sliced(ranges: tuple[Range, ...]) -> str:
    """Ranges as code writes them: ``10:15, 9:14``."""
    return ", ".join(f"{start}:{stop}" + (f":{step}" if step > 1 else "") for start, stop, step in ranges)
