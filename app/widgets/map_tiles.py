"""All maps of a layer as tiles, in an order, each with a number and two switches: mute, and mute all others."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import numbers, theme
from app.i18n import tr
from app.widgets import marks

LEAST, MOST, GAP = 50, 132, 10  # px of a tile's map, and between tiles
DIGIT = 8  # px more where the maps' numbers have three digits: what stands beside them needs its room
LINE = 16  # px of the caption
SWITCH = 24  # px of a switch
EDGE = 4  # for the ring
CROSS = 4  # px: the smallest cell with a cross of its own
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
CENTRE = Qt.AlignmentFlag.AlignCenter


class MapTiles(QWidget):
    """Tiles row by row, as large as there is room for; what does not fit scrolls in what holds it."""

    chosen = Signal(int)  # a map
    muted = Signal(int)  # its switch was pressed
    soloed = Signal(int)
    opened = Signal(int)  # double click

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: NDArray[np.uint32] = np.zeros((0, 1, 1), np.uint32)
        self._bad: NDArray[np.bool_] | None = None  # (C, rows, columns): NaN or infinity
        self._order: list[int] = []
        self._figures: Sequence[str] = ()
        self._off: frozenset[int] = frozenset()
        self._at: int | None = None
        self._switches = True
        self._room = QSize(600, 200)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    # --- what it shows

    def set_maps(self, maps: NDArray[np.floating], bound: float, role: str = "signed") -> None:
        """(C, rows, columns)."""
        again = maps.shape != self._pictures.shape
        self._bad = theme.bad(maps)
        self._pictures = np.ascontiguousarray(theme.rgb(maps, bound, role))
        if again:
            self._order = list(range(len(maps)))
            self._lay()
        self.update()

    def set_order(self, order: Sequence[int], figures: Sequence[str]) -> None:
        """Maps from the first tile to the last, and what stands beside each map's number (by map)."""
        self._order, self._figures = list(order), figures
        self.update()

    def set_muted(self, maps: frozenset[int], switches: bool) -> None:
        """Those that are held at 0; without ``switches`` none can be."""
        self._off, again = maps, switches != self._switches
        self._switches = switches
        if again:
            self._lay()
        self.update()

    def set_at(self, k: int | None) -> None:
        """The selected map, silently."""
        if k != self._at:
            self._at = k
            self.update()

    @property
    def order(self) -> list[int]:
        """Maps from the first tile to the last."""
        return list(self._order)

    # --- geometry

    def set_room(self, size: QSize) -> None:
        """What can be seen of it at once."""
        if size != self._room:
            self._room = size
            self._lay()

    def _foot(self) -> int:
        return theme.size(LINE) + (theme.size(SWITCH) if self._switches else 0)

    def _across(self, edge: float) -> int:
        return max(int((self._room.width() - 2 * EDGE + GAP) // (edge + GAP)), 1)

    def _lay(self) -> None:
        """The largest tiles that all fit; else the least, and it scrolls."""
        n, least = max(len(self._order), 1), theme.size(LEAST + DIGIT * (len(self._order) > 100))
        self._edge = least
        for edge in range(theme.size(MOST), least - 1, -2):
            if self._high(edge, n) <= self._room.height():
                self._edge = edge
                break
        self.setFixedHeight(self._high(self._edge, n))
        self.updateGeometry()
        self.update()

    def _high(self, edge: int, n: int) -> int:
        """What all rows take with tiles of a size."""
        return math.ceil(n / self._across(edge)) * (edge + self._foot() + GAP) - GAP + 2 * EDGE

    def tile(self, place: int) -> QRectF:
        """Where the map of a place in the order lies."""
        row, col = divmod(place, self._across(self._edge))
        return QRectF(EDGE + col * (self._edge + GAP), EDGE + row * (self._edge + self._foot() + GAP), self._edge,
                      self._edge)

    def tile_of(self, k: int) -> QRectF:
        """Where a map's tile lies."""
        return self.tile(self._order.index(k))

    def whole(self, k: int) -> QRectF:
        """A map's tile with its caption and switches."""
        return self.tile_of(k).adjusted(-EDGE, -EDGE, EDGE, self._foot() + EDGE)

    def switches(self, k: int) -> tuple[QRectF, QRectF]:
        """Where the two switches of a map lie: mute, solo."""
        box = self.tile_of(k)
        top, wide = box.bottom() + theme.size(LINE), box.width() / 2
        return (QRectF(box.left(), top, wide - 1, theme.size(SWITCH)),
                QRectF(box.left() + wide + 1, top, wide - 1, theme.size(SWITCH)))

    def _hit(self, point: QPointF) -> tuple[int, str] | None:
        """(map, what) under a point: ``map``, ``mute`` or ``solo``."""
        for place, k in enumerate(self._order):
            box = self.tile(place)
            if not box.adjusted(-2, -2, 2, self._foot() + 2).contains(point):
                continue
            if self._switches:
                mute, solo = self.switches(k)
                if mute.contains(point) or solo.contains(point):
                    return k, "mute" if mute.contains(point) else "solo"
            return k, "map"
        return None

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for place, k in enumerate(self._order):
            box = self.tile(place)
            if not box.adjusted(-EDGE, -EDGE, EDGE, self._foot()).intersects(QRectF(event.rect())):
                continue
            self._paint_map(painter, k, box)
            self._paint_caption(painter, k, box)
            if self._switches:
                self._paint_switches(painter, k)
        if self.hasFocus() and self._at in self._order:
            painter.setPen(theme.color("accent"))
            box = self.tile_of(self._at)  # type: ignore[arg-type]
            painter.drawRect(box.adjusted(-3.5, -3.5, 3.5, self._foot() + 2))

    def _paint_map(self, painter: QPainter, k: int, box: QRectF) -> None:
        picture = self._pictures[k]
        rows, cols = picture.shape
        image = QImage(picture.data, cols, rows, cols * 4, QImage.Format.Format_RGB32)
        cell = min(box.width() / cols, box.height() / rows)
        place = QRectF(0, 0, cols * cell, max(rows * cell, 4.0))
        place.moveCenter(box.center())
        painter.drawImage(place, marks.crisp(painter, image))
        if self._bad is not None and self._bad[k].any():
            self._paint_crosses(painter, self._bad[k], place)
        if k in self._off:
            marks.muted(painter, place)
        if k == self._at:
            marks.ring(painter, place)

    def _paint_crosses(self, painter: QPainter, bad: NDArray[np.bool_], place: QRectF) -> None:
        """One over the whole map where all of it is none or cells are tiny, else one a cell."""
        rows, cols = bad.shape
        wide, high = place.width() / cols, place.height() / rows
        if bad.all() or min(wide, high) < CROSS:
            marks.cross(painter, place)
            return
        for row, col in np.argwhere(bad).tolist():
            marks.cross(painter, QRectF(place.left() + col * wide, place.top() + row * high, wide, high))

    def _paint_caption(self, painter: QPainter, k: int, box: QRectF) -> None:
        line = QRectF(box.left(), box.bottom(), box.width(), theme.size(LINE))
        painter.setFont(theme.font(11, 600, mono=True))
        painter.setPen(theme.color("accent" if k == self._at else "ink"))
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, str(k))
        painter.setFont(theme.font(11, mono=True))
        painter.setPen(theme.color("soft"))
        text = self._figures[k] if k < len(self._figures) else ""
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_switches(self, painter: QPainter, k: int) -> None:
        alone = len(self._off) == len(self._order) - 1 and k not in self._off and len(self._order) > 1
        painter.setFont(theme.font(11))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for rect, word, on in zip(self.switches(k), self.words(), (k in self._off, alone), strict=True):
            face = rect.adjusted(0.5, 2.5, -0.5, -2.5)
            painter.setPen(theme.color("accent" if on else "line"))
            painter.setBrush(theme.color("tint" if on else "panel"))
            painter.drawRoundedRect(face, 3, 3)
            painter.setPen(theme.color("accent" if on else "ink"))
            painter.drawText(face, CENTRE, word)
        painter.restore()

    def words(self) -> tuple[str, str]:
        """What stands on the switches: whole words where there is room."""
        whole = tr("mute"), tr("solo")
        wide = max(self.fontMetrics().horizontalAdvance(word) for word in whole)
        return whole if wide + 6 <= self._edge / 2 else (tr("M"), tr("S"))

    # --- hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        hit = self._hit(event.position())
        if event.button() == Qt.MouseButton.LeftButton and hit is not None:
            {"map": self.chosen, "mute": self.muted, "solo": self.soloed}[hit[1]].emit(hit[0])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        hit = self._hit(event.position())
        if hit is not None and hit[1] == "map":
            self.opened.emit(hit[0])
        elif hit is not None:
            self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hand = self._hit(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ARROWS and self._order:
            across, down = ARROWS[key]
            place = self._order.index(self._at) if self._at in self._order else 0
            place = min(max(place + across + down * self._across(self._edge), 0), len(self._order) - 1)
            self.chosen.emit(self._order[place])
        elif key in (Qt.Key.Key_M, Qt.Key.Key_S) and self._at is not None and self._switches:
            (self.muted if key == Qt.Key.Key_M else self.soloed).emit(self._at)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and event.key() in (Qt.Key.Key_M, Qt.Key.Key_S):  # type: ignore[attr-defined]
            event.accept()
            return True
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = self._hit(QPointF(event.pos()))
            texts = {"map": "", "mute": tr("Hold this map at 0 (M)"), "solo": tr("Hold all other maps at 0 (S)")}
            QToolTip.showText(event.globalPos(), texts[hit[1]] if hit else "", self)
            return True
        return super().event(event)


def short(value: float) -> str:
    """Beside a map's number."""
    return numbers.brief(value)
