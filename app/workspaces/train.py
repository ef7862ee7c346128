"""Train: name classes, draw samples, watch the network learn them."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.desk import Desk
from app.i18n import N_
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
        left = column("train_left", self.canvas, self.samples, stretch=1)
        centre = column("train_centre", self.training, self.learning, stretch=1)
        right = column("train_right", self.now, self.confusion)
        self.columns = Columns("train_columns", (left, centre, right), (250, 250), (286, 296))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.addWidget(self.columns)
