"""Views that lie under one another on one axis of steps, with one playhead that can be dragged in any of them."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme

KEYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -1000, Qt.Key.Key_End: 1000}
LEFT, RIGHT = 78, 108  # px beside the axis: tick labels and names of rows, labels at the ends of curves


class Strip(QWidget):
    """From step 0 to ``steps``, left to right.

    Attributes:
        left: Pixel of step 0.
        length: Pixels from there to the last step.
    """

    scrubbed = Signal(float)  # the step under the pointer
    moved = Signal(int)  # by the arrows: so many kept moments on; ±1000 for the ends
    released = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps = 1
        self.left, self.length = 0.0, 1.0
        self.playhead: float | None = None
        self._still: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        # It paints all of itself: else Qt paints the card and the window under it, too, many times a second.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_steps(self, steps: int) -> None:
        """Length of the axis."""
        if steps != self.steps:
            self.steps = max(steps, 1)
            self.renew()

    def set_playhead(self, step: float | None) -> None:
        """Where the playhead stands."""
        if step != self.playhead:
            self.playhead = step
            self.update()

    def renew(self) -> None:
        """Throw away what was drawn and kept."""
        self._still = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def _measure(self) -> None:
        self.left = float(theme.size(LEFT))
        self.length = max(self.width() - self.left - theme.size(RIGHT), 1.0)
        self.renew()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def x(self, step: float) -> float:
        """Pixel of a step."""
        return self.left + self.length * step / self.steps

    def step_at(self, x: float) -> float:
        """Step at a pixel, within the axis."""
        return min(max((x - self.left) / self.length, 0.0), 1.0) * self.steps

    def paint_still(self, painter: QPainter) -> None:
        """What stays the same from report to report: painted once, until `renew`."""

    def paint_ground(self) -> QPainter:
        """A painter on the strip, which has the card's colour and what `paint_still` paints."""
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.devicePixelRatio() != ratio:
            self._still = QPixmap(self.size() * ratio)
            self._still.setDevicePixelRatio(ratio)
            self._still.fill(theme.color("panel"))
            once = QPainter(self._still)
            self.paint_still(once)
            once.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._still)
        return painter

    def paint_playhead(self, painter: QPainter, top: float = 0) -> None:
        """A dotted line from ``top`` to the bottom."""
        if self.playhead is None:
            return
        painter.save()
        pen = QPen(theme.color("accent"), theme.size(1.5))
        pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        x = round(self.x(self.playhead)) + 0.5
        painter.drawLine(QPointF(x, top), QPointF(x, self.height()))
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.scrubbed.emit(self.step_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.scrubbed.emit(self.step_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.released.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = KEYS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(step)


def ticks(top: float, count: int) -> list[float]:
    """Round numbers from 0 to at most ``top``, about ``count`` of them."""
    if not top > 0 or not math.isfinite(top):
        return [0.0]
    rough = top / max(count, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    width = next(f * power for f in (1, 2, 2.5, 5, 10) if f * power >= rough * 0.999)
    return [k * width for k in range(int(top / width + 1e-9) + 1)]
