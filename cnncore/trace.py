"""One number, term by term: what the stepper, the formula, the lessons and the exports read.

Columnar: a trace holds arrays of operands, never an object for each term.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnncore.errors import CnnError


@dataclass(frozen=True, eq=False)
class Operand:
    """One column of factors.

    Args:
        source: Where the factors live: ``"input0"``, a parameter's name, ``"grad"`` (what came back, ∂L/∂output),
            ``"output"``; or a computed factor such as ``"slope"`` or ``"won"``, whose ``cells`` then has no columns.
        values: (n,) float64.
        cells: (n, rank) index of each factor in its source, without the sample axis (parameters: their full index).
        inside: (n,) False where the factor lies on padding and is not a cell of the source.
        samples: (n,) which sample of the batch, where a sum runs over samples; else None.
    """

    source: str
    values: NDArray[np.float64]
    cells: NDArray[np.int64]
    inside: NDArray[np.bool_]
    samples: NDArray[np.int64] | None = None


@dataclass(frozen=True, eq=False)
class Trace:
    """How one cell came to be.

    Args:
        kind: Which view shows it: ``products``, ``window`` (pooling), ``curve`` (activation), ``shares`` (softmax),
            ``copy``, ``kept`` (keep the maximum), ``update`` (of a weight).
        target: As in `Op.trace`.
        cell: Index into the target, without the sample axis.
        operands: Columns of factors; a term is the product of its row unless the kind says otherwise.
        terms: (n,) float64.
        layout: The shape in which the terms lie, for example (C, *K) of a convolution; its product is n.
        total: The engine's own result, float32 as it is.
        reduce: ``sum``: (Σ terms + bias) / divisor; ``pick``: terms[winner]; ``share``: terms[winner] / Σ terms;
            ``log``: ln Σ terms + bias (cross-entropy); ``log share``: bias − ln Σ terms (log-softmax);
            ``root``: √ Σ terms (L2 pooling, whose terms are squares).
        bias: Added after the terms.
        divisor: Of a mean.
        winner: Index of the term that is picked or shared.
    """

    kind: str
    target: str
    cell: tuple[int, ...]
    operands: tuple[Operand, ...]
    terms: NDArray[np.float64]
    layout: tuple[int, ...]
    total: float
    reduce: str = "sum"
    bias: float | None = None
    divisor: float = 1.0
    winner: int | None = None

    @property
    def exact(self) -> float:
        """The result of the terms in float64."""
        if self.reduce == "pick":
            return float(self.terms[self._winner])
        if self.reduce == "share":
            return float(self.terms[self._winner] / self.terms.sum())
        if self.reduce == "log share":
            return (self.bias or 0.0) - float(np.log(self.terms.sum()))
        if self.reduce == "log":
            return float(np.log(self.terms.sum())) + (self.bias or 0.0)
        if self.reduce == "root":
            return float(np.sqrt(self.terms.sum()))
        return (float(self.terms.sum()) + (self.bias or 0.0)) / self.divisor

    @property
    def rounding(self) -> float:
        """What float32 lost or gained: total − exact."""
        return self.total - self.exact

    @property
    def bound(self) -> float:
        """The most that rounding can be: n·eps·Σ|terms|, one eps of the total, and what is too small for float32."""
        eps, tiny = float(np.finfo(np.float32).eps), float(np.finfo(np.float32).tiny)
        size = float(np.abs(self.terms).sum()) + abs(self.bias or 0.0)
        if self.reduce == "share":
            scale = abs(self.exact) * 4
        elif self.reduce == "root":  # squares that are too small for float32 are felt in the root
            scale, tiny = self.exact, tiny**0.5
        elif self.reduce in ("log", "log share"):  # what is relative in the sum is absolute in its logarithm
            scale = 4 * (1 + abs(self.exact))
        else:
            scale = size / self.divisor
        return (self.terms.size + 2) * (eps * scale + tiny) + eps * abs(self.total)

    @property
    def partial_sums(self) -> NDArray[np.float64]:
        """(n,) running sums of the terms, in their order, before bias."""
        return np.cumsum(self.terms)

    def group_sums(self) -> NDArray[np.float64]:
        """(layout[0],) sums over all but the first axis of the layout: per channel, for a convolution."""
        out: NDArray[np.float64] = self.terms.reshape(self.layout[0], -1).sum(axis=1)
        return out

    def operand(self, source: str) -> Operand:
        """The column that comes from ``source``."""
        for one in self.operands:
            if one.source == source:
                return one
        raise KeyError(source)

    @property
    def _winner(self) -> int:
        if self.winner is None:
            raise CnnError("trace.winner", "This trace has no winner.")
        return self.winner


def column(source: str, values: Any, cells: Any = None, inside: Any = None, samples: Any = None) -> Operand:
    """An `Operand` from anything array-like; without ``cells`` it is a computed factor."""
    v = np.asarray(values, np.float64).reshape(-1)
    c = np.zeros((v.size, 0), np.int64) if cells is None else np.asarray(cells, np.int64).reshape(v.size, -1)
    i = np.ones(v.size, bool) if inside is None else np.asarray(inside, bool).reshape(-1)
    return Operand(source, v, c, i, None if samples is None else np.asarray(samples, np.int64).reshape(-1))
