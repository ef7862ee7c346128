"""A worksheet on paper: A4, lines and letters as they are, with room to write."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPageSize, QPainter, QPdfWriter, QPen

from app import i18n, theme
from app.export.ink import HIGH, MARGIN, WIDE, Ink
from app.export.sheet_parts import Grid, Line, Row, Seen, Table, Worksheet
from app.i18n import tr
from app.widgets import marks

FINE = 4  # units of the device in a point
CELL, SIGN, GAP, LINE = 34.0, 22.0, 12.0, 22.0
PICTURE = 96.0  # of what is seen of the input
SQUARE, LEAST_ROOM = 14.17, 6  # 5 mm; squares down the page from which there is room to calculate
ROOM = 1.45  # times larger is a cell to write in
SCALES = (1.0, 0.9, 0.8, 0.72)  # of cells, where that saves a page


def sheet(make: Callable[[], Worksheet], answers: bool, language: str = "en") -> bytes:
    """A PDF of what ``make`` gives, in the language asked for; with the blanks filled in for the answer sheet."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    with theme.within("light"), i18n.within(language):
        content = make()
        scale, pages = _fit(content, answers)
        pdf = QPdfWriter(buffer)
        pdf.setCreator("ConvScope")
        pdf.setTitle(content.title)
        pdf.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        pdf.setPageMargins(QMarginsF(0, 0, 0, 0))
        pdf.setResolution(72 * FINE)
        painter = QPainter(pdf)
        try:  # a painter that outlives what it paints on would bring the program down
            painter.scale(FINE, FINE)
            _Paper(painter, pdf.newPage, answers, pages, scale).write(content)
        finally:
            painter.end()
    return bytes(buffer.data().data())


def page(make: Callable[[], Worksheet], answers: bool, language: str, wide: int) -> QImage:
    """The first page as pixels, to look at before it is written."""
    scale = wide / WIDE
    image = QImage(wide, round(HIGH * scale), QImage.Format.Format_RGB32)
    with theme.within("light"), i18n.within(language):
        content = make()
        own, pages = _fit(content, answers)
        image.fill(theme.color("panel"))
        painter = QPainter(image)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(scale, scale)
            with contextlib.suppress(_Full):
                _Paper(painter, _full, answers, pages, own).write(content)
        finally:
            painter.end()
    return image


def _fit(content: Worksheet, answers: bool) -> tuple[float, int]:
    """How large cells are, of the sheet and its answers alike, and how many pages that makes."""
    scale = next((k for k in SCALES if _count(content, True, k) == 1), 1.0)  # the answers have a note more
    return scale, _count(content, answers, scale)


def _count(content: Worksheet, answers: bool, scale: float) -> int:
    """How many pages there will be."""
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    try:
        paper = _Paper(painter, lambda: True, answers, scale=scale)
        paper.write(content)
    finally:
        painter.end()
    return paper.page


class _Full(Exception):
    """The first page is."""


def _full() -> bool:
    raise _Full


