"""What a norm by a group does to a number, read from its trace: mean, variance, scale, weight and bias."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnncore.trace import Trace


@dataclass(frozen=True, eq=False)
class Normed:
    """(x − mean) · scale · weight + bias.

    Args:
        x: The number.
        mean, variance: Of its group; the variance is None where they were fixed before.
        scale: 1 / √(variance + ε).
        weight, bias: Learned; None: there are none.
        group: (n,) the numbers that share the mean; empty where it was fixed before.
        cells: (n, rank) their places.
    """

    x: float
    mean: float
    variance: float | None
    scale: float
    weight: float | None
    bias: float | None
    group: NDArray[np.float64]
    cells: NDArray[np.int64]

    @property
    def hat(self) -> float:
        """The number with mean 0 and deviation 1."""
        return (self.x - self.mean) * self.scale


def grouped(trace: Trace) -> bool:
    """True for the trace of a number that is normed by its group: itself first, then every number of the group."""
    one = trace.operands[0] if trace.operands else None
    if one is None or trace.kind != "products" or trace.target != "output" or trace.reduce != "sum":
        return False
    if trace.operands[-1].source != "scale" or trace.operands[-1].cells.shape[1] or trace.terms.size < 3:
        return False
    first, second = trace.operands[-1].values[:2].tolist()  # every number of the group takes its part of the scale off
    return math.isclose(second, -first / (trace.terms.size - 1), rel_tol=1e-9) and bool(first)


def normed_group(trace: Trace) -> Normed:
    """Of a trace that is `grouped`."""
    first = trace.operands[0]
    weight = next((float(one.values[0]) for one in trace.operands[1:-1]), None)
    group = first.values[1:]
    return Normed(float(first.values[0]), float(group.mean()), float(group.var()), float(trace.operands[-1].values[0]),
                  weight, trace.bias, group, first.cells[1:])
