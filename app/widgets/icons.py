"""Line icons from assets/icons, drawn in the text's colour at any size and pixel ratio."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app import theme
from app.paths import asset


def icon(name: str, colour: str = "") -> QIcon:
    """The icon of a file in assets/icons. It follows the theme by itself.

    Args:
        name: The file's name without ending.
        colour: A token's name; empty: the text's colour of the moment (ink, accent when on, soft when disabled).
    """
    return QIcon(_Engine(name, colour))


def paint(painter: QPainter, rect: QRectF, name: str, token: str) -> None:
    """Draw an icon into a rectangle, in the colour of a token."""
    _renderer(name, getattr(theme.tokens(), token)).render(painter, rect)


class _Engine(QIconEngine):
    """Asks for the colour when it paints, so that a switch of theme needs nothing else."""

    def __init__(self, name: str, colour: str) -> None:
        super().__init__()
        self._name, self._colour = name, colour

    def iconName(self) -> str:
        return self._name

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._colour)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        paint(painter, QRectF(rect), self._name, self._token(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return _pixmap(self._name, getattr(theme.tokens(), self._token(mode, state)), size.width(), size.height())

    def _token(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        if mode == QIcon.Mode.Disabled:
            return "soft"
        if self._colour:
            return self._colour
        return "accent" if state == QIcon.State.On or mode == QIcon.Mode.Selected else "ink"


@lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, width: int, height: int) -> QPixmap:
    pixmap = QPixmap(width, height)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    _renderer(name, colour).render(painter, QRectF(0, 0, width, height))
    painter.end()
    return pixmap


@lru_cache(maxsize=128)
def _renderer(name: str, colour: str) -> QSvgRenderer:
    text = asset("icons", f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    return QSvgRenderer(QByteArray(text.encode()))
