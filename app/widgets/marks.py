"""The lines that say a state, the same over every picture: ring, hover, window, brackets, hatch, cross, slash."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPaintEngine, QPainter, QPen, QPixmap, QPolygonF

from app import theme

RING, HALO, WINDOW, HOVER = 2.0, 1.5, 2.5, 1.5
HATCH = 8  # px a tile: 6 px from line to line at 45 degrees
CORNER = 4
SMALL = 16  # px of what is touched, under which its line is finer
DOT, LEAST_DOTTED, MOST_DOTS = 2.0, 14.0, 1000  # px, px from one to the next, and how many are still no carpet
LARGE = 480  # px of a picture on paper
PAPER = (QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf, QPaintEngine.Type.Picture)  # where lines stay lines


def ring(painter: QPainter, cell: QRectF, bounds: QRectF | None = None, width: float = RING) -> None:
    """The selection ring round a cell, with its halo; moved inwards where ``bounds`` would cut it."""
    _frame(painter, cell, bounds, "ring", width)


def window(painter: QPainter, cells: QRectF, bounds: QRectF | None = None) -> None:
    """The window of an op on its input: a ring of 2.5."""
    _frame(painter, cells, bounds, "ring", WINDOW)


def fine_window(painter: QPainter, cells: QRectF, bounds: QRectF | None = None) -> None:
    """A window where a cell is a pixel: its ring is finer, so that something is left to see."""
    _frame(painter, cells, bounds, "ring", HOVER, halo=HALO / 2)


def hover(painter: QPainter, cell: QRectF, bounds: QRectF | None = None) -> None:
    """The pointer's cell: a thin line in ink, with its halo."""
    _frame(painter, cell, bounds, "ink", HOVER)


def touched(painter: QPainter, *blocks: QRectF, dots: Sequence[QPointF] = (), bounds: QRectF | None = None) -> None:
    """What the pointer's cell has to do with: the line of a hover round all of it, and a dot in each cell of a lattice.

    Args:
        painter: Of the map.
        *blocks: All of it: in each map a block, all of one size.
        dots: A place in each cell, where the cells have others between them that it has nothing to do with.
        bounds: The line stays within.
    """
    fine = blocks and min(blocks[0].width(), blocks[0].height()) < SMALL  # many thick lines would leave nothing to see
    _frames(painter, blocks, bounds, "ink", HOVER * 0.6 if fine else HOVER, halo=HALO / 2 if fine else HALO)
    if not dots:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for token, width in (("panel", DOT + 2 * HALO), ("ink", DOT)):
        pen = QPen(theme.color(token), _wide(width))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(dots)
    painter.restore()


def dots(box: QRectF, rows: range, cols: range, cell: tuple[float, float], at: float = 0.5) -> list[QPointF]:
    """Where the dots of `touched` stand: none where the cells lie side by side, or where dots would cover them.

    Args:
        box: Round the cells, on the screen.
        rows, cols: The cells.
        cell: Pixels from one to the next that lies beside it, across and down.
        at: Where in a cell, 0.5 its middle.
    """
    (wide, high), (across, down) = cell, (cols.step if len(cols) > 1 else 1, rows.step if len(rows) > 1 else 1)
    lengths = [step * px for step, px in ((across, wide), (down, high)) if step > 1]
    if not lengths or min(lengths) < LEAST_DOTTED or len(rows) * len(cols) > MOST_DOTS:
        return []
    return [QPointF(box.left() + (col - cols[0] + at) * wide, box.top() + (row - rows[0] + at) * high)
            for row in rows for col in cols]


def second(painter: QPainter, cell: QRectF, bounds: QRectF | None = None) -> None:
    """The dashed ring round a number that the selected one is compared with."""
    _frame(painter, cell, bounds, "ring", RING, dashes=[1.6, 1.4])


def dashed(painter: QPainter, rect: QRectF) -> None:
    """The frame of a grid of gradients, inside its edge."""
    painter.save()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    wide = _wide(1.5)
    inner = rect.adjusted(wide / 2, wide / 2, -wide / 2, -wide / 2)
    painter.setPen(QPen(theme.color("panel"), wide + 1))
    painter.drawRect(inner)
    pen = QPen(theme.color("ink"), wide)
    pen.setDashPattern([4, 3])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawRect(inner)
    painter.restore()


def brackets(painter: QPainter, fields: Iterable[QRectF]) -> None:
    """Four corner brackets round each: the receptive field in the maps of an earlier layer."""
    lines = []
    for cells in fields:
        arm = min(6.0, cells.width() / 3, cells.height() / 3)
        for x, dx in ((cells.left(), arm), (cells.right(), -arm)):
            for y, dy in ((cells.top(), arm), (cells.bottom(), -arm)):
                lines += [QLineF(x, y, x + dx, y), QLineF(x, y, x, y + dy)]
    painter.save()
    for token, width in (("panel", RING + 2 * HALO), ("ring", RING)):
        pen = QPen(theme.color(token), _wide(width))
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        painter.setPen(pen)
        painter.drawLines(lines)
    painter.restore()


