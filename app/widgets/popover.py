"""A box that opens under a button and moves nothing: Esc or a click elsewhere closes it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.widgets.own_keys import keeps_but_history


class Popover(QFrame):
    """Controls for which the window has no place; they follow the document like all others."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        # The click that closes it is not also a click on what lies under the pointer: it would open it again.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)

    def open_under(self, button: QWidget) -> None:
        """Show it under a button, within the screen."""
        self.adjustSize()
        at = button.mapToGlobal(QPoint(0, button.height() + 4))
        screen = button.screen().availableGeometry()
        left = min(at.x(), screen.right() - self.width())
        top = at.y() if at.y() + self.height() <= screen.bottom() else at.y() - button.height() - self.height() - 8
        self.move(max(left, screen.left()), max(top, screen.top()))
        self.show()
        first = self.nextInFocusChain()
        if first is not None and self.isAncestorOf(first):
            first.setFocus(Qt.FocusReason.PopupFocusReason)

    def event(self, event: QEvent) -> bool:
        # Esc closes the box; no key does anything to the window under it, but take back what was done here.
        return keeps_but_history(event) or super().event(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()
