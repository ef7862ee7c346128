"""What every panel gets: the session, the machines that move it, and the actions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from app import numbers
from app.actions import ACTIONS, Action
from app.i18n import N_, tr
from app.jobs.runs import Runs
from app.messages import Messages
from app.model import stop_words
from app.model.alarms import Notice
from app.model.breakpoints import Breakpoint
from app.model.debugger import Debugger
from app.model.document import Document
from app.model.player import Player
from app.model.ranges import Ranges
from app.model.session import Session
from app.model.timeline import LOSS, Playhead, shown_at
from app.model.touch import Touch
from app.settings import Settings
from app.widgets import unfinished
from app.widgets.icons import icon
from cnncore.errors import CnnError

ENDS, BEGINS = N_("The computation ends here."), N_("The computation begins here.")
PAUSED = N_("Training is paused at step {step}. {why}")
BRUSHES = (4.0, 30.0)


class Desk(QObject):
    """One window's tools. Panels take it as their first argument and own none of it."""

    tool_changed = Signal()
    workspace_changed = Signal(str)
    layer_changed = Signal(str)  # the layer that is looked at as a whole, or ""

    def __init__(self, document: Document, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.session = Session(document, self)
        self.player = Player(self.session, self)
        self.debugger = Debugger(self.session, self.player, self)
        self.messages = Messages(self)
        self.runs = Runs(self.session, self.messages, self)
        self.ranges = Ranges(self)
        self.touch = Touch(self.session, self)
        self.player.stopped.connect(self._stopped)
        self.player.ended.connect(lambda steps: self.messages.info(ENDS if steps > 0 else BEGINS))
        self.debugger.alarms.reached.connect(self._reached)
        self.services: dict[str, Callable[[], None]] = {}
        self.tool = "pen"
        self.brush = 10.0
        self.pixels = settings.pixels
        self.workspace = "explore"
        self.layer = ""  # looked at as a whole, in place of the stepper
        self.still = False  # nobody can click here: what invites to it is left out of the picture
        self._rows = {row.name: row for row in ACTIONS}
        self._reasons: dict[str, str] = {}
        self._actions = {row.name: self._make(row) for row in ACTIONS}
        for fact in (
            self.session.document_changed,
            self.session.selection_changed,
            self.session.run_moved,
            self.player.changed,
            self.session.debug_changed,
            self.debugger.comparison.changed,
            self.tool_changed,
            self.workspace_changed,
            self.layer_changed,
        ):
            fact.connect(self.refresh)
        self.session.selection_changed.connect(self._layer_follows)
        self.refresh()

    # --- actions

    def action(self, name: str) -> QAction:
        """The one shared action of that name."""
        return self._actions[name]

    def actions(self) -> list[QAction]:
        """All of them."""
        return list(self._actions.values())

    def row(self, name: str) -> Action:
        """Its row in the table."""
        return self._rows[name]

    def perform(self, name: str) -> bool:
        """Do it, as its menu entry would; False (and a message) when it cannot be done.

        A number that is being typed is taken first: what is done next is done to what the person sees.
        """
        unfinished.finish()
        row = self._rows[name]
        reason = row.blocked(self) if row.blocked else ""
        if reason:
            self.messages.warn(reason)
            return False
        return self.attempt(row.do, self)

    def attempt(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
        """Call something that may refuse; a refusal is shown at the one door and gives False."""
        try:
            function(*args, **kwargs)
        except CnnError as error:
            self.messages.error(error)
            return False
        return True

    def toggle_hues(self) -> None:
        """A colour of its own for each weight of a small kernel, or none."""
        self.settings.kernel_hues = not self.settings.kernel_hues
        self.refresh()
        self.ranges.changed.emit()  # whoever shows cells asks again

    def set_pixels(self, way: str) -> None:
        """How the cells of an input are shown, one of `app.settings.PIXELS`."""
        if way != self.pixels:
            self.settings.pixels = self.pixels = way
            self.ranges.changed.emit()
        self.refresh()

    def reason(self, name: str) -> str:
        """Why an action is blocked, translated, or ""."""
        row = self._rows[name]
        return tr(row.blocked(self)) if row.blocked and row.blocked(self) else ""

    def refresh(self, *_: object) -> None:
        """Bring enabled and checked up to date."""
        for name, action in self._actions.items():
            row = self._rows[name]
            reason = row.blocked(self) if row.blocked else ""
            if self._reasons.get(name, "") != reason:
                self._reasons[name] = reason
                action.setProperty("reason", tr(reason) if reason else "")
            if action.isEnabled() == bool(reason):
                action.setEnabled(not reason)
            if row.checked is not None and action.isChecked() != row.checked(self):
                action.setChecked(row.checked(self))
        self._name_undo()

    def _name_undo(self) -> None:
        """Undo and redo say what they would take back or do again."""
        history = self.session.history
        for name, steps in (("edit.undo", history.past), ("edit.redo", history.future)):
            text = f"{self.text(name)}: {tr(steps[-1].text)}" if steps else self.text(name)
            if self._actions[name].text() != text:
                self._actions[name].setText(text)

    def retranslate(self) -> None:
        """Texts and tooltips in the language of now."""
        for name, action in self._actions.items():
            action.setText(self.text(name))
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(tr("{text} ({keys})", text=action.text(), keys=keys) if keys else action.text())
        self._reasons.clear()
        self.refresh()

    def text(self, name: str) -> str:
        """An action's text, translated."""
        text = self._rows[name].text
        return tr(text, number=name.rpartition("_")[2]) if "{number}" in text else tr(text)

    def _make(self, row: Action) -> QAction:
        action = QAction(self)
        action.setObjectName(row.name)
        action.setShortcuts([QKeySequence(k) for k in row.keys])
        action.setCheckable(row.checked is not None)
        action.triggered.connect(lambda _=False, name=row.name: (self.perform(name), self.refresh()))
        if row.icon:
            action.setIcon(icon(row.icon))
            action.setIconVisibleInMenu(row.checked is None)  # there its tick stands
        return action

    # --- breakpoints

    def _stopped(self, head: Playhead, stop: Breakpoint | None) -> None:
        text, facts = stop_words.stopped(stop, self.session.results, head)
        self.messages.info(text, **facts)

    def _reached(self, notice: Notice) -> None:
        text, facts = stop_words.reached(notice, self.session.results)
        run = self.session.run
        if run is not None and run.status == "running" and notice.step is not None:
            self.runs.pause()
            text, facts = PAUSED, {"step": numbers.count(notice.step), "why": tr(text, **facts)}
        self.messages.warn(text, (N_("Go there"), lambda: self.attempt(self.session.select, notice.head)), **facts)

    # --- tools

    def set_tool(self, tool: str) -> None:
        """``pen`` or ``eraser``."""
        if tool != self.tool:
            self.tool = tool
            self.tool_changed.emit()
        else:
            self.refresh()

    def set_brush(self, radius: float) -> None:
        """Radius on the canvas, in its pixels."""
        radius = min(max(radius, BRUSHES[0]), BRUSHES[1])
        if radius != self.brush:
            self.brush = radius
            self.tool_changed.emit()

    def set_workspace(self, name: str) -> None:
        """``explore`` or ``train``."""
        if name != self.workspace:
            self.workspace = name
            self.workspace_changed.emit(name)

    def set_layer(self, node: str) -> None:
        """Look at a layer as a whole, in place of the stepper; "": at its numbers again."""
        head, network = self.session.playhead, self.session.view.network
        if node and (head is None or head.node != node or head.lane != "forward"):
            self.player.pause()
            self.session.select(Playhead(node, (0,) * len(network.shapes[node])))
        if node != self.layer:
            self.layer = node
            self.layer_changed.emit(node)

    def toggle_layer(self) -> None:
        """Open the layer of the selected number, or go back."""
        head, network = self.session.playhead, self.session.view.network
        if self.layer or head is None:
            self.set_layer("")
        else:
            at = shown_at(network, head)
            self.set_layer(at[0] if at is not None else network.scores if head.node == LOSS else head.node)

    def _layer_follows(self, head: object) -> None:
        """A number of another layer shows that layer; of another pass, the stepper again."""
        if self.layer and isinstance(head, Playhead) and head.lane == "forward":
            if head.node != self.layer:
                self.layer = head.node
                self.layer_changed.emit(head.node)
        elif self.layer:
            self.layer = ""
            self.layer_changed.emit("")

    def leave(self) -> None:
        """Let go one level: a run that learns, else the layer inspector, else a comparison, a term, the cell."""
        run, head = self.session.run, self.session.playhead
        if run is not None and run.active:
            self.runs.cancel()
            return
        self.player.pause()
        if self.layer:
            self.set_layer("")
            return
        if self.debugger.comparison.beside(head) is not None:
            self.debugger.comparison.set_number(None)
        elif head is not None and head.term is not None:
            self.session.select(dataclasses.replace(head, term=None))
        else:
            self.session.select(None)
            self.debugger.comparison.set_number(None)
