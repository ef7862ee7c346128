"""Local response norm: a number is damped by the squares of its neighbours in the channels beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Range, Region, Run, Shape, knob, single
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class LocalResponseNorm(Op):
    """x · d^−beta with d = k + alpha / size · Σ x² over size channels around the own: ⌊size / 2⌋ of them before it.

    As PyTorch defines it, and for an odd size ONNX; alpha is divided by size, other than in the paper. Krizhevsky,
    Sutskever and Hinton 2012, "ImageNet classification with deep convolutional neural networks", section 3.3,
    doi:10.1145/3065386. Inside it is float64, rounded once at the end.
    """

    kind = "lrn"
    title = "local response norm"
    size: int = knob(5, low=1, high=1024, help="Over how many neighbouring channels the squares are added.")
    alpha: float = knob(1e-4, low=0.0, high=1e6, help="How strongly neighbours damp.")
    beta: float = knob(0.75, low=0.0, high=100.0, help="The power of the damping.")
    k: float = knob(1.0, low=1e-6, high=1e6, help="What the squares are added to, so that nothing is divided by 0.")

    def output_shape(self, *inputs: Shape) -> Shape:
        """The input's."""
        return inputs[0]

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """The damping d is saved, (N, C, *S), float64."""
        x = inputs[0].astype(np.float64)
        d = self.k + self.alpha / self.size * self._around(x * x, self.size // 2)
        return Forward((x * d ** -self.beta).astype(inputs[0].dtype, copy=False), d)

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """g · d^−beta − 2 · alpha · beta / size · x · Σ g · x · d^(−beta − 1), over all that have x in their window."""
        x, d, g = inputs[0].astype(np.float64), forward.saved, grad.astype(np.float64)
        sums = self._around(g * x * d ** (-self.beta - 1), (self.size - 1) // 2)
        out = g * d ** -self.beta - 2 * self.alpha * self.beta / self.size * x * sums
        return Backward((out.astype(grad.dtype, copy=False),), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (n,): the channels of the window.

        Output: the own number times d^−beta; its neighbours count in d only and add 0. input0: what came back to each
        channel times a computed share, δ · d^−beta − 2 · alpha · beta / size · xᵢ · xⱼ · dⱼ^(−beta − 1).
        """
        total = self.total(target, cell, run, sample)
        x, d = run.inputs[0][sample].astype(np.float64), run.forward.saved[sample]
        before = self.size // 2 if target == "output" else (self.size - 1) // 2
        channels = np.arange(*self._window(cell[0], before, len(x)))
        cells = np.array([(c, *cell[1:]) for c in channels.tolist()], np.int64)
        at = tuple(cells.T)
        own = channels == cell[0]
        if target == "output":
            first, factor = column("input0", run.inputs[0][sample][at], cells), np.where(own, d[cell] ** -self.beta, 0)
        else:
            assert run.grad is not None  # total() has seen to it
            first = column("grad", run.grad[sample][at], cells)
            factor = np.where(own, d[cell] ** -self.beta, 0) \
                - 2 * self.alpha * self.beta / self.size * x[cell] * x[at] * d[at] ** (-self.beta - 1)
        second = column("scale" if target == "output" else "share", factor)
        return Trace("products", target, cell, (first, second), first.values * second.values, (len(cells),), total)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The channels around, at the same place."""
        return ((self._window(cell[0], self.size // 2, inputs[0][0]), *single(cell[1:])),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """Those that have it in their window."""
        return (self._window(cell[0], (self.size - 1) // 2, inputs[0][0]), *single(cell[1:]))

    def multiply_adds(self, *inputs: Shape) -> int:
        """None with a weight."""
        return 0

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The squares around, and the number damped by them."""
        if target != "output":
            return ""
        x, c, place = names["input0"], cell[0], "".join(f", {i}" for i in cell[1:])
        first, stop = max(c - self.size // 2, 0), c + (self.size - 1) // 2 + 1
        return (f"d = {self.k!r} + {self.alpha!r} * ({x}[{first}:{stop}{place}] ** 2).sum() / {self.size}\n"
                f"{x}[{c}{place}] * d ** -{self.beta!r}")

    def summary(self) -> tuple[str, dict[str, object]]:
        """How wide and how strong."""
        return "over {size} channels · alpha {alpha} · beta {beta} · k {k}", {
            "size": self.size, "alpha": f"{self.alpha:g}", "beta": f"{self.beta:g}", "k": f"{self.k:g}"}

    def _window(self, c: int, before: int, channels: int) -> Range:
        return max(c - before, 0), min(c - before + self.size, channels), 1

    def _around(self, values: Array, before: int) -> Array:
        """(N, C, *S): sums over size channels, so many of them before the own."""
        out = np.zeros_like(values)
        channels = values.shape[1]
        for shift in range(-before, self.size - before):
            low, high = max(-shift, 0), min(channels - shift, channels)
            if low < high:
                out[:, low:high] += values[:, low + shift:high + shift]
        return out
