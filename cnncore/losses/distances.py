"""Losses that measure the distance from score to target: squared, absolute, and Huber's between the two.

Their targets are labels (a one for the right class, zeros for the others) or numbers to reach, (N, classes).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnncore.losses.base import Loss, errors
from cnncore.op import Array, knob
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """Mean over samples and classes of (score − target)²."""

    kind = "mse"
    title = "mean squared error"
    soft = True

    def _value(self, scores: Array, labels: Array) -> float:
        return float(np.square(errors(scores, labels)).mean())

    def _gradient(self, scores: Array, labels: Array) -> Array:
        """2·(score − target) / (N·classes)."""
        out = errors(scores, labels)
        out *= scores.dtype.type(2.0 / scores.size)
        return out

    def trace(self, scores: Array, label: int | Array, cell: tuple[int, ...] | None = None) -> Trace:
        """Loss: error · error over the number of classes. Gradient: 2·score and −2·target over that number."""
        labels, target = self._one(scores, label, cell)
        if cell is None:
            total = self._value(scores[None], labels)
            error = column("difference", scores.astype(np.float64) - target)
            terms = error.values**2
            return Trace("products", "output", (), (error, error), terms, terms.shape, total, divisor=scores.size)
        parts = column("difference", [2.0 * float(scores[cell]), -2.0 * float(target[cell])])
        total = float(self._gradient(scores[None], labels)[0][cell])
        return Trace("products", "input0", cell, (parts,), parts.values, (2,), total, divisor=scores.size)


@dataclass(frozen=True)
class MeanAbsoluteError(Loss):
    """Mean over samples and classes of |score − target|; where they are equal the slope is taken as 0."""

    kind = "mae"
    title = "mean absolute error"
    soft = True

    def _value(self, scores: Array, labels: Array) -> float:
        return float(np.abs(errors(scores, labels)).mean())

    def _gradient(self, scores: Array, labels: Array) -> Array:
        """The sign of score − target, over N·classes."""
        out: Array = np.sign(errors(scores, labels))
        out *= scores.dtype.type(1.0 / scores.size)
        return out

    def trace(self, scores: Array, label: int | Array, cell: tuple[int, ...] | None = None) -> Trace:
        """Loss: error · its sign over the number of classes. Gradient: the sign over that number."""
        labels, target = self._one(scores, label, cell)
        error = scores.astype(np.float64) - target
        return _traced(self, scores, labels, cell, error, np.sign(error))


@dataclass(frozen=True)
class Huber(Loss):
    """Half the squared error up to ``delta``, beyond it a straight line: mean over samples and classes.

    Huber 1964, doi:10.1214/aoms/1177703732. With c the error clipped to ±delta it is c·(error − c/2).
    """

    kind = "huber"
    title = "Huber loss"
    soft = True
    delta: float = knob(1.0, low=1e-6, high=1e6, help="Error from which the loss grows straight, not squared.")

    def _value(self, scores: Array, labels: Array) -> float:
        error = errors(scores, labels)
        clipped = error.clip(-self.delta, self.delta)
        return float((clipped * (error - clipped / 2)).mean())

    def _gradient(self, scores: Array, labels: Array) -> Array:
        """score − target, clipped to ±delta, over N·classes."""
        error = errors(scores, labels)
        out: Array = np.clip(error, -self.delta, self.delta, out=error)
        out *= scores.dtype.type(1.0 / scores.size)
        return out

    def trace(self, scores: Array, label: int | Array, cell: tuple[int, ...] | None = None) -> Trace:
        """Loss: clipped error · (error − half of it) over the number of classes. Gradient: the clipped error."""
        labels, target = self._one(scores, label, cell)
        error = scores.astype(np.float64) - target
        clipped = error.clip(-self.delta, self.delta)
        return _traced(self, scores, labels, cell, error - clipped / 2, clipped)


def _traced(loss: Loss, scores: Array, labels: Array, cell: tuple[int, ...] | None, error: Array,
            slope: Array) -> Trace:
    """Loss: error · slope over the number of classes. Gradient: the slope over that number."""
    if cell is None:
        columns = column("difference", error), column("slope", slope)
        terms = columns[0].values * columns[1].values
        total = loss.value(scores[None], labels)
        return Trace("products", "output", (), columns, terms, terms.shape, total, divisor=scores.size)
    part = column("slope", slope[cell])
    total = float(loss.gradient(scores[None], labels)[0][cell])
    return Trace("products", "input0", cell, (part,), part.values, (1,), total, divisor=scores.size)
