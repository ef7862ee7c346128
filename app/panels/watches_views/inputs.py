"""Two inputs side by side: the map of now, the same map of the input that is kept, and their difference."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.planes import head_in, plane_of
from app.model.results import Results
from app.model.timeline import Playhead, exists, has_loss
from app.widgets.buttons import IconButton
from app.widgets.heat_map import HeatMap
from app.widgets.labels import Label
from cnncore.network import INPUT

GAP, CAPTION, EDGE = 6, 16, 3
LARGEST = 96
NAMES = (N_("now"), N_("kept"), N_("difference"))


class Three(QWidget):
    """Three maps with the same cells in one row, a caption under each."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = tuple(HeatMap("", self) for _ in NAMES)
        self.captions = tuple(Label(name, "secondary", parent=self) for name in NAMES)
        for caption in self.captions:
            caption.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)

    def _room(self) -> int:
        return min((self.width() - 2 * GAP) // 3, theme.size(LARGEST))

    def fit(self) -> None:
        """As large as the width allows; low maps take no more height than they need."""
        rows, cols = self.maps[0].shape
        room = max(self._room(), 8)
        cell = max((room - 2 * EDGE) / max(rows, cols), 0.5)
        high = round(rows * cell) + 2 * EDGE
        self.setFixedHeight(high + theme.size(CAPTION))
        for k, (map_, caption) in enumerate(zip(self.maps, self.captions, strict=True)):
            left = k * (room + GAP)
            wide = round(cols * cell)
            map_.setGeometry(QRect(left + (room - wide) // 2, EDGE, max(wide, 1), max(high - 2 * EDGE, 1)))
            caption.setGeometry(QRect(left - GAP // 2, high, room + GAP, theme.size(CAPTION)))

    def sizeHint(self) -> QSize:
        return QSize(3 * 40, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(3 * 24, self.height())

    def resizeEvent(self, event: object) -> None:
        self.fit()


class InputsView(QWidget):
    """Shown while an input is kept. The number and its difference stand in the inspector; here is what lies around."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("inputs_view")
        self.desk = desk
        self.answers = Label("", "secondary")
        self.answers.setObjectName("inputs_answers")
        self.close_button = IconButton("cross", N_("Stop comparing")).set_small()
        self.close_button.setObjectName("inputs_close")
        for name in ("bare", "tiny"):
            self.close_button.setProperty(name, True)
        self.close_button.clicked.connect(lambda: desk.perform("compare.let_go"))
        self.three = Three()
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.answers, 1)
        top.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self.three)
        for map_ in self.three.maps:
            map_.clicked.connect(self._go)
            map_.moved.connect(self._go)
            map_.hovered.connect(self._hover)
        self._head: Playhead | None = None

    def show_now(self) -> None:
        """The plane of the playhead, in both."""
        session, kept = self.desk.session, self.desk.debugger.comparison.results()
        head = session.playhead
        there = kept is not None and head is not None and exists(kept.network, head)
        if there == self.isHidden():
            self.setVisible(there)
        if kept is None or head is None or not there:
            return
        self._head = head
        mine, other = plane_of(session.results, head), plane_of(kept, head)
        bound = self.desk.ranges.bound_at(session.results, head)
        picture = head.node == INPUT and session.view.typed is None
        resized = self.three.maps[0].shape != mine.values.shape
        for map_, values in zip(self.three.maps, (mine.values, other.values, mine.values - other.values), strict=True):
            signed = map_ is self.three.maps[2] or not picture
            map_.set_values(values, bound or 1.0, "signed" if signed else "picture")
            map_.set_gradient(head.lane == "backward")
            map_.set_ring(*mine.spot)
        if resized:
            self.three.fit()
        self._say(session.results, kept, head)

    def _say(self, now: Results, kept: Results, head: Playhead) -> None:
        """What both are taken for."""
        if not has_loss(now.network):
            self.answers.set_text(N_("Two inputs"))
            return
        told = ["–" if one.blank else f"{_label(one)} {numbers.share(float(one.probabilities[one.order[0]]))}"
                for one in (now, kept)]
        self.answers.set_text(N_("Now {now}, kept {kept}"), now=told[0], kept=told[1])
        for map_, name in zip(self.three.maps, NAMES, strict=True):
            map_.setAccessibleName(f"{head.name}: {tr(name)}")

    def _at(self, spot: tuple[int, int] | None) -> Playhead | None:
        if spot is None or self._head is None or not exists(self.desk.session.view.network, self._head):
            return None
        return head_in(plane_of(self.desk.session.results, self._head), self._head, *spot)

    def _go(self, row: int, col: int) -> None:
        head = self._at((row, col))
        if head is not None:
            self.desk.player.pause()
            self.desk.attempt(self.desk.session.select, head)

    def _hover(self, spot: tuple[int, int] | None) -> None:
        self.desk.session.hover(self._at(spot))
        for map_ in self.three.maps:
            map_.set_hover(*(spot or (None,)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "_head"):
            self.three.fit()
            self.show_now()


def _label(results: Results) -> str:
    labels, answer = results.document.labels, results.order[0]
    return labels[answer] if answer < len(labels) else str(answer)
