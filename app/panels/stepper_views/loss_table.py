"""A table with a row a class: numbers, bars beside them, and what each column comes to."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app import theme
from app.i18n import tr
from app.widgets import marks

ROW, MOST = 14, 26
HEAD = 17
FIGURE = {False: 62, True: 78}  # px of a number before its bar, and of a signed one


@dataclass(frozen=True, eq=False)
class Column:
    """One column.

    Args:
        title: Ready text.
        left: Where it begins, a part of the width.
        texts: One a class.
        bars: One a class: with ``signed`` to both sides of a line, as far as ``bound``; else a part of the whole.
        signed: See there.
        says: A click says which class is right.
        foot: What stands under it, in the row of the sum.
    """

    title: str
    left: float
    texts: list[str]
    bars: NDArray[np.floating] | None = None
    signed: bool = False
    says: bool = False
    foot: str = ""
    bound: float = field(default=1.0)


class LossTable(QWidget):
    """One row a class. A click on a target says which class is right; elsewhere it goes to that gradient."""

    said = Signal(int)
    clicked = Signal(int)
    hovered = Signal(object)  # class | None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("loss_table")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._labels: list[str] = []
        self._columns: list[Column] = []
        self._target = 0
        self._gradients: NDArray[np.floating] = np.zeros(0)
        self._ring: int | None = None
        self._hover: int | None = None

    def set_rows(self, labels: list[str], columns: list[Column], target: int, ring: int | None,
                 gradients: NDArray[np.floating]) -> None:
        """Other numbers.

        Args:
            labels: Of the classes.
            columns: After them, from left to right.
            target: The class that counts as right.
            ring: The class of the playhead.
            gradients: (classes,) where a click leads to.
        """
        self._labels, self._columns, self._target, self._ring = labels, columns, target, ring
        self._gradients = gradients
        self.setMinimumHeight(theme.size(HEAD) + (len(labels) + self._feet) * theme.size(ROW))
        self.setAccessibleDescription(f"{tr('target')}: {labels[target]}")
        self.update()

    @property
    def columns(self) -> list[Column]:
        """What stands there."""
        return list(self._columns)

    @property
    def _feet(self) -> int:
        return int(any(column.foot for column in self._columns))

    def row_rect(self, k: int) -> QRectF:
        """Where a row lies; the sums are the row after the last class."""
        head, count = theme.size(HEAD), max(len(self._labels) + self._feet, 1)
        high = min(max((self.height() - head) / count, theme.size(ROW)), theme.size(MOST))
        return QRectF(0, head + k * high, self.width(), high)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("soft"))
        middle = Qt.AlignmentFlag.AlignVCenter
        edges = [4 + column.left * self.width() for column in self._columns] + [float(self.width())]
        painter.drawText(QRectF(4, 0, edges[0], theme.size(HEAD)), middle, tr("class"))
        for column, left, right in zip(self._columns, edges, edges[1:], strict=False):
            title = painter.fontMetrics().elidedText(column.title, Qt.TextElideMode.ElideRight, int(right - left - 4))
            painter.drawText(QRectF(left, 0, right - left, theme.size(HEAD)), middle, title)
        seen = QRectF(event.rect())
        for k in range(len(self._labels)):
            if self.row_rect(k).intersects(seen):
                self._paint_row(painter, k, edges)
        if self._feet:
            self._paint_feet(painter, edges)
        for place, mark in ((self._hover, marks.hover), (self._ring, marks.ring)):
            if place is not None and 0 <= place < len(self._labels):
                mark(painter, self.row_rect(place).adjusted(1, 1, -1, -1), QRectF(self.rect()))

    def _paint_row(self, painter: QPainter, k: int, edges: list[float]) -> None:
        box, right, middle = self.row_rect(k), k == self._target, Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font(13, 600 if right else 400))
        painter.setPen(theme.color("ink"))
        painter.drawText(box.adjusted(8, 0, 0, 0), middle, self._labels[k])
        painter.setFont(theme.font(12, mono=True))
        for column, left, end in zip(self._columns, edges, edges[1:], strict=False):
            painter.setPen(theme.color("soft" if column.says and not right else "ink"))
            painter.drawText(QRectF(left, box.top(), end - left, box.height()), middle, column.texts[k])
            if column.bars is None or not np.isfinite(column.bars[k]):
                continue
            figure = theme.size(FIGURE[column.signed])
            track = QRectF(left + figure, box.center().y() - 4, end - left - figure - 14, 8)
            if column.signed:
                self._paint_signed(painter, track, float(column.bars[k]), column.bound, box)
            else:
                painter.fillRect(track, theme.color("sunk"))
                wide = max(track.width() * min(float(column.bars[k]), 1.0), 1.5)
                painter.fillRect(QRectF(track.left(), track.top(), wide, 8), theme.color("ink" if right else "edge"))

    @staticmethod
    def _paint_signed(painter: QPainter, track: QRectF, value: float, bound: float, box: QRectF) -> None:
        middle = track.center().x()
        end = middle + track.width() / 2 * value / (bound or 1.0)
        colour = QColor.fromRgb(int(theme.signed_rgb(np.array([value]), bound or 1.0)[0]))
        painter.fillRect(QRectF(min(end, middle), track.top(), max(abs(end - middle), 1.5), 8), colour)
        painter.setPen(QPen(theme.color("edge"), 1))
        painter.drawLine(round(middle), round(box.top()), round(middle), round(box.bottom()))

    def _paint_feet(self, painter: QPainter, edges: list[float]) -> None:
        box, middle = self.row_rect(len(self._labels)), Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(box.topLeft(), box.topRight())
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("soft"))
        painter.drawText(box.adjusted(8, 0, 0, 0), middle, tr("sum"))
        for column, left, last in zip(self._columns, edges, [*[False] * (len(self._columns) - 1), True], strict=False):
            painter.setFont(theme.font(12, 600 if last else 400, mono=True))
            painter.setPen(theme.color("accent" if last else "ink"))
            painter.drawText(box.adjusted(left, 0, 0, 0), middle, column.foot)

    # --- hands

    def _class_at(self, y: float) -> int | None:
        boxes = ((k, self.row_rect(k)) for k in range(len(self._labels)))
        return next((k for k, box in boxes if box.top() <= y < box.bottom()), None)

    def _on_target(self, x: float) -> bool:
        lefts = [column.left for column in self._columns] + [1.0]
        place = (x - 4) / max(self.width(), 1)
        return place < lefts[0] or any(column.says and left <= place < right for column, left, right in
                                       zip(self._columns, lefts, lefts[1:], strict=False))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        k = self._class_at(event.position().y())
        says = k is not None and self._on_target(event.position().x())
        self.setToolTip("" if k is None else tr("The drawing is a “{name}”", name=self._labels[k]) if says
                        else tr("Go to this gradient"))
        self.setCursor(Qt.CursorShape.ArrowCursor if k is None else Qt.CursorShape.PointingHandCursor)
        if k != self._hover:
            self._hover = k
            self.update()
            self.hovered.emit(k)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()
        self.hovered.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = self._class_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and k is not None:
            (self.said if self._on_target(event.position().x()) else self.clicked).emit(k)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step:
            at = self._target if self._ring is None else self._ring
            self.clicked.emit(min(max(at + step, 0), len(self._labels) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._ring is not None:
            self.said.emit(self._ring)
        else:
            super().keyPressEvent(event)
