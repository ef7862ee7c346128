"""Play and pause: a clock that moves the session's playhead."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from app.model import playback, timeline
from app.model.session import Session

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 100.0)
BASE_MS = 500
FRAME_MS = 16  # faster than this nobody sees: then several steps are made at once


class Player(QObject):
    """Transport of the stepper. At speed 1 a step takes half a second."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.grain = "cell"
        self.speed = 1.0
        self.loop = False
        self._at_once = 1
        self._fresh = True  # nothing has been played since Play was pressed: from the end of a pass it goes on
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)

    @property
    def playing(self) -> bool:
        """True between play and pause."""
        return self._timer.isActive()

    def play(self) -> None:
        """Go on from the playhead to the end of its pass; from the start when it stands nowhere or at the very end."""
        if not self.playing:
            if self._at_end():
                self.session.select(timeline.start(self.session.view.network))
            self._fresh = True
            self._begin()
            self.changed.emit()

    def pause(self) -> None:
        """Stand still."""
        if self.playing:
            self._timer.stop()
            self.changed.emit()

    def toggle(self) -> None:
        """Play or pause."""
        (self.pause if self.playing else self.play)()

    def forward(self) -> None:
        """One step on; playing stops."""
        self.pause()
        self.session.step(self.grain, 1, self.loop)

    def back(self) -> None:
        """One step back; playing stops."""
        self.pause()
        self.session.step(self.grain, -1, self.loop)

    def first(self) -> None:
        """To the start of what the grain is part of."""
        self._jump(start=True)

    def last(self) -> None:
        """To the end of what the grain is part of."""
        self._jump(start=False)

    def set_grain(self, grain: str) -> None:
        """Step by ``term``, ``cell``, ``map`` or ``layer``."""
        if grain in playback.GRAINS and grain != self.grain:
            self.grain = grain
            self.changed.emit()

    def set_speed(self, speed: float) -> None:
        """One of `SPEEDS`; takes effect at once."""
        if speed in SPEEDS and speed != self.speed:
            self.speed = speed
            if self.playing:
                self._begin()
            self.changed.emit()

    def set_loop(self, loop: bool) -> None:
        """Stay in the map (cell, layer) and go round."""
        if loop != self.loop:
            self.loop = loop
            self.changed.emit()

    def _at_end(self) -> bool:
        head, trace = self.session.playhead, self.session.trace()
        if head is None or trace is None or self.loop:
            return False
        return playback.move(self.session.view.network, head, self.grain, 1, trace.terms.size) is None

    def _jump(self, start: bool) -> None:
        self.pause()
        head, trace = self.session.playhead, self.session.trace()
        network = self.session.view.network
        if head is None or trace is None:
            self.session.step(self.grain)
        elif start:
            self.session.select(playback.first(network, head, self.grain))
        else:
            self.session.select(playback.last(network, head, self.grain, trace.terms.size))

    # --- a grain finer, a grain coarser

    def into(self, back: bool = False) -> None:
        """One grain finer: to the first (``back``: the last) part of what is here."""
        self._change(lambda head, terms: playback.into_back(head, self.grain, terms) if back
                     else playback.into(head, self.grain))

    def out(self, back: bool = False) -> None:
        """One grain coarser, with what was being made done (``back``: undone)."""
        network = self.session.view.network
        self._change(lambda head, terms: playback.out_back(network, head, self.grain) if back
                     else playback.out(network, head, self.grain, terms))

    def _change(self, way: Callable[[timeline.Playhead, int], tuple[str, timeline.Playhead]]) -> None:
        self.pause()
        head, trace = self.session.playhead, self.session.trace()
        if head is None or trace is None:
            self.session.step(self.grain)
            return
        grain, at = way(head, trace.terms.size)
        self.session.select(at)
        self.set_grain(grain)

    # --- the clock

    def _begin(self) -> None:
        """A tick at each step, or at each frame several steps."""
        interval = BASE_MS / self.speed
        self._at_once = max(1, round(FRAME_MS / interval))
        self._timer.start(max(1, round(interval * self._at_once)))

    def _tick(self) -> None:
        """Steps that were due; the person sees where they end."""
        if not self.session.step(self.grain, self._at_once, self.loop, hold=not self._fresh):
            self.pause()
        self._fresh = False
