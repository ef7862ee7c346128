"""Edits are pure, share what they do not change, and refuse nonsense with a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from app.model import edits
from app.model.document import SIDE, cost, from_model
from app.model.history import History, Step
from app.model.samples import BLOCK, Sample, Samples, class_keys
from cnncore.errors import CnnError
from cnncore.files.project import Model
from cnncore.preprocess import Preprocess
from cnncore.zoo.lenet import lenet


@pytest.fixture
def document():
    network = lenet()
    return from_model(Model(network, network.start(1), tuple("0123456789"), Preprocess(), {}))


def drawing(value=200):
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[100:180, 120:150] = value
    return image


def test_drawing_changes_only_the_drawing(document):
    after = edits.set_drawing(document, drawing())
    assert after.weights is document.weights
    assert not document.drawing.any()
    assert not after.drawing.flags.writeable


def test_the_same_drawing_is_no_edit(document):
    after = edits.set_drawing(document, drawing())
    assert edits.set_drawing(after, drawing()) is after


def test_a_drawing_of_another_size_is_refused(document):
    with pytest.raises(CnnError, match="280 × 280"):
        edits.set_drawing(document, np.zeros((28, 28), np.uint8))


def test_one_weight_copies_one_array(document):
    after = edits.set_weight(document, "conv1.weight", (2, 0, 1, 1), 0.5)
    assert after.weights["conv1.weight"][2, 0, 1, 1] == np.float32(0.5)
    assert after.weights["conv2.weight"] is document.weights["conv2.weight"]
    assert after.trained is document.trained
    assert after.edited("conv1.weight").sum() == 1


def test_restoring_the_last_edit_shares_the_trained_weights_again(document):
    after = edits.set_weight(document, "conv1.weight", (2, 0, 1, 1), 0.5)
    back = edits.restore_weights(after, "conv1.weight", (2, 0))
    assert back.weights is back.trained


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e9])
def test_a_weight_that_is_no_sensible_number_is_refused(document, value):
    with pytest.raises(CnnError, match=r"conv1\.weight"):
        edits.set_weight(document, "conv1.weight", (0, 0, 0, 0), value)


def test_a_block_that_does_not_fit_says_both_sizes(document):
    with pytest.raises(CnnError, match=r"9 × 9.*5 × 5"):
        edits.set_weights(document, "conv1.weight", (0, 0), np.zeros((9, 9)))


def test_a_presets_name_is_kept_until_a_cell_of_its_kernel_is_edited(document):
    named = edits.set_weights(document, "conv1.weight", (1, 0), np.eye(5), "identity")
    assert named.kernel_names == {("conv1", 1, 0): "identity"}
    other = edits.set_weight(named, "conv1.weight", (2, 0, 0, 0), 1.0)
    assert other.kernel_names == {("conv1", 1, 0): "identity"}
    assert edits.set_weight(named, "conv1.weight", (1, 0, 0, 1), 1.0).kernel_names == {}


def test_a_muted_map_runs_on_zeros_and_keeps_its_weights(document):
    after = edits.mute(document, "conv1", 3, True)
    assert not after.effective["conv1.weight"][3].any()
    assert after.effective["conv1.bias"][3] == 0
    assert after.weights is document.weights
    assert edits.mute(after, "conv1", 3, False).muted == frozenset()


def test_classes_keep_their_own_names(document):
    after = edits.add_class(document, "  big   circle ")
    assert after.classes[0].name == "big circle"
    with pytest.raises(CnnError, match="already"):
        edits.add_class(after, "big circle")
    with pytest.raises(CnnError, match="1 to 40"):
        edits.add_class(after, "   ")


def test_there_are_at_most_36_classes(document):
    full = edits.add_classes(document, tuple(f"c{k}" for k in range(36)))
    with pytest.raises(CnnError, match="36"):
        edits.add_class(full, "one more")


def test_a_blank_canvas_is_no_sample(document):
    named = edits.add_class(document, "circle")
    with pytest.raises(CnnError, match="circle"):
        edits.add_sample(named, 0, named.drawing)


def test_several_samples_go_or_move_in_one_edit(document):
    both = edits.add_classes(document, ("a", "b"))
    for k in range(5):
        both = edits.add_sample(both, k % 2, drawing(10 + k))
    first, second = (list(c.samples) for c in both.classes)
    rest = edits.remove_samples(both, ((0, 0), (1, 1), (0, 2)))
    assert [list(c.samples) for c in rest.classes] == [[first[1]], [second[0]]]
    moved = edits.relabel_samples(both, ((0, 2), (1, 0), (0, 0)), 1)
    assert [list(c.samples) for c in moved.classes] == [[first[1]], [*second, first[0], first[2]]]


def test_relabelling_moves_the_very_drawing(document):
    both = edits.add_classes(document, ("a", "b"))
    drawn = edits.add_sample(both, 0, drawing())
    sample = drawn.classes[0].samples[0]
    moved = edits.relabel_sample(drawn, 0, 0, 1)
    assert len(moved.classes[0].samples) == 0
    assert moved.classes[1].samples[0] is sample


def test_samples_add_and_remove_across_blocks():
    samples, kept = Samples(), []
    for k in range(2 * BLOCK + 3):
        kept.append(Sample(np.full((1, 1), k % 255, np.uint8)))
        samples = samples.add(kept[-1])
    for place in (BLOCK, 0, 2 * BLOCK, len(kept) - 4):
        samples = samples.remove(place)
        kept.pop(place)
    assert list(samples) == kept
    with pytest.raises(IndexError):
        samples[len(kept)]


def test_adding_a_sample_shares_all_full_blocks():
    samples = Samples()
    for _ in range(BLOCK + 1):
        samples = samples.add(Sample(np.zeros((1, 1), np.uint8)))
    assert samples.add(Sample(np.zeros((1, 1), np.uint8))).blocks[0] is samples.blocks[0]


def test_undo_is_bounded_in_bytes_and_keeps_the_newest(document):
    history, now = History(limit=5 * SIDE * SIDE), document
    for k in range(20):
        after = edits.set_drawing(now, drawing(10 + k))
        history.add(Step(now, after, "Draw"))
        now = after
    assert 3 <= len(history.past) <= 5
    assert history.past[-1].after is now
    assert cost(document, now) >= SIDE * SIDE


def test_steps_with_one_merge_key_undo_as_one(document):
    history, now = History(), document
    for value in (0.1, 0.2, 0.3):
        after = edits.set_weight(now, "conv1.weight", (0, 0, 0, 0), value)
        history.add(Step(now, after, "Change a weight", merge="drag 1"))
        now = after
    assert history.undo() is document
    assert history.undo() is None
    assert history.redo() is now


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (("circle", "cross"), ["1", "2"]),
        (("0", "3", "7"), ["0", "3", "7"]),
        (("3", "circle", "heart"), ["3", "2", ""]),
        (("k", "圆"), ["k", "2"]),
    ],
)
def test_a_class_is_added_to_by_its_own_character_or_its_number(names, keys):
    assert class_keys(names) == keys
