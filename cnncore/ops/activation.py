"""Activations: a curve through which every number passes by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Run, Shape, single
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class ReLU(Op):
    """Negative numbers become 0, the others stay; at 0 the slope is 0."""

    kind = "relu"
    title = "ReLU"

    def output_shape(self, *inputs: Shape) -> Shape:
        """The input's."""
        return inputs[0]

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """max(x, 0)."""
        x = inputs[0]
        out = np.zeros(x.shape, x.dtype)
        return Forward(np.maximum(x, out, out=out))  # against an array of zeros: a scalar costs 2.5 times as much

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """Passes where the input was positive."""
        return Backward((grad * np.greater(forward.output, 0).astype(grad.dtype),), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (1,). Output: the input and the slope; input0: what came back, times the slope."""
        total = self.total(target, cell, run, sample)
        x = float(run.inputs[0][sample][cell])
        slope = column("slope", [float(x > 0)])
        if target == "output":
            seen = column("input0", [x], [cell])
            return Trace("curve", target, cell, (seen, slope), np.array([max(x, 0.0)]), (1,), total)
        assert run.grad is not None  # total() has seen to it
        came = column("grad", [run.grad[sample][cell]], [cell])
        return Trace("products", target, cell, (came, slope), came.values * slope.values, (1,), total)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The same cell."""
        return (single(cell),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The same cell."""
        return single(cell)

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The maximum with 0."""
        return f"np.maximum({names['input0']}[{', '.join(map(str, cell))}], 0)" if target == "output" else ""

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it does."""
        return "negative becomes 0", {}
