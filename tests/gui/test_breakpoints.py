"""Breakpoints by keys and clicks in the whole window: set, stop there with a sentence, run to, told at a stroke."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from app import numbers, paths, theme
from app.drive import draw, mouse, settle
from app.jobs.plan import chosen
from app.model import edits
from app.model.breakpoints import Breakpoint
from app.model.timeline import Playhead
from cnncore.data.strokes import load_templates, render, vary
from tests.gui.pointer import hover
from tests.gui.whole import CONTROL, LEFT, SHIFT, afresh, click_cell, draw_three, opened, spot, templates

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("stops")) as window:
        yield window


@pytest.fixture
def window(kept, qtbot):
    afresh(kept)
    draw_three(kept)
    click_cell(kept, qtbot, "conv1", (2, 10, 9))
    kept.activateWindow()
    qtbot.waitUntil(kept.isActiveWindow)
    return kept


def stops(window):
    return window.desk.session.document.stops


def head(window):
    return window.desk.session.playhead


def segment(window, name: str, lane: int) -> int:
    timeline = window.explore.transport.timeline
    return next(k for k, s in enumerate(timeline._stretches) if s.name == name and s.lane == lane)


def middle(window, k: int) -> QPoint:
    return window.explore.transport.timeline.boxes()[k].center().toPoint()


def dots(window) -> int:
    """Pixels of the timeline in the red of a breakpoint."""
    image = window.explore.transport.timeline.grab().toImage()
    red = theme.color("wrong").rgb()
    return sum(image.pixel(x, y) == red for x in range(image.width()) for y in range(image.height()))


def test_f9_sets_a_breakpoint_that_is_a_red_dot_and_takes_it_away(window, qtbot):
    assert dots(window) == 0
    qtbot.keyClick(window, Key.Key_F9)
    assert stops(window) == (Breakpoint(node="conv1"),)
    assert window.explore.transport.timeline.stops == {segment(window, "conv1", 0)}
    assert dots(window) > 8
    qtbot.keyClick(window, Key.Key_F9)
    assert stops(window) == ()
    assert dots(window) == 0


def test_ctrl_and_a_click_on_either_lane_set_and_remove_one_and_the_playhead_stays(window, qtbot):
    timeline = window.explore.transport.timeline
    for name, lane, expected in (("conv2", 0, Breakpoint(node="conv2")),
                                 ("conv1", 1, Breakpoint("backward", "conv1", "weight"))):
        k = segment(window, name, lane)
        qtbot.mouseClick(timeline, LEFT, CONTROL, middle(window, k))
        assert stops(window) == (expected,)
        assert timeline.stops == {k}
        assert head(window) == Playhead("conv1", (2, 10, 9))
        qtbot.mouseClick(timeline, LEFT, CONTROL, middle(window, k))
        assert stops(window) == ()


def test_the_timelines_tooltip_says_how(window):
    timeline = window.explore.transport.timeline
    place = middle(window, segment(window, "conv2", 0))
    QApplication.sendEvent(timeline, QHelpEvent(QEvent.Type.ToolTip, place, timeline.mapToGlobal(place)))
    assert "Ctrl and a click set a breakpoint" in QToolTip.text()
    QToolTip.hideText()


def test_f5_plays_to_the_breakpoint_and_the_foot_says_why_with_the_number(window, qtbot):
    qtbot.mouseClick(window.explore.transport.timeline, LEFT, CONTROL, middle(window, segment(window, "relu1", 0)))
    click_cell(window, qtbot, "conv1", (5, 23, 15))
    window.desk.player.set_speed(100.0)
    qtbot.keyClick(window, Key.Key_F5)
    qtbot.waitUntil(lambda: not window.desk.player.playing)
    assert head(window) == Playhead("relu1", (0, 0, 0))
    value = window.explore.inspector.value.text()
    assert window.footer.text.text() == f"Stopped where relu1 begins: relu1[0, 0, 0] is {value}."


def test_on_to_the_next_and_back_to_the_one_before(window, qtbot):
    for name in ("conv2", "pool2"):
        qtbot.mouseClick(window.explore.transport.timeline, LEFT, CONTROL, middle(window, segment(window, name, 0)))
    qtbot.keyClick(window, Key.Key_F5, CONTROL)
    assert head(window) == Playhead("conv2", (0, 0, 0))
    qtbot.keyClick(window, Key.Key_F5, CONTROL)
    assert head(window) == Playhead("pool2", (0, 0, 0))
    qtbot.keyClick(window, Key.Key_F5, CONTROL)
    assert head(window) == Playhead("pool2", (0, 0, 0))
    assert window.banner.label.text() == "No breakpoint stops after this place."
    qtbot.keyClick(window, Key.Key_F5, CONTROL | SHIFT)
    assert head(window) == Playhead("conv2", (0, 0, 0))
    qtbot.keyClick(window, Key.Key_F9, CONTROL | SHIFT)
    assert stops(window) == ()
    assert not window.desk.action("stops.next").isEnabled()
    assert "F9" in window.desk.reason("stops.next")


def test_ctrl_f10_runs_to_the_cell_under_the_pointer_or_clicked_last(window, qtbot):
    view = window.explore.network.view
    hover(view.viewport(), spot(window, "conv2", (3, 4, 4)))
    qtbot.keyClick(window, Key.Key_F10, CONTROL)
    assert head(window) == Playhead("conv2", (3, 4, 4))
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    qtbot.keyClick(window, Key.Key_F10, CONTROL)
    assert head(window) == Playhead("conv1", (2, 10, 9))


def test_a_condition_is_typed_in_the_strip_and_stops_at_its_number(window, qtbot):
    qtbot.keyClick(window, Key.Key_F9, CONTROL)
    line = window.explore.watches.field.line
    assert line.hasFocus()
    assert line.text() == "conv1: value > "
    qtbot.keyClicks(line, "1.2")
    qtbot.keyClick(line, Key.Key_Return)
    assert stops(window) == (Breakpoint(node="conv1", condition="value > 1.2"),)
    assert not line.isVisible()
    qtbot.keyClick(window, Key.Key_F5, CONTROL)
    values = window.desk.session.results.values("conv1")
    assert values[head(window).index] > 1.2
    assert "value > 1.2" in window.footer.text.text()
    assert window.explore.inspector.value.text() in window.footer.text.text()


def test_the_strips_dot_offers_conditions_that_are_ready(window, qtbot):
    strip = window.explore.watches
    qtbot.mouseClick(strip.dot, LEFT)
    entry = next(a for a in strip.menu.actions() if "ReLU" in a.text())
    qtbot.mouseClick(strip.menu, LEFT, pos=strip.menu.actionGeometry(entry).center())
    assert stops(window) == (Breakpoint(condition="dead"),)
    settle()
    assert strip.stop_rows[0].label.whole == "a ReLU dies: its whole map is 0"
    assert strip.stop_rows[0].label.property("role") == "text"


@pytest.mark.parametrize(("text", "words"), [("conv9: value > 1", "no step called conv9"), ("conv1 > 1", "3456"),
                                             ("valu > 1", "Did you mean: value"), ("1 >", "too soon")])
def test_a_typing_error_is_a_sentence_under_the_field(window, qtbot, text, words):
    qtbot.keyClick(window, Key.Key_F9, CONTROL)
    field = window.explore.watches.field
    field.line.clear()
    qtbot.keyClicks(field.line, text)
    field.completer.popup().hide()
    qtbot.keyClick(field.line, Key.Key_Return)
    assert field.refusal.isVisible()
    assert words in field.refusal.text()
    assert stops(window) == ()
    qtbot.keyClick(field.line, Key.Key_Escape)
    assert not field.isVisible()


def test_a_stroke_that_changes_the_answer_is_told_and_a_click_goes_there(window, qtbot):
    window.desk.perform("canvas.clear")
    canvas = window.explore.canvas.canvas
    draw(canvas, templates("digits")["1"][0])
    qtbot.wait(1)
    window.desk.debugger.add("changed")
    assert window.banner.message is None
    before = window.explore.answer.winner.text()
    draw(canvas, templates("digits")["0"][0])
    qtbot.waitUntil(window.banner.isVisible)
    after = window.explore.answer.winner.text()
    assert after != before
    assert f"from “{before}” to “{after}”" in window.banner.label.text()
    qtbot.mouseClick(window.banner.remedy, LEFT)
    assert head(window) == Playhead("softmax", (int(after),))


def test_breakpoints_are_saved_and_opened_with_the_project(window, qtbot, tmp_path, monkeypatch):
    qtbot.keyClick(window, Key.Key_F9)
    qtbot.keyClick(window, Key.Key_W)
    listed = stops(window), window.desk.session.document.watches
    assert listed == ((Breakpoint(node="conv1"),), ("conv1[2, 10, 9]",))
    file = tmp_path / "a.convscope"
    monkeypatch.setattr(window.filing, "ask_save", lambda *_: file)
    monkeypatch.setattr(window.filing, "ask_open", lambda: file)
    qtbot.keyClick(window, Key.Key_S, CONTROL)
    assert not window.desk.session.modified
    afresh(window)
    assert stops(window) == ()
    qtbot.keyClick(window, Key.Key_O, CONTROL)
    assert (stops(window), window.desk.session.document.watches) == listed
    assert window.explore.transport.timeline.stops == {segment(window, "conv1", 0)}


def test_undo_leaves_breakpoints(window, qtbot):
    qtbot.keyClick(window, Key.Key_F9)
    qtbot.keyClick(window, Key.Key_Z, CONTROL)
    assert not window.desk.session.document.drawing.any()
    assert stops(window) == (Breakpoint(node="conv1"),)


# --- stepping over what holds

def test_f10_by_layer_halts_inside_and_the_foot_names_breakpoint_number_and_condition(window, qtbot):
    window.desk.debugger.add("conv2: value > 2")
    window.desk.perform("stepper.by_layer")
    qtbot.keyClick(window, Key.Key_F10)  # to the end of conv1
    foot = window.footer.text
    before = foot.text()
    for _ in range(3):
        qtbot.keyClick(window, Key.Key_F10)
    assert head(window).node == "conv2"
    assert window.desk.session.results.values("conv2")[head(window).index] > 2
    value = window.explore.inspector.value.text()
    assert foot.text() == f"Stopped at {head(window).name}: it is {value}, and the breakpoint is conv2: value > 2."
    qtbot.keyClick(window, Key.Key_F10, ALT)
    assert head(window) == Playhead("pool1", (5, 11, 11))
    assert foot.text() == before  # what was said about a number is past with the next


def test_what_is_said_of_a_stop_is_past_when_the_number_changes(window, qtbot):
    qtbot.keyClick(window, Key.Key_F9)
    window.desk.session.select(Playhead("input", (0, 27, 27)))
    qtbot.keyClick(window, Key.Key_F10)
    assert window.footer.text.text().startswith("Stopped where conv1 begins")
    draw(window.explore.canvas.canvas, [templates("digits")["1"][0][0]])
    assert not window.footer.text.text().startswith("Stopped")


def test_shift_f11_halts_inside_and_f11_steps_on_from_term_to_term(window, qtbot):
    window.desk.debugger.add("conv1: value > 1")
    qtbot.keyClick(window, Key.Key_F11)
    qtbot.keyClick(window, Key.Key_F11)
    assert head(window) == Playhead("conv1", (2, 10, 9), 1)
    qtbot.keyClick(window, Key.Key_F11, SHIFT)
    assert head(window) == Playhead("conv1", (2, 10, 9))
    qtbot.keyClick(window, Key.Key_F11, SHIFT)
    assert head(window).map == 2
    assert window.desk.session.results.values("conv1")[head(window).index] > 1
    assert window.desk.player.grain == "cell"
    assert "value > 1" in window.footer.text.text()


# --- while one draws, while it learns

def test_a_line_says_while_one_draws_that_its_condition_has_come_true_and_the_playhead_stays(window, qtbot):
    window.desk.perform("canvas.clear")
    click_cell(window, qtbot, "conv1", (2, 10, 9))
    window.desk.debugger.add("relu1: value > 1")
    row = window.explore.watches.stop_rows[0]
    assert row.mark.text() == ""
    canvas = window.explore.canvas.canvas
    points = [canvas.at(x, 140.0) for x in (60.0, 100.0, 140.0, 180.0, 220.0)]
    mouse(canvas, "press", points[0])
    for point in points[1:]:
        mouse(canvas, "move", point)
    count = int(np.count_nonzero(window.desk.session.results.values("relu1") > 1))
    assert count
    qtbot.waitUntil(lambda: row.mark.text() == f"⚠ {count}×")
    assert window.desk.session.drawing
    assert row.mark.token == "warn"
    assert "The first: relu1[" in row.label.toolTip()
    mouse(canvas, "release", points[-1])
    settle()
    assert head(window) == Playhead("conv1", (2, 10, 9))
    assert not window.banner.isVisible()
    qtbot.mouseClick(row.label, LEFT)
    assert window.desk.session.results.values("relu1")[head(window).index] > 1


def test_a_training_run_stands_still_where_a_breakpoint_begins_to_hold(window, qtbot):
    session, rng = window.desk.session, np.random.default_rng(4)
    shapes = load_templates(paths.asset("strokes", "shapes.json"))
    session.edit(edits.add_classes, ("circle", "cross"))
    for k, name in enumerate(("circle", "cross")):
        for _ in range(4):
            session.edit(edits.add_sample, k, render(vary(shapes[name][0], rng)))
    window.desk.debugger.add("loss > .01")  # the shipped LeNet is sure; a head that has just begun to learn is not
    assert window.explore.watches.stop_rows[0].mark.text() == ""
    settings = chosen(session.document).settings.but(steps=5000, learning_rate=1e-5)
    session.edit(edits.set_training, settings=settings, auto=False)
    try:
        window.desk.runs.start()
        qtbot.waitUntil(lambda: session.run is not None and session.run.status == "paused", timeout=30000)
        assert window.banner.isVisible()
        said = window.banner.label.text()
        assert said.startswith("Training is paused at step ")
        assert f"loss > .01, with loss = {numbers.figure(session.results.loss)[:3]}" in said
        assert window.explore.watches.stop_rows[0].mark.text() == "⚠ holds"
        qtbot.keyClick(window, Key.Key_F6)
        qtbot.waitUntil(lambda: session.run.step > 20)  # it goes on, and does not stop again while it still holds
        assert session.run.status == "running"
    finally:
        window.desk.runs.discard()



def test_f5_is_at_the_next_breakpoint_at_once_and_plays_where_none_is_left(window, qtbot):
    qtbot.mouseClick(window.explore.transport.timeline, LEFT, CONTROL, middle(window, segment(window, "conv2", 0)))
    click_cell(window, qtbot, "conv1", (0, 0, 0))
    qtbot.keyClick(window, Key.Key_F5)
    assert head(window) == Playhead("conv2", (0, 0, 0))
    assert not window.desk.player.playing
    qtbot.keyClick(window, Key.Key_F5)
    assert window.desk.player.playing
    qtbot.keyClick(window, Key.Key_F5)
    assert not window.desk.player.playing
