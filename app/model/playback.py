"""The moves of the debugger: pure functions of a playhead and a network."""

from __future__ import annotations

import dataclasses
import math

from app.model.timeline import (
    PASSES,
    Playhead,
    Stretch,
    of_lane,
    start,
    stretch_of,
    timeline,
)
from cnncore.network import INPUT, Network
from cnncore.op import Shape

GRAINS = ("term", "cell", "map", "layer", "pass")


def move(network: Network, head: Playhead, grain: str, steps: int, terms: int, loop: bool = False) -> Playhead | None:
    """``steps`` (+1 or −1) of a grain on from ``head``; None at either end of the timeline.

    Args:
        network: Gives sizes and order.
        head: From where.
        grain: One of `GRAINS`.
        steps: +1 or −1.
        terms: Number of terms of the number where the playhead stands.
        loop: Stay in what the grain is part of: a term's cell, a cell's map, a map's layer, a layer's pass.
    """
    stretch = stretch_of(network, head)
    if stretch is None:
        return start(network) if steps > 0 else None
    map_, cell = stretch.flat(head)
    count, size = stretch.maps, stretch.size
    if grain == "term":
        term = (-1 if steps > 0 else terms) if head.term is None else head.term
        if 0 <= term + steps < terms:
            return dataclasses.replace(head, term=term + steps)
        if loop:
            return dataclasses.replace(head, term=0 if steps > 0 else terms - 1)
        after = move(network, head, "cell", steps, terms)
        return after and dataclasses.replace(after, term=0 if steps > 0 else None)
    if grain == "cell":
        if 0 <= cell + steps < size:
            return stretch.at(map_, cell + steps)
        if loop:
            return stretch.at(map_, (cell + steps) % size)
        if 0 <= map_ + steps < count:
            return stretch.at(map_ + steps, 0 if steps > 0 else size - 1)
        other = _neighbour(network, stretch, steps)
        return None if other is None else other.start if steps > 0 else other.end
    if grain == "map":
        if steps > 0 and cell < size - 1:
            return stretch.at(map_, size - 1)
        if 0 <= map_ + steps < count:
            return stretch.at(map_ + steps, size - 1)
        if loop:
            return stretch.at((map_ + steps) % count, size - 1)
        other = _neighbour(network, stretch, steps)
        return None if other is None else other.at(0, other.size - 1) if steps > 0 else other.end
    if grain == "layer":
        if steps > 0 and (map_, cell) != (count - 1, size - 1):
            return stretch.end
        other = _neighbour(network, stretch, steps, stay=loop)
        return None if other is None else other.end
    return _passed(network, stretch, head, steps, loop)


def _passed(network: Network, stretch: Stretch, head: Playhead, steps: int, loop: bool) -> Playhead | None:
    """The end of this pass, or of the next or the one before."""
    ends = [of_lane(network, lane)[-1].end for lane in PASSES if of_lane(network, lane)]
    lanes = [end.lane for end in ends]
    k = lanes.index(stretch.lane)
    if steps > 0 and head.whole != ends[k]:
        return ends[k]
    if loop:
        return ends[(k + steps) % len(ends)]
    return ends[k + steps] if 0 <= k + steps < len(ends) else None


def first(network: Network, head: Playhead, grain: str) -> Playhead:
    """The start of what the grain is part of: first term of the cell, first cell of the map, and so on."""
    stretch = stretch_of(network, head)
    if stretch is None:
        return start(network)
    map_, _ = stretch.flat(head)
    if grain == "term":
        return dataclasses.replace(head, term=0)
    if grain == "cell":
        return stretch.at(map_, 0)
    if grain == "map":
        return stretch.at(0, stretch.size - 1)
    return (of_lane(network, stretch.lane) if grain == "layer" else timeline(network))[0].end


def last(network: Network, head: Playhead, grain: str, terms: int) -> Playhead:
    """The end of what the grain is part of; see `first`."""
    stretch = stretch_of(network, head)
    if stretch is None:
        return start(network)
    map_, _ = stretch.flat(head)
    if grain == "term":
        return dataclasses.replace(head, term=terms - 1)
    if grain == "cell":
        return stretch.at(map_, stretch.size - 1)
    if grain == "map":
        return stretch.end
    return (of_lane(network, stretch.lane) if grain == "layer" else timeline(network))[-1].end


