"""What a person can do on a window of a plane: point, click, move by the arrows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from app import numbers
from app.i18n import tr
from app.widgets.plane_cut import Spot

MOVES = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}


class PlaneHands(QWidget):
    """Mouse and keys of `PlaneGrid`, which says what lies where."""

    hovered = Signal(object)  # (row, column) within the window | None
    clicked = Signal(object)
    pointed = Signal(object)  # (row, column) of a cell of the plane that is none of the window's
    picked = Signal(object)  # a click on one

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size: Spot = (1, 1)
        self._hover: Spot | None = None
        self._aside: Spot | None = None  # the cell of the plane that the pointer is at, outside of the window's cells
        self.asides = False  # cells outside of the window's can be pointed at too
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def spot_at(self, x: float, y: float) -> Spot | None:
        """The cell of the window at a point."""
        raise NotImplementedError

    def aside_at(self, x: float, y: float) -> Spot | None:
        """The cell of the plane at a point that is none of the window's."""
        raise NotImplementedError

    def value(self, spot: Spot) -> float | None:
        """The number in a cell of the window."""
        raise NotImplementedError

    def number(self, cell: Spot) -> float:
        """The number in a cell of the plane."""
        raise NotImplementedError

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        spot, aside = self._under(event)
        moved, self._aside = aside != self._aside, aside
        if moved:
            self.update()
        if aside is not None:
            if moved:
                self.pointed.emit(aside)
        elif moved or spot != self._hover:
            self.hovered.emit(spot)

    def _under(self, event: QMouseEvent) -> tuple[Spot | None, Spot | None]:
        """The cell of the window under the pointer, or one beside it."""
        x, y = event.position().x(), event.position().y()
        spot = self.spot_at(x, y)
        return spot, self.aside_at(x, y) if spot is None and self.asides else None

    def leaveEvent(self, event: QEvent) -> None:
        aside, self._aside = self._aside, None
        if self._hover is not None or aside is not None:
            self.update()
            self.hovered.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        spot, aside = self._under(event)
        if spot is not None:
            self.clicked.emit(spot)
        elif aside is not None:
            self.picked.emit(aside)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in MOVES:
            row, col = self._hover or (0, -1)
            down, across = MOVES[key]
            rows, cols = self._size
            self.hovered.emit((min(max(row + down, 0), rows - 1), min(max(col + across, 0), cols - 1)))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hover is not None:
            self.clicked.emit(self._hover)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: object) -> None:
        if self._hover is not None and not self.underMouse():
            self.hovered.emit(None)
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self._words(event.pos().x(), event.pos().y())
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _words(self, x: float, y: float) -> str:
        """The number at a point with every digit."""
        spot = self.spot_at(x, y)
        aside = self.aside_at(x, y) if spot is None and self.asides else None
        if spot is None:
            return "" if aside is None else numbers.full(self.number(aside))
        value = self.value(spot)
        return tr("padding") if value is None else numbers.full(value)
