"""Breakpoints over strokes and training steps: which hold now, and which have just begun to.

Nobody's playhead is moved by that. A stroke only says it in the breakpoint's line, and in the window where something
is wrong with the network; a training run is a program that runs, so there a breakpoint that begins to hold stops it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from app.model.breakpoints import CHANGED, DEAD, Breakpoint, known
from app.model.results import Results
from app.model.session import Session
from app.model.stops import Search, made_at, passes, search_of
from app.model.timeline import Playhead, of_lane
from cnncore.errors import CnnError

LATER = 80  # ms: while one draws, and what needs a backward pass
SHARE = 10  # a look waits so many times as long as the last one took: it never takes more than a tenth of the time
BUDGET = 0.02  # seconds of one look; what is left is looked at in the next


@dataclass(frozen=True)
class Holding:
    """What a breakpoint finds in the numbers of now.

    Args:
        count: At how many numbers it holds.
        first: The first of them.
        new: It did not hold before this stroke or training step.
        before: Of one that waits for another answer: the answer before.
    """

    count: int
    first: Playhead
    new: bool = False
    before: int | None = None


@dataclass(frozen=True)
class Notice:
    """A breakpoint that holds since the last stroke or training step.

    Args:
        stop: Which.
        head: Where, to go there.
        before: The answer before; None: there was none.
        step: Of the training run under way; None: it was a stroke.
    """

    stop: Breakpoint
    head: Playhead
    before: int | None = None
    step: int | None = None


class Alarms(QObject):
    """Follows the session; under a moving pen it only starts a timer."""

    changed = Signal()  # other breakpoints hold, or at other numbers
    reached = Signal(object)  # Notice

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._holdings: dict[Breakpoint, Holding] = {}
        self._rest: dict[Breakpoint, int] = {}  # at how many numbers each held when the hand rested last
        self._answer: int | None = None
        self._later, self._soon = QTimer(self), QTimer(self)
        for timer, interval, do in ((self._later, LATER, self._look_later), (self._soon, 0, self._look_soon)):
            timer.setSingleShot(True)
            timer.setInterval(interval)
            timer.timeout.connect(do)
        session.results_changed.connect(self._results)
        session.debug_changed.connect(self._listed)
        session.opened.connect(self._forget)
        self._listed()

    def holding(self, stop: Breakpoint) -> Holding | None:
        """What it finds now; None: nothing."""
        return self._holdings.get(stop)

    # --- following the session

    def _listed(self) -> None:
        """What holds already when a breakpoint is set is no news."""
        stops = set(self.session.document.stops)
        self._rest = {stop: held for stop, held in self._rest.items() if stop in stops}
        self._holdings = {stop: held for stop, held in self._holdings.items() if stop in stops}
        if stops - set(self._rest):
            self._look(rest=True, full=False, quiet=True)
            if any(map(self._back, stops)):
                self._later.start()
        self.changed.emit()

    def _forget(self) -> None:
        self._rest = dict.fromkeys(self._rest, 0)
        self._holdings.clear()
        self._answer = None

    def _results(self, results: Results) -> None:
        if results.blank:
            self._answer = None
        if not self.session.drawing:
            self._soon.start()
        elif self.session.document.stops and not self._later.isActive():
            self._later.start()

    def _look_soon(self) -> None:
        if not self.session.drawing:  # else the end of the stroke asks again
            self._look(rest=True, full="gradients" in vars(self.session.results))
            if any(map(self._back, self.session.document.stops)):
                self._later.start()

    def _look_later(self) -> None:
        self._look(rest=not self.session.drawing, full=not self.session.drawing)

    # --- looking

    def _look(self, rest: bool, full: bool, quiet: bool = False) -> None:
        """Bring it up to date.

        Args:
            rest: No stroke is under way: what has begun to hold is told.
            full: Ask for gradients too.
            quiet: Tell nothing.
        """
        began, session = time.perf_counter(), self.session
        run, results = session.run, session.results
        rest = rest and (run is None or run.at is None)  # looking back at a run is no step of it
        if not session.document.stops:
            self._answer = (None if results.blank else results.order[0]) if rest else self._answer
            return
        before, told, left = dict(self._holdings), list[Notice](), False
        search = search_of(results, session.document.stops)
        for stop in session.document.stops:
            if stop.condition == CHANGED:
                found = self._answered(stop, results)
            elif not stop.on or not stop.condition or results.blank or not known(stop, results.network):
                found = None
            elif self._back(stop) and not full:
                continue
            elif not search.ready(stop, self._lanes(stop), began + BUDGET):
                left = True
                continue
            else:
                found = self._found(stop, search)
            if found is None:
                self._holdings.pop(stop, None)
            else:
                self._holdings[stop] = found
            if rest:
                news = stop in self._rest and not quiet  # what holds when a breakpoint is set is none
                self._rest[stop] = 0 if found is None or stop.condition == CHANGED else found.count
                if found is not None and found.new and news and self._tells(stop):
                    told.append(Notice(stop, found.first, found.before, None if run is None else run.step))
        if rest:
            self._answer = None if results.blank else results.order[0]
        took = time.perf_counter() - began
        self._later.setInterval(1 if left else max(LATER, int(SHARE * 1000 * took)))
        if left:
            self._later.start()
        if before != self._holdings:
            self.changed.emit()
        for notice in told:
            self.reached.emit(notice)

    def _found(self, stop: Breakpoint, search: Search) -> Holding | None:
        count, first = search.count(stop, self._lanes(stop))
        if first is None:
            return None
        if not passes(stop) and stop.condition != DEAD and first.lane == "forward" and not stop.node:
            first = _answer_of(search.results)
        before = self._rest.get(stop, 0)
        more = stop.condition == DEAD and self.session.run is not None and count > before  # each that dies is news
        return Holding(count, first, more or not before)

    def _answered(self, stop: Breakpoint, results: Results) -> Holding | None:
        """While it learns, the answer is expected to change."""
        if not stop.on or self.session.run is not None or results.blank or self._answer is None:
            return None
        changed = results.order[0] != self._answer
        return Holding(1, _answer_of(results), True, self._answer) if changed else None

    def _tells(self, stop: Breakpoint) -> bool:
        """A value over a bound is nothing wrong: a stroke says it in its line only. A run stops for all."""
        if self.session.run is not None:
            return stop.condition != CHANGED and self.session.run.status == "running"
        return not passes(stop) or "isfinite" in stop.condition or "isnan" in stop.condition

    def _lanes(self, stop: Breakpoint) -> tuple[str, ...]:
        """One that asks everywhere asks of what a stroke computes anyway, without a backward pass."""
        if stop.node:
            return (stop.lane,)
        if passes(stop) or stop.condition == DEAD:
            return ("forward", "loss")
        return (self._made(stop),)

    def _back(self, stop: Breakpoint) -> bool:
        """True where it needs a backward pass."""
        if not stop.on or stop.condition in ("", CHANGED):
            return False
        needs = stop.lane in ("backward", "update") if stop.node else False
        return needs or (stop.condition != DEAD and self._made(stop) in ("backward", "update"))

    def _made(self, stop: Breakpoint) -> str:
        try:
            return made_at(stop.condition, self.session.results.network)[0]
        except CnnError:
            return "forward"


def _answer_of(results: Results) -> Playhead:
    """The answer's own number, or the last one of the pass."""
    shape = results.network.shapes[results.network.last]
    return Playhead(results.network.last, (results.order[0],)) if len(shape) == 1 else \
        of_lane(results.network, "forward")[-1].end
