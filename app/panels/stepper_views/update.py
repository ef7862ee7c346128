"""The step of one weight: the arithmetic, a number line from now to after, and the kernel before and after."""

from __future__ import annotations

import dataclasses
import math
import re

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.frames import array_of, trace_of
from app.model.results import Results
from app.model.timeline import Playhead
from app.panels.stepper_views.base import Heading, Scene, View, flat_plane
from app.panels.stepper_views.placing import folded_list
from app.widgets.formula_trace import update_pieces
from app.widgets.heat_map import HeatMap
from app.widgets.plane_grid import GAP, PlaneGrid
from cnncore.choices import optimizer_word
from cnncore.optimizers import OPTIMIZERS
from cnncore.trace import Trace

TITLE = 20
NARROW = 620  # px; a row less wide has no room for the two kernels
LABEL = 104  # px of the caption
LINE = 340  # px of the number line at most
STILL = 52  # px a cell at most in a picture, which has no other use for the room
NAMES, SUMS = 168, 272  # px of what is added up, and of its arithmetic
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
        self._words, self._more, self._rate = "", "", 0.0
        for map_ in (self.now, self.after):
            map_.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            map_.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # it is never larger than its cells

    def show_scene(self, scene: Scene) -> None:
        """The step of the weight at the playhead, whichever pass shows it."""
        head = dataclasses.replace(scene.head, lane="update", term=None)
        results = scene.results
        self._trace = trace_of(results, head)
        before, after, spot, bound = kernels(results, head)
        for map_, plane in ((self.now, before), (self.after, after)):
            map_.set_values(plane, bound)
            map_.set_ring(*spot)
        self._rate, self._words = results.document.settings.learning_rate, optimizer_words(results)
        self._more = tr("step 1: no effect") if no_effect(results) else ""
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
            map_.setVisible(self.width() >= theme.size(NARROW))

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
        painter.setFont(theme.font(11))
        painter.drawText(QRectF(0, 2 * line - 5, left, line - 4), Qt.AlignmentFlag.AlignVCenter, self._more)
        painter.setFont(theme.font(12))
        caption, end = theme.size(15), self.width() if self.now.isHidden() else self.now.x()
        for map_, text in () if self.now.isHidden() else ((self.now, tr("now")), (self.after, tr("after the step"))):
            place = QRectF(map_.x(), map_.height() + 1, theme.size(100), caption)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setFont(theme.font(12, mono=True))
        painter.setPen(theme.color("ink"))
        text, room = self.text, end - left - 8
        if painter.fontMetrics().horizontalAdvance(text) > room:  # the symbols are said by the formula line too
            text = re.sub(r" \S+ − rate · ∂L/∂\S+ =", "", text)
        if painter.fontMetrics().horizontalAdvance(text) > room:
            text = text.partition(" ← ")[2]
        painter.drawText(QRectF(left, 0, room, line), Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, text)
        number_line(painter, QRectF(left, line, min(theme.size(LINE), end - left - 24),
                                    self.height() - line), self._trace)


def number_line(painter: QPainter, box: QRectF, trace: Trace) -> None:
    """A piece of the number line with both values, zoomed so that the move can be seen."""
    now, after = float(trace.operands[0].values[0]), trace.total
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
        text = f"{tick:.{digits}f}".replace("-", numbers.MINUS)
        own = painter.fontMetrics().horizontalAdvance(text) + 2
        place = QRectF(x_of(tick) - own / 2, y + 4, own, theme.size(15))
        if box.left() - 4 <= place.left() and place.right() <= box.right() + 4:
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, text)
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


Planes = tuple[NDArray[np.floating], NDArray[np.floating], tuple[int, int], float]


def kernels(results: Results, head: Playhead) -> Planes:
    """The kernel that a weight is one of, now and after the step, the weight's place in it, and the colours' range.

    The weights of a unit, and biases, are a block.
    """
    before = results.document.effective[f"{head.node}.{head.target}"]
    after = array_of(results, head)
    bound = float(np.abs(before).max(initial=0.0, where=np.isfinite(before))) or 1.0
    if before.ndim > 2:
        index = head.index[:-2]
        return flat_plane(before[index]), flat_plane(after[index]), (head.index[-2], head.index[-1]), bound
    rows = (before, after) if before.ndim < 2 else (before[head.index[0]], after[head.index[0]])
    first, second = (folded_list(row) for row in rows)
    return first, second, divmod(head.index[-1], first.shape[1]), bound


def optimizer_words(results: Results) -> str:
    """Its name, and how much momentum it has."""
    settings = results.document.training.settings
    word = optimizer_word(settings)
    return tr(OPTIMIZERS[settings.optimizer].title) if word in OPTIMIZERS else tr(
        "Nesterov {value}" if word == "nesterov" else "momentum {value}", value=f"{settings.momentum:g}")


def no_effect(results: Results) -> bool:
    """True for momentum: the step shown is a first one, of which nothing has been kept yet. Nesterov's looks ahead."""
    return optimizer_word(results.document.training.settings) == "momentum"


