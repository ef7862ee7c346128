"""The inspector: one number, what it is, where it comes from and where it goes."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.frames import array_of
from app.model.timeline import Playhead, exists, has_loss, shown_at
from app.panels.inspector_views.back import came_from, leads_to
from app.panels.inspector_views.compared import LET_GO, compared
from app.panels.inspector_views.facts import KERNEL, Part, Row, comes_from, goes_to
from app.panels.inspector_views.rows import CodeBlock, Line, Rows
from app.widgets.card import Card
from app.widgets.histogram import Histogram
from app.widgets.labels import Label
from app.widgets.number_field import NumberLine, TextLine
from cnncore.network import INPUT

LATER = 80  # ms
NAMES = {"input0": "x", "weight": "w", "bias": "b"}  # in code


class InspectorPanel(Card):
    """Shows the number under the pointer, else the one at the playhead."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("Inspector"), "", parent)
        self.setObjectName("inspector_panel")
        self.desk = desk
        self.cell = Label("", "text", mono=True)
        self.cell.setProperty("role", "secondary")
        self.cell.setObjectName("inspector_cell")
        self.cell.setMinimumWidth(1)  # a long name must not make the card wider: the title gives way to it
        self.add_control(self.cell)
        self.value, self.rank = NumberLine(), TextLine(token="soft")
        self.value.setObjectName("inspector_value")
        self.rank.setObjectName("inspector_rank")
        self.histogram = Histogram()
        self.from_rows, self.to_rows, self.gradient, self.compared = Rows(), Rows(), Rows(), Rows()
        self.from_title, self.to_title = Label(N_("Comes from"), "title"), Label(N_("Goes to"), "title")
        self.code_title, self.code = Label(N_("Code"), "title"), CodeBlock()
        for name, rows in (("comes_from", self.from_rows), ("goes_to", self.to_rows), ("gradient", self.gradient),
                           ("compared", self.compared)):
            rows.setObjectName(name)
            rows.linked.connect(self._go)
        self.code.setObjectName("code")
        self._lay_out()
        self._head: Playhead | None = None
        self._sources: tuple[object, object] = (None, None)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER)
        self._later.timeout.connect(self._show_gradient)
        self._dirty = True
        desk.session.playhead_moved.connect(self._changed)
        desk.session.hover_moved.connect(self._changed)
        desk.session.results_changed.connect(self._changed)
        desk.ranges.changed.connect(self._changed)
        desk.debugger.comparison.changed.connect(self._changed)
        self.retranslate()

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.lines = [Line() for _ in range(4)]
        for widget in (self.value, self.rank, self.compared, self.histogram, self.lines[0], self.from_title,
                       self.from_rows, self.lines[1], self.to_title, self.to_rows, self.lines[2], self.gradient,
                       self.lines[3], self.code_title, self.code):
            column.addWidget(widget)
        column.addStretch(1)
        self.scroll = QScrollArea()
        self.scroll.setObjectName("inspector_scroll")
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setWidget(inner)
        inner.setAutoFillBackground(False)  # the card's ground shows through
        self.scroll.viewport().setAutoFillBackground(False)
        self.body.addWidget(self.scroll)

    # --- following the session

    def _changed(self, *_: object) -> None:
        if self.isVisible():
            self.show_now()
        else:
            self._dirty = True

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
            at = shown_at(session.view.network, head)
            gradient = head.lane == "backward" and at is not None
            self.cell.setText(f"∂L/∂{Playhead(*at).name}" if gradient else head.name)  # type: ignore[misc]
            self._fit_name()
        self.value.set_value(value)
        own = values if values.ndim < 2 else values[head.map]
        if head.lane == "forward" and (head.node, head.map) in results.document.muted:
            self.rank.set_text(tr("⚠ muted: held at 0"), "warn")
        else:
            self.rank.set_text(rank(own, value), "soft")
        rows = compared(results, head, value, self.desk.debugger.comparison)
        self.compared.setVisible(bool(rows))
        self.compared.show_rows(rows)
        role = "picture" if head.node == INPUT and results.document.typed is None else "signed"
        self.histogram.set_values(np.atleast_1d(own), self.desk.ranges.bound_at(results, head), role)
        self.histogram.set_cursor(value)
        sources = results.document.weights, results.document.muted
        if moved or any(now is not then for now, then in zip(sources, self._sources, strict=True)):
            self._sources = sources
            self.from_rows.show_rows((comes_from if head.lane == "forward" else came_from)(results, head))
        self.to_rows.show_rows((goes_to if head.lane == "forward" else leads_to)(results, head))
        if head.lane != "forward" or "gradients" in vars(results):  # computed already
            self._show_gradient()
        elif not self._later.isActive():
            self._later.start()
        if moved:
            self._show_code(head)

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
            self._show_code(head)
        if grad is not None:
            value = float(grad[0][head.index])
            self.gradient.show_rows([Row(N_("gradient"), (Part(numbers.gradient(value), "code"),))])

    def _show_code(self, head: Playhead) -> None:
        network = self.desk.session.view.network
        made = head.lane == "forward" and head.node != INPUT
        text = network.node(head.node).op.code(head.target, head.index, NAMES) if made else ""
        self.code.setText(text)
        for widget in (self.code, self.code_title, self.lines[3]):
            widget.setVisible(bool(text) and self._room_for_code())

    def _room_for_code(self) -> bool:
        """Code gives way first where the window is low."""
        # The height of all the rest, whether the code is shown or not: else it would depend on what was shown before.
        own = [w for w in (self.code, self.code_title, self.lines[3]) if not w.isHidden()]
        content = self.scroll.widget()
        spacing = content.layout().spacing() * len(own)
        used = content.sizeHint().height() - sum(w.sizeHint().height() for w in own) - spacing
        return used + theme.size(60) <= max(self.scroll.viewport().height(), theme.size(420))

    def _go(self, to: object) -> None:
        if to == KERNEL:
            if self._head is not None and self._head != self.desk.session.playhead:
                self.desk.attempt(self.desk.session.select, self._head)
            self.desk.perform("view.kernel")
        elif to == LET_GO:
            self.desk.perform("compare.let_go")
        elif isinstance(to, Playhead):
            self.desk.player.pause()
            self.desk.attempt(self.desk.session.select, to)

    # --- life

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if self._dirty:
            self.show_now()

    def _fit_name(self) -> None:
        wanted = self.title.sizeHint().width() + self.cell.sizeHint().width() + 2 * self.header.spacing() + 24
        self.title.setVisible(wanted <= self.width())

    def _fit_code(self) -> None:
        if self._head is not None and exists(self.desk.session.view.network, self._head):
            self._show_code(self._head)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit_name()
        QTimer.singleShot(0, self, self._fit_code)  # when the parts have their heights

    def retranslate(self) -> None:
        """Texts and fonts of now."""
        self.value.set_type(26, mono=True)
        self.rank.set_type(12)
        theme.dress(self.cell, 12, mono=True)
        self.histogram.setAccessibleName(tr("How the numbers of the map are spread"))
        self.gradient.setToolTip(tr("How fast the loss rises when this number rises. The loss is that of the predicted "
                                    "class, which is assumed to be right."))
        self.compared.setToolTip(tr("Δ: the number above minus this one"))
        for rows in (self.from_rows, self.to_rows, self.gradient, self.compared):
            rows.forget()
        self._head = None
        self.show_now()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "_dirty"):
            self.retranslate()


def rank(numbers_: np.ndarray, value: float) -> str:
    """Which place a number has among those of its map; zeros are often many."""
    same = int(np.count_nonzero(numbers_ == value))
    if value == 0 and same > 1:
        return tr("0, like {n} others", n=numbers.count(same - 1))
    place = int(np.count_nonzero(numbers_ > value)) + 1
    text = N_("rank {k} of {n}, from the largest") if numbers_.size < 1000 else N_("rank {k} of {n}")
    return tr(text, k=numbers.count(place), n=numbers.count(numbers_.size))
