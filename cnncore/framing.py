"""Cropping and centring samples of 1, 2 or 3 dimensions: what is there is cut out, and laid into the middle of a frame.

Whole cells move; nothing is made larger or smaller. `cnncore.preprocess` does the same for drawings as MNIST was made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnncore.checks import check_finite
from cnncore.errors import CnnError
from cnncore.op import Array, Knobs, Shape, knob
from cnncore.shapes import per_axis


@dataclass(frozen=True)
class Framing(Knobs):
    """Where each sample's content comes to lie. With both switches off, all is cut or filled up around the middle."""

    kind = "framing"
    crop: bool = knob(True, help="Lay the middle of the content, its smallest box, into the middle of the frame.")
    centre: bool = knob(False, help="Lay the centre of mass into the middle of the frame; beats crop.")
    size: int | tuple[int, ...] = knob(0, low=0, high=65_536, per_axis=True, unit="cells",
                                       help="Size of the frame; 0: as large as the samples.")
    threshold: float = knob(0.0, low=0.0, high=1.0,
                            help="What is content: over this share of the sample's largest number.")

    def apply(self, x: Array) -> Array:
        """(N, C, *S) to (N, C, *size), of the same type; what does not fit into the frame is cut off, the rest is 0.

        Args:
            x: Floats around a ground of 0; numbers below it count by their size. Never written to.

        Raises:
            CnnError: Other arrays, no space axis, values that are not finite.
        """
        if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
            raise CnnError("framing.dtype", "{owner}: the samples hold {value}. Allowed: {allowed}. Convert them with "
                           "x.astype(np.float32).", owner=self.kind, knob="dtype", allowed="float32, float64",
                           value=getattr(x, "dtype", type(x).__name__))
        frame = self.output_shape(x.shape[1:])
        check_finite(self.kind, x)
        out = np.zeros((len(x), *frame), x.dtype)
        for sample, place in zip(x, out, strict=True):
            self._lay(sample, place)
        return out

    def output_shape(self, shape: Shape) -> Shape:
        """(C, *size) from (C, *S)."""
        if not 2 <= len(shape) <= 4:
            raise CnnError("framing.rank", "{owner}: a sample has shape {value}. Allowed: {allowed}: there is no "
                           "middle without space. Reshape the samples first.", owner=self.kind, knob="size",
                           value=shape, allowed="(C, W), (C, H, W), (C, D, H, W)")
        sizes = per_axis(self.kind, "size", self.size, len(shape) - 1)
        return (shape[0], *(size or own for size, own in zip(sizes, shape[1:], strict=True)))

    def boxes(self, x: Array) -> Array:
        """(N, rank, 2) first cell and one past the last of each sample's content; 0, 0 where there is none."""
        out = np.zeros((len(x), x.ndim - 2, 2), np.int64)
        for sample, box in zip(x, out, strict=True):
            found = self._box(np.abs(sample).max(axis=0))
            if found is not None:
                box[:] = found
        return out

    def _lay(self, sample: Array, out: Array) -> None:
        """Write one sample (C, *S) into its frame (C, *size), which is 0."""
        weight = np.abs(sample).max(axis=0) if not self.centre else np.abs(sample).sum(axis=0, dtype=np.float64)
        box = self._box(weight)
        if box is None:
            return
        if self.crop:
            cut = (slice(None), *(slice(first, last) for first, last in box))
            sample, weight = sample[cut], weight[cut[1:]]
        to, source = [slice(None)], [slice(None)]
        for axis, (size, frame) in enumerate(zip(weight.shape, out.shape[1:], strict=True)):
            first = _first(weight, axis, frame) if self.centre else (frame - size) // 2
            to.append(slice(max(first, 0), max(min(first + size, frame), 0)))
            source.append(slice(max(-first, 0), max(min(size, frame - first), 0)))
        out[tuple(to)] = sample[tuple(source)]

    def _box(self, weight: Array) -> list[tuple[int, int]] | None:
        """The smallest box around all that counts; None where nothing does."""
        content = weight > self.threshold * weight.max(initial=0.0)
        if not content.any():
            return None
        box = []
        for axis in range(content.ndim):
            line = np.flatnonzero(content.any(axis=tuple(k for k in range(content.ndim) if k != axis)))
            box.append((int(line[0]), int(line[-1]) + 1))
        return box


def _first(weight: Array, axis: int, frame: int) -> int:
    """Where the content begins along an axis so that its centre of mass lies in the middle, or just right of it."""
    mass = weight.sum(axis=tuple(k for k in range(weight.ndim) if k != axis))
    middle = float(mass @ np.arange(0.5, len(mass))) / float(mass.sum())
    return math.ceil(frame / 2 - middle - 1e-4)
