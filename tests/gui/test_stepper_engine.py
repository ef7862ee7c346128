"""Norms, dropout, joins and what reshapes, in the stepper: each in a small network, forwards and backwards."""

from __future__ import annotations

import numpy as np
import pytest

from app import numbers
from app.model.document import from_model
from app.model.timeline import Playhead
from app.panels.stepper_views import CellsView, CopyView, NormBackView, NormView
from app.panels.stepper_views.learn import LearnView
from app.widgets.formula_trace import sum_parts
from cnncore.files.project import Model
from cnncore.network import INPUT, Network, Node
from cnncore.ops import make_op
from cnncore.preprocess import Preprocess
from tests.gui.stepping import opened

SETTINGS = {
    "batchnorm": {}, "layernorm": {}, "groupnorm": {"groups": 2}, "lrn": {"size": 3}, "dropout": {},
    "spatialdropout": {}, "add": {}, "multiply": {}, "concat": {}, "reshape": {"shape": (2, 14, 56)},
    "pad": {"padding": 2}, "crop": {"cut": 3},
}
JOINS = {"add", "multiply", "concat"}


def around(kind: str):
    """A document: two convolutions, the op on one or both of them, and ten scores."""
    op = make_op(kind, SETTINGS[kind])
    conv = {"filters": 2, "kernel": 3, "padding": 1}
    network = Network("test", (1, 28, 28), (
        Node("a", make_op("conv", conv), (INPUT,)), Node("b", make_op("conv", conv), (INPUT,)),
        Node("it", op, ("a", "b") if kind in JOINS else ("a",)),
        Node("flat", make_op("flatten", {}), ("it",)), Node("scores", make_op("dense", {"units": 10}), ("flat",)),
        Node("softmax", make_op("softmax", {}), ("scores",))))
    weights = {key: np.asarray(value, np.float32) for key, value in network.start(3).items()}
    return from_model(Model(network, weights, tuple("0123456789"), Preprocess(), {}))


@pytest.mark.parametrize("kind", SETTINGS)
def test_an_op_of_the_engine_is_stepped_forwards_and_backwards(desk, qtbot, kind):
    panel = opened(desk, qtbot, around(kind), Playhead("it", (1, 7, 8)))
    network = desk.session.document.network
    heads = [Playhead("it", (1, 7, 8)), Playhead("it", (0, 0, 0))]
    heads += [Playhead("it", (1, *(4,) * (len(shape) - 1)), None, f"input{k}", "backward")
              for k, shape in enumerate(network.input_shapes("it"))]
    learned = network.node("it").op.parameter_shapes(*network.input_shapes("it"))
    heads += [Playhead("it", tuple(0 for _ in shape), None, key, "backward") for key, shape in learned.items()
              if key not in network.node("it").op.running]
    for head in heads:
        desk.session.select(head)
        trace = desk.session.trace()
        assert trace is not None
        assert trace.total == pytest.approx(trace.exact, abs=max(trace.bound, 1e-12))
        assert isinstance(panel.view, (CellsView, CopyView, LearnView, NormView, NormBackView)), head
        if trace.kind == "products":
            parts = sum_parts(trace)
            assert numbers.figure(float(parts.comes_to)) == parts.result_text
        assert panel.secondary.text()
        desk.player.forward()
        panel.grab()


def test_a_sum_names_each_of_its_inputs(desk, qtbot):
    panel = opened(desk, qtbot, around("add"), Playhead("it", (1, 7, 8)))
    view = panel.view
    values = {name: float(desk.session.results.values(name)[1, 7, 8]) for name in ("a", "b")}
    assert [(part.what, part.sign, part.value) for part in view.parts] == [
        ("a[1, 7, 8]", "", values["a"]), ("b[1, 7, 8]", "+", values["b"])]
    assert view.slots[1].map._values.tolist() == desk.session.results.values("b")[1].tolist()
    assert [slot.map.ring for slot in view.slots[:2]] == [(7, 8), (7, 8)]


def test_a_concatenated_cell_comes_from_the_input_that_it_is_of(desk, qtbot):
    panel = opened(desk, qtbot, around("concat"), Playhead("it", (3, 7, 8)))
    assert panel.view.words.text().startswith("it[3, 7, 8] is b[1, 7, 8]")
    assert panel.view.map.shape == (28, 28)
    desk.session.select(Playhead("it", (1, 7, 8), None, "input1", "backward"))
    assert isinstance(panel.view, CopyView)
    assert "b[1, 7, 8]" in panel.view.words.text()
    assert panel.view.map._values[7, 8] == desk.session.results.gradients.outputs["it"][0, 3, 7, 8]


def test_a_padded_cell_is_called_padding(desk, qtbot):
    panel = opened(desk, qtbot, around("pad"), Playhead("it", (0, 0, 0)))
    assert isinstance(panel.view, CopyView)
    assert panel.view.words.text() == "it[0, 0, 0] is padding: no number of the input, the layer sets it to 0."
    assert panel.view.map.ring is None
    assert panel.view.output.map.ring == (0, 0)
    assert panel.view.link.isHidden()
