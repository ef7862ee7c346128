"""Changing training samples a little, as other hands, pens and cameras would: all samples of a batch at once.

Of pictures one affine map and one smooth displacement are read off by a single bilinear look-up (Simard, Steinkraus and
Platt 2003, doi:10.1109/ICDAR.2003.1227801); strokes are made thicker or thinner by 3 × 3 maxima and minima. Samples of
1 or 3 dimensions are shifted and scaled axis by axis. After that come flips, contrast, brightness and noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnncore.checks import check_finite
from cnncore.errors import CnnError
from cnncore.lookup import COARSE, along, looked_up, neighbours, upsampling
from cnncore.op import Array, Knobs, knob
from cnncore.shapes import per_axis

FLAT = ("rotate", "shear", "thickness", "elastic")  # what makes sense on pictures only


@dataclass(frozen=True)
class Augment(Knobs):
    """How far each sample may be changed. Every amount is drawn anew for each sample; 0 leaves that out.

    `rotate`, `shear`, `thickness` and `elastic` are for pictures; the others for 1, 2 and 3 dimensions.
    """

    kind = "augment"
    shift: float = knob(1.5, low=0.0, high=64.0, unit="px", help="Farthest move along each axis.")
    scale: float = knob(0.12, low=0.0, high=0.9, help="Largest change of size, as a share.")
    rotate: float = knob(10.0, low=0.0, high=180.0, unit="°", help="Largest turn to either side.")
    shear: float = knob(0.15, low=0.0, high=1.0, help="Largest slant: sideways by this share of the height.")
    thickness: float = knob(0.6, low=0.0, high=1.0, help="Share of the way to strokes one pixel thicker or thinner.")
    elastic: float = knob(0.8, low=0.0, high=16.0, unit="px", help="Typical bend of the strokes.")
    flip: float | tuple[float, ...] = knob(0.0, low=0.0, high=1.0, per_axis=True,
                                           help="Share of the samples that is mirrored along each axis.")
    contrast: float = knob(0.0, low=0.0, high=1.0, help="Largest change of the distance from the mean, as a share.")
    brightness: float = knob(0.0, low=0.0, high=1.0, help="Most that is added to or taken from all numbers.")
    noise: float = knob(0.0, low=0.0, high=1.0, help="Largest deviation of normal noise in every number.")

    @classmethod
    def only(cls, **amounts: Any) -> Augment:
        """All amounts 0 but these: ``Augment.only(shift=2.0, flip=(0.0, 0.5))``."""
        nothing: dict[str, Any] = dict.fromkeys(cls.knobs(), 0.0)
        made: Augment = cls(**nothing).but(**amounts)
        return made

    def apply(self, images: Array, rng: np.random.Generator) -> Array:
        """Changed copies, of the same shape and type; noise, contrast and brightness may leave the range 0..1.

        Args:
            images: (N, C, *S) floats with 1, 2 or 3 space axes, black ground. Never written to.
            rng: Chooses all amounts; the same generator gives the same bits.

        Raises:
            CnnError: Other arrays; an amount over 0 that makes sense on pictures only.
        """
        self._check(images, rng)
        if self.thickness:
            images = self._thickened(images, rng)
        if images.ndim == 4:
            if self.shift or self.scale or self.rotate or self.shear or self.elastic:
                images = looked_up(images, *self._places(images.shape, rng, images.dtype))
        elif self.shift or self.scale:
            images = self._moved(images, rng)
        given: Any = self.flip
        flips: tuple[float, ...] = per_axis(self.kind, "flip", given, images.ndim - 2)
        if any(flips) or self.contrast or self.brightness or self.noise:
            images = self._toned(self._flipped(images, flips, rng), rng)
        return images

    def _check(self, images: Array, rng: object) -> None:
        shape = getattr(images, "shape", ())
        if not isinstance(images, np.ndarray) or not 3 <= images.ndim <= 5 or images.dtype.kind != "f":
            raise CnnError("augment.images", "{owner}: the samples are {value} of shape {shape}. Allowed: {allowed}, "
                           "floats. Convert them with x.astype(np.float32), and give each a channel.", owner=self.kind,
                           knob="images", value=getattr(images, "dtype", type(images).__name__), shape=shape,
                           allowed="(N, C, W), (N, C, H, W), (N, C, D, H, W)")
        if not isinstance(rng, np.random.Generator):
            raise CnnError("augment.rng", "{owner}: {knob} = {value} cannot draw. Allowed: {allowed}.", owner=self.kind,
                           knob="rng", value=rng, allowed="np.random.default_rng(seed)")
        check_finite(self.kind, images)
        for name in FLAT if images.ndim != 4 else ():
            if getattr(self, name):
                raise CnnError("augment.flat", "{owner}: {knob} = {value} makes sense on pictures only; these samples "
                               "have the shape {shape}. Allowed: {allowed}. Augment.only(shift=…, noise=…) turns on "
                               "what you name.", owner=self.kind, knob=name, value=getattr(self, name), shape=shape,
                               allowed=0)

    def _moved(self, x: Array, rng: np.random.Generator) -> Array:
        """Shifted and scaled, with linear look-ups along one axis after the other; 0 outside."""
        rank = x.ndim - 2
        size = 1 + self.scale * rng.uniform(-1, 1, (len(x), 1))  # one for all axes, as a picture's
        move = self.shift * rng.uniform(-1, 1, (len(x), rank))
        for axis in range(rank):
            count = x.shape[axis + 2]
            middle = (count - 1) / 2
            places = (np.arange(count) - middle) / size + middle + move[:, axis, None]  # (N, count)
            x = along(x, axis + 2, places.astype(x.dtype))
        return x

    def _flipped(self, x: Array, shares: tuple[float, ...], rng: np.random.Generator) -> Array:
        out: Array = x.copy()
        for axis, share in enumerate(shares, 2):
            if share:
                chosen = rng.random(len(x)) < share
                out[chosen] = np.flip(out[chosen], axis)
        return out

    def _toned(self, x: Array, rng: np.random.Generator) -> Array:
        """Contrast about each sample's mean, brightness and noise, written into ``x``."""
        each = (len(x), *(1,) * (x.ndim - 1))
        if self.contrast:
            mean = x.mean(axis=tuple(range(1, x.ndim)), keepdims=True)
            x -= mean
            x *= (1 + self.contrast * rng.uniform(-1, 1, each)).astype(x.dtype)
            x += mean
        if self.brightness:
            x += (self.brightness * rng.uniform(-1, 1, each)).astype(x.dtype)
        if self.noise:
            deviation = (self.noise * rng.uniform(0, 1, each)).astype(x.dtype)
            x += deviation * rng.standard_normal(x.shape).astype(x.dtype)
        return x

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
            field = upsampling(height).astype(dtype) @ field @ upsampling(width).astype(dtype).T  # (2, N, H, W)
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
            out[chosen] += part * (neighbours(neighbours(some, pick, 2), pick, 3) - some)
        return out
