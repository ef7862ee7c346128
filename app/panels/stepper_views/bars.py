"""Sums over a list (dense), and whatever else has no view of its own: the strongest terms as bars that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.timeline import Playhead, shown_at
from app.panels.stepper_views.base import Scene, View
from app.panels.stepper_views.formula import factors_of
from app.panels.stepper_views.terms import cell_name
from app.widgets import marks
from cnncore.trace import Trace

ROW = (19, 24)
HEAD = 18
MOST = 12


@dataclass(frozen=True)
class Row:
    """A line: what it names, its factors as text, where its bar begins and ends, the term that it is, and a note."""

    name: str
    text: str
    start: float
    end: float
    term: int | None = None
    tone: str = "soft"
    note: str = ""


class BarTable(QWidget):
    """Names, products and a waterfall: each bar begins where the one before has ended."""

    hovered = Signal(object)  # term | None
    clicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._titles: tuple[str, ...] = ()
        self._low, self._high = 0.0, 1.0
        self._wide = (0.0, 0.0)
        self._ring: int | None = None
        self._hover: int | None = None
        self.setObjectName("bars")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_rows(self, rows: list[Row], titles: tuple[str, str, str], ring: int | None) -> None:
        """Other rows; the bars share one axis."""
        self._rows, self._titles, self._ring = rows, titles, ring
        metrics = QFontMetricsF(theme.font(12, mono=True))
        self._wide = (max((metrics.horizontalAdvance(r.name) for r in rows if r.term is not None), default=0.0),
                      max((metrics.horizontalAdvance(r.text) for r in rows), default=0.0))
        ends = [v for r in rows for v in (r.start, r.end, 0.0) if np.isfinite(v)]
        self._low, self._high = min(ends, default=0.0), max(ends, default=1.0)
        self.setAccessibleDescription("; ".join(f"{r.name} {r.text}" for r in rows))
        self.update()

    def set_hover(self, term: int | None) -> None:
        """Mark a term from elsewhere."""
        if term != self._hover:
            self._hover = term
            self.update()

    @property
    def rows(self) -> list[Row]:
        """What stands there."""
        return list(self._rows)

    def room(self) -> int:
        """How many rows fit."""
        return max((self.height() - theme.size(HEAD)) // theme.size(ROW[0]), 4)

    def row_rect(self, k: int) -> QRectF:
        """Where a row lies."""
        head = theme.size(HEAD)
        high = min(max((self.height() - head) / max(len(self._rows), 1), theme.size(ROW[0])), theme.size(ROW[1]))
        return QRectF(0, head + k * high, self.width(), high)

    def _lefts(self) -> tuple[float, float, float]:
        """Where names, products and bars begin."""
        name = max(4.0 + self._wide[0] + 14, self.width() * 0.2)
        return 4.0, name, max(name + self._wide[1] + 16, self.width() * 0.44)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        name, text, bar = self._lefts()
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("soft"))
        for x, title in zip((name, text, bar), self._titles, strict=True):
            painter.drawText(QRectF(x, 0, self.width() - x, theme.size(HEAD)), Qt.AlignmentFlag.AlignVCenter, title)
        scale = (self.width() - bar - 8) / ((self._high - self._low) or 1.0)
        middle = bar + 4 - self._low * scale
        strong = max((abs(r.end - r.start) for r in self._rows if r.term is not None), default=1.0) or 1.0
        mono = theme.font(12, mono=True)
        for k, row in enumerate(self._rows):
            box = self.row_rect(k)
            painter.setFont(mono if row.term is not None else theme.font(12, 600 if row.tone == "accent" else 400))
            painter.setPen(theme.color("ink" if row.tone == "ink" else row.tone))
            painter.drawText(box.adjusted(name, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, row.name)
            painter.setFont(mono)
            painter.drawText(box.adjusted(text, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, row.text)
            if row.note:
                painter.setFont(theme.font(12))
                left = text + painter.fontMetrics().horizontalAdvance(row.text) + 12
                painter.drawText(box.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, row.note)
            self._paint_bar(painter, row, box, middle, scale, strong)
        painter.setPen(QPen(theme.color("edge"), 1))
        last = self.row_rect(len(self._rows) - 1).bottom() if self._rows else 0
        painter.drawLine(int(middle), theme.size(HEAD), int(middle), int(last))
        for term, mark in ((self._hover, marks.hover), (self._ring, marks.ring)):
            place = next((k for k, r in enumerate(self._rows) if term is not None and r.term == term), None)
            if place is not None:
                mark(painter, self.row_rect(place).adjusted(1, 1, -1, -1), QRectF(self.rect()))

    def _paint_bar(self, painter: QPainter, row: Row, box: QRectF, middle: float, scale: float, strong: float) -> None:
        if not (np.isfinite(row.start) and np.isfinite(row.end)):
            return
        a, b = middle + row.start * scale, middle + row.end * scale
        place = QRectF(min(a, b), box.top() + 3, max(abs(b - a), 1.5), box.height() - 6)
        if row.tone == "accent":
            painter.fillRect(place.adjusted(0, 2, 0, -2), theme.color("ink"))
            return
        change = row.end - row.start
        colour = theme.signed_rgb(np.array([change]), strong if row.term is not None else max(abs(change), strong))[0]
        painter.fillRect(place, QColor.fromRgb(int(colour)))
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(int(b), int(box.bottom() - 3), int(b), int(box.bottom() + 3))

    # --- hands

    def term_at(self, y: float) -> int | None:
        """The term of the row at a height."""
        boxes = ((row, self.row_rect(k)) for k, row in enumerate(self._rows))
        return next((row.term for row, box in boxes if box.top() <= y < box.bottom()), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        term = self.term_at(event.position().y())
        self.setCursor(Qt.CursorShape.PointingHandCursor if term is not None else Qt.CursorShape.ArrowCursor)
        if term != self._hover:
            self.set_hover(term)
            self.hovered.emit(term)

    def leaveEvent(self, event: QEvent) -> None:
        if self._hover is not None:
            self.set_hover(None)
            self.hovered.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        term = self.term_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and term is not None:
            self.clicked.emit(term)

    def keyPressEvent(self, event: object) -> None:
        terms = [r.term for r in self._rows if r.term is not None]
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))  # type: ignore[attr-defined]
        if step and terms:
            place = terms.index(self._hover) + step if self._hover in terms else 0
            self.set_hover(terms[min(max(place, 0), len(terms) - 1)])
            self.hovered.emit(self._hover)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hover is not None:  # type: ignore[attr-defined]
            self.clicked.emit(self._hover)
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            term = self.term_at(event.pos().y())
            row = next((r for r in self._rows if term is not None and r.term == term), None)
            text = "" if row is None else tr("{cell} adds {value}. Click to go there.", cell=row.name,
                                            value=numbers.full(row.end - row.start))
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)


def moments_of(trace: Trace) -> str:
    """Of a number that is normed by its group: mean, variance and scale of that group."""
    last = trace.operands[-1] if trace.operands else None
    if last is None or last.source != "scale" or trace.target != "output":
        return ""
    scale = float(last.values[0])
    if trace.terms.size < 3:  # the averages were fixed in training: only what they come to is known here
        return tr("scale {scale} = 1 / √(variance + ε)", scale=numbers.figure(scale))
    group = trace.operands[0].values[1:]
    return tr("mean {mean} · variance {variance} · scale {scale} = 1 / √(variance + ε)",
              mean=numbers.figure(float(group.mean())), variance=numbers.figure(float(group.var())),
              scale=numbers.figure(scale))


class BarsView(View):
    """The strongest terms, all the others, the bias, and what they come to."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.table = BarTable(self)
        self.table.hovered.connect(self._hover)
        self.table.clicked.connect(self._go)
        self._heads: dict[int, Playhead] = {}

    def show_scene(self, scene: Scene) -> None:
        """Bars of one unit."""
        self.scene, trace = scene, scene.trace
        self._heads.clear()
        term = scene.head.term
        adds_up = trace.reduce == "sum"
        extra = 3 if adds_up else 1
        count = min(self.table.room() - extra - (term is not None), MOST)
        size = np.nan_to_num(np.abs(trace.terms), nan=np.inf)
        order = [int(k) for k in np.argsort(-size, kind="stable")[:max(count, 1)] if size[k] != 0 or not adds_up]
        if term is not None and term not in order:
            order = [*order[:-1], term] if len(order) >= count else [*order, term]
        rows, at = [], 0.0
        for k in order:
            start, value = (at, float(trace.terms[k])) if adds_up else (0.0, float(trace.terms[k]))
            rows.append(Row(self._name(scene, k), self._factors(scene, k), start, start + value, k, "ink"))
            at += value if np.isfinite(value) else 0.0
        rows += self._ends(scene, order, at) if adds_up else []
        total = numbers.figure(trace.total)
        rows.append(Row(tr("total") if adds_up else tr("result"), total, 0.0, trace.total, None, "accent"))
        if term is not None and adds_up and term + 1 < trace.terms.size:
            sofar = float(trace.partial_sums[term])
            name = tr("so far, {k} of {n}", k=term + 1, n=trace.terms.size)
            rows.append(Row(name, numbers.figure(sofar), 0.0, sofar))
        titles = (tr("from"), factors_of(trace) or tr("term"),
                  moments_of(trace) or (tr("each bar begins where the one above ends") if adds_up else ""))
        self.table.set_rows(rows, titles, term)

    def _ends(self, scene: Scene, order: list[int], at: float) -> list[Row]:
        trace, rows = scene.trace, []
        hidden = int(np.count_nonzero(trace.terms)) - sum(trace.terms[k] != 0 for k in order)
        if hidden > 0:
            rest = float(trace.terms.sum()) - float(trace.terms[order].sum())
            name = tr("the other {n}", n=numbers.count(hidden))
            rows.append(Row(name, numbers.figure(rest), at, at + rest, None, "soft", self._zeros(trace)))
            at += rest
        if trace.bias is not None:
            rows.append(Row(tr("bias"), numbers.figure(trace.bias), at, at + trace.bias))
        return rows

    @staticmethod
    def _zeros(trace: Trace) -> str:
        """Terms that are 0 are counted nowhere else."""
        zeros = int(np.count_nonzero(trace.terms == 0))
        return tr("and {n} zeros", n=numbers.count(zeros)) if zeros else ""

    def _name(self, scene: Scene, k: int) -> str:
        """Where the first factor lives; what only came about on the way has no place.

        A term of a sum over several inputs lies in one of them, and on nothing in the others.
        """
        operands = scene.trace.operands
        placed = (one for one in operands if one.cells.shape[1] and one.inside[k])
        first = next(placed, operands[0] if operands else None)
        if first is None or first.cells.shape[1] == 0:
            return tr("term {k}", k=k)
        if not first.inside[k]:
            return tr("padding")
        head = scene.head_of(first.source, first.cells[k])
        if head is None:
            return cell_name(f"{scene.node.name}.{first.source}", first.cells[k])
        self._heads[k] = head
        at = shown_at(scene.results.network, head)
        return head.name if at is None or head.lane == "forward" else f"∂L/∂{cell_name(*at)}"

    def _factors(self, scene: Scene, k: int) -> str:
        trace = scene.trace
        if len(trace.operands) < 2 or trace.kind == "sum":
            return numbers.figure(float(trace.terms[k]))
        parts = [numbers.figure(float(o.values[k])) for o in trace.operands]
        product = " · ".join(f"({p})" if p.startswith(numbers.MINUS) and n else p for n, p in enumerate(parts))
        return f"{product} = {numbers.figure(float(trace.terms[k]))}"

    def show_cursor(self, term: int | None) -> None:
        """Mark the row of a term."""
        self.table.set_hover(term)

    def _hover(self, term: int | None) -> None:
        self.term_hovered.emit(term)
        self.hover_head(None if term is None else self._heads.get(term))

    def _go(self, term: int) -> None:
        if term in self._heads:
            self.select_head(self._heads[term])

    def arrange(self) -> None:
        """The table is all there is."""
        rows = self.table.room()
        self.table.setGeometry(self.rect())
        if self.scene is not None and self.table.room() != rows:
            self.show_scene(self.scene)

    def name_parts(self) -> None:
        """For people who hear them."""
        self.table.setAccessibleName(tr(N_("Terms, the strongest first")))
