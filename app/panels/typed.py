"""The input as numbers: in the canvas's place while the input is typed."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSpinBox, QWidget

from app import theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model import edits
from app.model.document import Document
from app.model.timeline import Playhead
from app.widgets.card import Card
from app.widgets.labels import Label
from app.widgets.number_field import NumberField
from app.widgets.number_grid import NO_ROOM, NumberGrid
from app.widgets.segments import Segments
from app.widgets.table_text import parse_table
from app.widgets.typed_map import TypedMap
from cnncore.errors import CnnError
from cnncore.network import INPUT
from cnncore.op import Array
from cnncore.shapes import receptive_region

LEAST, MOST = 18, 36  # px of a cell that still shows its digits, and of the largest
SIDE = 32  # cells a side beyond which the input is a picture
FEW = 4  # channels that stand side by side
HIGH = 260  # px that grid or picture take at most
AXES = (N_("channel"), N_("slice"))


class TypedPanel(Card):
    """One channel (and slice) at a time: a grid of numbers, or a picture with the chosen cell's number under it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("Input"), "", parent)
        self.setObjectName("typed_panel")
        self.desk, self.session = desk, desk.session
        self._at: tuple[int, ...] = ()  # of the axes before rows and columns
        self._shape: tuple[int, ...] = ()
        self._cell: tuple[int, int] = (0, 0)  # of the picture
        self.choosers: list[tuple[Label, Segments, QSpinBox]] = []  # a row of choices for a few, a box for many
        line = QHBoxLayout()
        line.setSpacing(6)
        for k, name in enumerate(AXES):
            label, few, box = Label(name, "secondary"), Segments(((0, "0"),), name), QSpinBox()
            few.setObjectName(f"typed_{name}")
            few.setProperty("small", True)
            for chooser, signal in ((few, few.changed), (box, box.valueChanged)):
                signal.connect(lambda value, k=k: self._choose(k, value))
                chooser.hide()
            self.choosers.append((label, few, box))
            for widget in (label, few, box):
                line.addWidget(widget)
        line.addStretch(1)
        self.grid, self.map = NumberGrid(read_only=False), TypedMap()
        self.grid.setObjectName("typed_grid")
        self.map.setObjectName("typed_map")
        self.name, self.field = Label("", "text", mono=True), NumberField()
        self.name.setProperty("role", "accent")
        self.field.setObjectName("typed_number")
        self.words = Label(N_("Type, drag up and down, or paste"), "secondary")
        self.words.setWordWrap(True)
        number = QHBoxLayout()
        number.addWidget(self.name)
        number.addWidget(self.field, 1)
        self.body.addLayout(line)
        self.place_of_both = QWidget()  # the card decides how wide they are, never they how wide the card is
        self.place_of_both.setMinimumWidth(1)
        for widget in (self.grid, self.map):
            widget.setParent(self.place_of_both)
        self.body.addWidget(self.place_of_both)
        self.body.addLayout(number)
        self.body.addWidget(self.words)
        self.body.addStretch(1)
        self._connect()
        self.retranslate()

    def _connect(self) -> None:
        session, messages = self.session, self.desk.messages
        self.grid.edited.connect(self._edit)
        self.grid.pasted.connect(self._paste)
        self.grid.hovered.connect(self._hover)
        self.map.hovered.connect(self._hover)
        self.map.clicked.connect(self._stand)
        self.map.moved.connect(self._stand)
        self.map.typed.connect(self._type)
        self.map.pasted.connect(self._paste_text)
        self.field.entered.connect(lambda value: self._edit(*self._cell, value, None))
        self.field.returnPressed.connect(lambda: QTimer.singleShot(0, self, self.map.setFocus))  # it reads first
        for widget in (self.grid, self.field):
            widget.refused.connect(messages.error)
        session.document_changed.connect(self._document)
        session.hover_moved.connect(self._hovered)
        session.selection_changed.connect(self._selected)
        self.desk.ranges.changed.connect(self._document)

    # --- which numbers

    def index(self, row: int, col: int) -> tuple[int, ...]:
        """(channel, *cell) of a cell of the grid; one row for a channel in one dimension."""
        rank = len(self._shape)
        return (*self._at, row, col) if rank > 2 else (row, col) if rank == 2 else (col,)

    def place(self, index: tuple[int, ...]) -> tuple[int, int] | None:
        """(row, column) in the grid as it is shown: the inverse of `index`; None where another channel is shown."""
        if len(self._shape) < 3:
            return (0, index[0]) if len(self._shape) == 1 else (index[0], index[1])
        return (index[-2], index[-1]) if index[:-2] == self._at else None

    def plane(self, values: Array) -> Array:
        """What is shown of the input."""
        out: Array = np.atleast_2d(values[self._at] if values.ndim > 2 else values)
        return out

    def _choose(self, axis: int, value: int) -> None:
        self._at = tuple(value if k == axis else old for k, old in enumerate(self._at))
        self.show_now()

    def _turn(self, at: tuple[int, ...]) -> None:
        """Show another channel or slice: the one that was asked about."""
        self._at = at
        self._mark()
        self.show_now()

    def _mark(self) -> None:
        """The choosers say what is shown."""
        for (_, few, box), value in zip(self.choosers, self._at, strict=False):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
            few.set_value(min(value, FEW - 1))

    def _document(self, *_: object) -> None:
        if self.isVisible():
            self.show_now()

    def show_now(self) -> None:
        """The numbers of now."""
        document: Document = self.session.document
        if document.typed is None:
            return
        if document.typed.shape != self._shape:
            self._reshape(document.typed.shape)
        plane = self.plane(document.typed)
        bound = self.desk.ranges.bound(self.session.results, INPUT, self._at[0] if self._at else 0)
        if self.whole:
            self.grid.set_values(plane, bound, "signed")
        else:
            self.map.set_values(plane, bound)
            self.map.set_ring(*self._cell)
            self.name.setText(f"{INPUT}[{', '.join(map(str, self.index(*self._cell)))}]")
            self.field.set_value(float(plane[self._cell]))
        self._selected()

    def _reshape(self, shape: tuple[int, ...]) -> None:
        self._shape, self._cell = shape, (0, 0)
        self._at = (0,) * max(len(shape) - 2, 0)
        for k, (label, few, box) in enumerate(self.choosers):
            count = shape[k] if k < len(self._at) else 1
            label.setVisible(count > 1)
            few.setVisible(1 < count <= FEW)
            box.setVisible(count > FEW)
            few.set_choices([(value, str(value)) for value in range(min(count, FEW))])
            box.blockSignals(True)
            box.setRange(0, count - 1)
            box.blockSignals(False)
        self._mark()
        self.set_secondary("×".join(map(str, shape)))
        self._fit()

    @property
    def whole(self) -> bool:
        """Whether every cell is large enough for its digits."""
        return max(self._rows_and_columns) <= SIDE and self._px >= theme.size(LEAST)

    @property
    def _rows_and_columns(self) -> tuple[int, int]:
        shape = self._shape or (1,)
        return (shape[-2], shape[-1]) if len(shape) > 1 else (1, shape[0])

    @property
    def _px(self) -> float:
        """Pixels a cell, as the card allows."""
        rows, cols = self._rows_and_columns
        return min((self._wide + 1) / cols - 1, (theme.size(HIGH) + 1) / rows - 1, theme.size(MOST))

    @property
    def _wide(self) -> int:
        margins = self.layout().contentsMargins()
        return max(self.contentsRect().width() - margins.left() - margins.right(), 1)

    def _fit(self) -> None:
        """Grid or picture, at its size."""
        if not self._shape:
            return
        whole = self.whole
        if whole:
            self.grid.set_least(theme.size(LEAST))
            self.grid.set_cell(int(self._px))
        else:
            rows, cols = self._rows_and_columns
            self.map.set_cell(min(self._wide / cols, theme.size(HIGH) / rows))
            self.map.resize(self.map.sizeHint())
        shown = self.grid if whole else self.map
        shown.move(max((self._wide - shown.width()) // 2, 0), 0)
        self.place_of_both.setFixedHeight(shown.height())
        self.grid.setVisible(whole)
        for widget in (self.map, self.name, self.field):
            widget.setVisible(not whole)
        self.words.set_text(N_("Type, drag up and down, or paste") if whole else N_("Click a cell, then type"))

    # --- what a person does

    def _edit(self, row: int, col: int, value: float, gesture: object) -> None:
        merge = None if gesture is None else ("input", gesture)
        self.desk.attempt(self.session.edit, edits.set_input_number, self.index(row, col), value, merge=merge)
        self.show_now()

    def _paste(self, row: int, col: int, block: Array) -> None:
        document = self.session.document
        if document.typed is None:
            return
        values = document.typed.astype(np.float64)
        height, width = block.shape
        self.plane(values)[row:row + height, col:col + width] = block
        self.desk.attempt(self.session.edit, edits.set_input, values)
        self.show_now()

    def _paste_text(self, text: str) -> None:
        """A table, from the chosen cell on; one of the whole size goes to the first."""
        try:
            block = parse_table(text)
            rows, cols = self._rows_and_columns
            row, col = (0, 0) if block.shape == (rows, cols) else self._cell
            if block.shape[0] > rows - row or block.shape[1] > cols - col:
                raise CnnError("paste.room", NO_ROOM, rows=block.shape[0], columns=block.shape[1], row=row, column=col,
                               height=rows - row, width=cols - col)
        except CnnError as error:
            self.desk.messages.error(error)
        else:
            self._paste(row, col, block)

    def _stand(self, row: int, col: int) -> None:
        self._cell = (row, col)
        self.map.setFocus()
        self.show_now()

    def _type(self, text: str) -> None:
        self.field.setFocus()
        if text:  # as a key, not as a text: only what is typed is taken over when the focus goes elsewhere
            self.field.selectAll()
            key = QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, text)
            QApplication.sendEvent(self.field, key)

    def _hover(self, cell: tuple[int, int] | None) -> None:
        self.session.hover(None if cell is None else Playhead(INPUT, self.index(*cell)))

    # --- one cursor

    def _hovered(self, head: Playhead | None) -> None:
        cell = self.place(head.index) if head is not None and head.node == INPUT and head.target == "output" else None
        for view in (self.grid, self.map):
            view.set_hover(*(cell or (None,)))

    def _selected(self, *_: object) -> None:
        """The cells that the selected number is made of wear the window."""
        head = self.session.playhead
        network = self.session.view.network
        if not self._shape or head is None or head.lane != "forward" or head.node == INPUT:
            box = None
        else:
            box = receptive_region(network, head.node, head.index).get(INPUT)
        window: tuple[int, ...] | None = None
        before = box[:-2] if box is not None and len(box) > 2 else ()
        if any(not part.start <= at < part.stop for part, at in zip(before, self._at, strict=False)):
            self._turn(tuple(part.start for part in before))
            return
        if box is not None and len(box) == len(self._shape) > 1:
            rows, cols = box[-2:]
            window = rows.start, cols.start, rows.stop - rows.start, cols.stop - cols.start
            if min(window[2:]) < 1 or window == (0, 0, *self._rows_and_columns):
                window = None
        for view in (self.grid, self.map):
            view.set_window(*(window or (None,)))

    # --- life

    def focusInEvent(self, event: QFocusEvent) -> None:
        (self.grid if self.whole else self.map).setFocus()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.show_now()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self.show_now()

    def retranslate(self) -> None:
        """Names for people who do not see the grid."""
        self.grid.setAccessibleName(tr("Input: type, drag up and down, or paste"))
        self.map.setAccessibleName(tr("Click a cell, then type"))
        self.field.setAccessibleName(tr("Value of the cell"))
        for name, (_, _, box) in zip(AXES, self.choosers, strict=True):
            box.setAccessibleName(tr(name))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "words"):
            self.retranslate()
            QTimer.singleShot(0, self, self._fit)
