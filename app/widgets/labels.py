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
        self._key: str | None = None  # None: a ready text
        self.setProperty("role", "secondary" if role == "shape" else role)
        theme.dress(self, *ROLES[role], mono)
        self.set_text(text, **facts)

    def set_text(self, text: str, /, **facts: object) -> None:
        """Another text, with its facts."""
        self._show(tr(text, **facts) if text else "")
        self._key, self._facts = text, facts

    def setText(self, text: str) -> None:
        """A ready text, a name or a number say: it stays as it is when the language changes."""
        self._show(text)
        self._key = None

    def _show(self, text: str) -> None:
        if text != self.text():
            super().setText(text)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and self._key is not None:
            self.set_text(self._key, **self._facts)


class LinkText(QLabel):
    """Words with links in them, which the Tab key passes one after another."""

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Backwards QLabel finds its own links again and again, and never lets the focus out.
        return super().focusNextPrevChild(True) if forward else QWidget.focusNextPrevChild(self, False)
