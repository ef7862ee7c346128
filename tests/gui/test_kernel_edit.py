"""Kernels are edited where they are shown: by typing, dragging, pasting, presets; every edit is one undo step."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit

from app import numbers
from app.kernels import presets
from app.model import edits
from app.model.kernel import KernelHandle
from app.model.timeline import Playhead
from app.panels.kernel import KernelPanel, beside
from app.panels.stepper import StepperPanel
from tests.gui.stepping import LEFT, document, middle, show, three

KEY = "conv1.weight"


@pytest.fixture
def stepper(desk, qtbot):
    desk.session.edit(edits.set_drawing, three())
    desk.session.select(Playhead("conv1", (2, 10, 9)))
    panel = StepperPanel(desk)
    show(qtbot, panel, 890, 300)
    return panel


@pytest.fixture
def grid(stepper):
    return stepper.view.kernel.grid


@pytest.fixture
def errors(desk):
    said = []
    desk.messages.shown.connect(lambda message: said.append(message.text))
    return said


def kernel(desk, f: int = 2, c: int = 0) -> np.ndarray:
    return desk.session.document.weights[KEY][f, c]


def cell(grid, row: int, col: int) -> QPoint:
    return middle(grid.rect_of(row, col))


def type_into(qtbot, grid, row: int, col: int, text: str) -> None:
    """Click the cell, type over what it holds, Return."""
    qtbot.mouseClick(grid.viewport(), LEFT, pos=cell(grid, row, col))
    qtbot.waitUntil(lambda: grid.findChild(QLineEdit) is not None)
    editor = grid.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def test_the_grid_shows_the_kernel(grid, desk):
    assert np.array_equal(grid.values, kernel(desk))


def test_typing_a_number_changes_weight_products_and_map_at_once(stepper, grid, desk, qtbot):
    before = desk.session.results.values("conv1")[2].copy()
    type_into(qtbot, grid, 1, 3, "-1.25")
    qtbot.waitUntil(lambda: kernel(desk)[1, 3] == np.float32(-1.25))
    assert grid.values[1, 3] == np.float32(-1.25)
    assert not np.array_equal(desk.session.results.values("conv1")[2], before)
    product = desk.session.trace().terms.reshape(5, 5)[1, 3]
    assert stepper.view.products.value((1, 3)) == pytest.approx(product)


def test_undo_brings_the_typed_number_back(grid, desk, qtbot):
    old = kernel(desk).copy()
    type_into(qtbot, grid, 0, 0, "3")
    qtbot.waitUntil(lambda: kernel(desk)[0, 0] == 3)
    desk.perform("edit.undo")
    assert np.array_equal(kernel(desk), old)
    assert np.array_equal(grid.values, old)


def test_a_decimal_comma_is_understood(grid, desk, qtbot):
    type_into(qtbot, grid, 0, 0, "0,5")
    qtbot.waitUntil(lambda: kernel(desk)[0, 0] == 0.5)


def test_arrows_move_and_return_edits(grid, desk, qtbot):
    grid.setFocus()
    grid.set_current(0, 0)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert grid.current == (1, 1)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: grid.findChild(QLineEdit) is not None)


def test_a_cell_is_edited_with_a_true_minus_and_takes_a_hyphen_too(grid, desk, qtbot):
    desk.session.edit(edits.set_weight, KEY, (2, 0, 0, 0), -0.25)
    grid.setFocus()
    grid.set_current(0, 0)
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: grid.findChild(QLineEdit) is not None)
    editor = grid.findChild(QLineEdit)
    assert editor.text() == "−0.25"
    qtbot.keyClicks(editor, "-.5")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: kernel(desk)[0, 0] == -0.5)


def test_all_cells_of_a_grid_have_as_many_decimals(grid, desk, qtbot):
    desk.session.edit(edits.set_weights, KEY, (2, 0), np.full((5, 5), 1.0))
    desk.session.edit(edits.set_weight, KEY, (2, 0, 0, 0), -1.0)
    texts = grid._shown()
    assert (texts[0][0], texts[0][1]) in (("−1.0", "1.0"), ("−1.00", "1.00"))


def test_a_drag_up_is_one_undo_step(grid, desk, qtbot):
    old, steps = float(kernel(desk)[2, 2]), len(desk.session.history.past)
    port, start = grid.viewport(), cell(grid, 2, 2)
    qtbot.mousePress(port, LEFT, pos=start)
    for up in range(5, 31, 5):
        qtbot.mouseMove(port, start - QPoint(0, up))
    qtbot.mouseRelease(port, LEFT, pos=start - QPoint(0, 30))
    assert kernel(desk)[2, 2] > old
    assert len(desk.session.history.past) == steps + 1
    desk.perform("edit.undo")
    assert kernel(desk)[2, 2] == np.float32(old)


def test_two_drags_are_two_steps(grid, desk, qtbot):
    steps = len(desk.session.history.past)
    for _ in range(2):
        start = cell(grid, 2, 2)
        qtbot.mousePress(grid.viewport(), LEFT, pos=start)
        qtbot.mouseMove(grid.viewport(), start - QPoint(0, 20))
        qtbot.mouseRelease(grid.viewport(), LEFT, pos=start - QPoint(0, 20))
    assert len(desk.session.history.past) == steps + 2


def test_a_whole_kernel_is_pasted_from_a_spreadsheet_in_one_step(grid, desk, qtbot):
    steps = len(desk.session.history.past)
    values = np.arange(25, dtype=float).reshape(5, 5) / 10
    QGuiApplication.clipboard().setText("\r\n".join("\t".join(str(v) for v in row) for row in values))
    grid.setFocus()
    grid.set_current(0, 0)
    qtbot.keyClick(grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert np.allclose(kernel(desk), values)
    assert len(desk.session.history.past) == steps + 1


def test_a_block_is_pasted_from_the_cursor_on(grid, desk, qtbot):
    old = kernel(desk).copy()
    QGuiApplication.clipboard().setText("1\t2\n3\t4\n")
    grid.setFocus()
    grid.set_current(3, 3)
    qtbot.keyClick(grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert kernel(desk)[3:, 3:].tolist() == [[1, 2], [3, 4]]
    assert np.array_equal(kernel(desk)[:3], old[:3])


@pytest.mark.parametrize("text", ["1\t2\n3", "a\tb", "", "\t\t\n", "1\t2\t3\t4\t5\t6"])
def test_a_paste_that_does_not_fit_is_refused_and_changes_nothing(grid, desk, qtbot, errors, text):
    before = desk.session.document
    QGuiApplication.clipboard().setText(text)
    grid.setFocus()
    grid.set_current(0, 0)
    qtbot.keyClick(grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert desk.session.document is before
    assert len(errors) == 1


def test_letters_are_refused_with_a_sentence(grid, desk, qtbot, errors):
    before = desk.session.document
    type_into(qtbot, grid, 0, 0, "x")
    assert desk.session.document is before
    assert "x" in errors[0]


def test_a_number_beyond_bounds_is_refused_and_names_the_weight(grid, desk, qtbot, errors):
    before = desk.session.document
    type_into(qtbot, grid, 0, 0, "1e9")
    qtbot.waitUntil(lambda: bool(errors))
    assert desk.session.document is before
    assert "conv1.weight" in errors[0]
    assert np.array_equal(grid.values, kernel(desk))


def test_copy_gives_a_spreadsheet_every_digit(stepper, desk, qtbot):
    qtbot.mouseClick(stepper.view.kernel.copy, LEFT)
    rows = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert np.array_equal(np.array(rows, np.float32), kernel(desk))


def choose(editor, key: str) -> None:
    editor.fill_menu()
    next(a for a in editor.menu.actions() if a.objectName() == f"preset_{key}").trigger()


@pytest.mark.parametrize("key", sorted(presets()))
def test_every_preset_fills_the_kernel(stepper, desk, key):
    choose(stepper.view.kernel, key)
    assert np.allclose(kernel(desk), presets()[key].at((5, 5)))


def test_the_menu_shows_the_presets_name_until_a_number_is_edited(stepper, grid, desk, qtbot):
    choose(stepper.view.kernel, "sobel_x")
    assert stepper.view.kernel.presets.text() == "Sobel x ▾"
    type_into(qtbot, grid, 0, 0, "9")
    qtbot.waitUntil(lambda: stepper.view.kernel.presets.text() == "Presets ▾")


def test_a_preset_that_does_not_fit_is_disabled_with_its_reason(desk, qtbot):
    desk.session.open(document(("c", "conv", {"filters": 2, "kernel": 2}), ("f", "flatten", {}),
                               ("d", "dense", {"units": 10})), None)
    desk.session.select(Playhead("c", (0, 3, 3)))
    panel = StepperPanel(desk)
    show(qtbot, panel, 890, 300)
    panel.view.kernel.fill_menu()
    action = next(a for a in panel.view.kernel.menu.actions() if a.objectName() == "preset_laplacian")
    assert not action.isEnabled()
    assert action.text() == "Laplacian (needs 3 × 3)"
    choose(panel.view.kernel, "sobel_x")
    assert desk.session.document.weights["c.weight"][0, 0].tolist() == [[-1, 1], [-1, 1]]


def test_restore_is_disabled_with_a_reason_until_something_is_edited(stepper, grid, desk, qtbot):
    restore = stepper.view.kernel.restore
    assert not restore.isEnabled()
    assert "trained numbers" in restore.toolTip()
    old = kernel(desk).copy()
    type_into(qtbot, grid, 4, 4, "2")
    qtbot.waitUntil(restore.isEnabled)
    qtbot.mouseClick(restore, LEFT)
    assert np.array_equal(kernel(desk), old)
    assert desk.session.document.weights[KEY] is desk.session.document.trained[KEY]
    assert not restore.isEnabled()


def test_restore_takes_the_bias_along_in_one_step(stepper, desk, qtbot):
    desk.session.edit(edits.set_weight, KEY, (2, 0, 0, 0), 1.0)
    desk.session.edit(edits.set_weight, "conv1.bias", (2,), 5.0)
    steps = len(desk.session.history.past)
    qtbot.mouseClick(stepper.view.kernel.restore, LEFT)
    assert desk.session.document.weights is desk.session.document.trained
    assert len(desk.session.history.past) == steps + 1


def test_edited_cells_wear_a_corner_mark(grid, desk, qtbot):
    type_into(qtbot, grid, 1, 2, "2")
    qtbot.waitUntil(lambda: kernel(desk)[1, 2] == 2)
    assert np.argwhere(grid._marks).tolist() == [[1, 2]]


def test_mute_holds_the_map_at_zero_and_speaks_again(stepper, desk, qtbot):
    mute = stepper.view.kernel.mute
    qtbot.mouseClick(mute, LEFT)
    assert desk.session.document.muted == frozenset({("conv1", 2)})
    assert not desk.session.results.values("conv1")[2].any()
    assert mute.isChecked()
    qtbot.mouseClick(mute, LEFT)
    assert desk.session.results.values("conv1")[2].any()
    assert not mute.isChecked()


def test_a_muted_kernel_says_so_and_what_is_printed_adds_up(stepper, desk):
    bias = stepper.view.sums.bias
    before = bias.text()
    desk.session.edit(edits.mute, "conv1", 2, True)
    assert stepper.muted.isVisible()
    assert stepper.muted.text() == "⚠ muted: held at 0"
    assert stepper.formula.text == "y = Σ x·w + b = 0 (muted) = 0"
    assert (stepper.view.sums.sum.text(), bias.text()) == ("0", "0")
    assert numbers.full(desk.session.document.weights["conv1.bias"][2]) in bias.toolTip()
    bias.setFocus()
    assert bias.text().startswith(before[:4]), "what is edited is the number itself"
    desk.session.edit(edits.mute, "conv1", 2, False)
    assert not stepper.muted.isVisible()


def test_the_bias_is_typed(stepper, desk, qtbot):
    bias = stepper.view.sums.bias
    bias.setFocus()
    bias.selectAll()
    qtbot.keyClicks(bias, "0.75")
    qtbot.keyClick(bias, Qt.Key.Key_Return)
    assert desk.session.document.weights["conv1.bias"][2] == np.float32(0.75)
    assert stepper.view.sums.bias_name.text() == "bias, edited"


def test_a_bias_that_is_no_number_is_refused(stepper, desk, qtbot, errors):
    before = desk.session.document
    bias = stepper.view.sums.bias
    bias.setFocus()
    bias.selectAll()
    qtbot.keyClicks(bias, "1-2")
    qtbot.keyClick(bias, Qt.Key.Key_Return)
    assert desk.session.document is before
    assert len(errors) == 1


def test_while_a_run_is_open_a_refused_button_does_not_stay_down(stepper, desk, qtbot, errors, monkeypatch):
    monkeypatch.setattr(desk.session, "run", object())
    qtbot.mouseClick(stepper.view.kernel.mute, LEFT)
    assert not stepper.view.kernel.mute.isChecked()
    assert "training run" in errors[0]
    monkeypatch.undo()


# --- the floating panel

@pytest.fixture
def panel(desk, qtbot):
    desk.session.select(Playhead("conv2", (3, 2, 4)))
    panel = KernelPanel(desk)
    show(qtbot, panel, 380, 560)
    return panel


def test_the_panel_shows_all_kernels_of_the_selected_layer(panel, desk):
    assert panel.secondary.text() == "conv2 · 16 × 6 × 5 × 5"
    assert panel.name.text() == "conv2.weight[3, 0]"
    assert np.array_equal(panel.editor.grid.values, desk.session.document.weights["conv2.weight"][3, 0])


def test_the_panel_stands_right_of_the_window_else_over_the_inspector():
    window, over, size = QRect(100, 50, 1000, 700), QRect(900, 100, 200, 600), QSize(300, 500)
    assert beside(window, over, size, QRect(0, 0, 1920, 1080)) == QPoint(1100, 50)
    assert beside(window, over, size, QRect(0, 0, 1200, 1080)) == QPoint(800, 100)
    low = beside(window, over, size, QRect(0, 0, 1200, 560))
    assert low == QPoint(800, 60), "it does not hang over the edge of the screen"


def test_only_the_window_s_frame_says_kernels_and_the_panel_is_as_high_as_what_it_holds(panel, qtbot):
    assert panel.windowTitle() == "Kernels"
    assert not panel.title.isVisible()
    qtbot.waitUntil(lambda: panel.height() == panel.sizeHint().height())


def test_a_click_on_a_chip_chooses_filter_and_channel_and_moves_the_playhead(panel, desk, qtbot):
    qtbot.mouseClick(panel.chips, LEFT, pos=middle(panel.chips.chip(5, 2)))
    assert panel.name.text() == "conv2.weight[5, 2]"
    assert desk.session.playhead == Playhead("conv2", (5, 2, 4))


def test_arrows_move_over_the_chips(panel, qtbot):
    panel.chips.setFocus()
    qtbot.keyClick(panel.chips, Qt.Key.Key_Right)
    assert panel.name.text() == "conv2.weight[3, 1]"
    qtbot.keyClick(panel.chips, Qt.Key.Key_Down)
    assert panel.name.text() == "conv2.weight[4, 1]"


def test_an_edit_in_the_panel_is_an_edit_of_the_document(panel, desk, qtbot):
    type_into(qtbot, panel.editor.grid, 0, 0, "1.5")
    qtbot.waitUntil(lambda: desk.session.document.weights["conv2.weight"][3, 0, 0, 0] == 1.5)
    assert panel.chips._edited[3, 0]


def test_the_panel_follows_edits_made_elsewhere(panel, desk):
    desk.session.edit(edits.set_weight, "conv2.weight", (3, 0, 1, 1), 4.0)
    assert panel.editor.grid.values[1, 1] == 4
    assert panel.editor.restore.isEnabled()


def test_without_a_selection_the_first_layer_with_kernels_is_shown(desk, qtbot):
    panel = KernelPanel(desk)
    show(qtbot, panel, 380, 400)
    assert panel.name.text() == "conv1.weight[0, 0]"


def test_a_network_without_kernels_says_so(desk, qtbot):
    desk.session.open(document(("f", "flatten", {}), ("d", "dense", {"units": 10})), None)
    panel = KernelPanel(desk)
    show(qtbot, panel, 380, 400)
    assert panel.empty.isVisible()
    assert not panel.editor.isVisible()


def test_a_handle_that_points_at_nothing_of_the_network_knows_it(desk):
    handle = KernelHandle(desk.session)
    assert not handle.there
    handle.point("conv1", KEY, (9, 0))
    assert not handle.there
    handle.point("conv1", KEY, (2, 0))
    assert handle.there
