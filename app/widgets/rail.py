"""The input channels of a convolution: small maps with what each adds to the sum."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import numbers, theme
from app.i18n import tr
from app.widgets import marks

MAP = 20
AIR = 8
EDGE = 3  # of the ring, outside the map
SAMPLE = "−8.88"


class Rail(QWidget):
    """One chip a channel; the chosen one wears the ring. What does not fit scrolls, the chosen one always in sight.

    It lies above a row of grids, or stands beside it where the room is low.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: NDArray[np.uint32] = np.zeros((0, 1, 1), np.uint32)
        self._names: Sequence[str] = ()
        self._sums: NDArray[np.float64] = np.zeros(0)
        self._texts: list[str] = []
        self._longest = SAMPLE
        self._at, self._shift = 0, 0.0
        self._known = 0.0
        self._upright = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_maps(self, maps: NDArray[np.floating], bound: float, role: str, names: Sequence[str]) -> None:
        """(channels, rows, columns) and what each is called: ``relu1[0]``."""
        self._pictures = np.ascontiguousarray(theme.rgb(maps, bound, role))
        self._names = names
        self.update()

    def set_sums(self, sums: NDArray[np.float64], known: float) -> None:
        """What every channel adds; those from ``known`` on are not computed yet."""
        self._sums, self._known = sums, known
        texts = [_written(float(value)) for value in sums]
        longest = max((*texts, SAMPLE), key=len)
        if len(longest) > len(self._longest):  # it never becomes narrower again: chips do not jump from cell to cell
            self._longest = longest
            self._reveal()
            self.updateGeometry()
        self._texts = texts
        self.update()

    def set_at(self, k: int) -> None:
        """Choose one, silently."""
        self._at = k
        self._reveal()
        self.update()

    def set_upright(self, on: bool) -> None:
        """Chips under one another in place of side by side."""
        if on != self._upright:
            self._upright = on
            self._reveal()
            self.update()

    @property
    def at(self) -> int:
        """The chosen one."""
        return self._at

    # --- geometry

    def sizeHint(self) -> QSize:
        return QSize(int(self._wide()) + EDGE, theme.size(MAP) + 2 * EDGE)

    @property
    def spelled(self) -> bool:
        """True when all sums fit beside their maps; else only the chosen one's is spelled out."""
        return self._upright or self._wide() * len(self._names) <= self.width()

    def _wide(self) -> float:
        return theme.size(MAP) + 3 + _sample(theme.scale(), self._longest) + AIR + 2

    def chip(self, k: int) -> QRectF:
        """Where the map of a channel lies."""
        edge = theme.size(MAP)
        if self._upright:
            return QRectF(EDGE, EDGE + k * (edge + AIR / 2) - self._shift, edge, edge)
        if self.spelled:
            return QRectF(EDGE + k * self._wide(), EDGE, edge, edge)
        extra = self._wide() - edge - AIR if k > self._at else 0.0
        return QRectF(EDGE + k * (edge + AIR) + extra - self._shift, EDGE, edge, edge)

    def _reveal(self) -> None:
        """Scroll as little as needed."""
        if (self.spelled and not self._upright) or not len(self._names):
            self._shift = 0.0
            return
        box = self.chip(self._at)
        if self._upright:
            first, last, room = box.top() - EDGE, box.bottom() + EDGE, self.height()
        else:
            first, last, room = box.left() - AIR, box.left() + self._wide(), self.width()
        self._shift += first if first < 0 else last - room if last > room else 0
        self._bound_shift()

    def _bound_shift(self) -> None:
        edge, n = theme.size(MAP), len(self._names)
        if self._upright:
            over = n * (edge + AIR / 2) + 2 * EDGE - AIR / 2 - self.height()
        else:
            over = n * (edge + AIR) + self._wide() - edge - AIR + 2 - self.width()
        self._shift = min(max(self._shift, 0.0), max(over, 0.0))

    def channel_at(self, at: QPointF) -> int | None:
        """The channel at a point."""
        if self._upright:
            chips = ((k, self.chip(k)) for k in range(len(self._names)))
            return next((k for k, box in chips if box.top() - 2 <= at.y() < box.bottom() + 2), None)
        x = at.x()
        for k in range(len(self._names)):
            box = self.chip(k)
            end = self.chip(k + 1).left() if k + 1 < len(self._names) else box.right() + self._wide() - box.width()
            if box.left() - 2 <= x < end - 2:
                return k
        return None

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(11, mono=True))
        spelled = self.spelled
        for k, picture in enumerate(self._pictures):
            box = self.chip(k)
            if not box.adjusted(0, 0, 60, 0).intersects(QRectF(self.rect())):
                continue
            height, width = picture.shape
            image = QImage(picture.data, width, height, width * 4, QImage.Format.Format_RGB32)
            painter.drawImage(_fitted(box, height, width), marks.crisp(painter, image))
            if k == self._at:
                marks.ring(painter, box)
            if spelled or k == self._at:
                self._paint_sum(painter, k, box)

    def _paint_sum(self, painter: QPainter, k: int, box: QRectF) -> None:
        place = QRectF(box.right() + 5, box.top(), self._wide() - box.width() - AIR, box.height())
        if k >= self._known:
            marks.hatch(painter, place.adjusted(0, 5, -6, -5))
            return
        painter.setPen(theme.color("ink" if k == self._at else "soft"))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self._texts[k])

    # --- hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = self.channel_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and k is not None:
            self.chosen.emit(k)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.spelled and not self._upright:
            event.ignore()
            return
        turn = event.angleDelta()
        self._shift -= (turn.y() or turn.x()) / 2
        self._bound_shift()
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = keys.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif 0 <= self._at + step < len(self._names):
            self.chosen.emit(self._at + step)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            k = self.channel_at(QPointF(event.pos()))
            text = ""
            if k is not None:
                text = tr("{name} adds {sum}", name=self._names[k], sum=numbers.full(float(self._sums[k])))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def resizeEvent(self, event: object) -> None:
        self._reveal()


@lru_cache(maxsize=16)
def _sample(scale: float, text: str) -> float:
    """Width of a sum, at a scale of the theme: it is asked for by every chip."""
    return QFontMetricsF(theme.font(11, mono=True)).horizontalAdvance(text)


def _written(value: float) -> str:
    """As in a cell; but what would be ``.00`` there keeps its two digits, of a small gradient say: ``1.2e−4``."""
    text = numbers.cell(value)
    return numbers.brief(value) if text == ".00" else text


def _fitted(box: QRectF, rows: int, cols: int) -> QRectF:
    """The largest place with square cells in the middle of a box."""
    cell = min(box.width() / cols, box.height() / rows)
    width, height = max(cols * cell, 1.0), max(rows * cell, 2.0)
    return QRectF(box.center().x() - width / 2, box.center().y() - height / 2, width, height)
