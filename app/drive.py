"""Drives the real window as a person does: mouse and key events, each followed until it is painted.

The demonstration and the benchmarks use it; it needs a window that is shown, on any platform, offscreen too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.widgets.draw_canvas import DrawCanvas

NONE, LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
KINDS = {
    "press": QEvent.Type.MouseButtonPress,
    "move": QEvent.Type.MouseMove,
    "release": QEvent.Type.MouseButtonRelease,
}


def mouse(widget: QWidget, kind: str, at: QPointF) -> None:
    """Send one left-button event at a position that may lie between pixels."""
    button = NONE if kind == "move" else LEFT
    held = NONE if kind == "release" else LEFT
    event = QMouseEvent(KINDS[kind], at, QPointF(widget.mapToGlobal(at)), button, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


def click(widget: QWidget, at: QPointF) -> None:
    """Press and release."""
    for kind in ("press", "release"):
        mouse(widget, kind, at)
    settle()


def key(widget: QWidget, code: Qt.Key, text: str = "") -> None:
    """Press and release a key on a widget."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, text))
    settle()


def settle() -> None:
    """Handle everything that is waiting: layouts, signals, paints."""
    for _ in range(3):
        QApplication.sendPostedEvents()
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)


def draw(canvas: DrawCanvas, strokes: Iterable[np.ndarray]) -> list[float]:
    """Draw strokes of (n, 2) points x, y in 0..1; milliseconds from each move to everything painted."""
    times = []
    for stroke in strokes:
        points = [canvas.at(float(x) * canvas.side, float(y) * canvas.side) for x, y in stroke]
        mouse(canvas, "press", points[0])
        for point in points[1:]:
            start = time.perf_counter()
            mouse(canvas, "move", point)
            QApplication.sendPostedEvents()
            QApplication.processEvents()
            times.append(1000 * (time.perf_counter() - start))
        mouse(canvas, "release", points[-1])
        settle()
    return times


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Let the program run until ``done`` or the time is over; whether it is done."""
    end = time.monotonic() + seconds
    beat = QTimer()  # wakes the loop, which sleeps between events as it does under `exec`
    beat.start(20)
    while not done():
        if time.monotonic() > end:
            return False
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    beat.stop()
    settle()
    return True


class Painted(QObject):
    """Counts the paint events of a widget: proof that a time includes the painting."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watch, never stop."""
        self.count += event.type() == QEvent.Type.Paint
        return False
