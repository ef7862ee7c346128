"""The fills of a grid's cells as one picture: a thousand cells cost what ten do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from app import theme
from app.widgets import marks

CLEAR = np.uint32(0)  # what lies under the picture is seen: the hatch


def paint(painter: QPainter, colours: NDArray[Any], filled: NDArray[np.bool_], hatched: NDArray[np.bool_],
          at: tuple[int, int], cell: int, gap: int, whole: QRect) -> None:
    """Fill cells.

    Args:
        painter: Of the grid; on paper each cell is a rectangle, cut at ``whole``, for nothing else would cut it.
        colours: (rows, cols) as 0xffrrggbb.
        filled: (rows, cols): the cells that have a colour.
        hatched: (rows, cols): those that are hatched instead; under all others the panel stays.
        at: x and y of the first cell.
        cell, gap: Pixels of a cell, and between two.
        whole: The grid's own rectangle.
    """
    pitch, (x, y) = cell + gap, at
    if painter.paintEngine().type() in marks.PAPER:
        for row, col in np.argwhere(filled | hatched).tolist():
            rect = QRect(x + col * pitch, y + row * pitch, cell, cell) & whole
            if hatched[row, col]:
                marks.hatch(painter, QRectF(rect))
            else:
                painter.fillRect(rect, QColor.fromRgb(int(colours[row, col])))
        return
    ground, some = np.uint32(theme.color("panel").rgb()), bool(hatched.any())
    fills = np.where(filled, colours.astype(np.uint32), ground)
    if some:
        fills[hatched] = CLEAR
    pixels = np.full((fills.shape[0], pitch, fills.shape[1], pitch), ground, np.uint32)
    pixels[:, :cell, :, :cell] = fills[:, None, :, None]
    high, wide = fills.shape[0] * pitch, fills.shape[1] * pitch
    area = QRect(x, y, wide, high)
    if some:
        marks.hatch(painter, QRectF(area & whole))
    form = QImage.Format.Format_ARGB32_Premultiplied if some else QImage.Format.Format_RGB32
    painter.drawImage(area, QImage(pixels.data, wide, high, 4 * wide, form))
