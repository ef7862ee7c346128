"""Breakpoints: where the debugger stops by itself, and the search for the next place where one holds.

A breakpoint is a stretch of the timeline (stop when it begins), a condition over ``value`` on a stretch or on all of
them (stop at the first number where it holds), or a condition over the whole network (stop when a pass has ended).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.i18n import N_
from app.model.expression import check, evaluate, names_of, parse
from app.model.frames import array_of
from app.model.results import Results
from app.model.timeline import Playhead, Stretch, stretch_of, timeline
from cnncore.errors import CnnError
from cnncore.op import Array

READY = {  # name to an English key and its condition
    "over": (N_("a value is over a bound"), "abs(value) > 1"),
    "dead": (N_("a ReLU dies: its whole map is 0"), "dead"),
    "nan": (N_("a value is not a number or infinite"), "not isfinite(value)"),
    "wrong": (N_("the answer is wrong"), "answer != target"),
}
DEAD = "dead"


@dataclass(frozen=True)
class Breakpoint:
    """Where to stop.

    Args:
        lane, node, target: The stretch; node "" means everywhere.
        condition: An expression; "" stops when the stretch begins; ``dead`` stops where all of a map is 0.
        on: It can be switched off.
    """

    lane: str = "forward"
    node: str = ""
    target: str = "output"
    condition: str = ""
    on: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        """See `Playhead.stretch`."""
        return self.lane, self.node, self.target

    def covers(self, stretch: Stretch) -> bool:
        """True where it asks about the numbers of a stretch."""
        return not self.node or (self.lane, self.node) == (stretch.lane, stretch.node)


def checked(stop: Breakpoint, results: Results) -> Breakpoint:
    """The same, or `CnnError` where its place or its condition cannot be."""
    if stop.node and not any(stop.covers(stretch) for stretch in timeline(results.network)):
        raise CnnError("breakpoint.place", N_("There is no step called {name} in this network."), name=stop.node)
    if not stop.node and not stop.condition:
        raise CnnError("breakpoint.empty", N_("A breakpoint needs a layer or a condition."))
    if stop.condition and stop.condition != DEAD:
        check(stop.condition, results, passing=True)
    return stop


def holds(stop: Breakpoint, results: Results, stretch: Stretch) -> Array:
    """(size of the stretch,) True for every number at which the breakpoint stops."""
    total = stretch.maps * stretch.size
    out = np.zeros(total, bool)
    if not stop.on or not stop.covers(stretch):
        return out
    if not stop.condition:
        out[0] = stretch.target == stop.target or stop.target == "output"
    elif stop.condition == DEAD:
        if stretch.lane == "forward" and results.network.node(stretch.node).op.kind == "relu":
            maps: Array = array_of(results, stretch.start).reshape(stretch.maps, stretch.size)
            out.reshape(stretch.maps, stretch.size)[:, -1] = ~maps.any(axis=1)
    elif "value" in names_of(parse(stop.condition)):
        values: Array = array_of(results, stretch.start).astype(np.float64).reshape(-1)
        found = evaluate(stop.condition, results, values)
        out[:] = np.broadcast_to(found, out.shape) != 0 if found.size in (1, total) else False
    else:  # about the whole network: known when the last number of the forward pass is made
        forward = [one for one in timeline(results.network) if one.lane == "forward"]
        out[-1] = stretch == forward[-1] and bool(evaluate(stop.condition, results).reshape(-1)[0])
    return out


def next_stop(results: Results, head: Playhead, stops: tuple[Breakpoint, ...], back: bool = False) -> Playhead | None:
    """The first number after ``head`` (``back``: the last before it) at which a breakpoint stops; None: there is none.

    Each stretch is looked at once, as an array: a layer of a million cells costs one pass over it.
    """
    order = timeline(results.network)
    own = stretch_of(results.network, head)
    active = [stop for stop in stops if stop.on]
    if not active:
        return None
    first = order.index(own) if own is not None else -1 if not back else len(order)
    way = range(first, -1, -1) if back else range(max(first, 0), len(order))
    for k in way:
        stretch = order[k]
        covering = [stop for stop in active if stop.covers(stretch)]
        if not covering:
            continue
        found = np.flatnonzero(np.logical_or.reduce([holds(stop, results, stretch) for stop in covering]))
        if stretch is own:
            at = stretch.place(head)
            found = found[found < at] if back else found[found > at]
        if found.size:
            return stretch.at(*divmod(int(found[-1 if back else 0]), stretch.size))
    return None


def stopping(results: Results, head: Playhead, stops: tuple[Breakpoint, ...]) -> Breakpoint | None:
    """The breakpoint that holds at the number at ``head``."""
    stretch = stretch_of(results.network, head)
    if stretch is None:
        return None
    at = stretch.place(head)
    return next((s for s in stops if s.on and s.covers(stretch) and holds(s, results, stretch)[at]), None)
