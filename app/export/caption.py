"""What stands under an exported frame: the layers of the network, which of them is seen, and how far it has come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from app.model.ranges import Ranges
from app.model.results import Results
from app.model.timeline import stops
from app.widgets import marks
from cnncore.op import Array

HIGH, TALL, BAR, GAP = 20, 72, 4, 12
APART = 28  # px between two layers where there is room
PICTURE = 44  # px of a map
MORE = "…"


@dataclass(frozen=True)
class Place:
    """A layer: its name, and its most active map."""

    name: str
    image: QImage


def places(results: Results, ranges: Ranges) -> list[Place]:
    """All layers that can be stepped, each with a picture in the colours of now."""
    found = []
    for name in stops(results.network):
        values = results.values(name)
        map_, plane = _most_active(values)
        bound = ranges.bound(results, name, map_)
        colours = np.ascontiguousarray(theme.rgb(plane.astype(np.float32), bound))
        high, wide = colours.shape
        image = QImage(colours.data, wide, high, 4 * wide, QImage.Format.Format_RGB32).copy()
        if values.ndim < 2 and values.size < plane.size:  # the end of the last row is no unit
            image = image.convertToFormat(QImage.Format.Format_ARGB32)
            for column in range(values.size % wide, wide):
                image.setPixel(column, high - 1, 0)
        found.append(Place(name, image))
    return found


def _most_active(values: Array) -> tuple[int, Array]:
    """Index and (rows, columns) of a map; units of a plain list stand in rows of equal length, if there are such."""
    if values.ndim < 2:
        side = max(1, math.isqrt(max(values.size - 1, 0)) + 1)
        columns = next((n for n in range(side, 2 * side + 1) if values.size % n == 0), side)
        flat = np.full(columns * math.ceil(values.size / columns), np.nan, values.dtype)
        flat[: values.size] = values
        return 0, flat.reshape(-1, columns)
    size = np.abs(values.reshape(len(values), -1))
    sizes = np.where(np.isfinite(size), size, 0).sum(axis=1, dtype=np.float64)
    plane = values[int(sizes.argmax())]
    return int(sizes.argmax()), plane if plane.ndim == 2 else plane.reshape(1, -1) if plane.ndim < 2 else plane[0]


class Caption(QWidget):
    """The layers by name, where there is room with their pictures; the one that is seen wears the ring.

    Under them a line grows with the film.

    Args:
        row: The layers.
        tall: There is room for pictures.
    """

    def __init__(self, row: Sequence[Place], tall: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._all, self._tall, self._now = list(row), tall, ""
        self._done: float | None = None

    def show_now(self, name: str, done: float | None) -> None:
        """Another layer; ``done`` from 0 to 1, or None: no bar."""
        self._now, self._done = name, done
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(10, theme.size(TALL if self._tall else HIGH))

    minimumSizeHint = sizeHint

    def _row(self, room: float) -> list[tuple[Place | None, float]]:
        """What is shown and how wide it is: all layers, or as many around the present one as there is room for."""
        bold = QFontMetricsF(theme.font(12, 600))  # room for it, so that no name moves when the next one's turn comes
        least = theme.size(PICTURE) if self._tall else 0
        wide = [max(bold.horizontalAdvance(one.name), least) + theme.size(GAP) for one in self._all]
        if sum(wide) <= room:
            more = min((room - sum(wide)) / len(wide), float(theme.size(APART - GAP)))
            return [(one, own + more) for one, own in zip(self._all, wide, strict=True)]
        more = bold.horizontalAdvance(MORE) + theme.size(GAP)
        names = [one.name for one in self._all]
        first = last = names.index(self._now) if self._now in names else 0
        used, grown = wide[first] + 2 * more, True
        while grown:
            grown = False
            for k in (last + 1, first - 1):
                if 0 <= k < len(wide) and used + wide[k] <= room:
                    used += wide[k]
                    first, last, grown = min(first, k), max(last, k), True
        shown: list[tuple[Place | None, float]] = [(self._all[k], wide[k]) for k in range(first, last + 1)]
        return [*([(None, more)] if first else []), *shown, *([(None, more)] if last + 1 < len(wide) else [])]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        edge, line, bar = theme.size(4), theme.size(HIGH - BAR), theme.size(BAR)
        x, top = float(edge), self.height() - line - bar
        for one, wide in self._row(self.width() - 2 * edge):
            now = one is not None and one.name == self._now
            painter.setFont(theme.font(12, 600 if now else 400))
            painter.setPen(theme.color("ink" if now else "soft"))
            place = QRectF(x, top, wide, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                             MORE if one is None else one.name)
            if self._tall and one is not None:
                self._paint_map(painter, one, QPointF(x, float(edge)), now)
            x += wide
        if self._done is not None:
            track = QRectF(edge, self.height() - bar, self.width() - 2 * edge, bar)
            painter.fillRect(track, theme.color("line"))
            track.setWidth(track.width() * self._done)
            painter.fillRect(track, theme.color("edge"))

    def _paint_map(self, painter: QPainter, one: Place, at: QPointF, now: bool) -> None:
        """Its picture, standing on its name."""
        side = theme.size(PICTURE)
        times = side / max(one.image.width(), one.image.height())
        wide, high = one.image.width() * times, one.image.height() * times
        box = QRectF(at.x(), at.y() + side - high, wide, high)
        painter.drawImage(box, marks.crisp(painter, one.image))
        if now:
            marks.ring(painter, box)
