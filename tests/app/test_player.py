"""Stepping over, into, out and back halts at a breakpoint that lies inside what it passes over, in every lane."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from app.model import edits
from app.model.breakpoints import Breakpoint
from app.model.debugger import Debugger
from app.model.document import from_model
from app.model.frames import array_of, value_of
from app.model.player import Player
from app.model.session import Session
from app.model.stops import Search, made_at
from app.model.timeline import LOSS, Playhead, timeline
from app.paths import asset
from cnncore.files.project import read_model
from tests.gui.stepping import HEAD, document, three

CELL = Playhead("conv1", (2, 10, 9))


@pytest.fixture
def session(qapp):
    session = Session(from_model(read_model(asset("models", "lenet.safetensors"))))
    session.edit(edits.set_drawing, three())
    session.say(8)
    return session


@pytest.fixture
def debugger(session):
    return Debugger(session, Player(session))


@pytest.fixture
def player(debugger):
    return debugger.player


@pytest.fixture
def told(player):
    heard = []
    player.stopped.connect(lambda head, stop: heard.append((head, stop.text)))
    return heard


def over(session, node: str, bound: float) -> list[Playhead]:
    """All numbers of a layer that are over a bound, in their order."""
    values = session.results.values(node)
    return [Playhead(node, tuple(map(int, index))) for index in np.argwhere(values > bound)]


def test_a_step_over_a_layer_halts_at_every_number_that_holds_and_then_ends(session, player, told):
    largest = np.sort(session.results.values("conv2").reshape(-1).astype(np.float64))
    bound = round((largest[-9] + largest[-8]) / 2, 6)
    hits = over(session, "conv2", bound)
    assert len(hits) == 8
    session.set_stops((Breakpoint(node="conv2", condition=f"value > {bound}"),))
    session.select(Playhead("pool1", (5, 11, 11)))
    player.set_grain("layer")
    for hit in hits:
        player.forward()
        assert session.playhead == hit
    end = Playhead("conv2", (15, 7, 7))
    if hits[-1] != end:
        player.forward()
    assert session.playhead == end
    assert told == [(hit, f"conv2: value > {bound}") for hit in hits]
    for hit in reversed(hits):  # and the same ones on the way back
        player.back()
        assert session.playhead == hit
    player.back()
    assert session.playhead == Playhead("pool1", (5, 11, 11))


@pytest.mark.parametrize("grain", ["cell", "map", "layer", "pass"])
def test_no_grain_passes_over_a_breakpoint(session, player, told, grain):
    hit = over(session, "relu1", 1)[0]
    session.set_stops((Breakpoint(node="relu1", condition="value > 1"),))
    session.select(Playhead("conv1", (5, 23, 23)) if grain != "cell" else
                   Playhead("relu1", tuple(map(int, np.unravel_index(
                       int(np.ravel_multi_index(hit.index, (6, 24, 24))) - 1, (6, 24, 24))))))
    player.set_grain(grain)
    player.forward()
    assert session.playhead == hit
    assert told == [(hit, "relu1: value > 1")]
    assert player.grain == grain


def test_terms_that_run_into_the_next_cell_halt_there(session, player, told):
    session.set_stops((Breakpoint(node="relu1"),))
    session.select(Playhead("conv1", (5, 23, 23), 24))
    player.set_grain("term")
    player.forward()
    assert session.playhead == Playhead("relu1", (0, 0, 0))
    assert [text for _, text in told] == ["relu1:"]


def test_step_out_halts_inside_and_keeps_its_level(session, player, told):
    hit = next(h for h in over(session, "conv1", 0.4) if h.map == 2 and h.cell > (10, 9))
    session.set_stops((Breakpoint(node="conv1", condition="value > .4"),))
    session.select(CELL)
    player.out()
    assert (session.playhead, player.grain) == (hit, "cell")
    session.set_stops(())
    player.out()
    assert (session.playhead, player.grain) == (Playhead("conv1", (2, 23, 23)), "map")


def test_step_out_back_halts_inside_too(session, player, told):
    hits = [h for h in over(session, "conv1", 0.4) if h.map == 2]
    session.set_stops((Breakpoint(node="conv1", condition="value > .4"),))
    session.select(Playhead("conv1", (2, 23, 23)))
    player.out(back=True)
    last = [h for h in hits if h.cell < (23, 23)][-1]
    assert (session.playhead, player.grain) == (last, "cell")


def test_into_opens_a_layer_its_first_map_its_first_cell_its_first_term_and_steps_on(session, player):
    session.select(Playhead("conv1", (5, 23, 23)))
    player.set_grain("layer")
    seen = []
    for _ in range(4):
        player.into()
        seen.append((player.grain, session.playhead))
    first = Playhead("conv1", (0, 0, 0))
    assert seen == [("map", Playhead("conv1", (0, 23, 23))), ("cell", first),
                    ("term", dataclasses.replace(first, term=0)), ("term", dataclasses.replace(first, term=1))]
    for _ in range(3):
        player.out()
    assert (player.grain, session.playhead) == ("layer", Playhead("conv1", (5, 23, 23)))


@pytest.mark.parametrize(("stop", "lane"), [
    (Breakpoint("backward", "conv1", "weight", "abs(value) > .001"), "backward"),
    (Breakpoint("update", "conv1", "weight", "value > .1"), "update"),
    (Breakpoint("loss", LOSS, "output", "value > 1"), "loss"),
])
def test_in_the_other_lanes_too(session, player, told, stop, lane):
    session.set_stops((stop,))
    session.select(Playhead("softmax", (9,)))
    player.set_grain("pass")
    for _ in range(4):
        player.forward()
        if told:
            break
    head = told[0][0]
    assert head.lane == lane
    values = array_of(session.results, head).reshape(-1)
    assert value_of(session.results, head) == next(v for v in values if {
        "backward": abs(v) > .001, "update": v > .1, "loss": v > 1}[lane])
    assert told[0][1] == stop.text


def test_a_condition_about_the_whole_network_halts_when_all_it_asks_about_is_made(session, player, told):
    network = session.view.network
    assert made_at("answer != target", network) == ("forward", "softmax", "output")
    assert made_at("loss > 1 and max(conv1) > 0", network) == ("loss", LOSS, "output")
    assert made_at("max(abs(grad(conv1.weight))) > 0", network) == ("backward", "conv1", "weight")
    assert made_at("grad(relu1)[0, 0, 0] > 0", network) == ("backward", "pool1", "input0")
    assert made_at("updated(scores.bias)[0] > 0", network) == ("update", "scores", "bias")
    session.set_stops((Breakpoint(condition="loss > 1"),))
    session.select(CELL)
    player.set_grain("pass")
    player.forward()
    assert session.playhead == Playhead("softmax", (9,))
    player.forward()
    assert told == [(Playhead(LOSS, (), lane="loss"), "loss > 1")]


def test_a_loop_goes_round_the_map_or_the_layer_that_was_asked_for(session, player):
    player.set_loop(True)
    session.select(Playhead("conv1", (2, 23, 23)))
    player.forward()
    assert session.playhead == Playhead("conv1", (2, 0, 0))
    player.set_ring("layer")
    session.select(Playhead("conv1", (2, 23, 23)))
    player.forward()
    assert session.playhead == Playhead("conv1", (3, 0, 0))
    session.select(Playhead("conv1", (5, 23, 23)))
    player.forward()
    assert session.playhead == Playhead("conv1", (0, 0, 0))
    player.back()
    assert session.playhead == Playhead("conv1", (5, 23, 23))
    weight = Playhead("conv1", (5, 0, 4, 4), None, "weight", "backward")
    session.select(weight)
    player.forward()
    assert session.playhead == dataclasses.replace(weight, index=(0, 0, 0, 0))
    player.set_grain("layer")  # a layer is part of a pass: less than that is no loop
    assert player.round == "pass"


def test_a_loop_backwards_halts_beyond_its_start(session, player, told):
    session.set_stops((Breakpoint(node="pool2", condition="value > 0"),))
    hits = [h for h in over(session, "pool2", 0) if h.map == 4]
    session.select(hits[0])
    player.set_loop(True)
    player.set_grain("cell")
    for _ in range(16):
        player.back()
        if told:
            break
    assert told[0][0] == hits[-1]


def test_a_million_cells_are_searched_as_an_array(qapp):
    made = document(("c", "conv", {"filters": 16, "kernel": 3, "padding": 1}),
                    ("p", "maxpool", {"window": 64, "stride": 64}), *HEAD,
                    shape=(1, 256, 256))
    noise = np.random.default_rng(1).normal(size=(1, 256, 256)).astype(np.float32)
    session = Session(dataclasses.replace(made, typed=noise))
    assert timeline(session.view.network)[0].shape == (16, 256, 256)
    values = session.results.values("c")
    bound = float(np.sort(values.reshape(-1))[-3])
    stops = (Breakpoint(node="c", condition=f"value >= {bound!r}" if bound >= 0 else f"value >= -{-bound!r}"),)
    best = []
    for _ in range(5):
        search, start = Search(session.results, stops), time.perf_counter()
        assert search.next(Playhead("c", (0, 0, 0)), Playhead("c", (15, 255, 255))) is not None
        best.append(time.perf_counter() - start)
    again = time.perf_counter()
    search.next(Playhead("c", (0, 0, 1)), Playhead("c", (0, 0, 2)))
    again = time.perf_counter() - again
    assert min(best) < 0.25  # one by one it takes seconds
    assert again < 0.005
