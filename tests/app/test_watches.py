"""Watches follow strokes and training steps; breakpoints and watches lie beside the history and in the project file."""

from __future__ import annotations

import dataclasses
import json
import math
import time

import numpy as np
import pytest

from app.model import edits, stop_words
from app.model.breakpoints import Breakpoint, typed
from app.model.debugger import Debugger
from app.model.document import SIDE
from app.model.expression import evaluate
from app.model.expression_text import pinned, sides
from app.model.expression_tree import parse, written
from app.model.frames import value_of
from app.model.player import Player
from app.model.project import load, save_project
from app.model.run import Checkpoint, RunState
from app.model.timeline import LOSS, Playhead, timeline
from app.model.watches import KEPT, Watches
from cnncore.errors import CnnError
from cnncore.files.project import read_container, write_container
from tests.app.shipped import ONE, SEVEN, drawn, shipped
from tests.gui.stepping import HEAD, document

CELL = Playhead("conv1", (2, 10, 9))


@pytest.fixture
def session(qapp):
    return shipped()


@pytest.fixture
def watches(session):
    return Watches(session)


@pytest.fixture
def debugger(session):
    return Debugger(session, Player(session))


# --- beside the history, in the file

def test_breakpoints_and_watches_are_no_steps_of_the_history(session, watches):
    session.edit(edits.set_drawing, ONE)
    watches.add("max(conv1)")
    session.set_stops((Breakpoint(node="conv2"),))
    assert len(session.history.past) == 1
    session.undo()
    assert not session.document.drawing.any()
    assert session.document.watches == ("max(conv1)",)
    session.set_watches(())
    session.redo()
    assert session.document.drawing.any()
    assert (session.document.watches, session.document.stops) == ((), (Breakpoint(node="conv2"),))


def test_a_breakpoint_marks_the_document_as_modified(session):
    told = []
    session.file_changed.connect(told.append)
    session.set_stops((Breakpoint(node="conv2"),))
    assert session.modified
    assert len(told) == 1


def test_a_project_keeps_them(session, tmp_path):
    stops = (Breakpoint(node="conv2", on=False), Breakpoint("backward", "conv1", "weight", "abs(value) > .1"),
             Breakpoint("loss", LOSS), Breakpoint(condition="changed"))
    session.set_stops(stops)
    session.set_watches(("max(conv1)", "grad(conv1.weight)[0, 0, 1, 2]"))
    save_project(tmp_path / "a.convscope", session.document)
    again = load(tmp_path / "a.convscope")
    assert again.stops == stops
    assert again.watches == session.document.watches


@pytest.mark.parametrize("change", [
    {"stops": 3}, {"stops": [3]}, {"stops": [{"lane": "forward"}]}, {"watches": "max(conv1)"}, {"watches": [1]},
    {"watches": ["1 +"]}, {"watches": ["1", "1"]}, {"watches": ["1"] * 200},
    {"stops": [{"lane": "sideways", "node": "conv1", "target": "output", "condition": "", "on": True}]},
    {"stops": [{"lane": "forward", "node": "", "target": "output", "condition": "", "on": True}]},
    {"stops": [{"lane": "forward", "node": "conv1", "target": "output", "condition": "1 +", "on": True}]},
    {"stops": [{"lane": "forward", "node": "conv1", "target": "output", "condition": "", "on": 1}]},
])
def test_every_field_of_them_is_checked(session, tmp_path, change):
    save_project(tmp_path / "a.convscope", session.document)
    header, arrays = read_container(tmp_path / "a.convscope")
    write_container(tmp_path / "b.convscope", {**json.loads(json.dumps(header)), **change}, arrays)
    with pytest.raises(CnnError, match="damaged"):
        load(tmp_path / "b.convscope")


def test_a_project_from_before_has_none(session, tmp_path):
    save_project(tmp_path / "a.convscope", session.document)
    header, arrays = read_container(tmp_path / "a.convscope")
    for key in ("stops", "watches"):
        del header[key]
    write_container(tmp_path / "b.convscope", header, arrays)
    assert load(tmp_path / "b.convscope").stops == ()


