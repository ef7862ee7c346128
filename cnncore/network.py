"""A network: a graph of named nodes, each an op and the names of what it reads.

A chain is the plain case. Weights stay beside the network, as a flat mapping ``"conv1.weight" -> array``.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cnncore import checks, memory
from cnncore.errors import CnnError
from cnncore.op import Array, Backward, Context, Forward, Op, Run, Shape

INPUT = "input"
Weights = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class Node:
    """One place in the graph: ``inputs`` names earlier nodes, or ``"input"``."""

    name: str
    op: Op
    inputs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Pass:
    """What one forward pass left: every node's result, ``outputs["input"]`` included."""

    outputs: dict[str, Array]
    forwards: dict[str, Forward]

    def __repr__(self) -> str:
        """Names and shapes, not the numbers."""
        return f"Pass({_shapes(self.outputs)})"

    @property
    def state(self) -> dict[str, Array]:
        """New values of the `running` weights, under their full names; only a pass in training mode has any."""
        return {
            f"{name}.{key}": value for name, done in self.forwards.items() for key, value in done.state.items()
        }


@dataclass(frozen=True, eq=False)
class Gradients:
    """What one backward pass left: ∂L/∂ of every node's output (and the input), and of every weight."""

    outputs: dict[str, Array]
    weights: dict[str, Array]
    backwards: dict[str, Backward]

    def __repr__(self) -> str:
        """Names and shapes, not the numbers."""
        return f"Gradients({_shapes(self.outputs | self.weights)})"


