"""The results of the window come by the plan, and are those of the ops."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app.model import edits
from app.model.document import Document, from_model
from app.model.results import compute
from cnncore.files.project import Model
from cnncore.op import Array
from cnncore.preprocess import Preprocess
from cnncore.zoo.lenet import lenet


@pytest.fixture
def document() -> Document:
    network = lenet()
    made = from_model(Model(network, network.start(1), tuple("0123456789"), Preprocess(), {}))
    image = np.zeros_like(made.drawing)
    image[60:220, 120:150] = 255
    return edits.set_drawing(made, image)


def test_the_plan_gives_what_the_ops_give(document: Document) -> None:
    results = compute(document)
    assert results.plan is not None
    expected = document.network.forward(document.effective, results.done.outputs["input"])
    for name, value in expected.outputs.items():
        np.testing.assert_allclose(results.done.outputs[name], value, rtol=1e-4, atol=1e-5, err_msg=name)


def test_the_plan_is_handed_on_while_the_network_is_the_same(document: Document) -> None:
    before = compute(document)
    key = "conv2.weight"
    weights = {**document.weights, key: document.weights[key] * np.float32(1.5)}
    after = compute(dataclasses.replace(document, weights=weights), before)
    assert after.plan is before.plan
    assert "conv1" not in after.stale
    assert after.done.outputs["conv1"] is before.done.outputs["conv1"]
    other = compute(dataclasses.replace(document, network=lenet()), after)
    assert other.plan is not after.plan


def test_earlier_results_stay_what_they_were(document: Document) -> None:
    kept: list[tuple[Array, Array]] = []
    results = None
    for step in range(4):
        image = np.roll(document.drawing, 9 * step, axis=0)
        results = compute(edits.set_drawing(document, image), results)
        kept += [(array, array.copy()) for array in results.done.outputs.values()]
    for array, copy in kept:
        np.testing.assert_array_equal(array, copy)


def test_double_precision_runs_by_the_ops(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.model.results.prepared", lambda _: np.ones((1, 1, 28, 28)))
    results = compute(document)
    assert results.plan is None
    assert results.done.outputs["conv1"].dtype == np.float64
