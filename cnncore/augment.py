"""Changing training images a little, as other hands and other pens would: all images of a batch at once.

One affine map and one smooth displacement are read off by a single bilinear look-up (Simard, Steinkraus and Platt 2003,
doi:10.1109/ICDAR.2003.1227801); strokes are made thicker or thinner by 3 × 3 maxima and minima.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import Array, Knobs, knob

CHUNK = 8  # images looked up at once: what is computed stays in the cache
COARSE = 5  # side of the random field that is made smooth: bends of about a quarter of the image


@dataclass(frozen=True)
class Augment(Knobs):
    """How far each image may be changed. Every amount is drawn anew for each image; 0 leaves that out."""

    kind = "augment"
    shift: float = knob(1.5, low=0.0, high=64.0, unit="px", help="Farthest move along each axis.")
    scale: float = knob(0.12, low=0.0, high=0.9, help="Largest change of size, as a share.")
    rotate: float = knob(10.0, low=0.0, high=180.0, unit="°", help="Largest turn to either side.")
    shear: float = knob(0.15, low=0.0, high=1.0, help="Largest slant: sideways by this share of the height.")
    thickness: float = knob(0.6, low=0.0, high=1.0, help="Share of the way to strokes one pixel thicker or thinner.")
    elastic: float = knob(0.8, low=0.0, high=16.0, unit="px", help="Typical bend of the strokes.")

    def apply(self, images: Array, rng: np.random.Generator) -> Array:
        """Changed copies.

        Args:
            images: (N, C, H, W) floats, black ground. Never written to.
            rng: Chooses all amounts; the same generator gives the same bits.
        """
        if images.ndim != 4:
            raise CnnError("augment.images", "Only pictures can be varied, (samples, channels, height, width); these "
                           "have the shape {shape}.", shape=images.shape)
        if self.thickness:
            images = self._thickened(images, rng)
        if self.shift or self.scale or self.rotate or self.shear or self.elastic:
            images = _looked_up(images, *self._places(images.shape, rng, images.dtype))
        return images

    def _places(self, shape: tuple[int, ...], rng: np.random.Generator,
                dtype: np.dtype[np.generic]) -> tuple[Array, Array]:
        """For each new pixel the y and x (N, H, W) that it is read from."""
        n, _, height, width = shape
        size = 1 + self.scale * rng.uniform(-1, 1, (n, 2))
        turn = np.radians(self.rotate) * rng.uniform(-1, 1, n)
        slant = self.shear * rng.uniform(-1, 1, n)
        move = self.shift * rng.uniform(-1, 1, (n, 2))
        cos, sin = np.cos(turn) / size[:, 0], np.sin(turn) / size[:, 1]
        matrix = np.array([[cos, -sin], [sin + slant * cos, cos - slant * sin]]).transpose(2, 0, 1)  # (N, to, from)
        middle = np.array([height - 1, width - 1]) / 2
        start = middle + move - matrix @ middle
        matrix, start = matrix.astype(dtype), start.astype(dtype)
        rows, columns = np.arange(height, dtype=dtype)[:, None], np.arange(width, dtype=dtype)
        y = (matrix[:, 0, 0, None, None] * rows + start[:, 0, None, None]) + matrix[:, 0, 1, None, None] * columns
        x = (matrix[:, 1, 0, None, None] * rows + start[:, 1, None, None]) + matrix[:, 1, 1, None, None] * columns
        if self.elastic:
            field = (self.elastic * rng.standard_normal((2, n, COARSE, COARSE))).astype(dtype)
            field = _upsampling(height).astype(dtype) @ field @ _upsampling(width).astype(dtype).T  # (2, N, H, W)
            y += field[0]
            x += field[1]
        return y, x

    def _thickened(self, images: Array, rng: np.random.Generator) -> Array:
        """Each image part of the way to its 3 × 3 maximum or minimum."""
        way = (self.thickness * rng.uniform(-1, 1, len(images))).astype(images.dtype)
        out: Array = images.copy()
        for chosen, pick in ((way > 0, np.maximum), (way < 0, np.minimum)):
            some = images[chosen]
            part = np.abs(way[chosen])[:, None, None, None]
            out[chosen] += part * (_neighbours(_neighbours(some, pick, 2), pick, 3) - some)
        return out


def _neighbours(images: Array, pick: np.ufunc, axis: int) -> Array:
    """The largest or smallest of each pixel and its two neighbours along one axis; the edge has but one."""
    first, last = [slice(None)] * 4, [slice(None)] * 4
    first[axis], last[axis] = slice(None, -1), slice(1, None)
    a, b = tuple(first), tuple(last)
    out: Array = images.copy()
    pick(out[a], images[b], out=out[a])
    pick(out[b], images[a], out=out[b])
    return out


def _looked_up(images: Array, y: Array, x: Array) -> Array:
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
def _upsampling(size: int) -> Array:
    """(size, COARSE) weights of a smooth curve through random values: Gaussians one step wide, of unit power."""
    steps = np.linspace(0, COARSE - 1, size)[:, None]
    weights = np.exp(-0.5 * ((steps - np.arange(COARSE)) / 0.7) ** 2)
    out: Array = weights / np.sqrt((weights**2).sum(axis=1, keepdims=True))
    return out
