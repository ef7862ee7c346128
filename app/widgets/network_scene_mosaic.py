"""All maps of one column as one picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QTransform

from app import theme
from app.widgets import marks
from app.widgets.map_columns_place import Place
from app.widgets.network_scene_kept import Kept

Values = np.ndarray[Any, Any]


class Mosaic(Kept, pg.ImageItem):
    """An image item whose pixels are made by one `numpy.take` and painted as they are.

    pyqtgraph's own way through levels and a table costs three times as much for small maps.
    """

    def __init__(self) -> None:
        super().__init__(axisOrder="row-major")
        self._place: Place | None = None
        self._take = np.zeros((1, 1), np.intp)
        self._pixels = np.zeros((1, 1), np.uint32)
        self._picture = QImage()
        self.bad: tuple[int, ...] = ()  # channels that hold NaN or infinity
        self.known = True
        self.gradient = False
        self.grey = True  # of the input: from black to white

    def set_place(self, place: Place) -> None:
        """Where the maps lie and which they are; the next `set_values` fills them."""
        self.prepareGeometryChange()  # before the bounding rectangle changes, or the scene's index goes astray
        self._place = place
        self._take = indices(place)
        self._pixels = np.empty(self._take.shape, np.uint32)
        self._pixels[:] = _panel()
        self.image = self._pixels
        height, width = self._pixels.shape
        self._picture = QImage(self._pixels.data, width, height, self._pixels.strides[0], QImage.Format.Format_RGB32)
        self.setTransform(QTransform(place.xs.unit, 0, 0, place.ys.unit, place.left, place.top))

    def set_values(self, values: Values, bounds: Values) -> None:
        """Colours for (C, *G) values.

        Args:
            values: Of the node that the column shows.
            bounds: (1,) or (C,): what gets the strongest colour.
        """
        place = self._place
        if place is None:
            return
        if len(place.order) < len(values) or place.order[0] != 0:
            order = list(place.order)
            values = values[order]
            bounds = bounds[order] if len(bounds) > 1 else bounds
        if len(bounds) > 1:
            safe = np.where(bounds > 0, bounds, np.inf).astype(np.float32)
            values, bounds = values / safe.reshape(-1, *[1] * (values.ndim - 1)), np.ones(1)
        role = "picture" if place.column.kind == "picture" and self.grey and not self.gradient else "signed"
        colours = theme.rgb(values, float(bounds[0]), role).reshape(len(values), -1)
        wrong = theme.bad(values)
        where = () if wrong is None else np.flatnonzero(wrong.reshape(len(values), -1).any(axis=1))
        self.bad = tuple(place.order[k] for k in where)
        every = np.empty(colours.size + 1, np.uint32)
        every[:-1] = colours.reshape(-1)
        every[-1] = _panel()
        np.take(every, self._take, out=self._pixels, mode="wrap")
        self.keep(False)
        self.update()

    def set_known(self, known: bool) -> None:
        """Whether there is anything to show yet: until something is drawn, every map is a hatch."""
        if known != self.known:
            self.known = known
            self.update()

    def set_gradient(self, gradient: bool) -> None:
        """Whether the values are gradients: then a dashed frame stands round them."""
        if gradient != self.gradient:
            self.gradient = gradient
            self.update()

    def rgb(self) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """(height, width, 3) what is shown, one pixel a unit."""
        return self._pixels.view(np.uint8).reshape(*self._pixels.shape, 4)[:, :, 2::-1].copy()

    def colours(self, channel: int) -> np.ndarray[Any, np.dtype[np.uint32]]:
        """(rows, columns) what the cells of a channel that is shown are filled with."""
        place = self._place
        if place is None or place.xs is None or place.ys is None:
            return np.full((1, 1), _panel())
        xs, ys = place.xs, place.ys
        row, col = divmod(place.order.index(channel), xs.count)
        down = row * ys.pitch + np.arange(ys.cells) * ys.fine + ys.fine // 2
        across = col * xs.pitch + np.arange(xs.cells) * xs.fine + xs.fine // 2
        return self._pixels[np.ix_(down, across)]

    def boundingRect(self) -> QRectF:
        height, width = self._pixels.shape
        return QRectF(0, 0, width, height)

    def paint(self, painter: QPainter, *args: object) -> None:
        if not self.known:
            self._hatch(painter)
            return
        # Where a cell is under a pixel, leaving cells out would lose strokes.
        small = painter.deviceTransform().m11() < 0.99
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, small)
        painter.drawImage(self.boundingRect(), self._picture)
        if self.gradient:
            pen = QPen(theme.color("ink"), 1.5, Qt.PenStyle.CustomDashLine)
            pen.setCosmetic(True)
            pen.setDashPattern([3, 2])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.boundingRect())

    def _hatch(self, painter: QPainter) -> None:
        """Every map, at the hatch's own size whatever the zoom."""
        place, screen = self._place, painter.worldTransform()
        if place is None or place.xs is None or place.ys is None:
            return
        xs, ys = place.xs, place.ys
        painter.save()
        painter.resetTransform()
        for k in range(len(place.order)):
            row, col = divmod(k, xs.count)
            cells = QRectF(col * xs.pitch, row * ys.pitch, xs.cells * xs.fine, ys.cells * ys.fine)
            marks.hatch(painter, screen.mapRect(cells))
        painter.restore()


def indices(place: Place) -> np.ndarray[Any, np.dtype[np.intp]]:
    """For every pixel of the mosaic the number of its cell among those of the maps shown, row by row; −1 in gaps."""
    xs, ys = place.xs, place.ys
    across, down = xs.indices(), ys.indices()
    size = xs.cells * ys.cells  # one sum of a row and a column: a map may have a million cells
    of_row = down // ys.cells * (xs.count * size) + down % ys.cells * xs.cells
    of_column = across // xs.cells * size + across % xs.cells
    found = of_row[:, None] + of_column
    found[down < 0] = -1
    found[:, across < 0] = -1
    short = len(place.order) % xs.count
    if short:  # the last row of maps is not full
        last = down // ys.cells >= len(place.order) // xs.count
        found[np.ix_(last, across // xs.cells >= short)] = -1
    return found


def _panel() -> np.uint32:
    return np.uint32(theme.color("panel").rgb())
