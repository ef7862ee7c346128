"""What a weight under the pointer has to do with, over the cells of a window on a plane."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.widgets import marks

AT = 0.84  # where in a cell its dot is: clear of the digits
Place = tuple[float, float]


def paint(painter: QPainter, cells: tuple[range, range], spread: tuple[int, int], corner: Place, pitch: int,
          size: tuple[int, int]) -> None:
    """Where they lie apart, a dot in the corner of each that shows. A line round all of them would hardly ever be seen
    as a whole here: that is for the maps that are.

    Args:
        painter: Of the grid.
        cells: Rows and columns of the plane.
        spread: Places from one cell of the plane to the next.
        corner: Where the plane's first place lies on the grid, y and x.
        pitch: Pixels from one place to the next.
        size: Of the grid, height and width.
    """
    down, across = (range(axis[0] * n, axis[-1] * n + 1, axis.step * n) for axis, n in zip(cells, spread, strict=True))
    seen = [_seen(axis, math.floor(-start / pitch), length // pitch + 2)
            for axis, start, length in zip((down, across), corner, size, strict=True)]
    if all(seen):
        first = QRectF(corner[1] + seen[1][0] * pitch, corner[0] + seen[0][0] * pitch, 0, 0)
        marks.touched(painter, dots=marks.dots(first, *seen, (pitch, pitch), AT))


def _seen(axis: range, first: int, count: int) -> range:
    """The part of an axis from one place on."""
    start = max(-((axis.start - first) // axis.step), 0)
    return axis[start:start + count // axis.step + 2]
