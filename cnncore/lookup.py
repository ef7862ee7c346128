"""Reading samples off at other places than their own: what augmentation is made of."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cnncore.op import Array

CHUNK = 8  # images looked up at once: what is computed stays in the cache
COARSE = 5  # side of the random field that is made smooth: bends of about a quarter of the image


def neighbours(images: Array, pick: np.ufunc, axis: int) -> Array:
    """The largest or smallest of each pixel and its two neighbours along one axis; the edge has but one."""
    first, last = [slice(None)] * 4, [slice(None)] * 4
    first[axis], last[axis] = slice(None, -1), slice(1, None)
    a, b = tuple(first), tuple(last)
    out: Array = images.copy()
    pick(out[a], images[b], out=out[a])
    pick(out[b], images[a], out=out[b])
    return out


def along(x: Array, axis: int, places: Array) -> Array:
    """Linear values of (N, C, *S) at ``places`` (N, S of that axis) along one axis; 0 outside."""
    count = x.shape[axis]
    shape = tuple(n if k in (0, axis) else 1 for k, n in enumerate(x.shape))
    first = np.floor(places)
    share = (places - first).reshape(shape)
    out: Array = np.zeros_like(x)
    for step, weight in ((0, 1 - share), (1, share)):
        at = first.astype(np.intp) + step
        inside = ((at >= 0) & (at < count)).reshape(shape)
        out += np.where(inside, weight, 0) * np.take_along_axis(x, np.clip(at, 0, count - 1).reshape(shape), axis)
    return out


def looked_up(images: Array, y: Array, x: Array) -> Array:
    """Bilinear values at ``y``, ``x`` (N, H, W) of (N, C, H, W); black outside."""
    n, channels, height, width = images.shape
    padded = np.zeros((n, channels, height + 3, width + 3), images.dtype)
    padded[:, :, 1:-2, 1:-2] = images
    out = np.empty_like(images)
    for k in range(0, n, CHUNK):
        part = slice(k, k + CHUNK)
        _look_up(padded[part], np.clip(y[part] + 1, 0, height + 1), np.clip(x[part] + 1, 0, width + 1), out[part])
    return out


def _look_up(padded: Array, y: Array, x: Array, out: Array) -> None:
    n, channels, height, width = padded.shape
    top, left = np.floor(y), np.floor(x)
    y -= top
    x -= left
    place = top.astype(np.int32) * width + left.astype(np.int32)
    place += np.arange(n, dtype=np.int32)[:, None, None] * (channels * height * width)
    at, flat = place.astype(np.intp), padded.reshape(-1)
    for channel in range(channels):
        upper, right = flat.take(at), flat.take(at + 1)
        upper += x * (right - upper)
        at += width
        lower, right = flat.take(at), flat.take(at + 1)
        lower += x * (right - lower)
        out[:, channel] = upper + y * (lower - upper)
        at += (height - 1) * width


@lru_cache(maxsize=16)
def upsampling(size: int) -> Array:
    """(size, COARSE) weights of a smooth curve through random values: Gaussians one step wide, of unit power."""
    steps = np.linspace(0, COARSE - 1, size)[:, None]
    weights = np.exp(-0.5 * ((steps - np.arange(COARSE)) / 0.7) ** 2)
    out: Array = weights / np.sqrt((weights**2).sum(axis=1, keepdims=True))
    return out
