"""One line that ends in dots where it lacks room, and tells the whole in a tooltip only then."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QToolTip, QWidget


class CutText(QLabel):
    """Its `text()` is always the whole."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("elides", True)

    @property
    def shown(self) -> str:
        """What of the text is seen."""
        metrics = self.fontMetrics()
        if metrics.horizontalAdvance(self.text()) <= self.contentsRect().width():
            return self.text()
        return metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.shown
        if shown == self.text():
            super().paintEvent(event)
            return
        self.style().drawItemText(QPainter(self), self.contentsRect(), self.alignment().value, self.palette(),
                                  self.isEnabled(), shown, self.foregroundRole())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            if self.shown == self.text():
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), self.text(), self)
            return True
        return super().event(event)
