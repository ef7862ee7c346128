"""A square to draw on: white ink on black, anti-aliased, in a NumPy buffer that Qt paints from."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme
from cnncore.data.strokes import paint

Box = tuple[int, int, int, int]


FADED = 0.4


class DrawCanvas(QWidget):
    """Shows a picture and lets a person draw on a copy of it; what was drawn leaves by signals.

    Args:
        side: Pixels of the picture along each edge, whatever the size of the widget.
    """

    stroke_moved = Signal(object)  # (side, side) uint8, the live buffer: copy it to keep it
    stroke_ended = Signal(object)  # a copy
    stroke_dropped = Signal()
    brush_turned = Signal(float)  # by the wheel with Ctrl
    key_typed = Signal(str)
    pointer_moved = Signal(bool)  # inside or not

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.side = side
        self.radius = 10.0
        self.erasing = False
        self.typed_keys: frozenset[str] = frozenset()
        self._fresh = False
        self._picture = np.zeros((side, side), np.uint8)
        self._buffer = self._picture.copy()
        self._image = self._wrap(self._buffer)
        self._last: tuple[float, float] | None = None
        self._pointer: QPointF | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self.setProperty("own_focus", True)

    # --- size

    def sizeHint(self) -> QSize:
        return QSize(self.side, self.side)

    @property
    def square(self) -> QRectF:
        """Where the picture lies in the widget."""
        edge = min(self.width(), self.height())
        return QRectF((self.width() - edge) / 2, 0, edge, edge)

    def at(self, x: float, y: float) -> QPointF:
        """Widget position of a picture position, both in pixels from the top left."""
        scale = self.square.width() / self.side
        return QPointF(self.square.left() + x * scale, self.square.top() + y * scale)

    def _to_picture(self, position: QPointF) -> tuple[float, float]:
        scale = self.side / self.square.width()
        return (position.x() - self.square.left()) * scale, (position.y() - self.square.top()) * scale

    # --- the picture

    @property
    def drawing(self) -> bool:
        """True between press and release."""
        return self._last is not None

    def set_picture(self, picture: np.ndarray) -> None:
        """Show another picture; an unfinished stroke is dropped."""
        if picture is self._picture and not self.drawing:
            return
        self._picture = picture
        self._last = None
        self._fresh = False
        np.copyto(self._buffer, picture)
        self.update()

    def begin_anew(self) -> None:
        """The drawing is done with: it fades, and the next stroke of the pen starts an empty canvas."""
        self._fresh = bool(self._picture.any())
        self.update()

    def set_brush(self, radius: float, erasing: bool) -> None:
        """Radius in picture pixels."""
        self.radius, self.erasing = radius, erasing
        self.update()

    def _wrap(self, array: np.ndarray) -> QImage:
        return QImage(array.data, self.side, self.side, array.strides[0], QImage.Format.Format_Grayscale8)

    # --- strokes

    def _press(self, position: QPointF, radius: float, erase: bool) -> None:
        if self._fresh and not erase:
            self._buffer[:] = 0
        self._fresh = False
        self._last = self._to_picture(position)
        self._segment(self._last, radius, erase)

    def _drag(self, position: QPointF, radius: float, erase: bool) -> None:
        self._segment(self._to_picture(position), radius, erase)

    def _segment(self, to: tuple[float, float], radius: float, erase: bool) -> None:
        if self._last is None:
            return
        paint(self._buffer, self._last, to, radius, erase)
        self._last = to
        self.update()
        self.stroke_moved.emit(self._buffer)

    def _release(self) -> None:
        if self._last is not None:
            self._last = None
            self.stroke_ended.emit(self._buffer.copy())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._press(event.position(), self.radius, self.erasing)
        elif event.button() == Qt.MouseButton.RightButton:
            self._press(event.position(), self.radius, not self.erasing)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if event.buttons():
            erase = self.erasing != bool(event.buttons() & Qt.MouseButton.RightButton)
            self._drag(event.position(), self.radius, erase)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._release()

    def tabletEvent(self, event: QTabletEvent) -> None:
        radius = self.radius * (0.4 + 0.6 * event.pressure())
        erase = self.erasing or event.pointerType() == QPointingDevice.PointerType.Eraser
        self._pointer = event.position()
        if event.type() == QEvent.Type.TabletPress:
            self._press(event.position(), radius, erase)
        elif event.type() == QEvent.Type.TabletMove and event.buttons():
            self._drag(event.position(), radius, erase)
        elif event.type() == QEvent.Type.TabletRelease:
            self._release()
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.brush_turned.emit(math.copysign(1.0, event.angleDelta().y()))
        else:
            event.ignore()

    def enterEvent(self, event: QEvent) -> None:
        self.pointer_moved.emit(True)

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.pointer_moved.emit(False)
        self.update()

    # --- keys

    def event(self, event: QEvent) -> bool:
        """Keys that name a class are the canvas's while it has the focus, before any shortcut."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._typed(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.drawing:
            self._last = None
            np.copyto(self._buffer, self._picture)
            self.update()
            self.stroke_dropped.emit()
        elif self._typed(event):
            self.key_typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def _typed(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        return plain and event.text() in self.typed_keys and bool(event.text())

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.square, theme.color("canvas"))
        painter.setOpacity(FADED if self._fresh else 1.0)
        painter.drawImage(self.square, self._image)
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._pointer is not None and self.square.contains(self._pointer):
            edge = self.radius * self.square.width() / self.side
            for colour, width in (("panel", 2.5), ("ink", 1.0)):
                painter.setPen(QPen(theme.color(colour), width))
                painter.drawEllipse(self._pointer, edge, edge)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRect(self.square.adjusted(1, 1, -1, -1))
