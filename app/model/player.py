"""Play and pause: a clock that moves the session's playhead."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer, Signal

from app.model import playback, timeline
from app.model.session import Session
from app.model.stops import Search, search_of, stopping
from cnncore.network import INPUT

SPEEDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 100.0)
BASE_MS = 500
HURRY = 0.25  # seconds: steps in quicker succession are followed, not read
FRAME_MS = 16  # faster than this nobody sees: then several steps are made at once


class Player(QObject):
    """Transport of the stepper. At speed 1 a step takes half a second."""

    changed = Signal()
    ended = Signal(int)  # there is no step on (1) or back (−1) from here
    stopped = Signal(object, object)  # Playhead, Breakpoint | None: a breakpoint holds there

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.grain = "cell"
        self.speed = 1.0
        self.loop = False
        self.ring = "map"  # what a loop stays in
        self._at_once = 1
        self._fresh = True  # nothing has been played since Play was pressed: from the end of a pass it goes on
        self._opened: timeline.Playhead | None = None  # a number whose terms are gone through
        self._done: timeline.Playhead | None = None  # a number to which a step has come back
        self.stepping = False  # the playhead moves by a step: what shows it has until the next frame for what is far
        self.hurried = False  # the last step came right after the one before: a key is held down
        self._stepped = 0.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        session.playhead_moved.connect(self._led)
        session.opened.connect(self.pause)  # another document waits until it is asked

    @property
    def playing(self) -> bool:
        """True between play and pause."""
        return self._timer.isActive()

    def play(self) -> None:
        """Go on from the playhead to the end of its pass; from the start when it stands nowhere or at the very end."""
        if not self.playing:
            self.session.hover(None)
            if self._at_end():
                begin = timeline.start(self.session.view.network)
                self.session.select(dataclasses.replace(begin, term=0) if self.grain == "term" else begin)
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
        self._step(1)

    def back(self) -> None:
        """One step back; playing stops."""
        self._step(-1)

    def _step(self, steps: int) -> None:
        self.pause()
        self.session.hover(None)  # whoever steps looks at the step, wherever the pointer rests
        now = time.monotonic()
        self.hurried, self._stepped = now - self._stepped < HURRY, now
        try:
            moved = self._move(steps)
        finally:
            self.hurried = False
        if not moved:
            self.ended.emit(steps)

    def _move(self, steps: int, hold: bool = False) -> bool:
        """Steps at the grain; a breakpoint that lies on the way ends them. False at either end of the timeline."""
        session, found = self.session, list[timeline.Playhead]()
        if self.grain == "term" and self._opens(steps):
            return True

        def halt(head: timeline.Playhead, after: timeline.Playhead) -> timeline.Playhead | None:
            stop = self._halt(head, after, steps)
            found.extend([stop] if stop is not None else [])
            return stop

        stops = any(stop.on for stop in session.document.stops)
        begins = session.playhead is None or session.playhead.node == INPUT
        with self._in_step():
            moved = session.step(self.grain, steps, self.round, hold, halt if stops else None)
        head = session.playhead
        self._done = head if head is not None and head.term is None else None
        if begins and stops and head is not None and stopping(session.results, head, session.document.stops):
            found.append(head)
        if found:
            self._stop_at(found[0])
        return moved

    def _led(self, *_: object) -> None:
        """Whatever is not a step puts the playhead on a number to look at."""
        if not self.stepping:
            self._opened = self._done = None

    def _opens(self, steps: int) -> bool:
        """By term, a number on which a person has put the playhead is first gone through itself; back from there it is
        whole again. One to which a step came back is done, and the step on from it leads to the next."""
        head, trace = self.session.playhead, self.session.trace()
        if head is None or trace is None or abs(steps) > 1:
            return False
        if steps > 0 and head.term is None and head != self._done and trace.terms.size:
            self._opened = head
            after = dataclasses.replace(head, term=0)
        elif steps < 0 and head.term == 0 and head.whole == self._opened:
            self._opened, after = None, head.whole
        else:
            return False
        with self._in_step():
            self.session.select(after)
        return True

    @contextmanager
    def _in_step(self) -> Iterator[None]:
        self.stepping = True
        try:
            yield
        finally:
            self.stepping = False

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

    def faster(self, by: int) -> None:
        """So many of `SPEEDS` up, or down below 0."""
        self.set_speed(SPEEDS[min(max(SPEEDS.index(self.speed) + by, 0), len(SPEEDS) - 1)])

    def set_loop(self, loop: bool) -> None:
        """Stay in `ring` and go round."""
        if loop != self.loop:
            self.loop = loop
            self.changed.emit()

    def set_ring(self, ring: str) -> None:
        """What a loop stays in: ``cell``, ``map``, ``layer`` or ``pass``; but never less than the grain is part of."""
        if ring in playback.RINGS and ring != self.ring:
            self.ring = ring
            self.changed.emit()

    @property
    def round(self) -> str:
        """What the playhead stays in now; "": it goes on."""
        return playback.ring_of(self.grain, self.loop and self.ring)

    def _at_end(self) -> bool:
        head, trace = self.session.playhead, self.session.trace()
        if head is None or trace is None or self.loop:
            return False
        return playback.move(self.session.view.network, head, self.grain, 1, trace.terms.size) is None

    def _jump(self, start: bool) -> None:
        self.pause()
        self.session.hover(None)
        head, trace = self.session.playhead, self.session.trace()
        network = self.session.view.network
        if head is None or trace is None:
            self._move(1)
        elif start:
            self.session.select(playback.first(network, head, self.grain))
        else:
            self.session.select(playback.last(network, head, self.grain, trace.terms.size))

    # --- the cell beside

    def shift(self, right: int, down: int) -> None:
        """To the number beside this one, on the screen."""
        self._to(lambda head: playback.beside(self.session.view.network, head, right, down))

    def turn(self, by: int) -> None:
        """To the same place of the next map, or of the one before."""
        self._to(lambda head: playback.turned(self.session.view.network, head, by))

    def nudge(self, right: int, down: int, maps: int) -> bool:
        """Either of the two; False: the playhead stands nowhere."""
        there = self.session.playhead is not None
        if maps:
            self.turn(maps)
        else:
            self.shift(right, down)
        return there

    def _to(self, way: Callable[[timeline.Playhead], timeline.Playhead]) -> None:
        self.pause()
        self.session.hover(None)
        if self.session.playhead is not None:
            self.session.select(way(self.session.playhead))

    # --- a grain finer, a grain coarser

    def into(self, back: bool = False) -> None:
        """One grain finer: to the first (``back``: the last) part of what is here. Nothing is finer than a term: from
        one it goes to the next, as a debugger steps over where there is nothing to step into.
        """
        head = self.session.playhead
        if self.grain == "term" and head is not None and head.term is not None:
            self._step(-1 if back else 1)
            return
        network = self.session.view.network
        self._change(lambda head, terms: playback.into_back(head, self.grain, terms) if back
                     else playback.into(network, head, self.grain), passing=False)

    def out(self, back: bool = False) -> None:
        """One grain coarser, with what was being made done (``back``: undone). A breakpoint on the way stops it."""
        network = self.session.view.network
        self._change(lambda head, terms: playback.out_back(network, head, self.grain) if back
                     else playback.out(network, head, self.grain, terms), passing=True)

    def _change(self, way: Callable[[timeline.Playhead, int], tuple[str, timeline.Playhead]], passing: bool) -> None:
        self.pause()
        self.session.hover(None)
        head, trace = self.session.playhead, self.session.trace()
        if head is None or trace is None:
            self._step(1)
            return
        grain, at = way(head, trace.terms.size)
        found = self._between(head, at) if passing else None
        if found is not None:
            self._stop_at(found)
            return
        with self._in_step():
            self.session.select(at)
        self.set_grain(grain)

    # --- breakpoints

    def go_on(self, back: bool = False) -> bool:
        """To the next number at which a breakpoint stops, or to the one before; False: there is none."""
        self.pause()
        search, head = self._searching(), self.session.playhead
        found = search.before(head) if back else search.next(head)
        if found is not None:
            self._stop_at(found)
        return found is not None

    def run_to(self, target: timeline.Playhead) -> None:
        """To a number; a breakpoint on the way to it stops. What lies behind is gone back to at once."""
        self.pause()
        found = self._searching().next(self.session.playhead, target)
        if found is not None:
            self._stop_at(found)
        else:
            self.session.select(target)

    def _stop_at(self, head: timeline.Playhead) -> None:
        self.pause()
        self.session.hover(None)
        self.session.select(head)
        self.stopped.emit(head, stopping(self.session.results, head, self.session.document.stops))

    def _searching(self) -> Search:
        return search_of(self.session.results, self.session.document.stops)

    def _between(self, head: timeline.Playhead, after: timeline.Playhead) -> timeline.Playhead | None:
        """The first stop on the straight way from one number to another, the latter's own included."""
        network = self.session.view.network
        if timeline.is_before(network, head, after):
            return self._searching().next(head, after)
        return self._searching().before(head, after) if timeline.is_before(network, after, head) else None

    def _halt(self, head: timeline.Playhead, after: timeline.Playhead, steps: int) -> timeline.Playhead | None:
        """The first stop on the way of a step; a loop goes from its end round to its start, and back the other way."""
        search, network = self._searching(), self.session.view.network
        if head.whole == after.whole:
            return None
        if timeline.is_before(network, head, after) == (steps > 0):
            return self._between(head, after)
        begin = playback.begin_of(network, after, self.round)
        end = playback.end_of(network, after, self.round)
        if steps > 0:
            return search.next(head, end) or search.next(begin, after, own=True)
        return search.before(head, begin) or search.before(end, after, own=True)

    # --- the clock

    def _begin(self) -> None:
        """A tick at each step, or at each frame several steps."""
        interval = BASE_MS / self.speed
        self._at_once = max(1, round(FRAME_MS / interval))
        self._timer.start(max(1, round(interval * self._at_once)))

    def _tick(self) -> None:
        """Steps that were due; the person sees where they end."""
        if not self._move(self._at_once, not self._fresh):
            self.pause()
        self._fresh = False
