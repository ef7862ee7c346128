"""What is painted once while the selection moves over it."""

from __future__ import annotations

from PySide6.QtWidgets import QGraphicsItem


class Kept:
    """For a graphics item: Qt may keep its picture as it is on the screen.

    A step passes over pictures that stay as they are, so they are kept; a stroke changes them all, and to keep each of
    them would cost it a second painting.
    """

    def keep(self, on: bool) -> None:
        """Whether to keep the picture from now on."""
        modes = QGraphicsItem.CacheMode
        mode = modes.DeviceCoordinateCache if on else modes.NoCache
        if mode != self.cacheMode():  # type: ignore[attr-defined]
            self.setCacheMode(mode)  # type: ignore[attr-defined]
