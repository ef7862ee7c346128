"""Adam and AdamW: momentum and each weight's own measure, both freed of their start at zero."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnncore.op import Array, knob
from cnncore.optimizers.base import Optimizer
from cnncore.optimizers.rmsprop import blended
from cnncore.optimizers.sgd import decayed


@dataclass(frozen=True)
class Adam(Optimizer):
    """m and s are running means of g and g²; w ← w − rate·m̂ / (√ŝ + epsilon), m̂ = m / (1 − beta1ᵗ), ŝ alike.

    Kingma and Ba 2015, arXiv:1412.6980. Weight decay is coupled: g = ∂L/∂w + decay·w. The formulas are PyTorch's.
    """

    kind = "adam"
    title = "Adam"
    slots = ("mean", "square")
    decoupled: ClassVar[bool] = False
    learning_rate: float = knob(0.001, low=0.0, high=100.0, help="Length of a step down the gradient.")
    weight_decay: float = knob(0.0, low=0.0, high=1.0, help="Pull of every weight towards zero.")
    beta1: float = knob(0.9, low=0.0, high=0.999999, help="Memory of the mean of the gradients.")
    beta2: float = knob(0.999, low=0.0, high=0.999999, help="Memory of the mean of the squared gradients.")
    epsilon: float = knob(1e-8, low=1e-12, high=1.0, help="Added to the root, so that nothing is divided by zero.")

    def _move(self, weight: Array, gradient: Array, slots: Mapping[str, Array], rate: float | Array,
              count: int) -> tuple[Array, dict[str, Array]]:
        number = weight.dtype.type
        way = gradient if self.decoupled else decayed(weight, gradient, self.weight_decay)
        mean = way - slots["mean"]
        mean *= number(1.0 - self.beta1)
        mean += slots["mean"]
        square = blended(slots["square"], way, self.beta2)
        size = np.sqrt(square)
        size *= number(1.0 / math.sqrt(1.0 - self.beta2**count))
        size += number(self.epsilon)
        start = weight
        if self.decoupled and self.weight_decay:
            start = self._down(weight, weight, rate, self.weight_decay)
        way = np.divide(mean, size, out=size)
        return self._down(start, way, rate, 1.0 / (1.0 - self.beta1**count)), {"mean": mean, "square": square}

    def _terms(self, w: float, g: float, before: Mapping[str, float], after: Mapping[str, float], length: float,
               count: int) -> list[tuple[float, float, float]]:
        decay = 0.0 if self.decoupled else self.weight_decay
        square = self.beta2 * before["square"] + (1.0 - self.beta2) * (g + decay * w) ** 2
        scale = 1.0 / (math.sqrt(square / (1.0 - self.beta2**count)) + self.epsilon)
        full = length / (1.0 - self.beta1**count)
        pull = (w, -length * self.weight_decay, 1.0) if self.decoupled else (w, -full * (1 - self.beta1) * decay, scale)
        return [(before["mean"], -full * self.beta1, scale), (g, -full * (1.0 - self.beta1), scale), pull]


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay: w ← w − rate·decay·w, beside Adam's step.

    Loshchilov and Hutter 2019, arXiv:1711.05101, as PyTorch does it: the learning rate scales the decay.
    """

    kind = "adamw"
    title = "AdamW"
    decoupled = True
    weight_decay: float = knob(0.01, low=0.0, high=1.0, help="Pull of every weight towards zero.")
