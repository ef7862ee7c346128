"""A grid of numbers that can be read, typed into, dragged, copied and pasted."""

from __future__ import annotations

import itertools

import numpy as np
from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QPointF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from app.i18n import N_
from app.widgets.number_model import NumberDelegate, letters
from app.widgets.number_table import Cell, NumberTable
from app.widgets.table_text import FIRST, LETTER, parse_table, table_text
from cnncore.errors import CnnError

START = 4  # px before a press becomes a drag
FINER = 0.1
READ_ONLY = N_("These numbers follow from others and cannot be changed here.")
NO_ROOM = N_("The paste is {rows} × {columns}; from row {row}, column {column} there is room for {height} × {width}. "
             "Nothing was changed.")

_gestures = itertools.count(1)


class NumberGrid(NumberTable):
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
        super().__init__(name, parent)
        self.numbers.typed.connect(self._typed)
        self._pointer: Cell | None = None
        self._press: tuple[Cell, QPointF, float] | None = None
        self._gesture = 0
        self._dragged: float | None = None
        delegate = NumberDelegate(self)
        delegate.refused.connect(self.refused)
        delegate.entered.connect(lambda: self._step(1, 0))
        self.setItemDelegate(delegate)
        self.read_only = read_only

    @property
    def read_only(self) -> bool:
        """True: nothing can be typed, dragged or pasted."""
        return self.numbers.read_only

    @read_only.setter
    def read_only(self, on: bool) -> None:
        self.numbers.read_only = on
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.NoEditTriggers if on else trigger.AnyKeyPressed | trigger.EditKeyPressed)

    def reshaped(self) -> None:
        """A drag or a hover over cells that are gone ends."""
        self._pointer = self._press = None

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
        text = letters(event)
        if event.key() == Qt.Key.Key_Escape and self._dragged is not None and self._press is not None:
            self._drag_to(self._press[0], self._press[2])
            self._press = self._dragged = None
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste(QGuiApplication.clipboard().text())
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.read_only:
            self.edit(self.currentIndex())
        elif text and not self.read_only and not set(text) <= FIRST:
            self.refused.emit(CnnError("number.letter", LETTER, typed=text))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Digits start an edit here, whatever shortcut has them elsewhere.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not self.read_only:
            keys = (QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.Paste)
            text = letters(event)
            if (text and set(text) <= FIRST) or any(event.matches(k) for k in keys):
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
            rows, cols = (n - 2 * self.numbers.frame for n in self.values.shape)
            block = parse_table(text)
            if rows == 1 and block.shape[1] == 1:
                block = block.T  # one row has no other place for a column
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
