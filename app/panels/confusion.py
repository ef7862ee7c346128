"""The confusion matrix: which class is taken for which."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from app import numbers
from app.desk import Desk
from app.i18n import N_, tr
from app.widgets.card import Card
from app.widgets.confusion_grid import ConfusionGrid
from app.widgets.labels import Label


class ConfusionPanel(Card):
    """Of the moment shown, over all samples of the run. A click on a cell picks its samples in the wall."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("Confusion"), "", parent)
        self.setObjectName("confusion_panel")
        self.desk = desk
        self.grid = ConfusionGrid()
        self.grid.setObjectName("confusion_grid")
        self.words = Label("", "secondary")
        self.words.setWordWrap(True)
        self.words.setObjectName("confusion_words")
        self.body.addWidget(self.grid)
        self.body.addWidget(self.words)
        self.grid.picked.connect(self._pick)
        desk.session.run_moved.connect(self._run)
        desk.session.document_changed.connect(self._run)
        self._counts: object = self
        self.retranslate()

    def _run(self, *_: object) -> None:
        verdict = self.desk.runs.verdict
        if verdict is self._counts:
            return
        self._counts = verdict
        self.grid.setVisible(verdict is not None)
        if verdict is None:
            self.set_secondary("")
            self.words.set_text(N_("From the first step on: which class the network takes each sample for."))
            return
        self.grid.set_counts(verdict.confusion, verdict.plan.labels)
        total = len(verdict.plan.samples)
        self.set_secondary(N_("all {count} samples"), count=numbers.count(total))
        wrong = len(verdict.mistakes)
        if wrong:
            self.words.set_text(N_("Rows: the truth, columns: the answer. ⚠ {wrong} of {total} are wrong. "
                                   "Click a cell to see its samples."),
                                wrong=numbers.count(wrong), total=numbers.count(total))
        else:
            self.words.set_text(N_("Rows: the truth, columns: the answer. ✓ All {total} are right."),
                                total=numbers.count(total))

    def _pick(self, truth: int, answer: int) -> None:
        verdict = self.desk.runs.verdict
        if verdict is not None:
            self.desk.runs.picked.emit(verdict.cell(truth, answer))

    def retranslate(self) -> None:
        """All texts in the language of now."""
        self.grid.setAccessibleName(tr("Confusion matrix: rows the truth, columns the answer"))
        self.grid.update()
        self._counts = self
        self._run()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "_counts"):
            self.retranslate()
