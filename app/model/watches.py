"""What watched expressions come to, now and over strokes and training steps, and breakpoints that a stroke reaches."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QObject, QTimer, Signal

from app.model.breakpoints import CHANGED, DEAD, Breakpoint
from app.model.expression import PASSED, Node, check, evaluate, parse
from app.model.results import Results
from app.model.session import Session
from app.model.stops import Search, passes
from app.model.timeline import Playhead, of_lane
from cnncore.errors import CnnError

KEPT = 200  # numbers of one sparkline
LATER = 80  # ms: what needs a backward pass waits until the hand rests
Reading = float | CnnError


@dataclass(frozen=True)
class Notice:
    """A breakpoint that holds since the last stroke or training step.

    Args:
        stop: Which.
        head: Where, to go there.
        before: The answer before; None: there was none.
    """

    stop: Breakpoint
    head: Playhead
    before: int | None = None


class Watches(QObject):
    """Follows the session. A watch is computed when it is asked for, and once a stroke or a step for its series."""

    changed = Signal()  # other numbers, longer series
    reached = Signal(object)  # Notice

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._series: dict[str, deque[float]] = {}
        self._readings: tuple[Results | None, dict[str, Reading]] = (None, {})
        self._seen: tuple[object, ...] = ()
        self._held: dict[Breakpoint, bool] = {}
        self._answer: int | None = None
        self._due = False  # a stroke or step whose gradients are not in the series yet
        self._later, self._soon = QTimer(self), QTimer(self)
        for timer, interval, do in ((self._later, LATER, self._record_gradients), (self._soon, 0, self._tell)):
            timer.setSingleShot(True)
            timer.setInterval(interval)
            timer.timeout.connect(do)
        session.results_changed.connect(self._results)
        session.debug_changed.connect(self._listed)
        session.opened.connect(self._forget)
        self._listed()

    # --- what they come to

    def add(self, text: str) -> None:
        """Watch one more expression; `CnnError` where it cannot be computed or is no single number."""
        text = text.strip()
        check(text, self.session.results)
        watches = self.session.document.watches
        if text not in watches:
            self.session.set_watches((*watches, text))

    def replace(self, old: str, text: str) -> None:
        """Another expression in the place of one."""
        text = text.strip()
        check(text, self.session.results)
        watches = self.session.document.watches
        after = [text if one == old else one for one in watches if one == old or one != text]
        self.session.set_watches(tuple(after))

    def remove(self, text: str) -> None:
        """Watch it no longer."""
        self.session.set_watches(tuple(one for one in self.session.document.watches if one != text))

    def reading(self, text: str) -> Reading:
        """What it comes to now, or why it cannot be computed."""
        results = self.session.results
        if self._readings[0] is not results:
            self._readings = results, {}
        found = self._readings[1].get(text)
        if found is None:
            found = self._readings[1][text] = _read(text, results)
        return found

    def ready(self, text: str) -> bool:
        """True where a reading costs no backward pass: while one draws, what comes back waits until the hand rests."""
        return not needs_gradients(text) or "gradients" in vars(self.session.results)

    def series(self, text: str) -> list[float]:
        """What it came to after each stroke and training step, NaN where it could not be computed."""
        return list(self._series.get(text, ()))

    # --- following the session

    def _listed(self) -> None:
        watches = self.session.document.watches
        self._series = {text: self._series.get(text) or deque(self._first(text), KEPT) for text in watches}
        stops = set(self.session.document.stops)
        self._held = {stop: held for stop, held in self._held.items() if stop in stops}
        for stop in stops - set(self._held):
            self._held[stop] = self._holds(stop) is not None
        self.changed.emit()

    def _forget(self) -> None:
        self._series.clear()
        self._held.clear()
        self._seen, self._answer = (), None

    def _first(self, text: str) -> list[float]:
        found = self.reading(text)
        return [] if isinstance(found, CnnError) else [found]

    def _results(self, results: Results) -> None:
        if self.session.drawing:
            self.changed.emit()
            return
        if results.blank:
            self._answer = None
        view = results.document
        seen = view.network, view.drawing, view.typed, view.weights, view.muted
        other = not self._seen or any(now is not then for now, then in zip(seen, self._seen, strict=True))
        self._seen = seen
        if other and (self.session.run is None or self.session.run.at is None):  # looking back makes no new number
            for text in self._series:
                if not needs_gradients(text):
                    self._record(text)
            self._due = any(map(needs_gradients, self._series))
        if any(map(needs_gradients, self._series)) and not self._later.isActive():
            self._later.start()
        self._soon.start()
        self.changed.emit()

    def _record(self, text: str) -> None:
        found = self.reading(text)
        self._series[text].append(math.nan if isinstance(found, CnnError) else found)

    def _record_gradients(self) -> None:
        if self.session.drawing:
            self._later.start()
            return
        for text in self._series:
            if needs_gradients(text):
                if self._due:
                    self._record(text)
                self.reading(text)
        self._due = False
        self.changed.emit()

    # --- breakpoints that a stroke reaches

    def _tell(self) -> None:
        """Those that hold now and did not before."""
        if self.session.drawing:  # the end of the stroke asks again
            return
        results, before = self.session.results, self._answer
        answer = None if results.blank else results.order[0]
        self._answer = answer
        for stop in self.session.document.stops:
            if stop.condition == CHANGED:
                stroke = self.session.run is None  # while it learns, the answer is expected to change
                if stop.on and stroke and before is not None and answer is not None and answer != before:
                    self.reached.emit(Notice(stop, _answered(results), before))
                continue
            found = self._holds(stop)
            held, self._held[stop] = self._held.get(stop, False), found is not None
            if found is not None and not held:
                self.reached.emit(Notice(stop, found))

    def _holds(self, stop: Breakpoint) -> Playhead | None:
        """Where one holds that is about the whole network, about a dead map, or about what is no number."""
        results = self.session.results
        if not stop.on or not stop.condition or stop.condition == CHANGED or results.blank:
            return None
        try:
            if stop.condition == DEAD or passes(stop):
                if stop.condition != DEAD and "isfinite" not in stop.condition and "isnan" not in stop.condition:
                    return None
                return Search(results, (stop,)).next(None, of_lane(results.network, "forward")[-1].end)
            return _answered(results) if bool(evaluate(stop.condition, results).reshape(-1)[0]) else None
        except CnnError:
            return None


@lru_cache(maxsize=256)
def needs_gradients(text: str) -> bool:
    """True where an expression is about more than the forward pass."""
    return _has_gradient(parse(text))


def _has_gradient(tree: object) -> bool:
    if isinstance(tree, tuple):
        return any(map(_has_gradient, tree))
    return isinstance(tree, Node) and (tree.what in PASSED or _has_gradient(tree.parts))


def _read(text: str, results: Results) -> Reading:
    try:
        found = evaluate(text, results)
        if found.size != 1:
            check(text, results)
        return float(found.reshape(()))
    except CnnError as error:
        return error


def _answered(results: Results) -> Playhead:
    """The answer's own number, or the last one of the pass."""
    shape = results.network.shapes[results.network.last]
    return Playhead(results.network.last, (results.order[0],)) if len(shape) == 1 else \
        of_lane(results.network, "forward")[-1].end
