"""The output so far: the map with its ring, and a word on what is not computed yet."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app import theme
from app.i18n import tr
from app.widgets import marks
from app.widgets.heat_map import HeatMap

LEGEND = 22
LARGEST = 40


class OutputMap(QWidget):
    """A heat map with a legend under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.map = HeatMap("", self)
        self.map.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # it is never larger than its cells
        self.map.set_digits(True)
        self._open, self._note = False, ""

    def set_note(self, text: str) -> None:
        """What is to be said about the layer, under the map."""
        if text != self._note:
            self._note = text
            self.setToolTip(text)
            self.update()

    @property
    def note(self) -> str:
        """What stands under the map."""
        return self._note

    def set_known(self, cells: int) -> None:
        """Hatch what comes after."""
        rows, cols = self.map.shape
        self.map.set_known(cells)
        if self._open != (cells < rows * cols):
            self._open = cells < rows * cols
            self.update()

    @property
    def legend_shown(self) -> bool:
        """True while some cells are not computed yet."""
        return self._open

    def want(self) -> int:
        """Width of the legend."""
        return theme.size(13) + 8 + QFontMetrics(theme.font(12)).horizontalAdvance(tr("not computed yet"))

    def fit(self, width: int, height: int) -> int:
        """The width it takes of the room it may have."""
        rows, cols = self.map.shape
        cell = min(width / cols, (height - theme.size(LEGEND)) / rows, float(theme.size(LARGEST)))
        if cols * cell < self.want() and rows * cell + theme.size(2 * LEGEND) > height:  # the legend may take two lines
            cell = min(cell, max((height - theme.size(2 * LEGEND)) / rows, 1.0))
        if cell > 8:
            cell = float(int(cell))
        self.map.set_cell(max(cell, 1.0))
        self.map.setGeometry(0, 0, int(cols * cell + 1e-6), int(rows * cell + 1e-6))
        return self.map.width()

    def _paint_note(self, painter: QPainter) -> None:
        """Under the legend, where the map leaves room; else beside the legend, as far as it goes."""
        line = theme.size(16)
        top = self.map.height() + 4 + (line + 2 if self._open else 0)
        box = QRectF(0, top, self.width(), self.height() - top)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        if painter.boundingRect(box, flags, self._note).height() <= box.height():
            painter.setPen(theme.color("soft"))
            painter.drawText(box, flags, self._note)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._open and not self._note:
            return
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        if self._note:
            self._paint_note(painter)
        if not self._open:
            return
        side, y = theme.size(13), self.map.height() + 6
        swatch = QRectF(0.5, y + 0.5, side, side)
        marks.hatch(painter, swatch)
        painter.setPen(theme.color("line"))
        painter.drawRect(swatch)
        painter.setPen(theme.color("soft"))
        place = QRectF(side + 6, y - 2, self.width() - side - 6, 3 * side + 16)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, tr("not computed yet"))
