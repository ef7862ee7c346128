"""Padding of every kind, and all that slides, in the stepper: forwards and backwards, at a corner and inside."""

from __future__ import annotations

import pytest

from app.model.timeline import Playhead
from app.panels.stepper_views import FlippedView, ProductsView, SlideView, WindowView
from cnncore.ops import make_op
from tests.gui.stepping import HEAD, document, opened

ONES = {
    "sides": ("conv", {"filters": 2, "padding": ((2, 0), (0, 1))}, ProductsView),
    "same": ("conv", {"filters": 2, "padding": "same", "stride": 2}, ProductsView),
    "reflect": ("conv", {"filters": 2, "padding": 1, "mode": "reflect"}, ProductsView),
    "flip": ("conv", {"filters": 2, "padding": 1, "flip": True}, FlippedView),
    "transposed": ("transposedconv", {"filters": 2, "stride": 2}, SlideView),
    "ceil": ("maxpool", {"window": 3, "stride": 2, "ceil": True}, WindowView),
    "mean": ("meanpool", {"window": 2, "padding": ((1, 0), 1), "counts_padding": False}, WindowView),
    "length": ("l2pool", {"window": 2, "padding": "same"}, WindowView),
    "global": ("globalmaxpool", {}, WindowView),
}


@pytest.mark.parametrize("name", ONES)
def test_a_window_is_stepped_at_a_corner_and_inside(desk, qtbot, name):
    kind, settings, view = ONES[name]
    doc = document(("it", make_op(kind, settings)), *HEAD)
    panel = opened(desk, qtbot, doc, Playhead("it", (0, 0, 0)))
    assert isinstance(panel.view, view)
    shape = doc.network.shapes["it"]
    for head in (Playhead("it", tuple(n // 2 for n in shape)), Playhead("it", tuple(n - 1 for n in shape)),
                 Playhead("it", (0, 0, 0), None, "input0", "backward")):
        desk.session.select(head)
        trace = desk.session.trace()
        assert trace is not None
        assert abs(trace.rounding) <= trace.bound
        panel.grab()
        desk.player.forward()


def test_a_length_says_the_root_of_its_squares(desk, qtbot):
    panel = opened(desk, qtbot, document(("it", make_op("l2pool", {})), *HEAD), Playhead("it", (0, 7, 7)))
    assert panel.view.headings[1].name.text() == "Length"
    assert panel.view.words.text().startswith("The root of ")
