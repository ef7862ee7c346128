"""The contract of an optimiser. Pure: weights and state go in, new ones come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnncore.op import Array, Knobs, knob
from cnncore.trace import Trace, column

State = Mapping[str, Array]
Factors = float | Mapping[str, float | Array]  # on the learning rate: one for all, or by weight; 0: it stands still
STEP = "step"


@dataclass(frozen=True)
class Optimizer(Knobs):
    """How the weights follow the gradient. See `cnncore.optimizers.OPTIMIZERS`.

    Everything is elementwise: one flat vector under a single key moves exactly as its parts would. The state is arrays
    only, ``"velocity:conv1.weight"`` and the like beside ``"step"``, the number of steps behind.
    """

    title: ClassVar[str] = ""
    slots: ClassVar[tuple[str, ...]] = ()  # what is remembered of each weight
    learning_rate: float = knob(0.01, low=0.0, high=100.0, help="Length of a step down the gradient.")

    def start(self, weights: Mapping[str, Array]) -> dict[str, Array]:
        """Nothing has moved yet: a zero for each weight and slot."""
        zeros = {f"{slot}:{key}": np.zeros_like(value) for key, value in weights.items() for slot in self.slots}
        return {STEP: np.zeros((), np.int64), **zeros}

    def step(self, weights: Mapping[str, Array], gradients: Mapping[str, Array], state: State,
             rate: Factors = 1.0) -> tuple[dict[str, Array], dict[str, Array]]:
        """New weights and new state; no argument is written to.

        Args:
            weights: Name to array.
            gradients: Of those weights that shall move; the others stay.
            state: As `start` or an earlier step gave it.
            rate: Factor on the learning rate, from a schedule; or one for each weight, a number or an array.
        """
        moved, after = dict(weights), dict(state)
        count = int(state.get(STEP, 0)) + 1
        after[STEP] = np.array(count)
        for key, gradient in gradients.items():
            factor = rate.get(key, 1.0) if isinstance(rate, Mapping) else rate
            slots = {slot: state[f"{slot}:{key}"] for slot in self.slots}
            shape = weights[key].shape
            if not shape:  # a lone number: ufuncs give scalars for it, which nothing can be written into
                gradient, slots = gradient.reshape(1), {slot: value.reshape(1) for slot, value in slots.items()}
            weight, new = self._move(weights[key] if shape else weights[key].reshape(1), gradient, slots, factor, count)
            moved[key] = weight if shape else weight.reshape(())
            for slot, value in new.items():
                after[f"{slot}:{key}"] = value if shape else value.reshape(())
        return moved, after

    def trace(self, key: str, index: tuple[int, ...], weights: Mapping[str, Array], gradients: Mapping[str, Array],
              state: State, rate: Factors = 1.0) -> Trace:
        """One weight's update: terms value · factor that sum to the new weight.

        The rows are the weight, what is kept of the last step (momentum), the gradient, the weight decay. Adam and
        RMSprop have a third column, ``scale``, which they compute from the size of the gradients.

        Args:
            key: Which array of ``weights``.
            index: Which number of it.
            weights, gradients, state, rate: As `step` takes them, before the step.
        """
        after, then = self.step(weights, {key: gradients[key]}, state, rate)
        factor = rate.get(key, 1.0) if isinstance(rate, Mapping) else rate
        length = self.learning_rate * float(factor[index] if isinstance(factor, np.ndarray) else factor)
        before = {slot: float(state[f"{slot}:{key}"][index]) for slot in self.slots}
        new = {slot: float(then[f"{slot}:{key}"][index]) for slot in self.slots}
        w, g = float(weights[key][index]), float(gradients[key][index])
        rows = [(w, 1.0, 1.0), *self._terms(w, g, before, new, length, int(then[STEP]))]
        values, factors, scales = (column(name, [row[k] for row in rows])
                                   for k, name in enumerate(("value", "factor", "scale")))
        terms = values.values * factors.values * scales.values
        columns = (values, factors, scales) if np.any(scales.values != 1.0) else (values, factors)
        return Trace("update", key, index, columns, terms, terms.shape, float(after[key][index]))

    def _move(self, weight: Array, gradient: Array, slots: Mapping[str, Array], rate: float | Array,
              count: int) -> tuple[Array, dict[str, Array]]:
        """The new weight and the new slots, from those before; ``count`` counts this step, from 1."""
        raise NotImplementedError

    def _terms(self, w: float, g: float, before: Mapping[str, float], after: Mapping[str, float], length: float,
               count: int) -> list[tuple[float, float, float]]:
        """(value, factor, scale) of one weight's change: the rows of momentum, gradient and decay."""
        raise NotImplementedError

    def _down(self, weight: Array, way: Array, rate: float | Array, scale: float = 1.0) -> Array:
        """weight − learning rate · rate · scale · way."""
        number = weight.dtype.type
        if isinstance(rate, np.ndarray):
            down = way * number(self.learning_rate * scale)
            down *= rate
        else:
            down = way * number(self.learning_rate * scale * rate)
        return np.asarray(np.subtract(weight, down, out=down))
