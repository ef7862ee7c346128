"""The answer: what the network takes the drawing for, in words, and what to try next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model import edits
from app.model.timeline import has_loss
from app.widgets.card import Card
from app.widgets.fit_text import FitText
from app.widgets.held import Held
from app.widgets.hint import Hint
from app.widgets.icons import icon

NEXT = {"0": "6", "1": "7", "2": "3", "3": "8", "4": "9", "5": "6", "6": "8", "7": "1", "8": "3", "9": "4"}

SHORT = 2  # characters of a label that still stands beside the words
COUNTS = 0.005  # a share that is said
NAME = 90  # pixels of a class's name on the button
MIDDLE = Qt.AlignmentFlag.AlignHCenter


class AnswerPanel(Card):
    """Winner, two runners-up, one way into the samples, one hint."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("The answer"), "", parent)
        self.setObjectName("answer_panel")
        self.desk = desk
        self.body.setSpacing(6)
        self.winner, self.sure = FitText(48, 15, MIDDLE), FitText(17, 11)
        self.winner.setObjectName("answer_winner")
        self.then = QLabel()
        theme.dress(self.then, 12)
        self.then.setProperty("role", "secondary")
        self.sure.setObjectName("answer_sure")
        self.then.setObjectName("answer_then")
        self.then.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self.sure)
        words.addWidget(Held(self.then))
        words.addStretch(1)
        self._row = row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.winner)
        row.addLayout(words, 1)
        self.body.addLayout(row)
        self.add_label = QLabel()
        theme.dress(self.add_label, 12)
        self.add_label.setMinimumWidth(1)  # it does not hold the column open
        self.add = QToolButton()
        self.add.setObjectName("answer_add")
        self.add.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the name
        self._arranged: tuple[bool, float] = (False, 0.0)
        self._added: tuple[object, ...] = ()
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
        if not has_loss(results.network):  # the card of the output stands here
            return
        labels, shares = results.document.labels, results.probabilities
        blank = results.blank
        one = results.order[0]
        self._arrange(labels)
        if blank or np.isfinite(shares).all():
            self.winner.set_text("?" if blank else labels[one])
            self.sure.set_text(tr("Nothing yet") if blank else tr("{share} sure", share=numbers.share(shares[one])))
            self.then.setText(tr("The network answers while you draw.") if blank else self._others(labels, shares))
            self._hint(blank, labels[one])
        else:
            self.winner.set_text("?")
            self.sure.set_text(tr("No answer"))
            self.then.setText(tr("Its shares are no numbers."))
            self.hint.set_text(tr("Click the **first cross** in the network: the inspector says where it comes from."))
        self._adding()

    def _arrange(self, labels: Sequence[str]) -> None:
        """Digits stand beside the words; names, which are longer, above them."""
        above = max(map(len, labels)) > SHORT
        if self._arranged == (above, theme.scale()):
            return
        self._arranged = (above, theme.scale())
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if above else QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(2 if above else 10)
        self.winner.set_sizes(36 if above else 48, Qt.AlignmentFlag.AlignLeft if above else MIDDLE)
        policy = QSizePolicy.Policy
        self.winner.setMinimumWidth(0 if above else theme.size(52))
        self.winner.setMaximumWidth(16777215 if above else theme.size(72))
        self.winner.setSizePolicy(policy.Ignored if above else policy.Preferred, policy.Fixed)

    def _others(self, labels: Sequence[str], shares: Sequence[float]) -> str:
        """The two next, as far as they count."""
        order = self.desk.session.results.order[1:3]
        said = [f"{labels[k]}\u00a0({numbers.share(shares[k], 0)})" for k in order if shares[k] >= COUNTS]
        if not said:
            return tr("no other above {share}", share=numbers.percent(COUNTS))
        return tr("then {others}", others=", ".join(said))

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
        """In a low window the hint gives way first, in a narrow card the words before the button."""
        wide = self.width() - 2 * self.layout().contentsMargins().left()
        beside = self.add_label.sizeHint().width() + self.add.sizeHint().width() + 8 <= wide
        self.add_label.setVisible(beside and bool(self.desk.session.document.classes))
        hidden = 0 if self.hint.isVisibleTo(self) else self.hint.heightForWidth(wide) + self.body.spacing()
        self.hint.setVisible(self.layout().totalHeightForWidth(self.width()) + hidden <= self.height())

    def _document(self, *_: object) -> None:
        self._adding()

    def _adding(self) -> None:
        """The way into the samples: the class of the answer first."""
        names = [c.name for c in self.desk.session.document.classes]
        answer = self.winner.text()
        name = answer if answer in names else names[0] if names else ""
        blank = not self.desk.session.view.drawing.any()
        state = (name, bool(names), blank, self.add.fontMetrics().height())
        if state == self._added:
            return
        self._added = state
        short = self.add.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, theme.size(NAME))
        self.add.setText(short if names else tr("Add to samples"))
        self.add.setEnabled(not blank)
        self.add.setToolTip(tr("The canvas is empty.") if blank else tr("Add the drawing to a class"))

    def _fill(self) -> None:
        self.menu.clear()
        session = self.desk.session
        for index, one in enumerate(session.document.classes):
            entry = self.menu.addAction(f"{one.name}  ({len(one.samples)})")
            entry.triggered.connect(
                lambda _=False, k=index: self.desk.attempt(session.edit, edits.add_sample, k, session.view.drawing)
            )
        if not session.document.classes:
            entry = self.menu.addAction(tr("Make classes 0 to 9"))
            entry.triggered.connect(lambda: self.desk.attempt(session.edit, edits.add_classes, tuple("0123456789")))
        else:
            self.menu.addSeparator()
        entry = self.menu.addAction(tr("New class…"))
        entry.triggered.connect(self.desk.action("view.train").trigger)

    def retranslate(self) -> None:
        """All texts in the language of now."""
        self._added = ()
        self.add.setIcon(icon("caret"))
        self.add.setIconSize(QSize(theme.size(12), theme.size(12)))
        self.add_label.setText(tr("Add to samples as"))
        self.add.setAccessibleName(tr("Add the drawing to a class"))
        self._document()
        self._results()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "hint"):
            self.retranslate()
