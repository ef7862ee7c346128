"""What the norms share: (x − mean) · scale · weight + bias, and how it flows back through mean and scale.

Inside everything is float64 and rounded once at the end: where a deviation is small against its mean, float32 on the
way would cost digits that no sum of absolute terms accounts for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Run, Shape, knob
from cnncore.trace import Operand, Trace, column


class Moments(NamedTuple):
    """What a pass was normed with, float64, spread so that it broadcasts beside (N, C, *S).

    Args:
        mean: Of each group.
        scale: 1 / √(variance + epsilon).
        fixed: True where both were given, and nothing flows back through them.
    """

    mean: Array
    scale: Array
    fixed: bool


class Group(NamedTuple):
    """The cells that share mean and scale with one: (n, 1 + rank) cells, their (n,) samples, and which one it is."""

    cells: Array
    samples: Array
    own: int

    @property
    def at(self) -> tuple[Array, ...]:
        """As an index into (N, C, *S)."""
        return (self.samples, *self.cells.T)


@dataclass(frozen=True)
class Norm(Op):
    """Base: a norm says what shares a mean (`moments`, `average`, `group`) and how weight and bias lie (`spread`)."""

    epsilon: float = knob(1e-5, low=1e-12, high=1.0, help="Added to the variance, so that nothing is divided by 0.")
    learned: bool = knob(True, help="A weight and a bias that are learned follow the norm.")

    def moments(self, x: Array, params: Params, training: bool) -> Moments:
        """Mean and scale of every group of x, float64."""
        mean = self.average(x)
        return Moments(mean, 1 / np.sqrt(self.average((x - mean) ** 2) + self.epsilon), False)

    def average(self, values: Array) -> Array:
        """The mean of each group, spread so that it broadcasts beside (N, C, *S)."""
        raise NotImplementedError

    def group(self, cell: tuple[int, ...], sample: int, shape: Shape) -> Group:
        """What shares with a cell; ``shape`` is (N, C, *S)."""
        raise NotImplementedError

    def spread(self, parameter: Array, rank: int) -> Array:
        """A parameter as it broadcasts beside an array of so many axes: here (C,) as (C, 1, …)."""
        return parameter.reshape(-1, *(1,) * (rank - 2))

    def summed(self, rank: int) -> tuple[int, ...]:
        """The axes of an array that one weight serves."""
        return (0, *range(2, rank))

    def parameter_cell(self, cell: tuple[int, ...]) -> tuple[int, ...]:
        """Where in weight and bias a cell finds its own."""
        return cell[:1]

    def output_shape(self, *inputs: Shape) -> Shape:
        """The input's."""
        return inputs[0]

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """weight (C,) and bias (C,)."""
        return {"weight": inputs[0][:1], "bias": inputs[0][:1]} if self.learned else {}

    def start(self, rng: np.random.Generator, *inputs: Shape) -> dict[str, Array]:
        """Weight and variance 1, bias and mean 0: at first it only norms."""
        ones = ("weight", "running_var")
        return {key: np.full(shape, key in ones, np.float32) for key, shape in self.parameter_shapes(*inputs).items()}

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """(x − mean) · scale · weight + bias; the `Moments` are saved."""
        x = inputs[0].astype(np.float64)
        found = self.moments(x, params, context.training)
        x -= found.mean
        x *= found.scale
        if self.learned:
            x *= self.spread(params["weight"], x.ndim)
            x += self.spread(params["bias"], x.ndim)
        return Forward(x.astype(inputs[0].dtype, copy=False), found)

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """scale · (g − mean of g − x̂ · mean of g·x̂) with g = grad · weight; only scale · g where both were given."""
        found: Moments = forward.saved
        normed = (inputs[0] - found.mean) * found.scale
        learned = {}
        g = grad.astype(np.float64)
        if self.learned:
            over, like = self.summed(grad.ndim), params["weight"]
            learned = {"weight": (g * normed).sum(axis=over).astype(grad.dtype),
                       "bias": g.sum(axis=over).astype(grad.dtype)}
            g *= self.spread(like, grad.ndim)
        if not found.fixed:
            g -= self.average(g) + normed * self.average(g * normed)
        g *= found.scale
        return Backward((g.astype(grad.dtype, copy=False),), learned)

    # --- traces

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layouts: output (1,) or (1 + n,), see `output_trace`; input0 (n,), the group; weight and bias see `sums`.

        In the gradient of an input every gradient of the group counts, times weight and a computed share,
        (δ − 1/n − x̂ᵢ·x̂ⱼ/n) · scale.
        """
        total = self.total(target, cell, run, sample)
        if target == "output":
            return self.output_trace(cell, run, sample, total)
        assert run.grad is not None  # total() has seen to it
        if target != "input0":
            return self._parameter_trace(target, cell, run, total)
        found: Moments = run.forward.saved
        x = run.inputs[0]
        scale = float(np.broadcast_to(found.scale, x.shape)[sample][cell])
        if found.fixed:
            members = Group(np.array([cell], np.int64), np.array([sample]), 0)
            share = np.array([scale])
        else:
            members = self.group(cell, sample, x.shape)
            normed = self._normed(run, members)
            share = -(1 + normed[members.own] * normed) / len(normed)
            share[members.own] += 1
            share *= scale
        came = column("grad", run.grad[members.at], members.cells, samples=members.samples)
        factors = [came, *self._weights(run, members.cells), column("share", share)]
        terms = np.prod([one.values for one in factors], axis=0)
        return Trace("products", target, cell, tuple(factors), terms, terms.shape, total)

    def output_trace(self, cell: tuple[int, ...], run: Run, sample: int, total: float) -> Trace:
        """The cell times weight and scale, then every cell of its group times −weight · scale / n: the mean; + bias."""
        members = self.group(cell, sample, run.inputs[0].shape)
        cells = np.vstack([np.array([cell], np.int64), members.cells])
        found: Moments = run.forward.saved
        scale = float(np.broadcast_to(found.scale, run.inputs[0].shape)[sample][cell])
        factor = np.full(len(cells), -scale / len(members.cells))
        factor[0] = scale
        seen = column("input0", run.inputs[0][sample][tuple(cells.T)], cells)
        factors = [seen, *self._weights(run, np.repeat(cells[:1], len(cells), axis=0)), column("scale", factor)]
        terms = np.prod([one.values for one in factors], axis=0)
        return Trace("products", "output", cell, tuple(factors), terms, terms.shape, total,
                     bias=self.own_bias(cell, run))

    def own_bias(self, cell: tuple[int, ...], run: Run) -> float | None:
        """What is added to a cell in the end."""
        return float(run.params["bias"][self.parameter_cell(cell)]) if self.learned else None

    def _weights(self, run: Run, cells: Array) -> list[Operand]:
        """The weight of each of these cells, as a column; none where there is none."""
        if not self.learned:
            return []
        weight = run.params["weight"]
        own = cells[:, :weight.ndim]  # one a channel, or one a cell: see `parameter_cell`
        return [column("weight", weight[tuple(own.T)], own)]

    def _normed(self, run: Run, members: Group) -> Array:
        found: Moments = run.forward.saved
        at, shape = members.at, run.inputs[0].shape
        out: Array = (run.inputs[0][at] - np.broadcast_to(found.mean, shape)[at]) \
            * np.broadcast_to(found.scale, shape)[at]
        return out

    def _parameter_trace(self, target: str, cell: tuple[int, ...], run: Run, total: float) -> Trace:
        """What came back to every cell that has this weight or bias, for a weight times its normed input."""
        assert run.grad is not None  # total() has seen to it
        space = run.grad.shape[1 + len(cell):]
        places = np.indices((len(run.grad), *space)).reshape(1 + len(space), -1)
        cells = np.hstack([np.tile(np.array(cell, np.int64), (places.shape[1], 1)), places[1:].T])
        members = Group(cells, places[0], 0)
        came = column("grad", run.grad[members.at], cells, samples=places[0])
        layout = (len(run.grad), *space)
        if target == "bias":
            return Trace("products", target, cell, (came,), came.values, layout, total)
        normed = column("normed", self._normed(run, members))
        return Trace("products", target, cell, (came, normed), came.values * normed.values, layout, total)

    def multiply_adds(self, *inputs: Shape) -> int:
        """One for each number."""
        return int(np.prod(inputs[0]))