class _Paper(Ink):
    """A worksheet, which turns the page where a block would not fit."""

    def __init__(self, painter: QPainter, turn: Callable[[], bool], answers: bool, pages: int = 1,
                 scale: float = 1.0) -> None:
        super().__init__(painter, turn, pages)
        self.answers, self.scale = answers, scale

    def write(self, content: Worksheet) -> None:
        """All of it."""
        self.title = content.title
        self.foot()
        self._head(content)
        for block in content.blocks:
            if isinstance(block, Row):
                self._row(block)
            elif isinstance(block, Table):
                self._table(block)
            else:
                self._line(block)
        if not self.answers:
            self._room()
        elif content.note:
            self.y += GAP / 2
            self.words(content.note, 10, token="soft")

    # --- parts

    def _head(self, content: Worksheet) -> None:
        """Title, name and date, what to do; beside them what is seen. The answers lie as the blanks do."""
        top, seen = self.y, content.seen
        word = tr("Answers") if self.answers else tr("Worksheet")
        self.text(QRectF(MARGIN, self.y, WIDE - 2 * MARGIN, 22), word, 12, right=True, token="soft")
        wide = WIDE - 2 * MARGIN - (PICTURE + 3 * GAP if seen is not None else 0)
        self.text(QRectF(MARGIN, self.y, WIDE - 2 * MARGIN - 100, 22), content.title, 17, weight=600)
        self.y += 26
        if content.purpose:
            self.words(content.purpose, 11, token="soft", wide=wide)
        self.y += 10
        middle = MARGIN + wide * 0.64
        if not self.answers:
            for left, right, name in ((MARGIN, middle - 16, tr("Name")), (middle, MARGIN + wide, tr("Date"))):
                self.text(QRectF(left, self.y, 60, 16), name, 11, token="soft")
                self.rule(left + 42, right, self.y + 15)
        self.y += 32
        for k, task in enumerate(content.tasks):
            self.words(f"{k + 1}.  {task}", 12, wide=wide)
        if seen is not None:
            self._seen(seen, WIDE - MARGIN - PICTURE, top + 26)
            self.y = max(self.y, top + 26 + PICTURE + 16)
        self.y += GAP

    def _seen(self, seen: Seen, x: float, y: float) -> None:
        """The network's input, with a frame round the part that counts."""
        rows, cols = seen.plane.shape
        plane = np.ascontiguousarray(seen.plane, np.float32)
        bound = 1.0 if seen.role == "picture" else float(np.nan_to_num(np.abs(plane)).max(initial=0.0)) or 1.0
        colours = np.ascontiguousarray(theme.rgb(plane, bound, seen.role))
        image = QImage(colours.data, cols, rows, 4 * cols, QImage.Format.Format_RGB32).copy()
        cell = PICTURE / max(rows, cols)
        box = QRectF(x + PICTURE - cols * cell, y, cols * cell, rows * cell)
        self.painter.drawImage(box, marks.crisp(self.painter, image))
        self.painter.setPen(QPen(theme.color("edge"), 0.7))
        self.painter.drawRect(box)
        top, left, high, wide = seen.box
        frame = QRectF(box.x() + left * cell, box.y() + top * cell, wide * cell, high * cell)
        for token, width in (("panel", 4.0), ("ring", 2.0)):
            self.painter.setPen(QPen(theme.color(token), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap,
                                     Qt.PenJoinStyle.MiterJoin))
            self.painter.drawRect(frame)
        self.text(QRectF(x - 60, box.bottom() + 3, PICTURE + 60, 12), tr("what it sees of the input"), 9, right=True,
                   token="soft")

    def _room(self) -> None:
        """Squared paper down to the end of the page."""
        top = self.y + GAP + 14
        down = int((HIGH - MARGIN - 10 - top) / SQUARE)
        if down < LEAST_ROOM:
            return
        self.text(QRectF(MARGIN, top - 15, 300, 12), tr("Room to calculate"), 9, token="soft")
        across = int((WIDE - 2 * MARGIN) / SQUARE)
        self.painter.setPen(QPen(theme.color("line"), 0.4))
        right, bottom = MARGIN + across * SQUARE, top + down * SQUARE
        for k in range(down + 1):
            self.painter.drawLine(QPointF(MARGIN, top + k * SQUARE), QPointF(right, top + k * SQUARE))
        for k in range(across + 1):
            self.painter.drawLine(QPointF(MARGIN + k * SQUARE, top), QPointF(MARGIN + k * SQUARE, bottom))

    def _row(self, row: Row) -> None:
        shares = [len(grid.rows[0]) * (ROOM if grid.blank else 1) for grid in row.grids]
        cell = min(CELL, (WIDE - 2 * MARGIN - SIGN * len(row.signs)) / sum(shares)) * self.scale
        cells = [cell * ROOM if grid.blank else cell for grid in row.grids]
        high = max(len(grid.rows) * own for grid, own in zip(row.grids, cells, strict=True))
        self.need(16 + (16 if row.title else 0) + high + (LINE + 4 if row.sum else 0) + GAP)
        if row.title:
            self.text(QRectF(MARGIN, self.y, 300, 14), row.title, 12, weight=600)
            self.y += 17
        x = MARGIN
        for k, grid in enumerate(row.grids):
            wide, own = len(grid.rows[0]) * cells[k], len(grid.rows) * cells[k]
            self._grid(grid, x, self.y + (high - own) / 2, cells[k], wide + SIGN - 4)
            x += wide
            if k < len(row.signs):
                self.text(QRectF(x, self.y + 16, SIGN, high), row.signs[k], 15, centre=True, token="soft")
                x += SIGN
        self.y += 16 + high + 4
        if row.sum is not None:
            left = x - len(row.grids[-1].rows[0]) * cells[-1]
            self._blank(left, x, self.y, *row.sum)
            self.y += LINE
        self.y += GAP

    def _grid(self, grid: Grid, x: float, y: float, cell: float, room: float) -> None:
        self.text(QRectF(x, y, room, 14), grid.name, 11, weight=600)
        name = QFontMetricsF(theme.font(11, 600)).horizontalAdvance(grid.name) + 6
        if name + QFontMetricsF(theme.font(9)).horizontalAdvance(grid.what) <= room:
            self.text(QRectF(x + name, y, room - name, 14), grid.what, 9, token="soft")
        y += 16
        self.painter.setPen(QPen(theme.color("edge"), 0.7))
        for r in range(len(grid.rows) + 1):
            self.painter.drawLine(QPointF(x, y + r * cell), QPointF(x + len(grid.rows[0]) * cell, y + r * cell))
        for c in range(len(grid.rows[0]) + 1):
            self.painter.drawLine(QPointF(x + c * cell, y), QPointF(x + c * cell, y + len(grid.rows) * cell))
        if not grid.blank or self.answers:
            token = "accent" if grid.blank else "ink"
            longest = max((text for row in grid.rows for text in row), key=len)
            px = self.fitting(longest, 12, cell - 2)  # one size for all of a grid
            for r, row in enumerate(grid.rows):
                for c, text in enumerate(row):
                    place = QRectF(x + c * cell, y + r * cell, cell, cell)
                    self.text(place, text, px, mono=True, centre=True, token=token)

    def _table(self, table: Table) -> None:
        high = 20.0 if len(table.rows) > 12 else 24.0
        share = [2.0] + [1.2] * (len(table.titles) - 1)
        unit = (WIDE - 2 * MARGIN) / sum(share)

        def titles() -> None:
            x = MARGIN
            for width, title in zip(share, table.titles, strict=True):
                self.text(QRectF(x + 4, self.y, width * unit - 8, 16), title, 11, weight=600)
                x += width * unit
            self.y += 18
            self.rule(MARGIN, WIDE - MARGIN, self.y)

        self.need(high + 20)
        titles()
        for row in table.rows:
            if self.need(high):
                titles()
            x = MARGIN
            for width, text, blank in zip(share, row, table.blank, strict=True):
                place = QRectF(x + 4, self.y, width * unit - 8, high)
                if not blank or self.answers:
                    self.text(place, text, 11, mono=True, token="accent" if blank else "ink")
                if blank:
                    self.rule(x + 4, x + width * unit - 8, self.y + high - 3)
                x += width * unit
            self.y += high
        self.y += GAP

    def _line(self, line: Line) -> None:
        self.need(LINE)
        right = WIDE - MARGIN
        if line.blank:
            self._blank(right - 250, right, self.y, line.name, line.text)
        else:
            self.text(QRectF(right - 250, self.y, 160, LINE), line.name, 11, token="soft")
            self.text(QRectF(right - 120, self.y, 120, LINE), line.text, 12, mono=True, right=True)
        self.y += LINE + 2

    def _blank(self, left: float, right: float, y: float, name: str, text: str) -> None:
        """A name and a rule to write on."""
        own = QFontMetricsF(theme.font(11)).horizontalAdvance(name) + 10
        self.text(QRectF(left, y, own, LINE), name, 11, token="soft")
        self.rule(left + own, right, y + LINE - 4)
        if self.answers:
            self.text(QRectF(left + own, y, right - left - own, LINE - 2), text, 12, mono=True, right=True,
                       token="accent", weight=600)


def both(make: Callable[[], Worksheet], language: str) -> Sequence[bytes]:
    """The worksheet and its answer sheet."""
    return sheet(make, False, language), sheet(make, True, language)
