"""The worked examples in the real window: opened from their menu, stepped to their figures, changed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit

from app import examples, numbers
from app.drive import settle
from app.menus import palette_rows
from app.model.example_parts import other, project
from app.model.project import load
from app.model.timeline import Playhead
from tests.gui.stepping import middle
from tests.gui.whole import CONTROL, LEFT, afresh, click_cell, drag, opened, type_into

# What the stepper's number is at one cell of each example.
FIGURES = {
    "A1": ("conv1", (0, 0, 1), 25 / 9), "A2": ("mean3", (0, 10, 34), None), "A4": ("conv1", (0, 2, 2), 6600),
    "B1": ("conv1", (0, 1), 3), "B2": ("conv1", (1, 3), 2), "C1": ("conv1", (0, 2, 3), 3),
    "C2": ("conv2", (0, 0, 3), 10), "C3": ("dense1", (0,), 4), "D1": ("stride_3", (0, 1, 1), None),
    "D2": ("filters_3", (2, 27, 27), None), "D3": ("conv1", (0, 1, 1), -3), "E3": ("max_3x3", (0, 1, 2), None),
    "E4": ("both", (1, 3, 3), None),
}


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("examples")) as window:
        yield window


@pytest.fixture
def window(kept):
    afresh(kept)
    return kept


def example(window, name: str):
    """Open an example as the menu does; the session."""
    window.desk.action(f"examples.{name.lower()}").trigger()
    settle()
    return window.desk.session


def messages(window) -> list[str]:
    said: list[str] = []
    window.desk.messages.shown.connect(lambda message: said.append(message.text))
    return said


@pytest.mark.parametrize("name", examples.TITLES)
def test_the_example_opens_from_its_action_and_the_stepper_shows_the_figure(window, qtbot, name):
    session = example(window, name)
    assert session.view.network.name == name
    assert window.windowTitle().startswith(examples.TITLES[name])
    assert window.header.file.toolTip() == "Not saved yet"
    assert not session.modified
    node, index, figure = FIGURES[name]
    click_cell(window, qtbot, node, index)
    assert session.playhead == Playhead(node, index)
    value = float(session.results.values(node)[index])
    assert figure is None or value == pytest.approx(figure)
    assert window.explore.inspector.value.text() == numbers.figure(value)
    assert window.explore.stepper.isVisible()


@pytest.mark.parametrize("name", examples.TITLES)
def test_the_example_plays_to_its_last_layer_and_back(window, name):
    session = example(window, name)
    nodes = []
    while session.step("layer"):
        nodes.append(session.playhead.node)
        settle()
    while session.step("layer", -1):
        settle()
    first = session.playhead.node
    assert set(nodes) | {first} == {n.name for n in session.view.network.nodes if n.op.kind != "flatten"}
    assert window.banner.message is None


def test_the_network_shows_the_maps_of_a_network_without_classes(window):
    example(window, "A1")
    picture = window.explore.network.pictures()["conv1"]
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 5
    example(window, "B2")
    pictures = window.explore.network.pictures()
    assert pictures.keys() == {"input", "conv1", "keepmax1"}
    places = {p.column.node: p for p in window.explore.network.view.frame.places}
    _, _, width, height = places["conv1"].cell_rect((0, 0))
    assert height <= 2 * width  # a row of cells, not of columns


def test_every_example_stands_in_its_menu_and_in_the_palette(window):
    menu = next(m for m in window.menus.root.actions() if m.text() == "Examples").menu()
    assert [a.text() for a in menu.actions() if not a.isSeparator()] == list(examples.TITLES.values())
    names = {row.name for row in palette_rows(window.desk)}
    assert {f"examples.{name.lower()}" for name in examples.TITLES} <= names


# --- the input by hand

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


# --- what has no classes says so

def test_the_cards_say_what_is_true_without_classes(window):
    example(window, "A1")
    explore = window.explore
    assert not explore.canvas.isVisible()
    assert not explore.sees.isVisible()
    assert not explore.answer.isVisible()
    assert explore.output.lines[0][0].text() == "conv1[0, 2, 0]"
    assert explore.output.lines[0][1].text() == "6.00"
    assert "25" in explore.output.hint.text()


def test_a_largest_number_leads_to_how_it_is_made(window, qtbot):
    session = example(window, "C2")
    qtbot.mouseClick(window.explore.output.lines[0][0], LEFT)
    assert session.playhead == Playhead("conv2", (0, 0, 3))


def test_training_is_blocked_with_the_reason(window, qtbot):
    session = example(window, "C1")
    said = messages(window)
    window.desk.perform("view.train")
    settle()
    assert "cannot be trained" in window.train.training.reason_text.text()
    assert not window.train.training.toggle.isEnabled()
    window.desk.perform("training.toggle")
    assert "keepmax1" in said[-1]
    assert session.run is None
    assert "no classes" in window.train.now.empty.text()
    assert not window.train.canvas.isVisible()
    assert window.train.typed.isVisible()
    qtbot.mouseClick(window.train.training.mend, LEFT)
    assert window.train.canvas.isVisible()
    assert window.train.samples.isVisible()
    assert not window.train.typed.isVisible()


def test_the_gradients_are_blocked_with_the_reason(window):
    example(window, "C1")
    button = window.explore.network.switch.button("gradients")
    assert not button.isEnabled()
    assert "no classes" in button.toolTip()
    afresh(window)
    assert button.isEnabled()


def test_what_belongs_to_the_canvas_is_blocked(window):
    example(window, "B1")
    for name in ("canvas.pen", "canvas.clear", "canvas.invert", "samples.add_1"):
        assert "typed" in window.desk.reason(name), name


def test_all_zeros_are_an_input_like_any_other(window):
    session = example(window, "B1")
    for k in range(3):
        window.explore.typed._edit(0, k, 0.0, None)
    assert not session.results.blank
    assert window.explore.output.lines[0][1].text() == "0"


# --- opening, saving

def test_unsaved_changes_are_asked_about(window):
    session = example(window, "A1")
    window.explore.typed._edit(0, 0, 5.0, None)
    asked = []
    window.filing.ask_unsaved = lambda: asked.append(1) or "cancel"
    example(window, "B1")
    assert asked
    assert session.view.network.name == "A1"
    window.filing.ask_unsaved = lambda: "discard"
    example(window, "B1")
    assert session.view.network.name == "B1"


def test_saving_asks_for_a_place_and_what_is_opened_again_is_the_same(window, tmp_path):
    session = example(window, "A1")
    before = examples.find("A1").read_bytes()
    window.explore.typed._edit(0, 0, 5.0, None)
    place = tmp_path / "mine.convscope"
    window.filing.ask_save = lambda title, suffix: place
    assert window.desk.perform("file.save")
    assert session.path == place
    assert window.windowTitle().startswith("mine.convscope")
    assert examples.find("A1").read_bytes() == before
    afresh(window)
    assert window.explore.canvas.isVisible()
    window.filing.open_path(place)
    settle()
    assert session.document.typed[0, 0, 0] == 5
    assert window.explore.typed.isVisible()
    assert window.explore.typed.grid.values[0, 0] == 5
    np.testing.assert_array_equal(load(place).typed, session.document.typed)


def test_a_shipped_file_that_is_opened_as_a_file_is_not_written_over(window):
    window.filing.open_path(examples.find("C2"))
    assert window.desk.session.path is None
    assert window.filing.name() == "C2 A head out of lines"
    assert examples.find("C2") not in window.desk.settings.recent


def test_a_picture_has_no_place_in_a_typed_input(window, tmp_path):
    from PIL import Image

    session = example(window, "B1")
    Image.fromarray(np.full((20, 20), 99, np.uint8)).save(tmp_path / "x.png")
    said = messages(window)
    assert not window.desk.attempt(window.filing.open_path, tmp_path / "x.png")
    assert "typed as numbers" in said[-1]
    assert not session.modified


def test_a_new_document_has_its_canvas_back(window):
    example(window, "D2")
    window.desk.perform("file.new")
    settle()
    explore = window.explore
    assert explore.canvas.isVisible()
    assert explore.sees.isVisible()
    assert explore.answer.isVisible()
    assert not explore.typed.isVisible()
    assert not explore.output.isVisible()
    assert window.filing.name() == "Untitled"


@pytest.mark.parametrize("size", [(1366, 700), (1920, 1000), (1180, 660)])
@pytest.mark.parametrize("name", ["A1", "C3", "D2", "E4"])
def test_nothing_of_the_input_is_cut_in_any_window(window, qtbot, name, size):
    example(window, name)
    window.resize(*size)
    settle()
    panel = window.explore.typed
    shown = panel.numbers.shown
    assert shown.isVisible()
    assert shown.x() >= 0
    assert shown.x() + shown.width() <= panel.numbers.stage.width()
    assert shown.height() <= panel.numbers.stage.height()
    output = window.explore.output
    assert output.hint.isVisible()
    assert output.hint.geometry().bottom() <= output.height()
    window.resize(1366, 700)
    settle()


def test_in_chinese_the_menu_the_title_and_the_cards_are_chinese(window):
    example(window, "A1")
    window.desk.perform("view.chinese")
    settle()
    assert window.windowTitle().startswith("A1 平滑就是加权和")
    assert window.desk.action("examples.c1").text() == "C1 线条检测器"
    assert "点击" in window.explore.output.hint.text()
    assert window.explore.typed.title.text() == "输入"
    window.desk.perform("view.english")
    settle()
    assert QApplication.activeModalWidget() is None
