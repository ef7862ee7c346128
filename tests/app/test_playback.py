"""The playhead walks the whole computation in order, at five grains, forwards and back."""

from __future__ import annotations

import numpy as np
import pytest

from app.model import playback
from app.model import timeline as places
from app.model.playback import GRAINS
from app.model.timeline import LOSS, PASSES, Playhead, stretch_of, timeline
from cnncore.network import Network, Node, chain
from cnncore.ops import make_op
from cnncore.zoo.lenet import lenet

NET = lenet()


def walk(head, grain, steps, terms=25, loop=False):
    return playback.move(NET, head, grain, steps, terms, loop)


def back(node, target, index, term=None):
    return Playhead(node, index, term, target, "backward")


def test_flatten_is_no_stop_and_the_input_is_none():
    stops = places.stops(NET)
    assert "flatten" not in stops
    assert "input" not in stops
    assert stops[:4] == ["conv1", "relu1", "pool1", "conv2"]


def test_the_timeline_runs_forward_through_the_loss_backward_and_into_the_update():
    keys = [stretch.key for stretch in timeline(NET)]
    assert keys[0] == ("forward", "conv1", "output")
    turn = keys.index(("loss", LOSS, "output"))
    assert keys[turn - 1] == ("forward", "softmax", "output")
    assert keys[turn + 1:turn + 5] == [("backward", LOSS, "input0"), ("backward", "scores", "weight"),
                                       ("backward", "scores", "bias"), ("backward", "scores", "input0")]
    assert keys[-12:] == [("backward", "conv1", "bias"), ("backward", "conv1", "input0"),
                          *(("update", node, key) for node in ("conv1", "conv2", "dense1", "dense2", "scores")
                            for key in ("weight", "bias"))]
    assert [PASSES.index(lane) for lane, _, _ in keys] == sorted(PASSES.index(lane) for lane, _, _ in keys)


def test_softmax_after_the_scores_has_no_gradient_for_the_loss_takes_scores():
    assert not [stretch for stretch in timeline(NET) if stretch.node == "softmax" and stretch.lane != "forward"]


def test_what_several_layers_read_has_its_gradients_summed_before_it_goes_back():
    both = Network("two", (1, 6, 6), (
        Node("a", make_op("conv", {"filters": 2, "kernel": 3}), ("input",)),
        Node("b", make_op("flatten", {}), ("a",)), Node("p", make_op("maxpool", {}), ("a",)),
        Node("d", make_op("dense", {"units": 3}), ("b",))))
    keys = [stretch.key for stretch in timeline(both)]
    assert ("backward", "a", "output") not in keys  # only what the loss depends on sends anything back
    assert ("backward", "p", "input0") not in keys


def test_a_cell_step_goes_to_the_next_column_then_the_next_row():
    assert walk(Playhead("conv1", (2, 10, 22)), "cell", 1) == Playhead("conv1", (2, 10, 23))
    assert walk(Playhead("conv1", (2, 10, 23)), "cell", 1) == Playhead("conv1", (2, 11, 0))


def test_after_the_last_cell_comes_the_next_map_then_the_next_layer():
    assert walk(Playhead("conv1", (2, 23, 23)), "cell", 1) == Playhead("conv1", (3, 0, 0))
    assert walk(Playhead("conv1", (5, 23, 23)), "cell", 1) == Playhead("relu1", (0, 0, 0))


def test_after_the_forward_pass_comes_the_loss_and_then_what_comes_back():
    loss = walk(Playhead("softmax", (9,)), "cell", 1)
    assert loss == Playhead(LOSS, (), lane="loss")
    assert walk(loss, "cell", 1) == back(LOSS, "input0", (0,))
    assert walk(back(LOSS, "input0", (9,)), "cell", 1) == back("scores", "weight", (0, 0))
    assert walk(back("conv1", "weight", (2, 0, 4, 4)), "cell", 1) == back("conv1", "weight", (3, 0, 0, 0))


def test_a_loop_stays_in_its_map():
    assert walk(Playhead("conv1", (2, 23, 23)), "cell", 1, loop=True) == Playhead("conv1", (2, 0, 0))
    assert walk(Playhead("conv1", (2, 0, 0)), "cell", -1, loop=True) == Playhead("conv1", (2, 23, 23))


def test_a_loop_over_layers_stays_in_its_pass():
    end = Playhead("softmax", (9,))
    assert walk(end, "layer", 1, loop=True) == Playhead("conv1", (5, 23, 23))


def test_terms_run_through_the_cell_then_into_the_next():
    head = Playhead("conv1", (0, 0, 0))
    first = playback.into(NET, head, "cell")[1]
    seen = [first := walk(first, "term", 1) for _ in range(24)]
    assert seen == [Playhead("conv1", (0, 0, 0), k) for k in range(1, 25)]
    assert walk(Playhead("conv1", (0, 0, 0), 24), "term", 1) == Playhead("conv1", (0, 0, 1), 0)
    assert walk(Playhead("conv1", (0, 0, 0), 24), "term", 1, loop=True) == Playhead("conv1", (0, 0, 0), 0)


def test_a_whole_cell_is_stepped_over_term_by_term_into_the_next_and_back_to_where_it_began():
    head = Playhead("conv1", (0, 10, 9))
    after = walk(head, "term", 1)
    assert after == Playhead("conv1", (0, 10, 10), 0), "the cell is done: on is the next one"
    assert walk(after, "term", -1) == head
    assert walk(head, "term", -1) == Playhead("conv1", (0, 10, 9), 24)
    assert walk(walk(walk(after, "term", 1), "term", -1), "term", -1) == head
    assert walk(head, "term", 1, loop=True) == Playhead("conv1", (0, 10, 9), 0), "a loop stays in the cell"
    assert walk(timeline(NET)[-1].end, "term", 1, terms=4) is None


