"""Optimisers: how the weights follow the gradient. Pure: weights and state go in, new ones come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.op import Array, Knobs, knob
from cnncore.trace import Trace, column

State = Mapping[str, Array]


@dataclass(frozen=True)
class SGD(Knobs):
    """Stochastic gradient descent with momentum: v ← momentum·v + ∂L/∂w + decay·w, then w ← w − rate·v.

    Sutskever, Martens, Dahl and Hinton 2013, PMLR 28(3):1139.
    """

    kind = "sgd"
    learning_rate: float = knob(0.05, low=0.0, high=100.0, help="Length of a step down the gradient.")
    momentum: float = knob(0.9, low=0.0, high=0.9999, help="Share of the last step that is kept.")
    weight_decay: float = knob(0.0, low=0.0, high=1.0, help="Pull of every weight towards zero.")

    def start(self, weights: Mapping[str, Array]) -> dict[str, Array]:
        """Nothing moves yet: a zero for each weight."""
        return {key: np.zeros_like(value) for key, value in weights.items()}

    def step(self, weights: Mapping[str, Array], gradients: Mapping[str, Array], state: State,
             rate: float = 1.0) -> tuple[dict[str, Array], dict[str, Array]]:
        """New weights and new state; neither argument is written to.

        Args:
            weights: Name to array.
            gradients: Of those weights that shall move; the others stay.
            state: As `start` or an earlier step gave it.
            rate: Factor on the learning rate, from a schedule.
        """
        moved, speeds = dict(weights), dict(state)
        for key, gradient in gradients.items():
            weight = weights[key]
            speed = state[key] * weight.dtype.type(self.momentum)
            speed += gradient
            if self.weight_decay:
                speed += weight * weight.dtype.type(self.weight_decay)
            moved[key] = weight - speed * weight.dtype.type(self.learning_rate * rate)
            speeds[key] = speed
        return moved, speeds

    def trace(self, key: str, index: tuple[int, ...], weights: Mapping[str, Array], gradients: Mapping[str, Array],
              state: State, rate: float = 1.0) -> Trace:
        """One weight's update: w, −rate·momentum·v, −rate·∂L/∂w, −rate·decay·w; they sum to the new weight.

        Args:
            key: Which array of ``weights``.
            index: Which number of it.
            weights, gradients, state, rate: As `step` takes them, before the step.
        """
        after = self.step({key: weights[key]}, {key: gradients[key]}, {key: state[key]}, rate)[0][key]
        w, step = float(weights[key][index]), self.learning_rate * rate
        values = [w, float(state[key][index]), float(gradients[key][index]), w]
        factors = [1.0, -step * self.momentum, -step, -step * self.weight_decay]
        columns = column("value", values), column("factor", factors)
        return Trace("update", key, index, columns, columns[0].values * columns[1].values, (4,), float(after[index]))


OPTIMIZERS: dict[str, type[SGD]] = {"sgd": SGD}
