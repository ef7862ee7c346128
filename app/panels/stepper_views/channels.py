"""All channels of several layers one behind the other, as small maps: which one of them a number lies in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app import theme
from app.widgets import marks

LARGEST, LEAST, GAP, EDGE = 20, 4, 2, 4
AIR = 14  # px between two layers


class ChannelStrip(QWidget):
    """Groups of maps, each with its layer's name before it; a ring round the own one.

    Where there are more than the width holds, a group is a bar with the own place marked in it.
    """

    chosen = Signal(int)  # the channel, counted through all groups

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("channel_strip")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._groups: list[tuple[str, NDArray[np.uint32]]] = []
        self._own = 0

    def set_groups(self, groups: Sequence[tuple[str, NDArray[np.floating], float]], own: int) -> None:
        """Other maps.

        Args:
            groups: (name, maps (C, rows, columns), colour range) of each layer.
            own: The channel with the ring, counted through all of them.
        """
        self._groups = [(name, np.ascontiguousarray(theme.rgb(maps, bound))) for name, maps, bound in groups]
        self._own = own
        self.setAccessibleDescription(", ".join(f"{name}: {len(maps)}" for name, maps, _ in groups))
        self.update()

    @property
    def groups(self) -> list[tuple[str, int]]:
        """(name, how many channels) of each layer."""
        return [(name, len(maps)) for name, maps in self._groups]

    @property
    def own(self) -> int:
        """The channel with the ring."""
        return self._own

    def sizeHint(self) -> QSize:
        return QSize(200, theme.size(LARGEST) + 2 * EDGE)

    def _edge(self) -> float:
        """Side of a map."""
        count = sum(len(maps) for _, maps in self._groups) or 1
        metrics = QFontMetricsF(theme.font(12))
        names = sum(metrics.horizontalAdvance(name) + 8 + AIR for name, _ in self._groups)
        return min(max((self.width() - names - 2 * EDGE) / count - GAP, 0.0), float(theme.size(LARGEST)))

    def chip(self, k: int) -> QRectF:
        """Where the map of a channel lies."""
        return self._places()[1][k]

    def _places(self) -> tuple[list[float], list[QRectF]]:
        """Where the names begin, and where every map lies."""
        edge, metrics = self._edge(), QFontMetricsF(theme.font(12))
        whole = edge >= LEAST
        high = edge if whole else theme.size(LARGEST) / 2
        step = edge + GAP if whole else edge + GAP if edge > 0 else 0.5
        x, names, boxes = float(EDGE), [], []
        for name, maps in self._groups:
            names.append(x)
            x += metrics.horizontalAdvance(name) + 8
            for _ in range(len(maps)):
                boxes.append(QRectF(x, (self.height() - high) / 2, edge if whole else step, high))
                x += step
            x += AIR
        return names, boxes

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        names, boxes = self._places()
        whole, k = self._edge() >= LEAST, 0
        for x, (name, maps) in zip(names, self._groups, strict=True):
            painter.setPen(theme.color("soft"))
            painter.drawText(QRectF(x, 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, name)
            for one in maps:
                if whole:
                    rows, cols = one.shape
                    image = QImage(one.data, cols, rows, cols * 4, QImage.Format.Format_RGB32)
                    painter.drawImage(boxes[k], marks.crisp(painter, image))
                else:
                    painter.fillRect(boxes[k], theme.color("edge"))
                k += 1
        if 0 <= self._own < len(boxes):
            marks.ring(painter, boxes[self._own], QRectF(self.rect()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = self._channel_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and k is not None:
            self.chosen.emit(k)

    def _channel_at(self, position: QPointF) -> int | None:
        boxes = self._places()[1]
        return next((k for k, box in enumerate(boxes) if box.left() - 1 <= position.x() < box.right() + 1), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        count = sum(len(maps) for _, maps in self._groups)
        if step and 0 <= self._own + step < count:
            self.chosen.emit(self._own + step)
        elif not step:
            super().keyPressEvent(event)
