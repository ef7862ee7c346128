"""The card of a worked example in the window: where to click first, inputs at hand, σ, the race of two orders."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app import examples
from app.drive import settle
from app.model import edits
from app.model.timeline import Playhead
from tests.gui.whole import LEFT, afresh, click_cell, drag, opened
from tests.gui.worked import example, messages


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("examples"), 1366, 722) as window:
        yield window


@pytest.fixture
def window(kept):
    afresh(kept)
    return kept


def take(window, qtbot, name: str) -> None:
    """Click one of the inputs at hand."""
    button = next(b for b in window.explore.example.choices.buttons if b.text() == name)
    qtbot.mouseClick(button, LEFT)


def chosen(window) -> list[str]:
    return [b.text() for b in window.explore.example.choices.buttons if b.isChecked()]


@pytest.mark.parametrize("name", examples.TITLES)
def test_the_card_says_in_a_sentence_or_two_where_to_click_first_and_the_keyboard_goes_there(window, qtbot, name):
    session = example(window, name)
    hint = window.explore.example.hint
    assert 1 <= len(re.findall(r"[.?!](?= |$)", hint.text())) <= 2
    hint.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(hint.hasFocus)
    qtbot.keyClick(hint, Qt.Key.Key_Tab)  # to the link, where it is not there yet
    if not hint.hasFocus():
        hint.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(hint, Qt.Key.Key_Return)
    assert session.playhead == Playhead(*examples.FIRST[name])
    assert window.explore.stepper.isVisible()


def test_a_document_that_is_no_example_has_no_such_card(window):
    example(window, "A1")
    assert window.explore.example.isVisible()
    window.desk.perform("file.new")
    settle()
    assert not window.explore.example.isVisible()


# --- inputs at hand

@pytest.mark.parametrize(("name", "says", "value"), [
    ("figure", "accepted", 4), ("no leg", "refused", -4), ("all white", "refused", -20),
    ("every part everywhere", "refused", -548), ("no penalty", "accepted", 4)])
def test_c3_one_click_brings_each_input_with_its_verdict(window, qtbot, name, says, value):
    session = example(window, "C3")
    take(window, qtbot, "all white")
    take(window, qtbot, name)
    assert session.results.values("dense1")[0] == value
    assert says in window.explore.output.verdict.text()
    assert chosen(window) == [name]


def test_a4_both_patches_are_one_click_away_and_the_same_cell_says_6600_and_0(window, qtbot):
    session = example(window, "A4")
    click_cell(window, qtbot, "conv1", (0, 2, 2))
    shown = window.explore.inspector.value
    for name, text in (("the curve", "6,600"), ("the other shape", "0"), ("both shapes", "6,600")):
        take(window, qtbot, name)
        qtbot.waitUntil(lambda text=text: shown.text() == text)
        assert session.playhead == Playhead("conv1", (0, 2, 2))


def test_an_input_at_hand_is_one_step_of_undo_and_a_typed_number_is_none_of_them(window, qtbot):
    session = example(window, "C3")
    before = session.document
    take(window, qtbot, "every part everywhere")
    assert len(session.history.past) == 1
    assert session.history.past[-1].text == "Take a ready input"
    window.desk.perform("edit.undo")
    assert session.document is before
    assert chosen(window) == ["figure"]
    session.edit(edits.set_input_number, (0, 0, 0), 0.5)
    assert chosen(window) == []
    take(window, qtbot, "figure")
    assert chosen(window) == ["figure"]
    assert np.array_equal(session.document.typed, before.typed)


def test_a_click_on_what_is_there_already_changes_nothing(window, qtbot):
    session = example(window, "B1")
    take(window, qtbot, "1 1 1 0")
    assert not session.modified
    assert chosen(window) == ["1 1 1 0"]


# --- σ

def test_a2_sigma_is_dragged_live_in_one_step_of_undo(window, qtbot):
    session = example(window, "A2")
    knobs = window.explore.example.knobs
    slider = knobs.sliders["sigma"]
    seen = [session.document.weights["gauss9.weight"].max()]

    def see(*_: object) -> None:
        seen.append(session.document.weights["gauss9.weight"].max())

    session.results_changed.connect(see)
    at = QPoint(round(slider.width() * (slider.value() / slider.maximum())), slider.height() // 2)
    before = session.results.values("gauss9").std()
    drag(slider, at, *(QPoint(at.x() + step, at.y()) for step in (8, 16, 24, 32)))
    session.results_changed.disconnect(see)
    assert len(seen) >= 4
    assert seen == sorted(seen, reverse=True)  # a wider bell is lower in the middle
    assert session.results.values("gauss9").std() < before
    assert session.document.weights["gauss9.weight"].sum() == pytest.approx(1)
    assert len(session.history.past) == 1
    sums = [value.text() for _, value in window.explore.output.lines[:4]]
    assert sums == ["1.00"] * 4
    window.desk.perform("edit.undo")
    assert slider.value() / 20 + 0.3 == pytest.approx(1.0)
    assert knobs.fields["sigma"].text() == "1.00"


def test_a2_sigma_is_typed_and_what_is_impossible_is_refused_in_a_sentence(window, qtbot):
    session = example(window, "A2")
    field = window.explore.example.knobs.fields["sigma"]
    said = messages(window)
    for text in ("2.5", "99"):
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert session.document.kernel_names["gauss9", 0, 0] == "gauss(sigma=2.5)"
    assert "sigma = 99" in said[-1]
    assert "0.3 … 4" in said[-1]


def test_the_kernel_panel_has_the_formula_its_slider_and_the_sum(window, qtbot):
    session = example(window, "A2")
    click_cell(window, qtbot, "gauss9", (0, 20, 20))
    window.desk.perform("view.kernel")
    settle()
    panel = window.kernel
    assert panel.knobs.isVisible()
    assert "2πσ²" in panel.formula.text()
    assert panel.sum.text() == "sum 1.00"
    panel.knobs.sliders["sigma"].setFocus()
    qtbot.keyClick(panel.knobs.sliders["sigma"], Qt.Key.Key_Right)
    assert session.document.kernel_names["gauss9", 0, 0] == "gauss(sigma=1.05)"
    assert window.explore.example.knobs.fields["sigma"].text() == "1.05"
    click_cell(window, qtbot, "mean3", (0, 20, 20))
    assert not panel.knobs.isVisible()
    assert panel.sum.text() == "sum 1.00"
    panel.close()


# --- the race

def test_e4_both_orders_are_timed_with_one_click_and_the_window_stays_alive(window, qtbot):
    example(window, "E4")
    output = window.explore.output
    assert output.verdict.text() == "✓ equal to the last bit"
    qtbot.mouseClick(output.race, LEFT)
    assert not output.race.isEnabled()
    qtbot.waitUntil(lambda: all(value.text().endswith(" ms") for _, value in output.lines[:2]), timeout=30000)
    assert output.race.isEnabled()
    assert [value.text().split(" · ")[0] for _, value in output.lines[:2]] == ["64", "16"]
    example(window, "A1")
    assert not output.race.isVisible()
    assert "ms" not in output.lines[0][1].text()


def test_a_race_ends_with_its_document(window, qtbot):
    example(window, "E4")
    output = window.explore.output
    qtbot.mouseClick(output.race, LEFT)
    window.desk.perform("file.new")
    assert not output.job.running
