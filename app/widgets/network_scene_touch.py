"""What the number under the pointer touches, over the maps of the network: one line a map, whatever its size."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from app.widgets import marks
from app.widgets.map_columns_touch import Lit
from app.widgets.network_scene_frame import Frame

AROUND = 6.0  # px that a line needs round its cells
LEAST = 4.0  # px: a line round less would hide what it shows


class Touches(QGraphicsItem):
    """Lies over the lines between the layers, so that these need not be painted again while the pointer moves."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.setZValue(1.5)
        self._frame = frame
        self._lit: tuple[Lit, ...] = ()

    @property
    def lit(self) -> tuple[Lit, ...]:
        """The blocks that are lit up."""
        return self._lit

    def boundingRect(self) -> QRectF:
        out = AROUND if self._frame.zoom == 1 else 0.0
        return self._frame.field.adjusted(0, -out, 0, out)

    def set_lit(self, lit: tuple[Lit, ...]) -> None:
        """Others; only where they lie is painted anew."""
        if lit != self._lit:
            before, self._lit = self._lit, lit
            for one in dict.fromkeys((*before, *lit)):
                self.update(self._reach(one))

    def _reach(self, lit: Lit) -> QRectF:
        """Where a block is painted: all maps of its column that it has a part in."""
        out = QRectF()
        for rect, _ in self._rects(lit):
            out = out.united(rect)
        return out.adjusted(-AROUND, -AROUND, AROUND, AROUND)

    def _rects(self, lit: Lit) -> list[tuple[QRectF, float]]:
        """Each block of a map on the screen, with the pixels of a cell."""
        frame = self._frame
        if lit.column >= len(frame.places):
            return []
        place = frame.places[lit.column]
        if lit.rows is None:
            return [(frame.rect(place.content).adjusted(-2, -2, 2, 2), 0.0)]
        rows, cols, found = lit.rows, lit.cols, []
        for channel in place.order:
            rect = place.box(channel, (rows[0], rows[-1] + 1), (cols[0], cols[-1] + 1)) if channel in lit.channels \
                else None
            if rect is not None:
                box = frame.rect(rect)
                grow = max((LEAST - min(box.width(), box.height())) / 2, 0)
                cell = box.width() / (cols[-1] - cols[0] + 1)
                found.append((box.adjusted(-grow, -grow, grow, grow), cell))
        return found

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: Any = None) -> None:
        if not self._lit:
            return
        painter.save()
        bounds = self.boundingRect()
        painter.setClipRect(bounds, Qt.ClipOperation.IntersectClip)
        for one in self._lit:
            for rect, cell in self._rects(one):
                dots = marks.dots(rect, one.rows, one.cols, cell) if one.rows is not None else []
                marks.touched(painter, rect, dots, bounds)
        painter.restore()
