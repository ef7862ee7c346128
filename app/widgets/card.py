"""A card: the frame of every panel, with a header of one line and a body."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import theme
from app.widgets.labels import Label

HEADER = 22


class GivesWay(Label):
    """A secondary text that ends in dots where it lacks room, never in half a letter."""

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics = self.fontMetrics()
        if metrics.horizontalAdvance(self.text()) <= self.width():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(theme.color("soft"))
        painter.drawText(self.rect(), self.alignment(), metrics.elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width()))


class Card(QFrame):
    """Title, secondary (what, shape), spring, controls; below them `body`, a vertical layout.

    Args:
        title: English key; empty: a card without a header.
        secondary: English key, or a ready text such as a shape.
    """

    def __init__(self, title: str = "", secondary: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label(title, "title")
        self.secondary = GivesWay(secondary, "secondary")
        # The secondary text gives way first, the title never.
        self.secondary.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._header_line = head = QWidget()
        head.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        head.setMinimumHeight(theme.size(HEADER))
        self.header = QHBoxLayout(head)
        self.header.setContentsMargins(0, 0, 0, 0)
        self.header.setSpacing(8)
        self.header.addWidget(self.title)
        self.header.addWidget(self.secondary, 1)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(8)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 10, 12, 10)
        whole.setSpacing(6)
        if title:
            whole.addWidget(head)
        whole.addLayout(self.body, 1)

    def set_title(self, text: str, /, **facts: object) -> None:
        """Another title: an English key with its facts."""
        self.title.set_text(text, **facts)

    def set_secondary(self, text: str, /, **facts: object) -> None:
        """Another secondary text: an English key with its facts, or a ready text."""
        self.secondary.set_text(text, **facts)
        self.secondary.setToolTip(self.secondary.text())

    def add_control(self, widget: QWidget) -> None:
        """Put a widget at the header's right end."""
        self.header.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_header_line"):
            self._header_line.setMinimumHeight(theme.size(HEADER))

    def set_spotlight(self, on: bool) -> None:
        """A border in accent round the card that is talked about."""
        from app.widgets.buttons import restyle
        self.setProperty("spotlight", on)
        restyle(self)
