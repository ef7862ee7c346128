"""Flatten: maps become one list of numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Run, Shape, single
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class Flatten(Op):
    """(C, *S) to (C·S,), channel by channel, row by row."""

    kind = "flatten"
    title = "flatten"

    def output_shape(self, *inputs: Shape) -> Shape:
        """(C·S,)."""
        return (math.prod(inputs[0]),)

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """The same numbers in another shape."""
        return Forward(inputs[0].reshape(inputs[0].shape[0], math.prod(inputs[0].shape[1:])))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """Back into the shape of the input."""
        return Backward((grad.reshape(inputs[0].shape),), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (1,): the one cell that it comes from."""
        total = self.total(target, cell, run, sample)
        shape = run.inputs[0].shape[1:]
        if target == "output":
            source, at = "input0", self._unfolded(cell, shape)
            value = run.inputs[0][sample][at]
        else:
            assert run.grad is not None  # total() has seen to it
            source, at = "grad", (int(np.ravel_multi_index(cell, shape)),)
            value = run.grad[sample][at]
        seen = column(source, [value], [at])
        return Trace("copy", target, cell, (seen,), seen.values, (1,), total)

    @property
    def even(self) -> bool:
        """Neighbours in a map come to lie apart."""
        return False

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The one cell that it comes from."""
        return (single(self._unfolded(cell, inputs[0])),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The one cell that it goes to."""
        at = 0
        for k, size in zip(cell, inputs[0], strict=True):  # asked for thousands of cells: NumPy takes ten times as long
            at = at * size + k
        return single((at,))

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The cell of the flattened array."""
        return f"{names['input0']}.reshape(-1)[{cell[0]}]" if target == "output" else ""

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it does."""
        return "maps become one list", {}

    def _unfolded(self, cell: tuple[int, ...], shape: Shape) -> tuple[int, ...]:
        return tuple(int(i) for i in np.unravel_index(cell[0], shape))
