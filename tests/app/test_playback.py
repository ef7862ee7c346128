"""The playhead walks the network in order, at four grains, forwards and back."""

from __future__ import annotations

import pytest

from app.model import playback
from app.model.playback import GRAINS, Playhead
from cnncore.zoo.lenet import lenet

NET = lenet()


def walk(head, grain, steps, terms=25, loop=False):
    return playback.move(NET, head, grain, steps, terms, loop)


def test_flatten_is_no_stop_and_the_input_is_none():
    stops = playback.stops(NET)
    assert "flatten" not in stops
    assert "input" not in stops
    assert stops[:4] == ["conv1", "relu1", "pool1", "conv2"]


def test_a_cell_step_goes_to_the_next_column_then_the_next_row():
    assert walk(Playhead("conv1", (2, 10, 22)), "cell", 1) == Playhead("conv1", (2, 10, 23))
    assert walk(Playhead("conv1", (2, 10, 23)), "cell", 1) == Playhead("conv1", (2, 11, 0))


def test_after_the_last_cell_comes_the_next_map_then_the_next_layer():
    assert walk(Playhead("conv1", (2, 23, 23)), "cell", 1) == Playhead("conv1", (3, 0, 0))
    assert walk(Playhead("conv1", (5, 23, 23)), "cell", 1) == Playhead("relu1", (0, 0, 0))


def test_a_loop_stays_in_its_map():
    assert walk(Playhead("conv1", (2, 23, 23)), "cell", 1, loop=True) == Playhead("conv1", (2, 0, 0))
    assert walk(Playhead("conv1", (2, 0, 0)), "cell", -1, loop=True) == Playhead("conv1", (2, 23, 23))


def test_terms_run_through_the_cell_then_into_the_next():
    head = Playhead("conv1", (0, 0, 0))
    first = walk(head, "term", 1)
    assert first.term == 0
    assert walk(Playhead("conv1", (0, 0, 0), 24), "term", 1) == Playhead("conv1", (0, 0, 1), 0)
    assert walk(Playhead("conv1", (0, 0, 0), 24), "term", 1, loop=True) == Playhead("conv1", (0, 0, 0), 0)


def test_a_map_step_first_finishes_its_map():
    assert walk(Playhead("conv1", (2, 10, 9)), "map", 1) == Playhead("conv1", (2, 23, 23))
    assert walk(Playhead("conv1", (2, 23, 23)), "map", 1) == Playhead("conv1", (3, 23, 23))


def test_dense_units_are_cells_of_one_map():
    assert playback.maps(NET, "dense1") == 1
    assert playback.cells_per_map(NET, "dense1") == 120
    assert walk(Playhead("dense1", (119,)), "cell", 1) == Playhead("relu3", (0,))


def test_the_network_ends():
    assert walk(Playhead("softmax", (9,)), "cell", 1) is None
    assert walk(Playhead("conv1", (0, 0, 0)), "cell", -1) is None


@pytest.mark.parametrize("grain", ["cell", "layer"])
def test_back_undoes_forward(grain):
    head = Playhead("pool1", (5, 11, 11))
    assert walk(walk(head, grain, 1), grain, -1) == head


@pytest.mark.parametrize("node", playback.stops(NET))
def test_scrubbing_to_its_progress_finds_the_same_cell(node):
    total = playback.maps(NET, node) * playback.cells_per_map(NET, node)
    for place in {0, 1, total // 2, total - 1}:
        head = playback.at(NET, node, *divmod(place, playback.cells_per_map(NET, node)))
        assert playback.scrubbed(NET, node, playback.progress(NET, head)) == head


@pytest.mark.parametrize("grain", GRAINS)
def test_first_and_last_of_each_grain_exist_and_are_stable(grain):
    head = Playhead("conv2", (3, 4, 5), 7)
    one = playback.first(NET, head, grain)
    other = playback.last(NET, head, grain, terms=150)
    assert playback.first(NET, one, grain) == one
    assert playback.last(NET, other, grain, terms=150) == other


def test_every_cell_of_the_network_is_passed_once_when_played_through():
    small = lenet(classes=2, input_shape=(1, 28, 28))
    head, seen = playback.at(small, "conv2", 0, 0), 0
    while head is not None and head.node == "conv2":
        seen += 1
        head = playback.move(small, head, "cell", 1, 150)
    assert seen == 16 * 8 * 8
