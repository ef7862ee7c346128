"""The last column: one bar a class."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from app import numbers, theme
from app.widgets.map_columns_place import Place
from app.widgets.network_scene_feet import RIGHT
from app.widgets.network_scene_frame import Frame
from app.widgets.network_scene_heads import INSET, LEFT, digits_width
from app.widgets.network_scene_kept import Kept

THICK = 10
NAMES = 0.55  # of the column, at most


class Bars(Kept, QGraphicsItem):
    """Shares as bars in ink (the winner) and edge; scores as bars from zero, in the colours of data."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self._frame = frame
        self._place: Place | None = None
        self._labels: tuple[str, ...] = ()
        self._rows: list[tuple[str, float, float, QColor, str, bool]] = []

    def set_place(self, place: Place | None) -> None:
        """Where the column stands; None: there is none."""
        self.prepareGeometryChange()
        self._place = place

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the classes."""
        return self._labels

    def set_labels(self, labels: tuple[str, ...]) -> None:
        """Other classes."""
        self._labels = labels

    def label(self, k: int) -> str:
        """The name of one class; its number where it has none."""
        return self._labels[k] if k < len(self._labels) else str(k)

    def set_values(self, values: np.ndarray[Any, Any], bound: float, shares: bool, decided: bool = True) -> None:
        """One number a class.

        Args:
            values: (C,).
            bound: The score that gets a whole half of the track.
            shares: They are shares of 1, not scores.
            decided: One of them wins; else there is nothing to judge yet.
        """
        if self._place is None:
            return
        order = self._place.order
        best = int(np.argmax(np.nan_to_num(values, nan=-np.inf))) if decided and len(values) else -1
        colours = [] if shares else [QColor.fromRgba(int(c)) for c in theme.signed_rgb(values, bound)]
        self._rows = []
        for k in order:
            value, wins = float(values[k]), k == best
            label = self.label(k)
            if shares:
                start, end, colour, text = 0.0, value, theme.color("ink" if wins else "edge"), numbers.share(value)
            else:
                half = 0.5 * value / bound if bound > 0 else 0.0
                start, end, colour, text = 0.5, 0.5 + half, colours[k], _short(value)
            if not decided:
                end, colour, text = start, theme.color("sunk"), ""
            if not np.isfinite(value):
                end, colour = start, theme.color("wrong")
            self._rows.append((label, min(start, end), max(start, end), colour, text, wins))
        self.keep(False)
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF() if self._place is None else self._frame.rect(self._place.content)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: Any = None) -> None:
        place, frame = self._place, self._frame
        if place is None:
            return
        px = 12 if place.pitch >= frame.size(14) else 11
        plain, bold, mono = frame.font(px), frame.font(px, 600), frame.font(11, mono=True)
        metrics = QFontMetricsF(bold)
        digits = digits_width(frame)
        whole = frame.rect(place.content)
        most = max(whole.width() * 0.3, min(whole.width() * NAMES, whole.width() - digits - frame.size(THICK)))
        wide = min(max((metrics.horizontalAdvance(row[0]) for row in self._rows), default=0) + 6, most)
        ink, soft, sunk = theme.color("ink"), theme.color("soft"), theme.color("sunk")
        for k, (label, start, end, colour, text, wins) in enumerate(self._rows):
            row = frame.rect((place.left, place.top + k * place.pitch, place.width, place.pitch))
            middle, thick = row.center().y(), min(frame.size(THICK), row.height() * 0.6)
            painter.setPen(ink)
            painter.setFont(bold if wins else plain)
            shown = metrics.elidedText(label, Qt.TextElideMode.ElideRight, wide - 4)
            painter.drawText(QRectF(row.left(), row.top(), wide, row.height()), LEFT, shown)
            track = QRectF(row.left() + wide, middle - thick / 2, max(row.width() - wide - digits, 4), thick)
            painter.fillRect(track, sunk)
            length = max((end - start) * track.width(), 1)
            painter.fillRect(QRectF(track.left() + start * track.width(), track.top(), length, thick), colour)
            painter.setPen(ink if wins else soft)
            painter.setFont(mono)
            painter.drawText(QRectF(row.right() - digits, row.top(), digits - INSET, row.height()), RIGHT, text)


def _short(value: float) -> str:
    """Three digits; of what is next to nothing two, so that its power of ten has room."""
    return numbers.figure(value) if value == 0 or abs(value) >= 1e-3 else numbers.brief(value)
