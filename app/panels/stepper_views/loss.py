"""The loss: every class's share against what it should be, and which way its score has to go."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QScrollArea, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.frames import array_of
from app.model.timeline import LOSS, Playhead
from app.panels.stepper_views.base import Scene, View
from app.widgets import marks
from app.widgets.scroll import on_card

ROW = 17
HEAD = 18
COLUMNS = (0.0, 0.15, 0.29, 0.52, 0.64)  # class, score, share, target, gradient: parts of the width
TITLES = (N_("class"), N_("score x"), N_("share p"), N_("target t"), N_("∂L/∂x: up is too much, down is too little"))


class LossTable(QWidget):
    """One row a class. A click on a target says which class is right; elsewhere it goes to that gradient."""

    said = Signal(int)
    clicked = Signal(int)
    hovered = Signal(object)  # class | None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("loss_table")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._labels: list[str] = []
        self._scores = self._shares = self._gradients = np.zeros(0)
        self._target, self._assumed = 0, True
        self._ring: int | None = None
        self._hover: int | None = None

    def set_rows(self, labels: list[str], scores: NDArray[np.floating], shares: NDArray[np.floating],
                 gradients: NDArray[np.floating], target: int, assumed: bool, ring: int | None) -> None:
        """Other numbers.

        Args:
            labels: Of the classes.
            scores, shares, gradients: (classes,).
            target: The class that counts as right.
            assumed: Nobody has said so.
            ring: The class of the playhead.
        """
        self._labels, self._scores, self._shares, self._gradients = labels, scores, shares, gradients
        self._target, self._assumed, self._ring = target, assumed, ring
        self.setMinimumHeight(theme.size(HEAD) + len(labels) * theme.size(ROW))
        self.setAccessibleDescription(f"{tr('target')}: {labels[target]}")
        self.update()

    def row_rect(self, k: int) -> QRectF:
        """Where a row lies."""
        head = theme.size(HEAD)
        high = min(max((self.height() - head) / max(len(self._labels), 1), theme.size(ROW)), theme.size(26))
        return QRectF(0, head + k * high, self.width(), high)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        lefts = [4 + c * self.width() for c in COLUMNS]
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("soft"))
        for x, title in zip(lefts, TITLES, strict=True):
            painter.drawText(QRectF(x, 0, self.width() - x, theme.size(HEAD)), Qt.AlignmentFlag.AlignVCenter, tr(title))
        bound = float(np.nanmax(np.abs(self._gradients), initial=0.0)) or 1.0
        for k in range(len(self._labels)):
            self._paint_row(painter, k, self.row_rect(k), lefts, bound)
        for k, mark in ((self._hover, marks.hover), (self._ring, marks.ring)):
            if k is not None and 0 <= k < len(self._labels):
                mark(painter, self.row_rect(k).adjusted(1, 1, -1, -1), QRectF(self.rect()))

    def _paint_row(self, painter: QPainter, k: int, box: QRectF, lefts: list[float], bound: float) -> None:
        right, middle = k == self._target, Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font(13, 600 if right else 400))
        painter.setPen(theme.color("ink"))
        painter.drawText(box.adjusted(lefts[0] + 4, 0, 0, 0), middle, self._labels[k])
        painter.setFont(theme.font(12, mono=True))
        painter.drawText(box.adjusted(lefts[1], 0, 0, 0), middle, numbers.figure(float(self._scores[k])))
        share = float(self._shares[k])
        text = theme.size(58)
        painter.drawText(box.adjusted(lefts[2], 0, 0, 0), middle, numbers.percent(share))
        track = QRectF(lefts[2] + text, box.center().y() - 4, lefts[3] - lefts[2] - text - 14, 8)
        painter.fillRect(track, theme.color("sunk"))
        painter.fillRect(QRectF(track.left(), track.top(), max(track.width() * min(share, 1.0), 1.5), 8),
                         theme.color("ink" if right else "edge"))
        painter.setPen(theme.color("ink" if right else "soft"))
        note = tr("1, assumed") if right and self._assumed else "1" if right else "0"
        painter.drawText(box.adjusted(lefts[3], 0, 0, 0), middle, note)
        value = float(self._gradients[k])
        painter.setPen(theme.color("ink"))
        painter.drawText(box.adjusted(lefts[4], 0, 0, 0), middle, numbers.gradient(value))
        if not np.isfinite(value):
            return
        left = lefts[4] + theme.size(78)
        half = (self.width() - left - 6) / 2
        end = left + half + half * value / bound
        colour = QColor.fromRgb(int(theme.signed_rgb(np.array([value]), bound)[0]))
        bar = QRectF(min(end, left + half), box.center().y() - 4, max(abs(end - left - half), 1.5), 8)
        painter.fillRect(bar, colour)
        painter.setPen(QPen(theme.color("edge"), 1))
        painter.drawLine(round(left + half), round(box.top()), round(left + half), round(box.bottom()))

    # --- hands

    def _class_at(self, y: float) -> int | None:
        boxes = ((k, self.row_rect(k)) for k in range(len(self._labels)))
        return next((k for k, box in boxes if box.top() <= y < box.bottom()), None)

    def _on_target(self, x: float) -> bool:
        return COLUMNS[3] <= x / max(self.width(), 1) < COLUMNS[4] or x / max(self.width(), 1) < COLUMNS[1]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        k = self._class_at(event.position().y())
        says = k is not None and self._on_target(event.position().x())
        self.setToolTip("" if k is None else tr("The drawing is a “{name}”", name=self._labels[k]) if says
                        else tr("Go to this gradient"))
        self.setCursor(Qt.CursorShape.ArrowCursor if k is None else Qt.CursorShape.PointingHandCursor)
        if k != self._hover:
            self._hover = k
            self.update()
            self.hovered.emit(k)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()
        self.hovered.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = self._class_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and k is not None:
            (self.said if self._on_target(event.position().x()) else self.clicked).emit(k)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step:
            at = self._target if self._ring is None else self._ring
            self.clicked.emit(min(max(at + step, 0), len(self._labels) - 1))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._ring is not None:
            self.said.emit(self._ring)
        else:
            super().keyPressEvent(event)


class LossView(View):
    """All classes side by side; many scroll."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.table = LossTable()
        self.scroll = on_card(QScrollArea(self), self.table)
        self.table.said.connect(self._say)
        self.table.clicked.connect(lambda k: self.select_head(self._gradient(k)))
        self.table.hovered.connect(lambda k: self.hover_head(None if k is None else self._gradient(k)))

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """The loss itself, or what it sends back to a score."""
        return scene.node.name == LOSS

    def show_scene(self, scene: Scene) -> None:
        """Scores, shares, target and gradients."""
        self.scene, results = scene, scene.results
        scores = results.values(results.network.scores).reshape(-1).astype(np.float64)
        powers = np.exp(scores - scores.max())
        labels = list(results.document.labels) or [str(k) for k in range(scores.size)]
        gradients = array_of(results, self._gradient(0)).reshape(-1)
        ring = scene.head.map if scene.head.lane == "backward" else None
        self.table.set_rows(labels, scores, powers / powers.sum(), gradients, results.target, results.said is None,
                            ring)

    @staticmethod
    def _gradient(k: int) -> Playhead:
        return Playhead(LOSS, (k,), None, "input0", "backward")

    def _say(self, k: int) -> None:
        """The class that is right; the one that was said already is taken back."""
        session = self.desk.session
        self.desk.attempt(session.say, None if session.said == k else k)

    def arrange(self) -> None:
        """The table is all there is."""
        self.scroll.setGeometry(self.rect())

    def name_parts(self) -> None:
        """For people who hear them."""
        self.table.setAccessibleName(tr("Classes with shares, targets and gradients"))
        if self.scene is not None:
            self.show_scene(dataclasses.replace(self.scene))
