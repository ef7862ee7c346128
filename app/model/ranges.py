"""How far the colours of a picture reach: one range for a map, a layer or the whole network, symmetric about zero."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.model.frames import array_of
from app.model.results import Results
from app.model.timeline import Playhead
from cnncore.network import INPUT, Network
from cnncore.op import Array, single

CHOICES = ("map", "layer", "all")
HOLD = 1.0  # seconds: a range grows at once and shrinks only after this, so that colours do not jump while drawing


class Ranges(QObject):
    """The colour ranges that network, stepper and inspector share.

    Args:
        parent: Qt owner.
        clock: Seconds; tests give their own.
    """

    changed = Signal()  # another choice, or a range has shrunk: ask again

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._choice = "layer"
        self._network: Network | None = None
        self._peaks: dict[str, tuple[Array, Array]] = {}
        self._held: dict[str, tuple[Array, Array]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.changed)

    @property
    def choice(self) -> str:
        """One of `CHOICES`: what shares one range."""
        return self._choice

    def set_choice(self, choice: str) -> None:
        """Let a map, a layer or everything share one range."""
        if choice in CHOICES and choice != self._choice:
            self._choice = choice
            self._held.clear()
            self.changed.emit()

    def bound(self, results: Results, node: str, map_: int = 0) -> float:
        """The value that gets the strongest colour in one map of ``node``; its negative gets the other one."""
        bounds = self.bounds(results, node)
        return float(bounds[min(map_, len(bounds) - 1)])

    def bound_at(self, results: Results, head: Playhead) -> float:
        """The same for the array that a playhead's number is one of, in any pass."""
        if head.lane == "forward":
            return self.bound(results, head.node, head.map)
        array = array_of(results, head)
        own = array[head.map] if self._choice == "map" and array.ndim > 1 else array
        peak = np.abs(own).max(initial=0.0, where=np.isfinite(own), keepdims=True).reshape(1)
        return float(self._hold(f"{head.stretch} {head.map if self._choice == 'map' else ''}", peak)[0])

    def gradient_bounds(self, results: Results, node: str) -> Array:
        """`bounds` of ∂L/∂ the node's output."""
        found = results.gradients.outputs
        if node not in found:
            return np.ones(1)
        if self._choice == "all":
            return self._hold("∂", np.array([max(float(np.abs(g).max(initial=0.0)) for g in found.values())]))
        size = np.abs(found[node][0].reshape(found[node].shape[1], -1))
        peak = np.where(np.isfinite(size), size, 0).max(axis=1)
        maps = self._choice == "map" and found[node].ndim > 2
        return self._hold(f"∂{node}", peak if maps else peak.max(keepdims=True))

    def bounds(self, results: Results, node: str) -> Array:
        """(C,) of every map with the choice ``map``, else (1,); the units of a plain list are one map."""
        network = results.network
        if network is not self._network:
            self._network = network
            self._peaks.clear()
            self._held.clear()
        typed = results.document.typed is not None  # a drawing is from 0 to 1, numbers are what they are
        if not typed if node == INPUT else shares(network, node):
            return np.ones(1)
        own, node = node, source(network, node)
        if self._choice == "all":
            names = [n.name for n in network.nodes if not shares(network, n.name)] + [INPUT] * typed
            peaks = [self._peak(results, name).max(initial=0.0) for name in names]
            return self._hold("", np.array([max(peaks, default=0.0)]))
        peak = self._peak(results, node)
        if own != node and (self._peak(results, own) > peak).any():  # a sigmoid of 0 is more than what went in
            peak = np.maximum(peak, self._peak(results, own))
            node = own
        maps = self._choice == "map" and len(network.shapes[node]) > 1
        return self._hold(node, peak if maps else peak.max(keepdims=True))

    def _peak(self, results: Results, node: str) -> Array:
        """(C,) largest finite |value| of every map."""
        values = results.done.outputs[node]
        known = self._peaks.get(node)
        if known is None or known[0] is not values:
            size = np.abs(values[0].reshape(values.shape[1], -1))
            peak = size.max(axis=1)
            if not np.isfinite(peak).all():
                peak = np.where(np.isfinite(size), size, 0).max(axis=1)
            known = self._peaks[node] = (values, peak)
        return known[1]

    def _hold(self, key: str, peak: Array) -> Array:
        now = self._clock()
        if key not in self._held:
            self._held[key] = (peak, np.full(peak.shape, now))
        held, seen = self._held[key]
        take = (peak >= held) | (now - seen >= HOLD)
        if take.all():
            self._held[key] = (peak, np.full(peak.shape, now))
            return peak
        bounds = np.where(take, peak, held)
        self._held[key] = (bounds, np.where(take, now, seen))
        if not self._timer.isActive():
            self._timer.start(round(HOLD * 1000) + 20)
        return bounds


def shares(network: Network, node: str) -> bool:
    """True for a layer whose values are shares of 1: they need no range of their own."""
    return network.node(node).op.kind == "softmax"


def source(network: Network, node: str) -> str:
    """Whose range a node has: an activation has that of what it reads, so that one sees what it does."""
    while node != INPUT:
        one = network.node(node)
        if len(one.inputs) != 1 or one.op.parameter_shapes(network.shapes[one.inputs[0]]):
            return node
        shape = network.shapes[one.inputs[0]]
        cell = (0,) * len(shape)
        if network.shapes[node] != shape or one.op.reads(cell, shape) != (single(cell),):
            return node
        node = one.inputs[0]
    return node
