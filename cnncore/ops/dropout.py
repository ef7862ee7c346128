"""Dropout: in training some numbers are left out at random, and the rest made larger so that the mean stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Run, Shape, knob, single
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class Dropout(Op):
    """Each number is left out by itself; those that are kept are divided by 1 − rate. Outside training it does nothing.

    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov 2014, jmlr.org/papers/v15/srivastava14a.html.

    Raises:
        CnnError: From `forward` in training without a random generator.
    """

    kind = "dropout"
    title = "dropout"
    draws = True
    rate: float = knob(0.5, low=0.0, high=1.0, help="Which share of the numbers is left out in training.")

    def output_shape(self, *inputs: Shape) -> Shape:
        """The input's."""
        return inputs[0]

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """In training the factor of each number, 0 or 1 / (1 − rate), is saved; else None."""
        x = inputs[0]
        if not context.training:
            return Forward(x)
        if context.rng is None:
            raise CnnError("dropout.rng", "{owner}: in training it draws what it leaves out, and there is no random "
                           "generator. Give one, as rng = numpy.random.default_rng(0).", owner=self.kind)
        kept = (context.rng.random(self.drawn(x.shape)) >= self.rate).astype(x.dtype)
        if self.rate < 1:
            kept /= 1 - self.rate
        return Forward(x * kept, kept)

    def drawn(self, shape: Shape) -> Shape:
        """How many factors are drawn for a (N, C, *S): one a number."""
        return shape

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """Times the same factors."""
        return Backward((grad if forward.saved is None else grad * forward.saved,), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (1,): the input, or what came back, times the computed factor ``"kept"``; 1 outside training."""
        total = self.total(target, cell, run, sample)
        came = run.inputs[0] if target == "output" else run.grad
        assert came is not None  # total() has seen to it
        mask = run.forward.saved
        factor = 1.0 if mask is None else float(np.broadcast_to(mask, came.shape)[sample][cell])
        first = column("input0" if target == "output" else "grad", [came[sample][cell]], [cell])
        kept = column("kept", [factor])
        return Trace("products", target, cell, (first, kept), first.values * kept.values, (1,), total)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The same cell."""
        return (single(cell),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The same cell."""
        return single(cell)

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The number itself, as outside training."""
        return f"{names['input0']}[{', '.join(map(str, cell))}]" if target == "output" else ""

    def summary(self) -> tuple[str, dict[str, object]]:
        """How much it leaves out."""
        return "in training leaves out {rate} of the numbers", {"rate": f"{self.rate:g}"}


@dataclass(frozen=True)
class SpatialDropout(Dropout):
    """Whole channels are left out: neighbours in a map say nearly the same, so that one alone would not be missed.

    Tompson, Goroshin, Jain, LeCun and Bregler 2015, doi:10.1109/CVPR.2015.7298664, arXiv:1411.4280.
    """

    kind = "spatialdropout"
    title = "spatial dropout"

    def output_shape(self, *inputs: Shape) -> Shape:
        """The input's."""
        if len(inputs[0]) < 2:
            raise CnnError("dropout.rank", "{owner}: it leaves out whole maps; the input has shape {value}. Allowed: "
                           "{allowed}. Put it before flatten, or use dropout.", owner=self.kind, value=inputs[0],
                           allowed="(C, S), (C, S, S), (C, S, S, S)")
        return inputs[0]

    def drawn(self, shape: Shape) -> Shape:
        """One a channel."""
        return (*shape[:2], *(1,) * (len(shape) - 2))

    def summary(self) -> tuple[str, dict[str, object]]:
        """How much it leaves out."""
        return "in training leaves out {rate} of the channels", {"rate": f"{self.rate:g}"}
