"""How the numbers of a map are spread, in the map's own colours, with the chosen one marked."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import numbers, theme
from app.i18n import tr

BINS = 40
HUGE, FINE = 1e37, 1e-4
HEIGHT = 62
FOOT = 16  # px for the ends of the axis


class Histogram(QWidget):
    """Bars with the square root of the counts: one crowded bin (ReLU's zeros) must not flatten the rest.

    Args:
        name: What it is, for people who hear it; translated already.
    """

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: NDArray[Any] = np.zeros(BINS, int)
        self._edges: NDArray[Any] = np.linspace(0, 1, BINS + 1)
        self._bound, self._role = 1.0, "signed"
        self._cursor: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def set_values(self, values: NDArray[Any], bound: float | None = None, role: str = "signed") -> None:
        """Count the finite ones of an array of any shape; ``bound`` and ``role`` colour them as in the map."""
        finite = values[np.isfinite(values)] if theme.bad(values) is not None else values.ravel()
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        size = max(abs(low), abs(high))
        if high - low < 1e-12 * max(size, 1e-12):
            half = max(0.5, 1e-6 * size)
            low, high = low - half, high + half
        if size > HUGE or high - low < FINE * size:  # bins of the values' own float32 would be none, or overflow
            finite = finite.astype(np.float64)
        self._counts, self._edges = np.histogram(finite, BINS, (low, high))
        self._bound = max(abs(low), abs(high)) if bound is None else bound
        self._role = role
        self.setAccessibleDescription(tr("{count} numbers from {low} to {high}", count=numbers.count(finite.size),
                                         low=numbers.figure(low), high=numbers.figure(high)))
        self.update()

    def set_cursor(self, value: float | None) -> None:
        """Mark a value; None: none."""
        if value != self._cursor:
            self._cursor = value
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.size(200), theme.size(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.size(80), theme.size(HEIGHT))

    # --- geometry

    @property
    def _area(self) -> QRectF:
        return QRectF(0, theme.size(8), self.width(), self.height() - theme.size(8 + FOOT))

    def x_of(self, value: float) -> float:
        """Where a value lies, in pixels from the left; values outside lie at the ends."""
        share = (value - self._edges[0]) / (self._edges[-1] - self._edges[0])
        return float(self._area.left() + min(max(share, 0.0), 1.0) * self._area.width())

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self._area
        heights = np.sqrt(self._counts / max(int(self._counts.max()), 1)) * area.height()
        middles = (self._edges[:-1] + self._edges[1:]) / 2
        wide = area.width() / BINS
        gap = 1 if wide >= 3 else 0
        colours = theme.rgb(middles, self._bound, self._role).tolist()
        for k, (height, colour) in enumerate(zip(heights.tolist(), colours, strict=True)):
            if height > 0:
                height = max(height, 1.5)
                place = QRectF(area.left() + k * wide, area.bottom() - height, wide - gap, height)
                painter.fillRect(place, QColor.fromRgb(colour))
        painter.setPen(QPen(theme.color("edge"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setFont(theme.font(11, mono=True))
        painter.setPen(theme.color("soft"))
        foot = QRectF(0, area.bottom() + 1, self.width(), theme.size(FOOT))
        ends = (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight) if self._counts.any() else ()
        for side, value in zip(ends, (self._edges[0], self._edges[-1]), strict=False):
            painter.drawText(foot, side | Qt.AlignmentFlag.AlignVCenter, numbers.figure(float(value)))
        if self._cursor is not None and np.isfinite(self._cursor):
            self._paint_cursor(painter, self.x_of(self._cursor))

    def _paint_cursor(self, painter: QPainter, x: float) -> None:
        area, half = self._area, theme.size(4)
        x = min(max(x, half), self.width() - half)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for token, width in (("panel", 4.0), ("accent", 2.0)):
            painter.setPen(QPen(theme.color(token), width))
            painter.drawLine(QPointF(x, area.top() - 2), QPointF(x, area.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        top = area.top() - theme.size(6)
        painter.drawPolygon(QPolygonF([QPointF(x - half, top), QPointF(x + half, top), QPointF(x, top + 1.5 * half)]))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            k = min(max(int(event.pos().x() / max(self.width(), 1) * BINS), 0), BINS - 1)
            low, high = float(self._edges[k]), float(self._edges[k + 1])
            words = tr("{count} numbers from {low} to {high}", count=numbers.count(self._counts[k]),
                       low=numbers.figure(low), high=numbers.figure(high))
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.update()
