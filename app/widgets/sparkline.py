"""A series of numbers as one small line: its course, no axis. The last number is a dot, training has a floor."""

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
        self._learned: tuple[bool, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_values(self, values: Sequence[float], learned: Sequence[bool] = ()) -> None:
        """Another series; ``learned`` says which of its numbers belong to training steps, the others to strokes."""
        after = tuple(values), tuple(learned)
        if after != (self._values, self._learned):
            self._values, self._learned = after
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
        steps = sum(self._learned)
        facts = {"strokes": numbers.count(len(self._values) - steps), "steps": numbers.count(steps),
                 "low": numbers.figure(min(there)), "high": numbers.figure(max(there))}
        return tr("{steps} training steps (over the line) and {strokes} strokes: {low} to {high}", **facts) if steps \
            else tr("{strokes} strokes: {low} to {high}", **facts)

    def at(self, x: float) -> int | None:
        """The number at a place."""
        there = [(abs(point.x() - x), k) for k, point in enumerate(self.points()) if point is not None]
        return min(there)[1] if there else None

    def floors(self) -> list[tuple[float, float]]:
        """From where to where each stretch of training reaches."""
        edge = DOT + 1
        count = len(self._values)
        step = (self.width() - 2 * edge) / max(count - 1, 1)
        start = self.width() - edge - step * (count - 1)
        out: list[tuple[float, float]] = []
        for k, on in enumerate(self._learned[:count]):
            left, right = start + (k - 0.5) * step, start + (k + 0.5) * step
            if on and out and abs(out[-1][1] - left) < 1e-6:
                out[-1] = out[-1][0], right
            elif on:
                out.append((left, right))
        return [(max(left, 0.0), min(right, float(self.width()))) for left, right in out]

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            k = self.at(event.pos().x())
            here = "" if k is None else tr("here: {value}", value=numbers.full(self._values[k]))
            QToolTip.showText(event.globalPos(), "\n".join(filter(None, (self.words(), here))), self)
            return True
        return super().event(event)

    def sizeHint(self) -> QSize:
        return QSize(theme.size(WIDE), theme.size(HIGH))

    def paintEvent(self, event: QPaintEvent) -> None:
        points = self.points()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("edge"), 1.0))
        foot = self.height() - 0.5
        for left, right in self.floors():
            painter.drawLine(QPointF(left, foot), QPointF(right, foot))
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
