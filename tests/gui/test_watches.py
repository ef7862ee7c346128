"""The strip of watches and the comparison, by keys and mouse in the whole window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from app import numbers, theme
from app.drive import draw, mouse, settle
from app.model.frames import value_of
from app.model.timeline import Playhead
from app.widgets.sparkline import Sparkline
from tests.gui.stepping import inside
from tests.gui.whole import CONTROL, LEFT, SHIFT, opened, templates, with_strip

Key = Qt.Key
CELL, OTHER = Playhead("conv1", (2, 10, 9)), Playhead("conv1", (4, 12, 12))


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("watches")) as window:
        yield window


@pytest.fixture
def window(kept, qtbot):
    return with_strip(kept, qtbot)


def strip(window):
    return window.explore.watches


def watched(window):
    return window.desk.session.document.watches


def watch(window, qtbot, text: str) -> None:
    window.activateWindow()  # without a window manager the list of names has taken that
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Key.Key_W, CONTROL)
    line = strip(window).field.line
    assert line.hasFocus()
    qtbot.keyClicks(line, text)
    strip(window).field.completer.popup().hide()
    qtbot.keyClick(line, Key.Key_Return)
    settle()


# --- watches

def test_w_pins_the_playheads_number_and_it_follows_strokes(window, qtbot):
    qtbot.keyClick(window, Key.Key_W)
    assert watched(window) == ("conv1[2, 10, 9]",)
    row = strip(window).watch_rows[0]
    first = value_of(window.desk.session.results, CELL)
    assert row.value.text() == numbers.figure(first)
    assert row.course.values == (first,)
    draw(window.explore.canvas.canvas, [templates("digits")["1"][0][0]])
    second = value_of(window.desk.session.results, CELL)
    assert second != first
    assert row.value.text() == numbers.figure(second)
    assert row.course.values == (first, second)


def test_an_expression_is_typed_and_its_names_are_offered(window, qtbot):
    qtbot.keyClick(window, Key.Key_W, CONTROL)
    field = strip(window).field
    qtbot.keyClicks(field.line, "max(conv1.w")
    popup = field.completer.popup()
    assert popup.isVisible()
    assert field.completer.currentCompletion() == "conv1.weight"
    qtbot.keyClick(popup, Key.Key_Down)
    qtbot.keyClick(popup, Key.Key_Return)
    assert field.line.text() == "max(conv1.weight"
    qtbot.keyClicks(field.line, ")")
    qtbot.keyClick(field.line, Key.Key_Return)
    assert watched(window) == ("max(conv1.weight)",)
    assert not field.isVisible()


def test_a_typing_error_is_a_sentence_under_the_field_and_esc_gives_up(window, qtbot):
    watch(window, qtbot, "conv1")
    field = strip(window).field
    assert "3456 numbers" in field.refusal.text()
    assert inside(field.refusal, strip(window))
    assert watched(window) == ()
    qtbot.keyClick(field.line, Key.Key_Escape)
    assert not field.isVisible()
    assert window.desk.session.playhead == CELL


def edit_by_double_click(qtbot, row) -> None:
    qtbot.mouseDClick(row.label, LEFT)


def edit_by_f2(qtbot, row) -> None:
    row.label.setFocus()
    qtbot.keyClick(row.label, Key.Key_F2)


def edit_by_the_pen(qtbot, row) -> None:
    QApplication.sendEvent(row, QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(row.mapToGlobal(row.pos()))))
    assert row.edit.isVisible()
    assert inside(row.edit, row)
    qtbot.mouseClick(row.edit, LEFT)


@pytest.mark.parametrize("edit", [edit_by_double_click, edit_by_f2, edit_by_the_pen])
def test_a_line_is_edited_in_its_place(window, qtbot, edit):
    for text in ("max(conv1)", "loss"):
        watch(window, qtbot, text)
    edit(qtbot, strip(window).watch_rows[0])
    line = strip(window).field.line
    assert line.text() == "max(conv1)"
    qtbot.keyClicks(line, "min(conv1)")
    strip(window).field.completer.popup().hide()
    qtbot.keyClick(line, Key.Key_Return)
    assert watched(window) == ("min(conv1)", "loss")


def test_a_click_goes_to_the_number_and_enter_too(window, qtbot):
    for text in ("max(conv2)", "grad(conv1.weight)[2, 0, 1, 3]"):
        watch(window, qtbot, text)
    maximum, weight = strip(window).watch_rows
    qtbot.mouseClick(maximum.label, LEFT)
    head = window.desk.session.playhead
    values = window.desk.session.results.values("conv2")
    assert head.node == "conv2"
    assert values[head.index] == values.max()
    assert window.explore.inspector.cell.text() == head.name
    weight.label.setFocus()
    qtbot.keyClick(weight.label, Key.Key_Return)
    assert window.desk.session.playhead == Playhead("conv1", (2, 0, 1, 3), None, "weight", "backward")


def test_what_names_no_number_says_so(window, qtbot):
    watch(window, qtbot, "1 + 2")
    qtbot.mouseClick(strip(window).watch_rows[0].label, LEFT)
    assert "1 + 2 names no number" in window.banner.label.text()
    assert window.desk.session.playhead == CELL


def test_lines_are_reordered_with_the_mouse_and_with_keys_and_the_focus_stays(window, qtbot):
    for text in ("loss", "answer", "p[3]"):
        watch(window, qtbot, text)
    label = strip(window).watch_rows[2].label
    place = label.rect().center()
    qtbot.mousePress(label, LEFT, pos=place)
    far = strip(window).watch_rows[2].y() - strip(window).watch_rows[0].y()
    for part in (3, 1):
        over = QPointF(place.x(), place.y() - far / part)
        QApplication.sendEvent(label, QMouseEvent(QEvent.Type.MouseMove, over, QPointF(label.mapToGlobal(over)),
                                                  Qt.MouseButton.NoButton, LEFT, Qt.KeyboardModifier.NoModifier))
    qtbot.mouseRelease(label, LEFT, pos=QPoint(place.x(), place.y()))
    assert watched(window) == ("p[3]", "loss", "answer")
    assert window.desk.session.playhead == CELL  # a drag is no click
    row = strip(window).watch_rows[0]
    row.label.setFocus()
    qtbot.keyClick(row.label, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert watched(window) == ("loss", "p[3]", "answer")
    assert QApplication.focusWidget() is strip(window).watch_rows[1].label
    qtbot.keyClick(window, Key.Key_Z, CONTROL)
    assert watched(window) == ("loss", "p[3]", "answer")  # undo takes back the drawing
    assert not window.desk.session.document.drawing.any()


def test_a_pinned_map_is_a_picture_with_its_mean(window, qtbot):
    qtbot.keyClick(window, Key.Key_W, SHIFT)
    assert watched(window) == ("conv1[2]",)
    settle()
    row = strip(window).watch_rows[0]
    mean = float(window.desk.session.results.values("conv1")[2].astype(float).mean())
    assert row.value.text() == numbers.figure(mean)
    assert row.label.accessibleName() == "conv1[2] · mean"
    assert row.thumb.isVisible()
    before = row.thumb.grab().toImage()
    colours = {before.pixel(x, y) for x in range(before.width()) for y in range(before.height())}
    assert len(colours) > 20
    draw(window.explore.canvas.canvas, [templates("digits")["1"][0][0]])
    assert row.thumb.grab().toImage() != before
    assert len(row.course.values) == 2


def test_courses_and_values_stand_under_one_another(window, qtbot):
    for text in ("loss", "1 / 3 - 1", "max(conv1)", "grad(conv1.weight)[2, 0, 1, 3]", "123456 * 3"):
        watch(window, qtbot, text)
    draw(window.explore.canvas.canvas, [templates("digits")["1"][0][0]])
    settle()
    rows = strip(window).watch_rows
    assert len({row.course.x() for row in rows}) == len({row.value.geometry().right() for row in rows}) == 1
    assert all(row.value.width() >= row.value.need for row in rows)


def test_under_a_moving_pen_the_strip_follows_a_little_later(window, qtbot):
    watch(window, qtbot, "mean(conv1)")
    row = strip(window).watch_rows[0]
    first = row.value.text()
    canvas = window.explore.canvas.canvas
    points = [canvas.at(x, 200.0) for x in (40.0, 100.0, 160.0, 220.0)]
    mouse(canvas, "press", points[0])
    for point in points[1:]:
        mouse(canvas, "move", point)
    assert window.desk.session.drawing
    assert row.value.text() == first
    qtbot.waitUntil(lambda: row.value.text() == numbers.figure(float(
        window.desk.session.results.values("conv1").mean())))
    assert window.desk.session.drawing
    assert len(row.course.values) == 1  # the series waits for the end of the stroke
    mouse(canvas, "release", points[-1])
    assert len(row.course.values) == 2


def test_the_cross_comes_with_the_pointer_and_removes_the_line(window, qtbot):
    for text in ("max(conv1)", "loss"):
        watch(window, qtbot, text)
    row = strip(window).watch_rows[0]
    row.label.set_whole("max(conv1[0:3, 4:9, 1:22]) - min(conv1[0:3, 4:9, 1:22])")
    assert not row.remove.isVisible()
    QApplication.sendEvent(row, QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(row.mapToGlobal(row.pos()))))
    assert row.remove.isVisible()
    assert inside(row.remove, row)
    text = row.label.x() + row.label.fontMetrics().horizontalAdvance(row.label.text())
    assert text <= row.edit.x() < row.remove.x() < row.course.x()  # they cover nothing
    qtbot.mouseClick(row.remove, LEFT)
    assert watched(window) == ("loss",)


def test_delete_removes_the_line_with_the_focus(window, qtbot):
    watch(window, qtbot, "max(conv1)")
    row = strip(window).watch_rows[0]
    row.label.setFocus()
    qtbot.keyClick(row.label, Key.Key_Delete)
    assert watched(window) == ()


def test_what_cannot_be_computed_is_red_with_its_reason(window, qtbot):
    watch(window, qtbot, "max(conv1)")
    window.desk.session.set_watches(("max(conv1)", "max(nothing)"))
    good, bad = strip(window).watch_rows
    assert good.label.palette().windowText().color() == theme.color("ink")
    assert bad.value.text() == "✕"
    assert "nothing called nothing" in bad.label.toolTip()
    assert bad.value.token == "wrong"


def test_a_breakpoint_has_a_dot_that_switches_it(window, qtbot):
    qtbot.keyClick(window, Key.Key_F9)
    row = strip(window).stop_rows[0]
    assert row.label.whole == "conv1"
    qtbot.mouseClick(row.dot, LEFT)
    assert not window.desk.session.document.stops[0].on
    assert window.explore.transport.timeline.stops == frozenset()
    row = strip(window).stop_rows[0]
    assert not row.dot.isChecked()
    qtbot.mouseClick(row.dot, LEFT)
    assert window.desk.session.document.stops[0].on


def test_nothing_is_computed_for_a_strip_that_nobody_sees(window, qtbot):
    watch(window, qtbot, "mean(conv1)")
    qtbot.mouseClick(strip(window).fold, LEFT)
    assert not strip(window).scroll.isVisible()
    shown = strip(window).watch_rows[0].value.text()
    draw(window.explore.canvas.canvas, [templates("digits")["1"][0][0]])
    assert strip(window).watch_rows[0].value.text() == shown
    qtbot.mouseClick(strip(window).fold, LEFT)
    now = numbers.figure(float(window.desk.session.results.values("conv1").mean()))
    assert strip(window).watch_rows[0].value.text() == now != shown


@pytest.mark.parametrize("language", ["english", "chinese"])
def test_in_a_low_window_the_strip_leaves_the_inspector_its_room(window, qtbot, language):
    window.desk.perform(f"view.{language}")
    try:
        inspector = window.explore.inspector
        for text in ("max(conv1)", "loss", "conv1[2, 10, 9]", "p[3]", "p[8]", "grad(conv1.weight)[2, 0, 2, 3]"):
            window.desk.debugger.watches.add(text)
        window.desk.perform("stops.toggle")
        qtbot.wait(120)
        assert inspector.height() >= 440
        assert strip(window).geometry().top() > inspector.geometry().bottom()
        assert inside(strip(window), window.explore)
        assert strip(window).scroll.verticalScrollBar().maximum() > 0
        for row in strip(window).watch_rows:
            assert row.value.width() >= row.value.sizeHint().width()
            assert row.label.width() > 60
        qtbot.mouseClick(strip(window).fold, LEFT)
        settle()
        assert strip(window).height() < 45
    finally:
        window.desk.perform("view.english")


# --- the sparkline

def test_a_sparkline_rises_with_its_numbers_and_leaves_gaps(qtbot):
    line = Sparkline()
    qtbot.addWidget(line)
    line.resize(44, 18)
    line.set_values([1.0, 3.0, float("nan"), 2.0])
    points = line.points()
    assert points[2] is None
    there = [p for p in points if p is not None]
    assert [p.x() for p in there] == sorted(p.x() for p in there)
    assert there[1].y() < there[2].y() < there[0].y()
    assert all(0 <= p.x() <= 44 and 0 <= p.y() <= 18 for p in there)


def test_training_steps_stand_over_a_line_and_the_pointer_reads_one_number(qtbot):
    line = Sparkline()
    qtbot.addWidget(line)
    line.resize(46, 18)
    line.set_values([1.0, 3.0, 2.0, 4.0, 5.0], [False, False, True, True, False])
    (left, right), = line.floors()
    points = line.points()
    assert points[1].x() < left < points[2].x() < points[3].x() < right < points[4].x()
    image, foot = line.grab().toImage(), line.height() - 1
    assert image.pixel(round(points[3].x()), foot) != image.pixel(round(points[0].x()), foot)
    assert line.words() == "2 training steps (over the line) and 3 strokes: 1.00 to 5.00"
    assert line.at(points[3].x() + 1) == 3
    line.set_values([1.0, 3.0])
    assert line.floors() == []
    assert line.words() == "2 strokes: 1.00 to 3.00"
