"""Amid the terms of a number: what is added up so far stands there, and the number itself is not known yet."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication

from app import i18n, numbers
from app.model.timeline import LOSS, Playhead, named
from app.panels.inspector import InspectorPanel
from tests.gui.printed import comes_to
from tests.gui.stepping import opened, show

CELL = Playhead("conv1", (2, 10, 9))


@pytest.fixture
def stepper(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, CELL)
    desk.player.set_grain("term")
    return panel


def test_a_cell_that_was_selected_is_gone_through_and_one_that_is_done_is_stepped_over(stepper, desk):
    desk.perform("stepper.forward")
    assert desk.session.playhead == Playhead("conv1", (2, 10, 9), 0)
    desk.perform("stepper.back")
    assert desk.session.playhead == CELL
    desk.session.select(Playhead("conv1", (2, 10, 9), 24))
    desk.perform("stepper.forward")
    assert desk.session.playhead == Playhead("conv1", (2, 10, 10), 0)
    desk.perform("stepper.back")
    assert desk.session.playhead == CELL, "it is done"
    desk.perform("stepper.forward")
    assert desk.session.playhead == Playhead("conv1", (2, 10, 10), 0)
    desk.session.select(CELL)
    desk.perform("stepper.into")
    assert desk.session.playhead == Playhead("conv1", (2, 10, 9), 0)
    desk.session.select(CELL)
    desk.perform("stepper.back")
    assert desk.session.playhead == Playhead("conv1", (2, 10, 9), 24)


def test_from_nothing_the_first_term_of_the_first_cell_comes_first(stepper, desk):
    desk.session.select(None)
    desk.perform("stepper.forward")
    assert desk.session.playhead == Playhead("conv1", (0, 0, 0), 0)


def test_amid_its_terms_the_cell_is_hatched_and_the_line_ends_in_the_sum_so_far(stepper, desk):
    trace, output = desk.session.trace(), stepper.view.output.map
    before = output.grab().toImage(), stepper.formula.text
    for term in range(24):
        desk.perform("stepper.into" if not term else "stepper.forward")
        assert desk.session.playhead.term == term
        text = stepper.formula.text
        assert text.endswith(" so far")
        sum_, result = text.removesuffix(" so far").rpartition(" = ")[::2]
        assert result == numbers.figure(float(trace.partial_sums[term]))
        assert numbers.figure(comes_to(sum_.partition(" = ")[2])) == result
        assert output.grab().toImage() != before[0], "its own cell is not computed yet"
    desk.perform("stepper.forward")
    assert desk.session.playhead.term == 24
    assert (output.grab().toImage(), stepper.formula.text) == before


@pytest.mark.parametrize(("head", "start"), [(Playhead("pool1", (2, 5, 4), 1), "y = max(x) = max("),
                                             (Playhead("softmax", (3,), 4), "Σ exp(x − max) = ")])
def test_other_kinds_say_what_they_have_so_far(stepper, desk, head, start):
    desk.session.select(head)
    assert stepper.formula.text.startswith(start)
    assert stepper.formula.text.endswith(" so far")
    i18n.set_language("zh_CN")
    try:
        stepper.retranslate()
        assert stepper.formula.text.endswith(" 到目前")
    finally:
        i18n.set_language("en")


@pytest.mark.parametrize(("head", "name"), [(Playhead(LOSS, (3,), None, "input0", "backward"), "∂L/∂scores[3]"),
                                            (Playhead("relu2", (1, 2, 3), None, "input0", "backward"),
                                             "∂L/∂conv2[1, 2, 3]")])
def test_a_gradient_has_one_name_in_every_place(desk, qtbot, head, name):
    panel = opened(desk, qtbot, desk.session.document, head)
    inspector = InspectorPanel(desk)
    show(qtbot, inspector, 300, 700)
    assert panel.cell.text() == name
    assert inspector.cell.text() == name
    assert named(desk.session.view.network, head) == name
    desk.perform("edit.copy_code")
    assert f"# {name} = " in QGuiApplication.clipboard().text()
