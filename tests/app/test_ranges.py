"""Colour ranges: who shares one, and how they move."""

from __future__ import annotations

import numpy as np
import pytest

from app.model.document import from_model
from app.model.ranges import HOLD, Ranges, source
from app.model.results import Results
from cnncore.files.project import Model
from cnncore.network import INPUT, chain
from cnncore.ops import make_op
from cnncore.preprocess import Preprocess

NET = chain("small", (1, 4, 4), [
    ("conv1", make_op("conv", {"filters": 2, "kernel": 1})), ("relu1", make_op("relu", {})),
    ("pool1", make_op("maxpool", {})), ("flatten", make_op("flatten", {})),
    ("scores", make_op("dense", {"units": 2})), ("softmax", make_op("softmax", {})),
])


class Clock:
    """Time that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def results(first: float, second: float, x: float = 1.0) -> Results:
    """One pass of an even picture through two 1 × 1 kernels."""
    weights = NET.start(0)
    weights["conv1.weight"][:] = np.array([first, second], np.float32).reshape(2, 1, 1, 1)
    document = from_model(Model(NET, weights, ("a", "b"), Preprocess(box=4, size=4), {}))
    return Results(document, NET.forward(weights, np.full((1, 1, 4, 4), x, np.float32)), frozenset(NET.shapes))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ranges(qapp: object, clock: Clock) -> Ranges:
    return Ranges(clock=clock)


def test_by_default_a_layer_shares_the_range_of_its_largest_value_of_either_sign(ranges: Ranges) -> None:
    assert ranges.bound(results(0.5, -2.0), "conv1", 0) == 2.0


def test_relu_has_the_range_of_its_input(ranges: Ranges) -> None:
    assert ranges.bound(results(0.5, -2.0), "relu1") == 2.0
    assert source(NET, "relu1") == "conv1"


def test_pooling_and_dense_have_ranges_of_their_own(ranges: Ranges) -> None:
    assert ranges.bound(results(0.5, -2.0), "pool1") == 0.5
    assert [source(NET, n) for n in ("pool1", "scores", "softmax")] == ["pool1", "scores", "softmax"]


def test_range_of_a_map_is_its_own(ranges: Ranges) -> None:
    ranges.set_choice("map")
    one = results(0.5, -2.0)
    assert (ranges.bound(one, "conv1", 0), ranges.bound(one, "conv1", 1)) == (0.5, 2.0)
    assert ranges.bound(one, "relu1", 1) == 2.0


def test_units_of_a_list_share_one_range_even_by_map(ranges: Ranges) -> None:
    ranges.set_choice("map")
    one = results(0.5, -2.0)
    assert ranges.bounds(one, "scores").tolist() == [np.abs(one.values("scores")).max()]


def test_range_of_all_leaves_out_input_and_shares(ranges: Ranges) -> None:
    ranges.set_choice("all")
    one = results(0.001, -0.002)
    scores = float(np.abs(one.values("scores")).max())
    assert ranges.bound(one, "conv1") == pytest.approx(max(0.002, scores))
    assert ranges.bound(one, INPUT) == ranges.bound(one, "softmax") == 1.0


def test_range_grows_at_once(ranges: Ranges) -> None:
    ranges.bound(results(1.0, 0.0), "conv1")
    assert ranges.bound(results(3.0, 0.0), "conv1") == 3.0


def test_range_shrinks_only_after_a_second(ranges: Ranges, clock: Clock) -> None:
    ranges.bound(results(3.0, 0.0), "conv1")
    small = results(1.0, 0.0)
    clock.now = HOLD - 0.1
    assert ranges.bound(small, "conv1") == 3.0
    clock.now = HOLD
    assert ranges.bound(small, "conv1") == 1.0


def test_a_held_range_says_when_it_may_shrink(ranges: Ranges, clock: Clock, qtbot: object) -> None:
    ranges.bound(results(3.0, 0.0), "conv1")
    with qtbot.waitSignal(ranges.changed, timeout=3000):  # type: ignore[attr-defined]
        ranges.bound(results(1.0, 0.0), "conv1")


def test_another_choice_starts_afresh_and_says_so(ranges: Ranges, qtbot: object) -> None:
    ranges.bound(results(3.0, 0.0), "conv1")
    with qtbot.waitSignal(ranges.changed):  # type: ignore[attr-defined]
        ranges.set_choice("map")
    assert ranges.bound(results(1.0, 0.0), "conv1") == 1.0
    ranges.set_choice("nonsense")
    assert ranges.choice == "map"


def test_nan_and_infinity_do_not_count(ranges: Ranges) -> None:
    one = results(2.0, 1.0)
    one.done.outputs["conv1"][0, 0, 0, 0] = np.nan
    one.done.outputs["conv1"][0, 1, 0, 0] = np.inf
    assert ranges.bound(one, "conv1") == 2.0


def test_a_layer_of_zeros_has_range_zero(ranges: Ranges) -> None:
    assert ranges.bound(results(0.0, 0.0), "conv1") == 0.0
