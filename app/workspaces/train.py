"""Train: name classes, draw samples, watch the network learn them."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.desk import Desk
from app.i18n import N_
from app.jobs.plan import NEVER, hindrance
from app.panels.canvas import CanvasPanel
from app.panels.confusion import ConfusionPanel
from app.panels.learning import LearningPanel
from app.panels.now_answer import NowAnswerPanel
from app.panels.samples import SamplesPanel
from app.panels.training import TrainingPanel
from app.workspaces.columns import GAP, Columns, column


class Train(QWidget):
    """Left: canvas and samples. Centre: settings and the learning. Right: the answer now, and the mistakes."""

    title = N_("Train")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train")
        self.canvas, self.samples = CanvasPanel(desk), SamplesPanel(desk)
        self.training, self.learning = TrainingPanel(desk), LearningPanel(desk)
        self.now, self.confusion = NowAnswerPanel(desk), ConfusionPanel(desk)
        self.typed: QWidget | None = None
        self.nothing = QWidget()  # in the place of how it learns, where nothing can
        self.left = left = column("train_left", self.canvas, self.samples, stretch=1)
        centre = column("train_centre", self.training, self.learning, self.nothing, stretch=1)
        centre.layout().setStretch(2, 1)
        right = column("train_right", self.now, self.confusion)
        self.columns = Columns("train_columns", (left, centre, right), (250, 250), (286, 296))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.addWidget(self.columns)
        self._desk = desk
        desk.session.document_changed.connect(self._input)
        self._input()

    def _input(self, *_: object) -> None:
        """A network that cannot be trained at all has no use for drawings: its numbers stand in their place."""
        document = self._desk.session.document
        why = hindrance(document)
        never = why is not None and why.code in NEVER
        typed = never and document.typed is not None
        if typed and self.typed is None:
            from app.panels.typed import TypedPanel

            self.typed = TypedPanel(self._desk)
            self.left.layout().insertWidget(0, self.typed)
            self.left.layout().addStretch(0)
        for card, there in ((self.canvas, not typed), (self.samples, not typed), (self.typed, typed),
                            (self.learning, not never), (self.confusion, not never), (self.nothing, never)):
            if card is not None and card.isVisibleTo(self) != there:
                card.setVisible(there)
