"""Breakpoints: where the debugger stops by itself, and the search for the next place where one holds.

A breakpoint is a stretch of the timeline (stop when it begins), a condition over ``value`` on a stretch or on all of
them (stop at the first number where it holds), or a condition over the whole network (stop when all that it asks about
has been made).
"""

from __future__ import annotations

import time
from functools import lru_cache

import numpy as np

from app.i18n import N_
from app.model.breakpoints import CHANGED, DEAD, Breakpoint, known
from app.model.expression import check, evaluate
from app.model.expression_tree import names_of, parse, references
from app.model.frames import array_of
from app.model.results import Results
from app.model.timeline import LOSS, Playhead, Stretch, came_back, of_lane, stretch_of, timeline
from cnncore.errors import CnnError
from cnncore.network import INPUT, Network
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


@lru_cache(maxsize=64)
def made_at(condition: str, network: Network) -> tuple[str, str, str]:
    """The stretch with which the last thing that a condition asks about is made; at least the end of the forward pass.
    """
    order = timeline(network)
    places = {stretch.key: k for k, stretch in enumerate(order)}
    last = len(of_lane(network, "forward")) - 1
    for what, name in references(parse(condition)):
        node, _, target = name.partition(".")
        key: tuple[str, str, str] | None = None
        if what == "updated":
            key = ("update", node, target)
        elif what == "grad" and target:
            key = ("backward", node, target)
        elif what == "grad":
            shape = network.shapes.get(node)
            head = None if shape is None or node == INPUT else came_back(network, node, (0,) * len(shape))
            key = None if head is None else head.stretch
        elif name == "loss" and name not in network.shapes:
            key = ("loss", LOSS, "output")
        last = max(last, places.get(key, 0) if key is not None else 0)
    return order[last].key


