"""A line of text that follows language and theme."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLabel, QWidget

from app import theme
from app.i18n import tr

ROLES = {"title": (13, 600), "text": (13, 400), "secondary": (12, 400), "shape": (11, 400)}


class Label(QLabel):
    """A text by its English key.

    Args:
        text: English key, or a text that is not translated.
        role: ``text``, ``title`` (13/600), ``secondary`` (12, soft), ``shape`` (11, soft).
        mono: Digits that stand under one another.
        **facts: What the text names.
    """

    def __init__(self, text: str = "", role: str = "text", mono: bool = False, parent: QWidget | None = None,
                 **facts: object) -> None:
        super().__init__(parent)
        self._role, self._mono = role, mono
        self.setProperty("role", "secondary" if role == "shape" else role)
        self.set_text(text, **facts)
        self._dress()

    def set_text(self, text: str, /, **facts: object) -> None:
        """Another text, with its facts."""
        self._text, self._facts = text, facts
        shown = tr(text, **facts) if text else ""
        if shown != self.text():
            self.setText(shown)

    def _dress(self) -> None:
        px, weight = ROLES[self._role]
        self.setFont(theme.font(px, weight, self._mono))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.set_text(self._text, **self._facts)
            self._dress()
        elif event.type() == QEvent.Type.StyleChange:
            self._dress()
