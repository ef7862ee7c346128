"""Softmax: scores, their exponentials, the sum, and each class's share of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QScrollArea, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import tr
from app.panels.stepper_views.base import Scene, View
from app.widgets import marks
from app.widgets.scroll import on_card

ROW = 14
HEAD = 17
COLUMNS = (0.0, 0.16, 0.32, 0.62)  # class, score, exponential, share: parts of the width


class ShareTable(QWidget):
    """One row a class, and the sum."""

    hovered = Signal(object)  # class | None
    clicked = Signal(int, bool)  # class; True: its score is meant

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shares")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._labels: list[str] = []
        self._title = ""
        self._scores: NDArray[np.floating] = np.zeros(0)
        self._exps: NDArray[np.floating] = np.zeros(0)
        self._own, self._known, self._ring = 0, 0.0, None
        self._hover: int | None = None

    def set_shares(self, labels: list[str], scores: NDArray[np.floating], exps: NDArray[np.floating], own: int,
                   known: float, ring: int | None, title: str = "") -> None:
        """Other numbers.

        Args:
            labels: Of the classes.
            scores, exps: (classes,); the exponentials are of score − largest.
            own: The class of the playhead.
            known: Terms from this one on are not computed yet.
            ring: The term at the playhead.
            title: What the labels are, where they are no classes.
        """
        self._title = title
        self._labels, self._scores, self._exps = labels, scores, exps
        self._own, self._known, self._ring = own, known, ring
        share = exps[own] / exps.sum() if exps.sum() else 0.0
        self.setAccessibleDescription(f"{labels[own]}: {numbers.share(float(share))}")
        self.setMinimumHeight(theme.size(HEAD) + (len(labels) + 1) * theme.size(ROW))
        self.update()

    @property
    def own(self) -> int:
        """The class of the playhead."""
        return self._own

    def set_hover(self, k: int | None) -> None:
        """Mark a class from elsewhere."""
        if k != self._hover:
            self._hover = k
            self.update()

    def row_rect(self, k: int) -> QRectF:
        """Where a row lies; the sum is the row after the last class."""
        head = theme.size(HEAD)
        high = min(max((self.height() - head) / (len(self._labels) + 1), theme.size(ROW)), theme.size(26))
        return QRectF(0, head + k * high, self.width(), high)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        lefts = [4 + c * self.width() for c in COLUMNS]
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("soft"))
        titles = (self._title or tr("class"), tr("score x"), tr("exp(x − largest)"), tr("share of the sum"))
        for x, title in zip(lefts, titles, strict=True):
            painter.drawText(QRectF(x, 0, self.width() - x, theme.size(HEAD)), Qt.AlignmentFlag.AlignVCenter, title)
        total = float(self._exps.sum()) or 1.0
        high = self.row_rect(0).height()
        first, last = ((y - theme.size(HEAD)) // high for y in (event.rect().top(), event.rect().bottom()))
        for k in range(max(int(first), 0), min(int(last) + 1, len(self._labels))):  # a map has thousands of rows
            self._paint_row(painter, k, self.row_rect(k), lefts, total)
        box = self.row_rect(len(self._labels))
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(box.topLeft(), box.topRight())
        painter.setPen(theme.color("soft"))
        painter.setFont(theme.font(12))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box.adjusted(lefts[1], 0, 0, 0), middle, tr("sum"))
        painter.setFont(theme.font(12, mono=True))
        painter.setPen(theme.color("ink"))
        known = self._exps[:max(int(self._known), 0)] if self._known < len(self._exps) else self._exps
        painter.drawText(box.adjusted(lefts[2], 0, 0, 0), middle, numbers.figure(float(known.sum())))
        at = self._own if self._ring is None else self._ring
        for k, mark in ((self._hover, marks.hover), (at, marks.ring)):
            if k is not None and 0 <= k < len(self._labels):
                mark(painter, self.row_rect(k).adjusted(1, 1, -1, -1), QRectF(self.rect()))

    def _paint_row(self, painter: QPainter, k: int, box: QRectF, lefts: list[float], total: float) -> None:
        own = k == self._own
        painter.setFont(theme.font(13, 600 if own else 400))
        painter.setPen(theme.color("ink"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(box.adjusted(lefts[0] + 4, 0, 0, 0), middle, self._labels[k])
        painter.setFont(theme.font(12, mono=True))
        painter.drawText(box.adjusted(lefts[1], 0, 0, 0), middle, numbers.figure(float(self._scores[k])))
        if k >= self._known:
            marks.hatch(painter, box.adjusted(lefts[2], 3, -6, -3))
            return
        exp, share = float(self._exps[k]), float(self._exps[k]) / total
        painter.drawText(box.adjusted(lefts[2], 0, 0, 0), middle, numbers.figure(exp))
        text = theme.size(64)
        for left, right, part in ((lefts[2] + text, lefts[3] - 14, exp), (lefts[3], self.width() - text - 6, share)):
            track = QRectF(left, box.center().y() - 4, right - left, 8)
            painter.fillRect(track, theme.color("sunk"))
            bar = QRectF(track)
            bar.setWidth(max(track.width() * min(part, 1.0), 1.5) if part == part else 0.0)  # of NaN there is no part
            painter.fillRect(bar, theme.color("ink" if own else "edge"))
        painter.drawText(box.adjusted(0, 0, -8, 0), middle | Qt.AlignmentFlag.AlignRight, numbers.share(share))

    def class_at(self, y: float) -> int | None:
        """The class of the row at a height."""
        boxes = ((k, self.row_rect(k)) for k in range(len(self._labels)))
        return next((k for k, box in boxes if box.top() <= y < box.bottom()), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        k = self.class_at(event.position().y())
        if k != self._hover:
            self.set_hover(k)
            self.hovered.emit(k)

    def leaveEvent(self, event: QEvent) -> None:
        if self._hover is not None:
            self.set_hover(None)
            self.hovered.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = self.class_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and k is not None:
            x = event.position().x() / max(self.width(), 1)
            self.clicked.emit(k, COLUMNS[1] <= x < COLUMNS[2])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step and 0 <= self._own + step < len(self._labels):
            self.clicked.emit(self._own + step, False)
        elif not step:
            super().keyPressEvent(event)


class SharesView(View):
    """All classes side by side; many scroll."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.table = ShareTable()
        self.scroll = on_card(QScrollArea(self), self.table)
        self.table.hovered.connect(self._hover)
        self.table.clicked.connect(self._click)

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """A share of a list."""
        return scene.trace.reduce in ("share", "log share") and len(scene.trace.operands) == 1

    def show_scene(self, scene: Scene) -> None:
        """All scores and shares at one place."""
        self.scene, trace = scene, scene.trace
        labels, n = scene.results.document.labels, trace.terms.size
        classes = len(scene.shape) == 1
        names = list(labels) if classes and len(labels) == n else places(trace.operands[0].cells)
        known = n if scene.head.term is None else scene.head.term + 1
        own = trace.winner if trace.winner is not None else 0
        self.table.set_shares(names, trace.operands[0].values, trace.terms, own, known, scene.head.term,
                              "" if classes else tr("place"))
        if n > len(labels) or not classes:
            QTimer.singleShot(0, self, self._show_own)  # when the table has its height

    def _show_own(self) -> None:
        middle = self.table.row_rect(self.table.own).center()
        self.scroll.ensureVisible(0, round(middle.y()), 0, theme.size(3 * ROW))

    def show_cursor(self, term: int | None) -> None:
        """Mark a class."""
        self.table.set_hover(term)

    def _hover(self, k: int | None) -> None:
        self.term_hovered.emit(k)
        if self.scene is not None:
            cells = self.scene.trace.operands[0].cells
            self.hover_cell(self.scene.node.name, None if k is None else tuple(cells[k]))

    def _click(self, k: int, score: bool) -> None:
        assert self.scene is not None
        # A share and its score lie at the same place, along whichever axis the shares are.
        node = self.scene.source if score else self.scene.node.name
        self.select_cell(node, tuple(self.scene.trace.operands[0].cells[k]))

    def arrange(self) -> None:
        """The table is all there is."""
        self.scroll.setGeometry(self.rect())

    def name_parts(self) -> None:
        """For people who hear them."""
        self.table.setAccessibleName(tr("Classes with scores and shares"))


def places(cells: NDArray[np.int64]) -> list[str]:
    """What tells the rows apart: the channel, or the place along the axes of the shares."""
    differ = (cells != cells[:1]).any(axis=0)
    return [", ".join(map(str, row)) for row in cells[:, differ if differ.any() else slice(0, 1)].tolist()]
