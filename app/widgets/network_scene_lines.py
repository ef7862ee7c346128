"""Everything that is a state and not a value: rings, brackets, lines between layers, slashes and crosses."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

from app import theme
from app.widgets import marks
from app.widgets.map_columns_links import Links
from app.widgets.network_scene_frame import Frame

AROUND = 8.0  # what a ring needs round its cell
LINE = 1.5
FAINT = 0.35
CLEAR = 4.0  # from the maps that a line goes round, and from the column's edge to its bend
BEND = 7.0  # radius of a bend, at most
WHOLE = 4.0  # from a column to the bracket beside it
ROW = 22.0  # height of the ring round a class, at most
LEAST = 4.0  # a ring round less than this would hide what it shows

Cell = tuple[int, tuple[int, ...]]  # column, (map, *cell)


class Lines(QGraphicsItem):
    """Lies over the maps."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self.setZValue(1)
        self._frame = frame
        self.selected: Cell | None = None
        self.hovered: Cell | None = None
        self.compared: Cell | None = None
        self.links = Links()
        self.muted: frozenset[tuple[int, int]] = frozenset()  # (column, map)
        self.bad: tuple[tuple[int, int], ...] = ()

    def boundingRect(self) -> QRectF:
        out = AROUND if self._frame.zoom == 1 else 0.0
        return self._frame.field.adjusted(0, -out, 0, out)

    def set_hovered(self, cell: Cell | None) -> None:
        """Another cell under the pointer; only its place and the last one's are painted anew."""
        for one in (self.hovered, cell):
            if one is not None and (rect := self._cell(one)) is not None:
                self.update(rect.adjusted(-AROUND, -AROUND, AROUND, AROUND))
        self.hovered = cell

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: Any = None) -> None:
        frame = self._frame
        painter.save()
        painter.setClipRect(self.boundingRect(), Qt.ClipOperation.IntersectClip)
        for k, channel in self.muted:
            if (rect := frame.places[k].map_rect(channel)) is not None:
                marks.muted(painter, frame.rect(rect))
        for k, channel in self.bad:
            if (rect := frame.places[k].map_rect(channel)) is not None:
                marks.cross(painter, frame.rect(rect))
        if self.links.lines:
            self._curves(painter)
        self._fields(painter)
        if self.compared is not None and self.compared != self.selected and (rect := self._cell(self.compared)):
            marks.second(painter, rect, self.boundingRect())
        if self.selected is not None:
            self._selection(painter, self.selected)
        hovered = self._cell(self.hovered) if self.hovered is not None and self.hovered != self.selected else None
        if hovered is not None and self.hovered is not None and self._bars(self.hovered[0]):
            self._row(painter, hovered, "ink", marks.HOVER)
        elif hovered is not None:
            marks.hover(painter, hovered, self.boundingRect())
        painter.restore()

    def _fields(self, painter: QPainter) -> None:
        """Windows on what the cell reads itself, brackets round what lies before that."""
        far = []
        for field in self.links.fields:
            place = self._frame.places[field.column]
            for channel in place.order:
                if not field.channels[0] <= channel < field.channels[1]:
                    continue
                if (rect := place.box(channel, field.rows, field.cols)) is None:
                    continue
                if field.direct:
                    marks.window(painter, self._frame.rect(rect), self.boundingRect())
                else:
                    far.append(self._frame.rect(rect))
        if far:
            marks.brackets(painter, far)

    def _cell(self, cell: Cell) -> QRectF | None:
        k, index = cell
        rect = self._frame.places[k].cell_rect(index) if k < len(self._frame.places) else None
        if rect is None:
            return None
        found = self._frame.rect(rect)
        grow = max((LEAST - min(found.width(), found.height())) / 2, 0)
        return found.adjusted(-grow, -grow, grow, grow)

    def _selection(self, painter: QPainter, selected: Cell) -> None:
        k, index = selected
        place = self._frame.places[k]
        map_, cell = place.map_rect(index[0]), self._cell(selected)
        if map_ is None or cell is None:
            return
        if self._bars(k):
            self._row(painter, cell, "ring", marks.RING)
            return
        if place.column.kind in ("picture", "maps"):
            marks.ring(painter, self._frame.rect(map_).adjusted(-2, -2, 2, 2), self.boundingRect())
        marks.ring(painter, cell, self.boundingRect())

    def _bars(self, k: int) -> bool:
        return self._frame.places[k].column.kind == "bars"

    def _row(self, painter: QPainter, row: QRectF, token: str, width: float) -> None:
        """Round one class: on the panel's ground the line needs no halo, which would cover its own digits and others.
        """
        high = min(row.height(), self._frame.size(ROW))
        line = QRectF(row.left() - 3, round(row.center().y() - high / 2), row.width() + 2, round(high))
        painter.save()
        pen = QPen(theme.color(token), width * theme.scale())
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(line)
        painter.restore()

    # --- lines between layers

    def _curves(self, painter: QPainter) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        drawn = set()
        for line in self.links.lines:
            start, end = self._end(*line.start, after=True), self._end(*line.end, after=False)
            if start is None or end is None or (start.toTuple(), end.toTuple()) in drawn:
                continue
            drawn.add((start.toTuple(), end.toTuple()))
            path = self._way(line.start[0], start, line.end[0], end)
            for k, channel, after in ((*line.start, True), (*line.end, False)):
                if channel is None:
                    self._whole(path, k, after)
            colour = theme.color("accent")
            colour.setAlphaF(1.0 if line.incoming else FAINT)
            painter.setPen(QPen(colour, LINE))
            painter.drawPath(path)
        painter.restore()

    def _way(self, first: int, start: QPointF, last: int, end: QPointF) -> QPainterPath:
        """A curve from column to column, or above or below the columns between them that it would strike through."""
        path = QPainterPath(start)
        between = [self._frame.rect(place.content) for place in self._frame.places[first + 1:last]]
        low, high = sorted((start.y(), end.y()))
        if not any(box.top() - CLEAR < high and box.bottom() + CLEAR > low for box in between):
            bend = max((end.x() - start.x()) / 2, 4)
            path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
            return path
        ways = min(box.top() for box in between) - CLEAR, max(box.bottom() for box in between) + CLEAR
        y = min(ways, key=lambda way: abs(way - start.y()) + abs(way - end.y()))
        left, right = (start.x() + between[0].left()) / 2, (between[-1].right() + end.x()) / 2
        _rounded(path, [start, QPointF(left, start.y()), QPointF(left, y), QPointF(right, y), QPointF(right, end.y()),
                        end])
        return path

    def _end(self, k: int, channel: int | None, after: bool) -> QPointF | None:
        """Where a line leaves a column or reaches it: at a map's edge, or beside the column as a whole.

        A line to one of several maps in a row ends at the row, so that it does not cross the others.
        """
        place, frame = self._frame.places[k], self._frame
        whole = frame.rect(place.content)
        if channel is None:
            return QPointF(whole.right() + WHOLE if after else whole.left() - WHOLE, whole.center().y())
        rect = place.map_rect(channel)
        if rect is None:
            return None
        box = frame.rect(rect)
        field = next((f for f in self.links.fields if f.column == k and f.direct), None) if after else None
        cells = place.box(channel, field.rows, field.cols) if field is not None else None
        y = box.center().y() if cells is None else frame.rect(cells).center().y()
        own = self.selected is not None and self.selected == (k, (channel, *self.selected[1][1:]))
        edge = box if own or place.column.kind == "units" else whole
        return QPointF(edge.right() if after else edge.left(), y)

    def _whole(self, path: QPainterPath, k: int, after: bool) -> None:
        """A long bracket beside a column, for a line to all of it."""
        whole = self._frame.rect(self._frame.places[k].content)
        x, tick = (whole.right() + WHOLE, -3) if after else (whole.left() - WHOLE, 3)
        path.moveTo(x + tick, whole.top())
        for y in (whole.top(), whole.bottom()):
            path.lineTo(x, y)
        path.lineTo(x + tick, whole.bottom())


def _rounded(path: QPainterPath, corners: list[QPointF]) -> None:
    """Straight on from corner to corner, which are rounded."""
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        radius = min(BEND, *(_length(corner, other) / 2 for other in (before, after)))
        for k, other in enumerate((before, after)):
            way = other - corner
            point = corner + way * (radius / max(_length(corner, other), 1e-6))
            if k == 0:
                path.lineTo(point)
            else:
                path.quadTo(corner, point)
    path.lineTo(corners[-1])


def _length(a: QPointF, b: QPointF) -> float:
    """Of a line across or down."""
    return abs(a.x() - b.x()) + abs(a.y() - b.y())
