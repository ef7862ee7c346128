"""What a number sees of every layer before, and what it could reach after: rows with slices, as NumPy writes them."""

from __future__ import annotations

import math
from functools import lru_cache

from app import numbers
from app.i18n import N_, tr
from app.model.timeline import SKIPPED, Playhead, shown_at
from app.panels.inspector_views.facts import Part, Row
from cnncore.network import INPUT, Network
from cnncore.op import Shape
from cnncore.shapes import Slices, reached_region, receptive_region

OPEN, SHUT = "field.open", "field.shut"


def regions(network: Network, node: str, index: Shape) -> tuple[dict[str, Slices], dict[str, Slices]]:
    """Boxes before and after."""
    if node == INPUT:
        return {}, _after(network, node, index)
    one = network.node(node)
    every = all(region is None for region in one.op.reads(index, *network.input_shapes(node)))
    return _before(network, node, (0,) * len(index) if every else index), _after(network, node, index)


@lru_cache(maxsize=64)
def _before(network: Network, node: str, index: Shape) -> dict[str, Slices]:
    return receptive_region(network, node, index)


@lru_cache(maxsize=64)
def _after(network: Network, node: str, index: Shape) -> dict[str, Slices]:
    return reached_region(network, node, index)


def field(network: Network, head: Playhead, opened: bool) -> list[Row]:
    """Two rows, or with ``opened`` one for each layer; empty for what is no number of a layer.

    Windows alone say how far it could reach, whatever lets it through for the input of now.
    """
    at = shown_at(network, head)
    if at is None or head.lane != "forward":
        return []
    before, after = regions(network, *at)
    before = {name: box for name, box in before.items() if not _skipped(network, name)}
    after = {name: box for name, box in after.items() if not _skipped(network, name)}
    if not before and not after:
        return []
    if opened:
        order = [INPUT, *(node.name for node in network.nodes)]
        rows = [Row(name, _box(network, name, before[name])) for name in order if name in before]
        rows += [Row(name, _box(network, name, after[name])) for name in order if name in after]
        return [*rows, Row("", (Part(tr("fold"), "text", SHUT),))]
    rows = [Row(N_("sees"), _box(network, INPUT, before[INPUT]))] if INPUT in before else []
    if after:
        last = list(after)[-1]
        count = numbers.count(sum(_size(box) for box in after.values()))
        rows.append(Row(N_("ahead"), (Part(tr("could reach {n} numbers, up to {layer}", n=count, layer=last)),)))
    return [*rows, Row("", (Part(tr("in every layer"), "text", OPEN),))]


def _skipped(network: Network, name: str) -> bool:
    return name != INPUT and network.node(name).op.kind in SKIPPED


def _size(box: Slices) -> int:
    return math.prod(len(range(s.start, s.stop, s.step or 1)) for s in box)


def _box(network: Network, name: str, box: Slices) -> tuple[Part, ...]:
    shape = network.shapes[name]
    to = Playhead(name, tuple(int(s.start) for s in box))
    if _size(box) == math.prod(shape):
        return (Part(tr("all {n}", n=numbers.count(_size(box))), "text", to),)
    return (Part(f"[{', '.join(_slice(s) for s in box)}]", "code", to),)


def _slice(s: slice) -> str:
    step = s.step or 1
    if s.stop - s.start <= step:
        return str(s.start)
    return f"{s.start}:{s.stop}" + (f":{step}" if step > 1 else "")
