"""The samples panel by mouse and key: naming classes, adding drawings, picking, moving, deleting."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from app import i18n
from app.model import edits
from app.model.samples import class_keys
from app.panels.samples import SamplesPanel
from app.widgets.sample_wall import MIME


@pytest.fixture
def panel(qtbot, desk):
    made = SamplesPanel(desk)
    qtbot.addWidget(made)
    made.resize(270, 640)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def filled(panel, desk, bar):
    """Two classes: four drawings and two."""
    desk.session.edit(edits.add_classes, ("bar", "dash"))
    for k in (0, 0, 0, 0, 1, 1):
        desk.session.edit(edits.add_sample, k, bar)
    return panel


def names(desk):
    return [c.name for c in desk.session.document.classes]


def counts(desk):
    return [len(c.samples) for c in desk.session.document.classes]


def click(qtbot, wall, k, modifiers=Qt.KeyboardModifier.NoModifier, button=Qt.MouseButton.LeftButton):
    qtbot.mouseClick(wall, button, modifiers, wall.rect_of(k).center())


# --- classes


def test_first_class_is_named_in_the_field_that_stands_open(panel, qtbot, desk):
    assert panel.field.isVisible()
    assert panel.empty.isVisible()
    qtbot.keyClicks(panel.field.line, "a circle")
    qtbot.keyClick(panel.field.line, Qt.Key.Key_Return)
    assert names(desk) == ["a circle"]
    assert not panel.empty.isVisible()
    panel.field.line.setText("圆")  # an input method's way
    qtbot.keyClick(panel.field.line, Qt.Key.Key_Return)
    assert names(desk) == ["a circle", "圆"]
    assert [v.name for v in panel.views] == names(desk)


def test_ten_digits_come_with_one_click_and_one_undo(panel, qtbot, desk):
    qtbot.mouseClick(panel.digits, Qt.MouseButton.LeftButton)
    assert names(desk) == list("0123456789")
    desk.session.undo()
    assert names(desk) == []
    assert panel.digits.isVisible()


@pytest.mark.parametrize(("name", "words"), [("", "visible characters"), ("x" * 41, "1 to 40"), ("bar", "another")])
def test_name_that_will_not_do_is_refused_under_the_field(filled, qtbot, desk, name, words):
    qtbot.mouseClick(filled.new, Qt.MouseButton.LeftButton)
    filled.field.line.setText(name)
    qtbot.keyClick(filled.field.line, Qt.Key.Key_Return)
    assert words in filled.field.refusal.text()
    assert filled.field.refusal.isVisible()
    assert names(desk) == ["bar", "dash"]
    qtbot.keyClicks(filled.field.line, "y")
    assert not filled.field.refusal.isVisible()


def test_escape_closes_the_field_without_a_class(filled, qtbot, desk):
    qtbot.mouseClick(filled.new, Qt.MouseButton.LeftButton)
    assert filled.field.isVisible()
    qtbot.keyClick(filled.field.line, Qt.Key.Key_Escape)
    assert not filled.field.isVisible()
    assert filled.new.isVisible()


def test_37th_class_is_blocked_with_the_reason(panel, desk):
    desk.session.edit(edits.add_classes, tuple(f"class {k}" for k in range(36)))
    panel._close_field()
    assert not panel.new.isEnabled()
    assert "36" in panel.new.toolTip()


def test_class_is_renamed_by_double_click_and_by_f2(filled, qtbot, desk):
    view = filled.views[0]
    qtbot.mouseDClick(view.head, Qt.MouseButton.LeftButton)
    assert view.field.line.text() == "bar"
    view.field.line.clear()
    qtbot.keyClicks(view.field.line, "pole")
    qtbot.keyClick(view.field.line, Qt.Key.Key_Return)
    assert names(desk) == ["pole", "dash"]
    qtbot.keyClick(view.head, Qt.Key.Key_F2)
    view.field.line.setText("dash")
    qtbot.keyClick(view.field.line, Qt.Key.Key_Return)
    assert "already" in view.field.refusal.text()
    qtbot.keyClick(view.field.line, Qt.Key.Key_Escape)
    assert names(desk) == ["pole", "dash"]
    assert view.head.isVisible()


def test_class_is_deleted_without_a_question_and_comes_back_with_undo(filled, qtbot, desk):
    before = desk.session.document
    qtbot.keyClick(filled.views[0].head, Qt.Key.Key_Delete)
    assert names(desk) == ["dash"]
    assert len(filled.views) == 1
    desk.session.undo()
    assert desk.session.document is before
    assert [v.count.text() for v in filled.views] == ["4", "2"]


def test_key_caps_are_own_characters_or_free_numbers():
    assert class_keys(["circle", "cross"]) == ["1", "2"]
    assert class_keys(["0", "3", "7"]) == ["0", "3", "7"]
    assert class_keys(["x", "shape", "2", "wide"]) == ["x", "", "2", "4"]
    assert class_keys(["圆"]) == ["1"]
    assert class_keys([f"class {k}" for k in range(11)])[8:] == ["9", "", ""]


# --- drawings


def test_plus_adds_what_is_on_the_canvas(filled, qtbot, desk, bar):
    assert not filled.views[0].add.isEnabled()
    assert "canvas is empty" in filled.views[0].add.toolTip()
    desk.session.edit(edits.set_drawing, bar)
    qtbot.mouseClick(filled.views[1].add, Qt.MouseButton.LeftButton)
    assert counts(desk) == [4, 3]
    assert filled.views[1].count.text() == "3"


def test_no_samples_yet_says_which_key_and_offers_the_button(panel, qtbot, desk, bar):
    desk.session.edit(edits.add_classes, ("circle", "cross"))
    assert panel.first.text() == "No samples yet. Draw, then press 1."
    assert [v.wall._invite for v in panel.views] == ["", ""]
    desk.session.edit(edits.set_drawing, bar)
    qtbot.mouseClick(panel.first_add, Qt.MouseButton.LeftButton)
    assert counts(desk) == [1, 0]
    assert not panel.first.isVisible()
    assert panel.views[1].wall._invite == "Draw, then press 2."


def test_click_picks_ctrl_adds_shift_takes_all_between(filled, qtbot, desk):
    samples = list(desk.session.document.classes[0].samples)
    wall, other = filled.views[0].wall, filled.views[1].wall
    click(qtbot, wall, 0)
    assert filled.selected == {samples[0]}
    click(qtbot, wall, 2, Qt.KeyboardModifier.ControlModifier)
    assert filled.selected == {samples[0], samples[2]}
    click(qtbot, other, 1, Qt.KeyboardModifier.ControlModifier)
    assert len(filled.selected) == 3
    click(qtbot, wall, 1)
    click(qtbot, wall, 3, Qt.KeyboardModifier.ShiftModifier)
    assert filled.selected == set(samples[1:4])


def test_delete_takes_all_picked_in_one_step_of_undo(filled, qtbot, desk):
    wall = filled.views[0].wall
    before = desk.session.document
    click(qtbot, wall, 1)
    click(qtbot, wall, 3, Qt.KeyboardModifier.ShiftModifier)
    steps = len(desk.session.history.past)
    qtbot.keyClick(wall, Qt.Key.Key_Delete)
    assert counts(desk) == [1, 2]
    assert len(desk.session.history.past) == steps + 1
    assert filled.selected == frozenset()
    desk.session.undo()
    assert desk.session.document is before


def test_menu_moves_the_picked_to_another_class(filled, qtbot, desk):
    sample = desk.session.document.classes[0].samples[2]
    click(qtbot, filled.views[0].wall, 2)
    menu = filled.menu()
    menu.actions()[0].menu().actions()[1].trigger()
    assert counts(desk) == [3, 3]
    assert desk.session.document.classes[1].samples[2] is sample
    desk.session.undo()
    assert counts(desk) == [4, 2]


def test_samples_dropped_on_a_class_belong_to_it(filled, qtbot, desk):
    click(qtbot, filled.views[0].wall, 0)
    data = QMimeData()
    data.setData(MIME, b"")
    enter = QDragEnterEvent(QPoint(20, 20), Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton,
                            Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(filled.views[1], enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(20, 20), Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton,
                      Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(filled.views[1], drop)
    assert counts(desk) == [3, 3]


def test_arrows_move_from_picture_to_picture(filled, qtbot, desk):
    samples = list(desk.session.document.classes[0].samples)
    wall = filled.views[0].wall
    wall.setFocus()
    qtbot.keyClick(wall, Qt.Key.Key_Right)
    assert filled.selected == {samples[0]}
    qtbot.keyClick(wall, Qt.Key.Key_Right)
    assert filled.selected == {samples[1]}
    qtbot.keyClick(wall, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert len(filled.selected) == 2


def test_double_click_puts_the_sample_on_the_canvas(filled, qtbot, desk, bar):
    wall = filled.views[0].wall
    qtbot.mouseDClick(wall, Qt.MouseButton.LeftButton, pos=wall.rect_of(0).center())
    assert (desk.session.document.drawing == bar).all()


def test_picks_from_elsewhere_are_ringed_and_scrolled_to(panel, qtbot, desk, bar):
    desk.session.edit(edits.add_classes, tuple(f"class {k}" for k in range(20)))
    for k in range(20):
        desk.session.edit(edits.add_sample, k, bar)
    qtbot.waitUntil(lambda: panel.scroll.verticalScrollBar().maximum() > 0)
    sample = desk.session.document.classes[19].samples[0]
    desk.runs.picked.emit((sample,))
    assert panel.selected == {sample}
    assert panel.scroll.verticalScrollBar().value() > 0
    view = panel.views[19].wall
    assert panel.scroll.viewport().rect().contains(view.mapTo(panel.scroll.viewport(), QPoint(5, 5)))


def test_many_samples_are_shown_by_one_widget_a_class_that_paints_what_is_seen(panel, qtbot, desk, bar, monkeypatch):
    from app.model.document import Document
    from app.model.samples import Sample, SampleClass, Samples

    blocks = [tuple(Sample(bar) for _ in range(100)) for _ in range(36)]
    classes = tuple(SampleClass(f"class {k}", Samples((blocks[k],))) for k in range(36))
    document: Document = desk.session.document
    desk.session.open(type(document)(**{**vars_of(document), "classes": classes}), None)
    qtbot.waitUntil(lambda: panel.scroll.verticalScrollBar().maximum() > 0)
    painted = []
    for view in panel.views:
        monkeypatch.setattr(view.wall, "_paint_one", lambda painter, k, v=view: painted.append(k))
    panel.scroll.verticalScrollBar().setValue(1000)
    panel.repaint()
    qtbot.wait(10)
    assert 0 < len(painted) < 400
    assert len(panel.findChildren(type(panel.views[0].wall))) == 36


def vars_of(document):
    from dataclasses import fields

    return {f.name: getattr(document, f.name) for f in fields(document)}


def test_panel_speaks_chinese_without_a_restart(filled, qtbot, desk):
    i18n.set_language("zh_CN")
    try:
        qtbot.waitUntil(lambda: filled.title.text() == "样本")
        assert "新类别" in filled.new.text()
        assert "的样本" in filled.views[0].wall.accessibleName()
    finally:
        i18n.set_language("en")


def test_everything_to_click_has_a_name(filled):
    from PySide6.QtWidgets import QAbstractButton

    for button in filled.findChildren(QAbstractButton):
        assert button.accessibleName() or button.text(), button.objectName()
    for view in filled.views:
        assert view.wall.accessibleName()
        assert view.head.accessibleName()
