"""Where every column, map and cell lies: pure functions of the columns and of the room there is."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from functools import lru_cache

from app.widgets.map_columns import MOST_MAPS, MOST_UNITS, Column, across_for, across_for_units
from app.widgets.map_columns_place import Place
from app.widgets.map_columns_ruler import Ruler, fitted, of_maps

LEAST_MAP, MOST_MAP = 15, 130
UNIT, MOST_UNIT = 8, 14  # of a cell of a dense layer: where width is short, and where it is not
AIR, MOST_AIR = 10, 150  # least gap between columns, and largest
ROW = 0.3  # of its width that a row is high at least
FEW, LARGE = 6, 0.42  # columns up to which maps may be larger, and this share of the height
LARGEST = 0.68  # of the height, where each of these columns is one map: there is nothing else to see
SWITCH = 22  # what the switch of a column with several nodes takes
BARS, WIDE_BARS = 104, 150
WIDEST = 2.0  # times its height that a map is wide at most, before it gets lower
EASE = 0.75  # of their size that maps must keep beside heads
LEAST_HEIGHT = 40.0
BAR_ROW = 11  # least row of a class
Head = tuple[float, float]  # what the head wants at best, and what it can live with


def arrange(columns: Sequence[Column], width: float, height: float, heads: Sequence[Head],
            scale: float = 1.0) -> tuple[Place, ...]:
    """Columns side by side, as large as ``width`` and ``height`` allow.

    Where room is short, heads give way first, then the least sizes of maps and cells.

    Args:
        columns: From left to right.
        width: Room, in pixels.
        height: Room for the maps, without heads and feet.
        heads: Widths of the texts above each column.
        scale: Factor on all that does not follow from the room.
    """
    columns, none = tuple(columns), [0.0] * len(columns)
    free, _ = _solve(columns, width, height, none, scale)
    ease, need = [h[0] for h in heads], [h[1] for h in heads]
    for wanted, share, least in ((ease, 0.8, True), (need, 0.5, True), (none, 0.0, True), (none, 0.0, False)):
        high, enough = _solve(columns, width, height, wanted, scale, least)
        if enough and high >= share * free:
            break
    drafts = _drafts(columns, high, scale, least)
    slots = [max(d.width, w) for d, w in zip(drafts, wanted, strict=True)]
    left = width - sum(slots) - AIR * scale * (len(slots) - 1)
    drafts, slots = _grown(drafts, slots, left - (WIDE_BARS - BARS) * scale, high, scale)
    left = width - sum(slots) - AIR * scale * (len(slots) - 1)
    for k, draft in enumerate(drafts):
        if draft.column.kind == "bars" and left > 0:
            more = min(left, max(WIDE_BARS * scale, ease[k]) - slots[k])
            slots[k] += more
            left -= more
    # A few columns stand together in the middle: at the two ends of a wide card they would be strangers.
    air = min(max((width - sum(slots)) / max(len(slots) - 1, 1), 2), MOST_AIR * scale)
    out, x = [], max((width - sum(slots) - air * (len(slots) - 1)) / 2, 0.0)
    down = max(height - high, 0) / 2 if len(columns) <= FEW else 0.0  # and in the middle of a high one
    for draft, slot in zip(drafts, slots, strict=True):
        wide = slot if draft.column.kind == "bars" else max(slot, draft.width)
        out.append(dataclasses.replace(draft, x=x, left=x, width=wide, top=draft.top + down))
        x += slot + air
    return tuple(out)


def _grown(drafts: tuple[Place, ...], slots: list[float], left: float, height: float,
           scale: float) -> tuple[tuple[Place, ...], list[float]]:
    """Dense layers with larger cells, up to `MOST_UNIT`, where height and ``left`` pixels of width allow it."""
    lists = [k for k, d in enumerate(drafts) if d.column.kind == "units" and d.ys is not None]
    for pitch in range(int(MOST_UNIT * scale), min((drafts[k].ys.pitch for k in lists), default=99), -1):  # type: ignore
        more = {k: _units(drafts[k].column, height, pitch, scale) for k in lists}
        wide = [max(slot, more[k].width if k in more else 0) for k, slot in enumerate(slots)]
        if sum(wide) - sum(slots) <= max(left, 0) and all(p.content[1] + p.content[3] <= height for p in more.values()):
            return tuple(more.get(k, d) for k, d in enumerate(drafts)), wide
    return drafts, slots


def at_ease(columns: Sequence[Column], width: float, height: float, heads: Sequence[Head], scale: float = 1.0) -> bool:
    """True when heads of the least width leave the maps most of the size that they could have without any."""
    columns = tuple(columns)
    free, _ = _solve(columns, width, height, [0.0] * len(columns), scale)
    high, enough = _solve(columns, width, height, [h[1] for h in heads], scale)
    return enough and high >= EASE * free


def _solve(columns: tuple[Column, ...], width: float, height: float, heads: Sequence[float], scale: float,
           least: bool = True) -> tuple[float, bool]:
    """The largest height of the maps with which all columns fit side by side, and whether there is one.

    Lower maps are not always narrower: they wrap to more columns. So heights are tried from the top.
    """
    def over(high: float) -> float:
        slots = (max(d.width, w) for d, w in zip(_drafts(columns, high, scale, least), heads, strict=True))
        return sum(slots) + AIR * scale * (len(columns) - 1) - width

    tried = [(over(height), height)]
    while tried[-1][0] > 0 and tried[-1][1] > LEAST_HEIGHT:
        high = max(tried[-1][1] * 0.9, LEAST_HEIGHT)
        tried.append((over(high), high))
    if tried[-1][0] > 0:
        return min(tried)[1], False
    if len(tried) == 1:
        return height, True
    (_, high), (_, low) = tried[-2:]
    for _ in range(5):
        middle = (low + high) / 2
        low, high = (middle, high) if over(middle) <= 0 else (low, middle)
    return low, True


@lru_cache(maxsize=128)
def _drafts(columns: tuple[Column, ...], height: float, scale: float, least: bool) -> tuple[Place, ...]:
    """Every column at x = 0, for maps that take ``height``; dense layers have cells of one size, by the first maps.

    Without ``least`` maps and cells may be smaller than is good to look at, but never wrap to more columns.
    """
    alone = all(column.kind in ("picture", "maps") and column.channels == 1 for column in columns)
    share = (LARGEST if alone else LARGE) if len(columns) <= FEW else 0.2
    grids = {column: _maps(column, height, scale, least, share) for column in columns if column.kind == "maps"}
    first = next((g.ys.map for g in grids.values() if g.ys is not None), 84 * scale)
    lists = [column for column in columns if column.kind == "units"]
    pitch = min((_pitch(column, height, first, scale) for column in lists), default=0)
    made = {"maps": grids.get, "picture": lambda c: _picture(c, height, scale, max(share, 0.24)),
            "units": lambda c: _units(c, height, pitch, scale), "bars": lambda c: bars_of(c, height, scale)}
    return tuple(made[column.kind](column) for column in columns)


def _picture(column: Column, height: float, scale: float, share: float) -> Place:
    n, gap = column.channels, 4 * scale
    most = max(MOST_MAP * scale, share * height)
    own = height if share >= LARGE else 0.42 * height  # where there are few columns, it is as large as they are
    edge = min(max(own, LEAST_MAP), most, (height - (n - 1) * gap) / n)
    return _grid(column, range(n), 1, edge, None, gap, height)


def _maps(column: Column, height: float, scale: float, least: bool, share: float) -> Place:
    n = min(column.channels, MOST_MAPS)
    across = across_for(n)
    while least and across < n and height / math.ceil(n / across) < LEAST_MAP * scale:
        across *= 2
    rows = math.ceil(n / across)
    gap = max(2.0, min(4.0, 0.06 * height / rows)) * scale
    edge = (height - (rows - 1) * gap) / rows
    most = max(MOST_MAP * scale, share * height)
    return _grid(column, range(n), across, min(edge, most), height if edge <= most else None, gap, height)


def _grid(column: Column, order: range, across: int, edge: float, length: float | None, gap: float,
          height: float) -> Place:
    """A mosaic: maps ``edge`` high, or together exactly ``length``; in the middle of the height."""
    rows = math.ceil(len(order) / across)
    if column.rows == 1 and column.across > 1:  # a row of cells, not of columns
        xs = of_maps(across, column.across, edge, gap)
        least = ROW * edge if len(column.shape) == 2 else 0.0  # of a map of one row the cells are square as of all maps
        ys = of_maps(rows, 1, min(max(edge / column.across, least), edge), gap)
        return Place(column, 0, xs.length, 0, max((height - ys.length) / 2, 0), xs, ys, tuple(order))
    flat = max(column.across / column.rows / WIDEST, 1.0)  # wider ones are lower, for their cells are square
    ys = fitted(rows, column.rows, length, gap) if length is not None and flat == 1 else \
        of_maps(rows, column.rows, edge / flat, gap)
    if rows > 1 or across == 1:
        xs = dataclasses.replace(ys, count=across, cells=column.across)
    else:
        xs = of_maps(across, column.across, ys.cell * column.across, gap)
    return Place(column, 0, xs.length, 0, max((height - ys.length) / 2, 0), xs, ys, tuple(order))


def _pitch(column: Column, height: float, first: float, scale: float) -> int:
    """From one cell of a dense layer to the next, in pixels: what the height allows."""
    n, room = min(column.channels, MOST_UNITS), height - _top(column, scale)
    return int(max(min(room // math.ceil(n / across_for_units(n)), max(UNIT * scale, first / 6)), 3))


def _units(column: Column, height: float, pitch: int, scale: float) -> Place:
    n, top = min(column.channels, MOST_UNITS), _top(column, scale)
    across = across_for_units(n)
    ys = Ruler(math.ceil(n / across), 1, pitch - 1, 1, 1.0)
    return Place(column, 0, across * pitch - 1, 0, top, dataclasses.replace(ys, count=across), ys, tuple(range(n)))


def _top(column: Column, scale: float) -> float:
    """Room for the switch of a column with several nodes."""
    return SWITCH * scale if len(column.nodes) > 1 else 0.0


def bars_of(column: Column, height: float, scale: float) -> Place:
    top = _top(column, scale)
    shown = max(1, min(column.channels, int((height - top) // (BAR_ROW * scale))))
    return Place(column, 0, BARS * scale, 0, top, None, None, tuple(range(shown)), (height - top) / shown)

