"""The inspector: one number, what it is, where it comes from and where it goes."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.difference import can_check
from app.model.frames import array_of, node_of, trace_of, value_of
from app.model.player import FRAME_MS
from app.model.ranges import shares
from app.model.results import SILENT
from app.model.timeline import Playhead, exists, has_loss, named
from app.panels.inspector_views import field
from app.panels.inspector_views.back import came_from, leads_to
from app.panels.inspector_views.chain import chain
from app.panels.inspector_views.checked import Checked
from app.panels.inspector_views.code import CodeSection
from app.panels.inspector_views.compared import LET_GO, compared
from app.panels.inspector_views.facts import KERNEL, Part, Row, comes_from, goes_to
from app.panels.inspector_views.rows import FormulaText, Line, Rows, Sense
from app.panels.inspector_views.term import term
from app.panels.inspector_views.words import formula, meaning, what
from app.widgets.card import Card
from app.widgets.histogram import Histogram
from app.widgets.labels import Label
from app.widgets.number_field import NumberLine, TextLine
from app.widgets.scroll import on_card
from app.widgets.steady import SteadyLabel
from cnncore.network import INPUT

LATER = 80  # ms
MANY = 24  # layers: what a number of such a network sees takes long to find


class InspectorPanel(Card):
    """Shows the number under the pointer, else the one at the playhead."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("Inspector"), "", parent)
        self.setObjectName("inspector_panel")
        self.desk = desk
        self.cell = SteadyLabel("", "text", mono=True)
        self.cell.setProperty("role", "secondary")
        self.cell.setObjectName("inspector_cell")
        self.add_control(self.cell)
        self.value, self.what, self.rank = NumberLine(), TextLine(token="soft"), TextLine(token="soft")
        self.value.setObjectName("inspector_value")
        self.what.setObjectName("inspector_what")
        self.rank.setObjectName("inspector_rank")
        self.histogram = Histogram()
        self.sense = Sense()
        self.from_rows, self.to_rows, self.gradient, self.compared = Rows(), Rows(), Rows(), Rows()
        self.formula, self.chain, self.field = FormulaText(), Rows(), Rows()
        self.from_title, self.to_title = Label(N_("Comes from"), "title"), Label(N_("Goes to"), "title")
        self.chain_title = Label(N_("Chain rule"), "title")
        self.checked, self.section = Checked(desk), CodeSection(desk)
        self.code_title, self.code = self.section.title, self.section.block
        for name, rows in (("comes_from", self.from_rows), ("goes_to", self.to_rows), ("gradient", self.gradient),
                           ("compared", self.compared), ("chain", self.chain), ("field", self.field)):
            rows.setObjectName(name)
            rows.linked.connect(self._go)
        self._lay_out()
        self._head: Playhead | None = None
        self._name = ""
        self._sources: tuple[object, ...] = (None,) * 4
        self._spread: tuple[object, ...] | None = None  # what the histogram has counted
        self._bad = False  # the number is NaN or infinite
        self._every = False  # every layer of what the number sees
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._show_later)
        self.checked.shown.connect(self._fit_soon)
        self.section.changed.connect(self._recode)
        self.section.folded.connect(self._fit)
        self._dirty = True
        self._behind = False  # only the number itself has been shown
        desk.session.playhead_moved.connect(self._changed)
        desk.session.hover_moved.connect(self._changed)
        desk.session.results_changed.connect(self._changed)
        desk.ranges.changed.connect(self._changed)
        desk.player.changed.connect(self._stopped)
        desk.debugger.comparison.changed.connect(self._changed)
        self.retranslate()

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.lines = [Line() for _ in range(6)]
        for widget in (self.value, self.what, self.sense, self.rank, self.compared, self.histogram, self.formula,
                       self.lines[4], self.chain_title, self.chain, self.lines[0], self.from_title, self.from_rows,
                       self.lines[1], self.to_title, self.to_rows, self.field, self.lines[2], self.gradient,
                       self.lines[5], self.checked, self.lines[3], self.section):
            column.addWidget(widget)
        column.addStretch(1)
        self.scroll = on_card(QScrollArea(), inner, "inspector_scroll")
        self.body.addWidget(self.scroll)

    # --- following the session

    def _changed(self, *_: object) -> None:
        if self.isVisible():
            self.show_now()
        else:
            self._dirty = True

    @SILENT
    def show_now(self) -> None:
        """Everything about the number under the pointer, else of the playhead."""
        self._dirty = False
        session = self.desk.session
        head = session.playhead if self.desk.player.playing else session.hovered or session.playhead
        if head is None or not exists(session.view.network, head):
            return
        moved, self._head = head != self._head, head
        results = session.results
        values = array_of(results, head)
        value = float(values[head.index])
        if moved:
            self._name = named(session.view.network, head)
            self._fit_name()
        share = head.lane == "forward" and head.node != INPUT and shares(session.view.network, head.node)
        self.value.set_value(value, share)
        own = values if values.ndim < 2 else values[head.map]
        if head.lane == "forward" and (head.node, head.map) in results.document.muted:
            self.rank.set_text(tr("⚠ muted: held at 0"), "warn")
        else:
            blank = results.blank and head.lane != "update"
            text = tr("⚠ nothing is drawn: all zeros") if blank else rank(own, value)
            self.rank.set_text(text, "warn" if blank or not math.isfinite(value) else "soft")
        rows = compared(results, head, value, self.desk.debugger.comparison)
        self.compared.setVisible(bool(rows))
        self.compared.show_rows(rows)
        role = "picture" if head.node == INPUT and results.document.typed is None else "signed"
        spread = results, head.stretch, head.map, role, self.desk.ranges.bound_at(results, head)
        if self._spread is None or spread[0] is not self._spread[0] or spread[1:] != self._spread[1:]:
            self._spread = spread  # counted once for all cells of a map
            self.histogram.set_values(np.atleast_1d(own), spread[-1], role)
        self.histogram.set_cursor(value)
        if head.lane == "backward" or not has_loss(session.view.network):
            self._show_gradient()  # there is none, so none of the number before may stay
        wait = self._wait() if moved and session.hovered is None else 0
        if wait:
            self._behind = True
            self._later.start(wait)
            self.checked.stop()
            return
        self._show_rest(head, moved or self._behind)

    def _wait(self) -> int:
        """After how many ms all but the number is shown. One who steps fast follows the number: the rest is there when
        the hand rests. A step is painted in two frames, and all that is read comes with the second."""
        player = self.desk.player
        return 0 if player.playing else LATER if player.hurried else FRAME_MS if player.stepping else 0

    def _show_rest(self, head: Playhead, moved: bool) -> None:
        """Where the number comes from, where it goes, and all the rest that is to be read."""
        self._behind = False
        session = self.desk.session
        results = session.results
        sources = results.document.weights, results.document.muted, results.said, results.target
        bad, self._bad = self._bad, not math.isfinite(value_of(results, head))
        if moved or bad or self._bad or any(now is not then for now, then in zip(sources, self._sources, strict=True)):
            self._sources = sources
            rows = (comes_from if head.lane == "forward" else came_from)(results, head)
            self.from_rows.show_rows(rows if self.desk.player.playing else term(results, head) + rows)
        if moved:
            self._show_reached(head)
        # Under a moving pen too: what is to be read may come a little later than the number.
        quick = self.desk.player.playing or session.hovered is not None or not moved
        if not quick:
            self._show_details(moved)
        elif moved and self.desk.player.playing:
            self._leave_out()
        if moved and can_check(head):
            self.checked.wait()
        if quick or (head.lane == "forward" and "gradients" not in vars(results)):
            if not self._later.isActive():
                self._later.start(LATER)
        else:
            self._show_gradient()
        if moved:
            self._show_parts(head)
            self.what.set_text(what(results, head))
            self._show_code(head)
        self.checked.ask(head)

    def _show_reached(self, head: Playhead) -> None:
        """Who reads the number, and whether it gets through."""
        results = self.desk.session.results
        self.to_rows.show_rows((goes_to if head.lane == "forward" else leads_to)(results, head))

    def _show_parts(self, head: Playhead) -> None:
        """What belongs to the pass."""
        back = head.lane == "backward"
        for widget in (self.lines[5], self.checked):
            widget.setVisible(can_check(head))
        if not back:
            self.sense.hide()
        self.field.setVisible(head.lane == "forward")

    def _leave_out(self) -> None:
        """While it plays nothing of the number before may stand beside the number of now."""
        self.formula.show_formula("", "")
        self.chain.show_rows([])
        self.field.show_rows([])
        for widget in (self.lines[4], self.chain_title, self.chain, self.sense):
            widget.hide()

    @SILENT
    def _show_details(self, moved: bool = True) -> None:
        """Formula, chain and field: not while it plays, and a little later under the pointer."""
        head, session = self._head, self.desk.session
        if head is None or not exists(session.view.network, head):
            return
        results = session.results
        value = float(array_of(results, head)[head.index])
        trace = trace_of(results, head)
        muted = head.lane == "forward" and (head.node, head.map) in results.document.muted
        symbols, filled = formula(trace, node_of(results, head).op.title if trace is not None else "", muted,
                                  results.document.settings.learning_rate)
        self.formula.show_formula(symbols, filled)
        rows = chain(results, head)
        self.chain.show_rows(rows)
        for widget in (self.lines[4], self.chain_title, self.chain):
            widget.setVisible(bool(rows))
        text = meaning(head, value)
        self.sense.setText(text)
        self.sense.setVisible(bool(text))
        if moved:
            self._show_field(head)
        self._fit_soon()

    def _show_field(self, head: Playhead) -> None:
        """At once, or in a network of many layers a little later."""
        network = self.desk.session.view.network
        if len(network.nodes) > MANY and self.sender() is not self._later:
            self._later.start(LATER)
        else:
            self.field.show_rows(field.field(network, head, self._every))

    @SILENT
    def _show_later(self) -> None:
        if self._behind and self._head is not None and exists(self.desk.session.view.network, self._head):
            self._show_rest(self._head, moved=True)
        elif not self.desk.player.playing and self._head is not None:
            if exists(self.desk.session.view.network, self._head):
                self._show_reached(self._head)
            self._show_details()
        self._show_gradient()

    def _stopped(self) -> None:
        """Playing has ended: all that was left out."""
        if not self.desk.player.playing and self.isVisible() and self._head is not None:
            self._show_details()
            self.checked.ask(self._head)

    def _show_gradient(self) -> None:
        """Of the number shown, by a backward pass; while one draws or plays, a few times a second are enough."""
        head = self._head
        if head is None or not exists(self.desk.session.view.network, head):
            return
        forward = head.lane == "forward" and has_loss(self.desk.session.view.network)
        grad = self.desk.session.results.gradients.outputs.get(head.node) if forward else None
        there = grad is not None
        if self.gradient.isHidden() == there:
            self.gradient.setVisible(there)
            self.lines[2].setVisible(there)
            self._fit_soon()
        if grad is not None:
            value = float(grad[0][head.index])
            self.gradient.show_rows([Row(N_("gradient"), (Part(numbers.gradient(value), "code"),))])

    # --- code

    def _show_code(self, head: Playhead) -> None:
        there = self.section.show_code(self.desk.session.results, head)
        for widget in (self.section, self.lines[3]):
            widget.setVisible(there)
        self._fit_soon()

    def _recode(self) -> None:
        if self._head is not None and exists(self.desk.session.view.network, self._head):
            self._show_code(self._head)

    # --- room

    def _fit_soon(self) -> None:
        QTimer.singleShot(0, self, self._fit)  # when the parts have their heights

    def _fit(self) -> None:
        """Where it is low the code folds first, then the histogram; only then it scrolls."""
        self.section.fold(False)
        self.histogram.show()
        self.formula.setVisible(bool(self.formula.text()))
        if self._high():
            self.section.fold(True)
        if self._high():
            self.histogram.hide()
        if self._high() and self._head is not None and self._head.lane == "backward":
            self.formula.hide()  # it stands beside it, under the grids

    def _high(self) -> bool:
        """True where what is shown is higher than the room for it."""
        room, content = self.scroll.viewport(), self.scroll.widget().layout()
        content.invalidate()
        return bool(content.totalHeightForWidth(room.width()) > room.height())

    def _go(self, to: object) -> None:
        if to == KERNEL:
            if self._head is not None and self._head != self.desk.session.playhead:
                self.desk.attempt(self.desk.session.select, self._head)
            self.desk.perform("view.kernel")
        elif to == LET_GO:
            self.desk.perform("compare.let_go")
        elif to in (field.OPEN, field.SHUT):
            self._every = to == field.OPEN
            self._show_details()
        elif isinstance(to, Playhead):
            self.desk.player.pause()
            self.desk.attempt(self.desk.session.select, to)

    # --- life

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if self._dirty:
            self.show_now()

    def _fit_name(self) -> None:
        """The title gives way to a long name, and then the weight's own name to its letter."""
        self.cell.set_most(self.width() - 24)  # within the margins: a long name must not make the card wider
        short = self._name.replace(".weight[", ".w[").replace(".bias[", ".b[")
        for name in (self._name, short):
            self.cell.setText(name)
            if self.cell.need().width() + 2 * self.header.spacing() + 16 <= self.width():
                break
        wanted = self.title.sizeHint().width() + self.cell.need().width() + 2 * self.header.spacing() + 24
        self.title.setVisible(wanted <= self.width())

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit_name()
        self._fit_soon()

    def retranslate(self) -> None:
        """Texts and fonts of now."""
        self.value.set_type(26, mono=True)
        self.rank.set_type(12)
        self.what.set_type(12)
        theme.dress(self.cell, 12, mono=True)
        self.histogram.setAccessibleName(tr("How the numbers of the map are spread"))
        self.gradient.setToolTip(tr("How fast the loss rises when this number rises. The loss is that of the predicted "
                                    "class, which is assumed to be right."))
        self.compared.setToolTip(tr("Δ: the number above minus this one"))
        for rows in (self.from_rows, self.to_rows, self.gradient, self.compared, self.chain, self.field):
            rows.forget()
        self.checked.retranslate()
        self._head = None
        self.show_now()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "_dirty"):
            self.retranslate()


def rank(numbers_: np.ndarray, value: float) -> str:
    """Which place a number has among those of its map; zeros are often many."""
    if not math.isfinite(value):
        same = int(np.count_nonzero(np.isnan(numbers_) if math.isnan(value) else numbers_ == value))
        return tr("⚠ {number}, like {n} others", number=numbers.figure(value), n=numbers.count(same - 1)) if same > 1 \
            else tr("⚠ {number}, the only one here", number=numbers.figure(value))
    if numbers_.size == 1:
        return tr("the only number here")
    same = int(np.count_nonzero(numbers_ == value))
    if same == numbers_.size:
        return tr("the same as all {n}", n=numbers.count(same))
    if value == 0 and same > 1:
        return tr("0, like {n} others", n=numbers.count(same - 1))
    place = int(np.count_nonzero(numbers_ > value)) + 1
    text = N_("rank {k} of {n}, from the largest") if numbers_.size < 1000 else N_("rank {k} of {n}")
    return tr(text, k=numbers.count(place), n=numbers.count(numbers_.size))
