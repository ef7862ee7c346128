"""One pointer in all grids: what the number or the weight under it touches lights up in the stepper's maps too."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from app.model.timeline import is_input, shown_at
from app.model.touch import Touch, plane_of
from app.widgets.heat_map import HeatMap
from app.widgets.plane_grid import PlaneGrid

if TYPE_CHECKING:
    from app.panels.stepper_views.base import Scene, View


class Linked(NamedTuple):
    """A map of a view: the plane ``lead`` of what ``node`` gives. A window on it lights up for a weight only, because a
    number that is pointed at has the window itself."""

    map: HeatMap | PlaneGrid
    node: str
    lead: tuple[int, ...]


def output_of(scene: Scene, map_: HeatMap) -> list[Linked]:
    """The map in which a scene's own number lies."""
    at = shown_at(scene.results.network, scene.head)
    return [] if at is None else [Linked(map_, at[0], at[1][:-2] if len(at[1]) > 2 else at[1][:1])]


def light_up(view: View, maps: list[Linked]) -> None:
    """Bring what lights up in some maps up to date."""
    touch = view.desk.touch
    boxes = touch.boxes() if touch.on else {}
    of_weight = touch.weight is not None
    for one in maps:
        box = boxes.get(one.node) if of_weight or isinstance(one.map, HeatMap) else None
        one.map.set_touched(None if box is None else plane_of(box, one.lead))


def term_at(scene: Scene, touch: Touch) -> int | None:
    """The term of a scene that the number, or the weight, under a pointer elsewhere is a factor of."""
    weight, node = touch.weight, scene.node
    for one in scene.trace.operands:
        index = None
        if weight is not None:
            index = weight.index if (weight.node, weight.target) == (node.name, one.source) else None
        elif one.source in ("grad", "output"):
            index = touch.index_in(node.name)
        elif is_input(one.source):
            index = touch.index_in(node.inputs[int(one.source[5:])])
        if index is not None and one.cells.shape[1] == len(index) and one.samples is None:
            found = np.flatnonzero((one.cells == np.array(index)).all(axis=1) & one.inside)
            if len(found):
                return int(found[0])
    return None
