"""Activations: a curve through which every number passes by itself. A new curve is a function, its slope and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Run, Shape, single
from cnncore.trace import Operand, Trace, column


@dataclass(frozen=True)
class Elementwise(Op):
    """Base of the curves: `curve`, `slope`, `formula` and `summary` say all that one needs.

    Where a curve has a corner, its slope there is PyTorch's. Both functions keep the dtype, and must be exact to a few
    roundings of it also where they are small: the trace shows the same numbers in float64.
    """

    def curve(self, x: Array, params: Params) -> Array:
        """The function, number by number. ``x`` is (N, C, *S)."""
        raise NotImplementedError

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """The derivative at ``x``, where the function is ``y``."""
        raise NotImplementedError

    def formula(self) -> str:
        """The curve of a number ``x`` as a line of NumPy, perhaps after others that it needs."""
        return ""

    def output_shape(self, *inputs: Shape) -> Shape:
        """The input's."""
        return inputs[0]

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """Every number through the curve."""
        return Forward(self.curve(inputs[0], params))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """∂L/∂output, times the slope."""
        return Backward((grad * self.slope(inputs[0], forward.output, params),),
                        self.parameter_gradients(grad, inputs, params, forward))

    def parameter_gradients(self, grad: Array, inputs: tuple[Array, ...], params: Params,
                            forward: Forward) -> dict[str, Array]:
        """None, as long as a curve has no parameters."""
        return {}

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (1,). Output: the input and the slope; input0: what came back, times the slope."""
        total = self.total(target, cell, run, sample)
        one = (1,) * run.inputs[0].ndim  # the cell as a whole batch of one number
        x = np.asarray(run.inputs[0][sample][cell], np.float64).reshape(one)
        y = np.asarray(run.forward.output[sample][cell], np.float64).reshape(one)
        params = self.here(cell, run.params)
        if target == "output":
            operands = (column("input0", x, [cell]), column("slope", self.slope(x, y, params)),
                        *self.beside(cell, run.params))
            return Trace("curve", target, cell, operands, self.curve(x, params).reshape(1), (1,), total)
        assert run.grad is not None  # total() has seen to it
        came, slope = column("grad", [run.grad[sample][cell]], [cell]), column("slope", self.slope(x, y, params))
        return Trace("products", target, cell, (came, slope), came.values * slope.values, (1,), total)

    def here(self, cell: tuple[int, ...], params: Params) -> Params:
        """The parameters that count at one cell."""
        return params

    def beside(self, cell: tuple[int, ...], params: Params) -> tuple[Operand, ...]:
        """Further columns of the output's trace: the parameters that count there."""
        return ()

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The same cell."""
        return (single(cell),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The same cell."""
        return single(cell)

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The number, then the formula."""
        if target != "output":
            return ""
        return f"x = {names['input0']}[{', '.join(map(str, cell))}]\n{self.formula()}"
