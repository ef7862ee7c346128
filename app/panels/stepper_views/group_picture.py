"""How the numbers of a group lie: their counts, the mean and one deviation to each side of it, and one of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.i18n import tr

BARS = 32


class GroupPicture(QWidget):
    """How the numbers of a group lie: their counts, the mean, one deviation to each side, and the own number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("norm_group")
        self._counts: NDArray[np.floating] = np.zeros(0)
        self._low, self._high = -1.0, 1.0
        self._x, self._mean, self._deviation = 0.0, 0.0, 1.0

    def set_group(self, values: NDArray[np.floating], x: float, mean: float, deviation: float) -> None:
        """Other numbers."""
        finite = values[np.isfinite(values)]
        ends = [*((float(finite.min()), float(finite.max())) if finite.size else ()), mean - deviation,
                mean + deviation, x]
        ends = [one for one in ends if np.isfinite(one)] or [0.0]
        pad = (max(ends) - min(ends)) * 0.04 or 1.0
        self._low, self._high = min(ends) - pad, max(ends) + pad
        self._counts = np.histogram(finite, BARS, (self._low, self._high))[0].astype(float)
        self._mean, self._deviation = mean, deviation
        self.set_number(x)

    def set_number(self, x: float) -> None:
        """Another number of the same group."""
        self._x = x
        self.setAccessibleDescription(tr("mean {mean}, deviation {deviation}, this number {x}",
                                         mean=numbers.figure(self._mean), deviation=numbers.figure(self._deviation),
                                         x=numbers.figure(x)))
        self.update()

    @property
    def mean(self) -> float:
        """Where the line of the mean stands."""
        return self._mean

    def _at(self, value: float) -> float:
        return (value - self._low) / (self._high - self._low) * self.width()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        foot, top = self.height() - 2 * theme.size(15), theme.size(14)
        if not np.isfinite([self._mean, self._deviation]).all():
            return
        left, right = self._at(self._mean - self._deviation), self._at(self._mean + self._deviation)
        painter.fillRect(QRectF(left, top, right - left, foot - top), theme.color("tint"))
        peak = self._counts.max(initial=0.0) or 1.0
        wide = self.width() / BARS
        for k, count in enumerate(self._counts):
            if count:
                high = max((foot - top - 4) * count / peak, 1.5)
                painter.fillRect(QRectF(k * wide + 0.5, foot - high, wide - 1, high), theme.color("edge"))
        painter.setPen(QPen(theme.color("edge"), 1))
        painter.drawLine(QPointF(0, foot), QPointF(self.width(), foot))
        painter.setPen(QPen(theme.color("ink"), 1.5))
        painter.drawLine(QPointF(self._at(self._mean), top - 4), QPointF(self._at(self._mean), foot + 3))
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("soft"))
        line = theme.size(15)
        for text, x, y in ((tr("mean"), self._at(self._mean), foot + 2),
                           (tr("± deviation"), (left + right) / 2, foot + line)):
            wide = painter.fontMetrics().horizontalAdvance(text) + 4
            painter.drawText(QRectF(min(max(x - wide / 2, 0), self.width() - wide), y, wide, line),
                             Qt.AlignmentFlag.AlignCenter, text)
        if np.isfinite(self._x):
            painter.setPen(QPen(theme.color("panel"), 2))
            painter.setBrush(theme.color("ring"))
            painter.drawEllipse(QPointF(self._at(self._x), foot), 5, 5)
