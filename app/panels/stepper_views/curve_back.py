"""An activation backwards: what came back, times the slope of the curve where the number went in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app import numbers
from app.i18n import N_, tr
from app.model.frames import array_of
from app.model.timeline import Playhead, is_input
from app.panels.stepper_views.base import Scene, flat_plane
from app.panels.stepper_views.curve import CurveView
from app.panels.stepper_views.placing import folded_list


class SlopeView(CurveView):
    """∂L/∂y in its map → the curve with its slope → ∂L/∂x in its map."""

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """What came back to one cell, times a slope of a curve."""
        sources = [one.source for one in scene.trace.operands]
        return (scene.head.lane == "backward" and is_input(scene.head.target) and sources[:2] == ["grad", "slope"]
                and len(sources) == 2 and scene.trace.terms.size == 1 and hasattr(scene.node.op, "slope")
                and scene.shape == scene.results.network.shapes[scene.node.name])

    def show_scene(self, scene: Scene) -> None:
        """Came back, slope and what goes back of one cell."""
        before, self.scene = self.scene, scene
        results, head, ranges = scene.results, scene.head, self.desk.ranges
        x = results.values(scene.source)[head.index]
        y = float(results.values(scene.node.name)[head.index])
        bound = ranges.bound(results, scene.source, head.map)
        units = len(scene.shape) == 1
        came, goes = (self._fold(array, head) for array in (scene.array("grad"), array_of(results, head)))
        reach = float(ranges.gradient_bounds(results, scene.node.name).max(initial=0.0)) or 1.0
        spot = divmod(head.map, came.shape[1]) if units else scene.own_spot()
        for map_, values in ((self.input, came), (self.output.map, goes)):
            map_.set_values(values, reach)
            map_.set_gradient(True)
            map_.set_ring(*spot)
        self.output.set_known(scene.known if units else scene.own_known())
        slope = float(scene.trace.operands[1].values[0])
        self._set_curve(scene, bound)
        self.curve.set_point(float(x), y, slope)
        size = " × ".join(map(str, came.shape))
        if units:
            size = tr("{units} units", units=numbers.count(came.size))
        for heading, name, what in ((self.headings[0], N_("Came back"), f"∂L/∂{scene.node.name}"),
                                    (self.headings[2], N_("Goes back"), f"∂L/∂{scene.node.inputs[0]}")):
            heading.name.set_text(name)
            heading.set_what(f"{what} · {size}", what)
        steep = f"{slope:.3g}".replace("-", numbers.MINUS)
        at = numbers.figure(float(x))
        if slope == 0:
            self.headings[1].set_what(N_("slope 0 at {x}: nothing passes"), N_("slope 0: nothing passes"), x=at)
        else:
            self.headings[1].set_what(N_("slope {slope} at {x}"), N_("slope {slope} here"), slope=steep, x=at)
        if before is None or before.shape != scene.shape:
            self.arrange()

    @staticmethod
    def _fold(array: NDArray[np.floating], head: Playhead) -> NDArray[np.floating]:
        """The map of the number; a list of units as rows of a block."""
        if array.ndim == 1:
            return folded_list(array)
        return flat_plane(array[head.index[:-2] if len(head.index) > 2 else head.index[:1]])

    def _head(self, row: int, col: int, output: bool) -> Playhead | None:
        scene = self.scene
        assert scene is not None
        if len(scene.shape) == 1:
            k = row * self.output.map.shape[1] + col
            if k >= scene.shape[0]:
                return None
            index: tuple[int, ...] = (k,)
        else:
            index = scene.head_at(row, col).index
        own = Playhead(scene.node.name, index, None, scene.head.target, "backward")
        return own if output else scene.head_of("grad", index)

    def _hover(self, spot: tuple[int, int] | None, output: bool) -> None:
        self.hover_head(None if spot is None or self.scene is None else self._head(*spot, output))

    def _select(self, row: int, col: int, output: bool) -> None:
        head = self._head(row, col, output)
        if head is not None:
            self.select_head(head)

    def name_parts(self) -> None:
        """For people who hear them."""
        self.input.setAccessibleName(tr("What came back"))
        self.output.map.setAccessibleName(tr("The map of this number"))
        self.curve.setAccessibleName(tr("Curve of the activation"))
