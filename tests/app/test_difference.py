"""Gradients checked by a nudge: they agree wherever there is one, and where there is none it says so."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from app.filing import fresh
from app.model import edits
from app.model.difference import check, checking
from app.model.results import compute
from app.model.timeline import LOSS, Playhead, timeline
from tests.gui.stepping import document, three


@pytest.fixture(scope="module")
def results():
    """The shipped LeNet, not quite sure of what it sees."""
    smudged = np.roll(three(), 40, 1) * (np.arange(280) % 9 < 6).astype(np.uint8)
    return compute(edits.set_drawing(fresh(), smudged))


def drawn(doc):
    return compute(edits.set_drawing(doc, three()))


def test_every_array_of_the_backward_lane_agrees_with_its_nudge(results):
    rng = np.random.default_rng(1)
    seen = 0
    for stretch in timeline(results.network):
        if stretch.lane != "backward":
            continue
        for _ in range(5):
            found = check(results, stretch.at(int(rng.integers(stretch.maps)), int(rng.integers(stretch.size))))
            assert found.agrees or found.kinks, stretch
            seen += found.agrees and found.engine != 0 and not found.kinks
    assert seen > 40  # not all of them zeros and kinks


def test_of_an_answer_that_is_nearly_sure_the_gradient_keeps_its_digits(results):
    assert results.probabilities.max() > 0.999
    found = check(results, Playhead(LOSS, (results.target,), None, "input0", "backward"))
    scores = results.values("scores").astype(np.float64)
    powers = np.exp(scores - scores.max())
    powers[results.target] = 0.0  # the share of all others is what the right class lacks, without 1 − 0.9999…
    assert found.engine == pytest.approx(-powers.sum() / (1 + powers.sum()), rel=1e-3)
    assert found.difference < 1e-4


def test_a_wrong_gradient_is_found(results):
    head = Playhead("conv1", (2, 0, 2, 3), None, "weight", "backward")
    wrong = dataclasses.replace(results)
    wrong.gradients.backwards["conv1"].params["weight"][head.index] *= 1.01
    assert not check(wrong, head).agrees


@pytest.mark.parametrize(("kind", "settings"), [("relu", {}), ("leakyrelu", {"negative_slope": 0.25})])
def test_a_nudge_that_flips_a_rectifier_says_so(kind, settings):
    doc = document(("r", kind, settings), ("f", "flatten", {}), ("d", "dense", {"units": 3}), shape=(1, 28, 28),
                   labels=3)
    found = check(drawn(doc), Playhead("r", (0, 0, 0), None, "input0", "backward"))  # an empty corner: exactly 0
    assert found.kinks == ("r",)
    assert found.above != pytest.approx(found.below, rel=1e-3)
    low = settings.get("negative_slope", 0.0)
    assert found.below == pytest.approx(low * found.above, abs=1e-9)


def test_a_nudge_that_changes_a_pools_winner_says_so():
    doc = document(("p", "maxpool", {"window": 2}), ("f", "flatten", {}), ("d", "dense", {"units": 3}), labels=3)
    results = drawn(doc)
    tie = check(results, Playhead("p", (0, 0, 0), None, "input0", "backward"))
    assert tie.kinks == ("p",)
    clear = int(np.argmax(results.values("input")))
    head = Playhead("p", (0, *np.unravel_index(clear, (28, 28))), None, "input0", "backward")
    assert "f" not in check(results, head).kinks


@pytest.mark.parametrize("kind", ["tanh", "gelu", "sigmoid", "batchnorm", "layernorm", "softplus"])
def test_curves_have_no_kinks(kind):
    doc = document((kind, kind, {}), ("f", "flatten", {}), ("d", "dense", {"units": 3}), labels=3)
    found = check(drawn(doc), Playhead(kind, (0, 14, 14), None, "input0", "backward"))
    assert found.kinks == ()
    assert found.agrees


@pytest.mark.parametrize("shape", [(1, 12), (1, 4, 5, 6)])
def test_one_and_three_dimensions(shape):
    doc = document(("c", "conv", {"filters": 2, "kernel": 3}), ("r", "tanh", {}), ("f", "flatten", {}),
                   ("d", "dense", {"units": 3}), shape=shape, labels=3)
    typed = np.random.default_rng(2).standard_normal(shape).astype(np.float32)
    results = compute(edits.set_input(doc, typed))
    rank = len(shape) - 1
    for head in (Playhead("c", (1, 0, *(1,) * rank), None, "weight", "backward"),
                 Playhead("c", (1,), None, "bias", "backward"),
                 Playhead("c", (0, *(2,) * rank), None, "input0", "backward")):
        found = check(results, head)
        assert found.engine != 0
        assert found.agrees


def test_a_lenets_check_takes_less_than_50_ms_and_comes_in_pieces(results):
    head = Playhead("conv1", (2, 0, 2, 3), None, "weight", "backward")
    times = []
    for _ in range(5):
        start = time.perf_counter()
        check(results, head)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.05
    assert sum(1 for _ in checking(results, head)) > 20
