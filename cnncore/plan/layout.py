"""The two ways an array lies in a plan.

Outer: (N, C, *S), as everywhere else. Inner: rows first, samples last, (H, C, W, N) for maps, (1, C, W, N) for lines,
(C, N) for lists. In memory the inner order makes every slice a long run, and the rows under a window one matrix.
Where all outputs are handed out, the inner arrays are views of outer memory instead.
"""

from __future__ import annotations

import numpy as np

from cnncore.op import Array, Shape


def inner_shape(shape: Shape, samples: int) -> Shape | None:
    """Of a (C, *S) the inner shape; None for volumes, which have none."""
    if len(shape) == 1:
        return (shape[0], samples)
    if len(shape) == 2:
        return (1, shape[0], shape[1], samples)
    return (shape[1], shape[0], shape[2], samples) if len(shape) == 3 else None


def as_inner(outer: Array) -> Array:
    """(N, C, *S) seen as inner: no copy."""
    seen: Array
    if outer.ndim == 2:
        seen = outer.T  # (C, N)
    elif outer.ndim == 3:
        seen = outer[None].transpose(0, 2, 3, 1)  # (1, C, W, N)
    else:
        seen = outer.transpose(2, 1, 3, 0)  # (H, C, W, N)
    return seen


def as_outer(inner: Array, shape: Shape) -> Array:
    """An inner array seen as (N, C, *S): no copy."""
    seen: Array
    if len(shape) == 1:
        seen = inner.T  # (N, C)
    elif len(shape) == 2:
        seen = inner[0].transpose(2, 0, 1)  # (N, C, W)
    else:
        seen = inner.transpose(3, 1, 0, 2)  # (N, C, H, W)
    return seen


def empty(shape: Shape) -> Array:
    """A float32 buffer of zeros: what no call ever writes is padding, or belongs to no window."""
    return np.zeros(shape, np.float32)


def pitch(run: int) -> int:
    """Numbers from one run to the next: whole pages apart they would all fall on the same lines of the cache."""
    return run if run % 256 else run + 16


def maps(shape: Shape) -> Array:
    """A buffer of zeros for an inner array, its runs at their `pitch`."""
    if len(shape) != 4:
        return empty(shape)
    run = shape[2] * shape[3]
    return empty((*shape[:2], pitch(run)))[..., :run].reshape(shape)


def lines(height: int, channels: int, run: int) -> Array:
    """(H, C, W·N) of zeros, its runs at their `pitch`."""
    return empty((height, channels, pitch(run)))[..., :run]


def merged(inner: Array) -> Array:
    """(H, C, W, N) as (H, C, W·N): no copy, the two last axes must lie one after the other."""
    height, channels, width, samples = inner.shape
    return windowed(inner, (height, channels, width * samples), (*inner.strides[:2], 4), write=True)


def _base(view: Array) -> Array:
    return view if view.base is None or not isinstance(view.base, np.ndarray) else view.base


def _offset(view: Array) -> int:
    return int(view.__array_interface__["data"][0] - _base(view).__array_interface__["data"][0])


def runs(*views: Array) -> list[Array]:
    """Arrays of one shape, seen in as few axes as possible, (…, run): what works cell by cell works on long runs."""
    first = views[0]
    order = sorted(range(first.ndim), key=lambda axis: -first.strides[axis])
    turned = [view.transpose(order) for view in views]
    if all(view.flags.c_contiguous for view in turned):
        run = first.size
        if run > 1 << 14:
            sizes = np.cumprod(turned[0].shape[::-1])
            run = int(next(size for size in sizes if size >= 512))
        return [view.reshape(-1, run) if run < first.size else view.reshape(-1) for view in turned]
    if first.ndim == 4 and all(view.strides[2:] == (view.shape[3] * 4, 4) for view in views):
        return [merged(view) for view in views]
    return list(views)


def blocks(view: Array, size: int = 1 << 15) -> list[slice]:
    """Parts of the first axis of about ``size`` numbers: what is done to one stays in the cache."""
    step = max(1, size // max(1, view.size // max(1, len(view))))
    return [slice(k, min(k + step, len(view))) for k in range(0, len(view), step)]


def windowed(source: Array, shape: Shape, strides: Shape, offset: int = 0, *, write: bool = False) -> Array:
    """A view with strides of its own, ``offset`` bytes after the first cell of ``source``; its cells may overlap.

    Read only, but for one that ``write``s, which must not overlap.

    ndarray() checks it against the buffer, which as_strided would not.
    """
    start = _offset(source) + offset
    out: Array = np.ndarray(shape, source.dtype, _base(source), start, strides)
    out.flags.writeable = write
    return out
