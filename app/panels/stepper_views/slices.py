"""Which slice of a volume is looked at: a slider in the stepper's header."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from app import theme
from app.i18n import N_, tr
from app.model.timeline import Playhead, is_input
from app.widgets.labels import Label
from cnncore.op import Shape

WIDE = 84


class Slices(QWidget):
    """Tells the playhead at the same place of another slice; hidden where there are none."""

    chosen = Signal(object)  # Playhead

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        self.said = Label("", "secondary")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("slice_slider")
        self.slider.setPageStep(1)
        line.addWidget(self.said)
        line.addWidget(self.slider)
        self._head: Playhead | None = None
        self.slider.valueChanged.connect(self._moved)
        self._dress()
        self.hide()

    def show_head(self, head: Playhead, shape: Shape) -> None:
        """The slice that a number lies in."""
        outer = 1 if head.target == "output" or is_input(head.target) else 2  # axes before those of space
        volume = len(shape) - outer == 3
        if volume:
            self._head = None
            self.slider.setRange(0, shape[-3] - 1)
            self.slider.setValue(head.index[-3])
            self.said.set_text(N_("slice {k} of {n}, from 0"), k=head.index[-3], n=shape[-3])
            self._head = head
        if self.isHidden() == volume:
            self.setVisible(volume)

    def _moved(self, k: int) -> None:
        if self._head is not None and k != self._head.index[-3]:
            index = (*self._head.index[:-3], k, *self._head.index[-2:])
            self.chosen.emit(dataclasses.replace(self._head, index=index, term=None))

    def _dress(self) -> None:
        self.slider.setFixedWidth(theme.size(WIDE))
        self.slider.setAccessibleName(tr("Slice of the volume"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "_head"):
            self._dress()
