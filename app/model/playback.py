"""The moves of the debugger: pure functions of a playhead and a network."""

from __future__ import annotations

import dataclasses
import math

from app.model.timeline import (
    PASSES,
    Playhead,
    Stretch,
    of_lane,
    shape_of,
    start,
    stretch_of,
    timeline,
)
from cnncore.network import INPUT, Network
from cnncore.op import Shape

GRAINS = ("term", "cell", "map", "layer", "pass")
RINGS = ("cell", "map", "layer", "pass", "all")  # what a loop can stay in: each grain is part of one


def ring_of(grain: str, loop: str | bool) -> str:
    """What a loop stays in: what the person chose, but never less than what the grain is part of; "": no loop.

    Args:
        grain: One of `GRAINS`.
        loop: One of `RINGS`; True: what the grain is part of; False or "": none.
    """
    if not loop:
        return ""
    own = RINGS[GRAINS.index(grain)]
    return own if loop is True else max(own, loop, key=RINGS.index)


def move(network: Network, head: Playhead, grain: str, steps: int, terms: int,
         loop: str | bool = False) -> Playhead | None:
    """``steps`` (+1 or −1) of a grain on from ``head``; None at either end of the timeline. What lies before the first
    map, layer or pass is the very first number.

    Args:
        network: Gives sizes and order.
        head: From where.
        grain: One of `GRAINS`.
        steps: +1 or −1.
        terms: Number of terms of the number where the playhead stands.
        loop: See `ring_of`.
    """
    after = _moved(network, head, grain, steps, terms, ring_of(grain, loop))
    if after is None and steps < 0 and grain in GRAINS[2:] and head.whole != start(network):
        return start(network)
    return after


def _moved(network: Network, head: Playhead, grain: str, steps: int, terms: int, ring: str) -> Playhead | None:
    stretch = stretch_of(network, head)
    if stretch is None:
        return start(network) if steps > 0 else None
    map_, cell = stretch.flat(head)
    count, size = stretch.maps, stretch.size
    if grain == "term":
        done = terms - 1 if steps > 0 else terms  # a number as a whole has all its terms: on from it is the next number
        term = done if head.term is None else head.term
        if 0 <= term + steps < terms:
            return dataclasses.replace(head, term=term + steps)
        if ring == "cell":
            return dataclasses.replace(head, term=0 if steps > 0 else terms - 1)
        after = move(network, head, "cell", steps, terms, ring)
        return after and dataclasses.replace(after, term=0 if steps > 0 else None)
    if grain == "cell":
        if 0 <= cell + steps < size:
            return stretch.at(map_, cell + steps)
        if ring == "map":
            return stretch.at(map_, (cell + steps) % size)
        if 0 <= map_ + steps < count:
            return stretch.at(map_ + steps, 0 if steps > 0 else size - 1)
        if ring == "layer":
            return stretch.start if steps > 0 else stretch.end
        other = _neighbour(network, stretch, steps, stay=ring == "pass")
        return None if other is None else other.start if steps > 0 else other.end
    if grain == "map":
        if steps > 0 and cell < size - 1:
            return stretch.at(map_, size - 1)
        if 0 <= map_ + steps < count:
            return stretch.at(map_ + steps, size - 1)
        if ring == "layer":
            return stretch.at((map_ + steps) % count, size - 1)
        other = _neighbour(network, stretch, steps, stay=ring == "pass")
        return None if other is None else other.at(0, other.size - 1) if steps > 0 else other.end
    if grain == "layer":
        if steps > 0 and (map_, cell) != (count - 1, size - 1):
            return stretch.end
        other = _neighbour(network, stretch, steps, stay=ring == "pass")
        return None if other is None else other.end
    return _passed(network, stretch, head, steps, bool(ring))


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

def into(network: Network, head: Playhead, grain: str) -> tuple[str, Playhead]:
    """One grain finer. Of a part that is done, its first part: of a cell its first term, of a map its first cell, of a
    layer its first map; where the playhead stands within one, it stays at its number.
    """
    finer = GRAINS[max(GRAINS.index(grain) - 1, 0)]
    if finer == "term":
        return finer, dataclasses.replace(head, term=0)
    stretch, at = stretch_of(network, head), head.whole
    if stretch is None:
        return finer, at
    map_, cell = stretch.flat(head)
    if grain == "map" and cell == stretch.size - 1:
        at = stretch.at(map_, 0)
    elif grain == "layer" and at == stretch.end:
        at = stretch.at(0, stretch.size - 1)
    elif grain == "pass" and at == of_lane(network, stretch.lane)[-1].end:
        at = of_lane(network, stretch.lane)[0].end
    return finer, at


