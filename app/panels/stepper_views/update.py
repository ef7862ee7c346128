"""The step of one weight: the arithmetic, a number line from now to after, and the kernel before and after."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.frames import array_of, trace_of
from app.panels.stepper_views.base import Scene, View, flat_plane
from app.panels.stepper_views.formula import update_pieces
from app.widgets.heat_map import HeatMap
from cnncore.choices import optimizer_word
from cnncore.optimizers import OPTIMIZERS
from cnncore.trace import Trace

LABEL = 104  # px of the caption
LINE = 340  # px of the number line at most
TERMS = (N_("weight now"), N_("momentum"), N_("gradient"), N_("decay"))


class UpdateRow(QWidget):
    """One row: what the optimiser makes of the gradient."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.now, self.after = HeatMap("", self), HeatMap("", self)
        self.now.setObjectName("kernel_now")
        self.after.setObjectName("kernel_after")
        self._trace: Trace | None = None
        self._words, self._rate = "", 0.0
        for map_ in (self.now, self.after):
            map_.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_scene(self, scene: Scene) -> None:
        """The step of the weight at the playhead, whichever pass shows it."""
        head = dataclasses.replace(scene.head, lane="update", term=None)
        results = scene.results
        self._trace = trace_of(results, head)
        index = head.index[:-2] if len(head.index) > 2 else head.index[:1]
        before = results.document.effective[f"{head.node}.{head.target}"]
        after = array_of(results, head)
        bound = float(np.abs(before).max(initial=0.0)) or 1.0
        spot = (head.index[-2], head.index[-1]) if len(head.index) > 2 else (0, head.index[-1])
        for map_, values in ((self.now, before), (self.after, after)):
            plane = flat_plane(values[index]) if values.ndim > 1 else values.reshape(1, -1)
            map_.set_values(plane, bound)
            map_.set_ring(*spot)
        settings = results.document.training.settings
        self._rate = settings.learning_rate
        word = optimizer_word(settings)
        self._words = tr(OPTIMIZERS[settings.optimizer].title) if word in OPTIMIZERS else tr(
            "Nesterov {value}" if word == "nesterov" else "momentum {value}", value=f"{settings.momentum:g}")
        self._place()
        self.update()

    @property
    def text(self) -> str:
        """``w ← w − rate · ∂L/∂w = …``, adding up as printed."""
        pieces = update_pieces(self._trace, self._rate) if self._trace is not None else None
        return " ".join(piece.text for piece in pieces or ())

    def _place(self) -> None:
        rows, cols = self.now.shape
        caption = theme.size(15)
        cell = max(min((self.height() - caption) / rows, theme.size(120) / cols, 12.0), 1.0)
        wide = max(int(cols * cell + 1e-6), theme.size(84))
        for k, map_ in enumerate((self.after, self.now)):
            map_.set_cell(cell)
            left = self.width() - (k + 1) * wide - k * 12
            map_.setGeometry(left, 0, int(cols * cell + 1e-6), int(rows * cell + 1e-6))

    def resizeEvent(self, event: object) -> None:
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._trace is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, line = theme.size(LABEL), theme.size(20)
        painter.setFont(theme.font(13, 600))
        painter.setPen(theme.color("ink"))
        painter.drawText(QRectF(0, 0, left, line), Qt.AlignmentFlag.AlignVCenter, tr("Update"))
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("soft"))
        painter.drawText(QRectF(0, line - 2, left, line), Qt.AlignmentFlag.AlignVCenter, self._words)
        caption = theme.size(15)
        for map_, text in ((self.now, tr("now")), (self.after, tr("after the step"))):
            place = QRectF(map_.x(), map_.height() + 1, theme.size(100), caption)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setFont(theme.font(12, mono=True))
        painter.setPen(theme.color("ink"))
        painter.drawText(QRectF(left, 0, self.now.x() - left - 8, line), Qt.AlignmentFlag.AlignVCenter, self.text)
        self._paint_line(painter, QRectF(left, line, min(theme.size(LINE), self.now.x() - left - 24),
                                         self.height() - line))

    def _paint_line(self, painter: QPainter, box: QRectF) -> None:
        """A piece of the number line with both values, zoomed so that the move can be seen."""
        assert self._trace is not None
        now, after = float(self._trace.operands[0].values[0]), self._trace.total
        if box.width() < 80 or not (math.isfinite(now) and math.isfinite(after)):
            return
        width = max(abs(after - now), abs(now) * 1e-3, 1e-6)
        low, high = min(now, after) - width, max(now, after) + width
        y = box.top() + theme.size(13)
        painter.setPen(QPen(theme.color("edge"), 1.5))
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))

        def x_of(value: float) -> float:
            return box.left() + (value - low) / (high - low) * box.width()

        painter.setFont(theme.font(11, mono=True))
        step = 10 ** math.floor(math.log10((high - low) / 2))
        step *= next(m for m in (5, 2, 1) if (high - low) / (step * m) >= 2 or m == 1)
        tick = math.ceil(low / step) * step
        digits = max(0, -math.floor(math.log10(step)))
        while tick <= high:
            painter.setPen(theme.color("edge"))
            painter.drawLine(QPointF(x_of(tick), y), QPointF(x_of(tick), y + 4))
            painter.setPen(theme.color("soft"))
            place = QRectF(x_of(tick) - 40, y + 4, 80, theme.size(15))
            if box.left() - 20 <= place.left() and place.right() <= box.right() + 20:
                painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, f"{tick:.{digits}f}".replace("-", numbers.MINUS))
            tick += step
        accent = theme.color("accent")
        a, b = x_of(now), x_of(after)
        painter.setPen(QPen(accent, 2))
        painter.drawLine(QPointF(a, y), QPointF(b, y))
        if abs(b - a) > 12:
            tip = 6 if b > a else -6
            painter.setBrush(accent)
            painter.drawPolygon(QPolygonF([QPointF(b - tip * 0.7, y), QPointF(b - tip * 1.7, y - 4),
                                           QPointF(b - tip * 1.7, y + 4)]))
        painter.setBrush(theme.color("panel"))
        painter.drawEllipse(QPointF(a, y), 4, 4)
        painter.setBrush(accent)
        painter.drawEllipse(QPointF(b, y), 4, 4)


