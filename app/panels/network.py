"""The network: every layer's maps from left to right, live; a click on a cell moves everything else there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app import i18n, numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.document import Document
from app.model.frames import value_of
from app.model.player import FRAME_MS
from app.model.ranges import shares
from app.model.results import Results
from app.model.timeline import LOSS, Playhead, came_back, exists, has_loss, named, shown_at
from app.panels.network_views.fill import Filling
from app.widgets.card import Card
from app.widgets.labels import Label
from app.widgets.map_columns import Column, column_at, columns_of
from app.widgets.map_columns_links import Links, links
from app.widgets.network_scene_frame import SIDE
from app.widgets.network_scene_input import NetworkView
from app.widgets.network_scene_lines import Cell
from app.widgets.range_segments import RangeSegments
from app.widgets.segments import Segments
from cnncore.network import INPUT, Network
from cnncore.op import Array

NO_LOSS = N_("This network has no classes, so there is no loss from which gradients could come back.")
CAPTIONS = 820  # px of the card from which the switches have captions
LOOKS = (QEvent.Type.LanguageChange, QEvent.Type.PaletteChange, QEvent.Type.StyleChange)


class NetworkPanel(Card):
    """Keeps the scene in step with the session: columns on another network, colours on other results."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("Network"), "", parent)
        self.setObjectName("network_panel")
        self.desk, self.session = desk, desk.session
        self._network: Network | None = None
        self._labels: tuple[str, ...] = ()
        self._chosen: dict[str, str] = {}  # by a person: first node of a column to the one shown there
        self.readout = Label("", "text", mono=True)
        self.readout.setProperty("role", "accent")
        self.readout.setObjectName("network_readout")
        self.range_label = Label(N_("Colour range"), "secondary")
        self.ranges = RangeSegments()
        self.ranges.setObjectName("network_range")
        self.ranges.set_value(desk.ranges.choice)
        self.switch_label = Label(N_("Show"), "secondary")
        self.switch = Segments((("values", N_("values")), ("gradients", N_("gradients ∂"))), N_("Show"))
        self.switch.setObjectName("network_show")
        self.switch.setProperty("small", True)
        for widget in (self.readout, self.switch_label, self.switch, self.range_label, self.ranges):
            self.add_control(widget)
        for label in (self.switch_label, self.range_label):
            label.setMinimumWidth(1)  # they give way, and never make the card wider
        self.view = NetworkView()
        self.view.setObjectName("network_view")
        self.filling = Filling(desk, self.view)
        row = QHBoxLayout()  # rings at the edge reach over the card's margin; the columns stand under the title
        row.addSpacing(-round(SIDE))
        row.addWidget(self.view, 1)
        row.addSpacing(-round(SIDE))
        row.setSpacing(0)
        self.body.addLayout(row, 1)
        self.layout().setSpacing(2)  # the heads of the columns bring air of their own

        self.ranges.changed.connect(desk.ranges.set_choice)
        desk.ranges.changed.connect(self._ranges)
        self.switch.changed.connect(lambda value: self.show_gradients(value == "gradients"))
        self.view.astray = desk.player.nudge
        self.view.cell_clicked.connect(lambda node, index: self._click(self._head(node, index)))
        self.view.cell_hovered.connect(
            lambda node, index: self.session.hover(self._head(node, index) if node else None))
        self.view.node_chosen.connect(self.show_node)
        self.view.node_opened.connect(lambda node: desk.attempt(desk.set_layer, node))
        self.view.let_go.connect(desk.leave)
        self.session.results_changed.connect(self._results)
        self.session.selection_changed.connect(self._selection)
        self.session.hover_moved.connect(self._hover)
        self.view.follow(desk.touch)
        desk.debugger.comparison.changed.connect(lambda: self._unseen() or self._compared())
        self._looks = theme.name(), theme.scale(), i18n.language()
        self._behind = True  # built when it is shown, at its size then
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(FRAME_MS)
        self._soon.timeout.connect(self._follow)
        self._space()
        self.retranslate()

    def _head(self, node: str, index: tuple[int, ...]) -> Playhead:
        """What a cell of the picture stands for: its value, or what comes back to it."""
        network = self.session.results.network
        if self.gradients:
            if node == network.last and network.scores != network.last:
                node = network.scores
            back = came_back(network, node, index)
            if back is not None:
                return back
        return Playhead(node, index)

    def _click(self, head: Playhead) -> None:
        self.session.clicked = head
        self.desk.attempt(self.session.select, head)

    def _compared(self) -> None:
        """The dashed ring, among numbers of its own pass."""
        number = self.desk.debugger.comparison.number
        shown = number is not None and (number.lane == "backward") == self.gradients
        self.view.set_compared(self._cell(number) if shown else None)

    def _lane(self, head: Playhead | None) -> None:
        """Stepping into the backward lane throws the switch by itself, and stepping out of it back."""
        back = head is not None and head.lane in ("backward", "update")
        if back != self.gradients and (back or head is None or head.lane == "forward"):
            self.show_gradients(back)

    @property
    def gradients(self) -> bool:
        """True while it shows how the loss moves, not the values themselves."""
        return self.filling.gradients

    def show_gradients(self, on: bool) -> None:
        """Values, or how the loss moves when they grow."""
        on = on and has_loss(self.session.results.network)
        self.switch.set_value("gradients" if on else "values")
        if on != self.gradients:
            self.filling.gradients = on
            self.view.set_gradients(on)
            self._title()
            if not self._unseen():
                self.filling.fill(self.session.results, None)
                self._compared()
                self._ends()

    @property
    def columns(self) -> tuple[Column, ...]:
        """What stands side by side."""
        self._catch_up()
        return self.view.columns

    def show_node(self, first: str, node: str) -> None:
        """Show another node in the column that begins with ``first``; a selection there goes along."""
        head = self.session.playhead
        column = next(c for c in self.columns if c.nodes[0] == first)
        self._chosen[first] = node
        if head is not None and head.lane == "forward" and head.node in column.nodes and head.node != node:
            self.desk.attempt(self.session.select, Playhead(node, head.index))
        else:
            self._select(head)

    def pictures(self) -> dict[str, Array]:
        """What every column of maps shows: name of the node to (height, width, 3)."""
        self._catch_up()
        return self.view.pictures()

    # --- the session moved

    def _unseen(self) -> bool:
        """True while nobody can see the panel: then it falls behind, and catches up when it is shown."""
        if not self.isVisible():
            self._behind = True
        return self._behind

    def _catch_up(self) -> None:
        if self._soon.isActive():
            self._follow()
        if self._behind:
            self._behind = False
            self._build()

    def _build(self) -> None:
        """Columns for the network of now, and everything in them."""
        results = self.session.results
        if results.network is not self._network:
            self._chosen.clear()
        self._network, self._labels = results.network, self.session.labels
        columns = columns_of(results.network, self._chosen)
        self.view.set_columns(columns_of(results.network, self._wanted(columns)), self._labels)
        self.filling.choose(results, self.session.playhead)
        self.filling.fill(results, None)
        self._weights(results.document)
        self._select(self.session.playhead)
        self.switch.set_blocked("gradients", "" if has_loss(results.network) else NO_LOSS)
        self._title()

    def _show(self, wanted: dict[str, str]) -> None:
        """Other nodes in the same columns, and their numbers."""
        before = self.columns
        self.view.set_shown(columns_of(self.session.results.network, wanted))
        others = frozenset(k for k, (a, b) in enumerate(zip(before, self.columns, strict=True)) if a != b)
        self.filling.fill(self.session.results, None, others)

    def _wanted(self, columns: tuple[Column, ...]) -> dict[str, str]:
        """What columns of several nodes show: the node of the playhead; else what a person chose, or the last."""
        head = self._seen(self.session.playhead)
        wanted = {c.nodes[0]: self._chosen.get(c.nodes[0], c.nodes[-1]) for c in columns if len(c.nodes) > 1}
        return wanted | {c.nodes[0]: head.node for c in columns if head is not None and head.node in c.nodes}

    def _results(self, results: Results) -> None:
        if self._unseen():
            return
        if results.network is not self._network or self.session.labels != self._labels:
            self._build()
            return
        self.filling.fill(results, results.stale)
        self._weights(results.document)
        self._ends()
        if self.session.hovered is not None:
            self._hover(self.session.hovered)

    def _choose_class(self, head: Playhead | None) -> None:
        results = self.session.results
        if self._network is results.network and self.filling.choose(results, head):  # else all is built anew
            self._title()
            if not self.filling.gradients:
                self.filling.fill(results, None)

    def _ranges(self) -> None:
        if self._unseen():
            return
        self.ranges.set_value(self.desk.ranges.choice)
        self.filling.fill(self.session.results, None if self.gradients else frozenset())
        self._ends()

    def _weights(self, document: Document) -> None:
        """Corner marks for edited layers, slashes for muted maps."""
        now, then = document.weights, document.trained
        keys = () if now is then else (key for key, value in now.items() if then.get(key) is not value)
        edited = (column_at(self.columns, key.split(".")[0]) for key in keys)
        self.view.set_edited(frozenset(k for k in edited if k is not None))
        found = ((column_at(self.columns, layer), map_) for layer, map_ in document.muted)
        self.view.set_muted(frozenset((k, map_) for k, map_ in found if k is not None))

    def _seen(self, head: Playhead | None) -> Playhead | None:
        """The output in whose place a number of any pass is shown; of a weight, its layer without a cell."""
        if head is None or head.lane == "forward":
            return head
        network = self.session.results.network
        at = shown_at(network, head)
        return Playhead(*at) if at is not None else Playhead(network.scores if head.node == LOSS else head.node, ())

    def _cell(self, head: Playhead | None) -> Cell | None:
        """Where a playhead stands in the columns as they are shown."""
        head = self._seen(head)
        if head is not None and not head.index:
            return None
        k = None if head is None else column_at(self.columns, head.node)
        return None if k is None or head is None or self.columns[k].node != head.node else (k, head.index)

    def _selection(self, head: Playhead | None) -> None:
        """A step is painted in two frames: how its number is made, and then where it lies."""
        if self.desk.player.stepping and not self._unseen():
            if not self._soon.isActive():
                self._soon.start()
        else:
            self._follow()

    def _follow(self) -> None:
        self._soon.stop()
        head = self.session.playhead
        self._lane(head)
        if not self._unseen():
            self._choose_class(head)
            self._select(head)

    def _select(self, head: Playhead | None) -> None:
        head = self._seen(head)
        wanted = self._wanted(self.columns)
        if any(wanted.get(c.nodes[0], c.node) != c.node for c in self.columns):
            self._show(wanted)
        k = None if head is None else column_at(self.columns, head.node)
        if k is not None:
            self.view.set_open(k)
        nothing = head is None or k is None or not head.index
        found = Links() if nothing else links(self.session.view.network, self.columns, head.node, head.index)
        self.view.set_selected(self._cell(head), found)
        self._compared()
        self._ends()
        self._say()

    def _ends(self) -> None:
        self.filling.ends(self.session.results, self._seen(self.session.playhead))

    def _hover(self, head: Playhead | None) -> None:
        if self._unseen():
            return
        self.view.set_hovered(self._cell(head))
        self._say()

    def _read(self, head: Playhead) -> str:
        """``conv1[2, 10, 9]  0.656``"""
        results = self.session.results
        if not exists(results.network, head):
            return ""
        value = value_of(results, head)
        if head.lane != "forward":
            return f"{named(results.network, head)}  {numbers.gradient(value)}"
        share = head.node != INPUT and shares(results.network, head.node)
        return f"{head.name}  {numbers.share(value) if share else numbers.figure(value)}"

    # --- words

    def _say(self) -> None:
        """The cell under the pointer is read out; not the selected one, whose number stands in the inspector."""
        hovered, selected = self.session.hovered, self.session.playhead
        same = hovered and selected and hovered.whole == selected.whole
        self.readout.setText("" if hovered is None or same else self._read(hovered))
        head = hovered or selected
        self.view.setAccessibleDescription("" if head is None else self._read(head))

    def _title(self) -> None:
        network = self.session.results.network
        if self.gradients:
            self.set_secondary(N_("← backward pass"))
            self.secondary.setToolTip(tr("How the loss moves when a number grows: orange up, blue down"))
            return
        labels = self.session.results.document.labels
        if self.filling.label is not None and has_loss(network):
            name = labels[self.filling.label] if self.filling.label < len(labels) else str(self.filling.label)
            self.set_secondary(N_("the units before the classes: what each adds to the score of “{name}”"), name=name)
            return
        deep = N_("{name} · {count} parameters · {layers} layers, 1 open")
        text = deep if self.view.folded else N_("{name} · {count} parameters")
        count = numbers.count(network.parameter_count())
        self.set_secondary(text, name=network.name, count=count, layers=len(self.columns))

    def retranslate(self) -> None:
        """All texts in the language of now."""
        self.view.setAccessibleName(tr("Maps of every layer. Arrows move the cell, Tab goes to the next layer."))

    def _fit_header(self) -> None:
        """Where it is narrow the captions of the two switches give way: the words in them say enough."""
        for label in (self.switch_label, self.range_label):
            label.setVisible(self.width() >= theme.size(CAPTIONS))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_header()

    def _space(self) -> None:
        """Between what the pointer is at and what the colours mean: two things, not one."""
        self.readout.setContentsMargins(0, 0, theme.size(16) - self.header.spacing(), 0)

    def _dress(self) -> None:
        """Colours, sizes and words of now; a switch of theme comes as several events, and costs once."""
        looks = theme.name(), theme.scale(), i18n.language()
        if looks != self._looks:
            self._looks = looks
            self.retranslate()
            if self.session.labels != self._labels:
                self._build()
            self._space()
            self._fit_header()
            self.view.restyle()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in LOOKS and self.isVisible():
            self._dress()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._dress()
        self._catch_up()