def test_a_map_step_first_finishes_its_map():
    assert walk(Playhead("conv1", (2, 10, 9)), "map", 1) == Playhead("conv1", (2, 23, 23))
    assert walk(Playhead("conv1", (2, 23, 23)), "map", 1) == Playhead("conv1", (3, 23, 23))


def test_a_pass_step_first_finishes_its_pass():
    assert walk(Playhead("conv1", (2, 10, 9)), "pass", 1) == Playhead("softmax", (9,))
    assert walk(Playhead("softmax", (9,)), "pass", 1) == Playhead(LOSS, (), lane="loss")
    assert walk(Playhead(LOSS, (), lane="loss"), "pass", 1) == back("conv1", "input0", (0, 27, 27))
    assert walk(Playhead(LOSS, (), lane="loss"), "pass", -1) == Playhead("softmax", (9,))


def test_dense_units_are_cells_of_one_map_and_rows_of_its_weights_are_maps():
    assert (stretch_of(NET, Playhead("dense1", (0,))).maps, stretch_of(NET, Playhead("dense1", (0,))).size) == (1, 120)
    weights = stretch_of(NET, back("dense1", "weight", (0, 0)))
    assert (weights.maps, weights.size) == (120, 256)
    assert walk(Playhead("dense1", (119,)), "cell", 1) == Playhead("relu3", (0,))


def test_the_timeline_ends():
    last = timeline(NET)[-1].end
    assert last == Playhead("scores", (9,), target="bias", lane="update")
    assert walk(last, "cell", 1) is None
    assert walk(Playhead("conv1", (0, 0, 0)), "cell", -1) is None


@pytest.mark.parametrize("grain", ["cell", "layer"])
def test_back_undoes_forward(grain):
    head = Playhead("pool1", (5, 11, 11))
    assert walk(walk(head, grain, 1), grain, -1) == head


def test_random_walks_of_cells_end_where_they_began_when_walked_back():
    rng = np.random.default_rng(3)
    for _ in range(200):
        stretch = timeline(NET)[rng.integers(len(timeline(NET)))]
        begin = head = stretch.at(int(rng.integers(stretch.maps)), int(rng.integers(stretch.size)))
        steps = int(rng.integers(1, 60))
        for _ in range(steps):
            head = walk(head, "cell", 1) or head
        if walk(head, "cell", 1) is None:
            continue
        for _ in range(steps):
            head = walk(head, "cell", -1)
        assert head == begin


@pytest.mark.parametrize("stretch", timeline(NET), ids=lambda s: "-".join(s.key))
def test_scrubbing_to_its_progress_finds_the_same_number(stretch):
    total = stretch.maps * stretch.size
    for place in {0, min(1, total - 1), total // 2, total - 1}:
        head = stretch.at(*divmod(place, stretch.size))
        assert places.exists(NET, head)
        assert playback.scrubbed(stretch, playback.progress(NET, head)) == head


@pytest.mark.parametrize("grain", GRAINS)
@pytest.mark.parametrize("head", [Playhead("conv2", (3, 4, 5), 7), back("conv2", "weight", (3, 2, 1, 0), 7),
                                  Playhead(LOSS, (), lane="loss")])
def test_first_and_last_of_each_grain_exist_and_are_stable(grain, head):
    one = playback.first(NET, head, grain)
    other = playback.last(NET, head, grain, terms=150)
    assert places.exists(NET, one)
    assert places.exists(NET, other)
    assert playback.first(NET, one, grain) == one
    assert playback.last(NET, other, grain, terms=150) == other


def test_into_goes_to_the_first_term_and_out_leaves_the_cell_whole():
    head = Playhead("conv1", (2, 10, 9))
    assert playback.into(NET, head, "cell") == ("term", Playhead("conv1", (2, 10, 9), 0))
    assert playback.into_back(head, "cell", 25) == ("term", Playhead("conv1", (2, 10, 9), 24))
    assert playback.out(NET, Playhead("conv1", (2, 10, 9), 3), "term", 25) == ("cell", head)
    assert playback.out(NET, head, "cell", 25) == ("map", Playhead("conv1", (2, 23, 23)))
    assert playback.out_back(NET, head, "cell") == ("map", Playhead("conv1", (2, 0, 0)))
    assert playback.into(NET, head, "map") == ("cell", head)


def test_a_playhead_in_a_smaller_network_finds_the_nearest_number():
    small = lenet(classes=3)
    assert places.nearest(small, Playhead("scores", (7,))) == Playhead("scores", (2,))
    assert places.nearest(small, back("scores", "weight", (7, 80))) == back("scores", "weight", (2, 80))
    assert places.nearest(chain("other", (1, 6, 6), [("c", make_op("relu", {}))]), Playhead("scores", (2,))) is None


def test_every_cell_of_a_layer_is_passed_once_when_played_through():
    head, seen = Playhead("conv2", (0, 0, 0)), 0
    while head is not None and head.node == "conv2":
        seen += 1
        head = walk(head, "cell", 1, 150)
    assert seen == 16 * 8 * 8


def test_a_layer_of_millions_of_cells_costs_nothing_to_open():
    huge = chain("huge", (1, 4096, 4096), [("c", make_op("conv", {"filters": 64, "kernel": 3})),
                                          ("d", make_op("conv", {"filters": 2, "kernel": 1024, "stride": 1024}))])
    end = timeline(huge)[0].end
    assert end == Playhead("c", (63, 4093, 4093))
    assert playback.progress(huge, end) == 1.0
