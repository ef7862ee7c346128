"""RMSprop: each weight's step is measured by the size of its own recent gradients."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.op import Array, knob
from cnncore.optimizers.base import Optimizer
from cnncore.optimizers.sgd import decayed


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """s ← smoothing·s + (1 − smoothing)·g², then w ← w − rate·g / (√s + epsilon), with momentum through a velocity.

    Tieleman and Hinton 2012, lecture 6.5 of Neural Networks for Machine Learning. The formulas are those of PyTorch's
    RMSprop, not centred.
    """

    kind = "rmsprop"
    title = "RMSprop"
    slots = ("square", "velocity")
    learning_rate: float = knob(0.01, low=0.0, high=100.0, help="Length of a step down the gradient.")
    momentum: float = knob(0.0, low=0.0, high=0.9999, help="Share of the last step that is kept.")
    weight_decay: float = knob(0.0, low=0.0, high=1.0, help="Pull of every weight towards zero.")
    smoothing: float = knob(0.99, low=0.0, high=0.999999, help="Memory of the mean of the squared gradients.")
    epsilon: float = knob(1e-8, low=1e-12, high=1.0, help="Added to the root, so that nothing is divided by zero.")

    def _move(self, weight: Array, gradient: Array, slots: Mapping[str, Array], rate: float | Array,
              count: int) -> tuple[Array, dict[str, Array]]:
        number = weight.dtype.type
        way = decayed(weight, gradient, self.weight_decay)
        square = blended(slots["square"], way, self.smoothing)
        size = np.sqrt(square)
        size += number(self.epsilon)
        way = np.divide(way, size, out=size)
        speed = slots["velocity"]
        if self.momentum:
            way += speed * number(self.momentum)
            speed = way
        return self._down(weight, way, rate), {"square": square, "velocity": speed}

    def _terms(self, w: float, g: float, before: Mapping[str, float], after: Mapping[str, float], length: float,
               count: int) -> list[tuple[float, float, float]]:
        way = g + self.weight_decay * w
        square = self.smoothing * before["square"] + (1.0 - self.smoothing) * way * way
        scale = 1.0 / (math.sqrt(square) + self.epsilon)
        return [(before["velocity"], -length * self.momentum, 1.0), (g, -length, scale),
                (w, -length * self.weight_decay, scale)]


def blended(mean: Array, way: Array, memory: float) -> Array:
    """memory·mean + (1 − memory)·way²."""
    number = mean.dtype.type
    out: Array = way * way
    out *= number(1.0 - memory)
    out += mean * number(memory)
    return out
