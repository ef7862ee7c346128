"""Windows over arrays: what convolution and pooling share. Sizes come from `cnncore.shapes.Axis`.

Letters: N samples, C channels, S input space, K kernel space, G output space.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np

from cnncore.op import Array, Range, Shape
from cnncore.shapes import Axis, places

Axes = tuple[Axis, ...]


def padded(x: Array, axes: Axes, value: float = 0.0, mode: str = "zeros") -> Array:
    """(N, C, *S) to (N, C, *S + padding), contiguous; ``x`` itself where there is nothing to add."""
    space = padded_space(axes)
    if space == x.shape[2:]:
        return np.ascontiguousarray(x)
    if mode != "zeros":
        for i, axis in enumerate(axes):
            if axis.padding or axis.after:
                x = x.take(_sources(axis, mode), axis=2 + i)
        return x
    out = np.zeros(x.shape[:2] + space, x.dtype) if value == 0 else np.full(x.shape[:2] + space, value, x.dtype)
    out[inner(axes)] = x
    return out


def folded(padded: Array, axes: Axes, mode: str = "zeros") -> Array:
    """The adjoint of `padded`: what came to a padding cell is added to the cell that it repeats.

    Args:
        padded: (..., *S + padding), written to.

    Returns:
        (..., *S), a view.
    """
    if mode != "zeros":
        for i, axis in enumerate(axes):
            along = np.moveaxis(padded, i - len(axes), 0)
            for place, source in enumerate(_sources(axis, mode).tolist()):
                if not 0 <= place - axis.padding < axis.size:
                    along[source + axis.padding] += along[place]
    out: Array = padded[inner(axes)]
    return out


@lru_cache(maxsize=1024)
def _sources(axis: Axis, mode: str) -> Array:
    """For each padded place the cell of the input whose value it has; read only."""
    out = np.array([axis.source(place, mode) for place in range(-axis.padding, axis.size + axis.after)], np.int64)
    out.setflags(write=False)
    return out


@lru_cache(maxsize=1024)
def padded_space(axes: Axes) -> Shape:
    """*S with its padding."""
    return tuple(axis.size + axis.padding + axis.after for axis in axes)


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


def read_cells(axes: Axes, cell: Shape, mode: str = "zeros") -> tuple[Array, Array]:
    """What the window of output ``cell`` (*G) covers: (K, rank) cells of the input, and (K,) which of them exist.

    Padding that repeats cells of the input is these cells; only zeros do not exist.
    """
    spots = _spots(axes)
    stride, padding, dilation, _ = _numbers(axes)
    return sources(np.asarray(cell) * stride - padding + spots * dilation, axes, mode)


def sources(cells: Array, axes: Axes, mode: str) -> tuple[Array, Array]:
    """(n, rank) places, which may lie on padding, as cells of the input, and (n,) which of them exist."""
    if mode != "zeros":
        along = (_sources(axis, mode)[cells[:, i] + axis.padding] for i, axis in enumerate(axes))
        return np.stack(list(along), axis=1), np.ones(len(cells), bool)
    return cells, np.all((cells >= 0) & (cells < [axis.size for axis in axes]), axis=1)


def reached_cells(axes: Axes, cell: Shape, mode: str = "zeros") -> tuple[Array, Array]:
    """For each kernel cell, the window that lays it on input ``cell`` (*S), and on each padding cell that repeats it.

    Returns:
        (places·K, rank) cells of G, and (places·K,) whether there is such a window.
    """
    spots = _spots(axes)
    stride, padding, dilation, _ = _numbers(axes)
    images = np.array(list(product(*(axis.images(i, mode) for axis, i in zip(axes, cell, strict=True)))))
    starts = (images[:, None] + padding - spots * dilation).reshape(-1, len(axes))
    cells = starts // stride
    return cells, np.all((starts % stride == 0) & (cells >= 0) & (cells < out_space(axes)), axis=1)


def _spots(axes: Axes) -> Array:
    """(K, rank) every cell of the kernel, in their order."""
    spots: Array = np.indices(kernel_space(axes)).reshape(len(axes), -1).T
    return spots


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
