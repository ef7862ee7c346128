"""The answer at this moment: a bar for every class, moving while one draws and while it trains."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget

from app import theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.timeline import has_loss
from app.widgets.bars import Bars
from app.widgets.card import Card
from app.widgets.labels import Label

ROW, MOST = 26, 10
EMPTY = N_("Draw something: here is what the network takes it for, while you draw and while it learns.")
NONE = N_("This network has no classes: it answers with numbers, which stand in its last layer.")


class NowAnswerPanel(Card):
    """What the network that is shown takes the drawing for."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("The answer now"), "", parent)
        self.setObjectName("now_answer_panel")
        self.desk = desk
        self.bars = Bars()
        self.bars.setObjectName("now_bars")
        self.empty = Label(EMPTY, "secondary")
        self.empty.setWordWrap(True)
        self.body.addWidget(self.bars)
        self.body.addWidget(self.empty)
        desk.session.results_changed.connect(self._results)
        self.retranslate()

    def _results(self, *_: object) -> None:
        results = self.desk.session.results
        labels = results.document.labels
        classes = has_loss(results.network)
        blank = results.blank or not classes
        self.empty.set_text(EMPTY if classes else NONE)
        if self.bars.isHidden() != blank:
            self.bars.setVisible(not blank)
            self.empty.setVisible(blank)
        if blank:
            return
        height = theme.size(ROW if len(labels) <= 6 else 20) * min(len(labels), MOST)
        if self.bars.height() != height or self.bars.minimumHeight() != height:
            self.bars.setFixedHeight(height)
        self.bars.set_values(labels, results.probabilities)

    def retranslate(self) -> None:
        """All texts in the language of now."""
        self.bars.setAccessibleName(tr("The answer now"))
        self._results()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "empty"):
            self.retranslate()