class UpdateView(View):
    """The update lane: the number line, the optimiser's terms, and the kernel now and after the step."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.now, self.after = PlaneGrid(self), PlaneGrid(self)
        self.headings = [Heading(N_("now"), self), Heading(N_("after the step"), self)]
        for name, grid in (("update_now", self.now), ("update_after", self.after)):
            grid.setObjectName(name)
            grid.clicked.connect(self._go)
            grid.hovered.connect(self._hover)
        self._shape: tuple[int, int] = (0, 0)
        self.words = ""
        self._lines: list[tuple[str, str]] = []

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The optimiser's terms: what each is, and its arithmetic."""
        return list(self._lines)

    def show_scene(self, scene: Scene) -> None:
        """One weight's step."""
        self.scene, trace = scene, scene.trace
        before, after, spot, bound = kernels(scene.results, scene.head)
        reshaped = before.shape != self._shape
        self._shape = before.shape[0], before.shape[1]
        for grid, plane in ((self.now, before), (self.after, after)):
            if reshaped:
                grid.set_shape(*self._shape)
            grid.set_plane(plane, bound)
            grid.set_ring(spot)
            grid.set_hues(int(self.desk.settings.kernel_hues and len(scene.shape) > 2))
        self.words = optimizer_words(scene.results)
        if no_effect(scene.results):
            self.words = tr("{optimizer} (first step: no effect yet)", optimizer=self.words)
        size = " × ".join(map(str, scene.shape[-2:] if len(scene.shape) > 2 else (before.size,)))
        now = numbers.gradient(float(trace.operands[0].values[0]))
        self.headings[0].set_what(f"{now} · {scene.node.name}.{scene.head.target} · {size}", now)
        move = trace.total - float(trace.operands[0].values[0])
        change, after_ = ("+" if move > 0 else "") + numbers.figure(move), numbers.gradient(trace.total)
        self.headings[1].set_what(N_("{value} · change {change}"), N_("change {change}"), value=after_, change=change)
        self._lines = []
        for k, term in enumerate(trace.terms.tolist()):
            name = tr(TERMS[k]) if k < len(TERMS) else tr("term {k}", k=k)
            parts = [numbers.gradient(float(o.values[k])) for o in trace.operands]
            product = " · ".join(f"({p})" if n and p.startswith(numbers.MINUS) else p for n, p in enumerate(parts))
            factors = product if k else ""
            self._lines.append((name, f"{factors} = {numbers.gradient(term)}" if factors else numbers.gradient(term)))
        self._lines.append((tr("weight after the step"), numbers.gradient(trace.total)))
        if reshaped:
            self.arrange()
        self.update()

    def arrange(self) -> None:
        """The two kernels at the right, as large as there is room."""
        if self.scene is None or self.width() < 50:
            return
        title, air = theme.size(TITLE), theme.size(24)
        (rows, cols), room = self._shape, self.height() - theme.size(TITLE) - 4
        wide = (min(self.width() * 0.56, self.width() - theme.size(NAMES + SUMS)) - 2 * air) / 2
        cell = max(min(room // rows, int(wide / cols), theme.size(STILL if self.desk.still else 40)) - GAP, 1)
        for grid in (self.now, self.after):
            grid.set_cell(cell)
        own = max(self.now.width(), theme.size(130))
        for k, (grid, heading) in enumerate(((self.now, self.headings[0]), (self.after, self.headings[1]))):
            left = self.width() - (2 - k) * own - (1 - k) * air
            grid.move(left, title)
            heading.place(QPoint(left, 0), own + (air - 8) * (1 - k))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.scene is None:
            return
        painter, high = QPainter(self), theme.size(20)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = self.now.x() - theme.size(24)
        painter.setFont(theme.font(13, 600))
        painter.setPen(theme.color("ink"))
        painter.drawText(QRectF(0, 0, room, high), Qt.AlignmentFlag.AlignVCenter, tr("Update"))
        beside = painter.fontMetrics().horizontalAdvance(tr("Update")) + 8
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("soft"))
        painter.drawText(QRectF(beside, 0, room - beside, high), Qt.AlignmentFlag.AlignVCenter, self.words)
        number_line(painter, QRectF(8, high + 8, room - 16, 3 * high), self.scene.trace)
        top, names = 4 * high, theme.size(NAMES)
        step = min(max((self.height() - top) / max(len(self._lines), 1), theme.size(17)), theme.size(26))
        for k, (name, text) in enumerate(self._lines):
            last = k == len(self._lines) - 1
            place = QRectF(0, top + k * step, names, step)
            painter.setFont(theme.font(13, 600 if last else 400))
            painter.setPen(theme.color("accent" if last else "soft"))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, name)
            painter.setFont(theme.font(12, mono=True))
            painter.setPen(theme.color("accent" if last else "ink"))
            painter.drawText(QRectF(names, place.top(), room - names, step), Qt.AlignmentFlag.AlignVCenter, text)

    # --- hands

    def _head(self, spot: tuple[int, int]) -> Playhead | None:
        assert self.scene is not None
        if len(self.scene.shape) > 2:
            return self.scene.head_at(*spot)
        k, index = spot[0] * self._shape[1] + spot[1], self.scene.head.index
        if k >= self.scene.shape[-1]:
            return None
        return dataclasses.replace(self.scene.head, index=(*index[:-1], k), term=None)

    def _go(self, spot: tuple[int, int]) -> None:
        head = self._head(spot)
        if head is not None:
            self.select_head(head)

    def _hover(self, spot: tuple[int, int] | None) -> None:
        for grid in (self.now, self.after):
            grid.set_hover(spot)
        if self.scene is not None:
            self.hover_head(None if spot is None else self._head(spot))

    def name_parts(self) -> None:
        """For people who hear them."""
        self.now.setAccessibleName(tr("now"))
        self.after.setAccessibleName(tr("after the step"))
