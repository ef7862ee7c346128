"""What a newcomer does on the first day, by mouse and key in the real window, from the program's own ``main``."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.__main__ import main
from app.drive import draw
from app.main_window import MainWindow
from app.model.timeline import Playhead
from cnncore.data.strokes import vary
from tests.gui.whole import (
    CONTROL,
    LEFT,
    SHIFT,
    afresh,
    click_cell,
    drag,
    draw_three,
    opened,
    pixels,
    said,
    templates,
    type_into,
)

ROOT = Path(__file__).parents[2]
CELL = (2, 10, 9)
LATER = ("conv1", "relu1", "pool1", "conv2", "relu2", "pool2")


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("journey")) as window:
        yield window


@pytest.fixture
def window(kept):
    afresh(kept)
    return kept


@pytest.fixture
def stepping(window, qtbot):
    """A three is drawn and a cell of the first convolution clicked."""
    draw_three(window)
    click_cell(window, qtbot, "conv1", CELL)
    return window


def head(window):
    return window.desk.session.playhead


# --- start, draw, ask


def test_main_opens_the_window_a_three_drawn_by_mouse_is_recognised_and_closing_ends_the_program(qapp, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    found = {}

    def newcomer() -> None:
        window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible())
        window.filing.ask_unsaved = lambda: found.setdefault("asked", "discard")
        found["before"] = window.explore.answer.winner.text()
        draw_three(window)
        found["answer"] = window.explore.answer.winner.text()
        found["share"] = float(window.desk.session.results.probabilities.max())
        QApplication.instance().removeEventFilter(window.desk)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.desk.perform("file.quit")

    QTimer.singleShot(0, newcomer)
    assert main([]) == 0
    assert found["before"] == "?"
    assert found["answer"] == "3"
    assert found["share"] > 0.9
    assert found["asked"] == "discard"


@pytest.mark.parametrize("digit", list("0123456789"))
def test_every_digit_of_the_templates_is_recognised_when_drawn(window, digit):
    draw(window.explore.canvas.canvas, templates("digits")[digit][0])
    assert window.explore.answer.winner.text() == digit


def test_every_layer_lights_up_while_the_pen_moves(window):
    before = pixels(window)
    canvas = window.explore.canvas.canvas
    drag(canvas, canvas.at(100, 60).toPoint(), canvas.at(150, 120).toPoint(), canvas.at(140, 220).toPoint())
    after = pixels(window)
    assert [name for name in before if np.array_equal(before[name], after[name])] == []


def test_a_clicked_cell_says_the_same_number_in_network_stepper_and_inspector(stepping):
    value = stepping.desk.session.results.values("conv1")[CELL]
    explore = stepping.explore
    assert head(stepping) == Playhead("conv1", CELL)
    assert explore.stepping
    assert explore.stepper.cell.text() == explore.inspector.cell.text() == "conv1[2, 10, 9]"
    assert stepping.desk.session.trace().total == value
    assert explore.inspector.value._value == pytest.approx(float(value))
    view = explore.stepper.view
    terms = sum(view.products.value((r, c)) for r in range(5) for c in range(5))
    bias = float(stepping.desk.session.document.weights["conv1.bias"][CELL[0]])
    assert terms + bias == pytest.approx(float(value), abs=1e-5)


# --- forwards and back


def test_f10_and_shift_f10_walk_through_the_convolution_cell_by_cell_and_back(stepping, qtbot):
    seen = [head(stepping).index]
    for _ in range(20):
        qtbot.keyClick(stepping, Qt.Key.Key_F10)
        seen.append(head(stepping).index)
        assert stepping.explore.stepper.cell.text() == head(stepping).name
    assert seen[:4] == [(2, 10, 9), (2, 10, 10), (2, 10, 11), (2, 10, 12)]
    assert len(set(seen)) == 21
    for index in reversed(seen[:-1]):
        qtbot.keyClick(stepping, Qt.Key.Key_F10, SHIFT)
        assert head(stepping).index == index


def test_term_by_term_the_sum_grows_to_the_cells_value(stepping, qtbot):
    transport = stepping.explore.transport
    stepping.desk.perform("stepper.by_term")
    for k in range(25):
        qtbot.keyClick(stepping, Qt.Key.Key_F10)
        assert head(stepping) == Playhead("conv1", CELL, k)
    assert transport.place.text() == "term 25 of 25"
    qtbot.keyClick(stepping, Qt.Key.Key_F10, SHIFT)
    assert head(stepping).term == 23


def test_play_moves_by_itself_pause_stands_still_and_every_kind_of_layer_is_passed(stepping, qtbot):
    desk = stepping.desk
    desk.player.set_speed(16.0)
    desk.perform("stepper.by_layer")
    qtbot.mouseClick(stepping.explore.transport.play, LEFT)
    qtbot.waitUntil(lambda: head(stepping).node == "softmax", timeout=10_000)
    qtbot.waitUntil(lambda: not desk.player.playing, timeout=5_000)
    qtbot.keyClick(stepping, Qt.Key.Key_F10, SHIFT)
    assert head(stepping).node == "scores"
    desk.perform("stepper.by_cell")
    start = head(stepping)
    qtbot.keyClick(stepping, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: head(stepping) != start)
    qtbot.keyClick(stepping, Qt.Key.Key_F5)
    stands = head(stepping)
    qtbot.wait(120)
    assert head(stepping) == stands


# --- bend a kernel


def changed(before, after):
    return [name for name in before if not np.array_equal(before[name], after[name])]


def test_a_weight_that_is_typed_changes_every_later_layer_at_once_and_undo_takes_it_back(stepping, qtbot):
    session = stepping.desk.session
    document, before = session.document, pixels(stepping)
    type_into(qtbot, stepping.explore.stepper.view.kernel.grid, 1, 3, "-1.25")
    qtbot.waitUntil(lambda: session.document.weights["conv1.weight"][2, 0, 1, 3] == np.float32(-1.25))
    assert set(LATER) <= set(changed(before, pixels(stepping)))
    assert "input" not in changed(before, pixels(stepping))
    qtbot.keyClick(stepping, Qt.Key.Key_Z, CONTROL)
    assert session.document is document
    assert changed(before, pixels(stepping)) == []


def test_a_weight_that_is_dragged_moves_every_later_layer_all_along_in_one_step_of_undo(stepping, qtbot):
    session = stepping.desk.session
    document, shots = session.document, []
    session.results_changed.connect(lambda results: shots.append(results.values("conv2").copy()))
    grid = stepping.explore.stepper.view.kernel.grid
    at = grid.rect_of(2, 2).center().toPoint()
    drag(grid.viewport(), at, *(at - QPoint(0, 12 * k) for k in range(1, 9)))
    assert session.document.weights["conv1.weight"][2, 0, 2, 2] > document.weights["conv1.weight"][2, 0, 2, 2]
    assert sum(not np.array_equal(a, b) for a, b in itertools.pairwise(shots)) >= 6
    qtbot.keyClick(stepping, Qt.Key.Key_Z, CONTROL)
    assert session.document is document
    qtbot.keyClick(stepping, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert session.document.weights["conv1.weight"][2, 0, 2, 2] != document.weights["conv1.weight"][2, 0, 2, 2]


# --- samples of one's own, training, and the day after


def name_classes(window, qtbot, names):
    field = window.train.samples.field
    qtbot.mouseClick(field.line, LEFT)
    for name in names:
        qtbot.waitUntil(field.line.hasFocus)
        if name.isascii():
            qtbot.keyClicks(field.line, name)
        else:
            field.line.setText(name)  # as an input method gives it
        qtbot.keyClick(field.line, Qt.Key.Key_Return)
    qtbot.keyClick(field.line, Qt.Key.Key_Escape)


def draw_anew(window, qtbot, strokes):
    canvas = window.train.canvas.canvas
    if window.desk.session.document.drawing.any():
        qtbot.keyClick(window, Qt.Key.Key_Backspace, CONTROL)
    draw(canvas, strokes)
    canvas.setFocus()


def collect(window, qtbot, names, source, rng):
    """Ten drawings of each class, by mouse, added with the class's key; the last template is kept for later."""
    for k, name in enumerate(names):
        pattern = templates(source[0])[source[1][k]][:2]
        for i in range(10):
            draw_anew(window, qtbot, vary(pattern[i % 2], rng))
            qtbot.keyClick(window.train.canvas.canvas, name if len(name) == 1 and name.isascii() else str(k + 1))
    assert [len(c.samples) for c in window.desk.session.document.classes] == [10] * len(names)


