"""The transport: play, step and scrub through the whole network."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model import playback, timeline
from app.model.player import SPEEDS
from app.model.timeline import LOSS, Playhead
from app.widgets.buttons import IconButton, action_button, restyle
from app.widgets.card import Card
from app.widgets.labels import Label
from app.widgets.segments import Segments
from app.widgets.steady import SteadyLabel
from app.widgets.timeline import BACKWARD, BETWEEN, FOLD, TIP, Stretch, Timeline
from cnncore.network import INPUT
from cnncore.shapes import multiply_adds

LEAST_PART = 0.06  # of its box that a stretch has
GRAINS = (("term", N_("term")), ("cell", N_("cell")), ("map", N_("map")), ("layer", N_("layer")), ("pass", N_("pass")))
PLACES = {"term": N_("term {k} of {n}"), "cell": N_("cell {k} of {n}"),
          "map": N_("map {k} of {n}"), "layer": N_("layer {k} of {n}"), "pass": N_("pass {k} of {n}")}


class TransportPanel(Card):
    """One row of buttons over the timeline. Everything here moves the one playhead."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self.setObjectName("transport_panel")
        self.desk = desk
        self.play = IconButton("play", N_("Play or pause"), N_("Play"))
        self.play.setObjectName("play")
        self.play.set_primary()
        self.play.clicked.connect(lambda: desk.perform("stepper.play"))
        self.grain = Segments(GRAINS, N_("Step by"))
        self.grain.setObjectName("step_by")
        self.grain.changed.connect(desk.player.set_grain)
        self.speed = IconButton("", N_("Speed"))
        self.speed.setObjectName("speed")
        self.speed.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.speed.setMenu(self._speeds())
        self.ring = IconButton("", N_("What the loop stays in"))
        self.ring.setObjectName("ring")
        self.ring.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        rings = QMenu(self)
        for name in playback.RINGS[:4]:
            rings.addAction(desk.action(f"stepper.loop_{name}"))
        self.ring.setMenu(rings)
        self.ring.hide()
        self.place = SteadyLabel("", "secondary", mono=True)
        self.place.setObjectName("place")
        self._told = ("", "")  # "cell 250 of 576", and the same in two numbers
        self._room, self._length, self._fitting = 0, -1, False
        self.by_label, self.speed_label = Label(N_("Step by"), "secondary"), Label(N_("Speed"), "secondary")
        self.body.addLayout(self._row())
        self.lanes = Label(N_("forward →"), "secondary"), Label(N_("← backward"), "secondary")
        self.timeline = Timeline()
        self.timeline.setObjectName("timeline")
        self.body.setSpacing(3)  # the playhead's triangle has air of its own
        line = QHBoxLayout()
        line.setSpacing(10)
        names = QVBoxLayout()
        names.setContentsMargins(0, theme.size(TIP), 0, 3)
        names.setSpacing(BETWEEN)
        for label in self.lanes:
            names.addWidget(label)
        line.addLayout(names)
        line.addWidget(self.timeline, 1)
        self.body.addLayout(line)
        self.timeline.scrubbed.connect(self._scrub)
        self.timeline.stepped.connect(lambda step: desk.perform("stepper.forward" if step > 0 else "stepper.back"))
        self.timeline.marked.connect(self._mark)
        desk.session.debug_changed.connect(self._stops)
        self._network: object = None
        self._segments: list[tuple[timeline.Stretch, ...]] = []  # what each box of the timeline holds; of the input ()
        self._edges: list[list[float]] = []  # where in its box each stretch begins, and 1
        desk.session.playhead_moved.connect(self._moved)
        desk.session.results_changed.connect(self._results)
        desk.player.changed.connect(self._player)
        self.retranslate()

    def _row(self) -> QHBoxLayout:
        desk, row = self.desk, QHBoxLayout()
        row.setSpacing(7)
        row.addWidget(action_button(desk.action("stepper.first")))
        row.addWidget(action_button(desk.action("stepper.back")))
        row.addWidget(self.play)
        for name in ("stepper.forward", "stepper.last", "stepper.loop"):
            row.addWidget(action_button(desk.action(name)))
        row.addWidget(self.ring)
        row.addSpacing(8)
        row.addWidget(self.by_label)
        row.addWidget(self.grain)
        row.addSpacing(8)
        row.addWidget(self.speed_label)
        row.addWidget(self.speed)
        row.addStretch(1)
        row.addWidget(self.place)
        return row

    def _speeds(self) -> QMenu:
        menu, group = QMenu(self), QActionGroup(self)
        for speed in SPEEDS:
            action = QAction(speed_text(speed), menu, checkable=True)
            action.setData(speed)
            action.triggered.connect(lambda _=False, s=speed: self.desk.player.set_speed(s))
            group.addAction(action)
            menu.addAction(action)
        return menu

    def resizeEvent(self, event: object) -> None:
        self._fit()
        super().resizeEvent(event)  # type: ignore[arg-type]

    def _fit(self) -> None:
        """Where it is narrow the captions give way: the controls say their names in tooltips."""
        if self._fitting:  # a layout that is brought up to date tells of other sizes
            return
        self._fitting, self._length = True, len(self._told[0])
        for shown in (True, False):
            for label in (self.by_label, self.speed_label):
                label.setVisible(shown)
            self.layout().invalidate()
            self.layout().activate()
            self._room = self.width() - self.layout().minimumSize().width() + self.place.width()
            if self._wide(self._told[0]) <= self._room:
                break
        self.place.set_most(self._room)
        self._say_place()
        self._fitting = False

    def _wide(self, text: str) -> int:
        return self.place.fontMetrics().horizontalAdvance(text) + 2

    def _say_place(self) -> None:
        """In words, or where they have no room in two numbers."""
        text = next((text for text in self._told if self._wide(text) <= self._room), "")
        self.place.setText(text)
        self.place.setToolTip(self._told[0] if text != self._told[0] else "")

    # --- following the session

    def _results(self, *_: object) -> None:
        network = self.desk.session.view.network
        if network is not self._network:
            self._network = network
            self.lanes[1].setVisible(timeline.has_loss(network))
            boxes = [(self._input(), ()), *self._boxes()]
            self._segments = [held for _, held in boxes]
            self._edges = [_edges(held) for held in self._segments]
            self.timeline.set_stretches([box for box, _ in boxes])
            self._moved()
            self._stops()

    def _input(self) -> Stretch:
        shape = "×".join(map(str, self.desk.session.view.network.input_shape))
        tip = tr("{name}: what goes into the network, {shape}", name=INPUT, shape=shape)
        return Stretch(INPUT, 0.0, tip, named=False)

    def _boxes(self) -> list[tuple[Stretch, tuple[timeline.Stretch, ...]]]:
        """The boxes after the input's: a layer is one in each lane, and all updates together are one under the input.
        """
        network, out = self.desk.session.view.network, []
        stretches = timeline.timeline(network)
        for (lane, node), group in itertools.groupby(stretches, key=lambda s: (s.lane, s.node)):
            held = tuple(group)
            if lane == "forward":
                out.append((self._stretch(node), held))
            elif lane == "loss":
                out.append((Stretch(tr("loss"), 0.0, tr("loss"), lane=FOLD, column=LOSS), held))
            elif lane == "backward" and node != LOSS:
                tip = tr("{name}, backward: {targets}", name=node, targets=", ".join(s.target for s in held))
                out.append((Stretch(node, 0.0, tip, lane=BACKWARD, column=node), held))
            elif lane == "backward":  # p − target stands under what makes p of the scores
                column = network.last if network.last != network.scores else LOSS
                out.append((Stretch("p − t", 0.0, tr("what comes back first: ∂L/∂scores"), lane=BACKWARD,
                                    column=column), held))
        updates = tuple(s for s in stretches if s.lane == "update")
        if updates:
            tip = tr("update: every weight takes its step")
            out.append((Stretch(tr("update"), 0.0, tip, lane=BACKWARD, column=INPUT), updates))
        return out

    def _stretch(self, name: str) -> Stretch:
        network = self.desk.session.view.network
        shape = "×".join(map(str, network.shapes[name]))
        work = multiply_adds(network, name)
        tip = tr("{name} · {shape} · {work} multiply-adds", name=name, shape=shape, work=numbers.count(work))
        return Stretch(name, work, tip)

    def _place(self, head: Playhead) -> tuple[int, float] | None:
        """(box, fraction of it): each stretch of a box has a part of it by its numbers."""
        if head.node == INPUT:
            return 0, (playback.progress_in(self._network.input_shape, head.index))
        for k, held in enumerate(self._segments):
            for n, stretch in enumerate(held):
                if stretch.key == head.stretch:
                    start, end = self._edges[k][n:n + 2]
                    return k, start + (end - start) * playback.progress(self._network, head)
        return None

    def _moved(self, *_: object) -> None:
        session = self.desk.session
        network, head = session.view.network, session.playhead
        place = None if head is None else self._place(head)
        self.timeline.set_playhead(place)
        back = head is not None and head.lane in ("backward", "update")
        for label, own in zip(self.lanes, (head is not None and not back, back), strict=True):
            if label.property("role") != ("accent" if own else "secondary"):
                label.setProperty("role", "accent" if own else "secondary")
                restyle(label)
        if head is None or place is None or head.node == INPUT:
            self._told = ("", "")
            self._say_place()
            return
        grain = self.desk.player.grain
        trace = session.trace() if grain == "term" else None
        k, n = playback.position(network, head, grain, trace.terms.size if trace else 0)
        of = {"k": numbers.count(k), "n": numbers.count(n)}
        self._told = tr(PLACES[grain], **of), f"{of['k']}/{of['n']}"
        if grain == "term" and head.term is None:  # as a whole it is at none of them
            self._told = tr(N_("{n} terms"), n=of["n"]), of["n"]
        if self._wide(self._told[0]) <= self._room or len(self._told[0]) == self._length:
            self._say_place()  # a step lays nothing out
        else:
            self._fit()

    def _stops(self) -> None:
        """Red dots where a breakpoint of a layer is on."""
        stops = [stop for stop in self.desk.session.document.stops if stop.on and stop.node]
        self.timeline.set_stops(frozenset(k for k, held in enumerate(self._segments)
                                          if any(stop.covers(stretch) for stretch in held for stop in stops)))

    def _mark(self, segment: int) -> None:
        self.desk.attempt(self.desk.debugger.toggle, self._segments[segment])

    def _player(self) -> None:
        player = self.desk.player
        self.play.set_icon("pause" if player.playing else "play")
        self.play.set_text(N_("Pause") if player.playing else N_("Play"))
        self.grain.set_value(player.grain)
        self.ring.setVisible(bool(player.round))
        if player.round in playback.RINGS[:4]:
            self.ring.set_text(f"{tr(player.round)} ▾", N_("What the loop stays in"))
            self.ring.setAccessibleName(f"{tr('Loop')} {tr(player.round)}")
        self._fit()
        self.speed.set_text(f"{speed_text(player.speed)} ▾", N_("Speed"))
        self.speed.setAccessibleName(f"{tr('Speed')} {speed_text(player.speed)}")
        for action in self.speed.menu().actions():
            action.setChecked(action.data() == player.speed)
        self._moved()

    def _scrub(self, segment: int, fraction: float) -> None:
        self.desk.player.pause()
        held = self._segments[segment]
        if not held:
            shape = self.desk.session.view.network.input_shape
            self.desk.session.select(playback.scrubbed(timeline.Stretch("forward", INPUT, "output", shape), fraction))
            return
        edges = self._edges[segment]
        k = min(bisect.bisect_right(edges, fraction), len(held)) - 1
        self.desk.session.select(playback.scrubbed(held[k], (fraction - edges[k]) / (edges[k + 1] - edges[k])))

    def retranslate(self) -> None:
        """Texts in the language of now, and widths that do not jump while playing."""
        self.play.set_keys(self.desk.action("stepper.play").shortcut().toString())
        self.setMinimumWidth(theme.size(640))
        self.timeline.setAccessibleName(tr("Timeline: drag or press the arrow keys"))
        self.play.setMinimumWidth(0)
        widest = 0
        for text in (N_("Play"), N_("Pause")):
            self.play.set_text(text)
            widest = max(widest, self.play.sizeHint().width())
        self.play.setMinimumWidth(widest)
        self._network = None
        self._results()
        self._player()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "_segments"):
            self.retranslate()


def _edges(held: Sequence[timeline.Stretch]) -> list[float]:
    """Where each stretch of a box begins, by how many numbers it has; a bias can be found between weights all the same.
    """
    counts = [s.maps * s.size for s in held]
    parts = [max(count / max(sum(counts), 1), LEAST_PART) for count in counts]
    return [0.0, *(end / sum(parts) for end in itertools.accumulate(parts))]


def speed_text(speed: float) -> str:
    """``0.25×``, ``1×``."""
    return f"{speed:g}×"
