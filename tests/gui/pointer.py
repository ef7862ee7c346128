"""A pointer for tests: under a screen with a real one, `qtbot.mouseMove` arrives late or not at all."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget


def hover(widget: QWidget, *points: QPoint | QPointF) -> None:
    """Move over these points of a widget, no button pressed."""
    none = Qt.MouseButton.NoButton
    for point in points:
        place = QPointF(point)
        everywhere = QPointF(widget.mapToGlobal(place.toPoint()))
        move = QMouseEvent(QEvent.Type.MouseMove, place, everywhere, none, none, Qt.KeyboardModifier.NoModifier)
        QCoreApplication.sendEvent(widget, move)
