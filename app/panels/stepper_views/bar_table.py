"""Names, products and bars that add up, a row a term."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from app import numbers, theme
from app.i18n import tr
from app.widgets import marks

ROW = (19, 24)
HEAD = 18


@dataclass(frozen=True)
class Row:
    """A line: what it names, its factors as text, where its bar begins and ends, the term that it is, and a note.

    One that ``opens`` shows all the terms that it stands for, or hides them again.
    """

    name: str
    text: str
    start: float
    end: float
    term: int | None = None
    tone: str = "soft"
    note: str = ""
    opens: bool = False


class BarTable(QWidget):
    """Names, products and a waterfall: each bar begins where the one before has ended."""

    hovered = Signal(object)  # term | None
    clicked = Signal(object)
    opened = Signal()

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

    @staticmethod
    def room(height: int) -> int:
        """How many rows fit into a height."""
        return max((height - theme.size(HEAD)) // theme.size(ROW[0]), 4)

    def want(self) -> int:
        """Height of all rows at their lowest."""
        return theme.size(HEAD) + len(self._rows) * theme.size(ROW[0])

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
            if not box.intersects(QRectF(event.rect())):  # opened there may be thousands
                continue
            painter.setFont(mono if row.term is not None else theme.font(12, 600 if row.tone == "accent" else 400))
            painter.setPen(theme.color("accent" if row.opens else row.tone))
            painter.drawText(box.adjusted(name, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, row.name)
            painter.setFont(mono)
            painter.setPen(theme.color(row.tone))
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

    def row_at(self, y: float) -> Row | None:
        """The row at a height."""
        head, high = theme.size(HEAD), self.row_rect(0).height()
        k = int((y - head) // high)
        return self._rows[k] if y >= head and k < len(self._rows) else None

    def term_at(self, y: float) -> int | None:
        """The term of the row at a height."""
        row = self.row_at(y)
        return row.term if row is not None else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        term, row = self.term_at(event.position().y()), self.row_at(event.position().y())
        points = term is not None or (row is not None and row.opens)
        self.setCursor(Qt.CursorShape.PointingHandCursor if points else Qt.CursorShape.ArrowCursor)
        if term != self._hover:
            self.set_hover(term)
            self.hovered.emit(term)

    def leaveEvent(self, event: QEvent) -> None:
        if self._hover is not None:
            self.set_hover(None)
            self.hovered.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position().y())
        if event.button() != Qt.MouseButton.LeftButton or row is None:
            return
        if row.opens:
            self.opened.emit()
        elif row.term is not None:
            self.clicked.emit(row.term)

    def keyPressEvent(self, event: object) -> None:
        terms = [r.term for r in self._rows if r.term is not None]
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))  # type: ignore[attr-defined]
        if step and terms:
            place = terms.index(self._hover) + step if self._hover in terms else 0
            self.set_hover(terms[min(max(place, 0), len(terms) - 1)])
            self.hovered.emit(self._hover)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hover is not None:  # type: ignore[attr-defined]
            self.clicked.emit(self._hover)
        elif event.key() == Qt.Key.Key_Space and any(r.opens for r in self._rows):  # type: ignore[attr-defined]
            self.opened.emit()
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self.row_at(event.pos().y())
            text = "" if row is None or row.term is None else tr(
                "{cell} adds {value}. Click to go there.", cell=row.name, value=numbers.full(row.end - row.start))
            if row is not None and row.opens:
                text = tr("Click to see all terms, or only the strongest")
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
