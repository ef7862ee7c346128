"""A grid of numbers that can be read, typed into, dragged, copied and pasted."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QSizePolicy, QTableView, QWidget

from app import numbers, theme
from app.i18n import N_
from app.widgets import marks
from app.widgets.number_model import NumberDelegate, NumberModel
from app.widgets.table_text import LETTER, NUMERIC, parse_table, table_text
from cnncore.errors import CnnError

Cell = tuple[int, int]
GAP = 1
DIGITS = 30  # the smallest cell that shows digits, at scale 1
START = 4  # px before a press becomes a drag
FINER = 0.1
READ_ONLY = N_("These numbers follow from others and cannot be changed here.")
NO_ROOM = N_("The paste is {rows} × {columns}; from row {row}, column {column} there is room for {height} × {width}. "
             "Nothing was changed.")

_gestures = itertools.count(1)


class NumberGrid(QTableView):
    """Shows a 2-d array with its digits. It never changes it: an edit leaves by a signal and comes back as new values.

    Rows and columns in signals and methods count the whole cells from 0; the half cells of a frame have none.

    Args:
        name: What it is, for people who hear it; translated already.
        read_only: True: numbers that follow from others.
    """

    edited = Signal(int, int, float, int)  # row, column, value, gesture: one drag has one
    pasted = Signal(int, int, object)  # row, column, float64 array
    refused = Signal(object)  # CnnError
    clicked_cell = Signal(int, int)
    moved = Signal(int, int)  # the keyboard moved the cursor
    hovered = Signal(object)  # (row, column) | None

    def __init__(self, name: str = "", read_only: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.numbers = NumberModel(self)
        self.numbers.typed.connect(self._typed)
        self._role, self._bound = "signed", 1.0
        self._cell = theme.size(32)
        self._ring: Cell | None = None
        self._hover: Cell | None = None
        self._pointer: Cell | None = None
        self._window: tuple[int, int, int, int] | None = None
        self._marks: NDArray[np.bool_] | None = None
        self._outside: NDArray[np.bool_] | None = None
        self._muted = self._gradient = False
        self._pixels: list[list[int]] = [[0]]
        self._texts: list[list[str]] | None = None
        self._press: tuple[Cell, QPointF, float] | None = None
        self._gesture = 0
        self._dragged: float | None = None
        self._quiet = False
        self._set_up(name, read_only)

    def _set_up(self, name: str, read_only: bool) -> None:
        self.setModel(self.numbers)
        delegate = NumberDelegate(self)
        delegate.refused.connect(self.refused)
        delegate.entered.connect(lambda: self._step(1, 0))
        self.setItemDelegate(delegate)
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
        self.read_only = read_only
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
            self._ring = self._hover = self._pointer = self._press = self._window = self._marks = self._outside = None
        self.numbers.set_values(values)
        self._colour()
        if resized:
            self._resize()

    @property
    def values(self) -> NDArray[Any]:
        """The array it shows."""
        return self.numbers.values

    @property
    def read_only(self) -> bool:
        """True: nothing can be typed, dragged or pasted."""
        return self.numbers.read_only

    @read_only.setter
    def read_only(self, on: bool) -> None:
        self.numbers.read_only = on
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.NoEditTriggers if on else trigger.AnyKeyPressed | trigger.EditKeyPressed)

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

    # --- the mouse: click to edit, drag to change

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or cell is None:
            return
        self.setCurrentIndex(self._index(cell))
        self.clicked_cell.emit(*cell)
        value = float(self.values[self._index(cell).row(), self._index(cell).column()])
        self._press = (cell, event.position(), value)
        self._dragged = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is not None and event.buttons() & Qt.MouseButton.LeftButton:
            if not self.read_only:
                self._drag(event)
            return
        self._point(self.cell_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, self._press = self._press, None
        if press is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if self._dragged is None and not self.read_only and self.cell_at(event.position()) == press[0]:
            self.edit(self._index(press[0]))
        self._dragged = None
        self._point(self.cell_at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def _drag(self, event: QMouseEvent) -> None:
        cell, start, value = self._press  # type: ignore[misc]
        way = start.y() - event.position().y()
        if self._dragged is None:
            if abs(way) < START:
                return
            self._gesture = next(_gestures)
            self._dragged = value
            self.viewport().setCursor(Qt.CursorShape.SizeVerCursor)
        step = (self._bound or 1.0) / 100
        fine = FINER if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        # Two digits below the step: a dragged number stays short.
        to = round(value + way * step * fine, max(0, 1 - int(np.floor(np.log10(step * fine)))))
        self._drag_to(cell, to)

    def _drag_to(self, cell: Cell, to: float) -> None:
        if to != self._dragged:
            self._dragged = to
            self.edited.emit(*cell, to, self._gesture)

    def _point(self, cell: Cell | None) -> None:
        editable = cell is not None and not self.read_only
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor if editable else Qt.CursorShape.ArrowCursor)
        if cell != self._pointer:
            self._pointer = cell
            self._put("_hover", cell)
            self.hovered.emit(cell)

    # --- the keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text()
        if event.key() == Qt.Key.Key_Escape and self._dragged is not None and self._press is not None:
            self._drag_to(self._press[0], self._press[2])
            self._press = self._dragged = None
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste(QGuiApplication.clipboard().text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.read_only:
            self.edit(self.currentIndex())
        elif text.strip() and text.isprintable() and not self.read_only and not set(text) <= NUMERIC:
            self.refused.emit(CnnError("number.letter", LETTER, text=text))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Digits start an edit here, whatever shortcut has them elsewhere.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not self.read_only:
            keys = (QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.Paste)
            if (event.text() and set(event.text()) <= NUMERIC) or any(event.matches(k) for k in keys):
                event.accept()
                return True
        return super().event(event)

    def focusNextPrevChild(self, forwards: bool) -> bool:
        """Tab goes from cell to cell, and out of the grid at its end."""
        if self.read_only or not self._tab(1 if forwards else -1):
            return super().focusNextPrevChild(forwards)
        return True

    def _tab(self, way: int) -> bool:
        if not self.currentIndex().isValid():
            return False
        rows, cols = (n - 2 * self.numbers.frame for n in self.values.shape)
        row, col = self._cell_of(self.currentIndex())
        place = row * cols + col + way
        if not 0 <= place < rows * cols:
            return False
        self.setCurrentIndex(self._index(divmod(place, cols)))
        return True

    def _step(self, down: int, right: int) -> None:
        rows, cols = (n - 2 * self.numbers.frame for n in self.values.shape)
        row, col = self._cell_of(self.currentIndex())
        if 0 <= row + down < rows and 0 <= col + right < cols:
            self.setCurrentIndex(self._index((row + down, col + right)))
        self.setFocus()

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and self.numbers.inside(current) and not self._quiet:
            self._put("_ring", self._cell_of(current))
            self.moved.emit(*self._cell_of(current))

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.viewport().update()

    # --- copy and paste

    def copy(self) -> None:
        """The selected cells to the clipboard, as a spreadsheet takes them."""
        chosen = self.selectionModel().selection()
        if chosen:
            block = chosen[0]
            values = self.values[block.top():block.bottom() + 1, block.left():block.right() + 1]
            QGuiApplication.clipboard().setText(table_text(values))

    def paste(self, text: str) -> None:
        """Numbers of a text with tabs and lines, from the current cell on; a whole grid's worth goes to the first."""
        try:
            if self.read_only:
                raise CnnError("grid.read_only", READ_ONLY)
            block = parse_table(text)
            rows, cols = (n - 2 * self.numbers.frame for n in self.values.shape)
            row, col = self._cell_of(self.currentIndex()) if self.currentIndex().isValid() else (0, 0)
            if block.shape == (rows, cols):
                row, col = 0, 0
            if block.shape[0] > rows - row or block.shape[1] > cols - col:
                raise CnnError("paste.room", NO_ROOM, rows=block.shape[0], columns=block.shape[1], row=row, column=col,
                               height=rows - row, width=cols - col)
        except CnnError as error:
            self.refused.emit(error)
        else:
            self.pasted.emit(row, col, block)

    def _typed(self, row: int, col: int, value: float) -> None:
        frame = self.numbers.frame
        self.edited.emit(row - frame, col - frame, value, next(_gestures))

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
        if self._muted:
            marks.muted(painter, area)
        if self._gradient:
            marks.dashed(painter, area)
        if self._window is not None:
            marks.window(painter, self.rect_of(*self._window), area)
        if self._hover is not None and self._hover != self._ring:
            marks.hover(painter, self.rect_of(*self._hover), area)
        if self._ring is not None:
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
                    painter.setPen(ink)
                    painter.drawText(place, middle, texts[r][c])

    def _shown(self) -> list[list[str]] | None:
        """The digits of all cells, or None where the cells are too small for any."""
        if self._cell < theme.size(DIGITS):
            return None
        if self._texts is None:
            advance = QFontMetricsF(theme.font(11, mono=True)).horizontalAdvance("0")
            chars = int((self._cell - 2) // advance)
            frame, (rows, cols) = self.numbers.frame, self.values.shape
            self._texts = [["" if frame and (r in (0, rows - 1) or c in (0, cols - 1)) else numbers.cell(v, chars)
                            for c, v in enumerate(line)] for r, line in enumerate(self.values.tolist())]
        return self._texts

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange) and hasattr(self, "_quiet"):
            self._texts = None
            self._colour()
