"""Breakpoints over strokes and training steps: their lines say what holds, and a run that reaches one stands still."""

from __future__ import annotations

import time

import numpy as np
import pytest

from app.model import edits
from app.model.alarms import Alarms
from app.model.breakpoints import Breakpoint
from app.model.frames import value_of
from app.model.run import Checkpoint, RunState
from app.model.timeline import Playhead
from tests.app.shipped import ONE, SEVEN, drawn, shipped

VALUE = Breakpoint(node="relu1", condition="value > 1")
BACK = Breakpoint("backward", "conv1", "weight", "abs(value) > 0")


@pytest.fixture
def session(qapp):
    return shipped()


@pytest.fixture
def alarms(session):
    return Alarms(session)


@pytest.fixture
def told(alarms):
    heard = []
    alarms.reached.connect(heard.append)
    return heard


def over(session) -> int:
    return int(np.count_nonzero(session.results.values("relu1").astype(np.float64) > 1))


def test_a_value_that_gets_over_its_bound_while_one_draws_is_said_in_its_line_only(session, alarms, told, qtbot):
    session.set_stops((VALUE,))
    session.select(Playhead("conv1", (2, 10, 9)))
    assert alarms.holding(VALUE) is None
    session.preview_drawing(SEVEN)
    qtbot.waitUntil(lambda: alarms.holding(VALUE) is not None)
    holding = alarms.holding(VALUE)
    assert session.drawing
    assert (holding.count, holding.new) == (over(session), True)
    assert value_of(session.results, holding.first) > 1
    session.edit(edits.set_drawing, SEVEN)
    qtbot.waitUntil(lambda: not alarms._soon.isActive())
    assert alarms.holding(VALUE).count == over(session)
    assert told == []
    assert session.playhead == Playhead("conv1", (2, 10, 9))
    session.edit(edits.set_drawing, ONE)
    qtbot.waitUntil(lambda: alarms.holding(VALUE) is not None and alarms.holding(VALUE).count == over(session))
    assert not alarms.holding(VALUE).new  # it held before this stroke
    session.edit(edits.clear_drawing)
    qtbot.waitUntil(lambda: alarms.holding(VALUE) is None)


def test_what_holds_when_it_is_set_is_no_news(session, alarms, told, qtbot):
    session.edit(edits.set_drawing, SEVEN)
    qtbot.waitUntil(lambda: not alarms._soon.isActive())
    wrong = Breakpoint(condition="answer == 7")
    session.set_stops((wrong, VALUE))
    assert alarms.holding(wrong).count == 1
    assert alarms.holding(VALUE) is not None
    session.edit(edits.set_drawing, drawn((62, 220, 150, 180), (60, 90, 80, 180)))
    qtbot.waitUntil(lambda: not alarms._soon.isActive())
    assert told == []


def test_another_answer_is_shown_under_the_pen_and_told_at_its_end(session, alarms, told, qtbot):
    stop = Breakpoint(condition="changed")
    session.set_stops((stop,))
    session.edit(edits.set_drawing, ONE)
    qtbot.waitUntil(lambda: not alarms._soon.isActive())
    session.preview_drawing(SEVEN)
    qtbot.waitUntil(lambda: alarms.holding(stop) is not None)
    assert (alarms.holding(stop).before, told) == (1, [])
    session.edit(edits.set_drawing, SEVEN)
    qtbot.waitUntil(lambda: bool(told))
    assert (told[0].before, told[0].step) == (1, None)


def test_a_gradient_is_asked_when_the_hand_rests(session, alarms, qtbot):
    session.edit(edits.set_drawing, ONE)
    session.say(3)
    session.set_stops((BACK,))
    qtbot.waitUntil(lambda: alarms.holding(BACK) is not None)
    count = np.count_nonzero(session.results.gradients.weights["conv1.weight"])
    assert alarms.holding(BACK).count == count
    session.preview_drawing(SEVEN)
    qtbot.waitUntil(lambda: not alarms._later.isActive())
    assert "gradients" not in vars(session.results)
    session.edit(edits.set_drawing, SEVEN)
    qtbot.waitUntil(lambda: "gradients" in vars(session.results) and alarms.holding(BACK).count == np.count_nonzero(
        session.results.gradients.weights["conv1.weight"]))


def running(session, weights, step: int, at: int | None = None, status: str = "running") -> RunState:
    moments = tuple(Checkpoint(k + 1, one) for k, one in enumerate(weights))
    return RunState(status, session.document.network, session.document.labels, step=step, steps=99,
                    checkpoints=moments, at=at)


@pytest.mark.parametrize(("stop", "place"), [
    (VALUE, "relu1"), (Breakpoint(condition="not isfinite(value)"), "conv1"), (Breakpoint(condition="dead"), "relu1"),
    (Breakpoint(condition="max(abs(conv1.weight)) > 50"), "softmax"), (Breakpoint(condition="loss > 1"), ".loss")])
def test_a_training_step_that_reaches_one_tells_it_with_its_step_once(session, alarms, told, qtbot, stop, place):
    session.edit(edits.set_drawing, ONE)
    session.say(1)
    now = dict(session.document.weights)
    still = {**now, "conv1.weight": now["conv1.weight"] * 0 + .001, "conv1.bias": now["conv1.bias"] * 0}
    factor = np.nan if "isfinite" in stop.condition else -1e5 if stop.condition == "dead" else 1e5
    wild = {**still, "conv1.weight": still["conv1.weight"] * factor}
    if place == ".loss":
        still, wild = now, {**now, "scores.bias": now["scores.bias"] + np.eye(10, dtype=np.float32)[7] * 1000}
    session.set_stops((stop,))
    session.set_run(running(session, [still], 1))
    qtbot.waitUntil(lambda: not alarms._soon.isActive())
    assert told == [] or stop.condition == "dead"
    told.clear()
    session.set_run(running(session, [still, wild], 12))
    qtbot.waitUntil(lambda: bool(told))
    assert (told[0].stop, told[0].step, told[0].head.node) == (stop, 12, place)
    session.set_run(running(session, [still, wild, wild], 13))
    qtbot.waitUntil(lambda: not alarms._soon.isActive())
    assert len(told) == 1


def test_looking_back_at_a_run_tells_nothing(session, alarms, told, qtbot):
    session.edit(edits.set_drawing, ONE)
    now = dict(session.document.weights)
    still = {**now, "conv1.weight": now["conv1.weight"] * 0}
    session.set_stops((VALUE,))
    session.set_run(running(session, [now, still], 2))
    qtbot.waitUntil(lambda: not alarms._soon.isActive())
    session.set_run(running(session, [now, still], 2, at=0, status="paused"))
    qtbot.waitUntil(lambda: alarms.holding(VALUE) is not None)
    assert told == []


def test_ten_breakpoints_cost_a_stroke_next_to_nothing(session, alarms):
    session.set_stops(tuple(Breakpoint(condition=f"abs(value) > {k}") for k in range(1, 11)))
    best = []
    for _ in range(12):
        session.results_changed.disconnect(alarms._results)
        session.preview_drawing(SEVEN)
        session.results_changed.connect(alarms._results)
        start = time.perf_counter()
        alarms._results(session.results)
        best.append(time.perf_counter() - start)
    assert min(best) < 1e-4
