"""Stretches of work in a row, with a playhead that can be dragged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme

LEAST = 20
BAR = 20
TIP = 7  # the playhead's triangle, above the bar
GAP = 2
AIR = 6  # on either side of a name


@dataclass(frozen=True)
class Stretch:
    """One segment: its name, its work (any unit), and what its tooltip says."""

    name: str
    work: float
    tip: str = ""
    named: bool = True


def lengths(work: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """How long each segment is: at least ``least``, and what is left of ``room`` goes by work."""
    left = room - sum(least)
    total = sum(work)
    if left <= 0 or total <= 0:
        share = room / sum(least) if left < 0 else 1 + left / sum(least)
        return [a * share for a in least]
    return [a + left * w / total for a, w in zip(least, work, strict=True)]


class Timeline(QWidget):
    """Segments in order; everything before the playhead is darker, the playhead's own fills up."""

    scrubbed = Signal(int, float)  # segment, fraction of it
    stepped = Signal(int)  # by the arrow keys: -1 or 1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stretches: tuple[Stretch, ...] = ()
        self._boxes: list[QRectF] = []
        self._at: tuple[int, float] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_stretches(self, stretches: Sequence[Stretch]) -> None:
        """Other segments."""
        self._stretches = tuple(stretches)
        self._place()

    def set_playhead(self, at: tuple[int, float] | None) -> None:
        """(segment, fraction of it that is done), or nowhere."""
        if at != self._at:
            self._at = at
            self.update()

    @property
    def playhead(self) -> tuple[int, float] | None:
        """Where it stands."""
        return self._at

    def boxes(self) -> list[QRectF]:
        """Where each segment lies."""
        return list(self._boxes)

    def named(self, k: int) -> bool:
        """True when the segment has room for its name."""
        stretch = self._stretches[k]
        return stretch.named and self._text_width(stretch.name) + 2 * AIR <= self._boxes[k].width() + 0.5

    def _text_width(self, text: str) -> float:
        return QFontMetricsF(theme.font(12)).horizontalAdvance(text)

    def _place(self) -> None:
        """Names need room first; where there is none for all of them, none is promised any."""
        least = theme.size(LEAST)
        gaps = GAP * (len(self._stretches) - 1)
        wants = [max(least, self._text_width(s.name) + 2 * AIR if s.named else 0.0) for s in self._stretches]
        if sum(wants) + gaps > self.width():
            wants = [float(least)] * len(self._stretches)
        self._boxes, x = [], 0.0
        if self._stretches:
            for width in lengths([s.work for s in self._stretches], wants, self.width() - gaps):
                self._boxes.append(QRectF(x, theme.size(TIP), width, theme.size(BAR)))
                x += width + GAP
        self.update()

    # --- looks

    def sizeHint(self) -> QSize:
        return QSize(400, theme.size(TIP) + theme.size(BAR) + 3)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        current = -1 if self._at is None else self._at[0]
        for k, box in enumerate(self._boxes):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.hatch if k < current else t.tint if k == current else t.sunk))
            painter.drawRoundedRect(box, 3, 3)
        if current >= 0:
            self._paint_current(painter, self._boxes[current])
            self._paint_playhead(painter)
        for k, stretch in enumerate(self._stretches):
            if self.named(k):
                font = theme.font(12, 600 if k == current else 400)
                if k == current:
                    self._paint_halo(painter, k, QFontMetricsF(font).horizontalAdvance(stretch.name))
                painter.setFont(font)
                painter.setPen(QColor(t.ink if k <= current else t.soft))
                painter.drawText(self._name_place(k), Qt.AlignmentFlag.AlignCenter, stretch.name)

    def _name_place(self, k: int) -> QRectF:
        """The middle of the segment, or beside the playhead where that would stand on the name."""
        box, wide = self._boxes[k], self._text_width(self._stretches[k].name) / 2 + 4
        if self._at is not None and k == self._at[0]:
            x = box.x() + box.width() * self._at[1]
            if abs(x - box.center().x()) < wide:
                left, right = QRectF(box), QRectF(box)
                left.setRight(x)
                right.setLeft(x)
                side = left if left.width() > right.width() else right
                return side if side.width() >= 2 * wide else box
        return box

    def _paint_halo(self, painter: QPainter, k: int, wide: float) -> None:
        """Where the name has no room beside the playhead, the segment's ground goes behind it, and the bar is cut."""
        place, box = self._name_place(k), self._boxes[k]
        if place != box:
            return
        x = self._bar(k)
        halo = QRectF(box.center().x() - wide / 2 - 2, box.top() + 2, wide + 4, box.height() - 4)
        if halo.left() - 2 < x < halo.right() + 2:
            painter.fillRect(halo, theme.color("tint"))

    def _bar(self, k: int) -> float:
        """Where the playhead's bar stands."""
        half, box = theme.size(5), self._boxes[k]
        return min(max(box.x() + box.width() * self._at[1], half), self.width() - half)  # type: ignore[index]

    def _paint_current(self, painter: QPainter, box: QRectF) -> None:
        accent = theme.color("accent")
        done = QColor(accent)
        done.setAlphaF(0.3)
        painter.fillRect(QRectF(box.x(), box.y(), box.width() * self._at[1], box.height()), done)  # type: ignore[index]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(accent, 1.5))
        painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 3, 3)

    def _paint_playhead(self, painter: QPainter) -> None:
        k = self._at[0]  # type: ignore[index]
        box = self._boxes[k]
        half, top = theme.size(5), theme.size(TIP)
        x = self._bar(k)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawRect(QRectF(x - 1.5, top - 2, 3, box.height() + 4))
        painter.drawPolygon(QPolygonF([QPointF(x - half, 0), QPointF(x + half, 0), QPointF(x, top)]))

    # --- hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._scrub(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._scrub(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.stepped.emit(-1 if key == Qt.Key.Key_Left else 1)
        elif key == Qt.Key.Key_Home and self._stretches:
            self.scrubbed.emit(0, 0.0)
        elif key == Qt.Key.Key_End and self._stretches:
            self.scrubbed.emit(len(self._stretches) - 1, 1.0)
        else:
            super().keyPressEvent(event)

    def _scrub(self, x: float) -> None:
        k = self.at(x)
        if k is not None:
            box = self._boxes[k]
            self.scrubbed.emit(k, min(max((x - box.x()) / box.width(), 0.0), 1.0))

    def at(self, x: float) -> int | None:
        """The segment at a place along the bar; the nearest one beyond its ends."""
        if not self._boxes:
            return None
        return next((k for k, box in enumerate(self._boxes) if x < box.right() + GAP), len(self._boxes) - 1)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            k = self.at(event.pos().x())
            if k is not None:
                QToolTip.showText(event.globalPos(), self._stretches[k].tip or self._stretches[k].name, self)
            return True
        return super().event(event)

    def resizeEvent(self, event: object) -> None:
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._place()
            self.updateGeometry()
