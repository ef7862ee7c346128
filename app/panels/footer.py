"""The bottom line: left what the pointer can do here or the last message, right the keys that matter now."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from app import theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.timeline import LOSS
from app.widgets.cut_text import CutText
from app.widgets.key_caps import KeyCaps

HEIGHT = 26
GAP = 16

HINTS = {
    "start": N_("Draw, then click any cell of any map to see how its number is made."),
    "typed": N_("Change numbers of the input, or click any cell of any map to see how its number is made."),
    "stepping": N_("Hover any cell to see where it comes from and where it goes. Click keeps it."),
    "loss": N_("Click a class's name: take that class for right. A click on its numbers leads to its gradient."),
    "typed_train": N_("This network cannot be trained. Its layers stand in Explore."),
    "train": N_("Draw, then press a class's number to add the drawing to it."),
    "running": N_("The network learns. Every panel shows it as it is now."),
    "paused": N_("Paused at step {step} of {steps}. Every panel shows the network as it is now."),
    "back": N_("You look back at step {step}. Every panel shows the network as it was then."),
    "finished": N_("Training is done: keep the weights or discard them."),
    "failed": N_("Training has stopped: keep the weights or discard them."),
}
KEYS = {
    "start": (
        ("stepper.resume", N_("play the network")),
        ("edit.palette", N_("all actions")),
        ("help.keys", N_("all keys")),
    ),
    "stepping": (
        ("stepper.forward", N_("next")),
        ("stepper.back", N_("back")),
        ("stepper.resume", N_("play")),
        ("stepper.leave", N_("deselect")),
        ("help.keys", N_("all keys")),
    ),
    "train": (("training.toggle", N_("train")), ("canvas.clear", N_("clear")), ("help.keys", N_("all keys"))),
    "running": (
        ("training.toggle", N_("pause")),
        ("training.cancel", N_("cancel, keep old weights")),
        ("help.keys", N_("all keys")),
    ),
    "paused": (
        ("training.toggle", N_("go on")),
        ("training.step", N_("one step")),
        ("training.cancel", N_("cancel, keep old weights")),
    ),
    "finished": (
        ("training.cancel", N_("discard, keep old weights")),
        ("view.explore", N_("look at the network")),
        ("help.keys", N_("all keys")),
    ),
}


class Footer(QFrame):
    """One sentence and a few keys."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("footer")
        self.desk = desk
        self.text, self.keys = CutText(), KeyCaps()
        theme.dress(self.text, 12)
        self.text.setObjectName("footer_text")
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.keys.setObjectName("footer_keys")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(GAP)
        row.addWidget(self.text, 1)
        row.addWidget(self.keys)
        self._state, self._hint, self._touch = ("", ""), "", ""
        session = desk.session
        self._stopped = False  # what is said is about the number at which a breakpoint has stopped
        for fact in (desk.player.stopped, desk.player.ended):
            fact.connect(lambda *_: setattr(self, "_stopped", True))
        for fact in (session.playhead_moved, session.results_changed):
            fact.connect(self._moved)
        for fact in (session.selection_changed, session.file_changed, session.run_moved, desk.workspace_changed):
            fact.connect(self._update)
        desk.touch.moved.connect(self._touched)
        self.retranslate()

    def _touched(self) -> None:
        """A weight under the pointer: what it has to do with, while it is there."""
        text, facts = self.desk.touch.said()
        if text:
            self._touch = tr(text, **facts)
            self.show_text(self._touch)
        elif self._touch:
            if self.text.text() == self._touch:
                self.show_text(self._hint)
            self._touch = ""

    def _update(self, *_: object) -> None:
        run = self.desk.session.run
        facts: dict[str, object] = {}
        if run is not None:
            shown = run.shown
            back = run.at is not None and shown is not None and shown is not run.checkpoints[-1]
            state = "back" if back else run.status
            facts = {"step": shown.step if back and shown is not None else run.step, "steps": run.steps}
        elif self.desk.workspace == "train":
            state = "train" if self.desk.session.document.typed is None else "typed_train"
        else:
            start = "start" if self.desk.session.document.typed is None else "typed"
            head = self.desk.session.playhead
            state = start if head is None else "loss" if head.node == LOSS else "stepping"
        keys = "start" if state.startswith("typed") else "stepping" if state == "loss" else state
        if run is not None and state in ("back", "failed"):
            keys = "finished" if not run.active else run.status
        if (state, keys) != self._state:
            self._state = (state, keys)
            self._hint = ""
            pairs = [(self.desk.action(name).shortcut().toString(), tr(word)) for name, word in KEYS[keys]]
            self.keys.set_pairs([pair for pair in pairs if pair[0]])
        hint = tr(HINTS[state], **facts)
        if hint != self._hint:
            self._hint = hint
            self.show_text(hint)

    def _moved(self, *_: object) -> None:
        """What was said about a number is past with the next, and with another value."""
        if self._stopped:
            self._stopped = False
            self.show_text(self._hint)

    def show_text(self, text: str) -> None:
        """A sentence at the left, until the situation changes."""
        self.text.setText(text)
        self._fit()

    def _fit(self) -> None:
        """The sentence first; the keys get what it leaves."""
        self.keys.fit(self.width() - 24 - GAP - self.text.fontMetrics().horizontalAdvance(self.text.text()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def retranslate(self) -> None:
        """All texts in the language of now."""
        self.setFixedHeight(theme.size(HEIGHT))
        self._state = ("", "")
        self._update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "keys"):
            self.setFixedHeight(theme.size(HEIGHT))
            self._fit()
