"""Softmax: scores become shares that add up to 1, over the channels of each cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Run, Shape
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class Softmax(Op):
    """exp(x) over the sum of exp(x), after taking off the largest score, which changes nothing and cannot overflow."""

    kind = "softmax"
    title = "softmax"

    def output_shape(self, *inputs: Shape) -> Shape:
        """The input's."""
        return inputs[0]

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """Over axis 1."""
        out = inputs[0] - inputs[0].max(axis=1, keepdims=True)
        np.exp(out, out=out)
        out /= out.sum(axis=1, keepdims=True)
        return Forward(out)

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """p · (g − Σ g·p)."""
        p = forward.output
        return Backward((p * (grad - (grad * p).sum(axis=1, keepdims=True)),), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Output: layout (C,), terms exp(score − largest).

        input0: layout (1 + C,), the cell's own g·p, then −g·p·p of every class: their sum is p·(g − Σ g·p).
        """
        total = self.total(target, cell, run, sample)
        channels, place = run.inputs[0].shape[1], cell[1:]
        line = (slice(None), *place)
        cells = np.array([(c, *place) for c in range(channels)])
        if target == "output":
            scores = run.inputs[0][sample][line]
            terms = np.exp((scores - scores.max()).astype(np.float64))
            seen = column("input0", scores, cells)
            return Trace("shares", target, cell, (seen,), terms, (channels,), total, "share", winner=cell[0])
        assert run.grad is not None  # total() has seen to it
        p = run.forward.output[sample][line].astype(np.float64)
        g = run.grad[sample][line].astype(np.float64)
        own = cell[0]
        came = column("grad", [g[own], *g], np.vstack([cells[own], cells]))
        share = column("share", [p[own], *(-p[own] * p)])
        return Trace("products", target, cell, (came, share), came.values * share.values, (1 + channels,), total)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """All channels at the cell's place."""
        return (((0, inputs[0][0], 1), *((i, i + 1, 1) for i in cell[1:])),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """All channels at the cell's place."""
        return self.reads(cell, *inputs)[0]

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """exp of the scores, and the cell's part of their sum."""
        if target != "output":
            return ""
        scores = names["input0"] + (f"[:, {', '.join(map(str, cell[1:]))}]" if cell[1:] else "")
        return f"s = {scores}\ne = np.exp(s - s.max())\n(e / e.sum())[{cell[0]}]"

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it does."""
        return "shares that add up to 1", {}
