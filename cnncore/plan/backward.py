"""The backward half of a training program: where each gradient lives, and the calls that fill it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cnncore.op import Array, Shape
from cnncore.plan.kernel import Call, call
from cnncore.plan.layout import as_inner, as_outer, empty, maps
from cnncore.plan.units import Unit, learning, upstream

if TYPE_CHECKING:
    from cnncore.plan.program import Program


class Backwards:
    """An output with an inner array has its gradient there; that of any other is an outer array of this pass.

    Attributes:
        flat: Gradients of all weights, in the order of the network; `slots` are views of it.
        reached: Full names of the weights that have a gradient.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        network = program.network
        self.shapes = {key: shape for key, shape in network.parameter_shapes.items() if key not in network.running}
        self.slots: dict[str, Array] = {}
        self.places: list[tuple[str, Shape, int, int]] = []
        self.flat = empty((sum(int(np.prod(shape)) for shape in self.shapes.values()),))
        at = 0
        for key, shape in self.shapes.items():
            size = int(np.prod(shape))
            self.slots[key] = self.flat[at : at + size].reshape(shape)
            self.places.append((key, shape, at, at + size))
            at += size
        self.grads: dict[str, Array] = {}
        self.outer: dict[str, Array] = {}
        found: list[str] = []
        self.calls: list[Call] = []
        self._learning = learning(network)
        self._filled: set[str] = {network.scores}
        if network.scores in program.inner:
            self.grads[network.scores] = maps(program.inner[network.scores].shape)
        path = upstream(network, [network.scores])
        for unit in reversed(program.units):
            if unit.name in path and unit.name in self._learning and unit.name in self._filled:
                self._compile(unit)
                found += [key for key in self.shapes if key.split(".", 1)[0] == unit.head.name]
        self.reached = frozenset(found)

    def _compile(self, unit: Unit) -> None:
        program, node = self.program, unit.head
        own = {key.split(".", 1)[1]: slot for key, slot in self.slots.items() if key.split(".", 1)[0] == node.name}
        kernel = program.kernels.get(unit.name)
        if kernel is None:
            firsts = []
            for source in node.inputs:
                firsts.append(source not in self._filled)
                if source in self._learning:
                    self._filled.add(source)
            self.calls.append(lambda: self._fall_back(unit, own, firsts))
            return
        came, wants, added = self._grad(unit.name), list[Array | None](), list[Call]()
        for source in node.inputs:
            if source not in self._learning:
                wants.append(None)
            elif source not in self._filled:
                self._filled.add(source)
                aliased = program.inner[source] is program.inner[unit.name]
                self.grads[source] = came if aliased else maps(program.inner[source].shape)
                wants.append(self.grads[source])
            else:  # a second reader of the same output: its share is made beside the first and added
                total = self._grad(source)
                share = maps(total.shape)
                wants.append(share)
                added.append(call(np.add, total, share, out=total))
        self.calls += [*kernel.backward(came, tuple(wants), own), *added]

    def _grad(self, name: str) -> Array:
        if name not in self.grads:
            self.grads[name] = maps(self.program.inner[name].shape)
        return self.grads[name]

    def start(self, grad: Array) -> None:
        """∂L/∂scores (N, classes)."""
        self.outer = {}
        self._put(self.program.network.scores, grad, True)

    def run(self) -> None:
        """All calls."""
        for one in self.calls:
            one()

    def _put(self, name: str, grad: Array, first: bool) -> None:
        if name in self.program.inner:
            target = self._grad(name)
            if first:
                np.copyto(target, as_inner(grad))
            else:
                np.add(target, as_inner(grad), out=target)
        else:
            self.outer[name] = grad if first else self.outer[name] + grad

    def _fall_back(self, unit: Unit, own: dict[str, Array], firsts: list[bool]) -> None:
        node, network = unit.head, self.program.network
        name = unit.name
        if name in self.grads:
            came = np.array(as_outer(self.grads[name], network.shapes[name]), order="C")
        else:
            came = self.outer[name]
        wanted = any(source in self._learning for source in node.inputs)
        back = self.program.fallbacks[name].backward(came, wanted)
        for key, slot in own.items():
            np.copyto(slot, back.params[key])
        for source, grad, first in zip(node.inputs, back.inputs, firsts, strict=False):
            if source in self._learning:
                self._put(source, grad, first)
