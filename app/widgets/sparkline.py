"""A series of numbers as one small line: its course, no axis. The last number is a dot."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import numbers, theme
from app.i18n import tr

WIDE, HIGH, DOT = 34, 18, 2.0


class Sparkline(QWidget):
    """Numbers from left to right, the lowest at the foot; a gap where there was none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_values(self, values: Sequence[float]) -> None:
        """Another series."""
        after = tuple(values)
        if after != self._values:
            self._values = after
            self.update()

    @property
    def values(self) -> tuple[float, ...]:
        """What it shows."""
        return self._values

    def points(self) -> list[QPointF | None]:
        """Where each number lies; None where there is none."""
        there = [value for value in self._values if math.isfinite(value)]
        if not there:
            return [None] * len(self._values)
        low, high = min(there), max(there)
        edge = DOT + 1
        step = (self.width() - 2 * edge) / max(len(self._values) - 1, 1)
        room = self.height() - 2 * edge
        start = self.width() - edge - step * (len(self._values) - 1)
        return [QPointF(start + k * step, edge + room * (0.5 if high == low else (high - value) / (high - low)))
                if math.isfinite(value) else None for k, value in enumerate(self._values)]

    def words(self) -> str:
        """How many numbers there are, and between which ends."""
        there = [value for value in self._values if math.isfinite(value)]
        if not there:
            return ""
        return tr("{count} strokes and training steps: {low} to {high}", count=len(self._values),
                  low=numbers.figure(min(there)), high=numbers.figure(max(there)))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words(), self)
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(theme.size(WIDE), theme.size(HIGH))

    def paintEvent(self, event: QPaintEvent) -> None:
        points = self.points()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("edge"), 1.2))
        run: list[QPointF] = []
        for point in [*points, None]:
            if point is not None:
                run.append(point)
                continue
            if len(run) > 1:
                painter.drawPolyline(QPolygonF(run))
            elif run:
                painter.drawPoint(run[0])
            run = []
        if points and points[-1] is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("ink"))
            painter.drawEllipse(points[-1], DOT, DOT)
