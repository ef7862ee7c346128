"""Runs any generator off the GUI thread: each yield is progress, and a place to pause or cancel."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QThread, QTimer, Signal

from app.jobs.courtesy import Courtesy

INTERVAL = 0.04  # seconds between two reports: 25 Hz is more than an eye follows, and leaves the GUI its frames

_alive: set[Worker] = set()


class Worker(QThread):
    """One generator in one thread: created, advanced and closed there, never elsewhere.

    All signals are sent in the thread that made the worker, and none after `cancel`. Of reports only the newest
    arrives: while one waits to be read, later ones replace it, so a slow GUI is never flooded. A worker that stands
    still (pause, step, end, failure) has always reported where.

    Args:
        make: Gives the generator; called in the thread.
        render: Makes from what was yielded what is reported; called in the thread, at most once an ``interval``.
        paused: Wait before the first advance.
        interval: Seconds between two reports.
    """

    moved = Signal(object)  # the newest report
    halted = Signal()  # stands still, after a pause or a step
    completed = Signal()  # the generator came to its end
    failed = Signal(object)  # the exception that it raised
    _knocked = Signal()

    def __init__(self, make: Callable[[], Iterator[Any]], render: Callable[[Any], object] | None = None,
                 paused: bool = False, interval: float = INTERVAL) -> None:
        super().__init__()
        self._make, self._render, self._interval = make, render or (lambda item: item), interval
        self._gate = threading.Condition()
        self._paused, self._steps, self._cancelled = paused, 0, False
        self._report: list[object] = []  # at most one, the newest that nobody has read yet
        self._facts: list[tuple[str, object]] = []
        self._sent = -interval
        self._courtesy = Courtesy()
        self._knocked.connect(self._hear)
        self.finished.connect(self._forget)

    # --- from the GUI thread

    def begin(self) -> None:
        """Start the thread, and keep the worker alive until it ends."""
        _alive.add(self)
        self.start()

    def pause(self) -> None:
        """Stand still after the advance that is under way."""
        with self._gate:
            self._paused, self._steps = True, 0

    def resume(self) -> None:
        """Go on."""
        with self._gate:
            self._paused, self._steps = False, 0
            self._gate.notify_all()

    def step(self) -> None:
        """Advance once more, then stand still."""
        with self._gate:
            self._paused = True
            self._steps += 1
            self._gate.notify_all()

    def cancel(self) -> None:
        """Close the generator after the advance that is under way; nothing is reported any more."""
        with self._gate:
            self._cancelled = True
            self._gate.notify_all()

    def close(self) -> None:
        """Cancel, and wait until the thread is gone."""
        self.cancel()
        self.wait()
        _alive.discard(self)

    # --- in the thread

    def run(self) -> None:
        """The thread's body; not to be called."""
        generator: Iterator[Any] | None = None
        unsent: list[object] = []  # the newest item, until it is reported
        try:
            generator = self._make()
            going = self._hold(unsent)
            while going:
                unsent[:] = [next(generator)]
                if time.monotonic() - self._sent >= self._interval:
                    self._send(unsent)
                going = self._hold(unsent)
        except StopIteration:
            self._send(unsent, ("completed", None))
        except Exception as error:
            self._send(unsent, ("failed", error))
        finally:
            close = getattr(generator, "close", None)
            if close is not None:
                close()

    def _hold(self, unsent: list[object]) -> bool:
        """Wait while paused; False when cancelled."""
        self._courtesy.wait()
        with self._gate:
            still = self._paused and not self._steps and not self._cancelled
        if still:
            self._send(unsent, ("halted", None))
        with self._gate:
            while still and self._paused and not self._steps and not self._cancelled:
                self._gate.wait()
            self._steps -= bool(self._steps)
            return not self._cancelled

    def _send(self, unsent: list[object], fact: tuple[str, object] | None = None) -> None:
        report = [self._render(item) for item in unsent]
        unsent.clear()
        self._sent = time.monotonic()
        with self._gate:
            known = bool(self._report or self._facts)
            self._report = report or self._report
            self._facts += [fact] if fact else []
        if not known:
            self._courtesy.hold()
            self._knocked.emit()

    # --- back in the GUI thread

    def _hear(self) -> None:
        # Told in one turn of the loop, painted in a later one: two short halts of the window, not one long. Timers that
        # have become due come between, for 1 ms is later than theirs.
        QTimer.singleShot(0, self, self._tell)

    def _tell(self) -> None:
        with self._gate:
            report, facts = self._report, self._facts
            self._report, self._facts = [], []
        for name, value in [("moved", item) for item in report] + facts:
            if self._cancelled:
                break
            signal = getattr(self, name)
            signal.emit(value) if name in ("moved", "failed") else signal.emit()
        QTimer.singleShot(1, self, self._courtesy.release)

    def _forget(self) -> None:
        self.wait()
        QTimer.singleShot(0, lambda: _alive.discard(self))  # not from its own signal: it may be the last to hold it


def close_all() -> None:
    """Cancel every worker and wait: a thread that outlives the program would abort it."""
    for worker in list(_alive):
        worker.close()


atexit.register(close_all)
