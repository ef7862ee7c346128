"""A window that glides from one cell to the next."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPointF, QVariantAnimation

from app import theme

SLIDE = 120  # ms


class Glide(QVariantAnimation):
    """Its value is (row, column) of the plane under the window's first cell, on the way too."""

    def go(self, start: tuple[float, float], end: tuple[int, int], how: str) -> bool:
        """Set off; False where nothing moves, and the end is there at once.

        Args:
            start, end: From where to where.
            how: ``ease`` slows down at the end, ``even`` is for playing; "" does not glide.
        """
        self.stop()
        ms = theme.duration(SLIDE) if how else 0
        if ms:
            curve = QEasingCurve.Type.Linear if how == "even" else QEasingCurve.Type.OutCubic
            self.setEasingCurve(curve)
            self.setDuration(ms)
            self.setStartValue(QPointF(*start))
            self.setEndValue(QPointF(*end))
            self.start()
        return bool(ms)

    @property
    def running(self) -> bool:
        """True while something is on its way."""
        return self.state() == QVariantAnimation.State.Running
