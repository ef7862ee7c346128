"""What a line shows besides its text: a number, a small map. Painted by hand: many change with every stroke."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import theme
from app.widgets import marks

SAMPLE = "−0.000"
AIR = 4


class Figure(QWidget):
    """A short text at the right end; another one costs a repaint of its own place, and never a layout.

    Args:
        sample: The text that it always has room for.
    """

    def __init__(self, sample: str = SAMPLE, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sample, self._text, self._token, self._weight, self._tip = sample, "", "ink", 400, ""
        self._least = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def show_text(self, text: str, token: str = "ink", weight: int = 400) -> None:
        """Another text, in the colour of a token."""
        if (text, token, weight) != (self._text, self._token, self._weight):
            self._text, self._token, self._weight = text, token, weight
            self.setAccessibleName(text)
            if not self._sample:
                self.updateGeometry()
            self.update()

    @property
    def need(self) -> int:
        """The width that it needs now."""
        return max(self._wide(self._sample), self._wide(self._text))

    def set_least(self, px: int) -> None:
        """At least so wide: as wide as the others of its column."""
        if px != self._least:
            self._least = px
            self.updateGeometry()

    def set_tip(self, tip: str) -> None:
        """What the pointer is told."""
        self._tip = tip

    def text(self) -> str:
        """What it shows."""
        return self._text

    @property
    def token(self) -> str:
        """The colour it shows it in."""
        return self._token

    def _wide(self, text: str) -> int:
        return int(QFontMetricsF(theme.font(12, self._weight, mono=True)).horizontalAdvance(text)) + 2 if text else 0

    def sizeHint(self) -> QSize:
        return QSize(max(self._least, self.need), theme.size(18))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(12, self._weight, mono=True))
        painter.setPen(theme.color(self._token))
        painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._text)


class Thumb(QWidget):
    """A map as small as a line is high."""

    EDGE = 20

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._pixels: NDArray[np.uint32] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_map(self, values: NDArray[np.floating] | None) -> None:
        """(rows, columns), in the range of its own; None: nothing."""
        if (values is None) != self.isHidden():
            self.setVisible(values is not None)
        if values is None:
            return
        finite = np.abs(values[np.isfinite(values)])
        self._pixels = np.ascontiguousarray(theme.rgb(values, float(finite.max(initial=0.0)), "signed"))
        rows, cols = self._pixels.shape
        self._image = QImage(self._pixels.data, cols, rows, cols * 4, QImage.Format.Format_RGB32)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.size(self.EDGE) + AIR, theme.size(self.EDGE))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image is None:
            return
        painter = QPainter(self)
        edge = min(theme.size(self.EDGE), self.height())
        cell = edge / max(self._image.width(), self._image.height())
        wide, high = max(cell * self._image.width(), 2.0), max(cell * self._image.height(), 2.0)
        place = QRectF((edge - wide) / 2, (self.height() - high) / 2, wide, high)
        painter.drawImage(place, marks.crisp(painter, self._image))