def hatch(painter: QPainter, rect: QRectF) -> None:
    """Not computed yet."""
    painter.fillRect(rect, theme.color("panel"))
    if painter.paintEngine().type() in PAPER:
        _hatch_lines(painter, rect)
    else:
        painter.fillRect(rect, hatch_brush())


def _hatch_lines(painter: QPainter, rect: QRectF) -> None:
    """The hatch as lines, each cut at the rectangle's edge."""
    pen, step = QPen(theme.color("hatch"), 1.2), theme.size(HATCH)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.save()
    painter.setPen(pen)
    # On a line x + y is the same everywhere, and a multiple of the step in every rectangle.
    for k in range(math.ceil((rect.left() + rect.top()) / step), math.floor((rect.right() + rect.bottom()) / step) + 1):
        left, right = max(rect.left(), k * step - rect.bottom()), min(rect.right(), k * step - rect.top())
        painter.drawLine(QLineF(left, k * step - left, right, k * step - right))
    painter.restore()


def hatch_brush() -> QBrush:
    """Lines at 45 degrees, on nothing."""
    return QBrush(_tile(theme.tokens().hatch, theme.size(HATCH)))


def crisp(painter: QPainter, image: QImage) -> QImage:
    """A picture of cells for a painter: on paper enlarged, so that whoever shows it does not blur its cells."""
    if painter.paintEngine().type() not in PAPER:
        return image
    times = max(1, LARGE // max(image.width(), image.height(), 1))
    return image.scaled(image.width() * times, image.height() * times)


def cross(painter: QPainter, cell: QRectF) -> None:
    """NaN or infinity, on the panel's colour."""
    air = min(cell.width(), cell.height()) / 4
    inner = cell.adjusted(air, air, -air, -air)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("wrong"), max(1.0, min(2.0, air / 2))))
    painter.drawLine(inner.topLeft(), inner.bottomRight())
    painter.drawLine(inner.topRight(), inner.bottomLeft())
    painter.restore()


def muted(painter: QPainter, rect: QRectF) -> None:
    """Switched off: three quarters of panel over the map, and a slash."""
    _struck(painter, rect, 0.75, 1.5, QLineF(rect.bottomLeft(), rect.topRight()))


def dropped(painter: QPainter, cell: QRectF) -> None:
    """No window reaches it: its colour faint, and a line the other way than the hatch and the slash."""
    _struck(painter, cell, 0.6, 1, QLineF(cell.topLeft(), cell.bottomRight()))


def _struck(painter: QPainter, rect: QRectF, share: float, width: float, line: QLineF) -> None:
    """So much of the panel's colour over it, and a line through it."""
    veil = theme.color("panel")
    veil.setAlphaF(share)
    painter.save()
    painter.fillRect(rect, veil)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("edge"), _wide(width)))
    painter.drawLine(line)
    painter.restore()


def corner(painter: QPainter, cell: QRectF, colour: QColor) -> None:
    """An edited cell: a small triangle in its top right corner."""
    side = theme.size(CORNER) + 1
    x, y = cell.right() - 2, cell.top() + 2  # clear of the ring
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(x - side, y), QPointF(x, y), QPointF(x, y + side)]))
    painter.restore()


def hues(painter: QPainter, cells: list[QRectF]) -> None:
    """A triangle of its own colour in the top left corner of each of some cells."""
    side = theme.size(CORNER) + 3
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("panel"), 1.5))
    for k, cell in enumerate(cells):
        x, y = cell.left() + 1, cell.top() + 1
        painter.setBrush(theme.hue(k, len(cells)))
        painter.drawPolygon(QPolygonF([QPointF(x, y), QPointF(x + side, y), QPointF(x, y + side)]))
    painter.restore()


def _frame(painter: QPainter, cell: QRectF, bounds: QRectF | None, token: str, width: float,
           dashes: list[float] | None = None, halo: float = HALO) -> None:
    _frames(painter, (cell,), bounds, token, width, dashes, halo)


def _frames(painter: QPainter, cells: Sequence[QRectF], bounds: QRectF | None, token: str, width: float,
            dashes: list[float] | None = None, halo: float = HALO) -> None:
    width = _wide(width)
    whole = width + 2 * _wide(halo)
    # Round a tiny cell the line stands outside, else the cell would vanish under its halo.
    out = whole / 2 if cells and min(cells[0].width(), cells[0].height()) < 12 else width / 2
    lines = [cell.adjusted(-out, -out, out, out) for cell in cells]
    if bounds is not None:
        inner = bounds.adjusted(whole / 2, whole / 2, -whole / 2, -whole / 2)
        lines = [line.intersected(inner) for line in lines]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for name, thick in (("panel", whole), (token, width)):
        pen = QPen(theme.color(name), thick)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        if dashes and name == token:
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            pen.setDashPattern(dashes)
        painter.setPen(pen)
        painter.drawRects(lines)
    painter.restore()


def _wide(px: float) -> float:
    """A line's width at the scale of now: on a projector, lines are thicker too."""
    return px * theme.scale()


@lru_cache(maxsize=8)
def _tile(colour: str, side: int) -> QPixmap:
    tile = QPixmap(side, side)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colour), 1.2))
    for shift in (-side, 0, side):
        painter.drawLine(QLineF(shift - 1, side + 1, shift + side + 1, -1))
    painter.end()
    return tile
