"""Names above the columns: words at one size, however far the picture is zoomed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from app import numbers, theme
from app.i18n import tr
from app.widgets import marks
from app.widgets.map_columns import Column
from app.widgets.map_columns_layout import SWITCH, Head
from app.widgets.map_columns_place import Place
from app.widgets.network_scene_frame import Frame

INSET = 4  # px before the end of a row of a class, for the ring
SEGMENT = 5  # air on either side of a word in a switch
TILT = 50  # degrees
LONGEST = 64  # px of a name aslant
BAR, MOST_BARS = 40, 220  # px of a bar that one can compare, of a column of classes with long names
LEAST_BAR, LEAST_BARS = 20, 150  # the same where room is short
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def shape_text(column: Column, gradients: bool = False) -> str:
    """The line under the name."""
    if gradients:
        return "p − t" if column.kind == "bars" else f"∂L/∂{column.node}"
    several = column.kind == "bars" and column.channels > 1
    return tr("{count} classes", count=column.channels) if several else column.size


def head_widths(column: Column, frame: Frame, labels: Sequence[str] = ()) -> Head:
    """What a head needs to be read at ease, and at least; that of the classes with their names."""
    name, shape = QFontMetricsF(frame.font(13, 600)), QFontMetricsF(frame.font(11))
    least = max(name.horizontalAdvance(column.title), shape.horizontalAdvance(shape_text(column))) + 1
    if column.kind == "picture":
        return max(least, frame.size(96)), max(least, frame.size(70))
    if len(column.nodes) > 1:
        words = [shape.horizontalAdvance(n) + 2 * SEGMENT for n in column.nodes]
        ease, need = max(least, sum(words)), max(least, *words)
    else:
        ease = need = least
    if column.kind == "bars":
        both = names_width(labels, frame) + digits_width(frame)
        ease = max(ease, min(both + frame.size(BAR), frame.size(MOST_BARS)))
        need = max(need, min(both + frame.size(LEAST_BAR), frame.size(LEAST_BARS)))
    return ease, need


def names_width(labels: Sequence[str], frame: Frame) -> float:
    """What the longest name of a class takes, with the air after it."""
    bold = QFontMetricsF(frame.font(12, 600))
    return max((bold.horizontalAdvance(label) for label in labels), default=0.0) + 6


def digits_width(frame: Frame) -> float:
    """What a percentage takes at the end of a class's row, with the ring's air round it."""
    mono = QFontMetricsF(frame.font(11, mono=True))
    return max(mono.horizontalAdvance(numbers.share(share)) for share in (0.5, 1.0)) + 2 * INSET


def tilted_height(columns: tuple[Column, ...], frame: Frame) -> float:
    """What names aslant take."""
    metrics = QFontMetricsF(frame.font(11))
    longest = max(metrics.horizontalAdvance(column.title) for column in columns)
    return math.sin(math.radians(TILT)) * min(longest, frame.size(LONGEST)) + metrics.height() / 2


class Heads(QGraphicsItem):
    """Name, shape and, where several nodes share a column, the switch between them."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.setZValue(2)
        self._frame = frame
        self.edited: frozenset[int] = frozenset()  # columns whose weights are not the trained ones
        self.gradients = False  # the columns show gradients

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self._frame.width, self._frame.head + self._frame.size(SWITCH))

    def switches(self, place: Place) -> list[tuple[str, QRectF]]:
        """Each node of a shared column with the place of its word in the switch.

        Where there is room for one word only, it is that of the node shown, and a click goes on to the next.
        """
        column = place.column
        if len(column.nodes) < 2 or place.folded:
            return []
        metrics, words = QFontMetricsF(self._frame.font(11)), column.nodes
        widths = [metrics.horizontalAdvance(node) + 2 * SEGMENT for node in words]
        if sum(widths) > place.width * self._frame.zoom + 4:
            k = words.index(column.node)
            words, widths = (words[(k + 1) % len(words)],), widths[k:k + 1]
        x, out = self._frame.x(place.x), []
        for node, wide in zip(words, widths, strict=True):
            out.append((node, QRectF(x, self._frame.head - 1, wide, self._frame.size(SWITCH - 4))))
            x += wide
        return out

    def switch_at(self, point: QPointF) -> tuple[int, str] | None:
        """(column, node) of the word under the pointer."""
        for k, place in enumerate(self._frame.places):
            for node, rect in self.switches(place):
                if rect.adjusted(0, -3, 0, 3).contains(point):
                    return k, node
        return None

    def head_at(self, point: QPointF) -> int | None:
        """The open column whose name and shape are under the pointer."""
        if point.y() >= self._frame.head:
            return None
        for k, place in enumerate(self._frame.places):
            x, wide = self._reach(k)
            if not place.folded and x <= point.x() < x + wide:
                return k
        return None

    def edited_at(self, point: QPointF) -> bool:
        """True over the name of a column with a corner mark."""
        if point.y() >= self._frame.head:
            return False
        reaches = ((k, self._reach(k)) for k in self.edited)
        return any(x <= point.x() < min(x + wide, self._frame.x(self._frame.places[k].x) + self._frame.places[k].width)
                   for k, (x, wide) in reaches)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: Any = None) -> None:
        frame = self._frame
        if frame.zoom > 1:
            painter.fillRect(QRectF(0, 0, frame.width, frame.head - 2), theme.color("panel"))
        name, small = self._frame.font(13, 600), self._frame.font(11)
        for k, place in enumerate(frame.places):
            if place.folded:
                self._tilted(painter, place)
                continue
            x, wide = self._reach(k)
            painter.setFont(name)
            painter.setPen(theme.color("ink"))
            title = QFontMetricsF(name).elidedText(place.column.title, Qt.TextElideMode.ElideRight, wide)
            top = frame.head - frame.size(3) - frame.shape_height - frame.name_height
            painter.drawText(QRectF(x, top, wide, frame.name_height), LEFT, title)
            if k in self.edited:
                end = x + QFontMetricsF(name).horizontalAdvance(title)
                marks.corner(painter, QRectF(end - 4, top, 12, 12), theme.color("ink"))
            painter.setFont(small)
            painter.setPen(theme.color("soft"))
            text = shape_text(place.column, self.gradients)
            shape = QFontMetricsF(small).elidedText(text, Qt.TextElideMode.ElideRight, wide)
            painter.drawText(QRectF(x, top + frame.name_height, wide, frame.shape_height), LEFT, shape)
            self._switch(painter, place)

    def _reach(self, k: int) -> tuple[float, float]:
        """Where a head begins and how far it may run: to the next column. It stays while its column is in sight."""
        frame = self._frame
        after = frame.x(frame.places[k + 1].x) - 4 if k + 1 < len(frame.places) else frame.width + 1
        x = frame.x(frame.places[k].x)
        if x < 0 and after > 60:
            x = 0
        if k and frame.places[k - 1].folded:  # its name leans over this one
            x += frame.size(14)
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
        painter.setFont(self._frame.font(11))
        painter.setPen(theme.color("ink"))
        painter.translate(frame.x(place.x) + place.width * frame.zoom / 2 - 2, frame.head - 4)
        painter.rotate(-TILT)
        metrics = QFontMetricsF(painter.font())
        name = metrics.elidedText(place.column.title, Qt.TextElideMode.ElideRight, frame.size(LONGEST))
        painter.drawText(QPointF(0, 0), name)
        painter.restore()


class Spines(QGraphicsItem):
    """The ground on which the maps of a folded column stand."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.setZValue(-1)
        self._frame = frame

    def boundingRect(self) -> QRectF:
        return self._frame.field

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: Any = None) -> None:
        frame = self._frame
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("sunk"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in frame.places:
            if place.folded:
                painter.drawRoundedRect(frame.rect((place.x, -2, place.width, frame.used + 2)), 3, 3)
