"""A line to type an expression into: names are offered while one types, and a refusal stands under it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QWidget

from app import theme
from app.widgets.name_field import NameField

WORD = re.compile(r"[^\W\d][\w.]*$")


class ExpressionField(NameField):
    """Enter gives the text, Esc gives up.

    Args:
        hint: What belongs there, an English key.
        words: The names that can stand in an expression now; asked when typing begins.
    """

    def __init__(self, hint: str, words: Callable[[], Sequence[str]], parent: QWidget | None = None) -> None:
        super().__init__(hint, parent)
        self._words = words
        theme.dress(self.line, 12, mono=True)
        self._names = QStringListModel(self)
        self.completer = QCompleter(self._names, self)
        self.completer.setWidget(self.line)
        self.completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.completer.activated.connect(self._complete)
        self.line.textEdited.connect(self._offer)
        self.layout().setSpacing(4)
        self.completer.popup().setProperty("offers", True)
        theme.dress(self.completer.popup(), 12, mono=True)

    def set_hint(self, hint: str) -> None:
        """Another hint, an English key."""
        self._hint = hint
        self.retranslate()

    def start(self, text: str = "", whole: bool = True) -> None:
        """Ready for typing: ``whole`` with the text selected, else with the cursor after it."""
        super().start(text)
        self._names.setStringList(sorted(self._words(), key=len))
        if not whole:
            self.line.deselect()
            self.line.setCursorPosition(len(text))

    def _word(self) -> str:
        found = WORD.search(self.line.text()[:self.line.cursorPosition()])
        return found.group() if found else ""

    def _offer(self, *_: object) -> None:
        word, popup = self._word(), self.completer.popup()
        self.completer.setCompletionPrefix(word)
        count = self.completer.completionCount()
        if len(word) < 2 or not count or (count == 1 and self.completer.currentCompletion() == word):
            popup.hide()
            return
        self.completer.complete()

    def _complete(self, name: str) -> None:
        line = self.line
        text, at, word = line.text(), line.cursorPosition(), self._word()
        line.setText(text[:at - len(word)] + name + text[at:])
        line.setCursorPosition(at - len(word) + len(name))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter belongs to the list of names while it is open, and never to the window.
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
