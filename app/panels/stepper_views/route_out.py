"""A small map put back into a large one: each number goes where its window was won, its gradient comes from there."""

from __future__ import annotations

import numpy as np

from app.i18n import N_, tr
from app.model.frames import trace_of
from app.model.timeline import Playhead, has_loss
from app.panels.stepper_views.base import Scene
from app.panels.stepper_views.route import RouteView
from app.panels.stepper_views.terms import cell_name, term_grid
from cnncore.trace import Trace


class RouteOutView(RouteView):
    """The window with its winner; the number that it was given (or came back) × won → the cell in its map."""

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """A node of two inputs, the second of which says by its windows where the first goes."""
        trace, node = scene.trace, scene.node
        if len(node.inputs) != 2 or len(trace.operands) != 2 or len(scene.shape) < 2:
            return False
        first, won = trace.operands
        if won.source != "won" or won.cells.shape[1] or first.samples is not None or not first.cells.shape[1]:
            return False
        if not has_loss(scene.results.network):  # where a number goes is told by the way back
            return False
        if scene.head.lane == "forward":
            back = trace_of(scene.results, Playhead(node.name, (0,) * len(scene.shape), None, "input0", "backward"))
            return first.source == "input0" and back is not None and cls._lies(back)
        return first.source == "grad" and scene.head.target == "input0" and cls._lies(trace)

    @staticmethod
    def _lies(trace: Trace) -> bool:
        return trace.operands[0].source == "grad" and term_grid(trace, trace.operands[0]) is not None

    def show_scene(self, scene: Scene) -> None:
        """As the way back through a pooling, the other way round."""
        back = scene.head.lane == "backward"
        self.came.set_gradient(back)
        self.output.map.set_gradient(back)
        super().show_scene(scene)

    def _seen(self, scene: Scene, at: tuple[int, ...]) -> Trace | None:
        if scene.head.lane == "backward":
            return scene.trace
        return trace_of(scene.results, Playhead(scene.node.name, at, None, "input0", "backward"))

    def _winner(self, seen: Trace) -> int | None:
        return int(np.argmax(seen.operands[1].values)) if seen.operands[1].values.any() else None

    def _windowed(self, scene: Scene) -> str:
        return scene.node.inputs[1]

    def _own(self, scene: Scene, at: tuple[int, ...]) -> tuple[int, ...]:
        return at if scene.head.lane == "backward" else scene.head.index

    def _reach(self, scene: Scene) -> float:
        if scene.head.lane == "backward":
            return super()._reach(scene)
        return self.desk.ranges.bound(scene.results, scene.source, scene.head.map)

    def _say(self, scene: Scene, at: tuple[int, ...], seen: Trace | None) -> None:
        super()._say(scene, at, seen)
        if scene.head.lane == "backward":
            self.headings[1].name.set_text(N_("Came back"))
            return
        self.headings[1].name.set_text(N_("Input"))
        self.headings[1].set_what(cell_name(scene.source, at) if seen is not None else "")
        shape = " × ".join(map(str, scene.own_plane().shape))
        self.headings[3].name.set_text(N_("Output"))
        self.headings[3].set_what(shape)

    def _words(self, scene: Scene, seen: Trace | None) -> str:
        place, k = self._windowed(scene), self._term
        windows = int(scene.trace.operands[0].inside.sum())
        if seen is None:
            return tr("No window reaches {cell}: it stays 0.", cell=cell_name(scene.node.name, scene.head.index))
        winner = self._winner(seen)
        best = "" if winner is None else cell_name(place, seen.operands[0].cells[winner])
        if scene.head.lane == "backward":
            return tr("{winner} won its window: the number went there, and its gradient comes from there.", winner=best)
        small = cell_name(scene.source, scene.trace.operands[0].cells[k])
        if scene.trace.operands[1].values[k]:
            text = tr("{winner} won its window: {cell} is put there.", winner=best, cell=small)
        else:
            text = tr("{winner} won (dashed): {cell} is put there, and nothing here.", winner=best, cell=small)
        if windows > 1:
            text += " " + tr("{n} windows lie on it; this is one of them, the formula has all.", n=windows)
        return text

    # --- hands

    def _came(self) -> Playhead | None:
        """Where the number that is put back is made."""
        if self.scene is None or not self.scene.trace.operands[0].inside[self._term]:
            return None
        one = self.scene.trace.operands[0]
        return self.scene.head_of(one.source, tuple(int(i) for i in one.cells[self._term]))

    def _go(self, spot: tuple[int, int]) -> None:
        head = self._to(spot)
        if head is not None:
            self.select_head(head)

    def _hover(self, spot: tuple[int, int] | None) -> None:
        self.window_.set_hover(spot)
        self.hover_head(self._to(spot))

    def _to(self, spot: tuple[int, int] | None) -> Playhead | None:
        """The number at a cell of the window: forwards that of the large map, backwards what came back to it."""
        cell = self._cell(spot)
        if cell is None or self.scene is None:
            return None
        back = self.scene.head.lane == "backward"
        return self.scene.head_of("grad", cell) if back else Playhead(self.scene.node.name, cell)
