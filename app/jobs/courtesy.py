"""Lets a worker step aside while the GUI has something to do.

Python threads share one lock. While the GUI paints, a busy worker takes it back at every chance, and each time the GUI
waits up to a switch interval: a frame of 5 ms takes 15. Between two of its steps the worker therefore asks here.
"""

from __future__ import annotations

import threading
import time

from PySide6.QtCore import QAbstractEventDispatcher, QEvent, QObject
from PySide6.QtWidgets import QApplication

PATIENCE = 0.03  # seconds that one busy spell of the GUI may hold a worker up


class Courtesy(QObject):
    """Follows the event loop of the thread that makes it: it sleeps, or it has been busy since a time.

    The loop counts as asleep in its turn for timers; what is done there and must not be disturbed says `hold`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._idle = threading.Event()
        self._idle.set()
        self._since = 0.0
        self._held = False
        dispatcher = QAbstractEventDispatcher.instance()
        if dispatcher is not None:
            dispatcher.aboutToBlock.connect(self._sleeps)
            dispatcher.awake.connect(self._wakes)

    def wait(self) -> None:
        """From a worker: return when the event loop sleeps, or has been busy for longer than `PATIENCE`."""
        if not self._idle.is_set():
            left = PATIENCE - (time.monotonic() - self._since)
            if left > 0:
                self._idle.wait(left)

    def hold(self) -> None:
        """Count as busy until `release`. From any thread."""
        self._held = True
        self._wakes()

    def release(self) -> None:
        """What waits to be painted is painted now, by itself Qt would do it 5 ms later; then the loop is as it is."""
        for window in QApplication.topLevelWidgets() if QApplication.instance() else ():
            if window.isVisible():
                QApplication.sendEvent(window, QEvent(QEvent.Type.UpdateRequest))
        self._held = False

    def _sleeps(self) -> None:
        if not self._held:
            self._idle.set()

    def _wakes(self) -> None:
        if self._idle.is_set():
            self._since = time.monotonic()
            self._idle.clear()
