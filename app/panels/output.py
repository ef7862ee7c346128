"""The output of a network without classes: the largest number of each last layer, and what to look for."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QToolButton, QWidget

from app import examples, numbers
from app.desk import Desk
from app.i18n import N_, tr
from app.model.timeline import Playhead, has_loss
from app.widgets.card import Card
from app.widgets.hint import Hint
from app.widgets.labels import Label

MOST = 4
ONE, SEVERAL = N_("Its largest number"), N_("The largest number of each last layer")
USUAL = N_("Change a number of the input and watch which maps change.")


class OutputPanel(Card):
    """In the answer's place where there are no classes. A click on a number's name leads to it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("The output"), "", parent)
        self.setObjectName("output_panel")
        self.desk = desk
        self.words = Label(ONE, "secondary")
        self.words.setWordWrap(True)
        self.hint = Hint("lightbulb")
        self.hint.setObjectName("output_hint")
        self.lines: list[tuple[QToolButton, Label]] = []
        self._heads: list[Playhead] = []
        table = QGridLayout()
        table.setHorizontalSpacing(8)
        table.setVerticalSpacing(0)
        for k in range(MOST):
            link, value = QToolButton(), Label("", "text", mono=True)
            link.setObjectName(f"output_{k}")
            link.setProperty("link", True)
            link.setCursor(Qt.CursorShape.PointingHandCursor)
            link.clicked.connect(lambda _=False, k=k: self._go(k))
            table.addWidget(link, k, 0, Qt.AlignmentFlag.AlignLeft)
            table.addWidget(value, k, 1, Qt.AlignmentFlag.AlignRight)
            self.lines.append((link, value))
        table.setColumnStretch(1, 1)
        self.body.addWidget(self.words)
        self.body.addLayout(table)
        self.body.addWidget(self.hint)
        self.body.addStretch(1)
        desk.session.results_changed.connect(self._results)
        self.retranslate()

    def _results(self, *_: object) -> None:
        results = self.desk.session.results
        network = results.network
        if has_loss(network):
            return
        ends = [node.name for node in network.nodes if not network.consumers(node.name)][-MOST:]
        self._heads = []
        for name in ends:
            values = results.values(name)
            at = np.unravel_index(int(np.argmax(np.nan_to_num(values, nan=-np.inf))), values.shape)
            self._heads.append(Playhead(name, tuple(int(i) for i in at)))
        for k, (link, value) in enumerate(self.lines):
            there = k < len(ends)
            link.setVisible(there)
            value.setVisible(there)
            if there:
                head = self._heads[k]
                link.setText(head.name)
                value.setText(numbers.figure(float(results.values(head.node)[head.index])))
        self.words.set_text(SEVERAL if len(ends) > 1 else ONE)
        self.words.setVisible(any(results.values(name).size > 1 for name in ends))
        self.hint.set_text(tr(examples.HINTS.get(network.name, USUAL)))

    def _go(self, k: int) -> None:
        if k < len(self._heads):
            self.desk.attempt(self.desk.session.select, self._heads[k])

    def retranslate(self) -> None:
        """All texts in the language of now."""
        for link, _ in self.lines:
            link.setToolTip(tr("Show how it is made"))
        self._results()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "hint"):
            self.retranslate()
