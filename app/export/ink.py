"""Letters, rules and pages of what is printed, in points of an A4 sheet."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app import theme
from app.i18n import tr

WIDE, HIGH, MARGIN = 595.0, 842.0, 44.0  # points


class Ink:
    """Writes from the top down.

    Args:
        painter: One unit is a point.
        turn: Begins another page.
        pages: How many there will be.
    """

    def __init__(self, painter: QPainter, turn: Callable[[], bool], pages: int) -> None:
        self.painter, self.turn, self.pages = painter, turn, pages
        self.y, self.page, self.title = MARGIN, 1, ""

    def foot(self) -> None:
        """Which page it is, of several."""
        if self.pages > 1:
            place = QRectF(MARGIN, HIGH - MARGIN + 8, WIDE - 2 * MARGIN, 14)
            self.text(place, tr("page {n} of {all}", n=self.page, all=self.pages), 9, right=True, token="soft")

    def need(self, height: float) -> bool:
        """Turn the page unless there is room; True when it was turned."""
        if self.y + height <= HIGH - MARGIN:
            return False
        self.turn()
        self.page += 1
        self.y = MARGIN
        self.text(QRectF(MARGIN, self.y, 300, 14), self.title, 11, weight=600)
        self.foot()
        self.y += 26
        return True

    def words(self, text: str, px: int, token: str = "ink", wide: float = WIDE - 2 * MARGIN) -> None:
        """As many lines as it takes."""
        self.painter.setFont(theme.font(px))
        room = QRectF(MARGIN, self.y, wide, 400)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        high = self.painter.boundingRect(room, flags, text).height()
        self.need(high + 3)
        room.moveTop(self.y)
        self.painter.setPen(theme.color(token))
        self.painter.drawText(room, flags, text)
        self.y += high + 3

    def fitting(self, text: str, px: int, wide: float) -> int:
        """The largest size of digits up to ``px`` in which a text has room."""
        while px > 5 and QFontMetricsF(theme.font(px, mono=True)).horizontalAdvance(text) > wide:
            px -= 1
        return px

    def text(self, place: QRectF, text: str, px: int, *, weight: int = 400, mono: bool = False, centre: bool = False,
              right: bool = False, token: str = "ink") -> None:
        """One line, set smaller where it lacks room."""
        font = theme.font(px, weight, mono)
        while px > 5 and QFontMetricsF(font).horizontalAdvance(text) > place.width() - 2:
            px -= 1
            font = theme.font(px, weight, mono)
            font.setPixelSize(px)
        side = Qt.AlignmentFlag.AlignHCenter if centre else (
            Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft)
        self.painter.setFont(font)
        self.painter.setPen(QColor(theme.color(token)))
        self.painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, text)

    def rule(self, left: float, right: float, y: float) -> None:
        self.painter.setPen(QPen(theme.color("edge"), 0.8))
        self.painter.drawLine(QPointF(left, y), QPointF(right, y))
