"""Where the debugger stands, and the moves from there: pure functions of a playhead and a network."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

from cnncore.network import Network

GRAINS = ("term", "cell", "map", "layer")
SKIPPED = ("flatten",)


@dataclass(frozen=True)
class Playhead:
    """A cell of a node's output, and a term of it.

    Args:
        node: A node's name, or ``"input"``.
        index: (map, *cell), without the sample axis.
        term: Index into the trace's terms; None: the cell as a whole.
    """

    node: str
    index: tuple[int, ...]
    term: int | None = None

    @property
    def map(self) -> int:
        """Channel of the cell."""
        return self.index[0]

    @property
    def cell(self) -> tuple[int, ...]:
        """Place of the cell within its map; empty after flatten and dense."""
        return self.index[1:]

    @property
    def name(self) -> str:
        """As code writes it: ``conv1[2, 10, 9]``."""
        return f"{self.node}[{', '.join(map(str, self.index))}]"


def stops(network: Network) -> list[str]:
    """Nodes that can be stepped, in order: all but those that only rearrange."""
    return [node.name for node in network.nodes if node.op.kind not in SKIPPED]


def cells_per_map(network: Network, node: str) -> int:
    """Cells of one map; where a map is one cell (dense), all units count as one map."""
    channels, *space = network.shapes[node]
    return math.prod(space) if space else channels


def maps(network: Network, node: str) -> int:
    """Number of maps to step through."""
    channels, *space = network.shapes[node]
    return channels if space else 1


def flat(network: Network, head: Playhead) -> tuple[int, int]:
    """(map, cell) as two plain numbers, row by row."""
    _, *space = network.shapes[head.node]
    if not space:
        return 0, head.map
    place = 0
    for size, k in zip(space, head.cell, strict=True):
        place = place * size + k
    return head.map, place


def at(network: Network, node: str, map_: int, cell: int, term: int | None = None) -> Playhead:
    """The playhead at two plain numbers: the inverse of `flat`."""
    _, *space = network.shapes[node]
    if not space:
        return Playhead(node, (cell,), term)
    index = []
    for size in reversed(space):
        cell, k = divmod(cell, size)
        index.append(k)
    return Playhead(node, (map_, *reversed(index)), term)


def move(network: Network, head: Playhead, grain: str, steps: int, terms: int, loop: bool = False) -> Playhead | None:
    """``steps`` (+1 or −1) of a grain on from ``head``; None at either end of the network.

    Args:
        network: Gives sizes and order.
        head: From where.
        grain: ``term``, ``cell``, ``map`` or ``layer``.
        steps: +1 or −1.
        terms: Number of terms of the cell where the playhead stands.
        loop: Stay in what the grain is part of: a term's cell, a cell's map, a map's layer, the network.
    """
    map_, cell = flat(network, head)
    count, size = maps(network, head.node), cells_per_map(network, head.node)
    if grain == "term":
        term = (-1 if steps > 0 else terms) if head.term is None else head.term
        if 0 <= term + steps < terms:
            return dataclasses.replace(head, term=term + steps)
        if loop:
            return dataclasses.replace(head, term=0 if steps > 0 else terms - 1)
        after = move(network, head, "cell", steps, terms)
        return after and dataclasses.replace(after, term=0 if steps > 0 else None)
    if grain == "cell":
        if 0 <= cell + steps < size:
            return at(network, head.node, map_, cell + steps)
        if loop:
            return at(network, head.node, map_, (cell + steps) % size)
        if 0 <= map_ + steps < count:
            return at(network, head.node, map_ + steps, 0 if steps > 0 else size - 1)
        return _neighbour(network, head.node, steps, start=steps > 0)
    if grain == "map":
        if steps > 0 and cell < size - 1:
            return at(network, head.node, map_, size - 1)
        if 0 <= map_ + steps < count:
            return at(network, head.node, map_ + steps, size - 1)
        if loop:
            return at(network, head.node, (map_ + steps) % count, size - 1)
        return _neighbour(network, head.node, steps, start=False, first_map=steps > 0)
    if steps > 0 and (map_, cell) != (count - 1, size - 1):
        return at(network, head.node, count - 1, size - 1)
    after = _neighbour(network, head.node, steps, start=False)
    if after is None and loop:
        order = stops(network)
        return _end(network, order[0] if steps > 0 else order[-1])
    return after


def first(network: Network, head: Playhead, grain: str) -> Playhead:
    """The start of what the grain is part of: first term of the cell, first cell of the map, and so on."""
    map_, _ = flat(network, head)
    if grain == "term":
        return dataclasses.replace(head, term=0)
    if grain == "cell":
        return at(network, head.node, map_, 0)
    if grain == "map":
        return at(network, head.node, 0, cells_per_map(network, head.node) - 1)
    return _end(network, stops(network)[0])


def last(network: Network, head: Playhead, grain: str, terms: int) -> Playhead:
    """The end of what the grain is part of; see `first`."""
    map_, _ = flat(network, head)
    if grain == "term":
        return dataclasses.replace(head, term=terms - 1)
    if grain == "cell":
        return at(network, head.node, map_, cells_per_map(network, head.node) - 1)
    if grain == "map":
        return _end(network, head.node)
    return _end(network, stops(network)[-1])


def progress(network: Network, head: Playhead) -> float:
    """How much of the playhead's layer is done, 0 to 1, its own cell included."""
    map_, cell = flat(network, head)
    size = cells_per_map(network, head.node)
    return (map_ * size + cell + 1) / (maps(network, head.node) * size)


def scrubbed(network: Network, node: str, fraction: float) -> Playhead:
    """The playhead at a fraction of a layer: the inverse of `progress`."""
    size = cells_per_map(network, node)
    total = maps(network, node) * size
    place = min(max(math.ceil(fraction * total) - 1, 0), total - 1)
    return at(network, node, *divmod(place, size))


def position(network: Network, head: Playhead, grain: str, terms: int) -> tuple[int, int]:
    """(k, n) for "cell 250 of 576", k from 1."""
    map_, cell = flat(network, head)
    if grain == "term":
        return (terms if head.term is None else head.term + 1), terms
    if grain == "cell":
        return cell + 1, cells_per_map(network, head.node)
    if grain == "map":
        return map_ + 1, maps(network, head.node)
    order = stops(network)
    return order.index(head.node) + 1, len(order)


def _neighbour(network: Network, node: str, steps: int, start: bool, first_map: bool = False) -> Playhead | None:
    order = stops(network)
    place = order.index(node) + steps
    if not 0 <= place < len(order):
        return None
    if start:
        return at(network, order[place], 0, 0)
    if first_map:
        return at(network, order[place], 0, cells_per_map(network, order[place]) - 1)
    return _end(network, order[place])


def _end(network: Network, node: str) -> Playhead:
    return at(network, node, maps(network, node) - 1, cells_per_map(network, node) - 1)
