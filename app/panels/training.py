"""The settings row of a run: its buttons, its settings, its time; and why it cannot start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.jobs.plan import NEVER, chosen, hindrance
from app.messages import text_of
from app.model import edits
from app.model.document import Document, TrainingChoice
from app.widgets.buttons import tool_button
from app.widgets.card import Card
from app.widgets.labels import Label
from app.widgets.option import Entry, Option, OptionRow
from app.widgets.two_lines import TwoLines
from cnncore.augment import Augment
from cnncore.choices import WORDS, optimizer_word, with_optimizer
from cnncore.errors import CnnError
from cnncore.optimizers import OPTIMIZERS
from cnncore.recipes import recipe
from cnncore.schedules import SCHEDULES
from cnncore.training import TrainSettings

RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
MOMENTA = (0.5, 0.8, 0.9, 0.95, 0.99)
BATCHES = (4, 8, 16, 32, 64, 128)
STEPS = (100, 200, 400, 600, 1000, 2000, 5000)
EPOCHS = (5, 10, 20, 40)
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4)
AMOUNTS = ((0.0, N_("none")), (0.5, N_("a little")), (1.0, N_("normal")), (1.6, N_("strong")))
TIMES = {"running": N_("{seconds} s"), "paused": N_("paused at {seconds} s"), "finished": N_("done in {seconds} s"),
         "failed": N_("✕ stopped at {seconds} s")}
COMPACT = 900  # px of the card, below which the lesser buttons show their icons only
SHORT = 80  # px of their words, which may stay even then
TOGGLE = (N_("Train"), N_("Pause"), N_("Go on"))
FINISHED = N_("The run is at its end: keep or discard its weights first.")
RUNNING = N_("The run has these settings until it ends.")


class TrainingPanel(Card):
    """Restart, Train or Pause, one step, cancel or keep; the settings; the reason why not, with what mends it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", "", parent)
        self.setObjectName("training_panel")
        self.desk = desk
        self._buttons()
        self._settings()
        self._reason_line()
        self.place = TwoLines()
        self.place.setObjectName("training_place")
        row = QHBoxLayout()
        row.setSpacing(6)
        for button in (self.restart, self.toggle, self.step, self.cancel, self.keep):
            row.addWidget(button)
        line = QFrame()
        line.setFixedWidth(1)
        line.setFixedHeight(theme.size(30))
        line.setProperty("role", "line")
        row.addSpacing(4)
        row.addWidget(line)
        row.addSpacing(4)
        row.addWidget(self.options, 1)
        row.addWidget(self.place)
        self.body.addLayout(row)
        self.body.addWidget(self.reason)
        session = desk.session
        session.document_changed.connect(self._document)
        session.results_changed.connect(self._drawing)
        session.run_moved.connect(self._run)
        self._blank: bool | None = None
        self._narrow: bool | None = None
        self._shown: tuple[Any, ...] = ()  # status, something to keep, step of the past that is shown
        self._document()

    def _buttons(self) -> None:
        perform = self.desk.perform
        self.restart = tool_button("undo", N_("Start again from the beginning, with the same seed"))
        self.toggle = tool_button("play", N_("Train on the samples"), N_("Train"))
        self.toggle.set_primary()
        self.step = tool_button("step-forward", N_("One training step"), N_("One step"))
        self.cancel = tool_button("cross", N_("Cancel: the weights are as they were before the run"), N_("Cancel"))
        self.keep = tool_button("check", N_("Keep the weights shown now; undo brings the old ones back"), N_("Keep"))
        for name in ("restart", "toggle", "step", "cancel", "keep"):
            getattr(self, name).setObjectName(f"training_{name}")
        self.restart.clicked.connect(lambda: self.desk.attempt(self.desk.runs.restart))
        self.toggle.clicked.connect(lambda: perform("training.toggle"))
        self.step.clicked.connect(lambda: perform("training.step"))
        self.cancel.clicked.connect(lambda: perform("training.cancel"))
        self.keep.clicked.connect(lambda: perform("training.accept"))
        for button, name in ((self.toggle, "toggle"), (self.step, "step"), (self.cancel, "cancel")):
            button.set_keys(self.desk.action(f"training.{name}").shortcut().toString())

    def _settings(self) -> None:
        knob = self._knob
        self.optimizer = Option(N_("Optimiser"), self._optimizers)
        self.rate = Option(N_("Learning rate"), lambda: knob("learning_rate", RATES, rate_text))
        self.schedule = Option(N_("Schedule"), lambda: knob("schedule", SCHEDULES, schedule_text))
        self.batch = Option(N_("Batch"), lambda: knob("batch", BATCHES, str))
        self.augment = Option(N_("Augmentation"), self._augments)
        self.start = Option(N_("Start"), self._starts)
        self.length = Option(N_("Length"), self._lengths)
        self.held = Option(N_("Held out"), lambda: knob("hold_out", SHARES, share_text))
        self.seed = Option(N_("Seed"), self._seeds)
        every = (self.optimizer, self.rate, self.batch, self.augment, self.start, self.length, self.held, self.seed,
                 self.schedule)
        names = ("optimizer", "rate", "batch", "augment", "start", "length", "held", "seed", "schedule")
        for name, option in zip(names, every, strict=True):
            option.setObjectName(f"option_{name}")
        self.options = OptionRow(every, N_("More"), self._extras)

    def _reason_line(self) -> None:
        self.reason = QWidget()
        self.reason.setObjectName("training_reason")
        self.reason_text = Label("")
        self.reason_text.setProperty("role", "warn")
        self.reason_text.setWordWrap(True)
        self.mend = tool_button("", "").set_small()
        self.mend.setObjectName("training_mend")
        self.mend.clicked.connect(lambda: self._mending())
        self._mending: Callable[[], object] = lambda: None
        row = QHBoxLayout(self.reason)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.reason_text, 1)
        row.addWidget(self.mend)

    # --- what the menus offer

    def _choice(self) -> TrainingChoice:
        return chosen(self.desk.session.document)

    def _turn(self, **changes: Any) -> None:
        """Turn knobs: from now on the settings are the person's."""
        now = self._choice()
        augment = changes.pop("augment", now.augment)
        start = changes.pop("start", now.start)
        settings = now.settings.but(**changes)
        self.desk.attempt(self.desk.session.edit, edits.set_training, start=start, settings=settings, augment=augment,
                          auto=False)

    def _knob(self, name: str, values: Sequence[Any], text: Callable[[Any], str]) -> list[Entry]:
        now = getattr(self._choice().settings, name)
        offered = values if isinstance(now, str) else sorted({*values, now})
        return [Entry(text(v), lambda v=v: self._turn(**{name: v}), v == now) for v in offered]

    def _optimizers(self) -> list[Entry]:
        now, document = self._choice().settings, self.desk.session.document
        usual = recipe(document.sample_count, max(len(document.classes), 2))[0]
        word = optimizer_word(now)
        made = {one: with_optimizer(now, one, usual) for one in WORDS}
        kinds = [Entry(optimizer_text(settings), lambda s=settings: self._turn(**s.settings()), one == word)
                 for one, settings in made.items()]
        if word not in ("momentum", "nesterov"):
            return kinds
        kept = [Entry(tr("keeps {value} of the last step", value=f"{value:g}"),
                      lambda v=value: self._turn(momentum=v), value == now.momentum) for value in MOMENTA]
        return [*kinds, Entry(""), *kept]

    def _augments(self) -> list[Entry]:
        now, usual = self._choice().augment, usual_augment(self.desk.session.document)
        made = [(name, scaled(usual, amount)) for amount, name in AMOUNTS]
        return [Entry(tr(name), lambda a=augment: self._turn(augment=a), augment == now) for name, augment in made]

    def _starts(self) -> list[Entry]:
        now = self.desk.session.document.training.start
        edit = self.desk.session.edit
        return [Entry(text, lambda s=start: self.desk.attempt(edit, edits.set_training, start=s), start == now)
                for start, text in (("random", tr("random weights")), ("trained", tr("the weights that are there")))]

    def _lengths(self) -> list[Entry]:
        s = self._choice().settings
        by_steps = [Entry(length_text(n, 0), lambda n=n: self._turn(steps=n), s.steps == n)
                    for n in sorted({*STEPS, *([s.steps] if s.steps else [])})]
        by_epochs = [Entry(length_text(0, n), lambda n=n: self._turn(steps=0, epochs=n), (s.steps, s.epochs) == (0, n))
                     for n in sorted({*EPOCHS, *([] if s.steps else [s.epochs])})]
        return [*by_steps, Entry(""), *by_epochs]

    def _seeds(self) -> list[Entry]:
        now, edit = self.desk.session.document.seed, self.desk.session.edit
        after, drawn = (now + 1) % 2**32, int(np.random.default_rng().integers(1000))
        texts = {now: str(now), after: tr("{seed} (the next)", seed=after), drawn: tr("{seed} (drawn)", seed=drawn)}
        return [Entry(text, lambda v=value: self.desk.attempt(edit, edits.set_seed, v), value == now)
                for value, text in texts.items()]

    def _extras(self) -> list[Entry]:
        auto = self.desk.session.document.training.auto
        attempt, edit = self.desk.attempt, self.desk.session.edit
        text = tr("Settings that fit the samples")
        return [Entry(text, lambda: attempt(edit, edits.set_training, auto=True), auto)]

    # --- what is shown

    @property
    def _compact(self) -> bool:
        words = self.fontMetrics().horizontalAdvance(tr("One step") + tr("Cancel"))
        return self.width() < theme.size(COMPACT) and words > theme.size(SHORT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        was = self._narrow
        self._narrow = self._compact
        if was is not self._narrow:
            self._shown = ()
            self._run()
        super().resizeEvent(event)

    def _document(self, *_: object) -> None:
        document = self.desk.session.document
        now = self._choice()
        s = now.settings
        self.optimizer.set_value(optimizer_text(s))
        self.schedule.set_value(schedule_text(s.schedule))
        self.rate.set_value(rate_text(s.learning_rate))
        self.batch.set_value(str(s.batch))
        usual = usual_augment(document)
        amount = next((name for a, name in AMOUNTS if scaled(usual, a) == now.augment), N_("own"))
        self.augment.set_value(tr(amount))
        self.start.set_value(tr("random") if now.start == "random" else tr("trained"))
        self.length.set_value(length_text(s.steps, s.epochs))
        self.held.set_value(share_text(s.hold_out))
        self.seed.set_value(str(document.seed))
        self._shown = ()
        self._run()

    def _drawing(self, *_: object) -> None:
        blank = not self.desk.session.view.drawing.any()
        if blank is not self._blank:
            self._blank = blank
            self._why()

    def _run(self, *_: object) -> None:
        run = self.desk.session.run
        if run is None:
            self.place.set_texts("", "")
        elif not run.steps:
            self.place.set_texts(tr(run.text, **run.facts) if run.text else "", "")
        else:
            back = run.shown if run.at is not None else None
            step, steps = numbers.count(back.step if back else run.step), numbers.count(run.steps)
            self.place.set_texts(tr(TIMES[run.status], seconds=f"{run.seconds:.1f}"),
                                 tr("step {step} of {steps}", step=step, steps=steps))
        status = run.status if run is not None else ""
        at = run.shown.step if run is not None and run.at is not None and run.shown is not None else None
        shown = (status, run is not None and bool(run.checkpoints), at)
        if shown != self._shown:
            self._shown = shown
            self._states(status)

    def _states(self, status: str) -> None:
        """Buttons and settings for idle, running, paused, finished, failed.

        Train and the step button stay where they are in all of them, so that a click meant for one never meets another.
        """
        running, paused, finished = status == "running", status == "paused", status == "finished"
        active = running or paused
        self.toggle.set_primary(not finished)
        self.toggle.set_icon("pause" if running else "play")
        self.toggle.set_text(N_("Pause") if running else N_("Go on") if paused else N_("Train"),
                             N_("Stand still after the step under way") if running else N_("Train on the samples"))
        wide = self.toggle.fontMetrics().horizontalAdvance
        widest = max(wide(tr(text)) for text in TOGGLE)
        self.toggle.setMinimumWidth(self.toggle.sizeHint().width() + widest - wide(self.toggle.text().strip()))
        self.step.set_text("" if self._compact else N_("One step"))
        self.cancel.setVisible(bool(status))
        text = N_("Cancel") if active else N_("Discard")
        self.cancel.set_text("" if self._compact and active else text)
        run = self.desk.session.run
        self.keep.setVisible((paused and run is not None and bool(run.checkpoints)) or finished)
        self.keep.set_primary(finished)
        at = self._shown[2] if len(self._shown) > 2 else None
        if at is not None:
            self.keep.set_text(N_("Keep step {step}"), step=numbers.count(at))
        else:
            self.keep.set_text(N_("Keep"))
        for option in self.options.options:
            option.set_blocked(RUNNING if active else "")
        self._why()
        self.options.fit()

    def _why(self) -> None:
        """The reason why a run cannot start, and the button that mends it."""
        run = self.desk.session.run
        why = hindrance(self.desk.session.document) if run is None or not run.active else None
        sentence = "" if why is None else text_of(why)
        ended = FINISHED if run is not None and run.status == "finished" else sentence
        self.toggle.set_blocked(ended)
        self.step.set_blocked(ended)
        self.restart.set_blocked(sentence)
        self.reason.setVisible(why is not None)
        if why is not None:
            self.reason_text.setText(f"⚠ {sentence}")
            self._offer(why)

    def _offer(self, why: CnnError) -> None:
        classes = self.desk.session.document.classes
        if why.code in ("classes.none", "classes.one"):
            self.mend.set_text(N_("New class"))
            self._mending = self.desk.services.get("samples.new_class", lambda: None)
            self.mend.set_blocked("")
        elif why.code in NEVER:
            self.mend.set_text(N_("New document"))
            self._mending = lambda: self.desk.perform("file.new")
            self.mend.set_blocked("")
        else:
            index = next(k for k, c in enumerate(classes) if not len(c.samples))
            self.mend.set_text(N_("Add the drawing to “{name}”"), name=classes[index].name)
            session = self.desk.session
            self._mending = lambda: self.desk.attempt(session.edit, edits.add_sample, index, session.view.drawing)
            self.mend.set_blocked(N_("The canvas is empty.") if self._blank else "")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "_shown"):
            self._document()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_shown"):
            QTimer.singleShot(0, self, self._restyled)  # when the buttons have their new type

    def _restyled(self) -> None:
        self._shown = ()
        self._run()


