"""Names above the columns, and what stands under them: words at one size, however far the picture is zoomed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from app import numbers, theme
from app.i18n import N_, tr
from app.widgets import marks
from app.widgets.map_columns import Column
from app.widgets.map_columns_layout import SWITCH, Head
from app.widgets.map_columns_place import Place
from app.widgets.network_scene_frame import PAD, Frame

PARTS = {"backbone": N_("backbone: finds features"), "head": N_("head: decides")}
SEGMENT = 5  # air on either side of a word in a switch
LEFT, MIDDLE, RIGHT = (Qt.AlignmentFlag.AlignVCenter | side for side in (
    Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight))


def shape_text(column: Column) -> str:
    """The line under the name."""
    return tr("{count} classes", count=column.channels) if column.kind == "bars" else column.size


def head_widths(column: Column) -> Head:
    """What a head needs to be read at ease, and at least."""
    name, shape = QFontMetricsF(theme.font(13, 600)), QFontMetricsF(theme.font(11))
    least = max(name.horizontalAdvance(column.title), shape.horizontalAdvance(shape_text(column))) + 1
    if column.kind == "picture":
        return max(least, theme.size(96)), max(least, theme.size(70))
    if len(column.nodes) > 1:
        words = [shape.horizontalAdvance(n) + 2 * SEGMENT for n in column.nodes]
        return max(least, sum(words)), max(least, *words)
    return least, least


class Heads(QGraphicsItem):
    """Name, shape and, where several nodes share a column, the switch between them."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.setZValue(2)
        self._frame = frame
        self.edited: frozenset[int] = frozenset()  # columns whose weights are not the trained ones

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self._frame.width, self._frame.head + theme.size(SWITCH))

    def switches(self, place: Place) -> list[tuple[str, QRectF]]:
        """Each node of a shared column with the place of its word in the switch.

        Where there is room for one word only, it is that of the node shown, and a click goes on to the next.
        """
        column = place.column
        if len(column.nodes) < 2 or place.folded:
            return []
        metrics, words = QFontMetricsF(theme.font(11)), column.nodes
        widths = [metrics.horizontalAdvance(node) + 2 * SEGMENT for node in words]
        if sum(widths) > place.width * self._frame.zoom + 4:
            k = words.index(column.node)
            words, widths = (words[(k + 1) % len(words)],), widths[k:k + 1]
        x, out = self._frame.x(place.x), []
        for node, wide in zip(words, widths, strict=True):
            out.append((node, QRectF(x, self._frame.head - 1, wide, theme.size(SWITCH - 4))))
            x += wide
        return out

    def switch_at(self, point: QPointF) -> tuple[int, str] | None:
        """(column, node) of the word under the pointer."""
        for k, place in enumerate(self._frame.places):
            for node, rect in self.switches(place):
                if rect.adjusted(0, -3, 0, 3).contains(point):
                    return k, node
        return None

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: Any = None) -> None:
        frame = self._frame
        if frame.zoom > 1:
            painter.fillRect(QRectF(0, 0, frame.width, frame.head - 2), theme.color("panel"))
        name, small = theme.font(13, 600), theme.font(11)
        for k, place in enumerate(frame.places):
            if place.folded:
                self._tilted(painter, place)
                continue
            x, wide = self._reach(k)
            painter.setFont(name)
            painter.setPen(theme.color("ink"))
            title = QFontMetricsF(name).elidedText(place.column.title, Qt.TextElideMode.ElideRight, wide)
            painter.drawText(QRectF(x, PAD, wide, frame.name_height), LEFT, title)
            if k in self.edited:
                end = x + QFontMetricsF(name).horizontalAdvance(title)
                marks.corner(painter, QRectF(end - 4, PAD, 12, 12), theme.color("ink"))
            painter.setFont(small)
            painter.setPen(theme.color("soft"))
            shape = QFontMetricsF(small).elidedText(shape_text(place.column), Qt.TextElideMode.ElideRight, wide)
            painter.drawText(QRectF(x, PAD + frame.name_height, wide, frame.shape_height), LEFT, shape)
            self._switch(painter, place)

    def _reach(self, k: int) -> tuple[float, float]:
        """Where a head begins and how far it may run: to the next column. It stays while its column is in sight."""
        frame = self._frame
        after = frame.x(frame.places[k + 1].x) - 4 if k + 1 < len(frame.places) else frame.width - PAD + 1
        x = frame.x(frame.places[k].x)
        if x < PAD and after > 60:
            x = PAD
        return x, max(after - x, 8.0)

    def _switch(self, painter: QPainter, place: Place) -> None:
        segments = self.switches(place)
        if not segments:
            return
        whole = segments[0][1].united(segments[-1][1])
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.setBrush(theme.color("panel"))
        painter.drawRoundedRect(whole.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        for node, rect in segments:
            node = place.column.node if len(segments) == 1 else node
            on = node == place.column.node
            if on:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("tint"))
                painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 2, 2)
            painter.setPen(theme.color("accent" if on else "soft"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, node)
        painter.restore()

    def _tilted(self, painter: QPainter, place: Place) -> None:
        frame = self._frame
        painter.save()
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("ink"))
        painter.translate(frame.x(place.x) + place.width * frame.zoom / 2 - 2, frame.head - 4)
        painter.rotate(-50)
        painter.drawText(QPointF(0, 0), place.column.title)
        painter.restore()


