"""A place for a label whose words change often: what is round it is laid out anew only when its height changes."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class Held(QWidget):
    """Holds a label that wraps. A bare label asks for a new layout of the whole window at every other word.

    Args:
        label: Becomes a child; its width is this widget's.
    """

    def __init__(self, label: QLabel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        label.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _fit(self) -> None:
        height = self.label.heightForWidth(self.width())
        if height < 0:
            height = self.label.sizeHint().height()
        if height != self.maximumHeight():
            self.setFixedHeight(height)
        self.label.setGeometry(0, 0, self.width(), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """The label has other words, or another font."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)
