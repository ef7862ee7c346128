"""Losses: how wrong scores are, as one number, and which way to mend them. Means over the samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import Array, Knobs
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class Loss(Knobs):
    """Takes scores (N, classes), before any softmax, and labels (N,) ints. See `LOSSES`."""

    title = ""

    def value(self, scores: Array, labels: Array) -> float:
        """Mean over the samples."""
        raise NotImplementedError

    def gradient(self, scores: Array, labels: Array) -> Array:
        """∂ value / ∂ scores, (N, classes) of the scores' dtype."""
        raise NotImplementedError

    def trace(self, scores: Array, label: int, cell: tuple[int, ...] | None = None) -> Trace:
        """The loss of one sample term by term, or with ``cell`` = (class,) its gradient by that score.

        Args:
            scores: (classes,).
            label: The class that is right.
            cell: (class,) for the gradient; None for the loss itself.
        """
        raise NotImplementedError

    def _checked(self, scores: Array, label: int, cell: tuple[int, ...] | None) -> Array:
        classes = [label] if cell is None else [label, *cell]
        if scores.ndim != 1 or len(classes) > 2 or not all(0 <= k < scores.size for k in classes):
            raise CnnError("loss.cell", "{owner}: there is no class {label} or {cell} among scores of shape {shape}.",
                           owner=self.kind, label=label, cell=cell, shape=scores.shape)
        return np.equal(np.arange(scores.size), label)


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """−ln of the share that softmax gives the right class, through log-sum-exp, so that it cannot overflow."""

    kind = "cross_entropy"
    title = "cross-entropy"

    def value(self, scores: Array, labels: Array) -> float:
        """ln Σ exp(s) − s of the label, mean over the samples."""
        shifted = scores - scores.max(axis=1, keepdims=True)
        right = shifted[np.arange(len(labels)), labels]
        return float((np.log(np.exp(shifted).sum(axis=1)) - right).mean())

    def gradient(self, scores: Array, labels: Array) -> Array:
        """(p − target) / N."""
        out: Array = np.exp(scores - scores.max(axis=1, keepdims=True))
        out /= out.sum(axis=1, keepdims=True)
        out[np.arange(len(labels)), labels] -= 1
        out /= len(labels)
        return out

    def trace(self, scores: Array, label: int, cell: tuple[int, ...] | None = None) -> Trace:
        """Loss: ln of the sum of exp(score − largest), and as bias largest − right score. Gradient: p and −target."""
        target, labels = self._checked(scores, label, cell), np.array([label])
        terms = np.exp((scores - scores.max()).astype(np.float64))
        if cell is None:
            total = self.value(scores[None], labels)
            seen = column("input0", scores, np.arange(scores.size))
            bias = float(scores.max() - scores[label])
            return Trace("shares", "output", (), (seen,), terms, terms.shape, total, "log", bias, winner=label)
        p = float(terms[cell] / terms.sum())
        total = float(self.gradient(scores[None], labels)[0][cell])
        parts = column("difference", [p, -float(target[cell])])
        return Trace("products", "input0", cell, (parts,), parts.values, (2,), total)


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """Mean over the classes of (score − target)², the target being 1 for the right class and 0 for the others."""

    kind = "mse"
    title = "mean squared error"

    def value(self, scores: Array, labels: Array) -> float:
        """Mean over samples and classes."""
        return float(np.square(self._errors(scores, labels)).mean())

    def gradient(self, scores: Array, labels: Array) -> Array:
        """2·(score − target) / (N·classes)."""
        out = self._errors(scores, labels)
        out *= scores.dtype.type(2.0 / scores.size)
        return out

    def trace(self, scores: Array, label: int, cell: tuple[int, ...] | None = None) -> Trace:
        """Loss: error · error over the number of classes. Gradient: 2·score and −2·target over that number."""
        target, labels = self._checked(scores, label, cell), np.array([label])
        if cell is None:
            total = self.value(scores[None], labels)
            errors = column("difference", scores.astype(np.float64) - target)
            terms = errors.values**2
            return Trace("products", "output", (), (errors, errors), terms, terms.shape, total, divisor=scores.size)
        parts = column("difference", [2.0 * float(scores[cell]), -2.0 * float(target[cell])])
        total = float(self.gradient(scores[None], labels)[0][cell])
        return Trace("products", "input0", cell, (parts,), parts.values, (2,), total, divisor=scores.size)

    def _errors(self, scores: Array, labels: Array) -> Array:
        out: Array = scores.copy()
        out[np.arange(len(labels)), labels] -= 1
        return out


LOSSES: dict[str, type[Loss]] = {"cross_entropy": CrossEntropy, "mse": MeanSquaredError}