class Feet(QGraphicsItem):
    """Parameters, the brackets of backbone and head, the colour bar."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.setZValue(2)
        self._frame = frame
        self.ends = ("−", "+")
        self.notes: Mapping[int, str] = {}

    def boundingRect(self) -> QRectF:
        frame = self._frame
        return QRectF(0, frame.field.bottom(), frame.width, frame.foot)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: Any = None) -> None:
        frame = self._frame
        if not frame.places:
            return
        if frame.zoom > 1:
            painter.fillRect(self.boundingRect().adjusted(0, 2, 0, 0), theme.color("panel"))
        painter.setFont(theme.font(11))
        metrics = QFontMetricsF(painter.font())
        top = frame.field.bottom() + theme.size(3)
        painter.setPen(theme.color("soft"))
        for k, place in enumerate(frame.places):
            text, wide = self._under(k, place, metrics)
            side = MIDDLE if place.folded else LEFT
            painter.drawText(QRectF(frame.x(place.x), top, wide, frame.shape_height), side, text)
        self._scale(painter, frame.places[0], top)
        for part, text in PARTS.items():
            ends = [p for p in frame.places if p.column.part == part]
            if ends:
                self._bracket(painter, ends, tr(text), top + frame.shape_height + theme.size(2), metrics)

    def _under(self, k: int, place: Place, metrics: QFontMetricsF) -> tuple[str, float]:
        """What stands under a column, the longest that fits, and its room."""
        frame = self._frame
        column = place.column
        rest = [p for j, p in enumerate(frame.places) if j > k and (p.column.weights or p.folded)]
        after = frame.x(rest[0].x) - 6 if rest else frame.width - PAD
        wide = place.width if place.folded else max(after - frame.x(place.x), 1)
        if place.folded:
            return (f"{column.channels // 1000}k" if column.channels >= 1000 else str(column.channels)), wide
        if not column.weights:
            return self.notes.get(k, ""), wide
        texts = [tr("{count} weights", count=numbers.count(column.weights)), numbers.count(column.weights)]
        if k in self.notes:
            texts.insert(0, f"{texts[0]} · {self.notes[k]}")
        return next((t for t in texts if metrics.horizontalAdvance(t) <= wide), texts[-1]), wide

    def _scale(self, painter: QPainter, place: Place, top: float) -> None:
        frame = self._frame
        wide = min(max(place.width, theme.size(60)), theme.size(130))
        strip = QRectF(frame.x(place.x), top + 3, wide, frame.shape_height - 5)
        if place.folded:
            return
        row = np.ascontiguousarray(theme.lut("signed")[None])
        image = QImage(row.data, 256, 1, row.strides[0], QImage.Format.Format_RGB32)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(strip, image)
        painter.restore()
        line = QRectF(strip.left(), top + frame.shape_height + theme.size(1), wide, frame.shape_height)
        painter.drawText(line, LEFT, self.ends[0])
        painter.drawText(line, MIDDLE, "0")
        painter.drawText(line, RIGHT, self.ends[1])

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
