"""A typed input in the real window: typed, dragged, pasted and undone, whatever its shape and the window's size."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit

from app import examples
from app.drive import settle
from app.model.example_parts import other, project
from app.model.timeline import Playhead
from tests.gui.stepping import middle
from tests.gui.whole import CONTROL, LEFT, afresh, click_cell, drag, opened, type_into, walk
from tests.gui.worked import example, messages


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("examples")) as window:
        yield window


@pytest.fixture
def window(kept):
    afresh(kept)
    return kept


def test_a_number_is_typed_by_the_keyboard_and_the_result_follows(window, qtbot):
    session = example(window, "A1")
    grid = window.explore.typed.grid
    type_into(qtbot, grid, 0, 2, "11")  # 2 becomes 11: the window's sum 34
    qtbot.waitUntil(lambda: session.document.typed[0, 0, 2] == 11)
    assert session.results.values("conv1")[0, 0, 1] == pytest.approx(34 / 9)
    assert session.modified
    assert grid.currentIndex().row() == 1  # Return goes down
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert session.document.typed[0, 0, 2] == 2
    assert grid.values[0, 2] == 2


def test_tab_goes_on_to_the_next_number_and_digits_begin_an_edit(window, qtbot):
    session = example(window, "C1")
    grid = window.explore.typed.grid
    type_into(qtbot, grid, 0, 0, "1", end=Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: session.document.typed[0, 0, 0] == 1)
    assert (grid.currentIndex().row(), grid.currentIndex().column()) == (0, 1)
    assert isinstance(QApplication.focusWidget(), QLineEdit)  # the next one is open already
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    qtbot.waitUntil(grid.hasFocus)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert grid.currentIndex().column() == 2
    qtbot.keyClick(grid, "5")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.document.typed[0, 0, 2] == 5)


def test_a_drag_is_one_step_of_undo(window):
    session = example(window, "B1")
    grid = window.explore.typed.grid
    at = middle(grid.rect_of(0, 3))
    drag(grid.viewport(), at, *(at - QPoint(0, 10 * k) for k in range(1, 6)))
    assert session.document.typed[0, 3] > 0
    assert session.results.values("conv1")[0, 3] > 1
    window.desk.perform("edit.undo")
    assert session.document.typed.tolist() == [[1, 1, 1, 0]]
    assert not session.modified


def test_a_table_is_pasted_from_a_spreadsheet(window, qtbot):
    session = example(window, "C1")
    grid = window.explore.typed.grid
    QGuiApplication.clipboard().setText("7\t8\r\n9\t10\r\n")
    grid.setFocus()
    grid.setCurrentIndex(grid.numbers.index(3, 3))
    qtbot.keyClick(grid, Qt.Key.Key_V, CONTROL)
    assert session.document.typed[0, 3:, 3:].tolist() == [[7, 8], [9, 10]]
    grid.setCurrentIndex(grid.numbers.index(4, 4))
    said = messages(window)
    qtbot.keyClick(grid, Qt.Key.Key_V, CONTROL)
    assert "2 × 2" in said[-1]
    assert session.document.typed[0, 4, 4] == 10


def paste(window, qtbot, text: str, at: tuple[int, int] = (0, 0)) -> None:
    """Put a text on the clipboard, the cursor on a cell, and press the keys."""
    grid = window.explore.typed.grid
    QGuiApplication.clipboard().setText(text)
    grid.setFocus()
    grid.setCurrentIndex(grid.numbers.index(*at))
    qtbot.keyClick(grid, Qt.Key.Key_V, CONTROL)


@pytest.mark.parametrize("text", ["1,2\n3,4", "[[1, 2], [3, 4]]", "array([[1., 2.],\n       [3., 4.]])", "1 2\n3 4",
                                  "1;2\r\n3;4"])
def test_csv_and_numpy_text_are_pasted_too_in_one_step_of_undo(window, qtbot, text):
    session = example(window, "C1")
    before = session.document
    paste(window, qtbot, text, (1, 2))
    assert session.document.typed[0, 1:3, 2:4].tolist() == [[1, 2], [3, 4]]
    assert len(session.history.past) == 1
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert session.document is before
    assert window.explore.typed.grid.values.tolist() == before.typed[0].tolist()


def test_in_one_dimension_a_row_or_a_column_is_the_row(window, qtbot):
    session = example(window, "B1")
    paste(window, qtbot, "5\n6\n7\n8")
    assert session.document.typed.tolist() == [[5, 6, 7, 8]]
    paste(window, qtbot, "[1, 2, 3, 4]")
    assert session.document.typed.tolist() == [[1, 2, 3, 4]]
    assert session.results.values("conv1").tolist() == [[3, 6, 9, 7]]


def test_all_three_channels_are_pasted_at_once_and_one_channel_into_the_one_that_is_shown(window, qtbot):
    session = example(window, "D3")
    values = np.arange(75, dtype=np.float32).reshape(3, 5, 5)
    paste(window, qtbot, repr(values.tolist()))
    np.testing.assert_array_equal(session.document.typed, values)
    qtbot.mouseClick(window.explore.typed.choosers[0][1].button(2), LEFT)
    paste(window, qtbot, str(values[0]))
    np.testing.assert_array_equal(session.document.typed, values[[0, 1, 0]])


@pytest.mark.parametrize(("text", "words"), [
    ("1,2\nx,4", ("“x”", "row 1, column 0")), ("nan 1", ("“nan”",)), ("[[1, 2], [3]]", ("lengths",)),
    ("\n".join([" ".join("1" * 6)] * 6), ("6 × 6", "5 × 5")), ("1e9", ("1e+09", "10,000")), ("", ("no number",)),
    ("[[[1, 2], [3, 4]]]", ("1×2×2", "1×5×5")), ("hello", ("“hello”",)), ("1\t\t2", ("“”", "column 1")),
])
def test_a_paste_that_is_no_input_is_told_in_a_sentence_and_nothing_is_lost(window, qtbot, text, words):
    session = example(window, "C1")
    before, said = session.document, messages(window)
    paste(window, qtbot, text)
    assert session.document is before
    assert len(said) == 1
    assert all(word in said[0] for word in words), said[0]
    np.testing.assert_array_equal(window.explore.typed.grid.values, before.typed[0])


def test_a_picture_takes_a_paste_at_its_ring_and_all_its_channels_at_once(window, qtbot):
    session = example(window, "D2")
    panel = window.explore.typed
    qtbot.mouseClick(panel.map, LEFT, pos=middle(panel.map.rect_of(3, 4)))
    QGuiApplication.clipboard().setText("7,8\n9,6")
    qtbot.keyClick(panel.map, Qt.Key.Key_V, CONTROL)
    assert session.document.typed[0, 3:5, 4:6].tolist() == [[7, 8], [9, 6]]
    QGuiApplication.clipboard().setText(repr(np.full((3, 32, 32), 0.25).tolist()))
    qtbot.keyClick(panel.map, Qt.Key.Key_V, CONTROL)
    assert (session.document.typed == 0.25).all()
    said = messages(window)
    QGuiApplication.clipboard().setText("nan")
    qtbot.keyClick(panel.map, Qt.Key.Key_V, CONTROL)
    assert "“nan”" in said[-1]
    assert (session.document.typed == 0.25).all()


@pytest.mark.parametrize("text", ["nan", "--1", "1e99", "1.2.3"])
def test_wrong_text_in_a_cell_is_refused_and_the_number_stays(window, qtbot, text):
    session = example(window, "B1")
    said = messages(window)
    type_into(qtbot, window.explore.typed.grid, 0, 1, text)
    qtbot.waitUntil(lambda: bool(said))
    assert session.document.typed.tolist() == [[1, 1, 1, 0]]
    assert window.explore.typed.grid.values[0, 1] == 1


def test_a_number_out_of_range_is_refused_in_a_sentence_and_nothing_changes(window, qtbot):
    session = example(window, "A1")
    said = messages(window)
    type_into(qtbot, window.explore.typed.grid, 0, 0, "1e9")
    qtbot.waitUntil(lambda: bool(said))
    assert "10,000" in said[-1]
    assert session.document.typed[0, 0, 0] == 1
    assert window.explore.typed.grid.values[0, 0] == 1


def test_a_large_input_is_a_picture_whose_chosen_number_is_typed_under_it(window, qtbot):
    session = example(window, "A2")
    panel = window.explore.typed
    assert panel.map.isVisible()
    assert not panel.grid.isVisible()
    qtbot.mouseClick(panel.map, LEFT, pos=middle(panel.map.rect_of(12, 30)))
    assert panel.numbers.name.text() == "input[0, 12, 30]"
    qtbot.keyClick(panel.map, "7")
    assert panel.numbers.field.hasFocus()
    qtbot.keyClick(panel.numbers.field, Qt.Key.Key_Return)
    assert session.document.typed[0, 12, 30] == 7
    assert session.results.values("mean3")[0, 12, 30] > 0.7
    qtbot.waitUntil(panel.map.hasFocus)
    qtbot.keyClick(panel.map, Qt.Key.Key_Right)
    assert panel.numbers.name.text() == "input[0, 12, 31]"


def test_a_channel_is_chosen_and_its_numbers_are_those_of_the_array(window, qtbot):
    session = example(window, "D3")
    panel = window.explore.typed
    _, few, box = panel.choosers[0]
    assert few.isVisible()
    assert not box.isVisible()
    assert not panel.choosers[1][0].isVisible()
    qtbot.mouseClick(few.button(1), LEFT)
    np.testing.assert_array_equal(panel.grid.values, session.document.typed[1])
    type_into(qtbot, panel.grid, 4, 0, "9")
    qtbot.waitUntil(lambda: session.document.typed[1, 4, 0] == 9)


def test_the_grid_shows_the_window_of_the_selected_number_in_its_channel(window, qtbot):
    example(window, "E3")
    panel = window.explore.typed
    click_cell(window, qtbot, "max_3x3", (1, 0, 1))
    assert panel.choosers[0][1].value == 1
    assert panel.grid._window == (0, 3, 3, 3)
    window.desk.session.select(None)
    assert panel.grid._window is None


def test_hovering_the_grid_moves_the_cursor_in_the_network(window, qtbot):
    session = example(window, "A1")
    grid = window.explore.typed.grid
    qtbot.mouseMove(grid.viewport(), middle(grid.rect_of(2, 5)))
    assert session.hovered == Playhead("input", (0, 2, 5))
    session.hover(Playhead("input", (0, 6, 6)))
    assert grid._hover == (6, 6)


def test_many_channels_and_a_volume_are_shown_one_slice_at_a_time(window, qtbot):
    values = np.arange(6 * 2 * 3 * 4, dtype=np.float32).reshape(6, 2, 3, 4)
    mean = other("pool1", "meanpool", window=2, stride=1)
    window.desk.session.open(project("volume", values, mean), None)
    settle()
    panel = window.explore.typed
    (_, _, channel), (_, piece, _) = panel.choosers
    assert channel.isVisible()
    assert piece.isVisible()
    channel.setFocus()
    qtbot.keyClick(channel, Qt.Key.Key_Up)
    qtbot.mouseClick(piece.button(1), LEFT)
    np.testing.assert_array_equal(panel.grid.values, values[1, 1])
    type_into(qtbot, panel.grid, 2, 3, "-1")
    qtbot.waitUntil(lambda: window.desk.session.document.typed[1, 1, 2, 3] == -1)


@pytest.mark.parametrize(("language", "size"), [("english", (1366, 722)), ("english", (1920, 1000)),
                                                ("english", (1180, 660)), ("chinese", (1366, 722))])
def test_nothing_on_the_left_of_any_example_is_cut_or_covered(window, qtbot, language, size):
    window.desk.perform(f"view.{language}")
    window.resize(*size)
    for name in examples.TITLES:
        example(window, name)
        qtbot.waitUntil(lambda: whole_cards(window))
    window.desk.perform("view.english")
    window.resize(1366, 700)
    settle()


def whole_cards(window) -> bool:
    """Whether input, example and output stand under one another, each with all its parts inside."""
    explore = window.explore
    cards = [explore.typed, explore.example, explore.output]
    hint, shown, stage = explore.example.hint, explore.typed.numbers.shown, explore.typed.numbers.stage
    inside = all(card.rect().contains(QRect(part.mapTo(card, QPoint(0, 0)), part.size()))
                 for card in cards for part in walk(card))
    return (inside and hint.height() >= hint.heightForWidth(hint.width()) and shown.height() <= stage.height()
            and 0 <= shown.x() <= shown.x() + shown.width() <= stage.width()
            and all(a.geometry().bottom() < b.y() for a, b in pairwise(cards)))
