"""All kernels of a layer as small pictures: a row a filter, a column an input channel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.widgets import marks

SIDE = 26
AIR = 6
EDGE = 4
Chip = tuple[int, int]


class KernelChips(QWidget):
    """Click, or move with the arrows; the chosen one wears the ring."""

    chosen = Signal(int, int)  # filter, channel

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixels: NDArray[np.uint32] = np.zeros((0, 0, 1, 1), np.uint32)
        self._at: Chip = (0, 0)
        self._edited: NDArray[np.bool_] = np.zeros((0, 0), bool)
        self._muted: frozenset[int] = frozenset()
        self._name = ""
        self._columns = 1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_kernels(self, name: str, weights: NDArray[Any], edited: NDArray[np.bool_], muted: frozenset[int]) -> None:
        """Show (filters, channels, rows, columns).

        Args:
            name: Of the array, for tooltips.
            weights: Each filter is coloured in its own range.
            edited: (filters, channels) which hold a number that is not the trained one.
            muted: Filters that are held at zero.
        """
        self._name, self._edited, self._muted = name, edited, muted
        self._pixels = np.stack([theme.signed_rgb(np.ascontiguousarray(w), float(np.abs(w).max(initial=0.0)))
                                 for w in weights])
        self._fold()
        self.update()

    def set_at(self, filter_: int, channel: int) -> None:
        """Put the ring on a kernel, silently."""
        self._at = (filter_, channel)
        self.update()

    # --- geometry

    def _fold(self) -> None:
        """With one channel, the filters stand side by side and wrap."""
        pitch = theme.size(SIDE) + AIR
        filters, channels = self._pixels.shape[:2]
        fit = max((self.width() - 2 * EDGE + AIR) // pitch, 1)
        self._columns = channels if channels > 1 else min(fit, max(filters, 1))
        rows = filters if channels > 1 else -(-filters // self._columns)
        self.setMinimumWidth(2 * EDGE + (channels * pitch - AIR if channels > 1 else 4 * pitch))
        self.setFixedHeight(2 * EDGE + max(rows, 1) * pitch - AIR)

    def chip(self, filter_: int, channel: int) -> QRectF:
        """Where a kernel lies."""
        pitch = theme.size(SIDE) + AIR
        row, col = (filter_, channel) if self._pixels.shape[1] > 1 else divmod(filter_, self._columns)
        return QRectF(EDGE + col * pitch, EDGE + row * pitch, theme.size(SIDE), theme.size(SIDE))

    def chip_at(self, at: QPointF) -> Chip | None:
        """The kernel at a point."""
        filters, channels = self._pixels.shape[:2]
        return next(((f, c) for f in range(filters) for c in range(channels)
                     if self.chip(f, c).adjusted(-AIR / 2, -AIR / 2, AIR / 2, AIR / 2).contains(at)), None)

    def sizeHint(self) -> QSize:
        return QSize(self.minimumWidth(), self.height())

    def resizeEvent(self, event: object) -> None:
        self._fold()

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        filters, channels, rows, cols = self._pixels.shape
        seen = QRectF(event.rect())
        for f in range(filters):
            for c in range(channels):
                box = self.chip(f, c)
                if not box.intersects(seen):
                    continue
                image = QImage(self._pixels[f, c].data, cols, rows, cols * 4, QImage.Format.Format_RGB32)
                painter.drawImage(box, image)
                if f in self._muted:
                    marks.muted(painter, box)
                if self._edited[f, c]:
                    marks.corner(painter, box, theme.color("ink"))
        if filters and self._at[0] < filters and self._at[1] < channels:
            marks.ring(painter, self.chip(*self._at))

    # --- hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        chip = self.chip_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and chip is not None:
            self.chosen.emit(*chip)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        filters, channels = self._pixels.shape[:2]
        f, c = self._at
        wide = channels > 1
        moves = {Qt.Key.Key_Left: (0, -1) if wide else (-1, 0), Qt.Key.Key_Right: (0, 1) if wide else (1, 0),
                 Qt.Key.Key_Up: (-1 if wide else -self._columns, 0), Qt.Key.Key_Down: (1 if wide else self._columns, 0)}
        move = moves.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
        elif 0 <= f + move[0] < filters and 0 <= c + move[1] < channels:
            self.chosen.emit(f + move[0], c + move[1])

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            chip = self.chip_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), f"{self._name}[{chip[0]}, {chip[1]}]" if chip else "", self)
            return True
        return super().event(event)
