"""One forward pass, loss and backward pass in training mode: by the compiled plan where that can, else by the ops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

import numpy as np

from cnncore.flat import Flat
from cnncore.losses import Loss
from cnncore.network import Network, Weights
from cnncore.op import Array
from cnncore.plan import Plans


class Learned(NamedTuple):
    """What came of it: the loss, the scores (N, classes), all gradients as one fresh vector, new running values."""

    loss: float
    scores: Array
    gradient: Array
    state: Mapping[str, Array]


Backprop: TypeAlias = "Callable[[Weights, Array, Array, np.random.Generator], Learned]"


def backprop(plans: Plans, loss: Loss, flat: Flat, dtype: np.dtype[np.generic]) -> Backprop:
    """The function (weights, x, labels, rng) -> `Learned` that a training calls at every step.

    Args:
        plans: Of the network that is trained.
        loss: Of its scores.
        flat: Where each weight's gradient lies in the vector.
        dtype: Of weights and samples together; the plan knows float32 only.
    """
    return by_plan(plans, loss) if dtype == np.float32 else by_ops(plans.network, loss, flat)


def by_plan(plans: Plans, loss: Loss) -> Backprop:
    """The fast path."""

    def learned(weights: Weights, x: Array, labels: Array, rng: np.random.Generator) -> Learned:
        step = plans.of(len(x)).train(weights, x, labels, loss, rng)
        return Learned(step.loss, step.scores, step.flat, step.state)

    return learned


def by_ops(network: Network, loss: Loss, flat: Flat) -> Backprop:
    """The reference: every op's own forward and backward."""
    first = next(iter(flat.shapes))

    def learned(weights: Weights, x: Array, labels: Array, rng: np.random.Generator) -> Learned:
        done = network.forward(weights, x, training=True, rng=rng)
        scores = done.outputs[network.scores]
        value, slope = loss.both(scores, labels)
        if not np.isfinite(slope).all():
            return Learned(value, scores, np.full(flat.size, np.nan, scores.dtype), {})
        back = network.backward(weights, done, slope, input_gradient=False)
        vector = flat.pack(back.weights).astype(weights[first].dtype, copy=False)
        return Learned(value, scores, vector, done.state)

    return learned
