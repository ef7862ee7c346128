"""While a floating box has the keyboard, no key does anything to the window behind it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from app.model.timeline import Playhead
from tests.gui.whole import CONTROL, NONE, SHIFT, click_cell, draw_three, opened

KEY = Qt.Key
ACTING = ((KEY.Key_W, NONE), (KEY.Key_W, SHIFT), (KEY.Key_C, NONE), (KEY.Key_L, NONE), (KEY.Key_I, NONE),
          (KEY.Key_E, NONE), (KEY.Key_S, NONE), (KEY.Key_Question, NONE), (KEY.Key_F10, NONE), (KEY.Key_F11, NONE),
          (KEY.Key_F9, NONE), (KEY.Key_F5, NONE), (KEY.Key_2, CONTROL), (KEY.Key_Backspace, CONTROL),
          (KEY.Key_Right, CONTROL), (KEY.Key_Z, CONTROL), (KEY.Key_W, CONTROL), (KEY.Key_N, CONTROL))
HEAD = Playhead("conv1", (2, 10, 9))


@pytest.fixture(scope="module")
def window(tmp_path_factory, qapp):
    with opened(tmp_path_factory.mktemp("keys")) as window:
        draw_three(window)
        yield window


@pytest.fixture
def chosen(window, qtbot):
    """A cell is selected."""
    click_cell(window, qtbot, HEAD.node, HEAD.index)
    assert window.desk.session.playhead == HEAD
    return window


@pytest.fixture
def export(chosen, qtbot):
    """The export panel over it, with the keyboard."""
    qtbot.keyClick(chosen, KEY.Key_E, CONTROL)
    panel = chosen.export
    qtbot.waitUntil(lambda: QApplication.activeWindow() is panel and panel.save.hasFocus())
    yield panel
    panel.close()
    chosen.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is chosen)


def behind(window) -> tuple[object, ...]:
    """All of the window that a key could have changed."""
    desk = window.desk
    return (desk.session.playhead, desk.session.document, desk.tool, desk.layer, desk.workspace, desk.player.playing,
            desk.debugger.comparison.number, window.explore.inspector.isVisible(),
            len(desk.session.history.past), len(QApplication.topLevelWidgets()))


def kept(widget, key, held) -> bool:
    """Whether a widget, or what it lies in, wants a key for itself before it becomes a shortcut."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, held)
    event.ignore()
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_without_a_box_these_keys_do_act(chosen, qtbot):
    for key, name in ((KEY.Key_W, "document"), (KEY.Key_L, "layer")):
        before = behind(chosen)
        qtbot.keyClick(chosen, key)
        assert behind(chosen) != before, name
    chosen.desk.set_layer("")


@pytest.mark.parametrize(("key", "held"), ACTING)
def test_a_key_in_the_export_panel_does_nothing_behind_it(chosen, export, qtbot, key, held):
    before = behind(chosen)
    for part in (export.save, export.choices.kind.button("picture")):
        part.setFocus()
        qtbot.keyClick(part, key, held)
        assert behind(chosen) == before


def test_what_is_typed_in_its_fields_stays_there(chosen, export, qtbot):
    qtbot.mouseClick(export.choices.kind.button("film"), Qt.MouseButton.LeftButton)
    box = export.choices.frames
    qtbot.waitUntil(box.isVisible)
    before = behind(chosen)
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "wcls7")
    assert behind(chosen) == before
    assert box.value() == 7
    qtbot.mouseClick(export.choices.kind.button("picture"), Qt.MouseButton.LeftButton)


def test_esc_closes_the_export_panel_and_leaves_the_cell_selected(chosen, export, qtbot):
    name = export.name.text()
    qtbot.keyClick(export.save, KEY.Key_Escape)
    qtbot.waitUntil(lambda: not export.isVisible())
    assert chosen.desk.session.playhead == HEAD
    assert name == "conv1[2, 10, 9]"


