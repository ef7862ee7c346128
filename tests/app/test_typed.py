"""An input of typed numbers in place of the drawing: any shape, undoable, saved, and refused in a sentence."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app.model import edits
from app.model.document import Document, blank
from app.model.playback import timeline
from app.model.project import load, save_project
from app.model.results import changed, compute
from cnncore.errors import CnnError
from cnncore.network import chain
from cnncore.ops import make_op
from cnncore.preprocess import Preprocess


@pytest.fixture
def sum_of_three() -> Document:
    """[1, 1, 1, 0] under [1, 1, 1], one zero on each side: 2, 3, 2, 1."""
    network = chain("time", (1, 4), [("c", make_op("conv", {"filters": 1, "kernel": 3, "padding": 1, "bias": False}))])
    weights = {"c.weight": np.ones((1, 1, 3), np.float32)}
    return Document(network, weights, weights, (), Preprocess(), blank(), typed=np.array([[1, 1, 1, 0]], np.float32))


def test_the_typed_numbers_are_the_input(sum_of_three):
    assert compute(sum_of_three).values("c").tolist() == [[2, 3, 2, 1]]


def test_a_number_is_changed_by_an_edit_and_only_what_follows_is_computed_anew(sum_of_three):
    before = compute(sum_of_three)
    after = edits.set_input_number(sum_of_three, (0, 3), 5.0)
    assert changed(sum_of_three, after) == {"input"}
    assert compute(after, before).values("c").tolist() == [[2, 3, 7, 6]]
    assert sum_of_three.typed.tolist() == [[1, 1, 1, 0]]


def test_a_drawing_changes_nothing_while_the_input_is_typed(sum_of_three):
    drawn = dataclasses.replace(sum_of_three, drawing=np.full((280, 280), 9, np.uint8))
    assert changed(sum_of_three, drawn) == set()


def test_it_is_saved_and_found_again(sum_of_three, tmp_path):
    save_project(tmp_path / "x.convscope", sum_of_three)
    again = load(tmp_path / "x.convscope")
    np.testing.assert_array_equal(again.typed, sum_of_three.typed)
    assert compute(again).values("c").tolist() == [[2, 3, 2, 1]]


@pytest.mark.parametrize("values", [np.zeros((1, 5)), np.array([[1, 2, np.nan, 4]]), np.array([["a"] * 4])])
def test_what_is_no_input_is_refused_with_what_is_needed(sum_of_three, values):
    with pytest.raises(CnnError, match="1×4"):
        edits.set_input(sum_of_three, values)


def test_a_number_out_of_range_is_named(sum_of_three):
    with pytest.raises(CnnError, match="inf"):
        edits.set_input_number(sum_of_three, (0, 0), float("inf"))


def test_a_network_without_classes_has_no_loss_and_goes_forward_only(sum_of_three):
    assert [stretch.lane for stretch in timeline(sum_of_three.network)] == ["forward"]
