"""The multi-class hinge loss: the right score shall lead every other by a margin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnncore.losses.base import Loss
from cnncore.op import Array, knob
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class Hinge(Loss):
    """Σ over the other classes of max(0, margin + score − right score), over the number of classes; mean over samples.

    Weston and Watkins 1999, ESANN 7:219; as PyTorch's MultiMarginLoss with p = 1.
    """

    kind = "hinge"
    title = "hinge loss"
    margin: float = knob(1.0, low=0.0, high=1e6, help="By how much the right score shall lead.")

    def _value(self, scores: Array, labels: Array) -> float:
        gaps = self._gaps(scores, labels)
        return float(np.maximum(gaps, 0).sum() / scores.size)

    def _gradient(self, scores: Array, labels: Array) -> Array:
        """1 / (N·classes) for each score that is too close, and minus their number for the right one."""
        out: Array = (self._gaps(scores, labels) > 0).astype(scores.dtype)
        out[np.arange(len(labels)), labels] = -out.sum(axis=1)
        out /= scores.size
        return out

    def trace(self, scores: Array, label: int | Array, cell: tuple[int, ...] | None = None) -> Trace:
        """Loss: margin, score and −right score of each class that is too close. Gradient: a one a class too close."""
        labels, target = self._one(scores, label, cell)
        near = (self._gaps(scores[None], labels)[0] > 0).astype(np.float64)
        if cell is None:
            right = float(scores[labels[0]])
            parts = np.stack([np.full(scores.size, self.margin), scores, np.full(scores.size, -right)], axis=1)
            columns = column("difference", parts), column("slope", np.repeat(near, 3))
            terms = columns[0].values * columns[1].values
            total = self._value(scores[None], labels)
            return Trace("products", "output", (), columns, terms, (scores.size, 3), total, divisor=scores.size)
        part = column("slope", -near if target[cell] else near[cell])
        total = float(self._gradient(scores[None], labels)[0][cell])
        return Trace("products", "input0", cell, (part,), part.values, part.values.shape, total, divisor=scores.size)

    def _gaps(self, scores: Array, labels: Array) -> Array:
        """(N, classes) margin + score − right score; −margin, which counts for nothing, for the right class itself."""
        rows = np.arange(len(labels))
        out: Array = scores - scores[rows, labels][:, None]
        out += scores.dtype.type(self.margin)
        out[rows, labels] = -self.margin
        return out
