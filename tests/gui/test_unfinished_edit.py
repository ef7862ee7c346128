"""A number half typed: whatever comes next, it is taken into what it stands in, or refused with a sentence."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.drive import settle
from app.model.project import load
from app.model.timeline import Playhead
from tests.gui.refusals import told
from tests.gui.whole import CONTROL, LEFT, NONE, afresh, click_cell, draw_three, opened, spot

Key = Qt.Key
KEY = "conv1.weight"
CELL = (2, 0, 1, 1)


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("unfinished")) as window:
        yield window


@pytest.fixture
def window(kept, qtbot):
    """A cell of conv1 stands in the stepper."""
    afresh(kept)
    kept.desk.session.hover(None)  # the pointer of the test before
    draw_three(kept)
    click_cell(kept, qtbot, "conv1", (2, 10, 9))
    return kept


def typed(window, qtbot, text: str, row: int = 1, col: int = 1) -> QLineEdit:
    """Click a cell of the kernel and type, without Return; the line that has the focus."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    grid = window.explore.stepper.view.kernel.grid
    qtbot.mouseClick(grid.viewport(), LEFT, NONE, grid.rect_of(row, col).center().toPoint())
    qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    line = QApplication.focusWidget()
    line.selectAll()
    qtbot.keyClicks(line, text)
    return line


def press(code: Key, modifiers=NONE) -> None:
    """On whatever has the focus, as a hand does."""
    QTest.keyClick(QApplication.focusWidget(), code, modifiers)
    settle()


def weight(window, index=CELL) -> float:
    return float(window.desk.session.document.weights[KEY][index])


@pytest.mark.parametrize(("code", "modifiers"), [
    (Key.Key_F10, NONE), (Key.Key_F5, NONE), (Key.Key_F11, NONE), (Key.Key_F9, NONE), (Key.Key_S, CONTROL),
    (Key.Key_F6, NONE)])
def test_a_key_of_the_window_first_takes_what_is_typed(window, qtbot, code, modifiers):
    window.filing.ask_save = lambda *_: None
    typed(window, qtbot, "1.25")
    press(code, modifiers)
    window.desk.player.pause()
    assert weight(window) == 1.25
    assert window.desk.session.results.document.weights[KEY][CELL] == 1.25
    assert not isinstance(QApplication.focusWidget(), QLineEdit)


@pytest.mark.parametrize("text", ["-", "1e", "1-2"])
def test_half_a_number_is_refused_and_the_step_is_made(window, qtbot, text):
    before = weight(window)
    typed(window, qtbot, text)
    press(Key.Key_F10)
    assert weight(window) == before
    assert window.desk.session.playhead.index == (2, 10, 10)
    told(window, "is not a number")


def test_what_is_saved_is_what_was_seen(window, qtbot, tmp_path):
    path = tmp_path / "typed.convscope"
    window.filing.ask_save = lambda *_: path
    typed(window, qtbot, "1.25")
    press(Key.Key_S, CONTROL)
    assert load(path).weights[KEY][CELL] == 1.25
    assert not window.desk.session.modified


def test_who_closes_is_asked_about_what_is_typed(window, qtbot):
    asked = []
    window.filing.ask_unsaved = lambda: (asked.append(weight(window)), "cancel")[1]
    typed(window, qtbot, "1.25")
    assert not window.close()
    assert asked == [1.25]


def test_another_map_under_the_pointer_does_not_get_the_number(window, qtbot):
    line = typed(window, qtbot, "9.5")
    others = window.desk.session.document.weights[KEY][:, 0, 1, 1].copy()
    view = window.explore.network.view.viewport()
    qtbot.mouseMove(view, spot(window, "conv1", (4, 5, 5)))
    settle()
    assert window.desk.session.hovered is not None
    assert QApplication.focusWidget() is line
    press(Key.Key_Return)
    others[2] = 9.5
    assert window.desk.session.document.weights[KEY][:, 0, 1, 1].tolist() == others.tolist()


def test_a_step_to_another_map_takes_it_into_the_map_where_it_was_typed(window, qtbot):
    window.desk.player.set_grain("map")
    typed(window, qtbot, "9.5")
    press(Key.Key_F10)
    press(Key.Key_F10)
    assert window.desk.session.playhead.map == 3
    assert (weight(window), weight(window, (3, 0, 1, 1))) == (9.5, pytest.approx(0.37959, abs=1e-4))


def test_scrubbing_away_takes_it_into_the_layer_where_it_was_typed(window, qtbot):
    second = window.desk.session.document.weights["conv2.weight"]
    typed(window, qtbot, "9.5")
    line = window.explore.transport.timeline
    qtbot.mouseClick(line, LEFT, NONE, line.rect().center())
    settle()
    assert window.desk.session.playhead.node != "conv1"
    assert weight(window) == 9.5
    assert window.desk.session.document.weights["conv2.weight"] is second


def test_the_bias_goes_to_the_filter_beside_which_it_was_typed(window, qtbot):
    bias = window.explore.stepper.view.sums.bias
    qtbot.mouseClick(bias, LEFT)
    bias.selectAll()
    qtbot.keyClicks(bias, "2.5")
    qtbot.mouseMove(window.explore.network.view.viewport(), spot(window, "conv1", (4, 5, 5)))
    settle()
    press(Key.Key_Return)
    assert window.desk.session.document.weights["conv1.bias"][2] == 2.5
    assert window.desk.session.document.weights["conv1.bias"][4] != 2.5


def test_who_begins_to_type_stops_the_playing(window, qtbot):
    window.desk.player.set_speed(0.1)
    window.desk.player.play()
    typed(window, qtbot, "1.25")
    assert not window.desk.player.playing
    press(Key.Key_Return)
    assert weight(window) == 1.25


def test_undo_while_typing_takes_back_the_letters_first(window, qtbot):
    past = len(window.desk.session.history.past)
    before = weight(window)
    typed(window, qtbot, "1.25")
    press(Key.Key_Z, CONTROL)
    assert len(window.desk.session.history.past) == past
    press(Key.Key_Escape)
    assert weight(window) == before


def test_the_undo_button_takes_back_the_number_that_was_being_typed(window, qtbot):
    before = weight(window)
    typed(window, qtbot, "1.25")
    window.desk.action("edit.undo").trigger()
    settle()
    assert weight(window) == before
    window.desk.action("edit.redo").trigger()
    assert weight(window) == 1.25


def test_an_example_opens_after_the_question_and_nothing_is_typed_into_it(window, qtbot):
    asked = []
    window.filing.ask_unsaved = lambda: (asked.append(weight(window)), "discard")[1]
    typed(window, qtbot, "1.25")
    window.desk.action("examples.b1").trigger()
    settle()
    assert asked == [1.25]
    assert not window.desk.session.modified
    assert not isinstance(QApplication.focusWidget(), QLineEdit)


def test_half_a_condition_stays_in_its_line_while_one_steps(window, qtbot):
    window.desk.perform("stops.condition")
    settle()
    line = QApplication.focusWidget()
    assert isinstance(line, QLineEdit)
    line.selectAll()
    qtbot.keyClicks(line, "conv1[2, 1")
    for code in (Key.Key_F10, Key.Key_F10):
        QTest.keyClick(window, code)
    settle()
    assert line.text() == "conv1[2, 1"
    assert window.desk.session.playhead == Playhead("conv1", (2, 10, 11))
    assert window.desk.session.document.stops == ()
