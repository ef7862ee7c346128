"""One friendly sentence on a tint, with a picture before it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from app import theme
from app.widgets.icons import icon


class Hint(QFrame):
    """``**bold**`` in the text is bold."""

    def __init__(self, picture: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("hint", True)
        self._icon = picture
        self._picture = QLabel()
        self._text = QLabel()
        theme.dress(self._text)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.MarkdownText)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 10, 6)
        row.setSpacing(8)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self._paint()

    def set_text(self, text: str) -> None:
        """Another sentence."""
        if text != self._text.text():
            self._text.setText(text)

    def text(self) -> str:
        """The sentence."""
        return self._text.text()

    def _paint(self) -> None:
        edge = theme.size(16)
        self._picture.setPixmap(icon(self._icon, "accent").pixmap(edge, edge))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange) and hasattr(self, "_text"):
            self._paint()
