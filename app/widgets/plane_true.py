"""A plane at its true size: one pixel of the screen a cell, on a mat, with the window where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from app import theme
from app.i18n import tr
from app.widgets import marks
from app.widgets.plane_cut import Spot, Ways

LEAST = 3.0  # px: a line round less would be a blot
AIR = 8  # px from the picture to the words under it
EDGE = 6  # px of the mat that stay free where the plane is larger than it


@dataclass(frozen=True)
class TrueSize:
    """Where the cells of a plane lie.

    Args:
        shape: Of the plane.
        corner, extent: Of the window, in places of the plane.
        ways: How the plane lies under the window.
        room: Height and width of the mat.
    """

    shape: Spot
    corner: Spot
    extent: Spot
    ways: Ways
    room: Spot

    @property
    def origin(self) -> Spot:
        """Where the first cell lies on the mat: in the middle; of a plane larger than the mat, the window does."""
        found = []
        for size, at, length, n, room in zip(self.shape, self.corner, self.extent, self.ways.spread, self.room,
                                             strict=True):
            middle = (at + length / 2) / n
            free = room - 2 * EDGE
            found.append((room - size) // 2 if size <= free else
                         EDGE + round(min(max(free / 2 - middle, free - size), 0)))
        return found[0], found[1]

    def cell_at(self, x: float, y: float) -> Spot | None:
        """The cell of the plane at a point."""
        row, col = int(y // 1) - self.origin[0], int(x // 1) - self.origin[1]
        return (row, col) if 0 <= row < self.shape[0] and 0 <= col < self.shape[1] else None

    def cells(self, rows: range, cols: range) -> QRectF:
        """Round some rows and columns of cells."""
        top, left = self.origin
        return QRectF(left + cols[0], top + rows[0], cols[-1] - cols[0] + 1, rows[-1] - rows[0] + 1)

    def cell(self, cell: Spot) -> QRectF:
        """Round one, large enough for a line."""
        grow = (LEAST - 1) / 2
        return self.cells(range(cell[0], cell[0] + 1), range(cell[1], cell[1] + 1)).adjusted(-grow, -grow, grow, grow)

    @property
    def window(self) -> QRectF:
        """Round the window; where the plane has holes, round its cells that lie in it."""
        sides = [range(-(-at // n), max((at + length - 1) // n, -(-at // n)) + 1) for at, length, n in
                 zip(self.corner, self.extent, self.ways.spread, strict=True)]
        return self.cells(*sides)

    def paint(self, painter: QPainter, plane: NDArray[Any], bound: float, role: str, windowed: bool) -> None:
        """Mat, picture, the ring of padding and the window."""
        mat = QRect(0, 0, self.room[1], self.room[0])
        painter.fillRect(mat, theme.color("sunk"))
        pixels = np.ascontiguousarray(theme.rgb(plane, bound, role))
        picture = QImage(pixels.data, self.shape[1], self.shape[0], self.shape[1] * 4, QImage.Format.Format_RGB32)
        top, left = self.origin
        painter.drawImage(QRectF(left, top, self.shape[1], self.shape[0]), marks.crisp(painter, picture))
        (above, under), (before, after) = self.ways.pad
        if above or under or before or after:
            painter.setPen(QPen(theme.color("edge"), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(left - before - 0.5, top - above - 0.5, self.shape[1] + before + after + 1,
                                    self.shape[0] + above + under + 1))
        if windowed:
            marks.fine_window(painter, self.window, QRectF(mat))
        self._say_size(painter, top + self.shape[0] + under)

    def _say_size(self, painter: QPainter, below: int) -> None:
        """Under the picture, where the mat has room."""
        painter.setFont(theme.font(12))
        text, high = tr("{rows} × {columns} pixels", rows=self.shape[0], columns=self.shape[1]), theme.size(18)
        wide = painter.fontMetrics().horizontalAdvance(text)
        if wide <= self.room[1] - 2 * EDGE and below + AIR + high <= self.room[0]:
            painter.setPen(theme.color("soft"))
            place = QRectF(0, below + AIR, self.room[1], high)
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, text)
