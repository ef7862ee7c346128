"""A network at a glance, from shapes alone: size, parameters, multiply-adds, memory, receptive field of each layer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from cnncore.memory import VIEWS, Memory, needed, size
from cnncore.network import INPUT, Network, Node
from cnncore.op import Range, Shape
from cnncore.receptive import centre, receptive_fields

PERIOD = 64  # outputs after which a pattern of windows repeats at the latest: strides of an upsampling


@dataclass(frozen=True)
class Row:
    """One layer.

    Args:
        name: Of the node.
        kind: Of its op.
        inputs: What it reads.
        shape: (C, *G) of its output.
        parameters: Learned weights and biases.
        multiply_adds: Multiplications with a weight, for one sample; had every unit weights of its own, so many
            weights would there be.
        activations: Numbers in its output, for one sample.
        bytes: Memory of its output, for the whole batch.
        receptive: Cells of the input, along each of its space axes, from the first to the last on which the centre cell
            of the output depends, in any of its channels; no more than the input has.
        jump: By how many cells of the input the receptive field moves from one output cell to the next, along each
            axis; none where a cell sees everything, or the output has no such axes.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    shape: Shape
    parameters: int
    multiply_adds: int
    activations: int
    bytes: int
    receptive: Shape
    jump: tuple[Fraction, ...]


@dataclass(frozen=True)
class Summary:
    """All layers of a network; as text, a table.

    Args:
        name: Of the network.
        input_shape: (C, *S).
        batch: Samples that memory is counted for.
        rows: One a node, in order.
        forward: Bytes of a forward pass.
        training: Bytes of a forward and a backward pass.
    """

    name: str
    input_shape: Shape
    batch: int
    rows: tuple[Row, ...]
    forward: Memory
    training: Memory

    @property
    def parameters(self) -> int:
        """Learned weights and biases of all layers."""
        return sum(row.parameters for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """Of all layers, for one sample."""
        return sum(row.multiply_adds for row in self.rows)

    def row(self, name: str) -> Row:
        """The layer of that name."""
        return next(row for row in self.rows if row.name == name)

    def __str__(self) -> str:
        """A table for a terminal or a notebook."""
        head = ("layer", "kind", "output", "parameters", "multiply-adds", "memory", "sees", "jump")
        body = [(row.name, row.kind, by(row.shape), f"{row.parameters:,}", f"{row.multiply_adds:,}", size(row.bytes),
                 by(row.receptive), by(row.jump)) for row in self.rows]
        lines = [head, (INPUT, "", by(self.input_shape), "", "", size(self.forward.activations
                 - sum(row.bytes for row in self.rows)), "", ""), *body]
        wide = [max(len(line[k]) for line in lines) for k in range(len(head))]
        left = (0, 1, 2)
        text = ["  ".join(cell.ljust(n) if k in left else cell.rjust(n)
                          for k, (cell, n) in enumerate(zip(line, wide, strict=True))).rstrip() for line in lines]
        rule = "-" * max(map(len, text))
        return "\n".join([
            f"{self.name}, batch {self.batch}", rule, text[0], rule, *text[1:], rule,
            f"{self.parameters:,} parameters, {self.multiply_adds:,} multiply-adds a sample; "
            f"forward {size(self.forward.total)}, training {size(self.training.total)}"])

    __repr__ = __str__


def by(numbers: tuple[int | Fraction, ...]) -> str:
    """``"6 × 24 × 24"``."""
    return " × ".join(str(n) for n in numbers)


def summary(network: Network, batch: int = 1, *, itemsize: int = 4) -> Summary:
    """Every layer of a network, before anything is allocated.

    Args:
        network: Any graph.
        batch: Samples that memory is counted for.
        itemsize: Bytes of a number: 4 of float32, 8 of float64.
    """
    jumps: dict[str, tuple[Fraction, ...]] = {INPUT: (Fraction(1),) * (len(network.input_shape) - 1)}
    fields = receptive_fields(network)
    rows = []
    for node in network.nodes:
        jumps[node.name] = _jump(network, node, jumps)
        shape, inputs = network.shapes[node.name], network.input_shapes(node.name)
        rows.append(Row(node.name, node.op.kind, node.inputs, shape, network.parameter_count(node.name),
                        node.op.multiply_adds(*inputs), math.prod(shape),
                        math.prod(shape) * batch * itemsize if node.op.kind not in VIEWS else 0,
                        fields[node.name], jumps[node.name]))
    return Summary(network.name, network.input_shape, batch, tuple(rows), needed(network, batch, itemsize=itemsize),
                   needed(network, batch, training=True, itemsize=itemsize))


def _jump(network: Network, node: Node, jumps: dict[str, tuple[Fraction, ...]]) -> tuple[Fraction, ...]:
    """Jump of the sources, times by how much the node's own windows move."""
    shape = network.shapes[node.name]
    best: tuple[Fraction, ...] = ()
    for k, source in enumerate(node.inputs):
        known = jumps[source]
        if len(known) != len(shape) - 1 or not known:
            continue
        own = tuple(_moves(network, node, k, axis) for axis in range(1, len(shape)))
        if all(own):
            best = max(best, tuple(a * b for a, b in zip(known, own, strict=True)))
    return best


def _moves(network: Network, node: Node, source: int, axis: int) -> Fraction:
    """Cells of a source by which the node's window moves from one output to the next; 0 where it sees everything."""
    shapes, shape = network.input_shapes(node.name), network.shapes[node.name]
    if len(shapes[source]) != len(shape):
        return Fraction(0)

    def window(place: int) -> Range | None:
        cell = centre(shape)
        region = node.op.reads((*cell[:axis], place, *cell[axis + 1:]), *shapes)[source]
        return None if region is None else region[axis]

    def moved(place: int, steps: int) -> tuple[int, int]:
        here, there = window(place), window(place + steps)
        return (there[0] - here[0], there[1] - here[1]) if here and there else (0, 0)

    first, count = (shape[axis] - 1) // 2, shape[axis]
    for steps in range(1, min(PERIOD, count - first)):  # an upsampling moves by whole cells every so many outputs
        found = {moved(place, steps) for place in range(first, min(first + steps + 1, count - steps))}
        start, stop = found.pop()
        if not found and start == stop > 0:
            return Fraction(start, steps)
    return Fraction(max(moved(first, 1))) if first + 1 < count else Fraction(0)  # cut off by the border on both sides