# --- watches

def test_a_series_grows_with_strokes_not_while_one_draws(session, watches):
    watches.add("max(conv1)")
    first = session.results.values("conv1").max()
    session.preview_drawing(SEVEN)
    live = watches.reading("max(conv1)")
    assert live == session.results.values("conv1").max() != first
    assert watches.series("max(conv1)") == [first]
    session.edit(edits.set_drawing, ONE)
    assert watches.series("max(conv1)") == [first, session.results.values("conv1").max()]
    session.say(3)  # another class: no stroke
    assert len(watches.series("max(conv1)")) == 2


def test_a_gradient_is_watched_when_the_hand_rests(session, watches, qtbot):
    session.edit(edits.set_drawing, ONE)
    watches.add("grad(conv1.bias)[1]")
    session.edit(edits.set_drawing, SEVEN)
    assert "gradients" not in vars(session.results)
    with qtbot.waitSignal(watches.changed):
        pass
    assert watches.series("grad(conv1.bias)[1]")[-1] == session.results.gradients.weights["conv1.bias"][1]


def test_a_gradient_is_not_computed_for_every_move_of_the_hand(session, watches):
    watches.add("grad(conv1.bias)[1]")
    assert watches.ready("grad(conv1.bias)[1]")
    session.preview_drawing(SEVEN)
    assert not watches.ready("grad(conv1.bias)[1]")
    assert "gradients" not in vars(session.results)


def test_another_class_to_be_right_is_another_gradient_but_no_stroke(session, watches, qtbot):
    session.edit(edits.set_drawing, SEVEN)
    watches.add("grad(conv1.bias)[1]")
    count = len(watches.series("grad(conv1.bias)[1]"))
    qtbot.waitUntil(lambda: not watches._later.isActive())
    session.say(3)
    qtbot.waitUntil(lambda: watches.ready("grad(conv1.bias)[1]"))
    assert watches.reading("grad(conv1.bias)[1]") == session.results.gradients.weights["conv1.bias"][1]
    assert len(watches.series("grad(conv1.bias)[1]")) == count


def test_a_series_grows_with_checkpoints_not_while_one_looks_back(session, watches):
    session.edit(edits.set_drawing, SEVEN)
    watches.add("max(conv1)")
    network, labels = session.document.network, session.document.labels
    moments = tuple(Checkpoint(k, {key: value * (1 + k / 4) for key, value in session.document.weights.items()})
                    for k in range(1, 4))
    for k in (2, 3):
        session.set_run(RunState("running", network, labels, checkpoints=moments[:k]))
    series = watches.series("max(conv1)")
    assert len(series) == 3
    assert series == sorted(series)
    assert series[-1] == session.results.values("conv1").max()
    assert watches.learned("max(conv1)") == [False, True, True]
    session.set_run(RunState("paused", network, labels, checkpoints=moments, at=0))
    assert watches.reading("max(conv1)") < series[-1]
    assert watches.series("max(conv1)") == series


def test_a_series_is_bounded(session, watches):
    watches.add("sum(input)")
    for k in range(KEPT + 5):
        session.edit(edits.set_drawing, drawn((60, 100 + k % 50, 100, 160)))
    assert len(watches.series("sum(input)")) == KEPT


def test_what_another_network_has_not_cannot_be_computed_and_says_why(session, watches):
    watches.add("max(conv1)")
    session.open(dataclasses.replace(document(*HEAD), watches=("max(conv1)",)), None)
    assert isinstance(watches.reading("max(conv1)"), CnnError)
    assert all(map(math.isnan, watches.series("max(conv1)")))


@pytest.mark.parametrize(("text", "words"), [("conv1", "3456"), ("conv9[0]", "conv2"), ("1 +", "too soon")])
def test_what_is_no_number_is_not_watched(session, watches, text, words):
    with pytest.raises(CnnError) as caught:
        watches.add(text)
    assert words in str(caught.value)
    assert session.document.watches == ()


