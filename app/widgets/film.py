"""The film of the kernels: a row for each kernel, a column for each moment, over the axis of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import numbers, theme
from app.i18n import tr
from app.widgets.strip import Strip

TITLE, FOOT, GAP = 20, 18, 4
CELLS = (2, 8)  # pixels a weight, least and most
RIGHT_MIDDLE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

Kernels = NDArray[Any]  # (kernels, rows, columns)


@dataclass(frozen=True, eq=False)
class Frame:
    """The kernels of one moment. ``key`` stands for the moment: the same key has the same kernels."""

    step: int
    kernels: Kernels
    key: object


class FilmStrip(Strip):
    """Moments at even distances, and always the one at the playhead."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._frames: Sequence[Frame] = ()
        self._shown: Frame | None = None
        self._bound = 1.0
        self._name = ""
        self._title_width = 0.0
        self._pictures: dict[object, QImage] = {}

    def set_frames(self, frames: Sequence[Frame], shown: Frame | None, bound: float, name: str) -> None:
        """Show these moments, the oldest first.

        Args:
            frames: Candidates; those at even distances get a column.
            shown: The moment at the playhead.
            bound: End of the colour range, of all columns alike.
            name: Of the layer.
        """
        if bound != self._bound or name != self._name:
            self._pictures.clear()
            self._still = None
        resized = self._shape(frames) != self._shape(self._frames)
        self._frames, self._shown, self._bound, self._name = frames, shown, bound, name
        keys = {f.key for f in frames}
        self._pictures = {k: v for k, v in self._pictures.items() if k in keys}
        if resized:
            self._pictures.clear()
            self._still = None
            count, high, _ = self._shape(frames)
            self.setMaximumHeight(theme.size(TITLE + FOOT) + count * (high * theme.size(CELLS[1]) + theme.size(GAP)))
            self.updateGeometry()
        self.update()

    def renew(self) -> None:
        self._pictures.clear()
        super().renew()

    # --- geometry

    @staticmethod
    def _shape(frames: Sequence[Frame]) -> tuple[int, ...]:
        return frames[0].kernels.shape if frames else (0, 1, 1)

    @property
    def cell(self) -> int:
        """Pixels a weight: as many as the height and width allow."""
        count, rows, columns = self._shape(self._frames)
        if not count:
            return CELLS[0]
        room = self.height() - theme.size(TITLE + FOOT)
        high = (room / count - theme.size(GAP)) / rows
        wide = (self.length / 8 - theme.size(GAP)) / columns
        return int(min(max(min(high, wide), CELLS[0]), theme.size(CELLS[1])))

    @property
    def rows(self) -> int:
        """Kernels that fit."""
        count, rows, _ = self._shape(self._frames)
        room = self.height() - theme.size(TITLE + FOOT)
        return max(min(count, int(room // (rows * self.cell + theme.size(GAP)))), 1 if count else 0)

    def columns(self) -> list[Frame]:
        """The moments that get a column: even ones that do not touch their neighbour, and the one at the playhead."""
        if not self._frames:
            return []
        wide = self._shape(self._frames)[2] * self.cell + theme.size(GAP)
        # A power of two, as the distance of kept moments is: so columns stay where they are while moments are thinned.
        apart = 1
        while apart * self.length / self.steps < wide + theme.size(GAP):
            apart *= 2
        shown = self._shown
        out = [f for f in self._frames if f.step % apart == 0
               and (shown is None or abs(self.x(f.step) - self.x(shown.step)) >= wide)]
        return [*out, *([shown] if shown is not None else [])]

    def sizeHint(self) -> QSize:
        return QSize(400, theme.size(TITLE + FOOT + 200))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, theme.size(TITLE + FOOT + 60))

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self.paint_ground()
        rows, top = self.rows, theme.size(TITLE)
        # The heading has the panel's ground; under it the line begins behind the column at the playhead.
        crossed = self.playhead is not None and self.x(self.playhead) < self._title_width
        self.paint_playhead(painter, top + self.cell if crossed else 0)
        columns = self.columns()
        for frame in columns:
            image = self._picture(frame, rows)
            left = round(self.x(frame.step) - image.width() / 2)
            painter.drawImage(left, top, image)
        self._steps(painter, columns, top + rows * (self._shape(self._frames)[1] * self.cell + theme.size(GAP)))

    def paint_still(self, painter: QPainter) -> None:
        count, high, wide = self._shape(self._frames)
        rows, cell, top = self.rows, self.cell, theme.size(TITLE)
        if not count:
            return
        title = tr("The {count} kernels of {layer}, moment by moment", count=count, layer=self._name)
        if rows < count:
            title = tr("{shown} of the {count} kernels of {layer}", shown=rows, count=count, layer=self._name)
        painter.setPen(theme.color("ink"))
        painter.setFont(theme.font(13, 600))
        self._title_width = QFontMetricsF(painter.font()).horizontalAdvance(title) + theme.size(8)
        painter.drawText(QRectF(0, 0, self.width(), top), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("soft"))
        for k in range(rows):
            place = QRectF(0, top + k * (high * cell + theme.size(GAP)), self.left - wide * cell / 2 - theme.size(6),
                           high * cell)
            painter.drawText(place, RIGHT_MIDDLE, tr("kernel {index}", index=k))

    def _steps(self, painter: QPainter, columns: list[Frame], y: float) -> None:
        """The step under each column; a text that would touch the playhead's is left out."""
        taken: list[tuple[float, float]] = []
        for frame in reversed(columns):
            chosen = frame is self._shown
            painter.setFont(theme.font(12 if chosen else 11, 600 if chosen else 400))
            painter.setPen(theme.color("accent" if chosen else "soft"))
            count = numbers.count(frame.step)
            text = tr("step {step}", step=count) if chosen or not frame.step else count
            wide = painter.fontMetrics().horizontalAdvance(text) + 6
            x = self.x(frame.step) - wide / 2
            if any(x < b and a < x + wide for a, b in taken):
                continue
            taken.append((x, x + wide))
            ground = QRectF(x, y, wide, theme.size(FOOT - 2))
            if chosen:
                painter.fillRect(ground, theme.color("panel"))
            painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, text)

    def _picture(self, frame: Frame, rows: int) -> QImage:
        """One column, drawn once: kernels under one another, a gap of 1 px between cells of 5 px and more."""
        image = self._pictures.get(frame.key)
        if image is None:
            _, high, wide = frame.kernels.shape
            cell, gap = self.cell, theme.size(GAP)
            panel = theme.color("panel").rgb()
            pixels = np.full((rows * (high * cell + gap), wide * cell), panel, np.uint32)
            colours = theme.signed_rgb(frame.kernels[:rows], self._bound)
            large = colours.repeat(cell, axis=1).repeat(cell, axis=2)
            if cell >= 6:
                large[:, cell - 1::cell, :] = panel
                large[:, :, cell - 1::cell] = panel
            for k in range(rows):
                at = k * (high * cell + gap)
                pixels[at:at + high * cell] = large[k]
            image = QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0],
                           QImage.Format.Format_RGB32).copy()
            self._pictures[frame.key] = image
        return image
