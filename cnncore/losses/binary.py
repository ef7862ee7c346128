"""Binary cross-entropy: every class its own yes or no."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnncore.losses.base import Loss
from cnncore.op import Array
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """Mean over samples and classes of −target·ln p − (1 − target)·ln(1 − p), p being the sigmoid of the score.

    Computed from the score as ln(1 + exp(score)) − score·target, through log-sum-exp, so that it cannot overflow.
    """

    kind = "binary"
    title = "binary cross-entropy"
    soft = True

    def _value(self, scores: Array, labels: Array) -> float:
        costs = np.maximum(scores, 0) - scores * _targets(scores, labels) + np.log1p(np.exp(-np.abs(scores)))
        return float(costs.mean())

    def _gradient(self, scores: Array, labels: Array) -> Array:
        """(p − target) / (N·classes)."""
        small = np.exp(-np.abs(scores))
        out: Array = np.where(scores >= 0, 1, small) / (1 + small)
        out -= _targets(scores, labels)
        out /= scores.size
        return out

    def trace(self, scores: Array, label: int | Array, cell: tuple[int, ...] | None = None) -> Trace:
        """Loss: for each class ln(1 + exp(score)) and −score·target. Gradient: p and −target."""
        labels, target = self._one(scores, label, cell)
        exact = scores.astype(np.float64)
        if cell is None:
            values = np.stack([np.logaddexp(0.0, exact), exact], axis=1)
            columns = column("value", values), column("factor", np.stack([np.ones(exact.size), -target], axis=1))
            terms = columns[0].values * columns[1].values
            total = self._value(scores[None], labels)
            return Trace("products", "output", (), columns, terms, values.shape, total, divisor=scores.size)
        p = float(np.exp(-np.logaddexp(0.0, -exact[cell])))
        parts = column("difference", [p, -float(target[cell])])
        total = float(self._gradient(scores[None], labels)[0][cell])
        return Trace("products", "input0", cell, (parts,), parts.values, (2,), total, divisor=scores.size)


def _targets(scores: Array, labels: Array) -> Array:
    """(N, classes) of the scores' dtype."""
    if labels.dtype.kind == "f":
        return np.asarray(labels.astype(scores.dtype, copy=False))
    out = np.zeros_like(scores)
    out[np.arange(len(labels)), labels] = 1
    return out
