"""Any gradient, checked by hand: nudge the number both ways, compute the loss anew in float64, divide the difference.

Only what lies after the nudge is computed again. Where the nudge crosses a kink (a ReLU flips, a pooling has another
winner), the two sides have slopes of their own, and there is no one gradient to find: then that is what it says.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.model.frames import value_of
from app.model.results import Results
from app.model.timeline import LOSS, Playhead, is_input
from cnncore.network import Node
from cnncore.op import Array

STEPS = (1e-4, 1e-6)  # the second where the first crosses a kink: a smaller nudge may stay on this side of it
CLOSE = 1e-3  # relative; a float32 gradient through a deep network keeps three digits and more
ROUNDING = 64 * float(np.finfo(np.float64).eps)  # of a loss made of scores of some size, in float64
JUMP = 1e-3  # of a layer's own gradient, from one side of the nudge to the other: a slope, not a curve


@dataclass(frozen=True)
class Check:
    """What a nudge found.

    Args:
        step: How far the number was moved, each way.
        engine: The gradient by the chain rule, as the window shows it.
        found: (L₊ − L₋) / 2 step.
        below: Slope on the side of the smaller number, (L₀ − L₋) / step.
        above: On the other side.
        kinks: Nodes whose slope jumps between the two sides; `LOSS` for the loss itself.
        floor: What rounding alone can make of a quotient with this step.
    """

    step: float
    engine: float
    found: float
    below: float
    above: float
    kinks: tuple[str, ...] = ()
    floor: float = ROUNDING / STEPS[0]

    @property
    def difference(self) -> float:
        """Relative to the larger of the two; 0 where both are no more than rounding."""
        size = max(abs(self.engine), abs(self.found))
        return 0.0 if size <= self.floor else abs(self.engine - self.found) / size

    @property
    def agrees(self) -> bool:
        """True where the two are the same, as far as the engine's float32 goes."""
        return bool(self.difference <= CLOSE or abs(self.engine - self.found) <= self.floor)


class _Side(NamedTuple):
    """One forward pass on one side: the loss, and the slopes of the layers that may have kinks."""

    loss: float
    slopes: dict[str, Array]


def can_check(head: Playhead) -> bool:
    """True for a gradient."""
    return head.lane == "backward"


def check(results: Results, head: Playhead) -> Check:
    """All of `checking` at once."""
    job = checking(results, head)
    while True:
        try:
            next(job)
        except StopIteration as stopped:
            found: Check = stopped.value
            return found


def checking(results: Results, head: Playhead) -> Generator[None, None, Check]:
    """The check of a number of the backward lane; yields after each layer, so that it can run in slices."""
    engine = value_of(results, head)
    done = Check(STEPS[0], engine, 0.0, 0.0, 0.0)
    for step in STEPS:
        middle = yield from _side(results, head, 0.0)
        low = yield from _side(results, head, -step)
        high = yield from _side(results, head, step)
        kinks = tuple(name for name in middle.slopes
                      if _jump(low.slopes[name], high.slopes[name]) or _jump(low.slopes[name], middle.slopes[name]))
        done = Check(step, engine, (high.loss - low.loss) / (2 * step), (middle.loss - low.loss) / step,
                     (high.loss - middle.loss) / step, kinks, ROUNDING / step)
        if not kinks:
            break
    return done


def _side(results: Results, head: Playhead, nudge: float) -> Generator[None, None, _Side]:
    """The loss with the number moved."""
    network = results.network
    made: dict[str, Array] = {}  # what is computed anew, in float64
    slopes: dict[str, Array] = {}
    start, own = head.node, is_input(head.target) or head.target != "output"
    if head.node == LOSS or not own:
        name = network.scores if head.node == LOSS else head.node
        made[name] = _nudged(results.done.outputs[name], (0, *head.index), nudge)
        start = ""
    for node in network.nodes:
        first = node.name == start
        if node.name in made or not (first or any(source in made for source in node.inputs)):
            continue
        inputs = [made.get(source, results.done.outputs[source]).astype(np.float64) for source in node.inputs]
        params = {key: value.astype(np.float64)
                  for key, value in network.params(results.document.effective, node.name).items()}
        if first and is_input(head.target):
            k = int(head.target[5:])
            inputs[k] = _nudged(inputs[k], (0, *head.index), nudge)
        elif first:
            params[head.target] = _nudged(params[head.target], head.index, nudge)
        done = node.op.forward(tuple(inputs), params)
        made[node.name] = done.output
        if not node.op.multiply_adds(*network.input_shapes(node.name)):  # what multiplies with weights has no kinks
            back = node.op.backward(_ramp(done.output), tuple(inputs), params, done)
            for i, gradient in enumerate(back.inputs):
                slopes[_key(node, i)] = gradient
        if node.name == network.scores:
            break
        yield
    loss = results.document.training.settings.loss_made()
    scores, target = made[network.scores].reshape(1, -1), np.array([results.target])
    slopes[LOSS] = loss.gradient(scores, target)
    return _Side(float(loss.value(scores, target)), slopes)


def _key(node: Node, place: int) -> str:
    return node.name if not place else f"{node.name} {place}"


def _nudged(array: Array, index: tuple[int, ...], nudge: float) -> Array:
    out: Array = array.astype(np.float64)
    out[index] += nudge
    return out


def _ramp(output: Array) -> Array:
    """A gradient whose numbers all differ, so that two winners that change places are seen."""
    out: Array = np.linspace(1.0, 2.0, output.size).reshape(output.shape)
    return out


def _jump(one: Array, other: Array) -> bool:
    """True where slopes differ by more than a curve's can within the nudge."""
    return bool((np.abs(one - other) > JUMP * max(float(np.abs(one).max(initial=0.0)), 1e-12)).any())
