"""One column on the screen: where its maps and cells lie, and which of them is at a point."""

from __future__ import annotations

from dataclasses import dataclass

from app.widgets.map_columns import Column
from app.widgets.map_columns_ruler import Ruler

Rect = tuple[float, float, float, float]  # x, y, width, height
Span = tuple[int, int]  # first, and the one after the last

REACH = 2.0  # px beside a cell that belong to it where there is a gap


@dataclass(frozen=True)
class Place:
    """One column on the screen, in pixels of the unzoomed picture.

    Args:
        column: What stands there.
        x: Left edge of the slot, which is as wide as the widest of head and content.
        width: Of the slot.
        left: Left edge of the content.
        top: Upper edge of the content.
        xs: Its maps from left to right; None for bars.
        ys: Its maps from top to bottom; None for bars.
        order: The channels shown, row by row.
        pitch: Height of a row of bars.
        folded: A spine of a deep network.
    """

    column: Column
    x: float
    width: float
    left: float
    top: float
    xs: Ruler | None
    ys: Ruler | None
    order: tuple[int, ...]
    pitch: float = 0.0
    folded: bool = False

    @property
    def content(self) -> Rect:
        """Where the maps or bars lie."""
        if self.xs is None or self.ys is None:
            return self.left, self.top, self.width, self.pitch * len(self.order)
        return self.left, self.top, self.xs.length, self.ys.length

    def map_rect(self, channel: int) -> Rect | None:
        """One map, unit or row of bars; None when it is not among those shown."""
        if channel not in self.order:
            return None
        k = self.order.index(channel)
        if self.xs is None or self.ys is None:
            return self.left, self.top + k * self.pitch, self.width, self.pitch
        row, col = divmod(k, self.xs.count)
        return self.left + self.xs.start(col), self.top + self.ys.start(row), self.xs.map, self.ys.map

    def box(self, channel: int, rows: Span, cols: Span) -> Rect | None:
        """A block of cells of one map."""
        found = self.map_rect(channel)
        if found is None or self.xs is None or self.ys is None:
            return found
        x, y, _, _ = found
        wide, high = self.xs.cell, self.ys.cell
        return x + cols[0] * wide, y + rows[0] * high, (cols[1] - cols[0]) * wide, (rows[1] - rows[0]) * high

    def cell_rect(self, index: tuple[int, ...]) -> Rect | None:
        """One cell by its (map, *cell)."""
        row, col = self.column.place(index)
        return self.box(index[0], (row, row + 1), (col, col + 1))

    def hit(self, x: float, y: float) -> tuple[int, ...] | None:
        """(map, *cell) at a point, or at one that ends beside it; None in the middle of a wide gap and outside."""
        x, y = x - self.left, y - self.top
        if self.xs is None or self.ys is None:
            k = int(y // self.pitch) if self.pitch else -1
            return (self.order[k],) if 0 <= x < self.width and 0 <= k < len(self.order) else None
        over, down = self.xs.near(x, REACH), self.ys.near(y, REACH)
        if over is None or down is None or down[0] * self.xs.count + over[0] >= len(self.order):
            return None
        return self.column.index(self.order[down[0] * self.xs.count + over[0]], down[1], over[1])

