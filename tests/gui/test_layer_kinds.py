"""The layer inspector on every kind of layer, in 1, 2 and 3 dimensions: its figures are NumPy's, its switches work."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF

from app import numbers, theme
from app.drive import settle
from app.filing import fresh
from app.model import edits
from app.model.layerfacts import activity, contributions, effects
from app.model.results import compute
from app.model.timeline import Playhead
from cnncore.network import INPUT
from tests.gui.stepping import document, middle, three
from tests.gui.whole import LEFT, NONE, afresh, draw_three, opened

LENET = ["input", "conv1", "relu1", "pool1", "conv2", "dense1", "relu3", "scores", "softmax"]
BODY = (("c", "conv", {"filters": 3, "kernel": 2}), ("r", "relu", {}), ("p", "maxpool", {"window": 2, "stride": 1}),
        ("f", "flatten", {}), ("d", "dense", {"units": 4}), ("t", "tanh", {}), ("s", "dense", {"units": 3}),
        ("sm", "softmax", {}))
SHAPES = {1: (2, 14), 3: (1, 5, 6, 7)}
PLACES = [*((2, node) for node in LENET), *((dims, node) for dims in SHAPES for node in
                                            (INPUT, "c", "r", "p", "d", "t", "s", "sm"))]


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("layers")) as window:
        yield window


def looked_at(window, dims: int, node: str):
    """The layer inspector on a layer of the LeNet, or of a small network of other dimensions."""
    afresh(window)
    session = window.desk.session
    if dims == 2:
        draw_three(window)
    else:
        doc = document(*BODY, shape=SHAPES[dims], labels=3)
        x = np.random.default_rng(2).normal(size=SHAPES[dims]).astype(np.float32)
        session.open(edits.set_input(doc, x), None)
    session.select(Playhead(node, (0,) * len(session.view.network.shapes[node])))
    window.desk.set_layer(node)
    settle()
    return window.explore.layer, session


@pytest.mark.parametrize(("dims", "node"), PLACES)
def test_the_figures_are_those_that_numpy_finds(kept, dims, node):
    layer, session = looked_at(kept, dims, node)
    values = session.results.done.outputs[node][0].astype(np.float64)
    wanted = {"minimum": values.min(), "maximum": values.max(), "mean": values.mean(), "deviation": values.std()}
    for name, value in wanted.items():
        assert layer.values[name].text() == numbers.figure(float(value)), name
    assert layer.values["zero"].text() == numbers.percent(float((values == 0).mean()))
    assert len(layer.tiles.order) == len(values)
    counts, edges = np.histogram(values, 40, (values.min(), values.max()))
    np.testing.assert_allclose(layer.histogram._counts, counts, atol=2)
    assert int(layer.histogram._counts.sum()) == values.size
    np.testing.assert_allclose(layer.histogram._edges[[0, -1]], edges[[0, -1]], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("dims", "node"), [p for p in PLACES if p[1] not in ("scores", "softmax", "s", "sm")])
def test_sorted_by_activity_the_loudest_map_comes_first(kept, qtbot, dims, node):
    layer, session = looked_at(kept, dims, node)
    qtbot.mouseClick(layer.order.button("activity"), LEFT)
    values = session.results.done.outputs[node][0].astype(np.float64)
    loud = np.abs(values).reshape(len(values), -1).mean(axis=1)
    order = layer.tiles.order
    assert sorted(order) == list(range(len(values)))
    assert all(loud[a] >= loud[b] - 1e-6 for a, b in itertools.pairwise(order))
    np.testing.assert_allclose(activity(session.results.values(node)), loud, rtol=1e-5)
    qtbot.mouseClick(layer.order.button("number"), LEFT)


@pytest.mark.parametrize(("dims", "node"), [(2, "conv1"), (2, "relu1"), (2, "pool1"), (2, "dense1"), (2, "relu3"),
                                            (1, "c"), (1, "p"), (3, "c"), (3, "r"), (3, "d")])
def test_a_muted_map_is_zero_and_the_class_bars_move_as_its_effect_said(kept, qtbot, dims, node):
    layer, session = looked_at(kept, dims, node)
    results, target = session.results, session.results.target
    job = effects(results, node, target)
    while True:
        try:
            next(job)
        except StopIteration as stopped:
            found = stopped.value
            break
    k = int(np.argmax(np.abs(found[:6])))  # of those that are in sight
    before = session.results.probabilities.copy()
    mute, solo = layer.tiles.switches(k)
    qtbot.mouseClick(layer.tiles, LEFT, NONE, middle(mute))
    settle()
    assert not np.array_equal(session.results.probabilities, before)
    assert not session.results.values(layer.owner)[k].any()
    scores = session.results.network.scores
    moved = float(session.results.values(scores)[target] - results.values(scores)[target])
    if layer.owner == node:  # else what lies between answers to a 0 in its own way
        assert moved == pytest.approx(float(found[k]), abs=1e-3)
    qtbot.mouseClick(layer.tiles, LEFT, NONE, middle(mute))
    np.testing.assert_allclose(session.results.probabilities, before, atol=1e-6)
    qtbot.mouseClick(layer.tiles, LEFT, NONE, middle(solo))
    assert session.document.muted == {(layer.owner, i) for i in range(len(found)) if i != k}
    assert [i for i in range(len(found)) if session.results.values(layer.owner)[i].any()] in ([k], [])
    qtbot.mouseClick(layer.all, LEFT)
    np.testing.assert_allclose(session.results.probabilities, before, atol=1e-6)


def test_what_the_units_add_to_a_class_comes_to_its_score():
    doc = edits.set_drawing(fresh(), three())
    results = compute(doc)
    for target in (0, 3, 9):
        parts = contributions(results, "relu4", target)
        bias = float(doc.weights["scores.bias"][target])
        assert float(parts.sum()) + bias == pytest.approx(float(results.values("scores")[target]), abs=1e-3)


@pytest.mark.parametrize(("dims", "node"), [(2, "softmax"), (2, "dense1"), (3, "sm")])
def test_what_stands_under_a_tile_leaves_room_for_its_number(kept, dims, node):
    layer, _ = looked_at(kept, dims, node)
    metrics = QFontMetricsF(theme.font(11, mono=True))
    for k, text in enumerate(layer.tiles._figures):
        wide = QFontMetricsF(theme.font(11, 600, mono=True)).horizontalAdvance(str(k))
        assert wide + metrics.horizontalAdvance(text) <= layer.tiles.tile_of(k).width(), text


def test_where_a_number_of_a_volume_lies_is_told_whole(kept):
    looked_at(kept, 3, "c")
    said = kept.explore.inspector.what
    assert said.text() == "convolution · slice 0 · [0, 0]"
    assert QFontMetricsF(theme.font(12)).horizontalAdvance("convolution · slice 12 · [20, 30]") <= said.width()
