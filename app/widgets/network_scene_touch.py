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
MOST = 4000  # dots in all maps of a column: more would be a carpet
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
        """Where a block is painted: in a column as a whole, however many of its maps it has a part in."""
        places = self._frame.places
        if lit.column >= len(places):
            return QRectF()
        return self._frame.rect(places[lit.column].content).adjusted(-AROUND, -AROUND, AROUND, AROUND)

    def _rects(self, lit: Lit) -> tuple[list[QRectF], tuple[float, float]]:
        """Each block of a map on the screen, and the pixels of a cell across and down."""
        frame = self._frame
        if lit.column >= len(frame.places):
            return [], (0.0, 0.0)
        place = frame.places[lit.column]
        if lit.rows is None:
            return [frame.rect(place.content).adjusted(-2, -2, 2, 2)], (0.0, 0.0)
        rows, cols = (lit.rows[0], lit.rows[-1] + 1), (lit.cols[0], lit.cols[-1] + 1)
        boxes = [place.box(channel, rows, cols) for channel in lit.channels if channel in place.order]
        found = [frame.rect(box) for box in boxes if box is not None]
        if not found:
            return [], (0.0, 0.0)
        grow = max((LEAST - min(found[0].width(), found[0].height())) / 2, 0)
        cell = found[0].width() / (cols[1] - cols[0]), found[0].height() / (rows[1] - rows[0])
        return [box.adjusted(-grow, -grow, grow, grow) for box in found] if grow else found, cell

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: Any = None) -> None:
        if not self._lit:
            return
        painter.save()
        bounds = self.boundingRect()
        painter.setClipRect(bounds, Qt.ClipOperation.IntersectClip)
        for one in self._lit:
            rects, cell = self._rects(one)
            dots = [] if one.rows is None else [dot for rect in rects for dot in
                                                marks.dots(rect, one.rows, one.cols, cell)]
            marks.touched(painter, *rects, dots=dots if len(dots) <= MOST else [], bounds=bounds)
        painter.restore()
