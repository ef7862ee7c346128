"""A grid of numbers to read: cells in data colours with their digits, and the lines that say a state."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QSizePolicy, QTableView, QWidget

from app import numbers, theme
from app.widgets import marks, plane_digits
from app.widgets.number_model import NumberModel

Cell = tuple[int, int]
GAP = 1
AT = 0.84  # where in a cell its dot is: clear of the digits
HUES = 9  # cells at most that have colours of their own


class NumberTable(QTableView):
    """The looks and the geometry of `NumberGrid`, which adds what hands can do.

    Rows and columns count the whole cells from 0; the half cells of a frame have none.
    """

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.numbers = NumberModel(self)
        self._role, self._bound = "signed", 1.0
        self._cell = theme.size(32)
        self._least = 0  # 0: as `plane_digits.least` says
        self._ring: Cell | None = None
        self._hover: Cell | None = None
        self._window: tuple[int, int, int, int] | None = None
        self._touched: tuple[range, range] | None = None
        self._marks: NDArray[np.bool_] | None = None
        self._outside: NDArray[np.bool_] | None = None
        self._muted = self._gradient = self._hues = False
        self._digits = True
        self._pixels: list[list[int]] = [[0]]
        self._texts: list[list[str]] | None = None
        self._quiet = False
        self.setModel(self.numbers)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.hide()
            header.setMinimumSectionSize(1)
        for bar in (self.setHorizontalScrollBarPolicy, self.setVerticalScrollBarPolicy):
            bar(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setAutoScroll(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(name)
        self._resize()

    # --- what it shows

    def set_values(self, values: NDArray[Any], bound: float | None = None, role: str | None = None) -> None:
        """Show ``values`` (rows, columns), the frame's half cells among them.

        Args:
            values: Any real numbers; NaN and infinities become crosses.
            bound: End of the colour range; None: the largest magnitude.
            role: ``signed``, ``magnitude`` or ``picture``; None: as before.
        """
        resized = values.shape != self.numbers.values.shape
        self._role = role or self._role
        self._bound = float(np.nanmax(np.abs(values), initial=0.0)) if bound is None else bound
        self._texts = None
        if resized:
            self._ring = self._hover = self._window = self._touched = self._marks = self._outside = None
            self.reshaped()
        self.numbers.set_values(values)
        self._colour()
        if resized:
            self._resize()

    @property
    def values(self) -> NDArray[Any]:
        """The array it shows."""
        return self.numbers.values

    @property
    def role(self) -> str:
        """``signed``, ``magnitude`` or ``picture``."""
        return self._role

    @role.setter
    def role(self, role: str) -> None:
        if role != self._role:
            self._role = role
            self._colour()

    def set_cell(self, px: int) -> None:
        """Pixels a cell; from 30 (at scale 1) on it shows its digits."""
        if px != self._cell:
            self._cell = px
            self._texts = None
            self._resize()

    def set_least(self, px: int) -> None:
        """The smallest cell that shows its digits, for numbers that people type: few digits, and whole ones bare."""
        self._least = px
        self._texts = None
        self.viewport().update()

    def set_digits(self, on: bool) -> None:
        """Cells with their digits, or squares in their colours only."""
        if on != self._digits:
            self._digits = on
            self.viewport().update()

    def set_frame(self, on: bool) -> None:
        """The outermost rows and columns are half cells without digits: what lies round a window."""
        if self.numbers.frame != int(on):
            self.numbers.frame = int(on)
            self._resize()

    def set_outside(self, mask: NDArray[np.bool_] | None) -> None:
        """Which cells, frame included, are no part of the array but padding round it."""
        self._outside = mask
        self.viewport().update()

    def set_marks(self, mask: NDArray[np.bool_] | None) -> None:
        """Which whole cells carry a corner mark: edited since training."""
        self._marks = mask
        self.viewport().update()

    def set_hues(self, on: bool) -> None:
        """A colour for each cell of a small grid."""
        if on != self._hues:
            self._hues = on
            self.viewport().update()

    def set_current(self, row: int | None, col: int | None = None) -> None:
        """Put the ring and the keyboard's cursor on a cell, from outside; None: no ring."""
        cell = None if row is None or col is None else (row, col)
        if cell == self._ring:
            return
        self._ring = cell
        if cell is not None:
            self._quiet = True
            self.setCurrentIndex(self._index(cell))
            self._quiet = False
        self.viewport().update()

    def set_hover(self, row: int | None, col: int | None = None) -> None:
        """Put the hover line on a cell, from another view; None: on none."""
        self._put("_hover", None if row is None or col is None else (row, col))

    def set_window(self, row: int | None, col: int = 0, rows: int = 0, cols: int = 0) -> None:
        """Put a ring round a block of whole cells; None: none."""
        self._put("_window", None if row is None else (row, col, rows, cols))

    def set_touched(self, cells: tuple[range, range] | None) -> None:
        """Light up rows and columns that have to do with the number or the weight under the pointer; None: none."""
        self._put("_touched", cells)

    @property
    def touched(self) -> tuple[range, range] | None:
        """The rows and columns that are lit up."""
        return self._touched

    def set_muted(self, on: bool) -> None:
        """Paled and struck through."""
        self._put("_muted", on)

    def set_gradient(self, on: bool) -> None:
        """A dashed frame: these are gradients."""
        self._put("_gradient", on)

    @property
    def current(self) -> Cell | None:
        """The cell with the ring."""
        return self._ring

    def reshaped(self) -> None:
        """Called when rows or columns became others."""

    def _put(self, name: str, value: object) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.viewport().update()

    def _colour(self) -> None:
        self._pixels = theme.rgb(self.values, self._bound, self._role).tolist()
        self.viewport().update()

    # --- geometry

    def _resize(self) -> None:
        frame = self.numbers.frame
        rows, cols = self.values.shape
        for header, count in ((self.horizontalHeader(), cols), (self.verticalHeader(), rows)):
            header.setDefaultSectionSize(self._cell + GAP)
            for k in range(count):
                half = frame and k in (0, count - 1)
                header.resizeSection(k, self._cell // 2 + GAP if half else self._cell + GAP)
        self.setFixedSize(self.sizeHint())
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(self.horizontalHeader().length() - GAP, self.verticalHeader().length() - GAP)

    @property
    def cell(self) -> int:
        """Pixels a cell."""
        return self._cell

    def rect_of(self, row: int, col: int, rows: int = 1, cols: int = 1) -> QRectF:
        """Where a cell, or a block of cells, lies in the viewport."""
        frame = self.numbers.frame
        first = self.visualRect(self.numbers.index(row + frame, col + frame))
        last = self.visualRect(self.numbers.index(row + frame + rows - 1, col + frame + cols - 1))
        return QRectF(first.united(last)).adjusted(0, 0, -GAP, -GAP)

    def cell_at(self, position: QPointF) -> Cell | None:
        """The whole cell under a position of the viewport."""
        index = self.indexAt(position.toPoint())
        return self._cell_of(index) if index.isValid() and self.numbers.inside(index) else None

    def _index(self, cell: Cell) -> QModelIndex:
        return self.numbers.index(cell[0] + self.numbers.frame, cell[1] + self.numbers.frame)

    def _cell_of(self, index: QModelIndex) -> Cell:
        return index.row() - self.numbers.frame, index.column() - self.numbers.frame

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        # One pass over the viewport: a delegate call for each cell costs four times as much.
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.color("panel"))
        self._paint_cells(painter, event)
        frame = self.numbers.frame
        area = QRectF(0, 0, self.sizeHint().width(), self.sizeHint().height())
        if self._marks is not None:
            for row, col in np.argwhere(self._marks):
                pixel = self._pixels[int(row) + frame][int(col) + frame]
                marks.corner(painter, self.rect_of(int(row), int(col)), theme.text_on(pixel))
        rows, cols = self.numbers.rowCount() - 2 * frame, self.numbers.columnCount() - 2 * frame
        if self._hues and 0 < rows * cols <= HUES:
            marks.hues(painter, [self.rect_of(*divmod(k, cols)) for k in range(rows * cols)])
        if self._gradient:
            marks.dashed(painter, area)
        if self._window is not None:
            marks.window(painter, self.rect_of(*self._window), area)
        if self._touched is not None:
            box = self.rect_of(*self._touched[0][:1], *self._touched[1][:1], *(axis[-1] - axis[0] + 1
                                                                              for axis in self._touched))
            pitch = float(self._cell + GAP)
            marks.touched(painter, box, dots=marks.dots(box, *self._touched, (pitch, pitch), AT), bounds=area)
        if self._hover is not None and self._hover != self._ring:
            marks.hover(painter, self.rect_of(*self._hover), area)
        if self._ring is not None and self.state() != QAbstractItemView.State.EditingState:
            marks.ring(painter, self._ring_rect(), area)

    def _ring_rect(self) -> QRectF:
        chosen = self.selectionModel().selection()
        if chosen and self.hasFocus() and len(chosen.indexes()) > 1:
            block = chosen[0]
            row, col = block.top() - self.numbers.frame, block.left() - self.numbers.frame
            return self.rect_of(row, col, block.height(), block.width())
        return self.rect_of(*self._ring)  # type: ignore[misc]

    def _paint_cells(self, painter: QPainter, event: QPaintEvent) -> None:
        values, outside = self.values, self._outside
        wrong = theme.bad(values)
        texts = self._shown()
        painter.setFont(theme.font(11, mono=True))
        tops = [(self.rowViewportPosition(r), self.rowHeight(r) - GAP) for r in range(values.shape[0])]
        lefts = [(self.columnViewportPosition(c), self.columnWidth(c) - GAP) for c in range(values.shape[1])]
        dirty, middle = event.rect(), Qt.AlignmentFlag.AlignCenter
        said: list[tuple[QRectF, QColor, str]] = []
        for r, (y, height) in enumerate(tops):
            if y > dirty.bottom() or y + height < dirty.top():
                continue
            for c, (x, width) in enumerate(lefts):
                place = QRectF(x, y, width, height)
                if outside is not None and outside[r, c]:
                    painter.fillRect(place, theme.color("sunk"))
                    ink = theme.color("soft")
                elif wrong is not None and wrong[r, c]:
                    marks.cross(painter, place)
                    continue
                else:
                    pixel = self._pixels[r][c]
                    painter.fillRect(place, QColor.fromRgb(pixel))
                    ink = theme.text_on(pixel)
                if texts is not None and texts[r][c]:
                    said.append((place, ink, texts[r][c]))
        if self._muted:  # the digits stay: they are what a person may still edit
            marks.muted(painter, QRectF(0, 0, self.sizeHint().width(), self.sizeHint().height()))
        for place, ink, text in said:
            painter.setPen(theme.color("ink") if self._muted else ink)
            painter.drawText(place, middle, text)

    def _shown(self) -> list[list[str]] | None:
        """The digits of all cells, or None where the cells are too small for any."""
        if self._cell < (self._least or plane_digits.least()) or not self._digits:
            return None
        if self._texts is None:
            advance = QFontMetricsF(theme.font(11, mono=True)).horizontalAdvance("0")
            chars = int((self._cell - 2) // advance)
            frame, (rows, cols) = self.numbers.frame, self.values.shape
            own = self.values[frame:rows - frame, frame:cols - frame]
            ends = (float(own.min()), float(own.max())) if own.size else (0.0, 0.0)
            whole = self._least and bool((own == np.round(own)).all())
            most = 0 if whole else numbers.decimals(*ends, chars)
            self._texts = [["" if frame and (r in (0, rows - 1) or c in (0, cols - 1)) else numbers.cell(v, chars, most)
                            for c, v in enumerate(line)] for r, line in enumerate(self.values.tolist())]
        return self._texts

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange) and hasattr(self, "_quiet"):
            self._texts = None
            self._colour()
