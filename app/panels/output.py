"""The output of a network without classes: the largest number of each last layer, or what its example says."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QToolButton, QWidget

from app import examples, numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.jobs.slices import Slices
from app.model.examples_live import RACES, Line, Said, said
from app.model.race import race
from app.model.results import Results
from app.model.timeline import Playhead, has_loss
from app.widgets.buttons import IconButton, restyle
from app.widgets.card import Card
from app.widgets.hint import Hint
from app.widgets.labels import Label

MOST = 5
SIZE = 11  # px of the values
LONG = 26  # characters of a name and a value that still stand side by side
TITLE = N_("The output")
ONE, SEVERAL = N_("Its largest number"), N_("The largest number of each last layer")
USUAL = N_("Change a number of the input and watch which maps change.")
RUN = N_("Run both orders on 64 maps of 112 × 112 random numbers: the fastest of 31 runs")
SIGNS = {True: "✓ ", False: "✕ ", None: ""}


class OutputPanel(Card):
    """In the answer's place where there are no classes. A click on a number's name leads to it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(TITLE, "", parent)
        self.setObjectName("output_panel")
        self.desk = desk
        self.words, self.verdict = Label(ONE, "secondary"), Label("", "text")
        for label in (self.words, self.verdict):
            label.setWordWrap(True)
        self.verdict.setObjectName("output_verdict")
        self.hint = Hint("lightbulb")
        self.hint.setObjectName("output_hint")
        self.lines: list[tuple[QToolButton, Label]] = []
        self._said: tuple[Line, ...] = ()
        self._table = table = QGridLayout()
        table.setHorizontalSpacing(4)
        table.setVerticalSpacing(0)
        for k in range(MOST):
            link, value = QToolButton(), Label("", "text", mono=True)
            link.setObjectName(f"output_{k}")
            link.setProperty("link", True)
            link.setCursor(Qt.CursorShape.PointingHandCursor)
            link.clicked.connect(partial(self._go, k))
            table.addWidget(link, 2 * k, 0, Qt.AlignmentFlag.AlignLeft)
            table.addWidget(value, 2 * k, 1, Qt.AlignmentFlag.AlignRight)
            self.lines.append((link, value))
        table.setColumnStretch(1, 1)
        self.race = IconButton("", RUN, N_("Time both orders")).set_small()
        self.race.setObjectName("race")
        self.times: tuple[str, ...] = ()
        self.job = Slices(self)
        self.body.addWidget(self.words)
        self.body.addLayout(table)
        for widget in (self.verdict, self.race, self.hint):
            self.body.addWidget(widget)
        self.body.addStretch(1)
        self.race.clicked.connect(self._race)
        self.job.completed.connect(self._raced)
        desk.session.results_changed.connect(self._results)
        desk.session.opened.connect(self._stop)
        self.retranslate()

    # --- what it shows

    def _results(self, *_: object) -> None:
        results = self.desk.session.results
        network = results.network
        if has_loss(network):
            return
        found = said(results) or _largest(results)
        self._said = found.lines[:MOST]
        mine = found.title not in (ONE, SEVERAL)
        self.set_title(found.title if mine else TITLE)
        self.words.setVisible(not mine or bool(found.note))
        if mine:
            self.words.setText(found.note)
        else:
            self.words.set_text(found.title)
        for k, (link, value) in enumerate(self.lines):
            there = k < len(self._said)
            link.setVisible(there)
            value.setVisible(there)
            if there:
                link.setText(self._said[k].name)
                value.setText(" · ".join((self._said[k].text, *self.times[k:k + 1])))
                self._place(k, len(link.text() + value.text()) > LONG)
        self._show_verdict(found)
        self.race.setVisible(network.name in RACES)
        self.hint.setVisible(network.name not in examples.HINTS)

    def _place(self, k: int, below: bool) -> None:
        """A value beside its name, or where both are too long under it."""
        value = self.lines[k][1]
        at: tuple[int, int, int, int] = (2 * k + 1, 0, 1, 2) if below else (2 * k, 1, 1, 1)
        if self._table.getItemPosition(self._table.indexOf(value)) != at:
            self._table.removeWidget(value)
            self._table.addWidget(value, *at, Qt.AlignmentFlag.AlignRight)

    def _show_verdict(self, found: Said) -> None:
        self.verdict.setVisible(found.verdict is not None)
        if found.verdict is None:
            return
        text, facts = found.verdict
        self.verdict.setText(SIGNS[found.good] + tr(text, **facts))
        role = {True: "right", False: "wrong", None: "text"}[found.good]
        if self.verdict.property("role") != role:
            self.verdict.setProperty("role", role)
            restyle(self.verdict)

    # --- what a person does

    def _go(self, k: int) -> None:
        if k < len(self._said):
            self.desk.attempt(self.desk.session.select, self._said[k].head)

    def _race(self) -> None:
        network = self.desk.session.view.network
        if network.name in RACES:
            self.race.set_blocked(N_("Being timed."))
            self.job.begin(race(network, RACES[network.name]))

    def _raced(self, times: list[float]) -> None:
        self.race.set_blocked("")
        self.times = tuple(f"{numbers.figure(took)} ms" for took in times)
        self._results()

    def _stop(self) -> None:
        self.job.cancel()
        self.race.set_blocked("")
        self.times = ()

    def retranslate(self) -> None:
        """All texts in the language of now."""
        for link, value in self.lines:
            link.setToolTip(tr("Show how it is made"))
            theme.dress(value, SIZE, mono=True)
        self.hint.set_text(tr(USUAL))
        self._results()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "job"):
            self.retranslate()


def _largest(results: Results) -> Said:
    """The largest number of each last layer."""
    network, lines = results.network, []
    ends = [node.name for node in network.nodes if not network.consumers(node.name)][-MOST:]
    for name in ends:
        values = results.values(name)
        at = np.unravel_index(int(np.argmax(np.nan_to_num(values, nan=-np.inf))), values.shape)
        head = Playhead(name, tuple(int(i) for i in at))
        lines.append(Line(head, head.name, numbers.figure(float(values[at]))))
    return Said(SEVERAL if len(ends) > 1 else ONE, tuple(lines))
