"""The history of a run: a tick for every moment that can be gone back to, and the playhead."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.i18n import tr
from app.widgets import marks
from app.widgets.strip import Strip, ticks

TOP, BAR, FOOT = 8, 16, 18


class MomentStrip(Strip):
    """Long ticks are moments that were kept, short ones steps between; the keys move from one to the next."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._moments: Sequence[int] = ()
        self._done = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_moments(self, moments: Sequence[int], done: int) -> None:
        """Steps of the kept moments, and the newest step."""
        self._moments, self._done = moments, done
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, theme.size(TOP + BAR + FOOT))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, theme.size(TOP + BAR + FOOT))

    @property
    def _bar(self) -> QRectF:
        return QRectF(self.left, theme.size(TOP), self.length, theme.size(BAR))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.paint_ground()
        bar = self._bar
        # One thick line in dashes of one pixel: all short ticks at once.
        high = round(bar.height() / 3)
        dashes = QPen(theme.color("edge"), high)
        dashes.setCapStyle(Qt.PenCapStyle.FlatCap)
        dashes.setDashPattern([1 / high, max(4.0, self.length / self.steps) / high])
        painter.setPen(dashes)
        middle = bar.center().y()
        painter.drawLine(QPointF(self.left, middle), QPointF(self.x(self._done), middle))
        painter.setPen(QPen(theme.color("soft"), 1))
        xs = [round(self.x(step)) + 0.5 for step in self._moments]
        painter.drawLines([QLineF(x, bar.top(), x, bar.bottom()) for x in xs])
        self._head(painter, bar)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRect(bar.adjusted(-4, -4, 4, 4))

    def paint_still(self, painter: QPainter) -> None:
        bar = self._bar
        painter.fillRect(bar, theme.color("sunk"))
        painter.setFont(theme.font(11, mono=True))
        painter.setPen(theme.color("soft"))
        under = bar.bottom() + 2
        for step in ticks(self.steps, 6):
            painter.drawText(QRectF(self.x(step) - 40, under, 80, theme.size(FOOT - 2)), Qt.AlignmentFlag.AlignCenter,
                             numbers.count(round(step)))
        painter.setFont(theme.font(13, 600))
        painter.setPen(theme.color("ink"))
        painter.drawText(QRectF(0, bar.top(), self.left, bar.height()),
                         Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, tr("History"))

    def _head(self, painter: QPainter, bar: QRectF) -> None:
        if self.playhead is None:
            return
        x, thick = self.x(self.playhead), theme.size(3)
        wide = theme.size(6)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("panel"))
        painter.drawRect(QRectF(x - thick / 2 - marks.HALO, 0, thick + 2 * marks.HALO, bar.bottom() + 3))
        painter.setBrush(theme.color("accent"))
        painter.drawRect(QRectF(x - thick / 2, 0, thick, bar.bottom() + 3))
        painter.drawPolygon(QPolygonF([QPointF(x - wide, 0), QPointF(x + wide, 0), QPointF(x, wide * 1.3)]))
        painter.restore()
