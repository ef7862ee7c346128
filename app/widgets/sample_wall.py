"""The drawings of one class as a wall of small pictures, painted by one widget and only where it is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QMimeData, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from app import theme
from app.i18n import tr
from app.widgets import marks
from app.widgets.icons import paint

THUMB, GAP = 36, 2
MIME = "application/x-convscope-samples"

_thumbs: WeakKeyDictionary[Any, tuple[int, QImage]] = WeakKeyDictionary()


class SampleWall(QWidget):
    """Pictures in rows. It knows objects with an ``image`` (H, W) uint8 and which of them are picked, nothing else.

    Click picks one, Ctrl adds, Shift takes all between; arrows move; the picked ones can be dragged away.
    """

    picked = Signal(object, bool)  # tuple of samples; True: in addition to those picked elsewhere
    opened = Signal(object)  # a sample: double click or Enter
    removed = Signal()  # Del
    menu_asked = Signal(QPoint)  # global

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._samples: Sequence[Any] = ()
        self._picked: frozenset[Any] = frozenset()
        self._wrong: Mapping[Any, str] = {}
        self._invite = ""
        self._columns, self._thumb = 1, THUMB
        self._at: int | None = None
        self._anchor = 0
        self._hover: int | None = None
        self._pressed: QPoint | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._fit()

    # --- what it shows

    def set_samples(self, samples: Sequence[Any]) -> None:
        """Show these, in their order."""
        self._samples = samples
        self._hover = None
        self._at = None if self._at is None or not samples else min(self._at, len(samples) - 1)
        self._fit()
        self.update()

    def set_wrong(self, wrong: Mapping[Any, str]) -> None:
        """Samples that are answered wrongly, and the answer to each."""
        mine = {s: wrong[s] for s in self._samples if s in wrong} if wrong else {}
        if mine != self._wrong:
            self._wrong = mine
            self.update()

    def set_picked(self, picked: frozenset[Any]) -> None:
        """Put the ring on these, if they are here."""
        if picked != self._picked:
            self._picked = picked
            self.update()

    def set_invite(self, text: str) -> None:
        """What an empty wall says; a text of the language of now."""
        self._invite = text
        self.update()

    def set_room(self, width: int) -> None:
        """Fill this width with pictures of about `THUMB` pixels."""
        gap = theme.size(GAP)
        columns = max(round((width + gap) / (theme.size(THUMB) + gap)), 1)
        thumb = (width + gap) // columns - gap
        if (columns, thumb) != (self._columns, self._thumb):
            self._columns, self._thumb = columns, thumb
            self._fit()
            self.update()

    # --- geometry

    def pitch(self) -> int:
        """Pixels from one picture to the next."""
        return self._thumb + theme.size(GAP)

    def _fit(self) -> None:
        rows = -(-len(self._samples) // self._columns)
        height = rows * self.pitch() if rows else theme.size(24)
        if self.minimumHeight() != height or self.maximumHeight() != height:
            self.setFixedHeight(height)

    def rect_of(self, k: int) -> QRect:
        """Where a picture lies."""
        row, column = divmod(k, self._columns)
        return QRect(column * self.pitch(), row * self.pitch(), self._thumb, self._thumb)

    def index_at(self, point: QPoint) -> int | None:
        """The picture at a point."""
        column, row = point.x() // self.pitch(), point.y() // self.pitch()
        k = row * self._columns + column
        return k if 0 <= column < self._columns and 0 <= k < len(self._samples) else None

    def sizeHint(self) -> QSize:
        return QSize(self._columns * self.pitch(), self.minimumHeight())

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._samples:
            painter.setFont(theme.font(12))
            painter.setPen(theme.color("soft"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._invite)
        rows = range(event.rect().top() // self.pitch(), event.rect().bottom() // self.pitch() + 1)
        seen = range(rows.start * self._columns, min(rows.stop * self._columns, len(self._samples)))
        for k in seen:
            self._paint_one(painter, k)
        if self.hasFocus() and self._at is None and not self._picked.intersection(self._samples):
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_one(self, painter: QPainter, k: int) -> None:
        sample, place = self._samples[k], self.rect_of(k)
        painter.drawImage(place, thumbnail(sample, round(self._thumb * self.devicePixelRatioF())))
        inside = QRectF(place)
        if sample in self._wrong:
            painter.setPen(QPen(theme.color("warn"), 2))
            painter.drawRect(inside.adjusted(1, 1, -1, -1))
            side = theme.size(14)
            corner = QRectF(inside.right() - side + 1, inside.top(), side, side)
            painter.fillRect(corner, theme.color("warn_ground"))
            paint(painter, corner.adjusted(1, 1, -1, -1), "warn", "warn")
        if sample in self._picked:
            marks.ring(painter, inside, inside)
        elif k == self._hover or (k == self._at and self.hasFocus()):
            marks.hover(painter, inside, inside)

    # --- pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = self.index_at(event.position().toPoint())
        if k is None:
            self.picked.emit((), False)
            return
        if event.button() == Qt.MouseButton.RightButton:
            if self._samples[k] not in self._picked:
                self._pick(k, Qt.KeyboardModifier.NoModifier)
            self.menu_asked.emit(event.globalPosition().toPoint())
            return
        self._pressed = event.position().toPoint()
        if self._samples[k] not in self._picked or event.modifiers():
            self._pick(k, event.modifiers())
        else:
            self._at = k

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        k = self.index_at(event.position().toPoint())
        if self._pressed is not None and k is not None and not event.modifiers():
            self._pick(k, event.modifiers())
        self._pressed = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._pressed is not None:
            if (at - self._pressed).manhattanLength() >= QApplication.startDragDistance():
                self._drag(self.index_at(self._pressed))
                self._pressed = None
            return
        hover = self.index_at(at)
        if hover != self._hover:
            self._hover = hover
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        k = self.index_at(event.position().toPoint())
        if k is not None:
            self.opened.emit(self._samples[k])

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()

    def _drag(self, k: int | None) -> None:
        if k is None:
            return
        data = QMimeData()
        data.setData(MIME, b"")
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(QPixmap.fromImage(thumbnail(self._samples[k], self._thumb)))
        drag.exec(Qt.DropAction.MoveAction)

    def _pick(self, k: int, modifiers: Qt.KeyboardModifier) -> None:
        self._at = k
        one = self._samples[k]
        if modifiers & Qt.KeyboardModifier.ShiftModifier:
            first, last = sorted((min(self._anchor, len(self._samples) - 1), k))
            self.picked.emit(tuple(self._samples[first:last + 1]), False)
            return
        self._anchor = k
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            mine = [s for s in self._samples if s in self._picked and s is not one]
            self.picked.emit((*mine, *(() if one in self._picked else (one,))), True)
        else:
            self.picked.emit((one,), False)

    # --- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1,
                 Qt.Key.Key_Up: -self._columns, Qt.Key.Key_Down: self._columns}
        if key in steps and self._samples:
            to = 0 if self._at is None else self._at + steps[key]
            if 0 <= to < len(self._samples):
                self._pick(to, event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                return
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
            return
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at is not None:
            self.opened.emit(self._samples[self._at])
            return
        elif key == Qt.Key.Key_A and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.picked.emit(tuple(self._samples), False)
            return
        elif key == Qt.Key.Key_Menu:
            k = self._at or 0
            self.menu_asked.emit(self.mapToGlobal(self.rect_of(k).bottomLeft()))
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            k = self.index_at(event.pos())
            answer = self._wrong.get(self._samples[k], "") if k is not None else ""
            text = tr("⚠ taken for “{answer}”", answer=answer) if answer else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        if event.type() == QEvent.Type.StyleChange:
            self._fit()
        return super().event(event)


def thumbnail(sample: Any, side: int) -> QImage:
    """A small picture of a sample, made once; the whole drawing, so that small and off-centre ones look it."""
    kept = _thumbs.get(sample)
    if kept is None or kept[0] != side:
        kept = (side, small(sample.image, side))
        _thumbs[sample] = kept
    return kept[1]


def small(image: NDArray[np.uint8], side: int) -> QImage:
    """(H, W) uint8 as a picture of ``side`` pixels, in the colours of pictures."""
    rows, columns = image.shape
    whole = QImage(image.data, columns, rows, image.strides[0], QImage.Format.Format_Grayscale8)
    grey = whole.scaled(side, side, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    grey = grey.convertToFormat(QImage.Format.Format_Grayscale8)
    values = np.frombuffer(grey.constBits(), np.uint8).reshape(side, grey.bytesPerLine())[:, :side]
    colours = theme.lut("picture")[values]
    return QImage(colours.data, side, side, colours.strides[0], QImage.Format.Format_RGB32).copy()
