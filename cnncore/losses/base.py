"""The contract of a loss, and the checks that all of them share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import Array, Knobs
from cnncore.trace import Trace


@dataclass(frozen=True)
class Loss(Knobs):
    """How wrong scores are, as one number, and which way to mend them. See `cnncore.losses.LOSSES`.

    Scores are (N, classes), before any softmax. Targets are labels, (N,) ints; a loss that is `soft` also takes
    numbers to reach, (N, classes) floats: regression, or several classes at once.
    """

    title: ClassVar[str] = ""
    soft: ClassVar[bool] = False  # takes targets (N, classes) too

    @property
    def mean_of_samples(self) -> bool:
        """Whether the loss of a batch is the plain mean of its samples' losses, so that it can be taken in pieces."""
        return True

    def value(self, scores: Array, labels: Array) -> float:
        """Mean over the samples; `CnnError` where scores and targets do not fit each other."""
        return self._value(scores, self.check(scores, labels))

    def gradient(self, scores: Array, labels: Array) -> Array:
        """∂ value / ∂ scores, (N, classes) of the scores' dtype."""
        return self._gradient(scores, self.check(scores, labels))

    def both(self, scores: Array, labels: Array) -> tuple[float, Array]:
        """`value` and `gradient`, the same bits, unchecked: for a loop that has checked its samples once."""
        return self._value(scores, labels), self._gradient(scores, labels)

    def trace(self, scores: Array, label: int | Array, cell: tuple[int, ...] | None = None) -> Trace:
        """The loss of one sample term by term, or with ``cell`` = (class,) its gradient by that score.

        Args:
            scores: (classes,).
            label: The class that is right, or (classes,) floats where the loss is `soft`.
            cell: (class,) for the gradient; None for the loss itself.
        """
        raise NotImplementedError

    def _value(self, scores: Array, labels: Array) -> float:
        raise NotImplementedError

    def _gradient(self, scores: Array, labels: Array) -> Array:
        raise NotImplementedError

    def check(self, scores: Array, labels: Array) -> Array:
        """The targets as an array; `CnnError` unless there is a fitting one for each row of scores."""
        labels = np.asarray(labels)
        if scores.ndim != 2 or scores.dtype.kind != "f" or not scores.size:
            raise CnnError("loss.scores", "{owner}: the scores are {given} of shape {shape}; floats of shape "
                           "(samples, classes) are needed, at least one.",
                           owner=self.kind, given=scores.dtype, shape=scores.shape)
        if labels.dtype.kind == "f":
            self.check_soft(labels, scores.shape)
        elif labels.dtype.kind not in "iu" or labels.shape != scores.shape[:1]:
            raise CnnError("loss.labels", "{owner}: the labels are {given} of shape {shape}; {needed} whole numbers "
                           "are needed, one a sample.",
                           owner=self.kind, given=labels.dtype, shape=labels.shape, needed=len(scores))
        elif labels.min() < 0 or labels.max() >= scores.shape[1]:
            wrong = labels.min() if labels.min() < 0 else labels.max()
            raise CnnError("loss.range", "{owner}: label {label} has no score. Allowed: 0 to {last}.",
                           owner=self.kind, label=int(wrong), last=scores.shape[1] - 1)
        return labels

    def check_soft(self, targets: Array, shape: tuple[int, ...]) -> None:
        """`CnnError` unless this loss takes such numbers: (N, classes), finite."""
        if not self.soft:
            raise CnnError("loss.soft", "{owner}: the targets are floats of shape {shape}. This loss needs labels, one "
                           "whole number a sample; mse, mae, huber and binary take numbers to reach.",
                           owner=self.kind, shape=targets.shape)
        if targets.shape != shape:
            raise CnnError("loss.targets", "{owner}: the targets have shape {shape}; {needed} is needed, one number a "
                           "score.", owner=self.kind, shape=targets.shape, needed=shape)
        if not np.isfinite(targets).all():
            raise CnnError("loss.finite", "{owner}: the targets hold values that are not finite numbers. Mend or "
                           "leave out those samples.", owner=self.kind)

    def _one(self, scores: Array, label: int | Array, cell: tuple[int, ...] | None) -> tuple[Array, Array]:
        """((1,) label or (1, classes) targets, (classes,) float64 target) of the one sample of a trace, checked."""
        if scores.ndim == 1 and isinstance(label, np.ndarray) and label.ndim:
            self.check_soft(label, scores.shape)
            if cell is None or (len(cell) == 1 and 0 <= cell[0] < scores.size):
                return label[None], label.astype(scores.dtype).astype(np.float64)
        else:
            classes = [int(label)] if cell is None else [int(label), *cell]
            if scores.ndim == 1 and len(classes) <= 2 and all(0 <= k < scores.size for k in classes):
                return np.array([int(label)]), np.equal(np.arange(scores.size), label).astype(np.float64)
        raise CnnError("loss.cell", "{owner}: there is no class {label} or {cell} among scores of shape {shape}.",
                       owner=self.kind, label=label, cell=cell, shape=scores.shape)


def errors(scores: Array, targets: Array) -> Array:
    """(N, classes) score − target, of the scores' dtype, a fresh array; a label stands for a one in its place."""
    if targets.dtype.kind == "f":
        return np.asarray(scores - targets.astype(scores.dtype, copy=False))
    out: Array = scores.copy()
    out[np.arange(len(targets)), targets] -= 1
    return out
