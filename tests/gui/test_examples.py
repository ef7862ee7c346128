"""The worked examples in the real window: opened from their menu, stepped to their figures, changed by hand."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QLabel

from app import examples, numbers
from app.cli import main
from app.drive import settle
from app.menus import palette_rows
from app.model.project import load
from app.model.timeline import Playhead
from tests.gui.whole import LEFT, afresh, click_cell, opened
from tests.gui.worked import example, messages

# What the stepper's number is at one cell of each example.
FIGURES = {
    "A1": ("conv1", (0, 0, 1), 25 / 9), "A2": ("mean3", (0, 10, 36), 1), "A4": ("conv1", (0, 2, 2), 6600),
    "B1": ("conv1", (0, 1), 3), "B2": ("conv1", (1, 3), 2), "C1": ("conv1", (0, 2, 3), 3),
    "C2": ("conv2", (0, 0, 3), 10), "C3": ("dense1", (0,), 4), "D1": ("stride_3", (0, 1, 1), 41),
    "D2": ("filters_3", (2, 27, 27), None), "D3": ("conv1", (0, 1, 1), -3), "E3": ("max_3x3", (0, 1, 2), 8),
    "E4": ("both", (1, 3, 3), 5),
}


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("examples")) as window:
        yield window


@pytest.fixture
def window(kept):
    afresh(kept)
    return kept


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


# --- what has no classes says so

def test_the_cards_say_what_is_true_without_classes(window):
    example(window, "A1")
    explore = window.explore
    assert not explore.canvas.isVisible()
    assert not explore.sees.isVisible()
    assert not explore.answer.isVisible()
    assert explore.output.lines[2][0].text() == "conv1[0, 2, 0]"
    assert explore.output.lines[2][1].text() == "54/9=6.00≈6"
    assert "25" in explore.example.hint.text()
    assert not explore.output.hint.isVisible()


def test_the_inspector_says_nothing_of_classes_nor_of_what_is_not_read(window, qtbot):
    example(window, "E4")
    click_cell(window, qtbot, "both", (1, 0, 2))
    said = " ".join(label.text() for label in window.explore.inspector.findChildren(QLabel) if label.isVisible())
    assert "relu2" in said
    assert "pool1" not in said
    assert "share" not in said
    assert not window.explore.inspector.gradient.isVisible()


def test_no_gradient_of_the_network_before_stays_in_the_inspector(window, qtbot):
    window.desk.session.select(Playhead("conv1", (0, 3, 3)))
    qtbot.waitUntil(window.explore.inspector.gradient.isVisible)
    example(window, "E4")
    window.desk.session.select(Playhead("both", (1, 0, 2)))
    assert not window.explore.inspector.gradient.isVisible()


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


def test_in_chinese_the_menu_the_title_and_the_cards_are_chinese(window):
    example(window, "A1")
    window.desk.perform("view.chinese")
    settle()
    assert window.windowTitle().startswith("A1 平滑就是加权和")
    assert window.desk.action("examples.c1").text() == "C1 线条检测器"
    assert "点击" in window.explore.example.hint.text()
    assert window.explore.example.title.text() == "看什么"
    assert window.explore.example.choices.buttons[1].text() == "单独一个 9"
    assert window.explore.typed.title.text() == "输入"
    example(window, "C3")
    settle()
    assert window.explore.network.view.bars.labels == ("人",)
    assert window.desk.session.document.labels == ("person",)  # the file's own is not touched
    window.desk.perform("view.english")
    settle()
    assert window.explore.network.view.bars.labels == ("person",)
    assert QApplication.activeModalWidget() is None


@pytest.mark.parametrize("word", ["c1", "C1", "C1.convscope"])
def test_the_command_line_takes_the_letters(word, monkeypatch, tmp_path):
    opened_with = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("app.main_window.run", lambda file: opened_with.append(file) or 0)
    assert main([word]) == 0
    assert opened_with == [examples.find("C1")]


def test_a_file_of_one_s_own_goes_before_an_example(monkeypatch, tmp_path):
    opened_with = []
    (tmp_path / "C1").write_bytes(b"mine")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("app.main_window.run", lambda file: opened_with.append(file) or 0)
    assert main(["C1"]) == 0
    assert str(opened_with[0]) == "C1"


def test_a_typed_input_that_is_kept_is_changed_and_not_drawn(window, qtbot):
    example(window, "C2")
    with qtbot.waitSignal(window.desk.messages.shown) as caught:
        window.desk.perform("compare.keep")
    assert "Change a number" in caught.args[0].text
    assert "raw another" not in caught.args[0].text
    window.desk.perform("compare.let_go")
