"""Where the debugger can stand: every number of the computation, in the order in which they are made.

The timeline is one row of stretches through the whole computation: every layer forward, the loss, every gradient
backward, every weight's update. A stretch is an array; its first axis counts maps, the rest are cells.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import lru_cache

from cnncore.network import INPUT, Network
from cnncore.op import Shape

PASSES = ("forward", "loss", "backward", "update")
SKIPPED = ("flatten",)
LOSS = ".loss"  # the node that stands for the loss: no layer can be called so


@dataclass(frozen=True)
class Playhead:
    """A number of the computation, and a term of it.

    Args:
        node: A node's name, ``"input"`` or `LOSS`.
        index: Into the target, without the sample axis; of an output (map, *cell).
        term: Index into the trace's terms; None: the number as a whole.
        target: As in `cnncore.op.Op.trace`: ``"output"``, a parameter's name, ``"input0"``, …; backward, ``"output"``
            is what comes back to an output that several layers read: the sum of what each of them sends.
        lane: One of `PASSES`.
    """

    node: str
    index: tuple[int, ...]
    term: int | None = None
    target: str = "output"
    lane: str = "forward"

    @property
    def map(self) -> int:
        """First index of the number; 0 of a lone one."""
        return self.index[0] if self.index else 0

    @property
    def cell(self) -> tuple[int, ...]:
        """Place of the number within its map; empty after flatten and dense."""
        return self.index[1:]

    @property
    def stretch(self) -> tuple[str, str, str]:
        """Lane, node and target: which array it is a number of."""
        return self.lane, self.node, self.target

    @property
    def whole(self) -> Playhead:
        """The same number without a term."""
        return self if self.term is None else dataclasses.replace(self, term=None)

    @property
    def name(self) -> str:
        """As code writes it: ``conv1[2, 10, 9]``, ``∂L/∂conv1.weight[2, 0, 2, 3]``."""
        at = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        if self.lane == "loss":
            return f"L{at}"
        owner = self.node if self.target == "output" else f"{self.node}.{self.target}"
        return f"∂L/∂{owner}{at}" if self.lane == "backward" else f"{owner}{at}"


@dataclass(frozen=True)
class Stretch:
    """One array that is computed number by number.

    Args:
        lane: One of `PASSES`.
        node: Whose.
        target: See `Playhead`.
        shape: Without the sample axis.
    """

    lane: str
    node: str
    target: str
    shape: Shape

    @property
    def maps(self) -> int:
        """Number of maps to step through; a plain list is one map."""
        return self.shape[0] if len(self.shape) > 1 else 1

    @property
    def size(self) -> int:
        """Cells of one map."""
        return math.prod(self.shape[1:]) if len(self.shape) > 1 else math.prod(self.shape)

    @property
    def key(self) -> tuple[str, str, str]:
        """See `Playhead.stretch`."""
        return self.lane, self.node, self.target

    def at(self, map_: int, cell: int, term: int | None = None) -> Playhead:
        """The playhead at two plain numbers: the inverse of `flat`."""
        index = []
        for size in reversed(self.shape[1:]):
            cell, k = divmod(cell, size)
            index.append(k)
        first = () if not self.shape else (map_,) if len(self.shape) > 1 else (cell,)
        return Playhead(self.node, (*first, *reversed(index)), term, self.target, self.lane)

    def flat(self, head: Playhead) -> tuple[int, int]:
        """(map, cell) as two plain numbers, row by row."""
        if len(self.shape) < 2:
            return 0, head.map
        place = 0
        for size, k in zip(self.shape[1:], head.cell, strict=True):
            place = place * size + k
        return head.map, place

    def place(self, head: Playhead) -> int:
        """Numbers of the stretch before this one."""
        map_, cell = self.flat(head)
        return map_ * self.size + cell

    @property
    def start(self) -> Playhead:
        """Its first number."""
        return self.at(0, 0)

    @property
    def end(self) -> Playhead:
        """Its last number."""
        return self.at(self.maps - 1, self.size - 1)


def stops(network: Network) -> list[str]:
    """Nodes that can be stepped, in order: all but those that only rearrange."""
    return [node.name for node in network.nodes if node.op.kind not in SKIPPED]


@lru_cache(maxsize=4)
def timeline(network: Network) -> tuple[Stretch, ...]:
    """All stretches in the order of the computation. Costs nothing a cell, whatever the size of the layers."""
    forward = [Stretch("forward", name, "output", network.shapes[name]) for name in stops(network)]
    if not has_loss(network):
        return tuple(forward)
    back, updates = [Stretch("backward", LOSS, "input0", network.shapes[network.scores])], []
    behind = _before_the_scores(network)
    for node in reversed([node for node in network.nodes if node.name in behind]):
        readings = sum(one.inputs.count(node.name) for one in network.nodes if one.name in behind)
        if readings > 1 and node.op.kind not in SKIPPED:
            back.append(Stretch("backward", node.name, "output", network.shapes[node.name]))
        shapes = network.input_shapes(node.name)
        own = {key: shape for key, shape in node.op.parameter_shapes(*shapes).items() if key not in node.op.running}
        back += [Stretch("backward", node.name, key, shape) for key, shape in own.items()]
        if node.op.kind not in SKIPPED:
            back += [Stretch("backward", node.name, f"input{k}", shape) for k, shape in enumerate(shapes)]
        updates.append([Stretch("update", node.name, key, shape) for key, shape in own.items()])
    loss = Stretch("loss", LOSS, "output", ())
    return (*forward, loss, *back, *(one for group in reversed(updates) for one in group))


def has_loss(network: Network) -> bool:
    """True where the network ends in two scores or more, one a class: then a loss can be made of them."""
    shape = network.shapes[network.scores]
    return len(shape) == 1 and shape[0] > 1


def _before_the_scores(network: Network) -> set[str]:
    """Nodes that the loss depends on."""
    needed = {network.scores}
    for node in reversed(network.nodes):
        if node.name in needed:
            needed.update(node.inputs)
    return needed - {INPUT}


@lru_cache(maxsize=4)
def _places(network: Network) -> dict[tuple[str, str, str], int]:
    return {stretch.key: k for k, stretch in enumerate(timeline(network))}


def stretch_of(network: Network, head: Playhead) -> Stretch | None:
    """The stretch that a playhead stands in; None at the input, at what only rearranges, and where there is none."""
    k = _places(network).get(head.stretch)
    return None if k is None else timeline(network)[k]


def is_before(network: Network, head: Playhead, other: Playhead) -> bool:
    """True where a number is made before another; of two at the input or nowhere, False."""
    places, order = _places(network), timeline(network)
    k, n = places.get(head.stretch), places.get(other.stretch)
    if k is None or n is None:
        return k is None and n is not None
    return (k, order[k].place(head)) < (n, order[n].place(other))


@lru_cache(maxsize=16)
def of_lane(network: Network, lane: str) -> tuple[Stretch, ...]:
    """The stretches of one pass."""
    return tuple(stretch for stretch in timeline(network) if stretch.lane == lane)


def shape_of(network: Network, head: Playhead) -> Shape | None:
    """Shape of the array that a playhead names, also where it cannot be stepped; None where there is no such array."""
    stretch = stretch_of(network, head)
    if stretch is not None:
        return stretch.shape
    if head.lane == "forward" and head.target == "output":
        return network.shapes.get(head.node)
    return None


def exists(network: Network, head: Playhead) -> bool:
    """True where there is such a number."""
    shape = shape_of(network, head)
    return (shape is not None and len(shape) == len(head.index)
            and all(0 <= i < n for i, n in zip(head.index, shape, strict=True)))


def nearest(network: Network, head: Playhead) -> Playhead | None:
    """The same number in a network that may have changed; else the nearest that exists, else None."""
    shape = shape_of(network, head)
    if shape is None or len(shape) != len(head.index):
        node = network.scores if head.node == LOSS and not has_loss(network) else head.node
        near = [s for s in timeline(network) if s.node == node]  # of its own pass, or else what the layer makes
        return next((s.start for s in sorted(near, key=lambda s: s.lane != head.lane)), None)
    index = tuple(min(i, n - 1) for i, n in zip(head.index, shape, strict=True))
    return head if index == head.index else dataclasses.replace(head, index=index, term=None)


def start(network: Network) -> Playhead:
    """The first number of the computation."""
    return timeline(network)[0].start


# --- where a number lies, and what it leads to

def shown_at(network: Network, head: Playhead) -> tuple[str, tuple[int, ...]] | None:
    """(node, index) of the output that a number belongs to: a gradient by an output is shown in that output's place.

    None for the loss and for what belongs to a weight.
    """
    if head.lane in ("loss", "update"):
        return None
    if head.lane == "forward" or head.target == "output":
        return head.node, head.index
    if head.node == LOSS:
        return network.scores, head.index
    if not is_input(head.target):
        return None
    return network.node(head.node).inputs[int(head.target[5:])], head.index


def named(network: Network, head: Playhead) -> str:
    """What a number is called where a person reads it: a gradient by an output after that, ``∂L/∂scores[0]``."""
    at = shown_at(network, head) if head.lane == "backward" else None
    return head.name if at is None else f"∂L/∂{Playhead(*at).name}"


def is_input(target: str) -> bool:
    """True for ``"input0"``, ``"input1"``, …"""
    return target.startswith("input") and target[5:].isdigit()


def origin(network: Network, node: str, index: tuple[int, ...]) -> Playhead:
    """Through the nodes that only rearrange, to the cell that a person can look at: ``flatten[37]`` is a cell of a map.
    """
    while node != INPUT and network.node(node).op.kind in SKIPPED:
        one = network.node(node)
        region = one.op.reads(index, *network.input_shapes(node))[0]
        if region is None:
            break
        node, index = one.inputs[0], tuple(start for start, _, _ in region)
    return Playhead(node, tuple(int(i) for i in index))


def came_back(network: Network, node: str, index: tuple[int, ...]) -> Playhead | None:
    """Where ∂L/∂ of an output's cell is made: by what reads it, or by the sum over all that do; None after the loss."""
    if not has_loss(network):
        return None
    behind = _before_the_scores(network)
    while True:
        if node == network.scores:
            return Playhead(LOSS, index, None, "input0", "backward")
        readers = [name for name in network.consumers(node) if name in behind]
        if len(readers) != 1 or network.node(readers[0]).inputs.count(node) > 1:
            return Playhead(node, index, None, "output", "backward") if readers else None
        reader = network.node(readers[0])
        k = reader.inputs.index(node)
        if reader.op.kind not in SKIPPED:
            return Playhead(reader.name, index, None, f"input{k}", "backward")
        region = reader.op.reaches(k, index, *network.input_shapes(reader.name))
        if region is None:
            return None
        node, index = reader.name, tuple(start for start, _, _ in region)
