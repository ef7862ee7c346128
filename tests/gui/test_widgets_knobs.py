"""Sliders of a formula's knobs and choices in rows, as widgets: any formula, any number of knobs and of choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.widgets.choices import Choices
from app.widgets.knob_sliders import KnobSliders
from cnncore.kernels import Formula, Gaussian
from cnncore.op import Array, Shape, knob
from tests.gui.whole import drag

LEFT = Qt.MouseButton.LeftButton


@dataclass(frozen=True)
class Wave(Formula):
    """A formula made up here, with two knobs."""

    kind: ClassVar[str] = "wave"
    symbols: ClassVar[dict[str, str]] = {"length": "λ", "phase": "φ"}
    words: ClassVar[str] = "cos(2πx / λ + φ)"
    length: float = knob(4.0, low=2.0, high=12.0, help="Cells a wave.")
    phase: float = knob(0.0, low=-3.0, high=3.0, help="Where it begins.")

    def fill(self, size: Shape) -> Array:
        return np.broadcast_to(np.cos(2 * np.pi * np.arange(size[-1]) / self.length + self.phase), size).copy()


@pytest.fixture
def sliders(qtbot):
    widget = KnobSliders()
    qtbot.addWidget(widget)
    widget.resize(300, 60)
    widget.show_formula(Wave())
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def test_every_knob_has_a_slider_and_a_number_at_its_place(sliders):
    sliders.show_formula(Wave(length=7.0, phase=-1.5))
    assert {name: slider.value() for name, slider in sliders.sliders.items()} == {"length": 100, "phase": 30}
    assert {name: field.value for name, field in sliders.fields.items()} == {"length": 7.0, "phase": -1.5}
    assert [sliders.sliders["length"].minimum(), sliders.sliders["length"].maximum()] == [0, 200]


def test_another_formula_has_its_own_knobs_and_showing_says_nothing(sliders):
    said = []
    sliders.turned.connect(lambda *turn: said.append(turn))
    sliders.show_formula(Gaussian(2.0))
    assert list(sliders.sliders) == ["sigma"]
    sliders.show_formula(Gaussian(3.0))
    assert said == []


def test_a_drag_is_one_gesture_and_each_key_its_own(sliders, qtbot):
    said = []
    sliders.turned.connect(lambda *turn: said.append(turn))
    slider = sliders.sliders["phase"]
    middle = QPoint(slider.width() // 2, slider.height() // 2)
    drag(slider, middle, middle + QPoint(10, 0), middle + QPoint(20, 0))
    assert len(said) >= 2
    assert {name for name, _, _ in said} == {"phase"}
    assert len({gesture for _, _, gesture in said}) == 1
    assert [value for _, value, _ in said] == sorted(value for _, value, _ in said)
    dragged = said[-1][2]
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert len({dragged, *(gesture for _, _, gesture in said[-2:])}) == 3


def test_a_typed_number_is_exact_and_wrong_text_is_refused(sliders, qtbot):
    said, refused = [], []
    sliders.turned.connect(lambda *turn: said.append(turn))
    sliders.refused.connect(refused.append)
    field = sliders.fields["length"]
    for text in ("3.1416", "1-2"):
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert said == [("length", 3.1416, None)]
    assert "1-2" in str(refused[0])


@pytest.mark.parametrize("width", [60, 120, 190, 600])
def test_choices_take_as_many_rows_as_they_need_and_none_is_cut(qtbot, width):
    choices = Choices("Inputs at hand")
    qtbot.addWidget(choices)
    labels = ["figure", "no leg", "all white", "every part everywhere", "no penalty"]
    choices.set_choices(labels, 1)
    choices.resize(width, choices.heightForWidth(width))
    choices.show()
    qtbot.waitExposed(choices)
    boxes = [button.geometry() for button in choices.buttons]
    assert all(choices.rect().contains(box) for box in boxes)
    assert not [1 for k, a in enumerate(boxes) for b in boxes[:k] if a.intersects(b)]
    assert [button.isChecked() for button in choices.buttons] == [False, True, False, False, False]


def test_a_click_says_which_and_turns_nothing_on_by_itself(qtbot):
    choices = Choices("Inputs at hand")
    qtbot.addWidget(choices)
    choices.set_choices(["figure", "no leg"], 0)
    choices.resize(200, 30)
    choices.show()
    said = []
    choices.chosen.connect(said.append)
    qtbot.mouseClick(choices.buttons[1], LEFT)
    assert said == [1]
    assert [button.isChecked() for button in choices.buttons] == [True, False]
    choices.set_choices(["figure", "no leg"], None)
    assert not any(button.isChecked() for button in choices.buttons)
