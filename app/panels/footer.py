"""The bottom line: left what the pointer can do here or the last message, right the keys that matter now."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from app import theme
from app.desk import Desk
from app.i18n import N_, tr

HEIGHT = 26

HINTS = {
    "start": N_("Draw, then click any cell of any map to see how its number is made."),
    "stepping": N_("Hover any cell to see where it comes from and where it goes. Click keeps it."),
    "train": N_("Draw, then press a class's number to add the drawing to it."),
    "running": N_("The network learns. Every panel shows it as it is now."),
}
KEYS = {
    "start": (
        ("stepper.play", N_("play the network")),
        ("edit.palette", N_("all actions")),
        ("help.keys", N_("all keys")),
    ),
    "stepping": (
        ("stepper.forward", N_("next")),
        ("stepper.back", N_("back")),
        ("stepper.play", N_("play")),
        ("stepper.leave", N_("let go")),
        ("help.keys", N_("all keys")),
    ),
    "train": (("training.toggle", N_("train")), ("canvas.clear", N_("clear")), ("help.keys", N_("all keys"))),
    "running": (
        ("training.toggle", N_("pause or go on")),
        ("training.step", N_("one step")),
        ("training.cancel", N_("cancel, keep old weights")),
    ),
}


class Footer(QFrame):
    """One sentence and a few keys."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("footer")
        self.desk = desk
        self.text, self.keys = QLabel(), QLabel()
        self.text.setObjectName("footer_text")
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.keys.setObjectName("footer_keys")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(self.text, 1)
        row.addWidget(self.keys)
        self._state = ""
        for fact in (desk.session.selection_changed, desk.session.run_moved, desk.workspace_changed):
            fact.connect(self._update)
        self.retranslate()

    def _update(self, *_: object) -> None:
        run = self.desk.session.run
        if run is not None and run.active:
            state = "running"
        elif self.desk.workspace == "train":
            state = "train"
        else:
            state = "stepping" if self.desk.session.playhead is not None else "start"
        if state != self._state:
            self._state = state
            self.show_text(tr(HINTS[state]))
            pairs = [(self.desk.action(name).shortcut().toString(), tr(word)) for name, word in KEYS[state]]
            self.keys.setText("    ".join(f"{key} {word}" for key, word in pairs if key))

    def show_text(self, text: str) -> None:
        """A sentence at the left, until the situation changes."""
        self.text.setText(text)
        self.text.setToolTip(text)

    def retranslate(self) -> None:
        """All texts in the language of now."""
        self.setFixedHeight(theme.size(HEIGHT))
        for label in (self.text, self.keys):
            label.setFont(theme.font(12))
        self._state = ""
        self._update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
