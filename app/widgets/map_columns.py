"""The columns in which a network is shown: which nodes share one, and what stands in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.network import INPUT, Network, Node
from cnncore.op import Shape

MOST_BARS = 36
MOST_MAPS = 64
MOST_UNITS = 240
MOST_ROWS = 15  # of a dense layer: with cells of 8 px they fit the strip of a small screen
WIDE = 10  # more columns than this fold to spines


@dataclass(frozen=True)
class Column:
    """One column of the picture.

    Args:
        nodes: The nodes that share it, in order; the first names it, except where it ends in bars.
        node: The one that is shown.
        kind: ``picture`` (the input), ``maps``, ``units`` (a plain list), ``bars`` (the classes).
        shape: (C, *G) of the node that is shown.
        weights: Parameters of all its nodes.
        part: ``backbone``, ``head``, or empty for the input and where the network ends in maps.
    """

    nodes: tuple[str, ...]
    node: str
    kind: str
    shape: Shape
    weights: int
    part: str

    @property
    def title(self) -> str:
        """The name above the column."""
        return self.nodes[-1] if self.kind == "bars" else self.nodes[0]

    @property
    def channels(self) -> int:
        """Maps, units or classes."""
        return self.shape[0]

    @property
    def rows(self) -> int:
        """Cells of a map from top to bottom; all but the last space axis lie under one another."""
        return int(np.prod(self.shape[1:-1])) if len(self.shape) > 2 else 1

    @property
    def across(self) -> int:
        """Cells of a map from left to right."""
        return self.shape[-1] if len(self.shape) > 1 else 1

    @property
    def size(self) -> str:
        """The shape as it is printed: ``6×24×24``."""
        return "×".join(map(str, self.shape))

    def place(self, index: tuple[int, ...]) -> tuple[int, int]:
        """(row, column) within its map of the cell at ``index`` (map, *cell)."""
        row = 0
        for size, i in zip(self.shape[1:-1], index[1:-1], strict=True):
            row = row * size + i
        return row, index[-1] if len(index) > 1 else 0

    def index(self, channel: int, row: int, col: int) -> tuple[int, ...]:
        """(map, *cell) of a place: the inverse of `place`."""
        if len(self.shape) == 1:
            return (channel,)
        back: list[int] = []
        for size in reversed(self.shape[1:-1]):
            row, i = divmod(row, size)
            back.append(i)
        return (channel, *reversed(back), col)


def columns_of(network: Network, shown: Mapping[str, str] | None = None) -> tuple[Column, ...]:
    """The columns from left to right.

    An activation after a dense layer and a softmax after the scores stand in the column of what they read;
    flatten has none.

    Args:
        network: Whose nodes.
        shown: First node of a column to the node that is shown there; by default the last.
    """
    groups: list[list[str]] = [[INPUT]]
    for node in network.nodes:
        if node.op.kind == "flatten":
            continue
        if _joins(network, node, groups):
            next(g for g in groups if g[-1] == node.inputs[0]).append(node.name)
        else:
            groups.append([node.name])
    return tuple(_column(network, tuple(group), shown or {}) for group in groups)


def _joins(network: Network, node: Node, groups: list[list[str]]) -> bool:
    """True for a plain list made without weights from one list of the same length: an activation, a softmax."""
    if len(node.inputs) != 1 or node.inputs[0] == INPUT or len(network.shapes[node.name]) > 1:
        return False
    plain = not node.op.parameter_shapes(*network.input_shapes(node.name))
    same = network.shapes[node.inputs[0]] == network.shapes[node.name]
    return plain and same and any(g[-1] == node.inputs[0] for g in groups)


def _column(network: Network, group: tuple[str, ...], shown: Mapping[str, str]) -> Column:
    node = shown.get(group[0], group[-1])
    if node not in group:
        node = group[-1]
    shape = network.shapes[node]
    last = network.last in group and len(shape) == 1 and shape[0] <= MOST_BARS
    kind = "picture" if group[0] == INPUT else "maps" if len(shape) > 1 else "bars" if last else "units"
    weights = 0 if group[0] == INPUT else sum(network.parameter_count(name) for name in group)
    # Maps that no list follows are a backbone of nothing.
    none = group[0] == INPUT or len(network.shapes[network.last]) > 1
    part = "" if none else "backbone" if len(shape) > 1 else "head"
    return Column(group, node, kind, shape, weights, part)


def column_at(columns: tuple[Column, ...], node: str) -> int | None:
    """Index of the column that a node belongs to, shown there or not; None where it has none (flatten)."""
    return next((k for k, column in enumerate(columns) if node in column.nodes), None)


def across_for(channels: int) -> int:
    """Columns of a mosaic: up to 8 maps stand in one, 16 in 2, 32 in 4, 64 in 8."""
    return 1 if channels <= 8 else 2 if channels <= 16 else 4 if channels <= 32 else 8


def across_for_units(units: int) -> int:
    """Cells of a dense layer side by side, whatever the room: six, or more where that gives over 15 rows."""
    return min(max(6, -(-units // MOST_ROWS)), max(units, 1))


def most_active(values: np.ndarray, most: int, keep: int | None = None) -> tuple[int, ...]:
    """Channels with the largest mean |value|, in their own order.

    Args:
        values: (C, *G).
        most: How many at most.
        keep: A channel that stays among them, however quiet it is.
    """
    if len(values) <= most:
        return tuple(range(len(values)))
    size = np.nan_to_num(np.abs(values.reshape(len(values), -1)).mean(axis=1))
    if keep is not None:
        size[keep] = np.inf
    return tuple(int(c) for c in np.sort(np.argsort(-size, kind="stable")[:most]))
