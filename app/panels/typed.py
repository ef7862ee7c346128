"""The input as numbers: in the canvas's place while the input is typed."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from app.desk import Desk
from app.i18n import N_, tr
from app.model import edits
from app.model.timeline import Playhead
from app.model.touch import plane_of
from app.widgets.card import Card
from app.widgets.labels import Label
from app.widgets.segments import Segments
from app.widgets.typed_numbers import Cell, TypedNumbers
from cnncore.network import INPUT
from cnncore.op import Array
from cnncore.shapes import receptive_region

FEW = 4  # channels that stand side by side
AXES = (N_("channel"), N_("slice"))


class TypedPanel(Card):
    """One channel (and slice) at a time; in one dimension all channels, a row each."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("Input"), "", parent)
        self.setObjectName("typed_panel")
        self.desk, self.session = desk, desk.session
        self._at: tuple[int, ...] = ()  # of the axes before rows and columns
        self._shape: tuple[int, ...] = ()
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
        self.numbers = TypedNumbers()
        self.grid, self.map = self.numbers.grid, self.numbers.map
        self.body.addLayout(line)
        self.body.addWidget(self.numbers)
        self.body.addStretch(1)
        self.numbers.edited.connect(self._edit)
        self.numbers.pasted.connect(self._paste)
        self.numbers.pasted_whole.connect(self._paste_whole)
        self.numbers.refused.connect(desk.messages.error)
        self.numbers.hovered.connect(self._hover)
        self.numbers.stood.connect(self.show_now)
        self.session.document_changed.connect(self._document)
        self.session.hover_moved.connect(self._hovered)
        self.session.selection_changed.connect(self._selected)
        desk.touch.moved.connect(self._touched)
        desk.ranges.changed.connect(self._document)
        self.retranslate()

    # --- which numbers

    def index(self, row: int, col: int) -> tuple[int, ...]:
        """(channel, *cell) of a cell of the grid; one row for a channel in one dimension."""
        rank = len(self._shape)
        return (*self._at, row, col) if rank > 2 else (row, col) if rank == 2 else (col,)

    def place(self, index: tuple[int, ...]) -> Cell | None:
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
        document = self.session.document
        if document.typed is None:
            return
        if document.typed.shape != self._shape:
            self._reshape(document.typed.shape)
        plane = self.plane(document.typed)
        bound = self.desk.ranges.bound(self.session.results, INPUT, self._at[0] if self._at else 0)
        self.numbers.set_values(plane, bound)
        self.numbers.grid.set_digits(self.desk.pixels != "squares")
        self.numbers.name.setText(f"{INPUT}[{', '.join(map(str, self.index(*self.numbers.cell)))}]")
        self._selected()

    def _reshape(self, shape: tuple[int, ...]) -> None:
        self._shape = shape
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

    def _paste_whole(self, values: Array) -> None:
        """All channels at once, or all slices: what has more axes than what is shown."""
        self.desk.attempt(self.session.edit, edits.set_input, values)
        self.show_now()

    def _hover(self, cell: Cell | None) -> None:
        self.session.hover(None if cell is None else Playhead(INPUT, self.index(*cell)))

    # --- one cursor

    def _hovered(self, head: Playhead | None) -> None:
        cell = self.place(head.index) if head is not None and head.node == INPUT and head.target == "output" else None
        self.numbers.set_hover(cell)

    def _touched(self) -> None:
        """What the number or the weight under the pointer reads of these."""
        if not self.isVisible():
            return
        box = self.desk.touch.boxes().get(INPUT)
        few = box is not None and tuple((0, n, 1) for n in self._shape) != box  # all of it needs no line
        if len(self._shape) == 2 and box is not None:  # a row for each channel
            self.numbers.set_touched((range(*box[0]), range(*box[1])) if few else None)
        else:
            self.numbers.set_touched(plane_of(box, self._at) if few and box is not None else None)

    def _selected(self, *_: object) -> None:
        """The cells that the selected number is made of wear the window."""
        head = self.session.playhead
        network = self.session.view.network
        if not self._shape or head is None or head.lane != "forward" or head.node == INPUT:
            box = None
        else:
            box = receptive_region(network, head.node, head.index).get(INPUT)
        window: tuple[int, int, int, int] | None = None
        before = box[:-2] if box is not None and len(box) > 2 else ()
        if any(not part.start <= at < part.stop for part, at in zip(before, self._at, strict=False)):
            self._turn(tuple(part.start for part in before))
            return
        if box is not None and len(box) == len(self._shape) > 1:
            rows, cols = box[-2:]
            window = rows.start, cols.start, rows.stop - rows.start, cols.stop - cols.start
            if min(window[2:]) < 1 or window == (0, 0, *self.numbers.shape):
                window = None
        self.numbers.set_window(window)

    # --- life

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.numbers.shown.setFocus()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.show_now()

    def retranslate(self) -> None:
        """Names for people who do not see the choosers."""
        for name, (_, _, box) in zip(AXES, self.choosers, strict=True):
            box.setAccessibleName(tr(name))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "numbers"):
            self.retranslate()
