"""The answer: what the network takes the drawing for, in words, and what to try next."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model import edits
from app.widgets.card import Card
from app.widgets.hint import Hint

NEXT = {"0": "6", "1": "7", "2": "3", "3": "8", "4": "9", "5": "6", "6": "8", "7": "1", "8": "3", "9": "4"}


class AnswerPanel(Card):
    """Winner, two runners-up, one way into the samples, one hint."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("The answer"), "", parent)
        self.setObjectName("answer_panel")
        self.desk = desk
        self.body.setSpacing(6)
        self.winner = QLabel()
        self.winner.setObjectName("answer_winner")
        self.winner.setMinimumWidth(52)
        self.winner.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sure, self.then = QLabel(), QLabel()
        self.sure.setObjectName("answer_sure")
        self.then.setObjectName("answer_then")
        self.sure.setWordWrap(True)
        self.then.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self.sure)
        words.addWidget(self.then)
        words.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.winner)
        row.addLayout(words, 1)
        self.body.addLayout(row)
        self.add_label = QLabel()
        self.add = QToolButton()
        self.add.setObjectName("answer_add")
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.add)
        self.add.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._fill)
        adding = QHBoxLayout()
        adding.addWidget(self.add_label)
        adding.addWidget(self.add)
        adding.addStretch(1)
        self.body.addLayout(adding)
        self.hint = Hint("lightbulb")
        self.hint.setObjectName("hint")
        self.body.addWidget(self.hint)
        self.body.addStretch(1)
        desk.session.results_changed.connect(self._results)
        desk.session.document_changed.connect(self._document)
        self.retranslate()

    def _results(self, *_: object) -> None:
        results = self.desk.session.results
        labels, shares = results.document.labels, results.probabilities
        blank = results.blank
        one = results.order[0]
        self.winner.setText("?" if blank else labels[one])
        size = 48 if blank or len(labels[one]) <= 2 else 24 if len(labels[one]) <= 6 else 15
        if self.winner.property("px") != size:
            self.winner.setProperty("px", size)
            self.winner.setFont(theme.font(size, 600))
        self.sure.setText(tr("Nothing yet") if blank else tr("{share} sure", share=numbers.percent(shares[one])))
        second = [f"{labels[k]} ({numbers.percent(shares[k], 0)})" for k in results.order[1:3]]
        self.then.setText(
            tr("The network answers while you draw.") if blank else tr("then {others}", others=", ".join(second))
        )
        self._hint(blank, labels[one])

    def _hint(self, blank: bool, answer: str) -> None:
        if blank:
            self.hint.set_text(tr("Draw a **digit** on the black canvas. Nothing else to press."))
        elif answer in NEXT:
            self.hint.set_text(
                tr(
                    "Turn your **{answer}** into **{other}** and watch which maps change first.",
                    answer=answer,
                    other=NEXT[answer],
                )
            )
        else:
            self.hint.set_text(tr("Change your drawing bit by bit and watch which maps change first."))

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._make_room()
        return super().event(event)

    def _make_room(self) -> None:
        """In a low window the hint gives way first."""
        wide = self.width() - 2 * self.layout().contentsMargins().left()
        hidden = 0 if self.hint.isVisibleTo(self) else self.hint.heightForWidth(wide) + self.body.spacing()
        self.hint.setVisible(self.layout().totalHeightForWidth(self.width()) + hidden <= self.height())

    def _document(self, *_: object) -> None:
        classes = self.desk.session.document.classes
        names = [c.name for c in classes]
        answer = self.winner.text()
        self.add_label.setVisible(bool(names))
        self.add.setText(answer if answer in names else names[0] if names else tr("Add to samples"))

    def _fill(self) -> None:
        self.menu.clear()
        session = self.desk.session
        for index, one in enumerate(session.document.classes):
            entry = self.menu.addAction(f"{one.name}  ({len(one.samples)})")
            entry.triggered.connect(
                lambda _=False, k=index: self.desk.attempt(session.edit, edits.add_sample, k, session.view.drawing)
            )
        if not session.document.classes:
            entry = self.menu.addAction(tr("Digits 0 to 9"))
            entry.triggered.connect(lambda: self.desk.attempt(session.edit, edits.add_classes, tuple("0123456789")))
        else:
            self.menu.addSeparator()
        entry = self.menu.addAction(tr("New class…"))
        entry.triggered.connect(self.desk.action("view.train").trigger)

    def retranslate(self) -> None:
        """All texts in the language of now."""
        self.add_label.setText(tr("Add to samples as"))
        self.add.setAccessibleName(tr("Add the drawing to a class"))
        self.sure.setFont(theme.font(17, 600))
        self.then.setFont(theme.font(12))
        self.add_label.setFont(theme.font(12))
        self._document()
        self._results()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
