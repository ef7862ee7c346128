"""The stepper on every activation: it is drawn whole, its point and its slope are the engine's."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app import numbers
from app.model.playback import Playhead
from app.panels.stepper_views import CellsView, CurveView, SharesView
from cnncore.ops import OPS
from cnncore.ops.elementwise import Elementwise
from tests.gui.stepping import HEAD, LEFT, document, middle, opened

CURVES = [kind for kind, op in OPS.items() if issubclass(op, Elementwise)]


def maps(kind: str, **settings):
    """A convolution, then the layer on its maps."""
    return document(("c", "conv", {"filters": 4, "kernel": 5}), ("a", kind, settings), *HEAD)


@pytest.mark.parametrize("kind", CURVES)
def test_every_curve_is_stepped_and_shows_its_number(desk, qtbot, kind):
    panel = opened(desk, qtbot, maps(kind), Playhead("a", (1, 10, 9)))
    view, results = panel.view, desk.session.results
    assert isinstance(view, CurveView)
    x, y = (float(results.values(node)[1, 10, 9]) for node in ("c", "a"))
    assert view.curve._point == pytest.approx((x, y))
    assert numbers.figure(y) in panel.formula.text
    for _ in range(3):
        desk.player.forward()
        trace = desk.session.trace()
        assert trace.total == pytest.approx(float(results.values("a")[desk.session.playhead.index]))
        assert view.curve._point[1] == trace.total
    panel.grab()


@pytest.mark.parametrize("kind", CURVES)
def test_every_curve_fits_its_picture_over_all_that_goes_in(desk, qtbot, kind):
    view = opened(desk, qtbot, maps(kind), Playhead("a", (1, 10, 9))).view
    reach = float(np.abs(desk.session.results.values("c")).max())
    curve = view.curve
    seen = np.abs(curve._x) <= reach
    assert curve._x[0] <= -reach
    assert curve._x[-1] >= reach
    assert np.abs(curve._y[seen]).max() <= curve._bound, "nothing that can come out lies outside"
    values = desk.session.results.values("a")
    assert np.abs(values).max() <= view.output.map._bound, "nor beyond the strongest colour"


@pytest.mark.parametrize("kind", CURVES)
def test_every_curve_is_stepped_on_units_too(desk, qtbot, kind):
    doc = document(("f", "flatten", {}), ("d", "dense", {"units": 12}), ("a", kind, {}), ("s", "dense", {"units": 10}))
    panel = opened(desk, qtbot, doc, Playhead("a", (7,)))
    assert isinstance(panel.view, CurveView)
    assert panel.view.curve._point[1] == pytest.approx(float(desk.session.results.values("a")[7]))


def test_a_learned_slope_is_drawn_for_the_map_it_belongs_to(desk, qtbot):
    doc = maps("prelu", per_channel=True)
    alpha = np.array([0.1, 0.9, 0, 0], np.float32)
    doc = dataclasses.replace(doc, weights={**doc.weights, "a.alpha": alpha})
    view = opened(desk, qtbot, doc, Playhead("a", (0, 10, 9))).view
    for map_, slope in ((0, 0.1), (1, 0.9)):
        desk.session.select(Playhead("a", (map_, 10, 9)))
        assert view.curve._y[0] == pytest.approx(slope * view.curve._x[0])


def test_the_formula_calls_the_curve_by_its_name_also_where_it_looks_like_another(desk, qtbot):
    panel = opened(desk, qtbot, maps("leakyrelu"), Playhead("a", (1, 10, 9)))
    values = desk.session.results.values("c")[1]
    for cell in (values.argmax(), values.argmin()):
        desk.session.select(Playhead("a", (1, *(int(i) for i in np.unravel_index(cell, values.shape)))))
        assert panel.formula.text.startswith("y = leaky ReLU(x) = leaky ReLU(")


def test_the_slope_at_the_point_stands_over_the_curve(desk, qtbot):
    panel = opened(desk, qtbot, maps("tanh"), Playhead("a", (1, 10, 9)))
    slope = desk.session.trace().operand("slope").values[0]
    assert panel.view.headings[1].what.toolTip() == f"slope {slope:.3g} here"


# --- those that look at other numbers too

def test_maxout_shows_who_competes_and_who_won(desk, qtbot):
    panel = opened(desk, qtbot, maps("maxout", pieces=2), Playhead("a", (1, 10, 9)))
    view, pair = panel.view, desk.session.results.values("c")[2:4, 10, 9]
    assert isinstance(view, CellsView)
    won = int(pair.argmax())
    assert [part.what for part in view.parts] == ["c[2, 10, 9]", "c[3, 10, 9]"]
    assert [part.value for part in view.parts] == pair.tolist()
    assert view.slots[won].map.ring == (10, 9)
    assert view.slots[won].under.text() == "it wins"
    assert view.slots[1 - won].map.ring is None
    assert view.slots[1 - won].map.second == (10, 9)
    assert view.parts[1].sign == ("<" if won else ">")
    assert view.output.map._values[10, 9] == pair.max()
    assert panel.formula.text.startswith("y = max(x) = max(")
    qtbot.mouseClick(view.slots[0].map, LEFT, pos=middle(view.slots[0].map.rect_of(3, 4)))
    assert desk.session.playhead == Playhead("c", (2, 3, 4))


def test_keep_the_maximum_says_yes_or_no(desk, qtbot):
    doc = maps("keepmax")
    panel = opened(desk, qtbot, doc, Playhead("a", (1, 0, 0)))
    values = desk.session.results.values("c")[1]
    top = tuple(int(i) for i in np.unravel_index(values.argmax(), values.shape))
    assert panel.formula.text.endswith("= 0")
    view = panel.view
    assert isinstance(view, CellsView)
    assert (view.slots[0].map.ring, view.slots[0].map.second) == ((0, 0), top)
    assert view.slots[0].under.text() == "not the largest: 0"
    assert view.parts[1].value == float(values.max())
    desk.session.select(Playhead("a", (1, *top)))
    assert panel.formula.text.endswith("= 1")
    assert view.slots[0].under.text() == "the largest of its map: 1"


@pytest.mark.parametrize("kind", ["softmax", "logsoftmax"])
@pytest.mark.parametrize("axis", ["channels", "map", "space 1", "space 2"])
def test_shares_along_any_axis_are_stepped_and_a_click_goes_along_it(desk, qtbot, kind, axis):
    doc = document(("c", "conv", {"filters": 3, "kernel": 21}), ("a", kind, {"axis": axis}), *HEAD)
    panel = opened(desk, qtbot, doc, Playhead("a", (1, 2, 3)))
    view, trace = panel.view, desk.session.trace()
    assert isinstance(view, SharesView)
    assert len(view.table._labels) == {"channels": 3, "map": 64}.get(axis, 8)
    shown = numbers.share(trace.total) if kind == "softmax" else numbers.figure(trace.total)
    assert panel.formula.text.endswith(f"= {shown}")
    panel.grab()
    qtbot.mouseClick(view.table, LEFT, pos=middle(view.table.row_rect(2)))
    assert desk.session.playhead.index == tuple(trace.operands[0].cells[2])
    assert desk.session.trace().winner == 2


def test_of_a_map_of_shares_the_own_row_is_in_sight(desk, qtbot):
    panel = opened(desk, qtbot, maps("softmax", axis="map"), Playhead("a", (1, 20, 5)))
    table = panel.view.table
    assert table._labels[20 * 24 + 5] == "20, 5"
    qtbot.waitUntil(lambda: table.visibleRegion().contains(middle(table.row_rect(20 * 24 + 5))))
