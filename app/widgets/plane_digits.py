"""Numbers in cells as ready pictures."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPixmap

from app import theme


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
