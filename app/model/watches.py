"""What watched expressions come to, now and over strokes and training steps."""

from __future__ import annotations

import math
from collections import deque
from functools import lru_cache
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app.i18n import N_
from app.model.expression import check, evaluate
from app.model.expression_place import map_of, place_of
from app.model.expression_tree import PASSED, Node, parse
from app.model.results import Results
from app.model.session import Session
from cnncore.errors import CnnError
from cnncore.op import Array

KEPT = 200  # numbers of one sparkline
LATER = 80  # ms: what needs a backward pass waits until the hand rests
Reading = float | CnnError
Row = TypeVar("Row")


class Watches(QObject):
    """Follows the session. A watch is computed when it is asked for, and once a stroke or a step for its series."""

    changed = Signal()  # other numbers, longer series

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._series: dict[str, deque[float]] = {}
        self._learned: dict[str, deque[bool]] = {}  # which of them are training steps
        self._readings: tuple[Results | None, dict[str, Reading]] = (None, {})
        self._maps: set[str] = set()
        self._network: object = session.results.network
        self._seen: tuple[object, ...] = ()
        self._due = False  # a stroke or step whose gradients are not in the series yet
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER)
        self._later.timeout.connect(self._record_gradients)
        session.results_changed.connect(self._results)
        session.debug_changed.connect(self._listed)
        session.opened.connect(self._forget)
        self._listed()

    # --- what they come to

    def add(self, text: str) -> None:
        """Watch one more expression; `CnnError` where it cannot be computed, or is many numbers and no map."""
        text = text.strip()
        self._check(text)
        watches = self.session.document.watches
        if text not in watches:
            self.session.set_watches((*watches, text))

    def replace(self, old: str, text: str) -> None:
        """Another expression in the place of one."""
        text = text.strip()
        self._check(text)
        watches = self.session.document.watches
        after = [text if one == old else one for one in watches if one == old or one != text]
        self.session.set_watches(tuple(after))

    def remove(self, text: str) -> None:
        """Watch it no longer."""
        self.session.set_watches(tuple(one for one in self.session.document.watches if one != text))

    def move(self, text: str, by: int) -> None:
        """Some lines up (below 0) or down."""
        self.session.set_watches(moved(self.session.document.watches, text, by))

    def go(self, text: str) -> None:
        """Stand at the number that it names; `CnnError` where there is none."""
        head = place_of(text, self.session.results)
        if head is None:
            raise CnnError("watch.place", N_("{expression} names no number of this network to go to."), expression=text)
        self.session.select(head)

    def _check(self, text: str) -> None:
        if map_of(text, self.session.results) is None:
            check(text, self.session.results)

    def picture(self, text: str) -> Array | None:
        """(rows, columns) of a watched map; None where it is a single number, or cannot be computed."""
        if text not in self._maps:
            return None
        try:
            return map_of(text, self.session.results)
        except CnnError:
            return None

    def reading(self, text: str) -> Reading:
        """What it comes to now, of a map its mean; or why it cannot be computed."""
        results = self.session.results
        if self._readings[0] is not results:
            self._readings = results, {}
        found = self._readings[1].get(text)
        if found is None:
            found = self._readings[1][text] = _read(text, results, text in self._maps)
        return found

    def ready(self, text: str) -> bool:
        """True where a reading costs no backward pass: while one draws, what comes back waits until the hand rests."""
        return not needs_gradients(text) or "gradients" in vars(self.session.results)

    def series(self, text: str) -> list[float]:
        """What it came to after each stroke and training step, NaN where it could not be computed."""
        return list(self._series.get(text, ()))

    def learned(self, text: str) -> list[bool]:
        """Which numbers of its series belong to training steps."""
        return list(self._learned.get(text, ()))

    # --- following the session

    def _listed(self) -> None:
        watches = self.session.document.watches
        self._maps = {text for text in watches if _is_map(text, self.session.results)}
        self._readings = None, {}
        self._series = {text: self._series.get(text) or deque(self._first(text), KEPT) for text in watches}
        self._learned = {text: self._learned.get(text) or deque([False] * len(series), KEPT)
                         for text, series in self._series.items()}
        self.changed.emit()

    def _forget(self) -> None:
        self._series.clear()
        self._learned.clear()
        self._seen = ()

    def _first(self, text: str) -> list[float]:
        found = self.reading(text)
        return [] if isinstance(found, CnnError) else [found]

    def _results(self, results: Results) -> None:
        if results.network is not self._network:
            self._network = results.network
            self._maps = {text for text in self._series if _is_map(text, results)}
        if self.session.drawing:
            self.changed.emit()
            return
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
        self.changed.emit()

    def _record(self, text: str) -> None:
        found = self.reading(text)
        self._series[text].append(math.nan if isinstance(found, CnnError) else found)
        self._learned[text].append(self.session.run is not None)

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


@lru_cache(maxsize=256)
def needs_gradients(text: str) -> bool:
    """True where an expression is about more than the forward pass."""
    return _has_gradient(parse(text))


def _has_gradient(tree: object) -> bool:
    if isinstance(tree, tuple):
        return any(map(_has_gradient, tree))
    return isinstance(tree, Node) and (tree.what in PASSED or _has_gradient(tree.parts))


def _read(text: str, results: Results, picture: bool) -> Reading:
    try:
        found = evaluate(text, results)
        if picture and found.size > 1:
            return float(found.mean())
        if found.size != 1:
            check(text, results)
        return float(found.reshape(()))
    except CnnError as error:
        return error


def _is_map(text: str, results: Results) -> bool:
    try:
        return map_of(text, results) is not None
    except CnnError:
        return False


def moved(rows: tuple[Row, ...], row: Row, by: int) -> tuple[Row, ...]:
    """The same rows with one of them some places further down, or up where ``by`` is below 0."""
    if row not in rows:
        return rows
    others = [one for one in rows if one != row]
    others.insert(min(max(rows.index(row) + by, 0), len(others)), row)
    return tuple(others)
