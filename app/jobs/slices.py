"""Runs a generator on the GUI thread, a slice at a time: for work that paints widgets. The window stays alive."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.model.results import SILENT

SLICE = 0.010  # seconds of work between two looks at what the person does
PAUSE_MS = 1


class Slices(QObject):
    """One generator at a time: each yield is progress, and a place to stop."""

    moved = Signal(object)  # what was yielded last in a slice
    completed = Signal(object)  # what the generator returned
    failed = Signal(object)  # the exception that it raised
    ended = Signal()  # after any of these, and after cancel

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Generator[Any, None, Any] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._turn)

    @property
    def running(self) -> bool:
        """True from `begin` to the end."""
        return self._job is not None

    def begin(self, job: Generator[Any, None, Any]) -> None:
        """Start; what was running is cancelled."""
        self.cancel()
        self._job = job
        self._timer.start(0)

    def cancel(self) -> None:
        """Close the generator where it stands. Nothing is reported but the end."""
        if self._job is not None:
            self._stop().close()
            self.ended.emit()

    def _stop(self) -> Generator[Any, None, Any]:
        job, self._job = self._job, None
        self._timer.stop()
        assert job is not None
        return job

    @SILENT
    def _turn(self) -> None:
        end = time.perf_counter() + SLICE
        item: object = None
        try:
            while True:
                assert self._job is not None
                item = next(self._job)
                if time.perf_counter() >= end:
                    break
        except StopIteration as stopped:
            self._stop()
            self.completed.emit(stopped.value)
            self.ended.emit()
            return
        except Exception as error:
            self._stop()
            self.failed.emit(error)
            self.ended.emit()
            return
        self._timer.start(PAUSE_MS)
        self.moved.emit(item)
