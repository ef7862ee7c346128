"""What a number touches: the cells that it is made of and those it goes into; and of a weight all it multiplies."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.i18n import N_
from app.model.results import Results
from app.model.session import Session
from app.model.timeline import SKIPPED, Playhead, exists, is_input, origin, shown_at
from cnncore.network import INPUT, Network
from cnncore.op import Array, Backward, Range, Run, Shape

Box = tuple[Range, ...]  # (start, stop, step) of each axis of an output, channels first
MULTIPLIES = N_("{name} multiplies {cells} cells of {source} and goes into {count} numbers of {node}.")
KEPT = 128  # weights whose cells are remembered: a pointer comes back to the same few


class Touch(QObject):
    """Follows the pointer; views ask it what to light up. A weight under the pointer comes before a number."""

    moved = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._held: Playhead | None = None
        self._known: dict[tuple[int, str, str, tuple[int, ...]], dict[str, Box]] = {}
        self._network: Network | None = None
        self._last: tuple[object, object, object, dict[str, Box]] = (None, None, None, {})  # a step asks again
        session.hover_moved.connect(self._hovered)

    def weigh(self, node: str = "", key: str = "", index: tuple[int, ...] = ()) -> None:
        """A weight is under the pointer; without arguments none is."""
        held = Playhead(node, tuple(int(i) for i in index), None, key, "backward") if node else None
        if held != self._held:
            self._held = held
            self.moved.emit()

    def _hovered(self, head: object) -> None:
        self._held = None
        self.moved.emit()

    @property
    def on(self) -> bool:
        """True while the pointer is at a number or a weight."""
        return self._held is not None or self._session.hovered is not None

    @property
    def weight(self) -> Playhead | None:
        """The weight under the pointer: as its gradient's playhead."""
        head = self._held or self._session.hovered
        of_weight = head is not None and head.lane in ("backward", "update") and head.target != "output" \
            and not is_input(head.target)
        return head if of_weight else None

    @property
    def cell(self) -> tuple[str, tuple[int, ...]] | None:
        """(node, index) of the number under the pointer, by the cell of a map in whose place it is shown."""
        head, network = self._session.hovered, self._session.results.network
        if head is None or self.weight is not None or not exists(network, head):
            return None
        at = shown_at(network, head)
        seen = None if at is None else origin(network, *at)
        return None if seen is None else (seen.node, seen.index)

    def said(self) -> tuple[str, dict[str, object]]:
        """Of the weight under the pointer, in words: an English key and its facts; "" where there is none."""
        weight, boxes = self.weight, self.boxes()
        if weight is None or weight.node not in boxes:
            return "", {}
        counts = {node: math.prod(len(range(*axis)) for axis in box) for node, box in boxes.items()}
        name = f"{weight.node}.{weight.target}[{', '.join(map(str, weight.index))}]"
        facts: dict[str, object] = {"name": name, "node": weight.node, "count": counts.pop(weight.node)}
        if not counts:
            return N_("{name} goes into {count} numbers of {node}."), facts
        source, cells = next(iter(counts.items()))
        return MULTIPLIES, facts | {"source": source, "cells": cells}

    def index_in(self, node: str) -> tuple[int, ...] | None:
        """Index of the number under the pointer in what ``node`` gives; also of a node that only rearranges it."""
        at, network = self.cell, self._session.results.network
        if at is None or at[0] == node:
            return None if at is None else at[1]
        plain = node in network.shapes and node != INPUT and network.node(node).op.kind in SKIPPED
        box = self.boxes().get(node) if plain else None
        return None if box is None else _cell(box)

    def boxes(self, through: Callable[[str], bool] | None = None) -> dict[str, Box]:
        """Node to the cells of its output that light up.

        Args:
            through: Nodes that cannot be seen: what stands behind them lights up in their place.
        """
        weight, at, results = self.weight, self.cell, self._session.results
        if through is None:
            now = results.network, weight, at
            if now != self._last[:3]:
                self._last = (*now, self._found(results, weight, at, None))
            return self._last[3]
        return self._found(results, weight, at, through)

    def _found(self, results: Results, weight: Playhead | None, at: tuple[str, tuple[int, ...]] | None,
               through: Callable[[str], bool] | None) -> dict[str, Box]:
        if weight is not None:
            return _seen(results.network, self._of_weight(results, weight), through)
        return {} if at is None else around(results.network, *at, through)

    def _of_weight(self, results: Results, head: Playhead) -> dict[str, Box]:
        network = results.network
        if network is not self._network:
            self._network = network
            self._known.clear()
        shape = network.parameter_shapes.get(f"{head.node}.{head.target}", ())
        if len(shape) != len(head.index) or not all(i < n for i, n in zip(head.index, shape, strict=True)):
            return {}
        key = (id(network), head.node, head.target, head.index)
        if key not in self._known:
            if len(self._known) >= KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[key] = multiplied(results, head.node, head.target, head.index)
        return self._known[key]