def holds(stop: Breakpoint, results: Results, stretch: Stretch) -> Array:
    """Where in a stretch the breakpoint stops: places in order, or (size of the stretch,) booleans."""
    none = np.zeros(0, np.intp)
    if not stop.on or not stop.covers(stretch) or stop.condition == CHANGED:  # a stroke tells that
        return none
    if not stop.condition:
        return np.zeros(1, np.intp)
    if stop.condition == DEAD:
        if stretch.lane != "forward" or results.network.node(stretch.node).op.kind != "relu":
            return none
        maps: Array = array_of(results, stretch.start).reshape(stretch.maps, stretch.size)
        dead: Array = (np.flatnonzero(~maps.any(axis=1)) + 1) * stretch.size - 1  # known when the map is done
        return dead
    if passes(stop):
        values: Array = array_of(results, stretch.start).astype(np.float64).reshape(-1)
        found = evaluate(stop.condition, results, values).reshape(-1)
        if found.size not in (1, values.size):
            return none
        mask: Array = np.broadcast_to(found != 0, values.shape)
        return mask
    asked = stretch.key == made_at(stop.condition, results.network) if not stop.node else True
    holding = asked and bool(evaluate(stop.condition, results).reshape(-1)[0])
    return np.array([stretch.maps * stretch.size - 1]) if holding else none


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
        self._found: dict[tuple[int, Breakpoint], Array] = {}

    def found(self, k: int, stop: Breakpoint) -> Array:
        """Where in the k-th stretch one stops; see `holds`."""
        if (k, stop) not in self._found:
            try:
                made = holds(stop, self.results, self._order[k])
            except CnnError:  # it names what this network has not: the strip says so
                made = np.zeros(0, np.intp)
            self._found[k, stop] = made
        return self._found[k, stop]

    def next(self, head: Playhead | None, upto: Playhead | None = None, own: bool = False) -> Playhead | None:
        """The first number after ``head`` (None: from the very first) at which one stops, up to and with ``upto``.

        Args:
            head: From where.
            upto: To where; None: to the end of the timeline.
            own: ``head`` itself counts too.
        """
        k, place = (0, -1) if head is None else self._at(head, (0, -1))
        last, end = (len(self._order) - 1, None) if upto is None else self._at(upto, (-1, -1))
        begin = place if own else place + 1
        for n in range(k, last + 1):
            size = self._size(n)
            stop = end + 1 if n == last and end is not None else size
            first = [_first(self.found(n, one), begin if n == k else 0, stop) for one in self._covering(n)]
            there = [at for at in first if at is not None]
            if there:
                return self._head(n, min(there))
        return None

    def before(self, head: Playhead | None, downto: Playhead | None = None, own: bool = False) -> Playhead | None:
        """The last number before ``head`` at which one stops, down to and with ``downto``; see `next`."""
        if head is None:
            return None
        k, place = self._at(head, (-1, 0))
        first, begin = (0, 0) if downto is None else self._at(downto, (0, 0))
        end = place + 1 if own else place
        for n in range(k, first - 1, -1):
            start, stop = begin if n == first else 0, end if n == k else self._size(n)
            last = [_last(self.found(n, one), start, stop) for one in self._covering(n)]
            there = [at for at in last if at is not None]
            if there:
                return self._head(n, max(there))
        return None

    def at(self, head: Playhead) -> Breakpoint | None:
        """The one that stops at a number."""
        k = self._places.get(head.stretch)
        if k is None:
            return None
        place = self._order[k].place(head)
        return next((one for one in self._covering(k) if _first(self.found(k, one), place, place + 1) is not None),
                    None)

    def ready(self, stop: Breakpoint, lanes: tuple[str, ...], until: float) -> bool:
        """Look at all stretches of some lanes, or at as many as there is time for; True: at all of them."""
        for k, stretch in enumerate(self._order):
            if stretch.lane in lanes and stop.covers(stretch) and (k, stop) not in self._found:
                if time.perf_counter() > until:
                    return False
                self.found(k, stop)
        return True

    def count(self, stop: Breakpoint, lanes: tuple[str, ...]) -> tuple[int, Playhead | None]:
        """At how many numbers of some lanes one stops, and at which first."""
        total, head = 0, None
        for k, stretch in enumerate(self._order):
            if stretch.lane in lanes and stop.covers(stretch):
                found = self.found(k, stop)
                total += int(np.count_nonzero(found)) if found.dtype == np.bool_ else found.size
                if head is None and total:
                    first = _first(found, 0, self._size(k))
                    head = None if first is None else self._head(k, first)
        return total, head

    def _covering(self, k: int) -> list[Breakpoint]:
        return [stop for stop in self._active if stop.covers(self._order[k])]

    def _size(self, k: int) -> int:
        return self._order[k].maps * self._order[k].size

    def _at(self, head: Playhead, nowhere: tuple[int, int]) -> tuple[int, int]:
        k = self._places.get(head.stretch)
        return nowhere if k is None else (k, self._order[k].place(head))

    def _head(self, k: int, place: int) -> Playhead:
        return self._order[k].at(*divmod(place, self._order[k].size))


def _first(found: Array, start: int, stop: int) -> int | None:
    """The first place from ``start`` to before ``stop``."""
    if found.dtype != np.bool_:
        k = int(np.searchsorted(found, start))
        return int(found[k]) if k < found.size and found[k] < stop else None
    part = found[start:stop]
    k = int(part.argmax()) if part.size else 0
    return start + k if part.size and part[k] else None


def _last(found: Array, start: int, stop: int) -> int | None:
    """The last place from ``start`` to before ``stop``."""
    if found.dtype != np.bool_:
        k = int(np.searchsorted(found, stop)) - 1
        return int(found[k]) if k >= 0 and found[k] >= start else None
    part = found[start:stop][::-1]
    k = int(part.argmax()) if part.size else 0
    return stop - 1 - k if part.size and part[k] else None


@lru_cache(maxsize=2)
def search_of(results: Results, stops: tuple[Breakpoint, ...]) -> Search:
    """What has been looked at is not looked at again until a number or a breakpoint changes."""
    return Search(results, stops)


def next_stop(results: Results, head: Playhead, stops: tuple[Breakpoint, ...], back: bool = False) -> Playhead | None:
    """The first number after ``head`` (``back``: the last before it) at which a breakpoint stops; None: there is none.
    """
    search = search_of(results, stops)
    return search.before(head) if back else search.next(head)


def stopping(results: Results, head: Playhead, stops: tuple[Breakpoint, ...]) -> Breakpoint | None:
    """The breakpoint that holds at the number at ``head``."""
    return None if stretch_of(results.network, head) is None else search_of(results, stops).at(head)
