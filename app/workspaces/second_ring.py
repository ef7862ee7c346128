"""The dashed ring in the stepper's output: the number that the one on show is compared with, where it lies there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.desk import Desk
from app.model.timeline import Playhead
from app.widgets.heat_map import HeatMap

if TYPE_CHECKING:
    from app.panels.stepper import StepperPanel


class SecondRing(QObject):
    """Follows the stepper; made after it, so that it hears of each move when the stepper has shown it."""

    def __init__(self, desk: Desk, stepper: StepperPanel) -> None:
        super().__init__(stepper)
        self.desk, self.stepper = desk, stepper
        session = desk.session
        for fact in (session.playhead_moved, session.hover_moved, session.results_changed,
                     desk.debugger.comparison.changed):
            fact.connect(self.show_now)
        self._map: HeatMap | None = None

    def show_now(self, *_: object) -> None:
        """Put it where it belongs, or take it away."""
        view, number = self.stepper.view, self.desk.debugger.comparison.number
        map_ = getattr(getattr(view, "output", None), "map", None)
        if self._map is not None and (self._map is not map_ or number is None):
            self._map.set_second(None)
            self._map = None
        if isinstance(map_, HeatMap) and number is not None:
            self._map = map_
            map_.set_second(self._spot(number, map_.shape))

    def _spot(self, number: Playhead, shape: tuple[int, int]) -> tuple[int, int] | None:
        session = self.desk.session
        shown = session.hovered or session.playhead
        if shown is None or session.playhead is None or self.desk.player.playing or shown.stretch != \
                session.playhead.stretch:
            shown = session.playhead
        if shown is None or shown.stretch != number.stretch:
            return None
        deep = len(number.index) > 2
        apart = number.index[:-2] != shown.index[:-2] if deep else number.index[:1] != shown.index[:1]
        if apart or len(number.index) < 2:
            return None
        spot = number.index[-2:] if deep else (0, number.index[1])
        return (spot[0], spot[1]) if spot[0] < shape[0] and spot[1] < shape[1] else None