def into_back(head: Playhead, grain: str, terms: int) -> tuple[str, Playhead]:
    """One grain finer, from its end: of a cell its last term, of a map its last cell."""
    finer = GRAINS[max(GRAINS.index(grain) - 1, 0)]
    return finer, dataclasses.replace(head, term=terms - 1) if finer == "term" else head.whole


def out(network: Network, head: Playhead, grain: str, terms: int) -> tuple[str, Playhead]:
    """One grain coarser, with what was being made done: of a term its cell, of a cell the end of its map."""
    coarser = GRAINS[min(GRAINS.index(grain) + 1, len(GRAINS) - 1)]
    return coarser, last(network, head, grain, terms) if grain != "term" else head.whole


def out_back(network: Network, head: Playhead, grain: str) -> tuple[str, Playhead]:
    """One grain coarser, with what was being made undone: of a cell the start of its map."""
    coarser = GRAINS[min(GRAINS.index(grain) + 1, len(GRAINS) - 1)]
    return coarser, first(network, head, grain) if grain != "term" else head.whole


# --- beside it, as the arrow keys mean it

def beside(network: Network, head: Playhead, right: int, down: int) -> Playhead:
    """The number some places to the right and down in its plane: rows and columns of a map, of a volume's slice, of a
    kernel. A list is one column and one row; a sound is one row, and its maps lie under one another. Edges hold it.
    """
    shape = shape_of(network, head) or ()
    index = list(head.index)
    if len(index) == 1:
        index[0] = min(max(index[0] + right + down, 0), shape[0] - 1)
    elif index:
        for axis, by in ((-1, right), (-2, down)):
            index[axis] = min(max(index[axis] + by, 0), shape[axis] - 1)
    return dataclasses.replace(head, index=tuple(index), term=None)


def turned(network: Network, head: Playhead, by: int) -> Playhead:
    """The same place of another map; of a volume, of its next slice, and after its last of the next map's first."""
    shape = shape_of(network, head) or ()
    planes, place = shape[:-2] if len(shape) > 2 else shape[:1], 0
    if not planes or len(shape) < 2:
        return head
    for size, k in zip(planes, head.index, strict=False):
        place = place * size + k
    place = min(max(place + by, 0), math.prod(planes) - 1)
    index: list[int] = []
    for size in reversed(planes):
        place, k = divmod(place, size)
        index.insert(0, k)
    return dataclasses.replace(head, index=(*index, *head.index[len(planes):]), term=None)


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


def begin_of(network: Network, head: Playhead, ring: str) -> Playhead:
    """The first number of the ring that a loop goes round in: one of `RINGS`."""
    stretch = stretch_of(network, head)
    if stretch is None or ring == "cell":
        return head.whole
    if ring == "map":
        return stretch.at(stretch.flat(head)[0], 0)
    return stretch.start if ring == "layer" else (of_lane(network, stretch.lane) if ring == "pass"
                                                  else timeline(network))[0].start


def end_of(network: Network, head: Playhead, ring: str) -> Playhead:
    """The last number of the ring that a loop goes round in."""
    stretch = stretch_of(network, head)
    if stretch is None or ring == "cell":
        return head.whole
    if ring == "map":
        return stretch.at(stretch.flat(head)[0], stretch.size - 1)
    return stretch.end if ring == "layer" else (of_lane(network, stretch.lane) if ring == "pass"
                                                else timeline(network))[-1].end


def _neighbour(network: Network, stretch: Stretch, steps: int, stay: bool = False) -> Stretch | None:
    """The stretch before or after; with ``stay`` the pass is a ring."""
    order = of_lane(network, stretch.lane) if stay else timeline(network)
    place = order.index(stretch) + steps
    if stay:
        place %= len(order)
    return order[place] if 0 <= place < len(order) else None
