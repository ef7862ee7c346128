"""Explore: draw, see every layer, click a number and step through how it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QEvent, QObject, Qt, QTimer, QVariantAnimation
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app import theme
from app.desk import Desk
from app.examples import HINTS
from app.i18n import N_, tr
from app.model.timeline import has_loss
from app.panels.answer import AnswerPanel
from app.panels.canvas import CanvasPanel
from app.panels.sees import SeesPanel
from app.widgets.card import Card
from app.widgets.icons import icon
from app.workspaces.columns import GAP, LEAST_HEIGHT, Columns, Side, column

if TYPE_CHECKING:
    from app.panels.network import NetworkPanel

FOLD_MS = 220
STRIP = {True: 238, False: 366}
LOWEST = {False: 216, True: 128}  # where stepper and transport would not fit under it; with large type
GOOD = 346  # of the stepper with large type, where the strip still gives way
LOW = 780
NARROW = 1180  # below, the inspector is opened on request
REST = 500  # stepper with cells of 40 px, transport and gaps


class InviteCard(Card):
    """What to do before anything is selected."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("")
        self.setObjectName("invite")
        self.picture = QLabel()
        self.text = QLabel()
        theme.dress(self.text, 15)
        self.text.setTextFormat(Qt.TextFormat.MarkdownText)
        self.text.setWordWrap(True)
        self.play = QPushButton()
        self.play.setObjectName("play_network")
        self.play.clicked.connect(lambda: (desk.perform("stepper.by_layer"), desk.perform("stepper.play")))
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.picture)
        row.addWidget(self.text, 1)
        row.addWidget(self.play)
        self.body.addLayout(row)
        self.retranslate()

    def retranslate(self) -> None:
        """All texts in the language of now."""
        edge = theme.size(18)
        self.picture.setPixmap(icon("cursor", "accent").pixmap(edge, edge))
        self.text.setText(tr("**Click any spot in any picture** to see how its number is made, step by step."))
        self.play.setText(tr("Play the whole network"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "play"):
            self.retranslate()


class Explore(QWidget):
    """Left: canvas, what the network sees, the answer. Centre: network, under it the stepper. Right: inspector."""

    title = N_("Explore")

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("explore")
        self.desk = desk
        self.canvas, self.sees, self.answer = CanvasPanel(desk), SeesPanel(desk), AnswerPanel(desk)
        self.invite = InviteCard(desk)
        self._network: NetworkPanel | None = None
        self._holder = Card(N_("Network"))
        self.stepper: QWidget | None = None
        self.layer: QWidget | None = None
        self.inspector_host = QWidget()
        QVBoxLayout(self.inspector_host).setContentsMargins(0, 0, 0, 0)
        self.inspector_host.hide()
        self.inspector_wanted, self.inspector_forced = True, False
        self.centre = column("explore_centre", self._holder, self.invite, stretch=0)
        self.left = left = column("explore_left", self.canvas, self.sees, self.answer, stretch=2)
        self.typed: QWidget | None = None
        self.output: QWidget | None = None
        self.example: QWidget | None = None
        self._opened: object = desk.session.document.network
        self.side = Side(left)
        self.columns = Columns("explore_columns", (self.side, self.centre, self.inspector_host), (216, 228), (248, 262),
                               (300, 300))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GAP, GAP, GAP, GAP)
        layout.addWidget(self.columns)
        self._fold = QVariantAnimation(self)
        self._fold.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._fold.valueChanged.connect(lambda height: self.network.setFixedHeight(int(height)))
        self._fold.finished.connect(self._settle)
        desk.session.selection_changed.connect(self._selection)
        desk.layer_changed.connect(self._layer)
        desk.session.document_changed.connect(self._input)

    @property
    def network(self) -> NetworkPanel:
        """The network's card. pyqtgraph takes as long to load as all the rest: it waits until the window is painted."""
        if self._network is None:
            from app.panels.network import NetworkPanel

            self._network = NetworkPanel(self.desk)
            self.centre.layout().replaceWidget(self._holder, self._network)
            self._holder.deleteLater()
        return self._network

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._network is None:
            QTimer.singleShot(0, self, lambda: self.network)

    def _input(self, *_: object) -> None:
        """Numbers stand in the canvas's place while the input is typed, the output in the answer's without classes."""
        document = self.desk.session.document
        typed, classes = document.typed is not None, has_loss(document.network)
        example = typed and document.network.name in HINTS
        if typed and self.typed is None:
            from app.panels.typed import TypedPanel

            self.typed = TypedPanel(self.desk)
            self.left.layout().insertWidget(0, self.typed)
            self.left.installEventFilter(self)
        if example and self.example is None:
            from app.panels.example import ExamplePanel

            self.example = ExamplePanel(self.desk)
            self.left.layout().insertWidget(1, self.example)
        if not classes and self.output is None:
            from app.panels.output import OutputPanel

            self.output = OutputPanel(self.desk)
            self.left.layout().addWidget(self.output, 1)
        for card, there in ((self.canvas, not typed), (self.sees, not typed), (self.typed, typed),
                            (self.example, example), (self.answer, classes), (self.output, not classes)):
            if card is not None and card.isVisibleTo(self) != there:
                card.setVisible(there)
        if self.typed is not None:
            QTimer.singleShot(0, self, self._need)
        if document.network is not self._opened:
            self._opened = document.network
            QTimer.singleShot(0, self, self._rest)

    def _rest(self) -> None:
        """Another document: the keys begin at the canvas, or nowhere, not at what came after a card that is hidden."""
        at = self.window().focusWidget()
        if not self.canvas.isHidden() or at is None or not self.isAncestorOf(at):
            return
        at.clearFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched is self.left and self.typed is not None:
            QTimer.singleShot(0, self, self._need)
        return super().eventFilter(watched, event)

    def _need(self) -> None:
        """Never lower than what stands under one another on the left: in a lower window the page scrolls."""
        least = self.least_height()
        if self.typed is not None and self.typed.isVisibleTo(self) and theme.scale() == 1:
            cards = [card for card in (self.typed, self.example, self.output, self.answer)
                     if card is not None and card.isVisibleTo(self)]
            highs = (max(card.heightForWidth(self.left.width()), card.minimumSizeHint().height()) for card in cards)
            least = max(least, sum(highs) + GAP * (len(cards) + 1))
        if least != self.minimumHeight():
            self.setMinimumHeight(least)

    def least_height(self) -> int:
        """In a lower window the page scrolls. With large type that is where not even the lowest of all fits."""
        if theme.scale() == 1:
            return theme.size(LEAST_HEIGHT[False])
        under = 0 if self.stepper is None else self.stepper.minimumHeight() + self.transport.sizeHint().height()
        return theme.size(LOWEST[True]) + under + 4 * GAP

    @property
    def stepping(self) -> bool:
        """True while the stepper is open."""
        return self.stepper is not None and self.transport.isVisibleTo(self)

    @property
    def folding(self) -> bool:
        """True while the network is on its way to its strip."""
        return self._fold.state() == QVariantAnimation.State.Running

    def _strip(self) -> int:
        """Low in a low window; in a high one what the stepper at its largest cells leaves."""
        low = self.height() < theme.size(LOW)
        strip = max(theme.size(STRIP[low]), 0 if low else self.height() - theme.size(REST))
        if self.stepper is None:
            return strip
        large = theme.scale() > 1
        own = theme.size(GOOD) if large else self.stepper.minimumHeight()
        others = own + self.transport.sizeHint().height() + 4 * GAP
        return max(min(strip, self.height() - others), theme.size(LOWEST[large]))

    def _build(self) -> None:
        """Stepper, transport and inspector are made at the first click, so that the window opens sooner."""
        from app.panels.inspector import InspectorPanel
        from app.panels.stepper import StepperPanel
        from app.panels.transport import TransportPanel
        from app.panels.watches import WatchesPanel
        from app.workspaces.second_ring import SecondRing

        self.stepper, self.transport = StepperPanel(self.desk), TransportPanel(self.desk)
        self.second = SecondRing(self.desk, self.stepper)
        self.inspector, self.watches = InspectorPanel(self.desk), WatchesPanel(self.desk)
        for card in (self.network, self.stepper, self.transport):
            card.layout().setContentsMargins(12, 6, 12, 6)
        self.transport.layout().setContentsMargins(12, 4, 12, 4)
        layout = self.centre.layout()
        layout.addWidget(self.stepper, 1)
        layout.addWidget(self.transport)
        self.inspector_host.layout().setSpacing(GAP)
        self.inspector_host.layout().addWidget(self.inspector, 1)
        self.inspector_host.layout().addWidget(self.watches)

    def _selection(self, head: object) -> None:
        opened = head is not None
        if opened == self.stepping:
            return
        if self.stepper is None:
            self._build()
        start = self.network.height()
        if opened:
            # First the strip, then the rest: all together would be higher than the window, and it would grow.
            self.network.setFixedHeight(self._strip())
        self.stepper.setVisible(opened and not self.desk.layer)
        self.transport.setVisible(opened)
        self.invite.setVisible(not opened)
        self._show_inspector()
        self.network.setProperty("folded", opened)
        self.columns.fit()
        self._fold.stop()
        if opened:
            self._fold.setDuration(theme.duration(FOLD_MS) if self.isVisible() else 0)
            others = self.stepper.minimumSizeHint().height() + self.transport.sizeHint().height() + 2 * GAP
            self._fold.setStartValue(max(min(start, self.centre.height() - others), self._strip()))
            self._fold.setEndValue(self._strip())
            self._fold.start()
        else:
            self._settle()

    def _layer(self, node: str) -> None:
        """The layer inspector in place of the stepper, made when first asked for."""
        if self.stepper is None:
            return
        if node and self.layer is None:
            from app.panels.layer import LayerPanel

            self.layer = LayerPanel(self.desk)
            self.layer.layout().setContentsMargins(12, 6, 12, 6)
            self.layer.hide()
            self.centre.layout().insertWidget(self.centre.layout().indexOf(self.stepper), self.layer, 1)
        if self.layer is not None:
            first, then = (self.stepper, self.layer) if node else (self.layer, self.stepper)
            self.layer.setMinimumHeight(self.stepper.minimumHeight())
            first.hide()
            then.setVisible(self.stepping)

    def _settle(self) -> None:
        """Let the network's height be what the state wants."""
        if self._network is None:
            return
        if self.stepping:
            self.network.setFixedHeight(self._strip())
        else:
            self.network.setMinimumHeight(0)
            self.network.setMaximumHeight(16777215)
            self.network.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def ask_watches(self, stop: bool) -> None:
        """Let an expression be typed in the strip; where that is closed, it opens."""
        if self.desk.workspace != "explore":
            self.desk.set_workspace("explore")
        if self.stepping and not self.inspector_host.isVisibleTo(self):
            self.toggle_inspector()
        if self.stepping:
            (self.watches.type_stop if stop else self.watches.type_watch)()

    def toggle_inspector(self) -> None:
        """Open or close the inspector."""
        self.inspector_wanted = not self.inspector_host.isVisibleTo(self)
        self.inspector_forced = self.inspector_wanted
        self._show_inspector()
        self.columns.fit()

    def _show_inspector(self) -> None:
        """A narrow window has one side column; the person may open the other all the same."""
        room = self.width() >= theme.size(NARROW)
        there = self.stepping and self.inspector_wanted and (room or self.inspector_forced)
        self.inspector_host.setVisible(there)
        # With large type not both sides fit: it stands in the other's place, and goes again.
        self.side.setVisible(room or theme.scale() == 1 or not there)

    def _look(self) -> None:
        """Another size of type, or of the window: who gives way."""
        self._need()
        self.sees.fold(theme.scale() > 1 and self.height() < theme.size(LOW))
        self._show_inspector()
        if not self.folding:
            self._settle()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_fold"):
            if theme.scale() > 1:
                self.inspector_forced = False
            self._show_inspector()
            QTimer.singleShot(0, self, self._look)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._look()
        if self.typed is not None:
            QTimer.singleShot(0, self, self._need)
