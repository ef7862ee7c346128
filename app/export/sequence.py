"""Which numbers a sequence shows, one a frame."""

from __future__ import annotations

import dataclasses

import numpy as np

from app.model.frames import array_of, trace_of
from app.model.results import Results
from app.model.timeline import Playhead, Stretch, of_lane, stops, stretch_of
from cnncore.errors import CnnError, did_you_mean
from cnncore.network import Network

USUAL, PER_LAYER, LONGEST = 100, 6, 2000


def layer(network: Network, name: str) -> Stretch:
    """The forward stretch of a layer by its name; `CnnError` names what there is."""
    found = next((s for s in of_lane(network, "forward") if s.node == name), None)
    if found is None:
        names = stops(network)
        near = did_you_mean(name, names)
        if name in network.shapes:
            raise CnnError("export.layer_moves", "{name!r} calculates nothing, there are no steps to show. There are: "
                           "{layers}.", name=name, layers=", ".join(names))
        if near not in names:
            raise CnnError("export.layer_none", "There is no layer {name!r} to step through. There are: {layers}.",
                           name=name, layers=", ".join(names))
        raise CnnError("export.layer", "There is no layer {name!r} to step through. Did you mean: {near}? There are: "
                       "{layers}.", name=name, near=near, layers=", ".join(names))
    return found


def strongest(results: Results, stretch: Stretch) -> Playhead:
    """The number of largest size: where there is most to see."""
    values = np.nan_to_num(np.abs(array_of(results, stretch.start)))
    index = tuple(int(k) for k in np.unravel_index(int(np.argmax(values)), values.shape)) if values.ndim else ()
    return dataclasses.replace(stretch.start, index=index)


def cells(stretch: Stretch, frames: int | None = None, map_: int | None = None) -> list[Playhead]:
    """Different cells in their order, spread evenly over a layer, or over one map of it.

    Args:
        stretch: The layer.
        frames: How many; None: all, or `USUAL` of many.
        map_: Only this map's.
    """
    count = stretch.size if map_ is not None else stretch.maps * stretch.size
    first = 0 if map_ is None else map_ * stretch.size
    wanted = _wanted(frames, count, stretch.node, USUAL)
    places = np.linspace(0, count - 1, wanted).round().astype(int) if wanted > 1 else [count // 2]
    return [stretch.at(*divmod(first + int(k), stretch.size)) for k in places]


def terms(results: Results, head: Playhead, frames: int | None = None) -> list[Playhead]:
    """One number term by term, and at last as a whole."""
    trace = trace_of(results, head.whole)
    count = 0 if trace is None else trace.terms.size
    wanted = _wanted(frames, count + 1, head.whole.name, LONGEST)
    places = np.linspace(0, count, wanted).round().astype(int) if wanted > 1 else [count]
    return [dataclasses.replace(head, term=int(k) if k < count else None) for k in places]


def whole_pass(network: Network, lane: str, frames: int | None = None) -> list[Playhead]:
    """Layer by layer through a pass, a few cells in each."""
    stretches = of_lane(network, lane)
    counts = [s.maps * s.size for s in stretches]
    usual = sum(min(PER_LAYER, n) for n in counts)
    wanted = _wanted(frames, sum(counts), "", usual)
    shares = _shared(wanted, counts)
    return [head for s, n in zip(stretches, shares, strict=True) if n for head in cells(s, n)]


def of_playhead(results: Results, head: Playhead, kind: str, frames: int | None = None) -> list[Playhead]:
    """A sequence around a playhead: ``cells`` of its layer, ``map``, ``terms`` of it, or the whole ``pass``."""
    stretch = stretch_of(results.network, head)
    if kind == "pass" or stretch is None:
        return whole_pass(results.network, head.lane if stretch is not None else "forward", frames)
    if kind == "terms":
        return terms(results, head, frames)
    return cells(stretch, frames, head.map if kind == "map" else None)


def most(results: Results, head: Playhead, kind: str) -> int:
    """How many frames `of_playhead` can give."""
    stretch = stretch_of(results.network, head)
    if kind == "pass" or stretch is None:
        lane = head.lane if stretch is not None else "forward"
        count = sum(s.maps * s.size for s in of_lane(results.network, lane))
    elif kind == "terms":
        trace = trace_of(results, head.whole)
        count = 1 if trace is None else trace.terms.size + 1
    else:
        count = stretch.size if kind == "map" else stretch.maps * stretch.size
    return min(count, LONGEST)


def _wanted(frames: int | None, count: int, name: str, usual: int) -> int:
    if frames is None:
        return min(count, usual)
    allowed = min(count, LONGEST)
    if 1 <= frames <= allowed:
        return frames
    if frames > count and name:
        raise CnnError("export.frames_there", "{frames} frames are not possible: {name} has {count} to show. Allowed: "
                       "1 to {allowed}.", frames=frames, name=name, count=count, allowed=allowed)
    raise CnnError("export.frames", "{frames} frames are not possible. Allowed: 1 to {allowed}.", frames=frames,
                   allowed=allowed)


def _shared(total: int, counts: list[int]) -> list[int]:
    """``total`` dealt out in turns, to none more than it has."""
    shares = [0] * len(counts)
    while total:
        open_ = [k for k, n in enumerate(counts) if shares[k] < n]
        each = max(total // len(open_), 1)
        for k in open_[:total] if total < len(open_) else open_:
            more = min(each, counts[k] - shares[k], total)
            shares[k] += more
            total -= more
    return shares
