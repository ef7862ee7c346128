"""A large array as a picture in which a cell is chosen, to be typed over elsewhere; it copies and pastes as a table."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

from app.widgets.heat_map import HeatMap
from app.widgets.number_model import letters
from app.widgets.table_text import FIRST, table_text

KEYS = (QKeySequence.StandardKey.Copy, QKeySequence.StandardKey.Paste)


class TypedMap(HeatMap):
    """A `HeatMap` that hands on what is typed or pasted at its ring. It changes no number itself."""

    typed = Signal(str)  # the first character; empty: Return
    pasted = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = letters(event)
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(table_text(self._values))
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit(QGuiApplication.clipboard().text())
        elif text and set(text) <= FIRST:
            self.typed.emit(text)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.typed.emit("")
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Digits start an edit here, whatever shortcut has them elsewhere.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            text = letters(event)
            if (text and set(text) <= FIRST) or any(event.matches(k) for k in KEYS):
                event.accept()
                return True
        return super().event(event)
