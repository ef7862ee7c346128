"""Deep networks: every column but the open one folds to a narrow spine."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

from app.widgets.map_columns import MOST_MAPS, MOST_UNITS, Column, across_for_units
from app.widgets.map_columns_layout import bars_of
from app.widgets.map_columns_place import Place
from app.widgets.map_columns_ruler import Ruler, of_maps

SPINE, LEAST_SPINE = 24, 10
AIR = 4
LEAST_OPEN = 150
BARS = 126


def fold(columns: Sequence[Column], width: float, height: float, open_: int, scale: float = 1.0,
         names: float = 0.0) -> tuple[Place, ...]:
    """Spines from left to right, the open column with all the room that is left; the classes keep their bars.

    Args:
        columns: More of them than stand side by side.
        width: Room, in pixels.
        height: Room for the maps, without heads and feet.
        open_: Index of the open column.
        scale: Factor on all that does not follow from the room.
        names: Width at which the classes' names can be read.
    """
    wide_bars = max(BARS * scale, names)
    bars = [k for k, c in enumerate(columns) if c.kind == "bars"]
    spines = len(columns) - len({open_, *bars})
    air = AIR * scale
    room = width - air * (len(columns) - 1) - wide_bars * len(bars)
    spine = min(SPINE * scale, max(LEAST_SPINE, (room - LEAST_OPEN * scale) / max(spines, 1)))
    rest = max(room - spine * spines, LEAST_SPINE)
    out, x = [], 0.0
    for k, column in enumerate(columns):
        if k in bars:
            wide = wide_bars + (rest if k == open_ else 0)
            place = dataclasses.replace(bars_of(column, height, scale), x=x, left=x, width=wide)
        elif k == open_:
            wide = rest
            place = _opened(column, x, wide, height, scale)
        else:
            wide = spine
            place = _spine(column, x, wide, height)
        out.append(place)
        x += wide + air
    return tuple(out)


def _spine(column: Column, x: float, width: float, height: float) -> Place:
    edge = width - 4
    if len(column.shape) == 1:
        pitch = max(int(edge / 3), 2)
        n = min(column.channels, 3 * max(int(height // pitch), 1), MOST_UNITS)
        ys = Ruler(math.ceil(n / 3), 1, pitch - 1, 1, 1.0)
        return Place(column, x, width, x + 2, 0, dataclasses.replace(ys, count=3), ys, tuple(range(n)), folded=True)
    shape = column.across / column.rows if len(column.shape) > 2 else 1.0  # a row fills its square
    wide, high = edge * min(shape, 1.0), edge / max(shape, 1.0)
    two = of_maps(2, column.rows, high, 2)  # its gap is not exactly what was asked for
    n = max(1, min(column.channels, MOST_MAPS, int((height + two.gap * two.unit) // (two.pitch * two.unit))))
    xs, ys = of_maps(1, column.across, wide, 2), of_maps(n, column.rows, high, 2)
    return Place(column, x, width, x + (width - wide) / 2, 0, xs, ys, tuple(range(n)), folded=True)


def _opened(column: Column, x: float, width: float, height: float, scale: float) -> Place:
    """As large as they come in the room: as many maps across as makes them largest."""
    units = len(column.shape) == 1
    n = min(column.channels, MOST_UNITS if units else MOST_MAPS)
    gap = 1.0 if units else 3.0 * scale

    shape = column.across / column.rows if len(column.shape) > 2 else 1.0  # a row fills its square

    def edge(across: int) -> float:
        """Height of a map."""
        rows = math.ceil(n / across)
        return min((width - (across - 1) * gap) / across / shape, (height - (rows - 1) * gap) / rows)

    across = across_for_units(n) if units else max(range(1, n + 1), key=edge)
    rows, size = math.ceil(n / across), max(edge(across), 2.0)
    if units:
        ys = Ruler(rows, 1, max(int(size), 1), 1, 1.0)
        xs = dataclasses.replace(ys, count=across)
    else:
        xs, ys = of_maps(across, column.across, size * shape, gap), of_maps(rows, column.rows, size, gap)
        fit = min(1.0, width / xs.length, height / ys.length)  # gaps are not exactly what was asked for
        xs, ys = (dataclasses.replace(axis, unit=axis.unit * fit) for axis in (xs, ys))
    return Place(column, x, width, x, 0, xs, ys, tuple(range(n)))