class UpdateView(View):
    """The update lane: the same row with room, and the optimiser's terms under it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.row = UpdateRow(desk, self)
        self._lines: list[tuple[str, str]] = []

    def show_scene(self, scene: Scene) -> None:
        """One weight's step."""
        self.scene = scene
        self.row.show_scene(scene)
        trace = scene.trace
        self._lines = []
        for k, term in enumerate(trace.terms.tolist()):
            name = tr(TERMS[k]) if k < len(TERMS) else tr("term {k}", k=k)
            factors = " · ".join(numbers.gradient(float(o.values[k])) for o in trace.operands) if k else ""
            self._lines.append((name, f"{factors} = {numbers.gradient(term)}" if factors else numbers.gradient(term)))
        self._lines.append((tr("weight after the step"), numbers.gradient(trace.total)))
        self.update()

    def arrange(self) -> None:
        """The row on top."""
        self.row.setGeometry(0, 0, self.width(), min(theme.size(110), self.height() // 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, high = QPainter(self), theme.size(20)
        top = self.row.height() + 8
        for k, (name, text) in enumerate(self._lines):
            last = k == len(self._lines) - 1
            place = QRectF(0, top + k * high, theme.size(170), high)
            painter.setFont(theme.font(13, 600 if last else 400))
            painter.setPen(theme.color("accent" if last else "soft"))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, name)
            painter.setFont(theme.font(13, mono=True))
            painter.setPen(theme.color("accent" if last else "ink"))
            painter.drawText(QRectF(place.right(), place.top(), self.width() - place.right(), high),
                             Qt.AlignmentFlag.AlignVCenter, text)
