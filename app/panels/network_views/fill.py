"""The numbers of the network's columns: which they are, and how wide their colours reach."""

from __future__ import annotations

import numpy as np

from app.desk import Desk
from app.model.layerfacts import class_chosen, contributions
from app.model.ranges import shares
from app.model.results import Results
from app.model.timeline import Playhead
from app.widgets.map_columns import Column
from app.widgets.network_scene import NetworkScene
from app.widgets.network_scene_columns import Numbers
from app.widgets.network_scene_feet import NO_ENDS, ends
from cnncore.network import INPUT
from cnncore.op import Array


class Filling:
    """Hands values, or what comes back to them, to the columns that need them anew."""

    def __init__(self, desk: Desk, view: NetworkScene) -> None:
        self._desk, self._view = desk, view
        self._bounds: dict[int, Array] = {}
        self.gradients = False
        self.label: int | None = None  # of the class that was chosen by its bar

    def choose(self, results: Results, head: Playhead | None) -> bool:
        """Take the class that is chosen where the playhead stands; False: it is the one of before."""
        chosen = class_chosen(results.network, head)
        if chosen == self.label:
            return False
        self.label = chosen
        return True

    def fill(self, results: Results, stale: frozenset[str] | None, only: frozenset[int] | None = None) -> None:
        """Hand over the values that changed, and those whose range did.

        Args:
            stale: Nodes whose values changed; None: all.
            only: These columns; None: all.
        """
        for k, column in enumerate(self._view.columns):
            if only is not None and k not in only:
                continue
            filled = self._gradients(results, k, column) if self.gradients \
                else self._values(results, stale, k, column)
            if filled is not None:
                self._bounds[k] = filled.bounds
                self._view.set_numbers(k, filled)

    def _values(self, results: Results, stale: frozenset[str] | None, k: int, column: Column) -> Numbers | None:
        """None where nothing has changed. With a class chosen: what each unit that the scores read adds to it."""
        added = contributions(results, column.node, self.label) if self.label is not None and column.kind == "units" \
            else None
        if added is not None:
            return Numbers(added, np.array([float(np.abs(added).max(initial=0.0))]), False, not results.blank, True)
        bounds = self._desk.ranges.bounds(results, column.node)
        if stale is not None and column.node not in stale and np.array_equal(bounds, self._bounds[k]):
            return None
        share = column.kind == "bars" and shares(results.network, column.node)
        return Numbers(results.values(column.node), bounds, share, not results.blank,
                       picture=results.document.typed is None)

    def _gradients(self, results: Results, k: int, column: Column) -> Numbers:
        """What comes back; softmax is for display only, so its column shows that of the scores."""
        network, found = results.network, results.gradients.outputs
        node = network.scores if column.node == network.last else column.node
        there = node in found
        values = found[node][0] if there else np.zeros_like(results.values(column.node))
        bounds = self._desk.ranges.gradient_bounds(results, node)
        return Numbers(values, bounds, False, there and not results.blank, True)

    def ends(self, results: Results, head: Playhead | None) -> None:
        """Print the ends of the colour bar: of the selected layer, or of all."""
        every = self._desk.ranges.choice == "all"
        if head is None or head.node == INPUT or shares(results.network, head.node):
            node, map_ = (results.network.nodes[0].name, 0) if every else ("", 0)
        else:
            node, map_ = head.node, head.map
        if self.gradients and node:
            bounds = self._desk.ranges.gradient_bounds(results, node)
            bound = float(bounds[min(map_, len(bounds) - 1)])
        else:
            bound = self._desk.ranges.bound(results, node, map_) if node else 0.0
        self._view.set_ends(*ends(bound) if bound else (NO_ENDS,))
