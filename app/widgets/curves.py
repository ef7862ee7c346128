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
LEAST = 0.65  # of the height that it would like
SPANS = 50  # running means that a whole run holds
LIMIT = 3.0  # times the first value: what lies higher leaves the picture, and the picture says so

Points = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Curve:
    """A line and its name.

    Args:
        points: (n, 2) step and value.
        label: English key with ``{value}``, shown at the end.
        dashed: In accent, and as it is; else in ink, with its running mean on top and each value thin behind.
    """

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
        self._back: float | None = None  # the step of the past that labels and dots tell of; None: the newest
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

    def set_back(self, step: float | None) -> None:
        """Let labels and dots tell of this step of the past; None: labels tell of the ends."""
        if step != self._back:
            self._back = step
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
        return QSize(200, theme.size(self._high * LEAST))

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

    @property
    def window(self) -> int:
        """Steps that the running mean looks back."""
        return max(self.steps // SPANS, 1)

    def _mean(self, points: Points) -> Points:
        """The running mean; what is not finite counts as far above the scale."""
        values = np.nan_to_num(points[:, 1], nan=np.inf, posinf=np.inf)
        return np.column_stack([points[:, 0], running_mean(np.minimum(values, 4 * self._top), self.window)])

    def end(self, curve: Curve) -> float:
        """The value that stands beside the end of a curve: of the line that is drawn there."""
        value = float(curve.points[-1, 1])
        if curve.dashed or not np.isfinite(value):
            return value
        return float(self._mean(curve.points[-self.window:])[-1, 1])

    def told(self, curve: Curve) -> float | None:
        """What the label says: of the end, or of where the playhead looks back to; None: not measured by then."""
        if self._back is None:
            return self.end(curve)
        points = curve.points
        if curve.dashed:  # measured now and then: where its line lies
            return None if self._back < points[0, 0] else float(np.interp(self._back, points[:, 0], points[:, 1]))
        until = max(int(np.searchsorted(points[:, 0], self._back, side="right")), 1)
        return self.end(Curve(points[:until], curve.label))

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
        thin, thick = QPen(theme.color("edge"), 1), QPen(theme.color("ink"), 1.7 * theme.scale())
        for k, curve in enumerate(self._curves):
            done = self._drawn[k]
            if not curve.dashed and len(curve.points) > max(done, 1):
                part = curve.points[max(done - 1, 0):]
                if self.window > 1:
                    painter.setPen(thin)
                    painter.drawPolyline(self._polygon(thinned(part, int(self.length))))
                    part = self._mean(curve.points)[max(done - 1, 0):]
                painter.setPen(thick)
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
        """Name and value of each curve beside its end or its dot on the playhead, kept apart from one another."""
        font = theme.font(12)
        high = QFontMetricsF(font).height()
        painter.setFont(font)
        told = {c.label: self.told(c) for c in self._curves if len(c.points)}
        values = {label: value for label, value in told.items() if value is not None}
        ends = sorted(((self.y(values[c.label]) if np.isfinite(values[c.label]) else self._plot().top(), c)
                       for c in self._curves if c.label in values), key=lambda e: e[0])
        room = self._plot()
        end = max((float(c.points[-1, 0]) for _, c in ends), default=0.0) if self._back is None else self._back
        if self._back is not None:
            for y, curve in ends:
                painter.setPen(QPen(theme.color("panel"), theme.size(1.5)))
                painter.setBrush(theme.color("accent" if curve.dashed else "ink"))
                painter.drawEllipse(QPointF(round(self.x(end)) + 0.5, y), theme.size(4), theme.size(4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        last = -high
        for k, (y, curve) in enumerate(ends):
            below = (len(ends) - 1 - k) * high
            y = min(max(y - high / 2, last + high), self.height() - high - below)
            last = y
            value = values[curve.label]
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


def running_mean(values: NDArray[Any], window: int) -> NDArray[Any]:
    """Of each value and those before it, ``window`` in all; at the start, of as many as there are."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=float)])
    index = np.arange(1, len(values) + 1)
    first = np.maximum(index - window, 0)
    return (sums[index] - sums[first]) / (index - first)


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
    if not 0 <= value < 100:
        return numbers.figure(value)
    return f"{value:.2f}" if value >= 0.01 else f"{value:.3f}" if value >= 0.001 else "< 0.001"