@dataclass(frozen=True, eq=False)
class Network:
    """Nodes in an order in which each reads only what stands before it.

    Args:
        name: For people.
        input_shape: (C, *S).
        nodes: See `chain` for the plain case.
    """

    name: str
    input_shape: Shape
    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "input_shape", checks.shape_of_input(self.name, self.input_shape))
        object.__setattr__(self, "nodes", tuple(self.nodes))
        checks.check_nodes(self.name, self.nodes, INPUT)
        _ = self.shapes

    def __repr__(self) -> str:
        """One line; `cnncore.summary.summary` tells more."""
        return (f"Network({self.name!r}, {self.input_shape}, {len(self.nodes)} layers, "
                f"{self.parameter_count():,} parameters)")

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """(C, *G) of every node's output, and of ``"input"``; nothing is allocated."""
        out = {INPUT: self.input_shape}
        for node in self.nodes:
            try:
                out[node.name] = node.op.output_shape(*(out[s] for s in node.inputs))
            except CnnError as error:
                # The same sentence, with the layer's own name where the op could only say its kind.
                raise CnnError(error.code, error.text, **{**error.facts, "owner": node.name}) from None
        return out

    @cached_property
    def parameter_shapes(self) -> dict[str, Shape]:
        """``"conv1.weight"`` to shape, in the order of the nodes."""
        return {
            f"{node.name}.{key}": shape
            for node in self.nodes
            for key, shape in node.op.parameter_shapes(*self.input_shapes(node.name)).items()
        }

    @cached_property
    def _by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def _keys(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """Node to the names of its parameters, short and full: asked for at every pass."""
        keys = [(*full.split(".", 1), full) for full in self.parameter_shapes]
        return {
            node.name: tuple((short, full) for owner, short, full in keys if owner == node.name) for node in self.nodes
        }

    @cached_property
    def _steps(self) -> tuple[tuple[str, Op, tuple[str, ...], tuple[tuple[str, str], ...]], ...]:
        """What a forward pass goes through: name, op, what it reads, and its parameters as in `_keys`."""
        return tuple((node.name, node.op, tuple(node.inputs), self._keys[node.name]) for node in self.nodes)

    def node(self, name: str) -> Node:
        """The node of that name."""
        checks.check_names(self.name, (name,), self._by_name)
        return self._by_name[name]

    def input_shapes(self, name: str) -> tuple[Shape, ...]:
        """Shapes of what a node reads."""
        return tuple(self.shapes[s] for s in self.node(name).inputs)

    def consumers(self, name: str) -> tuple[str, ...]:
        """Names of the nodes that read ``name``."""
        return tuple(node.name for node in self.nodes if name in node.inputs)

    @cached_property
    def running(self) -> frozenset[str]:
        """Names of the weights that follow the data, not the gradient."""
        return frozenset(f"{node.name}.{key}" for node in self.nodes for key in node.op.running)

    def parameter_count(self, name: str | None = None) -> int:
        """Number of learned weights and biases of one node, or of all; `running` ones do not count."""
        checks.check_names(self.name, () if name is None else (name,), self._by_name)
        return sum(
            math.prod(shape)
            for key, shape in self.parameter_shapes.items()
            if key not in self.running and (name is None or key.split(".")[0] == name)
        )

    @property
    def last(self) -> str:
        """Name of the last node."""
        return self.nodes[-1].name

    @property
    def scores(self) -> str:
        """The node whose output the loss takes: what a last softmax reads, else the last node."""
        node = self.nodes[-1]
        return node.inputs[0] if node.op.kind == "softmax" else node.name

    def start(self, seed: int) -> dict[str, Array]:
        """Start values of all weights: the same seed gives the same bits. `CnnError` where memory is too small."""
        checks.check_seed(self.name, seed)
        memory.check_parameters(self)
        out: dict[str, Array] = {}
        for k, node in enumerate(self.nodes):
            rng = np.random.default_rng([seed, k])
            own = node.op.start(rng, *self.input_shapes(node.name))
            out |= {f"{node.name}.{key}": value for key, value in own.items()}
        return out

    def check_weights(self, weights: Weights) -> None:
        """`CnnError` unless ``weights`` has exactly the arrays of `parameter_shapes`, finite floats."""
        checks.check_weights(weights, self.parameter_shapes)

    def params(self, weights: Weights, name: str) -> dict[str, Array]:
        """The parameters of one node, under the names its op knows."""
        return {key: weights[full] for key, full in self._keys[name]}

    def check_input(self, x: Array) -> None:
        """`CnnError` unless ``x`` is (N, C, *S) of this network's input shape: finite float32 or float64, N ≥ 1."""
        checks.check_input(self.name, self.input_shape, x)

    def check_memory(self, batch: int, *, training: bool = False, itemsize: int = 4) -> None:
        """`CnnError` where a pass over ``batch`` samples (with ``training``, also back) needs more than there is."""
        if batch * self._cells * itemsize > memory.SMALL // 4:
            memory.check_pass(self, batch, training=training, itemsize=itemsize)

    @cached_property
    def _cells(self) -> int:
        """Numbers that a forward pass of one sample keeps or unfolds: what is small is not looked at again."""
        need = memory.needed(self, itemsize=1)
        return need.activations + need.workspace

    def stale_after(self, changed: Iterable[str]) -> set[str]:
        """Nodes whose output may differ once the named nodes (or ``"input"``) changed: they and all after them."""
        stale = set(changed)
        checks.check_names(self.name, stale - {INPUT}, self._by_name)
        for node in self.nodes:
            if stale.intersection(node.inputs):
                stale.add(node.name)
        return stale

    def forward(
        self,
        weights: Weights,
        x: Array,
        *,
        training: bool = False,
        rng: np.random.Generator | None = None,
        known: Pass | None = None,
        stale: Collection[str] = (),
    ) -> Pass:
        """Run every node on ``x`` (N, C, *S).

        Args:
            weights: As `start` gives them.
            x: Floats; the results keep their dtype.
            training: Turns on what only training does (dropout).
            rng: For ops that draw.
            known: An earlier pass, whose results are taken over for every node not in ``stale``.
            stale: See `stale_after`.

        Raises:
            CnnError: Before anything is computed, where input, weights or the machine's memory do not fit.
        """
        self.check_input(x)
        if not checks.fit(weights, self.parameter_shapes):
            checks.check_weights(weights, self.parameter_shapes, values=False)
        if known is None:
            self.check_memory(len(x), training=training, itemsize=x.itemsize)
        else:
            checks.check_known(self._by_name, known.forwards, stale)
        context = Context(training, rng)
        outputs: dict[str, Array] = {INPUT: x}
        forwards: dict[str, Forward] = {}
        for name, op, sources, keys in self._steps:
            if known is not None and name not in stale:
                done = known.forwards[name]
            else:
                inputs = tuple([outputs[source] for source in sources])
                done = op.forward(inputs, {key: weights[full] for key, full in keys}, context)
            forwards[name] = done
            outputs[name] = done.output
        return Pass(outputs, forwards)

    def backward(
        self, weights: Weights, done: Pass, grad: Array, at: str | None = None, *, input_gradient: bool = True
    ) -> Gradients:
        """Gradients of everything, from ``grad`` = ∂L/∂ of the output of ``at`` (by default `scores`).

        Without ``input_gradient`` ∂L/∂input is left out, and so are the `Backward`s of nodes that read only the input.
        `CnnError` for a gradient of another shape, or too little memory.
        """
        at = self.scores if at is None else self.node(at).name
        checks.check_gradient(at, grad, done.outputs[at].shape)
        if len(grad) * self._cells * grad.itemsize > memory.SMALL // 4:
            memory.check_backward(self, len(grad), grad.itemsize)
        grads: dict[str, Array] = {at: grad}
        by_weight: dict[str, Array] = {}
        backwards: dict[str, Backward] = {}
        for node in reversed(self.nodes):
            if node.name not in grads:
                continue
            inputs, params = tuple(done.outputs[s] for s in node.inputs), self.params(weights, node.name)
            if not input_gradient and set(node.inputs) == {INPUT}:
                own = node.op.parameter_gradients(grads[node.name], inputs, params, done.forwards[node.name])
                by_weight |= {f"{node.name}.{key}": value for key, value in own.items()}
                continue
            back = node.op.backward(grads[node.name], inputs, params, done.forwards[node.name])
            backwards[node.name] = back
            by_weight |= {f"{node.name}.{key}": value for key, value in back.params.items()}
            for source, g in zip(node.inputs, back.inputs, strict=True):
                grads[source] = grads[source] + g if source in grads else g
        return Gradients(grads, by_weight, backwards)

    def run(self, weights: Weights, name: str, done: Pass, gradients: Gradients | None = None) -> Run:
        """One node of one pass, as `Op.trace` reads it."""
        inputs = tuple(done.outputs[s] for s in self.node(name).inputs)
        grad = gradients.outputs.get(name) if gradients else None
        return Run(
            inputs,
            self.params(weights, name),
            done.forwards[name],
            grad,
            gradients.backwards.get(name) if gradients else None,
        )

    def settings(self) -> dict[str, Any]:
        """The architecture as plain data; `cnncore.files` reads it back."""
        return {
            "name": self.name,
            "input_shape": list(self.input_shape),
            "nodes": [
                {"name": n.name, "op": n.op.kind, "inputs": list(n.inputs), **n.op.settings()} for n in self.nodes
            ],
        }


def chain(name: str, input_shape: Shape, layers: Iterable[tuple[str, Op]]) -> Network:
    """A network in which each layer reads the one before it."""
    nodes: list[Node] = []
    for layer, op in checks.pairs(name, layers):
        nodes.append(Node(layer, op, (nodes[-1].name if nodes else INPUT,)))
    return Network(name, input_shape, tuple(nodes))


def _shapes(arrays: Mapping[str, Array]) -> str:
    return ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
