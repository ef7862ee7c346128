"""The classes with their probabilities: label, bar, percent."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from app import numbers, theme
from app.widgets import marks

LEAST, MOST = 15, 48  # px a row
ROOMY = 18  # from here on labels have their full size
THICK = 9
LABEL_SHARE = 0.55
START = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
END = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


def plain(name: str) -> str:
    """A name that a person gave, as a tooltip that never takes it for markup."""
    return f"<span>{html.escape(name)}</span>" if "<" in name or "&" in name else name


class Bars(QAbstractScrollArea):
    """2 to 36 rows that shrink to the height there is, and scroll when they cannot.

    Args:
        name: What it is, for people who hear it; translated already.
    """

    clicked = Signal(int)  # class
    hovered = Signal(object)  # class | None

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._labels: tuple[str, ...] = ()
        self._shares: NDArray[Any] = np.zeros(0)
        self._winner: int | None = None
        self._current: int | None = None
        self._hover: int | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        self.setMinimumWidth(theme.size(96))

    # --- what it shows

    def set_values(self, labels: Sequence[str], shares: NDArray[Any], winner: int | None = -1) -> None:
        """Show the share (0 to 1) of each class.

        Args:
            labels: Names of the classes.
            shares: One number a class.
            winner: Which is in ink; -1: the largest; None: none.
        """
        labels = tuple(labels)
        other = len(labels) != len(self._labels)
        self._labels, self._shares = labels, np.asarray(shares)
        self._winner = winner if winner != -1 else int(np.argmax(shares)) if labels else None
        if other:
            self._current = self._hover = None
            self._scroll()
        if self._winner is not None and self._winner < len(labels):
            self.setAccessibleDescription(f"{labels[self._winner]} {numbers.share(float(shares[self._winner]))}")
        self.viewport().update()

    def set_current(self, index: int | None) -> None:
        """Put the ring on a class; None: on none."""
        if index != self._current:
            self._current = index
            self.viewport().update()

    @property
    def current(self) -> int | None:
        """The class with the ring."""
        return self._current

    # --- geometry

    @property
    def row_height(self) -> float:
        """Pixels a row."""
        share = self.viewport().height() / max(len(self._labels), 1)
        return min(max(share, theme.size(LEAST)), theme.size(MOST))

    def row_at(self, y: float) -> int | None:
        """The class at a height of the viewport."""
        index = int((y + self.verticalScrollBar().value()) // self.row_height)
        return index if 0 <= index < len(self._labels) else None

    def rect_of(self, index: int) -> QRectF:
        """Where a class's row lies in the viewport."""
        top = index * self.row_height - self.verticalScrollBar().value()
        return QRectF(0, top, self.viewport().width(), self.row_height)

    def sizeHint(self) -> QSize:
        return QSize(theme.size(160), theme.size(24) * max(len(self._labels), 2))

    def _scroll(self) -> None:
        whole = round(self.row_height * len(self._labels))
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, whole - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(round(self.row_height))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._scroll()

    # --- what a person does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.row_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self._choose(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.row_at(event.position().y()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if not step or not self._labels:
            super().keyPressEvent(event)
            return
        start = self._current if self._current is not None else (self._winner or 0) - step
        self._choose(min(max(start + step, 0), len(self._labels) - 1))

    def _choose(self, index: int) -> None:
        self.set_current(index)
        row, height = self.rect_of(index), self.viewport().height()
        if row.top() < 0 or row.bottom() > height:
            self.verticalScrollBar().setValue(round(index * self.row_height - height / 2))
        self.clicked.emit(index)

    def _point(self, index: int | None) -> None:
        if index != self._hover:
            self._hover = index
            self.viewport().update()
            self.hovered.emit(index)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.row_at(event.pos().y())
            QToolTip.showText(event.globalPos(), "" if index is None else plain(self._labels[index]), self)
            return True
        return super().viewportEvent(event)

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        px = 13 if self.row_height >= theme.size(ROOMY) else 12
        fonts = theme.font(px), theme.font(px, 600), theme.font(11, mono=True)
        bold, digits = QFontMetricsF(fonts[1]), QFontMetricsF(fonts[2])
        width = self.viewport().width() - 2
        longest = max((bold.horizontalAdvance(t) for t in self._labels), default=0)
        left = min(longest + theme.size(8), width * LABEL_SHARE)
        right = max(digits.horizontalAdvance(numbers.share(share)) for share in (0.5, 1.0)) + theme.size(6)
        for k, (label, share) in enumerate(zip(self._labels, self._shares.tolist(), strict=True)):
            row = self.rect_of(k)
            if row.bottom() < event.rect().top() or row.top() > event.rect().bottom():
                continue
            wins = k == self._winner
            painter.setFont(fonts[wins])
            painter.setPen(theme.color("ink"))
            shown = (bold if wins else QFontMetricsF(fonts[0])).elidedText(label, Qt.TextElideMode.ElideRight, left - 6)
            painter.drawText(row.adjusted(2, 0, 0, 0), START, shown)
            thick = theme.size(THICK)
            track = QRectF(left, row.center().y() - thick / 2, max(width - left - right, 8), thick)
            painter.fillRect(track, theme.color("sunk"))
            if share > 0:
                long = max(1.5, track.width() * min(share, 1.0))
                bar = QRectF(track.left(), track.top(), long, thick)
                painter.fillRect(bar, theme.color("ink" if wins else "edge"))
            painter.setFont(fonts[2])
            painter.setPen(theme.color("ink" if wins else "soft"))
            painter.drawText(row.adjusted(0, 0, -2, 0), END, numbers.share(share))
            if k == self._current:
                marks.ring(painter, track)
            elif k == self._hover:
                marks.hover(painter, track)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.viewport().update()
