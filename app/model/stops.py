"""Breakpoints: where the debugger stops by itself, and the search for the next place where one holds.

A breakpoint is a stretch of the timeline (stop when it begins), a condition over ``value`` on a stretch or on all of
them (stop at the first number where it holds), or a condition over the whole network (stop when a pass has ended).
"""

from __future__ import annotations

import numpy as np

from app.i18n import N_
from app.model.breakpoints import CHANGED, DEAD, Breakpoint, known
from app.model.expression import check, evaluate, names_of, parse
from app.model.frames import array_of
from app.model.results import Results
from app.model.timeline import Playhead, Stretch, stretch_of, timeline
from cnncore.errors import CnnError
from cnncore.op import Array


def checked(stop: Breakpoint, results: Results) -> Breakpoint:
    """The same, or `CnnError` where its place or its condition cannot be."""
    if not known(stop, results.network):
        raise CnnError("breakpoint.place", N_("There is no step called {name} in this network."), name=stop.place)
    if not stop.node and not stop.condition:
        raise CnnError("breakpoint.empty", N_("A breakpoint needs a layer or a condition."))
    if stop.condition and stop.condition not in (DEAD, CHANGED):
        check(stop.condition, results, passing=True)
    return stop


def passes(stop: Breakpoint) -> bool:
    """True where it asks about each number that is passed, not about the network as a whole."""
    return stop.condition not in ("", DEAD, CHANGED) and "value" in names_of(parse(stop.condition))


def holds(stop: Breakpoint, results: Results, stretch: Stretch) -> Array:
    """(size of the stretch,) True for every number at which the breakpoint stops."""
    total = stretch.maps * stretch.size
    out = np.zeros(total, bool)
    if not stop.on or not stop.covers(stretch) or stop.condition == CHANGED:  # a stroke tells that
        return out
    if not stop.condition:
        out[0] = True
    elif stop.condition == DEAD:
        if stretch.lane == "forward" and results.network.node(stretch.node).op.kind == "relu":
            maps: Array = array_of(results, stretch.start).reshape(stretch.maps, stretch.size)
            out.reshape(stretch.maps, stretch.size)[:, -1] = ~maps.any(axis=1)
    elif passes(stop):
        values: Array = array_of(results, stretch.start).astype(np.float64).reshape(-1)
        found = evaluate(stop.condition, results, values)
        out[:] = np.broadcast_to(found.reshape(-1), out.shape) != 0 if found.size in (1, total) else False
    else:  # about the whole network: known when the last number of the forward pass is made
        forward = [one for one in timeline(results.network) if one.lane == "forward"]
        if stretch == (forward[-1] if not stop.node else stretch):
            out[-1] = bool(evaluate(stop.condition, results).reshape(-1)[0])
    return out


class Search:
    """Looks for stops in one network's numbers; each stretch is looked at once, as an array.

    A layer of a million cells costs one pass over it, and nothing at the next step through it.

    Args:
        results: Where.
        stops: For what.
    """

    def __init__(self, results: Results, stops: tuple[Breakpoint, ...]) -> None:
        self.results, self.stops = results, stops
        self._order = timeline(results.network)
        self._places = {stretch.key: k for k, stretch in enumerate(self._order)}
        self._active = [stop for stop in stops if stop.on and known(stop, results.network)]
        self._hits: dict[int, Array] = {}

    def hits(self, k: int) -> Array:
        """Places, in order, in the k-th stretch at which one of the breakpoints stops."""
        if k not in self._hits:
            stretch = self._order[k]
            found = np.zeros(stretch.maps * stretch.size, bool)
            for stop in self._active:
                if stop.covers(stretch):
                    try:
                        found |= holds(stop, self.results, stretch)
                    except CnnError:  # it names what this network has not: the strip says so
                        continue
            self._hits[k] = np.flatnonzero(found)
        return self._hits[k]

    def next(self, head: Playhead | None, upto: Playhead | None = None) -> Playhead | None:
        """The first number after ``head`` (None: from the very first) at which one stops, up to and with ``upto``."""
        if not self._active:
            return None
        k, place = (0, -1) if head is None else self._at(head, (0, -1))
        last, end = self._at(upto, (len(self._order), -1)) if upto is not None else (len(self._order) - 1, None)
        for n in range(k, min(last, len(self._order) - 1) + 1):
            found = self.hits(n)
            if n == k:
                found = found[np.searchsorted(found, place, side="right"):]
            if found.size:
                first = int(found[0])
                return None if n == last and end is not None and first > end else self._head(n, first)
        return None

    def before(self, head: Playhead | None) -> Playhead | None:
        """The last number before ``head`` at which one stops."""
        if not self._active or head is None:
            return None
        k, place = self._at(head, (-1, 0))
        for n in range(k, -1, -1):
            found = self.hits(n)
            if n == k:
                found = found[:np.searchsorted(found, place, side="left")]
            if found.size:
                return self._head(n, int(found[-1]))
        return None

    def _at(self, head: Playhead, nowhere: tuple[int, int]) -> tuple[int, int]:
        k = self._places.get(head.stretch)
        return nowhere if k is None else (k, self._order[k].place(head))

    def _head(self, k: int, place: int) -> Playhead:
        return self._order[k].at(*divmod(place, self._order[k].size))


def next_stop(results: Results, head: Playhead, stops: tuple[Breakpoint, ...], back: bool = False) -> Playhead | None:
    """The first number after ``head`` (``back``: the last before it) at which a breakpoint stops; None: there is none.
    """
    search = Search(results, stops)
    return search.before(head) if back else search.next(head)


def stopping(results: Results, head: Playhead, stops: tuple[Breakpoint, ...]) -> Breakpoint | None:
    """The breakpoint that holds at the number at ``head``."""
    stretch = stretch_of(results.network, head)
    if stretch is None:
        return None
    for stop in stops:
        try:
            if stop.on and stop.covers(stretch) and holds(stop, results, stretch)[stretch.place(head)]:
                return stop
        except CnnError:
            continue
    return None
