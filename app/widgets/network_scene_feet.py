"""What stands under the columns: parameters, the brackets of backbone and head, the colour bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from app import numbers, theme
from app.i18n import N_, tr
from app.widgets.map_columns_place import Place
from app.widgets.network_scene_frame import UNDER, Frame
from app.widgets.network_scene_heads import LEFT

AIR = 3  # px at least between the 0 of the colour bar and its ends
NO_ENDS = ("−", "+")
PARTS = {"backbone": N_("backbone: finds features"), "head": N_("head: decides")}
MIDDLE = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def ends(bound: float) -> list[tuple[str, str]]:
    """What to print at the two ends of the colour bar, the longest first."""
    writings = (numbers.figure, lambda v: numbers.figure(v, 2), numbers.brief, lambda v: numbers.brief(v, 1))
    return [(write(-bound), write(bound)) for write in writings]


class Feet(QGraphicsItem):
    """Words at one size, however far the picture is zoomed."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.setZValue(2)
        self._frame = frame
        self.ends = NO_ENDS
        self.shorter: tuple[tuple[str, str], ...] = ()  # the ends where they do not fit
        self.notes: Mapping[int, tuple[str, str]] = {}  # which maps of a column are shown: in full, and short

    def boundingRect(self) -> QRectF:
        frame = self._frame
        return QRectF(0, frame.field.bottom(), frame.width, frame.foot)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: Any = None) -> None:
        frame = self._frame
        if not frame.places:
            return
        if frame.zoom > 1:
            painter.fillRect(self.boundingRect().adjusted(0, 2, 0, 0), theme.color("panel"))
        painter.setFont(frame.font(11))
        metrics = QFontMetricsF(painter.font())
        top = frame.field.bottom() + frame.size(UNDER)
        painter.setPen(theme.color("soft"))
        for k, place in enumerate(frame.places):
            text, wide = self._under(k, place, metrics)
            side = MIDDLE if place.folded else LEFT
            painter.drawText(QRectF(frame.x(place.x), top, wide, frame.shape_height), side, text)
        self._scale(painter, top)
        for part, text in PARTS.items():
            ends = [p for p in frame.places if p.column.part == part]
            if ends:
                self._bracket(painter, ends, tr(text), top + frame.shape_height + frame.size(1), metrics)

    def _under(self, k: int, place: Place, metrics: QFontMetricsF) -> tuple[str, float]:
        """What stands under a column, the longest that fits, and its room."""
        frame = self._frame
        column = place.column
        rest = [p for j, p in enumerate(frame.places) if j > k and (p.column.weights or p.folded)]
        after = frame.x(rest[0].x) - 6 if rest else frame.width
        wide = place.width if place.folded else max(after - frame.x(place.x), 1)
        if place.folded:
            return (f"{column.channels // 1000}k" if column.channels >= 1000 else str(column.channels)), wide
        count = numbers.count(column.weights)
        texts = [tr("{count} parameters", count=count), count] if column.weights else [""]
        if k in self.notes:
            texts = [f"{texts[0]} · {self.notes[k][0]}"] if column.weights else []
            texts += self.notes[k]
        return next((t for t in texts if metrics.horizontalAdvance(t) <= wide), texts[-1]), wide

    def scale_words(self, metrics: QFontMetricsF) -> tuple[tuple[str, str], float]:
        """The ends of the colour bar and its length: shorter numbers first, then a longer bar; the 0 always stays."""
        frame = self._frame
        place = frame.places[0]
        plain = min(max(place.width, frame.size(60)), frame.size(130))
        after = frame.x(frame.places[1].x) - frame.x(place.x) - 8 if len(frame.places) > 1 else plain
        for most in (plain, max(plain, after)):
            for ends in (self.ends, *self.shorter[:1 if most == plain else None]):
                need = 2 * max(map(metrics.horizontalAdvance, ends)) + metrics.horizontalAdvance("0") + 2 * AIR
                if need <= most:
                    return ends, max(plain, need)
        return NO_ENDS, plain

    def _scale(self, painter: QPainter, top: float) -> None:
        frame = self._frame
        place = frame.places[0]
        if place.folded:
            return
        ends, wide = self.scale_words(QFontMetricsF(painter.font()))
        strip = QRectF(frame.x(place.x), top + 3, wide, frame.shape_height - 5)
        row = np.ascontiguousarray(theme.lut("signed")[None])
        image = QImage(row.data, 256, 1, row.strides[0], QImage.Format.Format_RGB32)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(strip, image)
        painter.restore()
        line = QRectF(strip.left(), top + frame.shape_height + frame.size(1), wide, frame.shape_height)
        for side, text in ((LEFT, ends[0]), (MIDDLE, "0"), (RIGHT, ends[1])):
            painter.drawText(line, side, text)

    def _bracket(self, painter: QPainter, places: list[Place], text: str, top: float, metrics: QFontMetricsF) -> None:
        frame = self._frame
        left, right = frame.x(places[0].x), frame.x(places[-1].x + places[-1].width)
        middle = top + frame.shape_height / 2
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(right - left - 28, 0))
        wide = metrics.horizontalAdvance(text) + (12 if text else 0)
        painter.setPen(QPen(theme.color("edge"), 1))
        centre = (left + right) / 2
        for start, end, corner in ((left, centre - wide / 2, left), (centre + wide / 2, right, right)):
            painter.drawLine(QPointF(start, middle), QPointF(end, middle))
            painter.drawLine(QPointF(corner, middle), QPointF(corner, middle - 4))
        painter.setPen(theme.color("soft"))
        painter.drawText(QRectF(centre - wide / 2, top, wide, frame.shape_height), Qt.AlignmentFlag.AlignCenter, text)
