"""Truth against answer as a grid of counts: grey for many, a frame in warn for a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import numbers, theme
from app.i18n import tr
from app.widgets import marks

HEAD, GAP = 20, 3
CELL = 56  # the largest
NAMES, SLIM = 12, 4  # px of a cell from which it has its name beside it; of the margin where it has not
WORST = 12  # mistakes that are framed where cells are too small for digits
DIGITS, WORDS = 20, 50  # px of a cell from which it shows its count, and a mistake its words

Cell = tuple[int, int]


class ConfusionGrid(QWidget):
    """Rows are the truth, columns the answer. Click or Enter picks a cell, arrows move."""

    picked = Signal(int, int)  # truth, answer

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: NDArray[Any] = np.zeros((0, 0), int)
        self._labels: Sequence[str] = ()
        self._ring: Cell | None = None
        self._hover: Cell | None = None
        self._wide: float | None = None
        self._picture: QPixmap | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def set_counts(self, counts: NDArray[Any], labels: Sequence[str]) -> None:
        """(classes, classes) and the names of the classes."""
        other = tuple(labels) != tuple(self._labels)
        self._counts, self._labels = counts, labels
        if other:
            self._ring = self._hover = self._wide = None
            self.updateGeometry()
        self.renew()

    def set_ring(self, cell: Cell | None) -> None:
        """Put the ring on a cell (truth, answer)."""
        if cell != self._ring:
            self._ring = cell
            self.update()

    @property
    def ring(self) -> Cell | None:
        """The cell with the ring."""
        return self._ring

    def say(self, truth: int, answer: int) -> str:
        """A cell in words."""
        count = int(self._counts[truth, answer])
        names = {"count": numbers.count(count), "truth": self._labels[truth], "answer": self._labels[answer]}
        if truth == answer:
            return tr("{count} × “{truth}”, answered right", **names)
        return tr("{count} × “{truth}”, taken for “{answer}”", **names)

    # --- geometry

    @property
    def left(self) -> float:
        """Width of the rows' names."""
        tiny = (self.width() - SLIM) / max(len(self._labels), 1) < NAMES
        return float(SLIM) if tiny else min(self._names_width, self.width() * 0.34)

    @property
    def _names_width(self) -> float:
        if self._wide is None:
            self._wide = self._measured()
        return self._wide

    def _measured(self) -> float:
        metrics = QFontMetricsF(theme.font(12))
        wide = max((metrics.horizontalAdvance(name) for name in self._labels), default=0.0)
        return max(wide, metrics.horizontalAdvance(self._corner())) + 6

    @staticmethod
    def _corner() -> str:
        return tr("answer →")

    @property
    def cell(self) -> float:
        """Pixels from one cell to the next."""
        count = max(len(self._labels), 1)
        return min((self.width() - self.left) / count, theme.size(CELL) + GAP)

    def rect_of(self, truth: int, answer: int) -> QRectF:
        """Where a cell lies."""
        cell, gap = self.cell, GAP if self.cell > 14 else 1
        return QRectF(self.left + answer * cell, theme.size(HEAD) + truth * cell, cell - gap, cell - gap)

    def cell_at(self, point: QPointF) -> Cell | None:
        """The cell at a point."""
        answer, truth = int((point.x() - self.left) // self.cell), int((point.y() - theme.size(HEAD)) // self.cell)
        count = len(self._labels)
        return (truth, answer) if 0 <= truth < count and 0 <= answer < count else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        count = max(len(self._labels), 1)
        left = SLIM if (width - SLIM) / count < NAMES else min(self._names_width, width * 0.34)
        cell = min((width - left) / count, theme.size(CELL) + GAP)
        return round(theme.size(HEAD) + count * cell + 1)

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(max(self.width(), 200)))

    def minimumSizeHint(self) -> QSize:
        return QSize(150, theme.size(HEAD) + 60)

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not len(self._labels):
            return
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            self._picture.fill(theme.color("panel"))
            still = QPainter(self._picture)
            self._names(still)
            self._cells(still)
            still.end()
        painter.drawPixmap(0, 0, self._picture)
        for cell, line in ((self._hover, marks.hover), (self._ring, marks.ring)):
            if cell is not None:
                line(painter, self.rect_of(*cell), QRectF(self.rect()))
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _cells(self, painter: QPainter) -> None:
        most = max(int(self._counts.max(initial=0)), 1)
        fills = theme.rgb(self._counts.astype(np.float32), float(most), "counts")
        if self.cell >= DIGITS:
            for truth, answer in np.ndindex(*self._counts.shape):
                self._cell(painter, truth, answer, int(fills[truth, answer]))
            return
        # Too small for digits: all fills as one picture, and a frame round the worst mistakes only.
        image = QImage(fills.data, fills.shape[1], fills.shape[0], fills.strides[0], QImage.Format.Format_RGB32)
        side = self.cell * len(self._labels)
        painter.drawImage(QRectF(self.left, theme.size(HEAD), side, side), image)
        wrong = self._counts - np.diag(np.diag(self._counts))
        for place in np.argsort(-wrong, axis=None, kind="stable")[:WORST]:
            truth, answer = divmod(int(place), len(self._labels))
            if wrong[truth, answer]:
                self._frame(painter, self.rect_of(truth, answer))

    @staticmethod
    def _frame(painter: QPainter, place: QRectF) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.color("warn"), 2))
        painter.drawRect(place.adjusted(1, 1, -1, -1) if place.width() > 12 else place)

    def renew(self) -> None:
        """Throw away what was drawn."""
        self._picture = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.renew()

    def _names(self, painter: QPainter) -> None:
        painter.setFont(theme.font(12))
        metrics = QFontMetricsF(painter.font())
        painter.setPen(theme.color("soft"))
        head = theme.size(HEAD)
        room = self._names_width if self.cell < NAMES else self.left - 6
        corner = metrics.elidedText(self._corner(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(0, 0, room, head - 4), Qt.AlignmentFlag.AlignLeft, corner)
        if self.cell < NAMES:
            return
        for k, name in enumerate(self._labels):
            column, row = self.rect_of(0, k), self.rect_of(k, 0)
            painter.setPen(theme.color("ink"))
            over = metrics.elidedText(name, Qt.TextElideMode.ElideRight, self.cell - 2)
            painter.drawText(QRectF(column.left(), 0, column.width(), head - 4), Qt.AlignmentFlag.AlignHCenter, over)
            beside = metrics.elidedText(name, Qt.TextElideMode.ElideRight, self.left - 6)
            painter.drawText(QRectF(0, row.top(), self.left - 6, row.height()),
                             Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, beside)

    def _cell(self, painter: QPainter, truth: int, answer: int, fill: int) -> None:
        place, count = self.rect_of(truth, answer), int(self._counts[truth, answer])
        painter.fillRect(place, fill)
        mistake = truth != answer and count > 0
        if mistake:
            self._frame(painter, place)
        large = place.width() >= WORDS - GAP
        words = mistake and large
        painter.setFont(theme.font(14 if large else 11, mono=True))
        quiet = not count
        painter.setPen(theme.color("soft") if quiet else theme.text_on(fill))
        box = QRectF(place.left(), place.top(), place.width(), place.height() * (0.62 if words else 1))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, numbers.count(count))
        if words:
            painter.setFont(theme.font(11))
            painter.setPen(theme.text_on(fill))
            under = QRectF(place.left(), place.top() + place.height() * 0.5, place.width(), place.height() * 0.42)
            painter.drawText(under, Qt.AlignmentFlag.AlignCenter, tr("⚠ wrong"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.LanguageChange):
            self._wide = None
            self.updateGeometry()
            self.renew()

    # --- pointer and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self.set_ring(cell)
            self.picked.emit(*cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.cell_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def _point(self, cell: Cell | None) -> None:
        if cell != self._hover:
            self._hover = cell
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, count = Qt.Key(event.key()), len(self._labels)
        moves = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        if key in moves and count:
            truth, answer = self._ring or (0, 0)
            down, right = moves[key] if self._ring else (0, 0)
            to = (truth + down, answer + right)
            if all(0 <= k < count for k in to):
                self.set_ring(to)
                self.picked.emit(*to)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.say(*cell) if cell else "", self)
            return True
        return super().event(event)
