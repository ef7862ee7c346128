"""Another network comes under the playhead while something goes on: it lets go, and who steps then sees the new one."""

from __future__ import annotations

import numpy as np
import pytest

from app.drive import settle
from app.model import edits
from app.model.timeline import LOSS, Playhead, exists
from tests.gui.whole import at_cell, opened, spot

WEIGHT = Playhead("conv1", (2, 0, 1, 1), None, "weight", "backward")


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("under")) as window:
        yield window


@pytest.fixture
def window(kept, qtbot):
    at_cell(kept, qtbot)
    yield kept
    kept.desk.player.pause()
    kept.desk.debugger.comparison.let_go()
    if kept.export is not None:
        kept.export.close()


def playing(window) -> None:
    window.desk.player.set_speed(100.0)
    window.desk.player.play()


def looping(window) -> None:
    window.desk.player.set_loop(True)
    playing(window)


def hovering(window) -> None:
    at = spot(window, "conv2", (4, 5, 5))
    window.desk.session.hover(Playhead("conv2", (4, 5, 5)))
    assert at is not None


def comparing(window) -> None:
    window.desk.perform("compare.number")
    window.desk.perform("compare.keep")
    window.desk.session.select(Playhead("conv2", (3, 4, 4)))


def checking(window) -> None:
    window.desk.session.select(WEIGHT)
    window.explore.inspector.checked.quiet.timeout.emit()  # it has been quiet for long enough
    assert window.explore.inspector.checked.job.running


def layer_open(window) -> None:
    window.desk.perform("view.layer")
    settle()
    window.explore.layer._measure()
    assert window.explore.layer._job.running


def soloed(window) -> None:
    window.desk.session.edit(edits.solo, "conv1", 2, 6)


def watching(window) -> None:
    window.desk.perform("watches.pin")
    window.desk.perform("stops.toggle")


def exporting(window) -> None:
    window.desk.perform("file.export")
    settle()


def at_the_loss(window) -> None:
    window.desk.session.select(Playhead(LOSS, (), lane="loss"))


def at_a_term(window) -> None:
    window.desk.session.select(Playhead("conv1", (2, 10, 9), 24))


STATES = [playing, looping, hovering, comparing, checking, layer_open, soloed, watching, exporting, at_the_loss,
          at_a_term]


@pytest.mark.parametrize("state", STATES, ids=lambda f: f.__name__)
@pytest.mark.parametrize("example", ["b1", "c3"])
def test_an_example_may_come_whatever_goes_on(window, qtbot, state, example):
    state(window)
    settle()
    window.desk.action(f"examples.{example}").trigger()
    settle()
    session, network = window.desk.session, window.desk.session.view.network
    assert session.title
    assert not window.banner.isVisible()
    assert session.hovered is None or exists(network, session.hovered)
    assert session.playhead is None
    assert not window.desk.player.playing
    for _ in range(2):
        window.desk.perform("stepper.forward")
        settle()
    assert session.playhead is not None
    assert exists(network, session.playhead)
    assert window.explore.inspector.cell.text() == session.playhead.name
    window.grab()


@pytest.mark.parametrize("state", STATES, ids=lambda f: f.__name__)
def test_undo_and_redo_may_come_whatever_goes_on(window, qtbot, state):
    session = window.desk.session
    session.edit(edits.set_weight, "conv1.weight", (2, 0, 1, 1), 3.0)
    state(window)
    settle()
    for way in ("edit.undo", "edit.undo", "edit.redo", "edit.redo"):
        window.desk.action(way).trigger()
        settle()
    window.desk.player.pause()
    head = session.playhead
    assert head is not None
    assert exists(session.view.network, head)
    expected = session.results.document.weights["conv1.weight"]
    assert expected is session.document.weights["conv1.weight"]
    window.desk.perform("stepper.forward")
    settle()
    window.grab()


@pytest.mark.parametrize("head", [Playhead("softmax", (9,)), Playhead(LOSS, (9,), None, "input0", "backward"),
                                  Playhead("scores", (9, 40), None, "weight", "backward"),
                                  Playhead("scores", (9,), None, "bias", "update")], ids=lambda h: h.name)
def test_a_new_head_of_two_classes_keeps_the_playhead_at_the_nearest_number(window, qtbot, head):
    session = window.desk.session
    session.edit(edits.add_classes, ("a", "b"))
    session.edit(edits.add_sample, 0, session.view.drawing)
    session.edit(edits.add_sample, 1, np.roll(session.view.drawing, 50, 0))
    session.select(head)
    window.desk.runs.start()
    qtbot.waitUntil(lambda: session.run is not None and session.run.step > 1, timeout=20000)
    window.desk.runs.pause()
    qtbot.waitUntil(lambda: session.run.status == "paused", timeout=20000)
    window.desk.runs.accept()
    settle()
    assert session.view.network.shapes["scores"] == (2,)
    assert session.playhead.stretch == head.stretch
    assert session.playhead.index == (1, *head.index[1:])
    assert window.explore.stepper.isVisible()
    window.desk.action("edit.undo").trigger()
    settle()
    assert session.view.network.shapes["scores"] == (10,)
    assert exists(session.view.network, session.playhead)
