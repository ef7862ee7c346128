"""Where the keys lead: from cell to cell, from map to map, from column to column."""

from __future__ import annotations

from app.widgets.map_columns import Column
from app.widgets.map_columns_place import Place

Index = tuple[int, ...]


def stepped(place: Place, index: Index, right: int, down: int) -> Index:
    """The neighbour of a cell, within its map; among units and classes the neighbour on the screen."""
    if place.column.kind == "bars":
        return _along(place, index, right + down)
    if place.column.kind == "units":
        across = place.xs.count if place.xs else 1
        return _along(place, index, right + down * across)
    row, col = place.column.place(index)
    row = min(max(row + down, 0), place.column.rows - 1)
    col = min(max(col + right, 0), place.column.across - 1)
    return place.column.index(index[0], row, col)


def turned(place: Place, index: Index, by: int) -> Index:
    """The same cell of the next map shown, or of the one before."""
    return (*_along(place, index, by)[:1], *index[1:])


def carried(before: Column, index: Index, after: Column) -> Index:
    """The cell of another column that lies where this one does in its own."""
    channel = min(index[0], after.channels - 1)
    row, col = before.place(index)
    down, right = (row + 0.5) / before.rows, (col + 0.5) / before.across
    return after.index(channel, int(down * after.rows), int(right * after.across))


def first(column: Column) -> Index:
    """The middle cell of the first map."""
    return column.index(0, column.rows // 2, column.across // 2)


def _along(place: Place, index: Index, by: int) -> Index:
    if index[0] not in place.order:
        return (place.order[0], *index[1:])
    k = place.order.index(index[0]) + by
    return (place.order[k], *index[1:]) if 0 <= k < len(place.order) else index
