"""A layer of 1,000,000 numbers opens and is stepped like any other: nothing per cell is built ahead.

Times are of the processor, and several times what was measured: before, each was ten to a hundred times that.
"""

from __future__ import annotations

import time

import numpy as np
import pytest

from app.drive import settle
from app.model import edits
from app.model.results import compute
from app.model.timeline import Playhead
from cnncore.op import Array
from tests.gui.stepping import document
from tests.gui.whole import afresh, opened

CONV = ("c", "conv", {"filters": 1, "kernel": 3, "padding": 1})
TAIL = (("r", "relu", {}), ("g", "globalmeanpool", {}), ("f", "flatten", {}), ("s", "dense", {"units": 3}),
        ("sm", "softmax", {}))
LARGE = {
    "a sound": ((1, 1_000_000), (CONV, *TAIL)),
    "a picture": ((1, 1000, 1000), (CONV, *TAIL)),
    "a volume": ((1, 100, 100, 100), (CONV, *TAIL)),
    "64 maps": ((3, 125, 125), (("c", "conv", {"filters": 64, "kernel": 3, "padding": 1}), *TAIL)),
    "weights": ((1, 32, 32), (("f", "flatten", {}), ("c", "dense", {"units": 1000}), ("r", "relu", {}),
                              ("s", "dense", {"units": 3}), ("sm", "softmax", {}))),
}
OPEN, STEP = 1.5, 0.4  # seconds beyond the forward pass; of one step


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("large")) as window:
        yield window
        afresh(window)


def spent(do, *args) -> float:
    """Seconds of the processor until it is painted."""
    start = time.process_time()
    do(*args)
    settle()
    return time.process_time() - start


@pytest.mark.parametrize("name", LARGE)
def test_a_million_numbers_open_at_once_and_are_stepped_like_any_others(kept, name):
    shape, layers = LARGE[name]
    doc = document(*layers, shape=shape, labels=3)
    doc = edits.set_input(doc, np.random.default_rng(0).normal(size=shape).astype(np.float32))
    forward = spent(compute, doc)
    window, session = kept, kept.desk.session
    assert spent(session.open, doc, None) < forward + OPEN
    assert forward < OPEN
    size = doc.network.shapes["c"]
    session.select(Playhead("c", tuple(n // 2 for n in size)))
    settle()
    for grain in ("cell", "term"):
        window.desk.player.set_grain(grain)
        before = session.playhead
        times = [spent(window.desk.player.forward) for _ in range(6)]
        assert session.playhead != before
        assert float(np.median(times)) < STEP, (grain, times)
    window.desk.player.set_grain("cell")
    hovers = [spent(session.hover, Playhead("c", tuple((n // 3 + k) % n for n in size))) for k in range(6)]
    session.hover(None)
    assert float(np.median(hovers)) < STEP, hovers
    assert spent(window.desk.set_layer, "c") < OPEN
    window.desk.set_layer("")


def test_the_numbers_of_a_map_are_counted_once_for_all_its_cells(kept, monkeypatch):
    counted: list[Array] = []
    inspector = kept.explore.inspector
    monkeypatch.setattr(inspector.histogram, "set_values", lambda values, *_: counted.append(values))
    afresh(kept)
    session = kept.desk.session
    session.select(Playhead("conv1", (2, 10, 9)))
    settle()
    for _ in range(5):
        kept.desk.player.forward()
    assert len(counted) == 1
    session.select(Playhead("conv1", (3, 10, 9)))
    assert len(counted) == 2
    session.edit(edits.set_weight, "conv1.bias", (3,), 0.7)
    assert len(counted) == 3
