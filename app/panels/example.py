"""What to look at in a worked example, where to click first, its inputs at hand and the knobs of its kernels."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import examples, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model import edits
from app.model.examples_ready import ready_of
from app.model.kernel import KernelHandle
from app.model.ready import Ready, arrays_of, is_now
from app.model.timeline import Playhead, exists
from app.widgets.card import Card
from app.widgets.choices import Choices
from app.widgets.knob_sliders import KnobSliders
from app.widgets.labels import LinkText
from cnncore.kernels import from_name

FIRST = "first"  # address of the link to the number that is looked at first


class ExamplePanel(Card):
    """Under the input. Nothing of it covers anything."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("What to look at"), "", parent)
        self.setObjectName("example_panel")
        self.desk, self.session = desk, desk.session
        self.handle = KernelHandle(desk.session)
        self._ready: tuple[Ready, ...] = ()
        self.hint = LinkText()
        self.hint.setObjectName("example_hint")
        self.hint.setTextFormat(Qt.TextFormat.MarkdownText)
        self.hint.setWordWrap(True)
        flag = Qt.TextInteractionFlag
        self.hint.setTextInteractionFlags(flag.LinksAccessibleByMouse | flag.LinksAccessibleByKeyboard)
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        theme.dress(self.hint)
        self.choices = Choices(N_("Inputs at hand"))
        self.choices.setObjectName("example_inputs")
        self.knobs = KnobSliders()
        self.knobs.setObjectName("example_knobs")
        for widget in (self.hint, self.choices, self.knobs):
            self.body.addWidget(widget)
        self.hint.linkActivated.connect(self._follow)
        self.choices.chosen.connect(self._take)
        self.knobs.turned.connect(self._tune)
        self.knobs.refused.connect(desk.messages.error)
        desk.session.document_changed.connect(self._document)
        self.retranslate()

    # --- what it shows

    @property
    def first(self) -> Playhead | None:
        """The number to click first."""
        found = examples.FIRST.get(self.session.document.network.name)
        head = None if found is None else Playhead(*found)
        return head if head is not None and exists(self.session.view.network, head) else None

    def _document(self, *_: object) -> None:
        document = self.session.document
        hint = examples.HINTS.get(document.network.name)
        if hint is None or document.typed is None:
            self._ready = ()
            return
        head = self.first
        name = "" if head is None else head.name.replace("[", "\\[").replace("]", "\\]")
        self.hint.setText(tr(hint, first=f"[{name}]({FIRST})"))
        self._ready = ready_of(document)
        on = next((k for k, one in enumerate(self._ready) if is_now(document, one, self._ready)), None)
        self.choices.set_choices([one.name for one in self._ready], on)
        self.choices.setVisible(bool(self._ready))
        self._show_knobs()

    def _show_knobs(self) -> None:
        """Of the first kernel that a formula with knobs fills."""
        names = self.session.document.kernel_names
        place = next((place for place in names if from_name(names[place]) is not None), None)
        formula = None if place is None else from_name(names[place])
        self.knobs.setVisible(formula is not None)
        if place is not None and formula is not None:
            layer, filter_, channel = place
            self.handle.point(layer, f"{layer}.weight", (filter_, channel))
            self.knobs.show_formula(formula)
            self.knobs.setToolTip(f"{layer}: {formula.words}")

    # --- what a person does

    def _follow(self, address: str) -> None:
        if address == FIRST and self.first is not None:
            self.desk.attempt(self.session.select, self.first)

    def _take(self, k: int) -> None:
        arrays = arrays_of(self.session.document, self._ready[k], self._ready)
        self.desk.attempt(self.session.edit, edits.take_ready, arrays)
        self._document()

    def _tune(self, knob: str, value: float, gesture: object) -> None:
        self.desk.attempt(self.handle.tune, knob, value, gesture)
        self._document()

    def retranslate(self) -> None:
        """All texts in the language of now."""
        self._document()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "knobs"):
            self.retranslate()
