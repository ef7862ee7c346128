"""Cross-entropy of softmax, with label smoothing and class weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.losses.base import Loss
from cnncore.op import Array, knob
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """−ln of the share that softmax gives the right class, through log-sum-exp, so that it cannot overflow.

    With smoothing ε the target is no longer 1 and 0 but 1 − ε + ε/classes and ε/classes (Szegedy et al. 2016,
    arXiv:1512.00567). With class weights w the loss is −Σ w·target·ln p, and the mean over the samples is
    divided by the weights of their labels, as PyTorch does it. Samples whose classes all weigh 0 have loss 0.
    """

    kind = "cross_entropy"
    title = "cross-entropy"
    label_smoothing: float = knob(0.0, low=0.0, high=1.0, help="Share of the target that all classes get alike.")
    class_weights: float | tuple[float, ...] = knob(
        1.0, low=0.0, high=1e6, per_axis=True, help="How much each class counts; one number: all alike.")

    @property
    def mean_of_samples(self) -> bool:
        """Not with class weights: what the mean is divided by hangs on the labels of the whole batch."""
        return not isinstance(self.class_weights, tuple)

    def both(self, scores: Array, labels: Array) -> tuple[float, Array]:
        """`value` and `gradient`, the same bits, with one softmax for the two."""
        if not self._plain:
            return super().both(scores, labels)
        shifted, shares, sums = _softmax(scores)
        rows = np.arange(len(labels))
        value = _mean(np.log(sums[:, 0]) - shifted[rows, labels])
        shares /= sums
        shares[rows, labels] -= 1
        shares /= len(labels)
        return value, shares

    def _value(self, scores: Array, labels: Array) -> float:
        if self._plain:
            shifted, _, sums = _softmax(scores)
            return _mean(np.log(sums[:, 0]) - shifted[np.arange(len(labels)), labels])
        logs, targets, weight = self._smoothed(scores, labels)
        return float(-(targets * logs).sum() / weight)

    def _gradient(self, scores: Array, labels: Array) -> Array:
        """(p − target) / N; with class weights (p·Σ w·target − w·target) / Σ w."""
        if self._plain:
            _, out, sums = _softmax(scores)
            out /= sums
            out[np.arange(len(labels)), labels] -= 1
            out /= len(labels)
            return out
        logs, targets, weight = self._smoothed(scores, labels)
        whole = (np.exp(logs) * targets.sum(axis=1, keepdims=True) - targets) / weight
        return np.asarray(whole.astype(scores.dtype))

    def trace(self, scores: Array, label: int | Array, cell: tuple[int, ...] | None = None) -> Trace:
        """Loss: ln of the sum of exp(score − largest), and as bias largest − right score. Gradient: p and −target.

        With smoothing the loss is a sum over the classes: target · −ln p.
        """
        labels = self._one(scores, label, cell)[0]
        right = int(labels[0])
        logs, targets, weight = self._smoothed(scores[None], labels)
        if cell is not None:
            p = float(np.exp(logs[0, cell[0]])) * float(targets.sum() / weight)
            parts = column("difference", [p, -float(targets[0, cell[0]] / weight)])
            total = float(self._gradient(scores[None], labels)[0][cell])
            return Trace("products", "input0", cell, (parts,), parts.values, (2,), total)
        total = self._value(scores[None], labels)
        seen = column("input0", scores, np.arange(scores.size))
        if self.label_smoothing or not targets.any():
            factors = column("target", targets[0] / weight), column("surprise", -logs[0])
            terms = factors[0].values * factors[1].values
            return Trace("products", "output", (), factors, terms, terms.shape, total)
        terms = np.exp((scores - scores.max()).astype(np.float64))  # of one sample the weight falls out
        bias = float(scores.max() - scores[right])
        return Trace("shares", "output", (), (seen,), terms, terms.shape, total, "log", bias, winner=right)

    @property
    def _plain(self) -> bool:
        return not self.label_smoothing and not isinstance(self.class_weights, tuple)

    def check(self, scores: Array, labels: Array) -> Array:
        """As `Loss.check`; and a weight for each class, where there are any."""
        labels = super().check(scores, labels)
        self._weights(scores.shape[1])
        return labels

    def _weights(self, classes: int) -> Array:
        if not isinstance(self.class_weights, tuple):
            return np.ones(classes)
        if len(self.class_weights) != classes:
            raise CnnError("loss.weights", "{owner}: class_weights has {count} numbers; {needed} are needed, one a "
                           "class.", owner=self.kind, count=len(self.class_weights), needed=classes)
        return np.array(self.class_weights, np.float64)

    def _smoothed(self, scores: Array, labels: Array) -> tuple[Array, Array, float]:
        """(ln p, w·target, Σ w of the labels), float64: (N, classes) twice."""
        weights = self._weights(scores.shape[1])
        shifted = (scores - scores.max(axis=1, keepdims=True)).astype(np.float64)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        targets = np.full(logs.shape, self.label_smoothing / logs.shape[1])
        targets[np.arange(len(labels)), labels] += 1.0 - self.label_smoothing
        targets *= weights
        return logs, targets, float(weights[labels].sum()) or 1.0


def _softmax(scores: Array) -> tuple[Array, Array, Array]:
    """score − largest, its exponential, both (N, classes), and their sums (N, 1)."""
    shifted = scores - np.maximum.reduce(scores, axis=1, keepdims=True)  # the methods cost twice as much on so little
    powers = np.exp(shifted)
    return shifted, powers, np.add.reduce(powers, axis=1, keepdims=True)


def _mean(values: Array) -> float:
    return float(np.add.reduce(values) / len(values))