def learn(window, qtbot):
    """Train with the key, watch the kernels change, keep the weights with the button."""
    session = window.desk.session
    before, shown = session.document, set()
    session.results_changed.connect(lambda results: shown.add(id(results.document.weights)))
    qtbot.keyClick(window, Qt.Key.Key_F6)
    assert session.run is not None
    qtbot.waitUntil(lambda: not session.run.active, timeout=120_000)
    assert session.run.status == "finished"
    assert session.document.weights is before.weights
    assert len(shown) > 3
    qtbot.mouseClick(window.train.training.keep, LEFT)
    assert session.run is None


def right_of(window, qtbot, names, source, rng, each=4):
    """Share of fresh drawings, of a template never trained on, that the window answers with the right name."""
    right = 0
    for k, name in enumerate(names):
        for _ in range(each):
            draw_anew(window, qtbot, vary(templates(source[0])[source[1][k]][-1], rng))
            right += window.explore.answer.winner.text() == name
    return right / (each * len(names))


def test_three_shapes_of_ones_own_are_named_drawn_learned_recognised_saved_and_found_again(window, qtbot, tmp_path):
    rng = np.random.default_rng(5)
    names, source = ("circle", "×", "triangle"), ("shapes", ("circle", "cross", "triangle"))
    desk = window.desk
    qtbot.keyClick(window, Qt.Key.Key_2, CONTROL)
    assert desk.workspace == "train"
    name_classes(window, qtbot, names)
    collect(window, qtbot, names, source, rng)
    next(e for e in window.train.training.seed.entries() if e.text.startswith("8")).do()
    learn(window, qtbot)
    assert desk.session.document.labels == names
    assert right_of(window, qtbot, names, source, rng) >= 0.9

    # A kernel bent after the training, a map held at zero, and a ready kernel: all of it must come back too.
    qtbot.keyClick(window, Qt.Key.Key_1, CONTROL)
    click_cell(window, qtbot, "conv1", (1, 9, 9))
    editor = window.explore.stepper.view.kernel
    type_into(qtbot, editor.grid, 0, 0, "0.7")
    qtbot.waitUntil(lambda: desk.session.document.weights["conv1.weight"][1, 0, 0, 0] == np.float32(0.7))
    click_cell(window, qtbot, "conv1", (3, 9, 9))
    editor.fill_menu()
    next(a for a in editor.menu.actions() if a.objectName() == "preset_sobel_x").trigger()
    click_cell(window, qtbot, "conv1", (4, 9, 9))
    qtbot.mouseClick(editor.mute, LEFT)
    qtbot.keyClick(window, Qt.Key.Key_Escape)

    file = tmp_path / "三个 shapes.convscope"
    window.filing.ask_save = lambda *_: file
    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    kept = json.loads(json.dumps(said(window)))
    assert not kept["modified"]
    assert kept["muted"] == [["conv1", 4]]
    assert kept["kernels"] == [["conv1", 3, 0, "sobel_x"]]
    assert kept["seed"] == 8
    assert kept["weights"]["conv1.weight"] != kept["trained"]["conv1.weight"]
    assert kept["weights"]["conv2.weight"] == kept["trained"]["conv2.weight"]

    env = {**os.environ, "PYTHONPATH": str(ROOT), "CONVSCOPE_CONFIG": str(tmp_path / "new")}
    done = subprocess.run([sys.executable, "-m", "tests.gui.reopened", str(file)], cwd=ROOT, env=env,
                          capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stdout)
    for key in kept:
        assert again[key] == kept[key], key
    qtbot.waitUntil(lambda: not window.desk.ranges._timer.isActive())  # a second after the edits colours are settled
    shown = pixels(window)

    afresh(window)
    assert said(window)["weights"] != kept["weights"]
    window.filing.ask_open = lambda: file
    qtbot.keyClick(window, Qt.Key.Key_O, CONTROL)
    assert said(window) == kept
    qtbot.waitUntil(lambda: not window.desk.ranges._timer.isActive())
    assert changed(shown, pixels(window)) == []
    qtbot.keyClick(window, Qt.Key.Key_2, CONTROL)
    assert [v.name for v in window.train.samples.views] == list(names)
    assert [v.count.text() for v in window.train.samples.views] == ["10"] * 3


def test_three_digits_drawn_ten_times_are_learned_from_scratch_and_one_undo_brings_the_old_network_back(window, qtbot):
    rng = np.random.default_rng(6)
    names, source = ("0", "3", "7"), ("digits", ("0", "3", "7"))
    session = window.desk.session
    qtbot.keyClick(window, Qt.Key.Key_2, CONTROL)
    name_classes(window, qtbot, names)
    collect(window, qtbot, names, source, rng)
    weights = session.document.weights
    learn(window, qtbot)
    assert session.document.labels == names
    assert right_of(window, qtbot, names, source, rng) >= 0.9
    while session.document.labels == names:
        qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert session.document.weights is weights
    assert len(session.document.classes) == 3


def test_the_window_comes_back_as_large_as_it_was_left_and_in_the_same_language_and_look(qapp, qtbot, tmp_path):
    with opened(tmp_path) as first:
        first.desk.perform("view.chinese")
        first.desk.perform("view.dark")
        first.resize(800, 720)
        assert first.close()
        kept = first.desk.settings
        kept.sync()
    from app.settings import Settings

    again = Settings(tmp_path / "whole.ini")
    assert (again.language, again.theme) == ("zh_CN", "dark")
    assert len(again.geometry()) > 0
