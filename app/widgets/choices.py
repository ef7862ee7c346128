"""Choices with names of any length, side by side and in as many rows as they need."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from app import theme
from app.i18n import tr

HIGH, GAP = 24, 4


class Choices(QWidget):
    """One of several, or none of them, is on; a click says which. It turns none on itself.

    Args:
        name: English key for people who hear it.
    """

    chosen = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("choices")
        self._name, self._labels = name, ()
        self.buttons: list[QToolButton] = []
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_choices(self, labels: Sequence[str], on: int | None) -> None:
        """Show these, English keys; ``on``: which is true now."""
        if tuple(labels) != self._labels:
            self._labels: tuple[str, ...] = tuple(labels)
            for button in self.buttons:
                button.hide()
                button.deleteLater()
            self.buttons = [self._button(k) for k in range(len(labels))]
            self.retranslate()
        for k, button in enumerate(self.buttons):
            button.setChecked(k == on)

    def _button(self, k: int) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"choice_{k}")
        button.setProperty("small", True)
        button.setProperty("chip", True)
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.clicked.connect(lambda: self._choose(k))
        button.show()
        return button

    def _choose(self, k: int) -> None:
        self.buttons[k].setChecked(not self.buttons[k].isChecked())  # whoever listens says what is on
        self.chosen.emit(k)

    # --- geometry

    def _rects(self, width: int) -> list[QRect]:
        x = y = 0
        out = []
        for button in self.buttons:
            button.ensurePolished()
            wide = min(button.sizeHint().width(), max(width, 1))
            if x and x + wide > width:
                x, y = 0, y + theme.size(HIGH) + GAP
            out.append(QRect(x, y, wide, theme.size(HIGH)))
            x += wide + GAP
        return out

    def heightForWidth(self, width: int) -> int:
        """Of all rows."""
        rects = self._rects(width)
        return rects[-1].bottom() + 1 if rects else 0

    def sizeHint(self) -> QSize:
        return QSize(theme.size(160), self.heightForWidth(max(self.width(), 1)))

    def minimumSizeHint(self) -> QSize:
        return QSize(1, 0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        for button, rect in zip(self.buttons, self._rects(self.width()), strict=True):
            button.setGeometry(rect)
        self.updateGeometry()

    def retranslate(self) -> None:
        """Texts in the language of now."""
        self.setAccessibleName(tr(self._name))
        for button, label in zip(self.buttons, self._labels, strict=True):
            button.setText(tr(label))
            button.setToolTip(tr(label))
            button.setAccessibleName(f"{tr(self._name)}: {tr(label)}")
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "buttons"):
            self.retranslate()