def around(network: Network, node: str, index: tuple[int, ...],
           through: Callable[[str], bool] | None = None) -> dict[str, Box]:
    """The cells of other nodes that one cell is made of or goes into directly; see `Touch.boxes`."""
    found: dict[str, Box] = {}
    own: Box = tuple((i, i + 1, 1) for i in index)
    _back(network, node, own, through, found)
    _on(network, node, own, through, found)
    return found


def _back(network: Network, name: str, box: Box, through: Callable[[str], bool] | None, found: dict[str, Box]) -> None:
    if name == INPUT:
        return
    one, shapes = network.node(name), network.input_shapes(name)
    cell = _cell(box)
    regions = one.op.reads(cell, *shapes) if cell is not None else (None,) * len(shapes)
    for source, shape, region in zip(one.inputs, shapes, regions, strict=True):
        read = _whole(shape) if region is None else region
        if not _empty(read) and not _passed(read, shape, through and source != INPUT and through(source)):
            found[source] = _joined(found.get(source), read)
        elif not _empty(read):
            _back(network, source, read, through, found)


def _on(network: Network, name: str, box: Box, through: Callable[[str], bool] | None, found: dict[str, Box]) -> None:
    cell = _cell(box)
    for reader in dict.fromkeys(network.consumers(name)):
        one, shapes, shape = network.node(reader), network.input_shapes(reader), network.shapes[reader]
        for k, source in enumerate(one.inputs):
            if source != name:
                continue
            region = one.op.reaches(k, cell, *shapes) if cell is not None else None
            fed = _whole(shape) if region is None else region
            if not _empty(fed) and not _passed(fed, shape, through and through(reader)):
                found[reader] = _joined(found.get(reader), fed)
            elif not _empty(fed):
                _on(network, reader, fed, through, found)


def _seen(network: Network, boxes: dict[str, Box], through: Callable[[str], bool] | None) -> dict[str, Box]:
    """What a weight multiplies, seen through the nodes that have no picture."""
    out: dict[str, Box] = {}
    for name, box in boxes.items():
        if name != INPUT and through and _passed(box, network.shapes[name], through(name)):
            _back(network, name, box, through, out)
        else:
            out[name] = box
    return out


def _passed(box: Box, shape: Shape, unseen: object) -> bool:
    """Behind an unseen node the way goes on from one cell of it, or from all of them."""
    return bool(unseen) and (_cell(box) is not None or box == _whole(shape))


def multiplied(results: Results, node: str, key: str, index: tuple[int, ...]) -> dict[str, Box]:
    """All that a weight or a bias has to do with: the cells that it multiplies, and the outputs that this goes into.

    Its gradient is a sum over just these, so the trace of the gradient names them; no number of it is needed.
    """
    network = results.network
    one = network.node(node)
    if key in one.op.running:  # it follows the data: there is no gradient, and none of this
        return {}
    plain = results.run(node)
    grad: Array = np.broadcast_to(np.float32(0), plain.forward.output.shape)
    none = Backward((), {key: np.broadcast_to(np.float32(0), plain.params[key].shape)})
    run = Run(plain.inputs, plain.params, plain.forward, grad, none)
    trace = one.op.trace(key, index, run)
    real = np.logical_and.reduce([operand.inside for operand in trace.operands])
    found: dict[str, Box] = {}
    for operand in trace.operands:
        cells = operand.cells[real]
        source = node if operand.source == "grad" else one.inputs[int(operand.source[5:])] \
            if is_input(operand.source) else ""
        if source and len(cells) and cells.shape[1] == len(network.shapes[source]):
            found[source] = _joined(found.get(source), lattice(cells))
    return found


def plane_of(box: Box, lead: tuple[int, ...]) -> tuple[range, range] | None:
    """Rows and columns of a box in one plane; None where it has no part in that plane."""
    before, space = box[:len(lead)], box[len(lead):]
    if not 1 <= len(space) <= 2 or any(i not in range(*axis) for i, axis in zip(lead, before, strict=True)):
        return None
    rows, cols = [range(1), *(range(*axis) for axis in space)][-2:]
    return (rows, cols) if len(rows) and len(cols) else None


def lattice(cells: NDArray[np.int64]) -> Box:
    """The smallest evenly spaced box that holds all of some cells, (n, rank)."""
    first, last = cells.min(axis=0), cells.max(axis=0)
    steps = np.gcd.reduce(cells - first, axis=0)
    return tuple((int(a), int(b) + 1, int(s) or 1) for a, b, s in zip(first, last, steps, strict=True))


def _cell(box: Box) -> tuple[int, ...] | None:
    """The only cell of a box."""
    return tuple(a for a, _, _ in box) if all(b - a == 1 for a, b, _ in box) else None


def _whole(shape: Shape) -> Box:
    return tuple((0, n, 1) for n in shape)


def _empty(box: Box) -> bool:
    return any(b <= a for a, b, _ in box)


def _joined(known: Box | None, more: Box) -> Box:
    if known is None:
        return tuple(more)
    return tuple((min(a, c), max(b, d), math.gcd(s, t, a - c) or 1)
                 for (a, b, s), (c, d, t) in zip(known, more, strict=True))