def test_the_first_esc_ends_the_export_that_runs_and_the_second_closes(chosen, export, qtbot, tmp_path):
    export.ask = lambda suffix: tmp_path / f"out{suffix}"
    qtbot.mouseClick(export.choices.kind.button("film"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(export._heads) > 1)
    qtbot.mouseClick(export.save, Qt.MouseButton.LeftButton)
    assert export.job.running
    assert not export.leave.isVisible()
    qtbot.keyClick(export.cancel, KEY.Key_Escape)
    qtbot.waitUntil(lambda: not export.job.running)
    assert export.isVisible()
    assert chosen.desk.session.playhead == HEAD
    qtbot.keyClick(export.save, KEY.Key_Escape)
    qtbot.waitUntil(lambda: not export.isVisible())
    assert chosen.desk.session.playhead == HEAD
    assert list(tmp_path.iterdir()) == []


def test_the_export_panel_has_a_button_that_closes_it(chosen, export, qtbot):
    assert export.leave.text() == "Close"
    qtbot.mouseClick(export.leave, Qt.MouseButton.LeftButton)
    assert not export.isVisible()
    assert chosen.desk.session.playhead == HEAD


@pytest.mark.parametrize(("key", "held"), [(k, h) for k, h in ACTING if k != KEY.Key_Z])
def test_a_key_in_the_palette_does_nothing_behind_it(chosen, qtbot, key, held):
    qtbot.keyClick(chosen, KEY.Key_K, CONTROL)
    field = chosen.palette_box.field
    qtbot.waitUntil(field.hasFocus)
    before = behind(chosen)
    qtbot.keyClick(field, key, held)
    assert behind(chosen) == before
    assert chosen.palette_box.isVisible()
    qtbot.keyClick(field, KEY.Key_K, CONTROL)  # the key that opened it closes it
    assert not chosen.palette_box.isVisible()
    assert behind(chosen) == before


def test_letters_and_esc_in_the_kernel_panel_do_nothing_behind_it(chosen, qtbot):
    qtbot.keyClick(chosen, KEY.Key_K)
    panel = chosen.kernel
    qtbot.waitUntil(lambda: QApplication.activeWindow() is panel or panel.isVisible())
    panel.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is panel)
    before = behind(chosen)
    for part in (panel.chips, panel.editor.grid):
        part.setFocus()
        for key in (KEY.Key_W, KEY.Key_C, KEY.Key_L, KEY.Key_I):
            qtbot.keyClick(part, key)
            assert behind(chosen) == before
    panel.chips.setFocus()
    qtbot.keyClick(panel.chips, KEY.Key_F10)  # it is used along with the window: stepping goes on
    assert chosen.desk.session.playhead != HEAD
    stepped = chosen.desk.session.playhead
    qtbot.keyClick(panel.chips, KEY.Key_Escape)
    assert not panel.isVisible()
    assert chosen.desk.session.playhead == stepped
    chosen.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is chosen)
    qtbot.keyClick(chosen, KEY.Key_K)
    panel.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is panel)
    panel.chips.setFocus()
    qtbot.keyClick(panel.chips, KEY.Key_K)
    assert not panel.isVisible()


def test_keys_in_a_popover_do_nothing_behind_it_but_undo(chosen, qtbot):
    sees = chosen.explore.sees
    qtbot.mouseClick(sees.change, Qt.MouseButton.LeftButton)
    box = sees.switches
    qtbot.waitUntil(box.isVisible)
    qtbot.mouseClick(sees.centre, Qt.MouseButton.LeftButton, pos=QPoint(8, sees.centre.height() // 2))
    before = behind(chosen)
    for key, held in ((k, h) for k, h in ACTING if k != KEY.Key_Z):
        qtbot.keyClick(sees.centre, key, held)
        assert behind(chosen) == before
        assert box.isVisible()
        assert kept(sees.centre, key, held)  # also where a popup leaves the window active
    assert not kept(sees.centre, KEY.Key_Z, CONTROL)
    qtbot.keyClick(sees.centre, KEY.Key_Escape)
    assert not box.isVisible()
    assert chosen.desk.session.playhead is not None
