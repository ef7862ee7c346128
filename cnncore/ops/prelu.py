"""PReLU: a rectifier that learns how much of the negative numbers it lets through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.op import Array, Forward, Params, Run, Shape, knob
from cnncore.ops.elementwise import Elementwise
from cnncore.trace import Operand, Trace, column


@dataclass(frozen=True)
class PReLU(Elementwise):
    """A leaky ReLU that learns its slope below 0: alpha (1,), or (C,) with one for each channel; starts at 1/4.

    At 0 the slope is alpha. He, Zhang, Ren and Sun 2015, arXiv:1502.01852.
    """

    kind = "prelu"
    title = "PReLU"
    per_channel: bool = knob(False, help="One slope for each channel, in place of one for all.")

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """alpha (1,) or (C,)."""
        return {"alpha": (inputs[0][0] if self.per_channel else 1,)}

    def start(self, rng: np.random.Generator, *inputs: Shape) -> dict[str, Array]:
        """A quarter, as in the paper."""
        return {key: np.full(shape, 0.25, np.float32) for key, shape in self.parameter_shapes(*inputs).items()}

    def curve(self, x: Array, params: Params) -> Array:
        """x, or alpha times x."""
        return np.where(x > 0, x, x * _along(params, x))

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """1 above 0, else alpha."""
        return np.where(x > 0, x.dtype.type(1), _along(params, x))

    def parameter_gradients(self, grad: Array, inputs: tuple[Array, ...], params: Params,
                            forward: Forward) -> dict[str, Array]:
        """The negative inputs times what came back, summed over samples and places (and channels)."""
        axes = (0, *range(2, grad.ndim)) if self.per_channel else None
        return {"alpha": np.sum(grad * np.minimum(inputs[0], 0), axis=axes).reshape(-1)}

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """As every curve; alpha: layout (N, *S), or (N, C, *S) where all channels share it."""
        if target != "alpha":
            return super().trace(target, cell, run, sample)
        total, x, grad = self.total(target, cell, run, sample), run.inputs[0], run.grad
        assert grad is not None  # total() has seen to it
        among = (slice(None), slice(cell[0], cell[0] + 1)) if self.per_channel else (slice(None), slice(None))
        at = np.indices(x.shape)[:, among[0], among[1]].reshape(x.ndim, -1)  # (1 + rank, n) of every number it scaled
        came = column("grad", grad[among], at[1:].T, samples=at[0])
        seen = column("input0", x[among], at[1:].T, samples=at[0])
        below = column("below 0", x[among] <= 0)
        layout = (len(x), *x.shape[2:]) if self.per_channel else x.shape
        return Trace("products", target, cell, (came, seen, below), came.values * seen.values * below.values, layout,
                     total)

    def here(self, cell: tuple[int, ...], params: Params) -> Params:
        """The channel's alpha."""
        return {"alpha": params["alpha"][[self._own(cell)]]}

    def beside(self, cell: tuple[int, ...], params: Params) -> tuple[Operand, ...]:
        """The channel's alpha."""
        return (column("alpha", params["alpha"][[self._own(cell)]], [[self._own(cell)]]),)

    def _own(self, cell: tuple[int, ...]) -> int:
        return cell[0] if self.per_channel else 0

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """Two lines that meet."""
        start = super().code(target, cell, names)
        return start and f"{start}np.where(x > 0, x, {names['alpha']}[{self._own(cell)}] * x)"

    def summary(self) -> tuple[str, dict[str, object]]:
        """How many slopes it learns."""
        return "learns a slope for each channel" if self.per_channel else "learns its slope below 0", {}


def _along(params: Params, x: Array) -> Array:
    """alpha as (1, C or 1, *1)."""
    return params["alpha"].reshape(1, -1, *(1,) * (x.ndim - 2))