# --- into, over, out: a grain finer, the same, a grain coarser; each has its way back

def into(head: Playhead, grain: str) -> tuple[str, Playhead]:
    """One grain finer, at the same number: of a cell its first term."""
    finer = GRAINS[max(GRAINS.index(grain) - 1, 0)]
    return finer, dataclasses.replace(head, term=0) if finer == "term" else head.whole


def into_back(head: Playhead, grain: str, terms: int) -> tuple[str, Playhead]:
    """One grain finer, from its end: of a cell its last term."""
    finer, at = into(head, grain)
    return finer, dataclasses.replace(at, term=terms - 1) if finer == "term" else at


def out(network: Network, head: Playhead, grain: str, terms: int) -> tuple[str, Playhead]:
    """One grain coarser, with what was being made done: of a term its cell, of a cell the end of its map."""
    coarser = GRAINS[min(GRAINS.index(grain) + 1, len(GRAINS) - 1)]
    return coarser, last(network, head, grain, terms) if grain != "term" else head.whole


def out_back(network: Network, head: Playhead, grain: str) -> tuple[str, Playhead]:
    """One grain coarser, with what was being made undone: of a cell the start of its map."""
    coarser = GRAINS[min(GRAINS.index(grain) + 1, len(GRAINS) - 1)]
    return coarser, first(network, head, grain) if grain != "term" else head.whole


# --- as figures

def progress(network: Network, head: Playhead) -> float:
    """How much of the playhead's stretch is done, 0 to 1, its own number included."""
    stretch = stretch_of(network, head)
    return 0.0 if stretch is None else (stretch.place(head) + 1) / (stretch.maps * stretch.size)


def progress_in(shape: Shape, index: tuple[int, ...]) -> float:
    """The same for the input, which is in no stretch."""
    stretch = Stretch("forward", INPUT, "output", shape)
    return (stretch.place(Playhead(INPUT, index)) + 1) / (stretch.maps * stretch.size)


def scrubbed(stretch: Stretch, fraction: float) -> Playhead:
    """The playhead at a fraction of a stretch: the inverse of `progress`."""
    total = stretch.maps * stretch.size
    place = min(max(math.ceil(fraction * total - 1e-6) - 1, 0), total - 1)  # rounding must not make it the next one
    return stretch.at(*divmod(place, stretch.size))


def position(network: Network, head: Playhead, grain: str, terms: int) -> tuple[int, int]:
    """(k, n) for "cell 250 of 576", k from 1."""
    stretch = stretch_of(network, head)
    if stretch is None:
        return 0, 0
    map_, cell = stretch.flat(head)
    if grain == "term":
        return (terms if head.term is None else head.term + 1), terms
    if grain == "cell":
        return cell + 1, stretch.size
    if grain == "map":
        return map_ + 1, stretch.maps
    if grain == "pass":
        return PASSES.index(stretch.lane) + 1, len(PASSES)
    lane = of_lane(network, stretch.lane)
    return lane.index(stretch) + 1, len(lane)


def begin_of(network: Network, head: Playhead, grain: str) -> Playhead:
    """The first number of the ring that a loop goes round in."""
    stretch = stretch_of(network, head)
    if stretch is None or grain == "term":
        return head.whole
    if grain == "cell":
        return stretch.at(stretch.flat(head)[0], 0)
    return stretch.start if grain == "map" else (of_lane(network, stretch.lane) if grain == "layer"
                                                 else timeline(network))[0].start


def end_of(network: Network, head: Playhead, grain: str) -> Playhead:
    """The last number of the ring that a loop goes round in."""
    stretch = stretch_of(network, head)
    if stretch is None or grain == "term":
        return head.whole
    if grain == "cell":
        return stretch.at(stretch.flat(head)[0], stretch.size - 1)
    return stretch.end if grain == "map" else (of_lane(network, stretch.lane) if grain == "layer"
                                               else timeline(network))[-1].end


def _neighbour(network: Network, stretch: Stretch, steps: int, stay: bool = False) -> Stretch | None:
    """The stretch before or after; with ``stay`` the pass is a ring."""
    order = of_lane(network, stretch.lane) if stay else timeline(network)
    place = order.index(stretch) + steps
    if stay:
        place %= len(order)
    return order[place] if 0 <= place < len(order) else None
