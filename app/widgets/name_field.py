"""A line to type a name into, with the refusal under it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.i18n import tr
from app.widgets.labels import Label


class _Line(QLineEdit):
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # Letters are the line's own by themselves; Esc would be the window's.
        over = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if over and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)


class NameField(QWidget):
    """Enter gives the name, Esc gives up; whoever takes the name clears the field or refuses it with a sentence.

    Args:
        hint: What belongs there, an English key.
    """

    entered = Signal(str)
    left = Signal()

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = hint
        self.line = _Line()
        self.line.setMaxLength(200)
        self.refusal = Label("", "secondary")
        self.refusal.setProperty("role", "wrong")
        self.refusal.setWordWrap(True)
        self.refusal.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.line)
        column.addWidget(self.refusal)
        self.line.returnPressed.connect(lambda: self.entered.emit(self.line.text()))
        self.line.textEdited.connect(lambda: self.refuse(""))
        self.line.left.connect(self.left)
        self.setFocusProxy(self.line)
        self.retranslate()

    def start(self, text: str = "") -> None:
        """Ready for typing, with ``text`` selected."""
        self.refuse("")
        self.line.setText(text)
        self.line.selectAll()
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def refuse(self, sentence: str) -> None:
        """Say why the name will not do, a text of the language of now; empty: all is well."""
        self.refusal.setText(f"✕ {sentence}" if sentence else "")
        self.refusal.setVisible(bool(sentence))

    def retranslate(self) -> None:
        """Texts in the language of now."""
        self.line.setPlaceholderText(tr(self._hint))
        self.line.setAccessibleName(tr(self._hint))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self.refuse("")
