"""Stochastic gradient descent, with momentum and Nesterov's momentum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnncore.op import Array, knob
from cnncore.optimizers.base import Optimizer


@dataclass(frozen=True)
class SGD(Optimizer):
    """v ← momentum·v + g with g = ∂L/∂w + decay·w, then w ← w − rate·v; with Nesterov w ← w − rate·(g + momentum·v).

    Sutskever, Martens, Dahl and Hinton 2013, PMLR 28(3):1139. The formulas are PyTorch's, without dampening.
    """

    kind = "sgd"
    title = "SGD"
    slots = ("velocity",)
    learning_rate: float = knob(0.05, low=0.0, high=100.0, help="Length of a step down the gradient.")
    momentum: float = knob(0.9, low=0.0, high=0.9999, help="Share of the last step that is kept.")
    weight_decay: float = knob(0.0, low=0.0, high=1.0, help="Pull of every weight towards zero.")
    nesterov: bool = knob(False, help="Look ahead: take the gradient's part twice, as if the step were done.")

    def _move(self, weight: Array, gradient: Array, slots: Mapping[str, Array], rate: float | Array,
              count: int) -> tuple[Array, dict[str, Array]]:
        number = weight.dtype.type
        way = decayed(weight, gradient, self.weight_decay)
        if not self.momentum:
            return self._down(weight, way, rate), {"velocity": way}
        speed = slots["velocity"] * number(self.momentum)
        speed += way
        if self.nesterov:
            way = way + speed * number(self.momentum)
        return self._down(weight, way if self.nesterov else speed, rate), {"velocity": speed}

    def _terms(self, w: float, g: float, before: Mapping[str, float], after: Mapping[str, float], length: float,
               count: int) -> list[tuple[float, float, float]]:
        keep = self.momentum * (self.momentum if self.nesterov else 1.0)
        now = 1.0 + self.momentum if self.nesterov else 1.0
        return [(before["velocity"], -length * keep, 1.0), (g, -length * now, 1.0),
                (w, -length * now * self.weight_decay, 1.0)]


def decayed(weight: Array, gradient: Array, decay: float) -> Array:
    """gradient + decay·weight; the gradient itself without decay."""
    if not decay:
        return gradient
    out: Array = weight * weight.dtype.type(decay)
    out += gradient
    return out
