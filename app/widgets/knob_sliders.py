"""The knobs of a formula, a slider and a number each."""

from __future__ import annotations

import itertools
import math

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSlider, QWidget

from app import theme
from app.i18n import tr
from app.widgets.labels import Label
from app.widgets.number_field import NumberField
from cnncore.kernels import Formula
from cnncore.op import Knob

STEPS = 20  # a unit
NUMBER = 44  # px of its number

_gestures = itertools.count(1)


class KnobSliders(QWidget):
    """Changes nothing itself: what a person does leaves by `turned`, and comes back through `show_formula`."""

    turned = Signal(str, float, object)  # knob, value, gesture: one drag has one
    refused = Signal(object)  # CnnError

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sliders: dict[str, QSlider] = {}
        self.fields: dict[str, NumberField] = {}
        self._labels: dict[str, Label] = {}
        self._knobs: dict[str, Knob] = {}
        self._kind, self._gesture = "", 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)

    def show_formula(self, formula: Formula) -> None:
        """Show where the knobs of a formula stand."""
        if formula.kind != self._kind:
            self._build(formula)
        for name, value in formula.settings().items():
            with QSignalBlocker(self.sliders[name]):
                self.sliders[name].setValue(round((value - self._low(name)) * STEPS))
            self.fields[name].set_value(value)

    def _low(self, name: str) -> float:
        return self._knobs[name].low or 0.0

    def _build(self, formula: Formula) -> None:
        for widget in (*self._labels.values(), *self.sliders.values(), *self.fields.values()):
            self._grid.removeWidget(widget)
            widget.deleteLater()
        self._kind, self._knobs = formula.kind, formula.knobs()
        self._labels, self.sliders, self.fields = {}, {}, {}
        for row, (name, knob) in enumerate(self._knobs.items()):
            label, slider, field = Label("", "text", mono=True), QSlider(Qt.Orientation.Horizontal), NumberField()
            label.setText(formula.symbols.get(name, name))
            slider.setObjectName(f"knob_{name}")
            field.setObjectName(f"knob_{name}_number")
            slider.setRange(0, math.floor(((knob.high or 1.0) - self._low(name)) * STEPS))
            slider.setPageStep(STEPS // 4)
            slider.setMinimumWidth(theme.size(40))
            slider.sliderPressed.connect(self._begin)
            slider.sliderReleased.connect(self._end)
            slider.valueChanged.connect(lambda step, n=name: self._turn(n, round(self._low(n) + step / STEPS, 6)))
            field.setFixedWidth(theme.size(NUMBER))
            field.entered.connect(lambda value, n=name: self.turned.emit(n, value, None))
            field.refused.connect(self.refused)
            for col, widget in enumerate((label, slider, field)):
                self._grid.addWidget(widget, row, col)
            self._labels[name], self.sliders[name], self.fields[name] = label, slider, field
        self.retranslate()

    def _begin(self) -> None:
        self._gesture = next(_gestures)

    def _end(self) -> None:
        self._gesture = 0

    def _turn(self, name: str, value: float) -> None:
        self.turned.emit(name, value, self._gesture or next(_gestures))

    def retranslate(self) -> None:
        """What each does, in the language of now."""
        for name, knob in self._knobs.items():
            text = f"{self._labels[name].text()}: {tr(knob.help)}"
            self._labels[name].setToolTip(text)
            self.sliders[name].setAccessibleName(text)
            self.fields[name].setAccessibleName(text)
            self.fields[name].setFixedWidth(theme.size(NUMBER))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "_grid"):
            self.retranslate()
