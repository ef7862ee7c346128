"""A worksheet on paper: A4, lines and letters as they are, with room to write."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPageSize, QPainter, QPdfWriter, QPen

from app import i18n, theme
from app.export.worksheet import Grid, Line, Row, Table, Worksheet
from app.i18n import tr

WIDE, HIGH, MARGIN = 595.0, 842.0, 44.0  # points
FINE = 4  # units of the device in a point
CELL, SIGN, GAP, LINE = 28.0, 22.0, 12.0, 22.0
ROOM = 1.45  # times larger is a cell to write in


def sheet(make: Callable[[], Worksheet], answers: bool, language: str = "en") -> bytes:
    """A PDF of what ``make`` gives, in the language asked for; with the blanks filled in for the answer sheet."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    with theme.within("light"), i18n.within(language):
        content = make()
        pdf = QPdfWriter(buffer)
        pdf.setCreator("ConvScope")
        pdf.setTitle(content.title)
        pdf.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        pdf.setPageMargins(QMarginsF(0, 0, 0, 0))
        pdf.setResolution(72 * FINE)
        painter = QPainter(pdf)
        try:  # a painter that outlives what it paints on would bring the program down
            painter.scale(FINE, FINE)
            _Paper(painter, pdf.newPage, answers).write(content)
        finally:
            painter.end()
    return bytes(buffer.data().data())


def page(make: Callable[[], Worksheet], answers: bool, language: str, wide: int) -> QImage:
    """The first page as pixels, to look at before it is written."""
    scale = wide / WIDE
    image = QImage(wide, round(HIGH * scale), QImage.Format.Format_RGB32)
    with theme.within("light"), i18n.within(language):
        content = make()
        image.fill(theme.color("panel"))
        painter = QPainter(image)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(scale, scale)
            with contextlib.suppress(_Full):
                _Paper(painter, _full, answers).write(content)
        finally:
            painter.end()
    return image


class _Full(Exception):
    """The first page is."""


def _full() -> bool:
    raise _Full