def test_ten_watches_cost_under_a_millisecond_a_stroke(session, watches):
    for k in range(10):
        watches.add(f"conv1[{k % 6}, 10, {k}] + max(pool2[{k}])")
    best = math.inf
    for k in range(12):
        image = SEVEN if k % 2 else ONE
        session.results_changed.disconnect(watches._results)
        session.edit(edits.set_drawing, image)
        session.results_changed.connect(watches._results)
        start = time.perf_counter()
        watches._results(session.results)
        best = min(best, time.perf_counter() - start)
    assert len(watches.series(session.document.watches[0])) == 13
    assert best < 1e-3


# --- a number's own expression

def test_every_number_of_the_timeline_pins_as_what_it_is(session):
    session.edit(edits.set_drawing, SEVEN)
    session.say(3)
    for stretch in timeline(session.view.network):
        for head in (stretch.start, stretch.end):
            text = pinned(session.results, head)
            assert evaluate(text, session.results) == pytest.approx(value_of(session.results, head), rel=1e-5), text


def test_pin_adds_the_playheads_number(session, debugger):
    session.select(CELL)
    debugger.pin()
    session.select(Playhead("conv1", (2, 0, 2, 3), None, "weight", "backward"))
    debugger.pin()
    assert session.document.watches == ("conv1[2, 10, 9]", "grad(conv1.weight)[2, 0, 2, 3]")


@pytest.mark.parametrize("text", ["(1 + 2) * 3", "max(conv1[0, 1:3, :5]) > 2 and not p[3] < .1", "-(1 + 2) ^ 2",
                                  "grad(conv1.bias)[1]", "updated(conv1.weight)[0, 0, 1, 2]"])
def test_a_tree_is_written_as_it_was_meant(session, text):
    assert evaluate(written(parse(text)), session.results) == evaluate(text, session.results)


def test_a_condition_tells_what_its_sides_come_to(session):
    session.edit(edits.set_drawing, ONE)
    assert sides("answer != 3 and loss < 9", session.results) == [("answer", 1), ("loss", session.results.loss)]


# --- breakpoints: typed, at strokes, while playing

@pytest.mark.parametrize(("text", "stop"), [
    ("conv1: value > 1", Breakpoint(node="conv1", condition="value > 1")),
    ("conv1:", Breakpoint(node="conv1")),
    ("∂conv1.weight: abs(value) > 1", Breakpoint("backward", "conv1", "weight", "abs(value) > 1")),
    ("update conv1.bias:", Breakpoint("update", "conv1", "bias")),
    ("loss:", Breakpoint("loss", LOSS)),
    ("sum(conv1[0, 1:2]) > 3", Breakpoint(condition="sum(conv1[0, 1:2]) > 3")),
    ("loss > 3", Breakpoint(condition="loss > 3")),
])
def test_a_breakpoint_is_read_as_it_is_written(session, text, stop):
    assert typed(text, session.view.network) == stop
    assert typed(stop.text, session.view.network) == stop


def test_a_stroke_tells_what_it_reached_once(session, debugger, qtbot):
    told = []
    debugger.alarms.reached.connect(told.append)
    session.set_stops((Breakpoint(condition="changed"), Breakpoint(condition="answer == 7")))

    def stroke(image):
        told.clear()
        session.edit(edits.set_drawing, image)
        qtbot.wait(1)
        return [(n.stop.condition, n.before) for n in told]

    assert stroke(ONE) == []
    assert session.results.order[0] == 1
    assert stroke(SEVEN) == [("changed", 1), ("answer == 7", None)]
    _, facts = stop_words.reached(told[0], session.results)
    assert (facts["before"], facts["after"]) == ("1", "7")
    assert stroke(drawn((62, 220, 150, 180), (60, 90, 80, 180))) == []  # a seven still
    assert told == []
    assert stroke(np.zeros((SIDE, SIDE), np.uint8)) == []


