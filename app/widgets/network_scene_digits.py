"""Numbers in the cells of maps that are large enough for them: of small maps, or of zoomed ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app import numbers, theme
from app.widgets.network_scene_frame import Frame
from app.widgets.network_scene_mosaic import Mosaic
from app.widgets.plane_digits import digit, printed

LEAST = 30  # px of a cell whose number has decimals
AIR = 8  # px beside a number: a ring takes half of it
Values = np.ndarray[Any, Any]


class Digits(QGraphicsItem):
    """Over the mosaics. A column's cells have digits all, or none; a drawing has none.

    A network of many cells costs a comparison a column here; only cells that are seen are printed.
    """

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self._frame = frame
        self._values: list[Values | None] = []
        self._mosaics: list[Mosaic | None] = []

    def set_mosaics(self, mosaics: list[Mosaic | None]) -> None:
        """Other columns, without numbers yet."""
        self._mosaics, self._values = mosaics, [None] * len(mosaics)

    def set_values(self, k: int, values: Values) -> None:
        """The numbers (C, *G) of one column."""
        self._values[k] = values
        if self.cell(k) is not None:
            self.update()

    def cell(self, k: int) -> tuple[float, float] | None:
        """Width and height of a column's cells where numbers may fit into them; None: they cannot."""
        places = self._frame.places
        place = places[k] if k < len(places) else None
        if place is None or place.folded or place.xs is None or place.ys is None:
            return None
        mosaic = self._mosaics[k]
        if place.column.kind != "maps" and (place.column.kind != "picture" or mosaic is None or mosaic.grey):
            return None
        wide, high = digit(theme.scale())
        across, down = place.xs.cell * self._frame.zoom, place.ys.cell * self._frame.zoom
        return (across, down) if across >= wide + AIR and down >= high else None

    def boundingRect(self) -> QRectF:
        return self._frame.field

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setClipRect(self._frame.field)
        scale, ratio = theme.scale(), painter.device().devicePixelRatioF()
        wide, high = digit(scale)
        inks: dict[int, int] = {}
        for k in range(len(self._values)):
            cell = self.cell(k)
            for x, y, text, fill in self._cells(k, cell) if cell is not None else ():
                if fill not in inks:
                    inks[fill] = theme.text_on(fill).rgb()
                painter.drawPixmap(round(x + (cell[0] - len(text) * wide) / 2), round(y + (cell[1] - high) / 2),
                                   printed(text, inks[fill], scale, ratio))

    def seen(self, k: int) -> list[tuple[QRectF, str, int]]:
        """Of a column's cells that can be seen and have digits: where in the view, what stands there, on what."""
        cell = self.cell(k)
        return [] if cell is None else [(QRectF(x, y, *cell), text, fill) for x, y, text, fill in self._cells(k, cell)]

    def _cells(self, k: int, cell: tuple[float, float]) -> Iterator[tuple[float, float, str, int]]:
        """The same, by their upper left corners."""
        values, mosaic = self._values[k], self._mosaics[k]
        if values is None or mosaic is None or not mosaic.known:
            return
        say, place, field = writing(values, cell[0]), self._frame.places[k], self._frame.field
        for channel in place.order if say is not None else ():
            whole = self._frame.rect(place.map_rect(channel) or (0, 0, 0, 0))
            left, top = whole.left(), whole.top()
            plane = values[channel].reshape(place.column.rows, place.column.across)
            rows = _within(top, cell[1], plane.shape[0], field.top(), field.bottom())
            columns = _within(left, cell[0], plane.shape[1], field.left(), field.right())
            plane, fills = plane[rows, columns], mosaic.colours(channel)[rows, columns]
            for row, (line, colours) in enumerate(zip(plane.tolist(), fills.tolist(), strict=True), rows.start):
                for col, (value, fill) in enumerate(zip(line, colours, strict=True), columns.start):
                    if isfinite(value):
                        yield left + col * cell[0], top + row * cell[1], say(value), fill


def _within(start: float, cell: float, count: int, low: float, high: float) -> slice:
    """Which of ``count`` cells in a row lie between two pixels, in part at least."""
    return slice(max(int((low - start) // cell), 0), max(min(int((high - start) // cell) + 1, count), 0))


def writing(values: Values, wide: float) -> Callable[[float], str] | None:
    """How the numbers of a column are written in cells of a width, whole numbers without decimals; None: they do not
    fit."""
    finite = values[np.isfinite(values)]
    chars = int((wide - AIR) // digit(theme.scale())[0])
    if finite.size and (finite == np.rint(finite)).all() and np.abs(finite).max() <= numbers.LARGEST:
        longest = max(len(f"{end:.0f}") for end in (finite.min(), finite.max()))
        return (lambda value: f"{value:.0f}".replace("-", numbers.MINUS)) if longest <= chars else None
    if wide < theme.size(LEAST) or not finite.size:
        return None
    decimals = numbers.decimals(float(finite.min()), float(finite.max()), chars)
    return lambda value: numbers.cell(value, chars, decimals)