def usual_augment(document: Document) -> Augment:
    """The augmentation that fits as many samples as there are."""
    return recipe(document.sample_count, max(len(document.classes), 2))[1]


def scaled(usual: Augment, amount: float) -> Augment:
    """An augmentation, stronger or weaker by a factor."""
    knobs = Augment.knobs()
    turned = {name: round(min(getattr(usual, name) * amount, knobs[name].high or np.inf), 4) for name in knobs}
    made: Augment = usual.but(**turned)
    return made


def optimizer_text(settings: TrainSettings) -> str:
    """``SGD``, ``momentum 0.9``, ``Nesterov 0.9``, ``Adam``."""
    word = optimizer_word(settings)
    if word == "momentum":
        return tr("momentum {value}", value=f"{settings.momentum:g}")
    if word == "nesterov":
        return tr("Nesterov {value}", value=f"{settings.momentum:g}")
    return tr(OPTIMIZERS[word].title)


def schedule_text(kind: str) -> str:
    """``along a cosine``."""
    return tr(SCHEDULES[kind].title)


def rate_text(value: float) -> str:
    """``0.02``."""
    return f"{value:g}"


def share_text(value: float) -> str:
    """``20 %``, ``nothing``."""
    return f"{value * 100:g}{numbers.THIN_SPACE}%" if value else tr("nothing")


def length_text(steps: int, epochs: int) -> str:
    """``600 steps`` or ``10 epochs``."""
    if steps:
        return tr("{count} steps", count=numbers.count(steps))
    return tr("{count} epochs", count=numbers.count(epochs))