def test_a_number_that_is_none_is_told_with_its_place(session, debugger, qtbot):
    told = []
    debugger.alarms.reached.connect(told.append)
    session.edit(edits.set_drawing, ONE)
    session.set_stops((Breakpoint(condition="not isfinite(value)"),))
    bias = session.document.weights["conv2.bias"].copy()
    bias[5] = np.nan
    weights = {**session.document.weights, "conv2.bias": bias}
    session.open(dataclasses.replace(session.document, weights=weights, drawing=ONE), None)
    session.edit(edits.set_drawing, SEVEN)
    qtbot.wait(1)
    assert [n.head for n in told] == [Playhead("conv2", (5, 0, 0))]


def played(session, player, qtbot, speed, grain="cell"):
    player.set_speed(speed)
    player.set_grain(grain)
    with qtbot.waitSignal(player.stopped, timeout=20000) as caught:
        player.play()
    assert not player.playing
    return caught.args


@pytest.mark.parametrize("grain", ["cell", "map", "layer"])
def test_playing_stops_at_the_number_also_within_many_steps_of_a_tick(session, debugger, qtbot, grain):
    session.edit(edits.set_drawing, SEVEN)
    debugger.add("conv1: value > 1.5")
    session.select(Playhead("conv1", (0, 0, 0)))
    head, stop = played(session, debugger.player, qtbot, 100.0, grain)
    values = session.results.values("conv1").reshape(-1)
    first = int(np.flatnonzero(values > 1.5)[0])
    assert head == session.playhead == Playhead("conv1", tuple(map(int, np.unravel_index(first, (6, 24, 24)))))
    assert stop == session.document.stops[0]
    _, facts = stop_words.stopped(stop, session.results, head)
    assert float(facts["value"]) == pytest.approx(values[first], abs=0.01)


def test_a_loop_stops_after_its_turn_too(session, debugger, qtbot):
    session.edit(edits.set_drawing, SEVEN)
    session.select(Playhead("pool2", (0, 3, 2)))
    debugger.toggle()
    debugger.player.set_loop(True)
    head, _ = played(session, debugger.player, qtbot, 100.0)
    assert head == Playhead("pool2", (0, 0, 0))


def test_a_breakpoint_on_what_is_no_longer_there_does_not_stop_playing(session, debugger, qtbot):
    session.set_stops((Breakpoint(node="gone"), Breakpoint(condition="gone[0] > 1"), Breakpoint(node="relu1")))
    session.select(Playhead("conv1", (5, 23, 20)))
    head, _ = played(session, debugger.player, qtbot, 100.0)
    assert head == Playhead("relu1", (0, 0, 0))


def test_run_to_stops_at_a_breakpoint_on_the_way(session, debugger):
    session.select(CELL)
    session.hover(Playhead("conv2", (3, 2, 1)))
    session.set_stops((Breakpoint(node="pool1"),))
    debugger.run_to()
    assert session.playhead == Playhead("pool1", (0, 0, 0))
    debugger.run_to()
    assert session.playhead == Playhead("conv2", (3, 2, 1))


def test_there_and_back_between_breakpoints(session, debugger):
    session.set_stops((Breakpoint(node="pool1"), Breakpoint("backward", "conv1", "weight")))
    session.select(CELL)
    debugger.go_on()
    assert session.playhead == Playhead("pool1", (0, 0, 0))
    debugger.go_on()
    assert session.playhead == Playhead("conv1", (0, 0, 0, 0), None, "weight", "backward")
    with pytest.raises(CnnError, match="after this place"):
        debugger.go_on()
    debugger.go_on(back=True)
    assert session.playhead == Playhead("pool1", (0, 0, 0))


# --- two inputs

def test_a_kept_input_goes_through_the_network_of_now(session, debugger):
    session.edit(edits.set_drawing, ONE)
    before = value_of(session.results, CELL)
    debugger.comparison.keep()
    session.edit(edits.set_drawing, SEVEN)
    assert value_of(debugger.comparison.results(), CELL) == before != value_of(session.results, CELL)
    session.edit(edits.set_weight, "conv1.bias", (2,), 5.0)
    assert value_of(debugger.comparison.results(), CELL) == pytest.approx(
        before + 5 - float(session.document.trained["conv1.bias"][2]), abs=1e-5)
    debugger.comparison.let_go()
    assert debugger.comparison.results() is None
