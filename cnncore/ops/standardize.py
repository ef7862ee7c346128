"""Standardise: every number is moved and stretched by what was found in the samples. First node of a network, mostly.

LeCun, Bottou, Orr and Müller 1998, "Efficient BackProp", doi:10.1007/3-540-49430-8_2, section 4.3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Run, Shape, knob, single
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class Standardize(Op):
    """(x − offset) · scale, one offset and scale for each channel or each cell; `fit` finds them, training does not."""

    kind = "standardize"
    title = "standardise"
    running = ("offset", "scale")
    way: str = knob("standard", choices=("mean", "standard", "range"),
                    help="mean: the mean is subtracted; standard: then divided by the deviation; range: 0 to 1.")
    per: str = knob("channel", choices=("channel", "cell"), help="One offset and scale for each channel or each cell.")

    def output_shape(self, *inputs: Shape) -> Shape:
        """The input's."""
        return inputs[0]

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """offset and scale: (C,) or (C, *S)."""
        shape = inputs[0] if self.per == "cell" else inputs[0][:1]
        return {"offset": shape, "scale": shape}

    def start(self, rng: np.random.Generator, *inputs: Shape) -> dict[str, Array]:
        """Offset 0 and scale 1: until it is fitted it changes nothing."""
        shape = self.parameter_shapes(*inputs)["offset"]
        return {"offset": np.zeros(shape, np.float32), "scale": np.ones(shape, np.float32)}

    def fit(self, samples: Array) -> dict[str, Array]:
        """Offset and scale of these (N, C, *S) samples, float32; see `cnncore.fitting.fit`.

        The deviation divides by N. Where all samples agree the scale stays 1.
        """
        x = samples.astype(np.float64)
        axes = (0,) if self.per == "cell" else (0, *range(2, x.ndim))
        offset = x.min(axis=axes) if self.way == "range" else x.mean(axis=axes)
        if self.way == "mean":
            spread = np.ones_like(offset)
        else:
            spread = x.max(axis=axes) - offset if self.way == "range" else x.std(axis=axes)
        flat = spread <= np.finfo(np.float64).eps * 8 * np.abs(offset)
        scale = 1 / np.where(flat, 1.0, spread)
        return {"offset": offset.astype(np.float32), "scale": scale.astype(np.float32)}

    def work(self, samples: int, shape: Shape) -> int:
        """Numbers that `fit` holds at once."""
        return 3 * samples * math.prod(shape)

    def invert(self, output: Array, params: Params) -> Array:
        """The input that gave an output (N, C, *S)."""
        return output / self._spread(params["scale"], output.ndim) + self._spread(params["offset"], output.ndim)

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """(x − offset) · scale; the same in training, for only `fit` changes them."""
        out = inputs[0] - self._spread(params["offset"], inputs[0].ndim)
        out *= self._spread(params["scale"], out.ndim)
        return Forward(out)

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """Times the scale."""
        return Backward((grad * self._spread(params["scale"], grad.ndim),), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (1,): the input or what came back, times the scale; − offset · scale is the bias."""
        total = self.total(target, cell, run, sample)
        at = cell if self.per == "cell" else cell[:1]
        scale, bias = run.params["scale"][at], None
        if target == "output":
            first = column("input0", [run.inputs[0][sample][cell]], [cell])
            bias = -float(run.params["offset"][at]) * float(scale)
        else:
            assert run.grad is not None  # total() has seen to it
            first = column("grad", [run.grad[sample][cell]], [cell])
        second = column("scale", [scale], [at])
        return Trace("products", target, cell, (first, second), first.values * second.values, (1,), total, bias=bias)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The same cell."""
        return (single(cell),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The same cell."""
        return single(cell)

    def multiply_adds(self, *inputs: Shape) -> int:
        """One for each number."""
        return math.prod(inputs[0])

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """Moved, then stretched."""
        if target != "output":
            return ""
        own, at = (", ".join(map(str, c)) for c in (cell, cell if self.per == "cell" else cell[:1]))
        return f"({names['input0']}[{own}] - {names['offset']}[{at}]) * {names['scale']}[{at}]"

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it does."""
        if self.way == "mean":
            return ("mean 0 in every cell" if self.per == "cell" else "mean 0 in every channel"), {}
        if self.way == "range":
            return ("0 to 1 in every cell" if self.per == "cell" else "0 to 1 in every channel"), {}
        return ("mean 0, deviation 1 in every cell" if self.per == "cell"
                else "mean 0, deviation 1 in every channel"), {}

    def _spread(self, values: Array, rank: int) -> Array:
        """(C,) as (C, 1, …) beside an array of so many axes."""
        return values if self.per == "cell" else values.reshape(-1, *(1,) * (rank - 2))
