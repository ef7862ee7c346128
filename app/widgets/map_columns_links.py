"""What one cell has to do with the columns beside it: the fields it depends on, and the lines to and from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.widgets.map_columns import Column, column_at
from app.widgets.map_columns_place import Span
from cnncore.network import INPUT, Network
from cnncore.shapes import Slices, reached_region, receptive_region

MOST_LINES = 16  # more lines than this are one line to the column as a whole


@dataclass(frozen=True)
class Field:
    """A block of cells in several maps of an earlier column; ``direct``: the cell reads it itself."""

    column: int
    channels: Span
    rows: Span
    cols: Span
    direct: bool = False


@dataclass(frozen=True)
class Line:
    """From a map of one column to a map of a later one; a map None is the column as a whole."""

    start: tuple[int, int | None]
    end: tuple[int, int | None]
    incoming: bool


@dataclass(frozen=True)
class Links:
    """All of one cell."""

    fields: tuple[Field, ...] = ()
    lines: tuple[Line, ...] = ()


def links(network: Network, columns: tuple[Column, ...], node: str, index: tuple[int, ...]) -> Links:
    """Receptive field in earlier columns, lines from what the cell reads, lines to what reads it.

    Where the next layer takes the same map only (an activation, pooling) the lines go on to the layer after it.
    Between two nodes that share a column there are none: the switch of the column leads from one to the other.
    """
    own = column_at(columns, node)
    if own is None:
        return Links()
    fields: list[Field] = []
    lines: list[Line] = []
    if node != INPUT:
        before = receptive_region(network, node, index)
        sources = dict(_sources(network, columns, node, own, before))
        boxes = [_field(k, c, before.get(c.node), k in sources) for k, c in enumerate(columns) if k != own]
        fields = [box for box in boxes if box is not None]
        for k, region in sources.items():
            lines += [Line((k, channel), (own, index[0]), True) for channel in _ends(columns[k], region)]
    lines += _onward(network, columns, node, (own, index[0]), reached_region(network, node, index))
    return Links(tuple(fields), tuple(dict.fromkeys(lines)))


def _field(k: int, column: Column, box: Slices | None, direct: bool) -> Field | None:
    """None where there is nothing to tell: a plain list, or all of everything."""
    if box is None or len(column.shape) == 1:
        return None
    if all(s.start == 0 and s.stop == n for s, n in zip(box, column.shape, strict=True)):
        return None
    index = tuple(s.start for s in box)
    (top, left), (bottom, right) = column.place(index), column.place(tuple(s.stop - 1 for s in box))
    return Field(k, (box[0].start, box[0].stop), (top, bottom + 1), (left, right + 1), direct)


def _ends(column: Column, box: Slices) -> Iterator[int | None]:
    """The maps that lines run to: each of a few, else the column as a whole."""
    channels = range(column.channels)[box[0]]
    if len(channels) == 1 or (len(channels) <= MOST_LINES and column.kind in ("picture", "maps")):
        yield from channels
    else:
        yield None


def _sources(network: Network, columns: tuple[Column, ...], node: str, own: int,
             boxes: dict[str, Slices]) -> Iterator[tuple[int, Slices]]:
    """Columns that a node reads; nodes that have no column of their own are passed through.

    What stands hidden in the column of the node itself is no other column: from there no line comes.
    """
    for name in network.node(node).inputs:
        k = column_at(columns, name)
        if k is not None and k != own and name in boxes:
            yield k, boxes[name]
        elif k is None:
            yield from _sources(network, columns, name, own, boxes)


def _onward(network: Network, columns: tuple[Column, ...], node: str, at: tuple[int, int | None],
            boxes: dict[str, Slices]) -> list[Line]:
    lines: list[Line] = []
    for name in network.consumers(node):
        k = column_at(columns, name)
        if k is None:
            lines += _onward(network, columns, name, at, boxes)
        elif name in boxes and k != at[0]:
            ends = list(_ends(columns[k], boxes[name]))
            lines += [Line(at, (k, end), False) for end in ends]
            if len(ends) == 1 and ends[0] is not None and columns[k].kind == "maps":
                lines += _onward(network, columns, name, (k, ends[0]), boxes)
    return lines
