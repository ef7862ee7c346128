"""One line of text that is never cut: it is set smaller when it lacks room, and elided only at its smallest."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme


class FitText(QWidget):
    """A bold line between two sizes of type; elided, it tells the whole in its tooltip.

    Args:
        largest: Size of type in a wide place.
        least: Size of type in a narrow one.
        align: Where it stands in its place.
    """

    def __init__(self, largest: int, least: int, align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._sizes, self._align = "", (largest, least), align
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_sizes(self, largest: int, align: Qt.AlignmentFlag) -> None:
        """Another largest size, and where it stands."""
        self._sizes, self._align = (largest, self._sizes[1]), align
        self.updateGeometry()
        self.update()

    def set_text(self, text: str) -> None:
        """Show another text, translated already."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.update()  # its place stays: as wide as it is given, as high as its largest type

    def text(self) -> str:
        """The whole text."""
        return self._text

    def fitting(self) -> QFont:
        """The largest font in which the text has room."""
        largest, least = self._sizes
        for px in range(largest, least, -1):
            font = theme.font(px, 600)
            if QFontMetricsF(font).horizontalAdvance(self._text) <= self.width():
                return font
        return theme.font(least, 600)

    @property
    def elided(self) -> str:
        """What of the text is shown."""
        metrics = QFontMetricsF(self.fitting())
        if metrics.horizontalAdvance(self._text) <= self.width():
            return self._text
        return metrics.elidedText(self._text, Qt.TextElideMode.ElideRight, self.width())

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(theme.font(self._sizes[0], 600))
        return QSize(math.ceil(metrics.horizontalAdvance(self._text)), math.ceil(metrics.height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.size(self._sizes[1]), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.fitting())
        painter.setPen(theme.color("ink"))
        painter.drawText(QRectF(self.rect()), self._align | Qt.AlignmentFlag.AlignVCenter, self.elided)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._text if self.elided != self._text else "", self)
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()
            self.update()
