"""Journeys in the real window, by mouse and key, from the program's own builder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app import i18n, paths, theme
from app.actions import ACTIONS
from app.drive import draw
from app.i18n import catalogue
from app.main_window import build
from app.menus import pinyin_initials
from app.model import edits
from app.model.run import Checkpoint, RunState
from app.model.timeline import LOSS, Playhead
from app.settings import Settings
from cnncore.data.strokes import load_templates


@pytest.fixture
def window(qtbot, tmp_path):
    window = build(Settings(tmp_path / "test.ini"))
    window.desk.perform("view.english")
    window.setWindowState(Qt.WindowState.WindowNoState)
    window.resize(1366, 700)
    window.show()
    qtbot.addWidget(window)
    qtbot.waitExposed(window)
    window.filing.ask_unsaved = lambda: "discard"
    yield window
    window.desk.runs.shutdown()
    i18n.set_language("en")


@pytest.fixture
def three():
    return load_templates(paths.asset("strokes", "digits.json"))["3"][0]


def test_a_three_drawn_with_the_mouse_is_read_as_a_three(window, three):
    draw(window.explore.canvas.canvas, three)
    assert window.explore.answer.winner.text() == "3"
    assert window.desk.session.modified


def test_undo_takes_back_one_stroke_at_a_time(window, qtbot):
    canvas = window.explore.canvas.canvas
    draw(canvas, [np.array([[0.2, 0.2], [0.8, 0.2]]), np.array([[0.2, 0.8], [0.8, 0.8]])])
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    image = window.desk.session.document.drawing
    assert image[:140].any()
    assert not image[140:].any()
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not window.desk.session.document.drawing.any()
    assert window.explore.answer.winner.text() == "?"


def test_undo_says_what_it_takes_back(window, three):
    draw(window.explore.canvas.canvas, three)
    assert window.desk.action("edit.undo").text() == "Undo: Draw"
    window.desk.perform("edit.undo")
    assert window.desk.action("edit.redo").text() == "Redo: Draw"


def test_playing_goes_layer_by_layer_to_the_answer_then_back_then_to_the_update(window, qtbot, three):
    draw(window.explore.canvas.canvas, three)
    window.desk.player.set_speed(16.0)
    qtbot.mouseClick(window.explore.invite.play, Qt.MouseButton.LeftButton)
    seen = []
    window.desk.session.selection_changed.connect(lambda head: seen.append(head.node))
    qtbot.waitUntil(lambda: not window.desk.player.playing, timeout=10000)
    assert seen[-1] == "softmax"
    assert seen.index("conv2") < seen.index("relu3")
    seen.clear()
    window.desk.perform("stepper.play")
    qtbot.waitUntil(lambda: not window.desk.player.playing, timeout=10000)
    assert seen[0] == LOSS
    assert window.desk.session.playhead == Playhead("conv1", (0, 27, 27), None, "input0", "backward")
    window.desk.perform("stepper.play")
    qtbot.waitUntil(lambda: not window.desk.player.playing, timeout=10000)
    assert window.desk.session.playhead == Playhead("scores", (9,), None, "bias", "update")
    window.desk.perform("stepper.play")
    assert window.desk.session.playhead == Playhead("conv1", (0, 0, 0))
    window.desk.player.pause()


def test_escape_drops_the_stroke_under_the_pen(window, qtbot):
    canvas = window.explore.canvas.canvas
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    qtbot.mouseMove(canvas, QPoint(90, 90))
    assert window.desk.session.view.drawing.any()
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert not window.desk.session.view.drawing.any()
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(90, 90))
    assert not window.desk.session.document.drawing.any()


def test_the_right_button_erases(window, qtbot):
    canvas = window.explore.canvas.canvas
    draw(canvas, [np.array([[0.5, 0.5], [0.52, 0.5]])])
    assert window.desk.session.document.drawing.any()
    window.desk.set_brush(30)
    at = canvas.at(143, 140).toPoint()
    qtbot.mousePress(canvas, Qt.MouseButton.RightButton, pos=at)
    qtbot.mouseRelease(canvas, Qt.MouseButton.RightButton, pos=at)
    assert not window.desk.session.document.drawing.any()


def test_the_stepper_opens_with_a_selection_and_closes_with_escape(window, qtbot, three):
    draw(window.explore.canvas.canvas, three)
    assert not window.explore.stepping
    window.desk.session.select(Playhead("conv1", (2, 10, 9)))
    assert window.explore.stepping
    assert not window.explore.invite.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.explore.stepping
    assert window.explore.invite.isVisible()


def test_nothing_is_wider_than_the_small_window(window, qtbot, three):
    draw(window.explore.canvas.canvas, three)
    window.desk.session.select(Playhead("conv2", (2, 4, 4)))
    qtbot.waitUntil(lambda: not window.explore.folding)
    for page in ("explore", "train"):
        window.desk.set_workspace(page)
        qtbot.wait(10)
        assert window.width() == 1366
        assert window.minimumSizeHint().width() <= 1366
        assert window.minimumSizeHint().height() <= 700


def test_save_close_reopen_finds_all_as_it_was(window, qtbot, three, tmp_path):
    file = tmp_path / "three.convscope"
    draw(window.explore.canvas.canvas, three)
    window.filing.ask_save = lambda *_: file
    window.desk.session.edit(edits.set_weight, "conv1.weight", (0, 0, 0, 0), 0.5)
    assert window.desk.perform("file.save")
    assert not window.desk.session.modified
    shares = window.desk.session.results.probabilities
    drawing = window.desk.session.document.drawing
    window.desk.perform("file.new")
    assert not window.desk.session.document.drawing.any()
    window.desk.attempt(window.filing.open_path, file)
    np.testing.assert_array_equal(window.desk.session.document.drawing, drawing)
    np.testing.assert_array_equal(window.desk.session.results.probabilities, shares)
    assert window.desk.settings.recent == [file]


def test_a_broken_file_shows_a_sentence_and_leaves_the_document(window, three, tmp_path):
    draw(window.explore.canvas.canvas, three)
    before = window.desk.session.document
    bad = tmp_path / "bad.convscope"
    bad.write_bytes(b"not a project")
    assert not window.desk.attempt(window.filing.open_path, bad)
    assert window.desk.session.document is before
    assert window.banner.isVisible()


def test_unsaved_work_is_asked_about_before_closing(window, three):
    draw(window.explore.canvas.canvas, three)
    window.filing.ask_unsaved = lambda: "cancel"
    assert not window.close()
    assert window.isVisible()
    window.filing.ask_unsaved = lambda: "discard"
    assert window.close()


def test_language_and_theme_switch_without_a_restart(window, qtbot):
    english = window.explore.canvas.title.text()
    qtbot.mouseClick(window.header.language, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.explore.canvas.title.text() == "在此绘画" != english)
    assert "撤销" in window.desk.action("edit.undo").text()
    qtbot.mouseClick(window.header.look, Qt.MouseButton.LeftButton)
    assert theme.name() == "dark"
    assert window.palette().window().color() == theme.color("bg")
    qtbot.mouseClick(window.header.look, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(window.header.language, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.explore.canvas.title.text() == english)


def test_the_palette_finds_an_action_by_letters_and_does_it(window, qtbot, three):
    draw(window.explore.canvas.canvas, three)
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    field = window.palette_box.field
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClicks(field, "clear can")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not window.desk.session.document.drawing.any()
    assert not window.palette_box.isVisible()


def test_the_palette_finds_by_the_other_languages_name(window, qtbot):
    window.desk.perform("edit.palette")
    window.palette_box.field.setText("深色")
    qtbot.keyClick(window.palette_box.field, Qt.Key.Key_Return)
    assert theme.name() == "dark"
    window.desk.perform("view.light")


@pytest.mark.parametrize(
    ("words", "name"), [("qkhb", "canvas.clear"), ("undo", "edit.undo"), ("thi str", "canvas.thinner")]
)
def test_the_palette_ranks_what_is_meant_first(window, words, name):
    window.desk.perform("edit.palette")
    window.palette_box.field.setText(words)
    assert window.palette_box._found[0].name == name


def test_every_han_character_of_an_action_has_its_pinyin_initial(window):
    for row in ACTIONS:
        text = catalogue("zh_CN").get(row.text, row.text)
        assert len(pinyin_initials(text)) == sum("\u4e00" <= c <= "\u9fff" for c in text), text


def test_a_picture_file_lands_on_the_canvas_as_light_ink(window, tmp_path):
    from PIL import Image

    paper = np.full((100, 60), 250, np.uint8)
    paper[20:80, 28:34] = 10
    Image.fromarray(paper).save(tmp_path / "one.png")
    assert window.desk.attempt(window.filing.open_path, tmp_path / "one.png")
    image = window.desk.session.document.drawing
    assert image[140, 140] > 200
    assert image[0, 0] < 30


def test_actions_all_have_texts_and_no_two_share_a_key(window):
    seen = {}
    for action in window.desk.actions():
        assert action.text()
        for keys in action.shortcuts():
            assert keys.toString() not in seen, (action.objectName(), seen)
            seen[keys.toString()] = action.objectName()


def test_the_digit_keys_add_to_classes_while_the_canvas_has_the_focus(window, qtbot, three):
    canvas = window.explore.canvas.canvas
    draw(canvas, three)
    window.desk.session.edit(edits.add_classes, ("circle", "k"))
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_1)
    qtbot.keyClicks(canvas, "k")
    counts = [len(c.samples) for c in window.desk.session.document.classes]
    assert counts == [1, 1]
    qtbot.keyClick(canvas, Qt.Key.Key_7)
    assert [len(c.samples) for c in window.desk.session.document.classes] == counts


def test_the_window_remembers_its_place(qtbot, tmp_path):
    settings = Settings(Path(tmp_path) / "place.ini")
    window = build(settings)
    qtbot.addWidget(window)
    window.resize(1200, 690)
    window.show()
    window.close()
    again = build(Settings(Path(tmp_path) / "place.ini"))
    qtbot.addWidget(again)
    assert again.height() == 690  # the width is cut by the screen that tests have


def test_after_a_drawing_became_a_sample_the_next_stroke_begins_an_empty_canvas(window, qtbot, three):
    canvas = window.explore.canvas.canvas
    window.desk.session.edit(edits.add_classes, ("circle", "cross"))
    draw(canvas, three)
    kept = window.desk.session.document.drawing
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_1)
    assert window.desk.session.document.drawing is kept
    draw(canvas, [np.array([[0.1, 0.9], [0.2, 0.9]])])
    assert not window.desk.session.document.drawing[:200].any()
    window.desk.perform("edit.undo")
    assert window.desk.session.document.drawing is kept
    draw(canvas, [np.array([[0.1, 0.9], [0.2, 0.9]])])
    assert window.desk.session.document.drawing[:200].any()


def test_a_refusal_is_past_once_something_succeeds(window, three):
    window.desk.perform("samples.add_1")
    assert window.banner.isVisible()
    assert not window.footer.isVisible()
    draw(window.explore.canvas.canvas, three)
    assert not window.banner.isVisible()
    assert window.footer.isVisible()


def test_closing_with_a_run_that_was_not_kept_asks(window):
    network = window.desk.session.document.network
    weights = dict(window.desk.session.document.weights)
    labels = window.desk.session.document.labels
    window.desk.session.set_run(RunState("finished", network, labels, 5, 5, checkpoints=(Checkpoint(5, weights),)))
    window.filing.ask_run = lambda: "cancel"
    assert not window.close()
    window.filing.ask_run = lambda: "discard"
    assert window.close()


def test_the_palette_says_when_nothing_fits(window):
    window.desk.perform("edit.palette")
    window.palette_box.field.setText("xyzzy")
    assert window.palette_box.nothing.isVisible()
    window.palette_box.field.setText("train")
    assert all("class" not in row.text for row in window.palette_box._found)
