"""Keys and what they do, the keys drawn as small caps."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme

AIR, GAP, CAP = 5, 14, 18  # in a cap and after it, between pairs, height of a cap


class KeyCaps(QWidget):
    """Pairs of a key and a word in one line; where room lacks, the last give way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: tuple[tuple[str, str], ...] = ()
        self._shown = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def set_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Key and word, both as they are shown."""
        self._pairs = tuple(pairs)
        self._shown = len(self._pairs)
        self.setAccessibleName(self.text())
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """All of it as one line."""
        return ", ".join(f"{key} {word}" for key, word in self._pairs)

    def fit(self, room: int) -> None:
        """Show as many as have room, but at least one."""
        shown = len(self._pairs)
        while shown > 1 and self._width(shown) > room:
            shown -= 1
        if shown != self._shown:
            self._shown = shown
            self.updateGeometry()
            self.update()

    def _width(self, count: int) -> float:
        return sum(cap + word for cap, word in map(self._widths, self._pairs[:count])) + theme.size(GAP) * (count - 1)

    def _widths(self, pair: tuple[str, str]) -> tuple[float, float]:
        cap, word = (QFontMetricsF(font).horizontalAdvance(text)
                     for font, text in zip((theme.font(11, mono=True), theme.font(12)), pair, strict=True))
        return cap + 2 * theme.size(AIR), theme.size(AIR) + word

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(max(self._width(self._shown), 0)) + 1, theme.size(CAP))

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, high = 0.5, theme.size(CAP)
        top = (self.height() - high) // 2 + 0.5
        for pair in self._pairs[:self._shown]:
            cap, word = self._widths(pair)
            box = QRectF(x, top, cap, high - 1)
            painter.setPen(QPen(theme.color("line"), 1))
            painter.setBrush(theme.color("panel"))
            painter.drawRoundedRect(box, theme.size(3), theme.size(3))
            painter.setFont(theme.font(11, mono=True))
            painter.setPen(theme.color("ink"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, pair[0])
            painter.setFont(theme.font(12))
            painter.setPen(theme.color("soft"))
            place = QRectF(x + cap + theme.size(AIR), 0, word, self.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, pair[1])
            x += cap + word + theme.size(GAP)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()
            self.update()
