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
from app.i18n import tr

LEAST = 20
BAR = 18  # one lane
TIP = 7  # the playhead's triangle, above the bar
GAP = 2
BETWEEN = 4  # the lanes
AIR = 6  # on either side of a name
DOT = 12  # of a breakpoint, with its air
FORWARD, BACKWARD, FOLD = range(3)  # lanes: the upper, left to right; the lower, right to left; both, at the right end


@dataclass(frozen=True)
class Stretch:
    """One segment.

    Args:
        name: What stands in it.
        work: Its length, in any unit.
        tip: What its tooltip says.
        named: False where the name asks for no room: it stands there only where there is some.
        lane: `FORWARD`, `BACKWARD` or `FOLD`.
        column: Segments of the two lanes with the same one stand under each other; "": its own name.
    """

    name: str
    work: float
    tip: str = ""
    named: bool = True
    lane: int = FORWARD
    column: str = ""

    @property
    def key(self) -> str:
        """Its column."""
        return self.column or self.name


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
    marked = Signal(int)  # a segment was clicked with Ctrl held: for a breakpoint

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stretches: tuple[Stretch, ...] = ()
        self._boxes: list[QRectF] = []
        self._at: tuple[int, float] | None = None
        self._grabbed: int | None = None  # the lane that is being dragged in
        self._stops: frozenset[int] = frozenset()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_stretches(self, stretches: Sequence[Stretch]) -> None:
        """Other segments, in the order in which they are passed."""
        lanes = self.lanes
        self._stretches = tuple(stretches)
        self._place()
        if self.lanes != lanes:
            self.updateGeometry()

    def set_playhead(self, at: tuple[int, float] | None) -> None:
        """(segment, fraction of it that is done), or nowhere."""
        before, self._at = self._at, at
        if at == before:
            return
        if at is None or before is None or max(at[0], before[0]) >= len(self._boxes):
            self.update()
            return
        changed = QRectF()  # the segments passed over look other than before; the triangle reaches a little beyond them
        for box in self._boxes[min(at[0], before[0]):max(at[0], before[0]) + 1]:
            changed |= box
        self.update(changed.adjusted(-6, -theme.size(TIP), 6, theme.size(TIP)).toAlignedRect())

    def set_stops(self, segments: frozenset[int]) -> None:
        """Segments with a breakpoint, which wear a dot."""
        if segments != self._stops:
            self._stops = segments
            self.update()

    @property
    def stops(self) -> frozenset[int]:
        """Segments with a dot."""
        return self._stops

    @property
    def playhead(self) -> tuple[int, float] | None:
        """Where it stands."""
        return self._at

    @property
    def lanes(self) -> int:
        """One, or two where something comes back."""
        return 2 if any(s.lane == BACKWARD for s in self._stretches) else 1

    def boxes(self) -> list[QRectF]:
        """Where each segment lies."""
        return list(self._boxes)

    def named(self, k: int) -> bool:
        """True when the segment has room for its name."""
        stretch = self._stretches[k]
        return self._text_width(stretch.name) + 2 * AIR <= self._boxes[k].width() + 0.5

    def _text_width(self, text: str) -> float:
        return QFontMetricsF(theme.font(12)).horizontalAdvance(text)

    def _place(self) -> None:
        """Names need room first; where there is none for all of them, none is promised any."""
        least = theme.size(LEAST)
        heads = [s for s in self._stretches if s.lane != BACKWARD]
        gaps = GAP * (len(heads) - 1)
        names = {s.key: max(self._text_width(o.name) for o in self._stretches if o.key == s.key and o.named)
                 if any(o.named for o in self._stretches if o.key == s.key) else 0.0 for s in heads}
        wants = [max(least, names[s.key] + 2 * AIR if names[s.key] else 0.0) for s in heads]
        if sum(wants) + gaps > self.width():
            wants = [float(least)] * len(heads)
        columns: dict[str, tuple[float, float]] = {}
        x, bar, top = 0.0, theme.size(BAR), theme.size(TIP)
        if heads:
            for one, width in zip(heads, lengths([s.work for s in heads], wants, self.width() - gaps), strict=True):
                columns[one.key] = (x, width)
                x += width + GAP
        self._boxes = []
        for one in self._stretches:
            left, width = columns.get(one.key, (0.0, 0.0))
            lower = top + bar + BETWEEN if one.lane == BACKWARD else top
            high = 2 * bar + BETWEEN if one.lane == FOLD and self.lanes == 2 else bar
            self._boxes.append(QRectF(left, lower, width, high))
        self.update()

    # --- looks

    def sizeHint(self) -> QSize:
        bars = self.lanes * theme.size(BAR) + (self.lanes - 1) * BETWEEN
        return QSize(400, theme.size(TIP) + bars + 3)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def _share(self, k: int, fraction: float) -> float:
        """From the left: the lower lane runs from right to left."""
        return 1.0 - fraction if self._stretches[k].lane == BACKWARD else fraction

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        current = -1 if self._at is None else self._at[0]
        dirty = QRectF(event.rect())
        seen = [k for k, box in enumerate(self._boxes) if box.intersects(dirty)]
        for k in seen:
            box = self._boxes[k]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(t.hatch if k < current else t.tint if k == current else t.sunk))
            painter.drawRoundedRect(box, 3, 3)
        if current >= 0:
            self._paint_current(painter, self._boxes[current])
        for k in self._stops:
            self._paint_stop(painter, k)
        if current >= 0:
            self._paint_playhead(painter)
        for k in seen:
            stretch = self._stretches[k]
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
        if k in self._stops and box.width() >= 2 * wide + theme.size(DOT):
            box = box.adjusted(theme.size(DOT), 0, 0, 0)  # beside the dot
        if self._at is not None and k == self._at[0]:
            x = self._boxes[k].x() + self._boxes[k].width() * self._share(k, self._at[1])
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
        if place.right() != box.right() or place.left() > box.left() + theme.size(DOT):
            return
        x = self._bar(k)
        halo = QRectF(place.center().x() - wide / 2 - 2, box.top() + 2, wide + 4, box.height() - 4)
        if halo.left() - 2 < x < halo.right() + 2:
            painter.fillRect(halo, theme.color("tint"))

    def _bar(self, k: int) -> float:
        """Where the playhead's bar stands."""
        half, box = theme.size(5), self._boxes[k]
        x = box.x() + box.width() * self._share(k, self._at[1])  # type: ignore[index]
        return min(max(x, half), self.width() - half)

    def _paint_current(self, painter: QPainter, box: QRectF) -> None:
        accent = theme.color("accent")
        done = QColor(accent)
        done.setAlphaF(0.3)
        wide = box.width() * self._at[1]  # type: ignore[index]
        left = box.right() - wide if self._stretches[self._at[0]].lane == BACKWARD else box.x()  # type: ignore[index]
        painter.fillRect(QRectF(left, box.y(), wide, box.height()), done)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(accent, 1.5))
        painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 3, 3)

    def _paint_stop(self, painter: QPainter, k: int) -> None:
        """The red dot of a breakpoint, with a halo that keeps it apart from what is done; in the corner where the name
        needs the middle.
        """
        box, radius = self._boxes[k], float(theme.size(4))
        middle = QPointF(box.left() + theme.size(7), box.center().y())
        if self.named(k) and box.width() < self._text_width(self._stretches[k].name) + 8 + theme.size(DOT):
            radius = float(theme.size(3))
            middle = QPointF(box.left() + radius, box.top() + radius)
        painter.setPen(QPen(theme.color("panel"), 1.5))
        painter.setBrush(theme.color("wrong"))
        painter.drawEllipse(middle, radius, radius)

    def _paint_playhead(self, painter: QPainter) -> None:
        k = self._at[0]  # type: ignore[index]
        box = self._boxes[k]
        half, top = theme.size(5), box.top()
        x = self._bar(k)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawRect(QRectF(x - 1.5, top - 2, 3, box.height() + 4))
        if self._stretches[k].lane == BACKWARD:  # from below, so that it stands on no name of the upper lane
            foot = box.bottom() - theme.size(TIP) + 3
            painter.drawPolygon(QPolygonF([QPointF(x - half, foot + half), QPointF(x + half, foot + half),
                                           QPointF(x, foot)]))
        else:
            painter.drawPolygon(QPolygonF([QPointF(x - half, 0), QPointF(x + half, 0), QPointF(x, top)]))

    # --- hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            k = self.at(event.position().x(), event.position().y())
            if k is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.marked.emit(k)
                return
            self._grabbed = None if k is None else self._stretches[k].lane
            self._scrub(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._grabbed is not None:
            self._scrub(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed = None

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
        """Stay in the lane where the drag began; the fold belongs to both."""
        k = self._nearest(x, self._grabbed)
        if k is not None:
            box = self._boxes[k]
            self.scrubbed.emit(k, self._share(k, min(max((x - box.x()) / box.width(), 0.0), 1.0)))

    def at(self, x: float, y: float = 0.0) -> int | None:
        """The segment at a place; the nearest one beyond the ends."""
        lower = self.lanes == 2 and y > theme.size(TIP) + theme.size(BAR) + BETWEEN / 2
        return self._nearest(x, BACKWARD if lower else FORWARD)

    def _nearest(self, x: float, lane: int | None) -> int | None:
        lane = FORWARD if lane in (None, FOLD) else lane
        own = [k for k, s in enumerate(self._stretches) if s.lane in (lane, FOLD) and self._boxes[k].width() > 0]
        own.sort(key=lambda k: self._boxes[k].x())
        return next((k for k in own if x < self._boxes[k].right() + GAP), own[-1] if own else None)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            k = self.at(event.pos().x(), event.pos().y())
            if k is not None:
                words = tr("Ctrl and a click remove the breakpoint") if k in self._stops else \
                    tr("Ctrl and a click set a breakpoint")
                tip = self._stretches[k].tip or self._stretches[k].name
                QToolTip.showText(event.globalPos(), f"{tip}\n{words}", self)
            return True
        return super().event(event)

    def resizeEvent(self, event: object) -> None:
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange, QEvent.Type.PaletteChange):
            self._place()
            self.updateGeometry()
