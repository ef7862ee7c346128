"""A window on a plane of numbers: cells with digits, read only, painted; what is under the window can slide."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.widgets import marks, plane_blocks, plane_cut, plane_digits, plane_touch
from app.widgets.plane_cut import CELL, DROPPED, LATER, NO_PAD, NOTHING, PADDING, Spot, Ways
from app.widgets.plane_glide import Glide
from app.widgets.plane_hands import PlaneHands
from app.widgets.plane_true import TrueSize

GAP = 1
HUES = 9  # cells at most that have colours of their own
SEEN = 256  # cells along a side that have room on a screen


class PlaneGrid(PlaneHands):
    """``rows`` × ``cols`` cells of a plane, with ``frame`` of a cell around them.

    `hovered` and `clicked` tell (row, column) within the window, or None; `pointed` and `picked` other cells.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plane: NDArray[np.floating] = np.zeros((1, 1))
        self._bound, self._role = 1.0, "signed"
        self._steps, self._frame, self._cell = (1, 1), 0.0, 30
        self._corner, self._origin = (0, 0), (0.0, 0.0)
        self._known = math.inf
        self._ways = Ways()
        self._power, self._scaled, self._gradient = 0, False, False
        self._ring: Spot | None = None
        self._second: Spot | None = None
        self._touched: tuple[range, range] | None = None
        self._hues = 0
        self._windowed, self._pixels = False, "numbers"
        self._drawn: NDArray[np.floating] | None = None  # what the last painting has shown
        self.glide = Glide(self)
        self.glide.valueChanged.connect(self._slid)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # the card under it need not be painted again

    # --- what it shows

    def set_shape(self, rows: int, cols: int, steps: Spot = (1, 1), pad: tuple[Spot, Spot] = NO_PAD,
                  windowed: bool = False) -> None:
        """Another window.

        Args:
            rows, cols: Cells of the window that count.
            steps: From one of them to the next: the dilation.
            pad: Padding around the plane: rows (above, below) and columns (left, right).
            windowed: Draw the ring of a window around the cells.
        """
        self._size, self._steps, self._windowed = (rows, cols), steps, windowed
        self._ways = dataclasses.replace(self._ways, pad=pad)
        self._hover = self._ring = self._touched = self._aside = None
        self.glide.stop()
        self._origin = (float(self._corner[0]), float(self._corner[1]))
        self.update()

    def set_cell(self, px: int, frame: float = 0.0) -> None:
        """Size of a cell, and how much of one is seen around the window; the widget takes the size of both."""
        if (px, frame) == (self._cell, self._frame) and self.size() == self.sizeHint():
            return
        self._cell, self._frame = px, frame
        self.setFixedSize(self.sizeHint())
        self.update()

    def set_plane(self, plane: NDArray[np.floating], bound: float, role: str = "signed") -> None:
        """Other numbers; what the window stands on stays."""
        same = (bound, role, plane.shape) == (self._bound, self._role, self._plane.shape)
        self._plane, self._bound, self._role = plane, bound, role
        power = numbers.power(bound) if self._scaled else 0
        same, self._power = same and power == self._power and self._pixels != "true", power
        # A stroke often passes by far from the window.
        if not same or self._drawn is None or not np.array_equal(self._seen()[1], self._drawn, equal_nan=True):
            self._drawn = None
            self.update()

    def set_ways(self, spread: Spot = (1, 1), mode: str = "zeros", dropped: Spot = (0, 0), void: bool = False) -> None:
        """How the plane lies under the window.

        Args:
            spread: Places from one cell of the plane to the next; between them lies nothing, which is hatched.
            mode: What stands on padding, as in `cnncore.ops.windows`: zeros, or cells again.
            dropped: Rows at the end and columns at the end that no window reaches: struck through.
            void: Beyond the plane and its padding lies nothing either, and is hatched too.
        """
        now = dataclasses.replace(self._ways, spread=spread, mode=mode, dropped=dropped, void=void, gone=None)
        if now != dataclasses.replace(self._ways, gone=None):
            self._ways, self._drawn = dataclasses.replace(now, gone=self._ways.gone), None
            self.update()

    def set_hues(self, way: int) -> None:
        """A colour for each cell of a small window: 1 in their order, -1 from the last to the first, 0 none."""
        if way != self._hues:
            self._hues = way
            self.update()

    def set_pixels(self, way: str) -> None:
        """Show cells as ``numbers``, as ``squares``, or all of the plane at its ``true`` size, a pixel a cell."""
        if way != self._pixels:
            self._pixels, self._drawn, self._aside = way, None, None
            self.update()

    def set_gone(self, gone: NDArray[np.bool_] | None) -> None:
        """Cells of the plane that are none: hatched."""
        before = self._ways.gone
        same = before is None if gone is None else before is not None and np.array_equal(gone, before)
        if not same:
            self._ways, self._drawn = dataclasses.replace(self._ways, gone=gone), None
            self.update()

    def set_gradient(self, on: bool = True) -> None:
        """These are gradients: a dashed frame, and a factor common to all digits where they are small."""
        if on != self._gradient:
            self._gradient = self._scaled = on
            self._drawn = None
            self.update()

    @property
    def factor(self) -> str:
        """What all digits have to be multiplied with, ``× 1e−9``; nothing where they are as they are."""
        return numbers.times(self._power)

    def set_corner(self, corner: Spot, slide: str = "") -> None:
        """Put the window's first cell on a cell of the plane, which glides there as `Glide.go` says."""
        if corner != self._corner:
            start, self._corner = self._origin, corner
            if not self.glide.go(start, corner, slide if self._pixels != "true" and self.isVisible() else ""):
                self._origin = (float(corner[0]), float(corner[1]))
                self.update()

    def set_known(self, terms: float) -> None:
        """Cells from this one on, row by row, are not computed yet."""
        if terms != self._known:
            self._known = terms
            self.update()

    def set_ring(self, spot: Spot | None) -> None:
        """The cell at the cursor."""
        if spot != self._ring:
            self._ring = spot
            self.update()

    def set_second(self, spot: Spot | None) -> None:
        """Another cell that matters: the winner of the window. Dashed."""
        if spot != self._second:
            self._second = spot
            self.update()

    def set_touched(self, cells: tuple[range, range] | None) -> None:
        """Light up rows and columns of the plane that a weight under the pointer has to do with; None: none."""
        if cells != self._touched:
            self._touched = cells
            self.update()

    def set_hover(self, spot: Spot | None) -> None:
        """The cell under the pointer, here or in another grid."""
        if spot != self._hover:
            self._hover = spot
            self.update()

    @property
    def cell_px(self) -> int:
        """Size of a cell."""
        return self._cell

    @property
    def hover(self) -> Spot | None:
        """The cell that wears the hover mark."""
        return self._hover

    @property
    def ring(self) -> Spot | None:
        """The cell that wears the ring."""
        return self._ring

    # --- geometry

    def extent(self) -> Spot:
        """Rows and columns of the plane that the window spans."""
        return (self._size[0] - 1) * self._steps[0] + 1, (self._size[1] - 1) * self._steps[1] + 1

    def sizeHint(self) -> QSize:
        rows, cols = self.extent()
        edge, pitch = round(2 * self._frame * self._cell), self._cell + GAP
        return QSize(cols * pitch - GAP + edge, rows * pitch - GAP + edge)

    def margin(self) -> float:
        """From the widget's edge to the first cell of the window."""
        return float(round(self._frame * self._cell))

    def cell_rect(self, row: int, col: int) -> QRectF:
        """Where a cell of the window lies."""
        m, pitch = self.margin(), self._cell + GAP
        return QRectF(m + col * self._steps[1] * pitch, m + row * self._steps[0] * pitch, self._cell, self._cell)

    @property
    def _true(self) -> TrueSize:
        """How the plane lies at its true size."""
        return TrueSize(self._plane.shape, self._corner, self.extent(), self._ways, (self.height(), self.width()))

    def _place_at(self, x: float, y: float) -> Spot | None:
        """The place of the plane at a point, from the window's first cell on."""
        if self._pixels == "true":
            cell = self._true.cell_at(x, y)
            return None if cell is None else (cell[0] * self._ways.spread[0] - self._corner[0],
                                              cell[1] * self._ways.spread[1] - self._corner[1])
        m, pitch = self.margin(), self._cell + GAP
        return math.floor((y - m) / pitch), math.floor((x - m) / pitch)

    def aside_at(self, x: float, y: float) -> Spot | None:
        place = self._place_at(x, y) if self._windowed else None
        if place is None:
            return None
        (row, over), (col, beside) = (divmod(at + start, n) for at, start, n in
                                      zip(place, self._corner, self._ways.spread, strict=True))
        rows, cols = self._plane.shape
        return (row, col) if not over and not beside and 0 <= row < rows and 0 <= col < cols else None

    def number(self, cell: Spot) -> float:
        return float(self._plane[cell])

    def spot_at(self, x: float, y: float) -> Spot | None:
        place = self._place_at(x, y)
        if place is None:
            return None
        row, col = place
        rows, cols = self.extent()
        if not (0 <= row < rows and 0 <= col < cols) or row % self._steps[0] or col % self._steps[1]:
            return None
        return row // self._steps[0], col // self._steps[1]

    def value(self, spot: Spot) -> float | None:
        """The number in a cell of the window; None on padding."""
        row, col = self._corner[0] + spot[0] * self._steps[0], self._corner[1] + spot[1] * self._steps[1]
        values, state = self._cut((row, col), 1, 1)
        return float(values[0, 0]) if state[0, 0] in (CELL, DROPPED) or (
            state[0, 0] == PADDING and self._ways.mode != "zeros") else None

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._pixels == "true":
            self._paint_true(painter)
            return
        painter.fillRect(self.rect(), theme.color("panel"))
        self._paint_cells(painter)
        if self._hues and self._size[0] * self._size[1] <= HUES:
            marks.hues(painter, [self.cell_rect(*divmod(k, self._size[1])) for k in
                                 range(self._size[0] * self._size[1])][::self._hues])
        if self._gradient and not self._windowed:
            marks.dashed(painter, QRectF(self.rect()))
        if self._windowed:
            rows, cols = self.extent()
            m, pitch = self.margin(), self._cell + GAP
            marks.window(painter, QRectF(m, m, cols * pitch - GAP, rows * pitch - GAP), QRectF(self.rect()))
        if self._touched is not None:
            pitch, m = self._cell + GAP, self.margin()
            corner = m - self._origin[0] * pitch, m - self._origin[1] * pitch
            plane_touch.paint(painter, self._touched, self._ways.spread, corner, pitch, (self.height(), self.width()))
        if self._second is not None and self._second != self._ring:
            marks.second(painter, self.cell_rect(*self._second), QRectF(self.rect()))
        if self._hover is not None and self._hover != self._ring:
            marks.hover(painter, self.cell_rect(*self._hover), QRectF(self.rect()))
        if self._aside is not None:
            row, col = ((at * n - start) * (self._cell + GAP) + self.margin() for at, n, start in
                        zip(self._aside, self._ways.spread, self._origin, strict=True))
            marks.hover(painter, QRectF(col, row, self._cell, self._cell), QRectF(self.rect()))
        if self._ring is not None:
            marks.ring(painter, self.cell_rect(*self._ring), QRectF(self.rect()))

    def _paint_true(self, painter: QPainter) -> None:
        """Everything at its true size."""
        true = self._true
        true.paint(painter, self._plane, self._bound, self._role, self._windowed)
        if self._touched is not None:
            marks.touched(painter, true.cells(*self._touched))
        for spot, line in ((self._second, marks.second), (self._hover, marks.touched), (self._ring, marks.fine_window)):
            if spot is not None:
                at = ((start + k * step) // n for start, k, step, n in
                      zip(self._corner, spot, self._steps, self._ways.spread, strict=True))
                line(painter, true.cell((next(at), next(at))))
        if self._aside is not None:
            marks.touched(painter, true.cell(self._aside))

    def _paint_cells(self, painter: QPainter) -> None:
        """All that shows, from the top left corner of the widget: the frame's cells are cut by its edge."""
        px, pitch, m = self._cell, self._cell + GAP, self.margin()
        rows, cols = self.extent()
        first, values, state = self._seen()
        self._drawn = values
        colours = theme.rgb(values, self._bound, self._role)
        x, y = (round(m + (first[k] - self._origin[k]) * pitch) for k in (1, 0))
        hatched = state == LATER
        filled = (state != NOTHING) & ~hatched
        plane_blocks.paint(painter, colours, filled, hatched, (x, y), px, GAP, self.rect())

        def rects(where: NDArray[np.bool_]) -> list[QRectF]:
            return [QRectF(x + j * pitch, y + i * pitch, px, px) for i, j in np.argwhere(where).tolist()]

        for rect in rects(state == DROPPED):
            marks.dropped(painter, rect)
        dashed = [rect.adjusted(0.5, 0.5, -0.5, -0.5) for rect in rects(state == PADDING)]
        if dashed:
            painter.setPen(QPen(theme.color("edge"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRects(dashed)
        finite, there = np.isfinite(values), (state != NOTHING) & (state != LATER)
        if not finite.all():
            for rect in rects(there & ~finite):
                marks.cross(painter, rect)
        if px < plane_digits.least() or self._pixels == "squares":
            return
        say = self._digits(painter)
        told = there & finite & self._within(y, len(values), m, rows)[:, None]
        told &= self._within(x, values.shape[1], m, cols)
        for i, j in np.argwhere(told).tolist():
            if self._counts(first[0] + i, first[1] + j):
                say(x + j * pitch, y + i * pitch, float(values[i, j]), int(colours[i, j]))

    def _within(self, start: int, count: int, margin: float, cells: int) -> NDArray[np.bool_]:
        """Which of the rows (or columns) that show are of the window, or half of them slid out of it."""
        pitch, half = self._cell + GAP, self._cell // 2
        at = start + pitch * np.arange(count)
        within: NDArray[np.bool_] = (at >= round(margin) - half) & (at < round(margin + cells * pitch) - half)
        return within

    def _ends(self) -> tuple[float, float]:
        """The least and the largest number in the window, as they are printed."""
        low, high = self._reach()
        return low / 10.0 ** self._power, high / 10.0 ** self._power

    def _reach(self) -> tuple[float, float]:
        if self._ways.spread != (1, 1) or self._ways.mode != "zeros":
            seen = self._cut(self._corner, *self.extent())[0]
            return float(seen.min()), float(seen.max())
        spans = zip(self._corner, self.extent(), strict=True)
        seen = self._plane[tuple(slice(max(at, 0), max(at + n, 0)) for at, n in spans)]
        return (float(seen.min()), float(seen.max())) if seen.size else (0.0, 0.0)

    def _digits(self, painter: QPainter) -> Callable[[int, int, float, int], None]:
        """What prints a number into the cell at a place."""
        return plane_digits.writer(painter, self._cell, self._ends(), 10.0 ** -self._power, self.devicePixelRatio())

    def _seen(self) -> tuple[Spot, NDArray[np.floating], NDArray[np.int8]]:
        """The first place of the plane that shows, and from there on what `_cut` gives."""
        (rows, cols), around = self.extent(), math.ceil(self._frame)
        first = math.floor(self._origin[0]) - around, math.floor(self._origin[1]) - around
        moving = self._origin != self._corner
        rows, cols = min(rows, SEEN), min(cols, SEEN)  # of a window of a million cells no more can be seen
        return first, *self._cut(first, rows + 2 * around + moving, cols + 2 * around + moving)

    def _cut(self, first: Spot, height: int, width: int) -> tuple[NDArray[np.floating], NDArray[np.int8]]:
        """Numbers, and what each cell is, of a part of the endless plane."""
        values, state = plane_cut.cut(self._plane, first, (height, width), self._ways)
        if self._known != math.inf:
            order = np.arange(height * width).reshape(height, width)
            state[order >= self._known] = LATER
        return values, state

    def _counts(self, row: int, col: int) -> bool:
        """True for a cell of the plane that is part of the window, or of what slides into it."""
        if self._steps == (1, 1):
            return True
        row, col = row - self._corner[0], col - self._corner[1]
        return row % self._steps[0] == 0 and col % self._steps[1] == 0

    def _slid(self, point: object) -> None:
        self._origin = (point.x(), point.y())  # type: ignore[attr-defined]
        self.update()
