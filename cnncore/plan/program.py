"""A network compiled for one number of samples and one purpose: buffers, kernels and the order of their calls.

Three purposes: ``"every"`` gives all outputs (inner arrays are views of one block of outer memory, which is itself
handed out), ``"scores"`` only the scores, ``"train"`` the scores and, after the loss, the gradients.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Collection, Mapping

import numpy as np

from cnncore.network import INPUT, Network, Node, Weights
from cnncore.op import PLAIN, Array, Context, Forward
from cnncore.plan.backward import Backwards
from cnncore.plan.fallback import Fallback
from cnncore.plan.fuse import conv_pool
from cnncore.plan.kernel import Call, Kernel, Site
from cnncore.plan.layout import as_inner, as_outer, empty, inner_shape, maps
from cnncore.plan.units import KERNELS, Unit, needed, units, upstream


class Program:
    """See the module.

    Attributes:
        inner: Name to inner array, made once.
        outer: Name to (N, C, *S) of this pass, where a node asked for it; never written to again.
        kernels, fallbacks: By name of the unit: what does the work.
    """

    def __init__(self, network: Network, samples: int, purpose: str) -> None:
        self.network, self.samples, self.purpose = network, samples, purpose
        self.every = purpose == "every"
        self.inner: dict[str, Array] = {}
        self.outer: dict[str, Array] = {}
        self.kernels: dict[str, Kernel] = {}
        self.fallbacks: dict[str, Fallback] = {}
        self.calls: dict[str, list[Call]] = {}
        self.context = PLAIN
        wanted = set(network.shapes) if self.every else (
            upstream(network, [network.scores]) if purpose == "scores" else needed(network))
        self.wanted = wanted
        self.views = self._arranged() if self.every else {}
        self.units: list[Unit] = []
        for unit in units(network, wanted, not self.every):
            self._compile(unit)
        self._loads = [(unit.name, self._taker(unit), keys) for unit in self.units if (keys := self._keys(unit))]
        self.order = [call for unit in self.units for call in self.calls[unit.name]]
        self.back = Backwards(self) if purpose == "train" else None
        self._own = self._holders() if self.every else 0

    # --- building

    def _arranged(self) -> dict[str, Array]:
        """Every output as (N, C, *G), all in one block, the input first."""
        sizes = {name: self.samples * math.prod(shape) for name, shape in self.network.shapes.items()}
        self.block = empty((sum(-(-size // 16) * 16 for size in sizes.values()),))
        views, at = {}, 0
        for name, size in sizes.items():
            views[name] = self.block[at : at + size].reshape(self.samples, *self.network.shapes[name])
            at += -(-size // 16) * 16
        return views

    def _array(self, name: str) -> Array:
        """The inner array of that output, new."""
        if self.every:
            return as_inner(self.views[name])
        found = inner_shape(self.network.shapes[name], self.samples)
        assert found is not None  # asked before
        return maps(found)

    def _compile(self, unit: Unit) -> None:
        kernel = self._kernel(unit)
        if kernel is None and len(unit.nodes) > 1:
            for node in unit.nodes:
                self._compile(Unit((node,)))
            return
        self.units.append(unit)
        calls: list[Call] = []
        if kernel is None:
            self.fallbacks[unit.name] = Fallback(unit.head)
            calls.append(lambda: self._fall_back(unit.head))
        else:
            self.kernels[unit.name] = kernel
            calls += kernel.calls
        self.calls[unit.name] = calls

    def _keys(self, unit: Unit) -> list[tuple[str, str]]:
        """Short and full names of the unit's weights."""
        shapes = unit.head.op.parameter_shapes(*self.network.input_shapes(unit.head.name))
        return [(short, f"{unit.head.name}.{short}") for short in shapes]

    def _taker(self, unit: Unit) -> Callable[[Mapping[str, Array]], None]:
        return self.kernels[unit.name].load if unit.name in self.kernels else self.fallbacks[unit.name].load

    def _kernel(self, unit: Unit) -> Kernel | None:
        node = unit.head
        if node.op.kind not in KERNELS or inner_shape(self.network.shapes[unit.name], 1) is None:
            return None
        if any(inner_shape(shape, 1) is None for shape in self.network.input_shapes(node.name)):
            return None
        output, sources = self._array(unit.name), tuple(self._input(source) for source in node.inputs)
        shapes = self.network.input_shapes(node.name)
        if self._aliased(node):
            output = sources[0]
        site = Site(node.op, shapes, self.samples, sources, output, self.every)
        if len(unit.nodes) > 1:
            assert unit.pool is not None  # units() makes no others
            pool = Site(unit.pool.op, self.network.input_shapes(unit.pool.name), self.samples, (), output)
            kernel = conv_pool(site, pool, any(one.op.kind == "relu" for one in unit.nodes))
        else:
            kernel = KERNELS[node.op.kind](site)
        if kernel is not None:
            self.inner[unit.name] = output
        return kernel

    def _aliased(self, node: Node) -> bool:
        """True for a ReLU whose input nobody else reads and whose maker does not need it any more."""
        source = node.inputs[0]
        maker = self.kernels.get(source)
        readers = [name for name in self.network.consumers(source) if name in self.wanted]
        return (not self.every and node.op.kind == "relu" and maker is not None and not maker.keeps_output
                and readers == [node.name] and source != self.network.scores)

    def _input(self, name: str) -> Array:
        """The inner array of what is already computed; where a fallback computes it, it is filled from now on."""
        if name not in self.inner:
            array = self._array(name)
            self.inner[name] = array
            if name != INPUT:
                self.calls[name].append(lambda: np.copyto(array, as_inner(self.outer[name])))
        return self.inner[name]

    # --- running

    def load(self, weights: Weights, names: Collection[str] | None = None) -> None:
        """The weights of this pass, of all units or of some."""
        for name, take, keys in self._loads:
            if names is None or name in names:
                take({short: weights[full] for short, full in keys})

    def start(self, x: Array, context: Context = PLAIN) -> None:
        """Take a batch in."""
        self.context = context
        self.outer = {INPUT: x}
        if INPUT in self.inner:
            np.copyto(self.inner[INPUT], as_inner(x))

    def run(self) -> None:
        """All units."""
        for call in self.order:
            call()

    def output(self, name: str) -> Array:
        """(N, C, *G) of this pass, in memory of its own."""
        if name not in self.outer:
            self.outer[name] = np.array(as_outer(self.inner[name], self.network.shapes[name]), order="C")
        return self.outer[name]

    def _fall_back(self, node: Node) -> None:
        inputs = tuple(self.output(source) for source in node.inputs)
        self.outer[node.name] = self.fallbacks[node.name].forward(inputs, self.context)

    def everything(self, names: Collection[str]) -> dict[str, Array]:
        """The named outputs of this pass; those of kernels lie in the block, see `held`."""
        return {name: self.views[name] if name in self.kernels else self.outer[name] for name in names}

    def held(self) -> bool:
        """True while somebody has an output of an earlier pass, or a view of one: nothing may be written over it.

        All that leaves is the views, or is based on the block; CPython counts who has them.
        """
        return self._holders() > self._own

    def _holders(self) -> int:
        return sys.getrefcount(self.block) + sum(map(sys.getrefcount, self.views.values()))

    def part(self, weights: Weights, known: Mapping[str, Array], stale: Collection[str]) -> None:
        """The ``stale`` units anew, on the ``known`` outputs of the others."""
        names = [unit.name for unit in self.units if unit.name in stale]
        self.load(weights, names)
        self.outer = dict(known)
        fresh = {source for name in names for source in self.network.node(name).inputs} - set(names)
        for source in fresh:
            if source in self.inner:
                np.copyto(self.inner[source], as_inner(known[source]))
        for name in names:
            self.outer.pop(name, None)
            for call in self.calls[name]:
                call()

    def forwards(self, outputs: Mapping[str, Array]) -> dict[str, Forward]:
        """As the ops would have given them."""
        return {name: self.fallbacks[name].done if name in self.fallbacks else Forward(array)
                for name, array in outputs.items() if name != INPUT}

    def state(self) -> dict[str, Array]:
        """New values of the running weights, under their full names."""
        return {f"{name}.{key}": value for name, node in self.fallbacks.items()
                for key, value in node.done.state.items()}
