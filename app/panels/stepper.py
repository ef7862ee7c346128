"""The stepper: how the number at the playhead is made."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from app import theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model import timeline
from app.model.frames import node_of, trace_of
from app.model.results import SILENT
from app.model.timeline import LOSS, Playhead
from app.panels.stepper_views import CopyView, Scene, View, view_for
from app.panels.stepper_views.slices import Slices
from app.widgets import unfinished
from app.widgets.card import Card
from app.widgets.formula import FormulaLine
from app.widgets.formula_trace import is_part, write
from app.widgets.labels import Label
from app.widgets.pixel_switch import PixelSwitch
from app.widgets.steady import SteadyLabel
from cnncore.losses import LOSSES, CrossEntropy
from cnncore.network import INPUT, Node
from cnncore.trace import Trace

HEIGHTS = {False: 270, True: 170}  # least px at the normal size of type; large type is for all to see at once
LEARNS = {(1, True): N_("what came back, all places added up"), (1, False): N_("what came back"),
          (2, True): N_("what came back × what went in, over all places"),
          (2, False): N_("what came back × what went in")}  # factors of a term, and whether there are many terms
FAST = 4.0  # from this speed on the window does not glide


class StepperPanel(Card):
    """One view for each kind of trace, made when first needed; the formula under it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("How one number is made"), "", parent)
        self.setObjectName("stepper_panel")
        self.desk = desk
        self.muted = Label(N_("⚠ muted: held at 0"), "secondary")
        self.muted.setObjectName("stepper_muted")
        self.muted.setProperty("role", "warn")
        self.muted.hide()
        self.header.insertWidget(1, self.muted)
        self.layout().setSpacing(4)  # the switch in the header brings air of its own
        self.cell = SteadyLabel("", "text", mono=True)
        self.cell.setObjectName("stepper_cell")
        self.cell.setProperty("role", "accent")
        self.axes = Label("", "secondary")
        self.slices, self.pixels = Slices(), PixelSwitch()
        self.pixels.setObjectName("stepper_pixels")
        self.pixels.set_value(desk.pixels)
        self.pixels.changed.connect(desk.set_pixels)
        desk.ranges.changed.connect(self._pixels)
        self.add_control(self.pixels)
        self.add_control(self.slices)
        self.add_control(self.cell)
        self.add_control(self.axes)
        self.stack = QStackedWidget()
        self.stack.setObjectName("stepper_views")
        self.formula = FormulaLine()
        self.formula.setObjectName("formula")
        self.body.setSpacing(6)
        self.body.addWidget(self.stack, 1)
        self.body.addWidget(self.formula)
        self._views: dict[type[View], View] = {}
        self._shown: Playhead | None = None
        self._stood: Playhead | None = None  # what was shown, if it was the playhead
        self._lie: tuple[object, type[View]] | None = None  # how the terms lie, and the view for that
        self._dirty = True
        self._said: object = None  # what the header tells
        self._taking = False  # what was typed is being taken just now
        self.slices.chosen.connect(lambda head: (desk.player.pause(), desk.attempt(desk.session.select, head)))
        self.formula.hovered.connect(self._formula_hovered)
        self.formula.clicked.connect(self._term)
        self.formula.opened.connect(lambda _: self.show_now())
        QApplication.instance().focusChanged.connect(self._typed)  # type: ignore[union-attr]
        desk.session.playhead_moved.connect(self._changed)
        desk.session.hover_moved.connect(self._hovered)
        desk.session.results_changed.connect(self._changed)
        self.retranslate()

    @property
    def view(self) -> View | None:
        """The view on top."""
        top = self.stack.currentWidget()
        return top if isinstance(top, View) else None

    # --- following the session

    def _changed(self, *_: object) -> None:
        """Only what can be seen is brought up to date; the rest when it is shown."""
        if self.isVisible():
            self.show_now()
        else:
            self._dirty = True

    def _hovered(self, *_: object) -> None:
        if self._head() != self._shown:
            self._changed()

    def _head(self) -> Playhead | None:
        """The playhead, or the cell of the same layer under the pointer: hovering previews."""
        session = self.desk.session
        head, over = session.playhead, session.hovered
        if head is None or over is None or self.desk.player.playing or unfinished.typed_in(self) is not None:
            return head
        return over if over.stretch == head.stretch and over.index != head.index else head

    @SILENT
    def show_now(self) -> None:
        """Everything, from the session as it is."""
        self._dirty = False
        self._take_typed()
        head = self._head()
        before, self._shown = self._shown, head
        if head is None:
            return
        session = self.desk.session
        if head.node == INPUT:
            self._show_input(head)
            return
        node = node_of(session.results, head)
        trace = self._trace(head)
        at = session.playhead or head
        stretch = timeline.stretch_of(session.view.network, at)
        known = stretch.flat(at)[1] if stretch is not None else 0
        made = known + (not is_part(trace, head.term))  # amid its terms the number is not known yet
        scene = Scene(session.results, node, head, trace, made, self._glides(before, head))
        lie = (head.stretch, node.op, trace.kind, trace.layout)
        if self._lie is None or self._lie[0] != lie:
            self._lie = (lie, view_for(scene))
        view = self._view(self._lie[1])
        view.show_scene(scene)
        view.show_touch()
        rate = session.results.document.settings.learning_rate
        write(self.formula, trace, scene.muted, scene.node.op.title, rate, head.term)
        if self.muted.isHidden() == scene.muted:
            self.muted.setVisible(scene.muted)
            self._fit_header()
        self.formula.set_current(head.term)
        if self._said != (head.stretch, node.op):
            self._said = (head.stretch, node.op)
            self.formula.setVisible(True)
            self._say_what(head, node, trace)
        self.slices.show_head(head, scene.shape)
        if before != head:
            self._say_cell(head, trace)

    def _take_typed(self) -> None:
        """A number that is being typed belongs to what it stands in: it is taken before another cell is shown."""
        head = self.desk.session.playhead
        if self._shown is not None and head != self._shown and not self._taking:
            self._taking = True
            try:
                unfinished.finish(self)
            finally:
                self._taking = False

    def _typed(self, _: object, line: object) -> None:
        """Who begins to type a number here stops the playing: it would go on to another."""
        if self.desk.player.playing and unfinished.typed_in(self) is line is not None:
            self.desk.player.pause()

    def _glides(self, before: Playhead | None, head: Playhead) -> str:
        """How the window goes to a cell: from one to the next it glides. A pointer that moves is never waited for."""
        stood, player = self._stood, self.desk.player
        self._stood = head if head == self.desk.session.playhead else None
        if self._stood is None or stood is None or stood != before or before.whole == head.whole:
            return ""
        same = before.stretch == head.stretch and before.map == head.map and len(before.cell) == len(head.cell)
        near = same and all(abs(a - b) <= 1 for a, b in zip(before.cell, head.cell, strict=True))
        if not near or (player.playing and player.speed >= FAST):
            return ""
        return "even" if player.playing else "ease"

    def _trace(self, head: Playhead) -> Trace:
        session = self.desk.session
        at = session.playhead
        if at is not None and at.whole == head.whole:
            trace = session.trace()
            if trace is not None:
                return trace
        trace = trace_of(session.results, head.whole)
        assert trace is not None  # it is not the input
        return trace

    def _say_what(self, head: Playhead, node: Node, trace: Trace) -> None:
        """Title and purpose, by the pass and by what the number is."""
        loss = LOSSES[self.desk.session.view.training.settings.loss]
        text, facts = node.op.summary()
        kind = tr(node.op.title or node.op.kind)
        if head.lane == "forward":
            self.set_title(N_("How one number is made"))
            said = " · ".join(filter(None, [kind, tr(text, **facts) if text else ""]))
        elif head.lane == "loss":
            self.set_title(N_("How wrong the answer is"))
            said = tr(loss.title)
        elif head.lane == "update":
            self.set_title(N_("How one weight moves"))
            said = tr("a step down the gradient, then the next sample")
        elif node.name == LOSS:
            self.set_title(N_("What comes back first"))
            said = f"{tr(loss.title)} · p − {tr('target')}" if loss is CrossEntropy else tr(loss.title)
        elif head.target == "output":
            self.set_title(N_("What comes back"))
            said = tr("several layers read it: what they send adds up")
        elif timeline.is_input(head.target):
            self.set_title(N_("What goes back"))
            said = f"{kind} · {tr('to {layer}', layer=node.inputs[int(head.target[5:])])}"
        else:
            self.set_title(N_("How one weight learns"))
            terms = len(trace.operands), trace.terms.size > 1
            said = f"{kind} · {tr(LEARNS.get(terms, 'what came back × what went in'))}"
        self.set_secondary(said)

    def _show_input(self, head: Playhead) -> None:
        view = self._view(CopyView)
        assert isinstance(view, CopyView)
        self._said = None
        self.muted.hide()
        self.slices.show_head(head, self.desk.session.view.network.shapes[INPUT])
        view.show_input(self.desk.session.results, head)
        self.formula.setVisible(False)
        self.set_title(N_("Where this number comes from"))
        self.set_secondary(N_("the network's input"))
        self._say_cell(head, None)

    def _say_cell(self, head: Playhead, trace: Trace | None) -> None:
        at = timeline.shown_at(self.desk.session.view.network, head)
        name = timeline.named(self.desk.session.view.network, head)
        if self.cell.text() != name:
            self.cell.setText(name)
        if head.lane != "forward" and at is None:
            text = ""
        elif not head.cell:
            text = N_("class from 0") if trace is not None and trace.kind == "shares" else N_("unit from 0")
        elif len(head.cell) != 2:
            text = N_("map, place from 0")
        elif (trace is not None and trace.kind == "products" and head.lane == "forward" and len(trace.layout) > 1
              and trace.operands[-1].cells.shape[1]):  # its last factors are weights
            text = N_("filter, row, column from 0")
        else:
            text = N_("map, row, column from 0")
        self.axes.set_text(text)
        self._fit_header()

    def _fit_header(self) -> None:
        """Where it is narrow, what the indices mean gives way to the settings."""
        parts = [self.title, self.secondary, self.cell, self.axes,
                 *(part for part in (self.muted, self.slices, self.pixels) if not part.isHidden())]
        wide = [(part.need() if isinstance(part, SteadyLabel) else part.sizeHint()).width() for part in parts]
        wanted = sum(wide) + 8 * len(parts) + 24
        if self.axes.isHidden() == (wanted <= self.width()):
            self.axes.setVisible(wanted <= self.width())
        self.cell.setToolTip(self.axes.text() if self.axes.isHidden() else "")

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit_header()

    def _view(self, kind: type[View]) -> View:
        view = self._views.get(kind)
        if view is None:
            view = self._views[kind] = kind(self.desk)
            view.term_hovered.connect(self.formula.set_hover)
            self.stack.addWidget(view)
        if self.stack.currentWidget() is not view:
            self.stack.setCurrentWidget(view)
        switch = view.pixels and not self.desk.still
        if self.pixels.isHidden() == switch:
            self.pixels.setVisible(switch)
        return view

    # --- hands

    def _pixels(self) -> None:
        self.pixels.set_value(self.desk.pixels)

    def _formula_hovered(self, term: object) -> None:
        if self.view is not None:
            self.view.show_cursor(term)  # type: ignore[arg-type]

    def _term(self, term: int) -> None:
        if self.view is not None:
            self.view.select_term(term)

    # --- life

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if self._dirty:
            self.show_now()

    def retranslate(self) -> None:
        """Texts and fonts of now."""
        self.formula.setAccessibleName(tr("Formula: left and right choose a term"))
        theme.dress(self.cell, 13, mono=True)
        self.setMinimumHeight(theme.size(HEIGHTS[theme.scale() > 1]))
        self._said = self._shown = None
        self.show_now()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "_dirty"):
            self.retranslate()
