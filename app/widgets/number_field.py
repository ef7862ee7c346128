"""Numbers in lines of text: one that changes often, one that can be typed over."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QHelpEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QToolTip, QWidget

from app import numbers, theme
from app.i18n import tr
from app.widgets.table_text import parse_number
from cnncore.errors import CnnError

BREAKS = Qt.TextFlag.TextWordWrap


class TextLine(QWidget):
    """A line of text that changes often: unlike a label it asks nobody to lay out anything anew, but where it is too
    long for its room, and breaks into two.

    Args:
        token: Of its colour.
        align: Left, or right for numbers under one another.
    """

    def __init__(self, parent: QWidget | None = None, token: str = "ink", align: str = "left") -> None:
        super().__init__(parent)
        self._text, self._token, self._right = "", token, align == "right"
        self._px, self._mono = 13, False
        self._measure: QFontMetricsF | None = None  # made once for many texts
        self._rows = 1  # of text, at the width of now
        height = QSizePolicy.Policy.Fixed if self._right else QSizePolicy.Policy.Minimum
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, height)
        policy.setHeightForWidth(not self._right)
        self.setSizePolicy(policy)

    def set_type(self, px: int, mono: bool = False) -> None:
        """Another size of type."""
        self._px, self._mono, self._measure = px, mono, None
        self.updateGeometry()
        self.update()

    def set_text(self, text: str, token: str = "") -> None:
        """Show another text, translated already; ``token``: in another colour than before."""
        if text != self._text or (token or self._token) != self._token:
            self._text, self._token = text, token or self._token
            self.setAccessibleName(text)
            self._break()
            self.update()

    def text(self) -> str:
        """What it shows."""
        return self._text

    def sizeHint(self) -> QSize:
        return QSize(theme.size(60), math.ceil(self._metrics().height()) + 2)

    minimumSizeHint = sizeHint

    def heightForWidth(self, width: int) -> int:
        return self.sizeHint().height() if self._rows_at(width) == 1 else self._broken(width)

    def _metrics(self) -> QFontMetricsF:
        if self._measure is None:
            self._measure = QFontMetricsF(theme.font(self._px, mono=self._mono))
        return self._measure

    def _rows_at(self, width: int) -> int:
        return 1 if self._right or width <= 0 or self._metrics().horizontalAdvance(self._text) <= width else 2

    def _broken(self, width: int) -> int:
        """The height of all its lines."""
        return math.ceil(self._metrics().boundingRect(QRectF(0, 0, width, 1000), BREAKS, self._text).height()) + 2

    def _break(self) -> None:
        """Only another number of lines needs another height."""
        rows = self._rows_at(self.width())
        if rows != self._rows:
            self._rows = rows
            self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rows = self._rows_at(self.width())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.LanguageChange):
            self._measure = None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(self._px, mono=self._mono))
        painter.setPen(theme.color(self._token))
        side = Qt.AlignmentFlag.AlignRight if self._right else Qt.AlignmentFlag.AlignLeft
        breaks = Qt.TextFlag.TextWordWrap if self._rows > 1 else Qt.TextFlag(0)
        painter.drawText(QRectF(self.rect()), int(side | Qt.AlignmentFlag.AlignVCenter) | int(breaks), self._text)


class NumberLine(TextLine):
    """Shows three significant decimals, or a class's share in percent; the tooltip has every digit."""

    def __init__(self, parent: QWidget | None = None, align: str = "left") -> None:
        super().__init__(parent, "ink", align)
        self._value = 0.0

    def set_value(self, value: float, share: bool = False) -> None:
        """Show another number; ``share``: a class's share of a softmax."""
        self._value = value
        self.set_text(numbers.share(value) if share else numbers.figure(value))

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
        self.setProperty("own_focus", True)  # the line under it
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setTextMargins(0, 0, -2, 0)  # Qt's own margin: digits stand under those above
        self._value, self._held = 0.0, False
        self.editingFinished.connect(self._finished)
        theme.dress(self, 12, mono=True)

    def set_value(self, value: float) -> None:
        """Show another number; what is being typed stays."""
        if value != self._value or not self.text():
            self._value = value
            if not (self.hasFocus() and self.isModified()):
                self._show()

    def set_held(self, on: bool) -> None:
        """Held at zero: a 0 stands there, and the number itself in the tooltip and while it is edited."""
        if on != self._held:
            self._held = on
            if not (self.hasFocus() and self.isModified()):
                self._show()

    @property
    def value(self) -> float:
        """The number, held or not."""
        return self._value

    def _show(self) -> None:
        short = numbers.figure(0.0 if self._held else self._value)
        self.setText(f"{self._value:.6g}".replace("-", numbers.MINUS) if self.hasFocus() else short)
        full = numbers.full(self._value)
        said = tr("Muted: 0 in place of {value}", value=full) if self._held else full
        self.setToolTip(f"{said}\n{tr('Click to change it')}")
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
