"""Batch norm: every channel gets mean 0 and variance 1 over the batch, then a weight and a bias of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import PLAIN, Array, Context, Forward, Params, Region, Run, Shape, knob, single
from cnncore.ops.norm import Group, Moments, Norm
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class BatchNorm(Norm):
    """Training norms by the batch, over samples and space; else by averages that have followed the batches.

    The average of the variance takes the unbiased one, over n − 1, as PyTorch does; the norm itself divides by n.
    Ioffe and Szegedy 2015, arXiv:1502.03167.

    Raises:
        CnnError: From `forward` in training, where a channel of the batch is a single number.
    """

    kind = "batchnorm"
    title = "batch norm"
    running = ("running_mean", "running_var")
    across = True
    momentum: float = knob(0.1, low=0.0, high=1.0, help="How much of each batch the running averages take over.")

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """weight, bias, running_mean, running_var, each (C,)."""
        return super().parameter_shapes(*inputs) | dict.fromkeys(self.running, inputs[0][:1])

    def average(self, values: Array) -> Array:
        """Over samples and space."""
        each = values.reshape(*values.shape[:2], -1).mean(axis=2)  # (N, C): along the memory first, which is quicker
        return self.spread(each.mean(axis=0), values.ndim)[None]

    def moments(self, x: Array, params: Params, training: bool) -> Moments:
        """Of the batch in training, else the running ones."""
        if training:
            return super().moments(x, params, training)
        mean, var = (self.spread(params[key].astype(np.float64), x.ndim) for key in self.running)
        return Moments(mean[None], 1 / np.sqrt(var[None] + self.epsilon), True)

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """In training `state` holds the running averages after this batch."""
        done = super().forward(inputs, params, context)
        if not context.training:
            return done
        n = inputs[0].size // inputs[0].shape[1]
        if n < 2:
            raise CnnError("batchnorm.single", "{owner}: in training a batch of {samples} with one number a channel "
                           "has no variance. Allowed: {allowed} samples, or maps of more than one cell.",
                           owner=self.kind, samples=len(inputs[0]), allowed="2, 3, …")
        found: Moments = done.saved
        seen = (found.mean, (1 / found.scale ** 2 - self.epsilon) * (n / (n - 1)))
        state = {key: ((1 - self.momentum) * params[key] + self.momentum * now.reshape(-1)).astype(params[key].dtype)
                 for key, now in zip(self.running, seen, strict=True)}
        return Forward(done.output, found, state)

    def group(self, cell: tuple[int, ...], sample: int, shape: Shape) -> Group:
        """The channel, in all samples."""
        places = np.indices((shape[0], *shape[2:])).reshape(len(shape) - 1, -1)
        own = int(np.ravel_multi_index((sample, *cell[1:]), (shape[0], *shape[2:])))
        return Group(np.vstack([np.full_like(places[:1], cell[0]), places[1:]]).T, places[0], own)

    def output_trace(self, cell: tuple[int, ...], run: Run, sample: int, total: float) -> Trace:
        """Layout (1,): the cell times weight and scale; bias − mean · weight · scale is the bias."""
        found: Moments = run.forward.saved
        mean, scale = float(found.mean.reshape(-1)[cell[0]]), float(found.scale.reshape(-1)[cell[0]])
        factors = [column("input0", [run.inputs[0][sample][cell]], [cell]),
                   *self._weights(run, np.array([cell], np.int64)), column("scale", [scale])]
        slope = float(np.prod([one.values for one in factors[1:]]))
        terms = np.prod([one.values for one in factors], axis=0)
        return Trace("products", "output", cell, tuple(factors), terms, (1,), total,
                     bias=(self.own_bias(cell, run) or 0.0) - mean * slope)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The same cell; what training reads beside it, mean and variance of the batch, is not counted."""
        return (single(cell),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The same cell."""
        return single(cell)

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """With the running averages, as outside training."""
        if target != "output":
            return ""
        c, own = cell[0], ", ".join(map(str, cell))
        after = f" * {names['weight']}[{c}] + {names['bias']}[{c}]" if self.learned else ""
        return (f"s = np.sqrt({names['running_var']}[{c}] + {self.epsilon!r})\n"
                f"({names['input0']}[{own}] - {names['running_mean']}[{c}]) / s{after}")

    def summary(self) -> tuple[str, dict[str, object]]:
        """Over what."""
        return ("norm of each channel over the batch" if self.learned
                else "norm of each channel over the batch · nothing learned"), {}
