"""One number in a line of text, which can be typed over."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QLineEdit, QToolTip, QWidget

from app import numbers, theme
from app.i18n import tr
from app.widgets.table_text import parse_number
from cnncore.errors import CnnError


class NumberLabel(QLabel):
    """Shows three significant decimals; the tooltip has every digit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value = 0.0

    def set_value(self, value: float) -> None:
        """Show another number."""
        self._value = value
        text = numbers.figure(value)
        if text != self.text():
            self.setText(text)

    def event(self, event: QEvent) -> bool:
        # Made when asked for: setting a tooltip at every stroke costs more than painting the number.
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), numbers.full(self._value), self)
            return True
        return super().event(event)


class NumberField(QLineEdit):
    """Shows three significant decimals, and every digit while it is edited."""

    entered = Signal(float)
    refused = Signal(object)  # CnnError

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setStyleSheet("QLineEdit { border: none; background: transparent; min-height: 0; padding: 0; }")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._value = 0.0
        self.editingFinished.connect(self._finished)
        self._dress()

    def set_value(self, value: float) -> None:
        """Show another number; what is being typed stays."""
        if value != self._value or not self.text():
            self._value = value
            if not (self.hasFocus() and self.isModified()):
                self._show()

    @property
    def value(self) -> float:
        """The number shown."""
        return self._value

    def _show(self) -> None:
        self.setText(f"{self._value:.6g}" if self.hasFocus() else numbers.figure(self._value))
        self.setToolTip(f"{numbers.full(self._value)}\n{tr('Click to change it')}")
        self.setModified(False)

    def _finished(self) -> None:
        if not self.isModified():
            return
        self.setModified(False)
        try:
            value = parse_number(self.text())
        except CnnError as error:
            self._show()
            self.refused.emit(error)
            return
        if value != self._value:
            self.entered.emit(value)
        self._show()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show()
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show()

    def event(self, event: QEvent) -> bool:
        # Esc undoes the typing first; only then it is the window's.
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape and self.isModified():  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self._show()
            self.selectAll()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        focus = self.hasFocus()
        painter = QPainter(self)
        painter.setPen(QPen(theme.color("accent" if focus else "edge"), 2 if focus else 1,
                            Qt.PenStyle.SolidLine if focus else Qt.PenStyle.DotLine))
        y = self.height() - 1
        wide = self.width() if focus else min(self.fontMetrics().horizontalAdvance(self.text()) + 4, self.width())
        painter.drawLine(self.width() - wide, y, self.width(), y)

    def _dress(self) -> None:
        self.setFont(theme.font(12, mono=True))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._dress()
