"""A map as a picture: one square a cell, with the ring, the window, and what is not computed yet."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import numbers, theme
from app.i18n import tr
from app.widgets import marks, plane_digits

Cell = tuple[int, int]
ARROWS = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
MAX_CROSSES = 1024  # more are one cross over the whole map


class HeatMap(QWidget):
    """Shows a 2-d array as large as the widget allows, cells square, from its top left corner.

    Args:
        name: What it is, for people who hear it; translated already.
    """

    clicked = Signal(int, int)  # row, column
    double_clicked = Signal(int, int)
    moved = Signal(int, int)  # by the arrows
    hovered = Signal(object)  # (row, column) | None

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: NDArray[Any] = np.zeros((1, 1), np.float32)
        self._bound, self._role = 1.0, "signed"
        self._ring: Cell | None = None
        self._hover: Cell | None = None
        self._second: Cell | None = None
        self._pointer: Cell | None = None
        self._window: tuple[int, int, int, int] | None = None
        self._touched: tuple[range, range] | None = None
        self._known: int | None = None
        self._muted = self._gradient = self._digits = False
        self._cell: float | None = None
        self._image: QImage | None = None
        self._pixels: NDArray[np.uint32] | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(name)

    # --- what it shows

    def set_values(self, values: NDArray[Any], bound: float | None = None, role: str = "signed") -> None:
        """Show ``values`` (rows, columns).

        Args:
            values: Any real numbers; NaN and infinities become crosses.
            bound: End of the colour range; None: the largest magnitude.
            role: ``signed``, ``magnitude``, ``picture`` or ``counts``.
        """
        resized = values.shape != self._values.shape
        self._values, self._role = values, role
        self._bound = float(np.nanmax(np.abs(values), initial=0.0)) if bound is None else bound
        self._image = None
        if resized:
            self._ring = self._hover = self._second = self._window = self._touched = None
            self.updateGeometry()
        self.update()

    @property
    def shape(self) -> Cell:
        """Rows and columns."""
        return self._values.shape[0], self._values.shape[1]

    def set_cell(self, px: float | None) -> None:
        """Pixels a cell; None: as large as the widget allows."""
        if px != self._cell:
            self._cell = px
            fixed = QSizePolicy.Policy.Fixed if px else QSizePolicy.Policy.Expanding
            self.setSizePolicy(fixed, fixed)
            self.updateGeometry()
            self.update()

    def set_ring(self, row: int | None, col: int | None = None) -> None:
        """Put the selection ring on a cell; None: on none."""
        self._put("_ring", None if row is None or col is None else (row, col))

    def set_second(self, spot: Cell | None) -> None:
        """Put the dashed ring of a comparison on a cell; None: on none."""
        self._put("_second", spot)

    def set_hover(self, row: int | None, col: int | None = None) -> None:
        """Put the hover line on a cell, from another view; None: on none."""
        self._put("_hover", None if row is None or col is None else (row, col))

    def set_window(self, row: int | None, col: int = 0, rows: int = 0, cols: int = 0) -> None:
        """Put a ring round a block of cells, which may reach over the edge; None: none."""
        self._put("_window", None if row is None else (row, col, rows, cols))

    def set_touched(self, cells: tuple[range, range] | None) -> None:
        """Light up rows and columns that have to do with the number under the pointer; None: none."""
        self._put("_touched", cells)

    @property
    def touched(self) -> tuple[range, range] | None:
        """The rows and columns that are lit up."""
        return self._touched

    def set_known(self, cells: int | None) -> None:
        """Only the first cells in reading order are computed, the rest is a hatch; None: all are."""
        self._put("_known", cells)

    def set_digits(self, on: bool) -> None:
        """Numbers in cells that are large enough for them."""
        self._put("_digits", on)

    def set_muted(self, on: bool) -> None:
        """Paled and struck through."""
        self._put("_muted", on)

    def set_gradient(self, on: bool) -> None:
        """A dashed frame: these are gradients."""
        self._put("_gradient", on)

    @property
    def ring(self) -> Cell | None:
        """The cell with the ring."""
        return self._ring

    @property
    def second(self) -> Cell | None:
        """The cell with the dashed ring."""
        return self._second

    def _put(self, name: str, value: object) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.update()

    # --- geometry

    def sizeHint(self) -> QSize:
        rows, cols = self.shape
        cell = self._cell or max(4, 160 / max(rows, cols))
        return QSize(round(cols * cell), round(rows * cell))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() if self._cell else QSize(*reversed(self.shape))

    @property
    def cell(self) -> float:
        """Pixels a cell."""
        rows, cols = self.shape
        return self._cell or max(min(self.width() / max(cols, 1), self.height() / max(rows, 1)), 0.01)

    def rect_of(self, row: int, col: int, rows: int = 1, cols: int = 1) -> QRectF:
        """Where a cell, or a block of cells, lies."""
        cell = self.cell
        return QRectF(col * cell, row * cell, cols * cell, rows * cell)

    def cell_at(self, position: QPointF) -> Cell | None:
        """The cell under a position."""
        row, col = int(position.y() // self.cell), int(position.x() // self.cell)
        rows, cols = self.shape
        return (row, col) if 0 <= row < rows and 0 <= col < cols else None

    # --- what a person does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self.clicked.emit(*cell)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self.double_clicked.emit(*cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.cell_at(event.position()))
        if event.buttons() & Qt.MouseButton.LeftButton and self._pointer is not None and self._pointer != self._ring:
            self.clicked.emit(*self._pointer)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        rows, cols = self.shape
        row, col = (r + s for r, s in zip(self._ring or (0, 0), step if self._ring else (0, 0), strict=True))
        to = min(max(row, 0), rows - 1), min(max(col, 0), cols - 1)
        if to != self._ring:
            self.set_ring(*to)
            self.moved.emit(*to)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.words(*cell) if cell else "", self)
            return True
        return super().event(event)

    def words(self, row: int, col: int) -> str:
        """A cell and its value with every digit, or that there is none yet."""
        if self._known is not None and row * self.shape[1] + col >= self._known:
            return f"[{row}, {col}] {tr('not computed yet')}"
        return f"[{row}, {col}] {numbers.full(self._values[row, col])}"

    def _point(self, cell: Cell | None) -> None:
        if cell != self._pointer:
            self._pointer = cell
            self._put("_hover", cell)
            self.hovered.emit(cell)

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rows, cols = self.shape
        area = self.rect_of(0, 0, rows, cols)
        painter.drawImage(area, marks.crisp(painter, self._picture()))
        self._paint_bad(painter, area)
        if self._known is not None and self._known < rows * cols:
            self._paint_unknown(painter, *divmod(self._known, cols))
        if self._digits and self.cell >= plane_digits.least() and not self._gradient:
            self._paint_digits(painter)
        if self._muted:
            marks.muted(painter, area)
        if self._gradient:
            marks.dashed(painter, area)
        if self._window is not None:
            row, col, height, width = self._window
            marks.window(painter, self.rect_of(row, col, height, width), area)
        if self._touched is not None:
            self._paint_touched(painter, *self._touched, area)
        if self._second is not None and self._second != self._ring:
            marks.second(painter, self.rect_of(*self._second), area)
        if self._hover is not None and self._hover != self._ring:
            marks.hover(painter, self.rect_of(*self._hover), area)
        if self._ring is not None:
            marks.ring(painter, self.rect_of(*self._ring), area)

    def _paint_touched(self, painter: QPainter, rows: range, cols: range, area: QRectF) -> None:
        box = self.rect_of(rows[0], cols[0], rows[-1] - rows[0] + 1, cols[-1] - cols[0] + 1)
        marks.touched(painter, box, dots=marks.dots(box, rows, cols, (self.cell, self.cell)), bounds=area)

    def digits(self) -> list[tuple[Cell, float]]:
        """The cells that have digits, and what stands there: those that are computed."""
        rows, cols = self.shape
        known = rows * cols if self._known is None else min(self._known, rows * cols)
        flat = self._values.reshape(-1)[:known].tolist()
        return [(divmod(k, cols), value) for k, value in enumerate(flat) if math.isfinite(value)]

    def _paint_digits(self, painter: QPainter) -> None:
        finite = self._values[np.isfinite(self._values)]
        if not finite.size or self._pixels is None:
            return
        ends = float(finite.min()), float(finite.max())
        say = plane_digits.writer(painter, int(self.cell), ends, 1.0, self.devicePixelRatioF())
        for (row, col), value in self.digits():
            box = self.rect_of(row, col)
            say(round(box.left()), round(box.top()), value, int(self._pixels[row, col]))

    def _picture(self) -> QImage:
        if self._image is None:
            self._pixels = np.ascontiguousarray(theme.rgb(self._values, self._bound, self._role))
            rows, cols = self._pixels.shape
            self._image = QImage(self._pixels.data, cols, rows, cols * 4, QImage.Format.Format_RGB32)
        return self._image

    def _paint_bad(self, painter: QPainter, area: QRectF) -> None:
        wrong = theme.bad(self._values)
        if wrong is None:
            return
        cells = np.argwhere(wrong)
        if len(cells) > MAX_CROSSES:
            marks.cross(painter, area)
        else:
            for row, col in cells:
                marks.cross(painter, self.rect_of(int(row), int(col)))

    def _paint_unknown(self, painter: QPainter, row: int, col: int) -> None:
        rows, cols = self.shape
        if col:
            marks.hatch(painter, self.rect_of(row, col, 1, cols - col))
            row += 1
        if row < rows:
            marks.hatch(painter, self.rect_of(row, 0, rows - row, cols))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._image = None
            self.update()
