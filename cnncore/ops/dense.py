"""Dense (fully connected): every unit sees every number of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.initializers import he_and_zeros
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Run, Shape, knob
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class Dense(Op):
    """(C,) to (units,). weight (F, C), bias (F,)."""

    kind = "dense"
    title = "dense"
    units: int = knob(10, low=1, high=1_000_000, help="How many numbers come out.")
    bias: bool = knob(True, help="One number added to every unit.")

    def output_shape(self, *inputs: Shape) -> Shape:
        """(units,)."""
        if len(inputs[0]) != 1:
            raise CnnError("dense.rank", "{owner}: the input has shape {value}. Allowed: {allowed}, a plain list of "
                           "numbers. Put flatten before it.", owner=self.kind, knob="units", value=inputs[0],
                           allowed="(C,)")
        return (self.units,)

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """weight (F, C) and bias (F,)."""
        shapes: dict[str, Shape] = {"weight": (self.units, inputs[0][0])}
        return shapes | {"bias": (self.units,)} if self.bias else shapes

    def start(self, rng: np.random.Generator, *inputs: Shape) -> dict[str, Array]:
        """He's weights, zero biases."""
        return he_and_zeros(rng, self.parameter_shapes(*inputs))

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """x · weightᵀ + bias."""
        out = np.matmul(inputs[0], params["weight"].T)
        if self.bias:
            out += params["bias"]
        return Forward(out)

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """The transposed products."""
        return Backward((np.matmul(grad, params["weight"]),), self.parameter_gradients(grad, inputs, params, forward))

    def parameter_gradients(self, grad: Array, inputs: tuple[Array, ...], params: Params,
                            forward: Forward) -> dict[str, Array]:
        """Sums over samples."""
        # One sample: an outer product, for which BLAS has no quick way.
        out = {"weight": grad.T * inputs[0] if len(grad) == 1 else np.matmul(grad.T, inputs[0])}
        return out | {"bias": grad.sum(axis=0)} if self.bias else out

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layouts: output (C,), input0 (F,), weight and bias (N,)."""
        total = self.total(target, cell, run, sample)
        x, weight, bias = run.inputs[0], run.params["weight"], None
        if target == "output":
            first = column("input0", x[sample], np.arange(weight.shape[1]))
            second = column("weight", weight[cell[0]], _line(0, cell[0], weight.shape[1]))
            bias = float(run.params["bias"][cell]) if self.bias else None
        else:
            assert run.grad is not None  # total() has seen to it
            if target == "input0":
                first = column("grad", run.grad[sample], np.arange(self.units))
                second = column("weight", weight[:, cell[0]], _line(1, cell[0], self.units))
            else:
                samples = np.arange(len(x))
                first = column("grad", run.grad[:, cell[0]], np.full(len(x), cell[0]), samples=samples)
                if target == "bias":
                    return Trace("products", target, cell, (first,), first.values, (len(x),), total)
                second = column("input0", x[:, cell[1]], np.full(len(x), cell[1]), samples=samples)
        terms = first.values * second.values
        return Trace("products", target, cell, (first, second), terms, (terms.size,), total, bias=bias)

    def multiply_adds(self, *inputs: Shape) -> int:
        """One for each weight."""
        return self.units * inputs[0][0]

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The input times the unit's weights, summed."""
        if target != "output":
            return ""
        bias = f" + {names['bias']}[{cell[0]}]" if self.bias else ""
        return f"({names['input0']} * {names['weight']}[{cell[0]}]).sum(){bias}"

    def summary(self) -> tuple[str, dict[str, object]]:
        """How many units."""
        return ("{units} units" if self.bias else "{units} units · no bias"), {"units": self.units}


def _line(axis: int, fixed: int, count: int) -> Array:
    """(count, 2) cells along a row (axis 0 fixed) or a column (axis 1 fixed) of the weights."""
    cells = np.stack([np.full(count, fixed), np.arange(count)], axis=1)
    return cells if axis == 0 else cells[:, ::-1]
