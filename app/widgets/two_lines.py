"""Two short texts over one another at the right, such as a time and a step, that change many times a second."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme


class TwoLines(QWidget):
    """Secondary over title. It only ever grows, so that a changing number does not move what stands beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._over = self._under = ""
        self._wide = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_texts(self, over: str, under: str) -> None:
        """Show these, texts of the language of now; two empty ones give the room back."""
        if (over, under) == (self._over, self._under):
            return
        self._over, self._under = over, under
        self.setAccessibleName(f"{over}, {under}" if over and under else over or under)
        wide = max(QFontMetricsF(font).horizontalAdvance(text)
                   for font, text in ((theme.font(12), over), (theme.font(13, 600), under)))
        if wide > self._wide or not (over or under):
            self._wide = round(wide + 1) if over or under else 0
            self.updateGeometry()
        self.update()

    @property
    def texts(self) -> tuple[str, str]:
        """What is shown."""
        return self._over, self._under

    def sizeHint(self) -> QSize:
        high = QFontMetricsF(theme.font(12)).height() + QFontMetricsF(theme.font(13, 600)).height()
        return QSize(self._wide, round(high))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        half = self.height() / 2
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("soft"))
        painter.drawText(QRectF(0, 0, self.width(), half), right, self._over)
        painter.setFont(theme.font(13, 600))
        painter.setPen(theme.color("ink"))
        painter.drawText(QRectF(0, half, self.width(), half), right, self._under)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._wide = 0
            over, under = self.texts
            self._over = self._under = ""
            self.set_texts(over, under)
