"""The line under an exported frame: which layer of the network is seen, and how far the sequence has come."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import theme

HIGH, BAR, GAP = 20, 120, 10
MORE = "…"


class Caption(QWidget):
    """The layers by name, the one that is seen in bold; at the right a bar."""

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._names, self._now = list(names), ""
        self._done: float | None = None

    def show_now(self, name: str, done: float | None) -> None:
        """Another layer; ``done`` from 0 to 1, or None: no bar."""
        self._now, self._done = name, done
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(10, theme.size(HIGH))

    minimumSizeHint = sizeHint

    def _row(self, room: float) -> list[tuple[str, QFont, float]]:
        """Name, font and width of what is shown: all names, or as many around the present one as there is room for."""
        plain, bold = theme.font(12), theme.font(12, 600)
        fonts = [bold if name == self._now else plain for name in self._names]
        # In bold room for each, so that no name moves when the next one's turn comes.
        wide = [QFontMetricsF(bold).horizontalAdvance(name) + theme.size(GAP) for name in self._names]
        row = list(zip(self._names, fonts, wide, strict=True))
        if sum(wide) <= room:
            return row
        more = (MORE, plain, QFontMetricsF(plain).horizontalAdvance(MORE) + theme.size(GAP))
        room -= 2 * more[2]
        middle = self._names.index(self._now) if self._now in self._names else 0
        first = last = middle
        used = wide[middle]
        while True:
            grown = False
            for k in (last + 1, first - 1):
                if 0 <= k < len(row) and used + wide[k] <= room:
                    used += wide[k]
                    first, last = min(first, k), max(last, k)
                    grown = True
            if not grown:
                break
        return [*([more] if first else []), *row[first : last + 1], *([more] if last + 1 < len(row) else [])]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        edge = theme.size(4)
        bar = theme.size(BAR) if self._done is not None else 0
        x = float(theme.size(8))
        for name, font, wide in self._row(self.width() - bar - 4 * edge):
            painter.setFont(font)
            painter.setPen(theme.color("ink" if name == self._now else "soft"))
            metrics = painter.fontMetrics()
            painter.drawText(QPointF(x, (self.height() + metrics.ascent() - metrics.descent()) / 2), name)
            x += wide
        if self._done is not None:
            high = theme.size(6)
            track = QRectF(self.width() - edge - bar, (self.height() - high) / 2, bar, high)
            painter.fillRect(track, theme.color("line"))
            track.setWidth(track.width() * self._done)
            painter.fillRect(track, theme.color("edge"))
