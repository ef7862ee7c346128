"""Softmax and its logarithm: numbers become shares that add up to 1, along an axis that is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.op import PLAIN, Array, Backward, Context, Forward, Params, Run
from cnncore.ops.along import Along
from cnncore.trace import Trace


@dataclass(frozen=True)
class Softmax(Along):
    """exp(x) over the sum of exp(x), after taking off the largest score, which changes nothing and cannot overflow.

    Bridle 1990, doi:10.1007/978-3-642-76153-9_28.
    """

    kind = "softmax"
    title = "softmax"

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """Along the axes."""
        axes = self.axes(inputs[0].ndim)
        out = inputs[0] - inputs[0].max(axis=axes, keepdims=True)
        np.exp(out, out=out)
        out /= out.sum(axis=axes, keepdims=True)
        return Forward(out)

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """p · (g − Σ g·p)."""
        p = forward.output
        return Backward((p * (grad - (grad * p).sum(axis=self.axes(p.ndim), keepdims=True)),), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Output: layout (n,), terms exp(score − largest).

        input0: layout (1 + n,), the cell's own g·p, then −g·p·p of every cell it shares with: their sum is
        p·(g − Σ g·p).
        """
        total = self.total(target, cell, run, sample)
        if target == "output":
            seen, terms, at = self.powers(cell, run, sample)
            return Trace("shares", target, cell, (seen,), terms, terms.shape, total, "share", winner=at)
        cells, at = self.line(cell, run.inputs[0].shape[1:])
        p = run.forward.output[sample][tuple(cells.T)].astype(np.float64)
        return self.back(target, cell, run, sample, float(p[at]), -p[at] * p)

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """exp of the scores, and the cell's part of their sum."""
        if target != "output":
            return ""
        scores, own = self.around(cell, names["input0"])
        return f"s = {scores}\ne = np.exp(s - s.max())\n(e / e.sum())[{own}]"

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it does."""
        return "shares that add up to 1" if self.axis == "channels" else "shares that add up to 1 · {axis}", \
            {"axis": self.axis}


@dataclass(frozen=True)
class LogSoftmax(Along):
    """ln of the softmax, without making the shares first: where a share would round to 0 its logarithm still counts.

    Blanchard, Higham and Higham 2021, "Accurately computing the log-sum-exp and softmax functions",
    doi:10.1093/imanum/draa038.
    """

    kind = "logsoftmax"
    title = "log-softmax"

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """x − largest − ln Σ exp(x − largest)."""
        axes = self.axes(inputs[0].ndim)
        out = inputs[0] - inputs[0].max(axis=axes, keepdims=True)
        out -= np.log(np.exp(out).sum(axis=axes, keepdims=True))
        return Forward(out)

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """g − p · Σ g."""
        y = forward.output
        return Backward((grad - np.exp(y) * grad.sum(axis=self.axes(y.ndim), keepdims=True),), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Output: layout (n,), terms exp(score − largest), bias the own score − largest.

        input0: layout (1 + n,), the own g, then −p·g of every cell it shares with.
        """
        total = self.total(target, cell, run, sample)
        if target == "output":
            seen, terms, at = self.powers(cell, run, sample)
            return Trace("shares", target, cell, (seen,), terms, terms.shape, total, "log share",
                         bias=float(seen.values[at] - seen.values.max()), winner=at)
        cells, _ = self.line(cell, run.inputs[0].shape[1:])
        p = float(np.exp(np.float64(run.forward.output[sample][cell])))
        return self.back(target, cell, run, sample, 1.0, np.full(len(cells), -p))

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The score less the largest, less ln of the sum."""
        if target != "output":
            return ""
        scores, own = self.around(cell, names["input0"])
        return f"s = {scores}\ns = s - s.max()\n(s - np.log(np.exp(s).sum()))[{own}]"

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it does."""
        return "logarithms of shares" if self.axis == "channels" else "logarithms of shares · {axis}", \
            {"axis": self.axis}