class _Paper:
    """Writes from the top down, and turns the page where a block would not fit."""

    def __init__(self, painter: QPainter, turn: Callable[[], bool], answers: bool) -> None:
        self.painter, self.turn, self.answers = painter, turn, answers
        self.y = MARGIN
        self.page = 1
        self.title = ""

    def write(self, content: Worksheet) -> None:
        """All of it."""
        self.title = content.title
        self._head(content)
        for block in content.blocks:
            if isinstance(block, Row):
                self._row(block)
            elif isinstance(block, Table):
                self._table(block)
            else:
                self._line(block)
        if self.answers and content.note:
            self.y += GAP / 2
            self._words(content.note, 10, token="soft")

    # --- parts

    def _head(self, content: Worksheet) -> None:
        self._text(QRectF(MARGIN, self.y, WIDE - 2 * MARGIN, 22), content.title, 17, weight=600)
        word = tr("Answers") if self.answers else tr("Worksheet")
        self._text(QRectF(MARGIN, self.y, WIDE - 2 * MARGIN, 22), word, 12, right=True, token="soft")
        self.y += 26
        if content.purpose:
            self._words(content.purpose, 11, token="soft")
        if not self.answers:
            self.y += 10
            middle = WIDE * 0.62
            for left, right, name in ((MARGIN, middle - 16, tr("Name")), (middle, WIDE - MARGIN, tr("Date"))):
                self._text(QRectF(left, self.y, 60, 16), name, 11, token="soft")
                self._rule(left + 42, right, self.y + 15)
            self.y += 22
        self.y += 6
        for k, task in enumerate(content.tasks):
            self._words(f"{k + 1}.  {task}", 12)
        self.y += GAP

    def _row(self, row: Row) -> None:
        shares = [len(grid.rows[0]) * (ROOM if grid.blank else 1) for grid in row.grids]
        cell = min(CELL, (WIDE - 2 * MARGIN - SIGN * len(row.signs)) / sum(shares))
        cells = [cell * ROOM if grid.blank else cell for grid in row.grids]
        high = max(len(grid.rows) * own for grid, own in zip(row.grids, cells, strict=True))
        self._need(16 + (16 if row.title else 0) + high + (LINE + 4 if row.sum else 0) + GAP)
        if row.title:
            self._text(QRectF(MARGIN, self.y, 300, 14), row.title, 12, weight=600)
            self.y += 17
        x = MARGIN
        for k, grid in enumerate(row.grids):
            wide, own = len(grid.rows[0]) * cells[k], len(grid.rows) * cells[k]
            self._grid(grid, x, self.y + (high - own) / 2, cells[k], wide + SIGN - 4)
            x += wide
            if k < len(row.signs):
                self._text(QRectF(x, self.y + 16, SIGN, high), row.signs[k], 15, centre=True, token="soft")
                x += SIGN
        self.y += 16 + high + 4
        if row.sum is not None:
            left = x - len(row.grids[-1].rows[0]) * cells[-1]
            self._blank(left, x, self.y, *row.sum)
            self.y += LINE
        self.y += GAP

    def _grid(self, grid: Grid, x: float, y: float, cell: float, room: float) -> None:
        self._text(QRectF(x, y, room, 14), grid.name, 11, weight=600)
        name = QFontMetricsF(theme.font(11, 600)).horizontalAdvance(grid.name) + 6
        if name + QFontMetricsF(theme.font(9)).horizontalAdvance(grid.what) <= room:
            self._text(QRectF(x + name, y, room - name, 14), grid.what, 9, token="soft")
        y += 16
        self.painter.setPen(QPen(theme.color("edge"), 0.7))
        for r in range(len(grid.rows) + 1):
            self.painter.drawLine(QPointF(x, y + r * cell), QPointF(x + len(grid.rows[0]) * cell, y + r * cell))
        for c in range(len(grid.rows[0]) + 1):
            self.painter.drawLine(QPointF(x + c * cell, y), QPointF(x + c * cell, y + len(grid.rows) * cell))
        if not grid.blank or self.answers:
            token = "accent" if grid.blank else "ink"
            longest = max((text for row in grid.rows for text in row), key=len)
            px = self._fitting(longest, 12, cell - 2)  # one size for all of a grid
            for r, row in enumerate(grid.rows):
                for c, text in enumerate(row):
                    place = QRectF(x + c * cell, y + r * cell, cell, cell)
                    self._text(place, text, px, mono=True, centre=True, token=token)

    def _table(self, table: Table) -> None:
        high = 20.0 if len(table.rows) > 12 else 24.0
        share = [2.0] + [1.2] * (len(table.titles) - 1)
        unit = (WIDE - 2 * MARGIN) / sum(share)

        def titles() -> None:
            x = MARGIN
            for width, title in zip(share, table.titles, strict=True):
                self._text(QRectF(x + 4, self.y, width * unit - 8, 16), title, 11, weight=600)
                x += width * unit
            self.y += 18
            self._rule(MARGIN, WIDE - MARGIN, self.y)

        self._need(high + 20)
        titles()
        for row in table.rows:
            if self._need(high):
                titles()
            x = MARGIN
            for width, text, blank in zip(share, row, table.blank, strict=True):
                place = QRectF(x + 4, self.y, width * unit - 8, high)
                if not blank or self.answers:
                    self._text(place, text, 11, mono=True, token="accent" if blank else "ink")
                if blank:
                    self._rule(x + 4, x + width * unit - 8, self.y + high - 3)
                x += width * unit
            self.y += high
        self.y += GAP

    def _line(self, line: Line) -> None:
        self._need(LINE)
        right = WIDE - MARGIN
        if line.blank:
            self._blank(right - 250, right, self.y, line.name, line.text)
        else:
            self._text(QRectF(right - 250, self.y, 160, LINE), line.name, 11, token="soft")
            self._text(QRectF(right - 120, self.y, 120, LINE), line.text, 12, mono=True, right=True)
        self.y += LINE + 2

    def _blank(self, left: float, right: float, y: float, name: str, text: str) -> None:
        """A name and a rule to write on."""
        own = QFontMetricsF(theme.font(11)).horizontalAdvance(name) + 10
        self._text(QRectF(left, y, own, LINE), name, 11, token="soft")
        self._rule(left + own, right, y + LINE - 4)
        if self.answers:
            self._text(QRectF(left + own, y, right - left - own, LINE - 2), text, 12, mono=True, right=True,
                       token="accent", weight=600)

    # --- letters and rules

    def _need(self, height: float) -> bool:
        """Turn the page unless there is room; True when it was turned."""
        if self.y + height <= HIGH - MARGIN:
            return False
        self.turn()
        self.page += 1
        self.y = MARGIN
        self._text(QRectF(MARGIN, self.y, 300, 14), self.title, 11, weight=600)
        self._text(QRectF(MARGIN, self.y, WIDE - 2 * MARGIN, 14), tr("page {n}", n=self.page), 10, right=True,
                   token="soft")
        self.y += 26
        return True

    def _words(self, text: str, px: int, token: str = "ink") -> None:
        """Lines over the whole width."""
        self.painter.setFont(theme.font(px))
        room = QRectF(MARGIN, self.y, WIDE - 2 * MARGIN, 400)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        high = self.painter.boundingRect(room, flags, text).height()
        self._need(high + 3)
        room.moveTop(self.y)
        self.painter.setPen(theme.color(token))
        self.painter.drawText(room, flags, text)
        self.y += high + 3

    def _fitting(self, text: str, px: int, wide: float) -> int:
        """The largest size of digits up to ``px`` in which a text has room."""
        while px > 5 and QFontMetricsF(theme.font(px, mono=True)).horizontalAdvance(text) > wide:
            px -= 1
        return px

    def _text(self, place: QRectF, text: str, px: int, *, weight: int = 400, mono: bool = False, centre: bool = False,
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

    def _rule(self, left: float, right: float, y: float) -> None:
        self.painter.setPen(QPen(theme.color("edge"), 0.8))
        self.painter.drawLine(QPointF(left, y), QPointF(right, y))


def both(make: Callable[[], Worksheet], language: str) -> Sequence[bytes]:
    """The worksheet and its answer sheet."""
    return sheet(make, False, language), sheet(make, True, language)
