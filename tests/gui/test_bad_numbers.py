"""NaN, infinity, numbers beyond float32, no input at all, maps of one cell: the window says what is so and why."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app.drive import settle
from app.filing import fresh
from app.model import edits
from app.model.document import from_model
from app.model.samples import frozen
from app.model.timeline import LOSS, Playhead, timeline
from cnncore.files.project import Model
from cnncore.network import INPUT, Network, Node
from cnncore.ops import make_op
from cnncore.preprocess import Preprocess
from tests.gui.stepping import document, three
from tests.gui.whole import afresh, click_cell, opened

BAD = {"nan": np.nan, "inf": np.inf, "-inf": -np.inf, "1e38": 1e38}
CONV = {"filters": 2, "kernel": 3, "padding": 1}


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("numbers")) as window:
        yield window


@pytest.fixture
def window(kept):
    afresh(kept)
    kept.desk.session.hover(None)
    return kept


def with_weight(doc, value: float, key: str = "", index: tuple[int, ...] | None = None):
    """The document with one weight, of the first layer that has any, at a number that no person can type."""
    key = key or next(iter(doc.weights))
    array = doc.weights[key].copy()
    array[(0,) * array.ndim if index is None else index] = value
    return dataclasses.replace(doc, weights={**doc.weights, key: frozen(array)})


def of_nodes(shape, rows, labels: int):
    network = Network("test", shape, tuple(Node(name, make_op(kind, settings), sources)
                                           for name, kind, settings, sources in rows))
    weights = {key: np.asarray(value, np.float32) for key, value in network.start(3).items()}
    return from_model(Model(network, weights, tuple(map(str, range(labels))), Preprocess(), {}))


def chain_of(shape):
    return of_nodes(shape, [
        ("c", "conv", CONV, (INPUT,)), ("r", "relu", {}, ("c",)), ("p", "maxpool", {"window": 2, "stride": 2}, ("r",)),
        ("f", "flatten", {}, ("p",)), ("s", "dense", {"units": 3}, ("f",)), ("sm", "softmax", {}, ("s",))], 3)


def branch_of(shape):
    return of_nodes(shape, [
        ("a", "conv", CONV, (INPUT,)), ("b", "sigmoid", {}, ("a",)), ("d", "add", {}, ("a", "b")),
        ("m", "multiply", {}, ("a", "d")), ("e", "concat", {}, ("d", "m", INPUT)), ("n", "batchnorm", {}, ("e",)),
        ("f", "flatten", {}, ("n",)), ("s", "dense", {"units": 2}, ("f",)), ("sm", "softmax", {}, ("s",))], 2)


def tiny_of(shape):
    """From the second layer on every map is one cell, and every kernel too."""
    return of_nodes(shape, [
        ("g", "globalmaxpool", {}, (INPUT,)), ("c", "conv", {"filters": 3, "kernel": 1}, ("g",)),
        ("t", "tanh", {}, ("c",)), ("p", "maxpool", {"window": 1, "stride": 1}, ("t",)),
        ("n", "layernorm", {}, ("p",)), ("f", "flatten", {}, ("n",)), ("s", "dense", {"units": 2}, ("f",)),
        ("sm", "softmax", {}, ("s",))], 2)


def lone_of(shape):
    """One class: no loss can be made of it."""
    return of_nodes(shape, [("c", "conv", {"filters": 1, "kernel": 1}, (INPUT,)), ("g", "globalmeanpool", {}, ("c",)),
                            ("f", "flatten", {}, ("g",)), ("s", "dense", {"units": 1}, ("f",)),
                            ("sm", "softmax", {}, ("s",))], 1)


def bare_of(shape):
    """No classes at all."""
    return of_nodes(shape, [("c", "conv", CONV, (INPUT,)), ("r", "relu", {}, ("c",))], 0)


NETWORKS = {"chain": chain_of, "branch": branch_of, "tiny": tiny_of, "lone": lone_of, "bare": bare_of}
SHAPES = {1: (2, 9), 2: (1, 5, 6), 3: (1, 3, 4, 5)}


WALKED = [*((which, dims, bad) for which in NETWORKS
            for dims, bad in ((2, "fine"), (2, "nan"), (1, "fine"), (3, "fine"))),
          *((which, dims, bad) for which in ("chain", "branch")
            for dims, bad in ((2, "zeros"), (2, "inf"), (2, "-inf"), (2, "1e38"), (1, "nan"), (3, "nan")))]


@pytest.mark.parametrize(("which", "dims", "bad"), WALKED)
def test_every_stretch_of_every_network_is_walked_and_painted(window, qtbot, which, dims, bad):
    doc = NETWORKS[which](SHAPES[dims])
    x = np.random.default_rng(1).normal(size=SHAPES[dims]).astype(np.float32)
    doc = edits.set_input(doc, x * 0 if bad == "zeros" else x)
    session = window.desk.session
    session.open(with_weight(doc, BAD[bad]) if bad in BAD else doc, None)
    for stretch in timeline(doc.network):
        for head in {stretch.start, stretch.end}:
            session.select(head)
            settle()
            window.explore.inspector._show_later()
            shown = float(session.results.done.outputs[head.node][0][head.index]) \
                if head.lane == "forward" else session.trace().total
            assert window.explore.inspector.value._value == pytest.approx(shown, nan_ok=True)
    for node in (INPUT, *doc.network.shapes):
        session.select(Playhead(node, (0,) * len(doc.network.shapes[node])))
        window.desk.set_layer(node)
        settle()
    window.grab()


# --- NaN

def nan_window(window, qtbot, value=np.nan):
    doc = dataclasses.replace(fresh(), drawing=three())
    window.desk.session.open(with_weight(doc, value, "conv1.weight", (2, 0, 1, 1)), None)
    settle()
    click_cell(window, qtbot, "conv1", (2, 10, 9))
    return window.explore.inspector


def texts(rows) -> list[str]:
    return [f"{row.name}: {' '.join(part.text for part in row.parts)}" for row in rows.rows]


def test_nan_is_called_so_and_led_back_step_by_step_to_where_it_began(window, qtbot):
    inspector = nan_window(window, qtbot)
    session = window.desk.session
    session.select(Playhead("softmax", (3,)))
    trail = []
    for _ in range(12):
        settle()
        assert inspector.value.text() == "NaN"
        row = inspector.from_rows.rows[0]
        assert row.name == "because of"
        trail.append(row.parts[0].text)
        to = row.parts[0].to
        if not isinstance(to, Playhead):
            break
        inspector._go(to)
    assert trail[-1] == "conv1.weight[2, 0, 1, 1]"
    assert [name.split("[")[0] for name in trail[:3]] == ["scores", "relu4", "dense2"]


def test_nan_has_no_rank_and_passes_no_gate_as_blocked(window, qtbot):
    inspector = nan_window(window, qtbot)
    session = window.desk.session
    same = int(np.isnan(session.results.values("conv1")[2]).sum())
    assert inspector.rank.text() == f"⚠ NaN, like {same - 1} others"
    rows = texts(inspector.to_rows)
    assert rows[0].startswith("relu1: becomes NaN")
    assert rows[1].startswith("pool1: becomes NaN")


def test_the_answer_of_nan_is_no_answer(window, qtbot):
    nan_window(window, qtbot)
    answer = window.explore.answer
    assert (answer.winner.text(), answer.sure.text()) == ("?", "No answer")
    assert "%" not in answer.then.text()
    window.desk.session.open(dataclasses.replace(fresh(), drawing=three()), None)
    settle()
    assert answer.winner.text() == "3"


def test_softmax_of_nan_paints_bars_that_stay_in_their_tracks(window, qtbot):
    nan_window(window, qtbot)
    window.desk.session.select(Playhead("softmax", (3,)))
    settle()
    table = window.explore.stepper.view.table
    row = table.row_rect(5)
    picture = table.grab().toImage()
    names = {picture.pixelColor(x, round(row.center().y())).name() for x in range(90, 200)}
    assert len(names) > 1  # a score is printed there, not covered by a bar
    assert "NaN" in window.explore.stepper.formula.accessibleDescription() or window.explore.stepper.formula.isVisible()


def test_the_layer_inspector_counts_what_is_no_number(window, qtbot):
    nan_window(window, qtbot)
    window.desk.perform("view.layer")
    settle()
    layer = window.explore.layer
    values = window.desk.session.results.values("conv1")
    finite = values[np.isfinite(values)].astype(np.float64)
    assert layer.bad.isVisible()
    assert layer.bad.text() == str(int((~np.isfinite(values)).sum()))
    assert layer.tiles._figures[2] == "NaN"
    assert layer.values["mean"].text() == f"{finite.mean():.3g}".replace("-", "−")
    window.desk.session.open(fresh(), None)
    window.desk.session.select(Playhead("conv1", (0, 0, 0)))
    window.desk.set_layer("conv1")
    settle()
    assert not layer.bad.isVisible()


def test_a_sum_beyond_float32_says_so(window, qtbot):
    inspector = nan_window(window, qtbot, 3e38)
    session = window.desk.session
    values = session.results.values("conv2")
    spot = tuple(int(i) for i in np.argwhere(np.isinf(values))[0])
    session.select(Playhead("conv2", spot))
    settle()
    assert inspector.value.text() in ("∞", "−∞")
    assert texts(inspector.from_rows)[0] == "because: the sum is beyond float32, which ends at 3.4e38"


def test_a_gradient_of_nan_is_led_back_too(window, qtbot):
    inspector = nan_window(window, qtbot)
    session = window.desk.session
    session.select(Playhead("conv2", (1, 0, 1, 1), None, "weight", "backward"))
    settle()
    row = inspector.from_rows.rows[0]
    assert row.name == "because of"
    assert isinstance(row.parts[0].to, Playhead)
    inspector._go(row.parts[0].to)
    assert session.playhead.lane == "backward"


# --- nothing drawn, one number

def test_without_a_drawing_every_number_says_that_it_is_made_of_zeros(window, qtbot):
    session = window.desk.session
    for head in (Playhead("conv1", (2, 10, 9)), Playhead("softmax", (3,)), Playhead(LOSS, (), lane="loss"),
                 Playhead("conv1", (2, 0, 1, 1), None, "weight", "backward")):
        session.select(head)
        settle()
        assert window.explore.inspector.rank.text() == "⚠ nothing is drawn: all zeros"
    session.select(Playhead("conv1", (2, 10, 9)))
    window.desk.perform("view.layer")
    settle()
    assert "Nothing is drawn yet" in window.explore.layer.note.text()
    session.edit(edits.set_drawing, three())
    settle()
    assert "Nothing is drawn" not in window.explore.layer.note.text()
    assert window.explore.inspector.rank.text().startswith("rank ")


def test_typed_zeros_are_numbers_as_good_as_others(window, qtbot):
    doc = document(("c", "conv", {"filters": 1, "kernel": 3}), ("f", "flatten", {}), ("d", "dense", {"units": 3}),
                   shape=(1, 5, 5), labels=3)
    window.desk.session.open(edits.set_input(doc, np.zeros((1, 5, 5), np.float32)), None)
    window.desk.session.select(Playhead("c", (0, 1, 1)))
    settle()
    assert window.explore.inspector.rank.text() in ("0, like 8 others", "the same as all 9")


def test_a_map_of_one_cell_has_no_rank(window, qtbot):
    window.desk.session.open(edits.set_input(tiny_of((1, 5, 6)), np.ones((1, 5, 6), np.float32)), None)
    window.desk.session.select(Playhead("c", (1, 0, 0)))
    settle()
    assert window.explore.inspector.rank.text() == "the only number here"


def test_a_network_without_a_loss_has_no_way_back_to_offer(window, qtbot):
    window.desk.session.open(edits.set_input(bare_of((1, 5, 6)), np.ones((1, 5, 6), np.float32)), None)
    window.desk.session.select(Playhead("c", (1, 0, 0)))
    settle()
    assert not window.explore.transport.lanes[1].isVisible()
    window.desk.player.last()
    for _ in range(4):
        window.desk.perform("stepper.forward")
    assert window.desk.session.playhead.lane == "forward"
    assert not window.explore.inspector.gradient.isVisible()


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
def test_what_is_no_number_is_watched_kept_and_put_into_a_picture(window, qtbot, value):
    nan_window(window, qtbot, value)
    session, desk = window.desk.session, window.desk
    session.set_watches(("conv1[2, 10, 9]", "max(conv1[2])", "conv1[2]", "scores[3] - scores[2]"))
    for shift in (0, 20):
        session.edit(edits.set_drawing, np.roll(three(), shift, 0))
        settle()
    desk.perform("file.export")
    settle()
    assert window.export.isVisible()
    window.export.grab()
    window.export.close()
    assert not window.banner.isVisible()
    window.grab()
