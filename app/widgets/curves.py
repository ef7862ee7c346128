"""Curves over the steps of a run: solid for the batch, dashed in accent for what was held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import numbers, theme
from app.i18n import tr
from app.widgets.strip import Strip, ticks

TITLE, FOOT, TOP = 18, 6, 6
LEFT_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT_MIDDLE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LIMIT = 3.0  # times the first value: what lies higher leaves the picture, and the picture says so

Points = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Curve:
    """``points`` (n, 2) step and value; ``label`` an English key, shown at the end with the value."""

    points: Points
    label: str
    dashed: bool = False


class CurveStrip(Strip):
    """Some curves on one scale.

    Args:
        title: English key.
        share: The values are shares: the scale is 0 to 1, in percent.
        lines: About how many grid lines.
    """

    def __init__(self, title: str, share: bool = False, lines: int = 3, height: int = 130,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._share, self._lines, self._high = title, share, lines, height
        self._curves: Sequence[Curve] = ()
        self._top, self._clipped = 1.0, 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._drawn: list[int] = []  # points of each curve that are in the picture
        self._picture: QPixmap | None = None

    def set_curves(self, curves: Sequence[Curve]) -> None:
        """Show these; points that were there before may not have changed."""
        fewer = len(curves) != len(self._curves) or any(
            len(new.points) < len(old.points) for new, old in zip(curves, self._curves, strict=False))
        self._curves = curves
        top = self._range()
        if fewer or top != self._top:
            self._top = top
            self._picture = None
        self.update()

    @property
    def top(self) -> float:
        """Upper end of the scale."""
        return self._top

    def renew(self) -> None:
        self._picture = None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, theme.size(self._high))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, theme.size(self._high))

    def _range(self) -> float:
        self._clipped = 0.0
        if self._share:
            return 1.0
        values = [c.points[:, 1][np.isfinite(c.points[:, 1])] for c in self._curves if len(c.points)]
        most = max((float(v.max()) for v in values if v.size), default=0.0)
        if most <= 0:
            return 1.0
        first = next(float(v[0]) for v in values if v.size)
        room = max(first, 1e-3) * LIMIT
        if most > room:
            self._clipped, most = most, room
        scale = ticks(most, self._lines)
        return scale[-1] if scale[-1] >= most * 0.999 else scale[-1] + (scale[1] if len(scale) > 1 else most)

    # --- geometry

    def _plot(self) -> QRectF:
        top = theme.size(TITLE + TOP)
        return QRectF(self.left, top, self.length, self.height() - top - theme.size(FOOT))

    def y(self, value: float) -> float:
        """Pixel of a value; what is above the scale lies on its edge."""
        plot = self._plot()
        return plot.bottom() - plot.height() * min(max(value / self._top, 0.0), 1.0)

    def _polygon(self, points: Points) -> QPolygonF:
        plot = self._plot()
        x = self.left + self.length * points[:, 0] / self.steps
        with np.errstate(all="ignore"):
            share = np.nan_to_num(points[:, 1] / self._top, nan=1.0, posinf=1.0, neginf=0.0)
        y = plot.bottom() - plot.height() * np.clip(share, 0.0, 1.0)
        return QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        solid = self._solid()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, solid)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for curve in self._curves:
            if curve.dashed and len(curve.points):
                pen = QPen(theme.color("accent"), 1.6 * theme.scale())
                pen.setDashPattern([4, 2.5])
                painter.setPen(pen)
                painter.drawPolyline(self._polygon(thinned(curve.points, int(self.length))))
        self.paint_playhead(painter)
        self._labels(painter)

    def _solid(self) -> QPixmap:
        """Grid, title and solid curves, to which new points are only added."""
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(theme.color("panel"))
            self._drawn = [0] * len(self._curves)
            painter = QPainter(self._picture)
            self._grid(painter)
        else:
            painter = QPainter(self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("ink"), 1.3 * theme.scale()))
        for k, curve in enumerate(self._curves):
            done = self._drawn[k]
            if not curve.dashed and len(curve.points) > max(done, 1):
                part = curve.points[max(done - 1, 0):]
                painter.drawPolyline(self._polygon(thinned(part, int(self.length))))
                self._drawn[k] = len(curve.points)
        painter.end()
        return self._picture

    def _grid(self, painter: QPainter) -> None:
        painter.setFont(theme.font(13, 600))
        painter.setPen(theme.color("ink"))
        title = QRectF(0, 0, self.width(), theme.size(TITLE))
        painter.drawText(title, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, tr(self._title))
        painter.setFont(theme.font(11, mono=True))
        for value in [0.0, 0.5, 1.0] if self._share else ticks(self._top, self._lines):
            y = round(self.y(value)) + 0.5
            painter.setPen(theme.color("line"))
            painter.drawLine(QPointF(self.left, y), QPointF(self.left + self.length, y))
            painter.setPen(theme.color("soft"))
            text = f"{value:.0%}".replace("%", numbers.THIN_SPACE + "%") if self._share else _short(value, self._top)
            place = QRectF(0, y - 8, self.left - theme.size(8), 16)
            painter.drawText(place, RIGHT_MIDDLE, text)
        if self._clipped:
            painter.setPen(theme.color("soft"))
            painter.setFont(theme.font(11))
            painter.drawText(QRectF(self.left, 0, self.length, theme.size(TITLE)), Qt.AlignmentFlag.AlignRight,
                             tr("reaches {value}, not shown", value=numbers.figure(self._clipped)))

    def _labels(self, painter: QPainter) -> None:
        """Name and newest value of each curve beside its end, kept apart from one another."""
        font = theme.font(12)
        high = QFontMetricsF(font).height()
        painter.setFont(font)
        ends = sorted(((self.y(float(c.points[-1, 1])) if np.isfinite(c.points[-1, 1]) else self._plot().top(), c)
                       for c in self._curves if len(c.points)), key=lambda e: e[0])
        room = self._plot()
        end = max((float(c.points[-1, 0]) for _, c in ends), default=0.0)
        last = -high
        for k, (y, curve) in enumerate(ends):
            below = (len(ends) - 1 - k) * high
            y = min(max(y - high / 2, last + high), self.height() - high - below)
            last = y
            value = float(curve.points[-1, 1])
            said = numbers.percent(value) if self._share else _value(value)
            painter.setPen(theme.color("accent") if curve.dashed else theme.color("ink"))
            text = tr(curve.label, value=said)
            wide = painter.fontMetrics().horizontalAdvance(text)
            x = min(self.x(end) + theme.size(8), self.width() - wide)
            ground = QRectF(x - 2, y, wide + 4, high)
            if x < room.right():
                veil = QColor(theme.color("panel"))
                veil.setAlphaF(0.8)
                painter.fillRect(ground, veil)
            painter.drawText(ground.adjusted(2, 0, 2, 0), LEFT_MIDDLE, text)


def thinned(points: Points, pixels: int) -> Points:
    """At most about four points a pixel: of each bundle the first, lowest, highest and last, in their order."""
    bundle = len(points) // max(pixels, 1)
    if bundle < 4:
        return points
    whole = len(points) // bundle * bundle
    values = np.nan_to_num(points[:whole, 1].reshape(-1, bundle), nan=np.inf)
    starts = np.arange(0, whole, bundle)
    index = np.stack([starts, starts + values.argmin(axis=1), starts + values.argmax(axis=1), starts + bundle - 1])
    return np.concatenate([points[np.unique(index)], points[whole:]])


def _short(value: float, top: float) -> str:
    places = 0 if top >= 10 else 1 if top >= 0.8 else 2
    return f"{value:.{places}f}"


def _value(value: float) -> str:
    return f"{value:.2f}" if 0.005 <= value < 100 else numbers.figure(value)
