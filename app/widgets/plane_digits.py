"""Numbers in cells as ready pictures."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPixmap

from app import numbers, theme
from app.widgets import marks

LEAST = {False: 30, True: 24}  # px of a cell, at the normal size of type and at larger ones


def writer(painter: QPainter, cell: int, ends: tuple[float, float], factor: float,
           ratio: float) -> Callable[[int, int, float, int], None]:
    """What prints a number into the cell at a place: x, y, the number, and the colour under it.

    Args:
        painter: Of the grid; on paper digits are text.
        cell: Pixels a cell.
        ends: The least and the largest number, as they are printed.
        factor: What a number is multiplied with before.
        ratio: Pixels of the screen a pixel.
    """
    scale = theme.scale()
    wide, high = digit(scale)
    chars, down = int((cell - 2) // wide), round((cell - high) / 2)
    decimals = numbers.decimals(*ends, chars)

    def write(x: int, y: int, value: float, fill: int) -> None:
        painter.setFont(theme.font(11, mono=True))
        painter.setPen(theme.text_on(fill))
        painter.drawText(QRect(x, y, cell, cell), Qt.AlignmentFlag.AlignCenter,
                         numbers.cell(value * factor, chars, decimals))

    def say(x: int, y: int, value: float, fill: int) -> None:
        text = numbers.cell(value * factor, chars, decimals)
        across = round((cell - len(text) * wide) / 2)
        painter.drawPixmap(x + across, y + down, printed(text, theme.text_on(fill).rgb(), scale, ratio))

    return write if painter.paintEngine().type() in marks.PAPER else say


def least() -> int:
    """Pixels of the smallest cell with digits: large ones are legible with fewer of them."""
    return theme.size(LEAST[theme.scale() > 1])


@lru_cache(maxsize=4)
def digit(scale: float) -> tuple[float, float]:
    """Width and height of a digit in a cell, at a scale of the theme: asking Qt costs more than printing."""
    metrics = QFontMetricsF(theme.font(11, mono=True))
    return metrics.horizontalAdvance("0"), metrics.height()


@lru_cache(maxsize=4096)
def printed(text: str, rgb: int, scale: float, ratio: float) -> QPixmap:
    """A number as a picture: two hundred short texts come again and again, and printing one costs five pictures."""
    wide, high = digit(scale)
    picture = QPixmap(math.ceil(len(text) * wide * ratio), math.ceil(high * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setFont(theme.font(11, mono=True))
    painter.setPen(QColor.fromRgb(rgb))
    painter.drawText(QRectF(0, 0, len(text) * wide, high), Qt.AlignmentFlag.AlignCenter, text)
    painter.end()
    return picture
