"""The debugger's hands: set and remove breakpoints, run to them, pin and compare the number that a person means."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QObject

from app.i18n import N_
from app.model.alarms import Alarms
from app.model.breakpoints import MOST, Breakpoint, at, typed
from app.model.comparison import Comparison
from app.model.expression_text import pinned, pinned_map
from app.model.player import Player
from app.model.session import Session
from app.model.stops import checked, search_of
from app.model.timeline import Playhead, Stretch, exists, stretch_of, timeline
from app.model.watches import Watches, moved
from cnncore.errors import CnnError


class Debugger(QObject):
    """What the actions of the Step menu do with breakpoints, watches and comparisons."""

    def __init__(self, session: Session, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session, self.player = session, player
        self.watches, self.alarms = Watches(session, self), Alarms(session, self)
        self.comparison = Comparison(session, self)
        self._aim: Playhead | None = None  # to which a breakpoint has not let it run

    # --- breakpoints

    def toggle(self, stretches: tuple[Stretch, ...] | None = None) -> None:
        """Set a plain breakpoint where the playhead's stretch begins, or take it away.

        Args:
            stretches: In place of the playhead's: on the first of these, or away from all of them.
        """
        if stretches is None:
            head = self.session.playhead
            own = None if head is None else stretch_of(self.session.view.network, head)
            stretches = () if own is None else (own,)
        if not stretches:
            raise CnnError("breakpoint.input", N_("Nothing is computed here: a breakpoint belongs to a layer."))
        plain = [stop for stop in self.session.document.stops
                 if not stop.condition and stop.node and any(stop.covers(stretch) for stretch in stretches)]
        if plain:
            self.session.set_stops(tuple(stop for stop in self.session.document.stops if stop not in plain))
        else:
            self._add(at(stretches[0].start))

    def add(self, text: str) -> None:
        """A breakpoint as it is typed; `CnnError` where it cannot be."""
        self._add(checked(typed(text, self.session.view.network), self.session.results))

    def replace(self, old: Breakpoint, text: str) -> None:
        """Another one in the place of one."""
        stop = checked(typed(text, self.session.view.network), self.session.results)
        stop = dataclasses.replace(stop, on=old.on)
        stops = self.session.document.stops
        self.session.set_stops(tuple(stop if one == old else one for one in stops if one == old or one != stop))

    def remove(self, stop: Breakpoint) -> None:
        """Take one away."""
        self.session.set_stops(tuple(one for one in self.session.document.stops if one != stop))

    def switch(self, stop: Breakpoint) -> None:
        """On or off."""
        other = dataclasses.replace(stop, on=not stop.on)
        self.session.set_stops(tuple(other if one == stop else one for one in self.session.document.stops))

    def move(self, stop: Breakpoint, by: int) -> None:
        """Some lines up (below 0) or down."""
        self.session.set_stops(moved(self.session.document.stops, stop, by))

    def go_to(self, stop: Breakpoint) -> None:
        """To the first number at which one holds now, else to where its layer begins."""
        session, head = self.session, None
        search = search_of(session.results, (stop,))
        if stop.on:
            head = search.next(None)
        if head is None and stop.node:
            head = next((one.start for one in timeline(session.view.network) if stop.covers(one)), None)
        if head is None:
            raise CnnError("breakpoint.nowhere", N_("{condition} holds for no number now."), condition=stop.text)
        self.player.pause()
        session.select(head)

    def clear(self) -> None:
        """Take all away."""
        self.session.set_stops(())

    def _add(self, stop: Breakpoint) -> None:
        stops = self.session.document.stops
        if len(stops) >= MOST:
            raise CnnError("breakpoint.many", N_("There are {count} breakpoints. Allowed: up to {allowed}."),
                           count=len(stops), allowed=MOST)
        if stop not in stops:
            self.session.set_stops((*stops, stop))

    # --- running

    def go_on(self, back: bool = False) -> None:
        """To the next breakpoint that holds, or the one before."""
        if not self.player.go_on(back):
            text = N_("No breakpoint stops before this place.") if back else N_("No breakpoint stops after this place.")
            raise CnnError("breakpoint.none", text)

    def resume(self) -> None:
        """On to the next breakpoint at once; where there is none, or none any more, play. What plays is halted."""
        stops = any(stop.on for stop in self.session.document.stops)
        if self.player.playing or not stops or not self.player.go_on():
            self.player.toggle()

    def run_to(self) -> None:
        """To the cell under the pointer, else to the one that was clicked last."""
        network = self.session.view.network
        for head in (self.session.hovered, self._aim, self.session.clicked):
            if head is not None and exists(network, head):
                self.player.run_to(head)
                # A breakpoint on the way has halted it, and put out the pointer's mark: the next call goes on.
                self._aim = head if self.session.playhead != head else None
                return
        raise CnnError("run_to.nothing", N_("Point at a cell or click one: there is none to run to yet."))

    # --- watches and comparison

    def pin(self) -> None:
        """Watch the number at the playhead."""
        if self.session.playhead is not None:
            self.watches.add(pinned(self.session.results, self.session.playhead))

    def pin_map(self) -> None:
        """Watch the whole map, kernel or list of units that the playhead stands in."""
        if self.session.playhead is not None:
            self.watches.add(pinned_map(self.session.results, self.session.playhead))

    def compare(self) -> None:
        """With the number under the pointer, else the playhead's; once more lets it go."""
        head = self.pointed()
        if head is not None:
            self.comparison.set_number(None if head == self.comparison.number else head)

    def keep(self) -> None:
        """The input of now, to stand beside the next ones."""
        if self.session.results.blank:
            raise CnnError("compare.blank", N_("There is no input to keep yet: draw one first."))
        self.comparison.keep()

    def pointed(self) -> Playhead | None:
        """The number that a person means: under the pointer, else at the playhead."""
        head = self.session.hovered or self.session.playhead
        return None if head is None or not exists(self.session.view.network, head) else head.whole
