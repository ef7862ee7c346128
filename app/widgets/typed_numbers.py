"""An array's plane to type into: a grid of numbers, or where that is too large a picture with one number under it."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app import theme
from app.i18n import N_, tr
from app.widgets.labels import Label
from app.widgets.number_field import NumberField
from app.widgets.number_grid import NO_ROOM, NumberGrid
from app.widgets.table_text import parse_array, parse_table
from app.widgets.typed_map import TypedMap
from cnncore.errors import CnnError

LEAST, MOST = 18, 36  # px of a cell that still shows its digits, and of the largest
SIDE = 32  # cells a side beyond which the plane is a picture
HIGH, LOW = 260, 150  # px that a grid, and a picture, take at most
Cell = tuple[int, int]


class TypedNumbers(QWidget):
    """As wide as it is given. It changes nothing itself: what a person does leaves by a signal."""

    edited = Signal(int, int, float, object)  # row, column, value, gesture | None
    pasted = Signal(int, int, object)  # row, column, float64 array
    pasted_whole = Signal(object)  # float64 array of more axes than rows and columns
    refused = Signal(object)  # CnnError
    hovered = Signal(object)  # (row, column) | None
    stood = Signal()  # another cell of the picture is chosen

    def __init__(self) -> None:
        super().__init__()
        self.grid, self.map = _Grid(), TypedMap()
        self.grid.deep.connect(self.pasted_whole)
        self.grid.setObjectName("typed_grid")
        self.map.setObjectName("typed_map")
        self.grid.set_least(theme.size(LEAST))
        self.shape, self.cell = (1, 1), (0, 0)  # of the plane; of the picture
        self.stage = QWidget()  # the card decides how wide they are, never they how wide the card is
        self.stage.setMinimumWidth(1)
        for view in (self.grid, self.map):
            view.setParent(self.stage)
            view.hovered.connect(self.hovered)
        self.name, self.field = Label("", "text", mono=True), NumberField()
        self.name.setProperty("role", "accent")
        self.field.setObjectName("typed_number")
        self.words = Label(N_("Type, drag or paste"), "secondary")
        self.words.setWordWrap(True)
        number = QHBoxLayout()
        number.addWidget(self.name)
        number.addWidget(self.field, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.stage)
        column.addLayout(number)
        column.addWidget(self.words)
        self.grid.edited.connect(lambda *change: self.edited.emit(*change))
        self.grid.pasted.connect(self.pasted)
        self.map.clicked.connect(self._stand)
        self.map.moved.connect(self._stand)
        self.map.typed.connect(self._type)
        self.map.pasted.connect(self._paste)
        self.field.entered.connect(lambda value: self.edited.emit(*self.cell, value, None))
        self.field.returnPressed.connect(lambda: QTimer.singleShot(0, self, self.map.setFocus))  # it reads first
        for one in (self.grid, self.field):
            one.refused.connect(self.refused)
        self.retranslate()

    # --- what it shows

    def set_values(self, values: NDArray[Any], bound: float) -> None:
        """Show a plane (rows, columns); ``bound`` is the end of the colour range."""
        other = values.shape != self.shape
        if other:
            self.shape, self.cell = (values.shape[0], values.shape[1]), (0, 0)
        if self.whole:
            self.grid.set_values(values, bound, "signed")
        else:
            self.map.set_values(values, bound)
            self.map.set_ring(*self.cell)
            self.field.set_value(float(values[self.cell]))
        if other:
            self.fit()  # after they know their shape, from which their size follows

    def set_hover(self, cell: Cell | None) -> None:
        """The hover line, from another view."""
        for view in (self.grid, self.map):
            view.set_hover(*(cell or (None,)))

    def set_touched(self, cells: tuple[range, range] | None) -> None:
        """Light up rows and columns that have to do with what the pointer is at elsewhere."""
        for view in (self.grid, self.map):
            view.set_touched(cells)

    def set_window(self, window: tuple[int, int, int, int] | None) -> None:
        """A ring round (row, column, rows, columns)."""
        for view in (self.grid, self.map):
            view.set_window(*(window or (None,)))

    @property
    def whole(self) -> bool:
        """Whether every cell is large enough for its digits."""
        return max(self.shape) <= SIDE and self._px >= theme.size(LEAST)

    @property
    def shown(self) -> QWidget:
        """The grid, or the picture."""
        return self.grid if self.whole else self.map

    @property
    def _px(self) -> float:
        """Pixels a cell, as the room allows."""
        rows, cols = self.shape
        return min((self.width() + 1) / cols - 1, (theme.size(HIGH) + 1) / rows - 1, theme.size(MOST))

    def fit(self) -> None:
        """Grid or picture, at its size."""
        whole, (rows, cols) = self.whole, self.shape
        if whole:
            self.grid.set_least(theme.size(LEAST))
            self.grid.set_cell(int(self._px))
        else:
            self.map.set_cell(min(self.width() / cols, theme.size(LOW) / rows))
        wide, high = (int(self._px + 1) * cols - 1, int(self._px + 1) * rows - 1) if whole else (0, 0)
        size = self.map.sizeHint()
        if not whole:
            wide, high = min(size.width(), self.width()), size.height()
            self.map.resize(wide, high)
        self.shown.move(max((self.width() - wide) // 2, 0), 0)
        self.stage.setFixedHeight(high)
        self.grid.setVisible(whole)
        for widget in (self.map, self.name, self.field):
            widget.setVisible(not whole)
        self.words.set_text(N_("Type, drag or paste") if whole else N_("Click a cell, then type"))

    # --- what a person does to the picture

    def _stand(self, row: int, col: int) -> None:
        self.cell = (row, col)
        self.map.setFocus()
        self.stood.emit()

    def _type(self, text: str) -> None:
        self.field.setFocus()
        if text:  # as a key, not as a text: only what is typed is taken over when the focus goes elsewhere
            self.field.selectAll()
            key = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, text)
            QApplication.sendEvent(self.field, key)

    def _paste(self, text: str) -> None:
        """A table, from the chosen cell on; one of the whole size goes to the first."""
        try:
            if _axes(text) > 2:
                self.pasted_whole.emit(parse_array(text))
                return
            block, (rows, cols) = parse_table(text), self.shape
            row, col = (0, 0) if block.shape == (rows, cols) else self.cell
            if block.shape[0] > rows - row or block.shape[1] > cols - col:
                raise CnnError("paste.room", NO_ROOM, rows=block.shape[0], columns=block.shape[1], row=row, column=col,
                               height=rows - row, width=cols - col)
        except CnnError as error:
            self.refused.emit(error)
        else:
            self.pasted.emit(row, col, block)

    # --- life

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()
        self.stood.emit()  # the other of the two may be shown now

    def retranslate(self) -> None:
        """Names for people who do not see it."""
        self.grid.setAccessibleName(tr("Input: type, drag up and down, or paste"))
        self.map.setAccessibleName(tr("Click a cell, then type"))
        self.field.setAccessibleName(tr("Value of the cell"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "words"):
            self.retranslate()
            QTimer.singleShot(0, self, self.fit)


class _Grid(NumberGrid):
    """Hands on what has more axes than it, all channels of an input say."""

    deep = Signal(object)

    def __init__(self) -> None:
        super().__init__(read_only=False)

    def paste(self, text: str) -> None:
        if _axes(text) > 2:
            self.deep.emit(parse_array(text))
        else:
            super().paste(text)


def _axes(text: str) -> int:
    """Of the numbers in a text; 0 of one that holds none, which whoever reads it refuses."""
    try:
        return parse_array(text).ndim
    except CnnError:
        return 0
