"""Volumes, sounds, norms, dropped cells and hues in the stepper, and that nothing is cut or overlaps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app import numbers
from app.model.timeline import Playhead
from app.panels.stepper_views import NormView, ProductsView, RouteView, WindowView
from app.widgets.heat_map import HeatMap
from app.widgets.plane_cut import DROPPED
from app.widgets.plane_grid import PlaneGrid
from tests.gui.stepping import HEAD, LEFT, document, inside, middle, opened


def back(node: str, *index: int) -> Playhead:
    return Playhead(node, index, None, "input0", "backward")


def test_a_slider_goes_through_the_slices_of_a_volume(desk, qtbot):
    doc = document(("it", "conv", {"filters": 2}), ("p", "maxpool", {}), *HEAD, shape=(1, 8, 10, 12))
    doc = dataclasses.replace(doc, typed=np.random.default_rng(0).random((1, 8, 10, 12)).astype(np.float32))
    panel = opened(desk, qtbot, doc, Playhead("it", (1, 2, 4, 5)))
    assert panel.slices.isVisible()
    assert panel.slices.slider.maximum() == 5
    qtbot.keyClick(panel.slices.slider, Qt.Key.Key_Right)
    assert desk.session.playhead == Playhead("it", (1, 3, 4, 5))
    assert panel.slices.said.text() == "slice 3 of 6, from 0"
    assert panel.view.output.map._values.tolist() == desk.session.results.values("it")[1, 3].tolist()
    desk.session.select(Playhead("p", (1, 1, 2, 2)))
    assert isinstance(panel.view, WindowView)
    assert panel.view.input.value(panel.view.input.ring) == float(desk.session.results.values("p")[1, 1, 2, 2])
    desk.session.select(back("p", 1, 2, 4, 5))
    assert isinstance(panel.view, RouteView)
    desk.session.select(Playhead("d", (0,)))
    assert not panel.slices.isVisible()


def test_a_norm_says_mean_variance_and_scale(desk, qtbot):
    panel = opened(desk, qtbot, document(("c", "conv", {"filters": 3}), ("n", "layernorm", {}), *HEAD),
                   Playhead("n", (1, 5, 5)))
    values = desk.session.results.values("c").astype(np.float64)
    view = panel.view
    assert isinstance(view, NormView)
    x, mean, scale, weight, bias = (float(line.text.replace("−", "-")) for line in view.lines)
    assert x == pytest.approx(values[1, 5, 5], rel=1e-3)
    assert mean == pytest.approx(values.mean(), rel=1e-3)
    assert scale == pytest.approx(1 / np.sqrt(values.var() + 1e-5), rel=1e-3)
    assert f"√({numbers.figure(float(values.var()))} + ε)" in view.lines[2].name
    assert (weight, bias) == (1, 0)
    assert view.picture.mean == pytest.approx(values.mean())
    assert view.picture._counts.sum() == values.size


def test_dropped_columns_are_struck_through_and_said(desk, qtbot):
    doc = document(("it", "conv", {"filters": 2, "stride": 4}), *HEAD)
    panel = opened(desk, qtbot, doc, Playhead("it", (0, 6, 6)))
    view = panel.view
    said = "1 row at the bottom reaches no window · 1 column at the right reaches no window"
    assert view.output.note == f"Struck through: {said}"
    state = view.input._seen()[2]
    assert np.count_nonzero(state == DROPPED)
    assert not np.count_nonzero(state[1:4, 1:4] == DROPPED)


def test_padding_that_repeats_cells_shows_them_in_the_window(desk, qtbot):
    doc = document(("it", "conv", {"filters": 2, "padding": 1, "mode": "reflect"}), *HEAD)
    doc = dataclasses.replace(doc, typed=np.random.default_rng(0).random((1, 28, 28)).astype(np.float32))
    panel = opened(desk, qtbot, doc, Playhead("it", (0, 0, 0)))
    view, trace = panel.view, desk.session.trace()
    assert isinstance(view, ProductsView)
    shown = [view.input.value((r, c)) for r in range(3) for c in range(3)]
    assert shown == trace.operands[0].values.tolist()
    qtbot.mouseClick(view.input, LEFT, pos=middle(view.input.cell_rect(0, 0)))
    assert desk.session.playhead == Playhead("input", (0, 1, 1))


def test_each_weight_of_a_small_kernel_has_its_hue_wherever_it_is(desk, qtbot):
    panel = opened(desk, qtbot, document(("c", "conv", {"filters": 2}), ("it", "conv", {"filters": 2}), *HEAD),
                   Playhead("it", (0, 4, 4)))
    view = panel.view
    before = [grid.grab().toImage() for grid in (view.input, view.products, view.kernel.grid)]
    assert desk.perform("view.hues")
    after = [grid.grab().toImage() for grid in (view.input, view.products, view.kernel.grid)]
    assert all(a != b for a, b in zip(before, after, strict=True))

    def corner(grid, rect):
        return grid.grab().toImage().pixelColor(int(rect.left()) + 3, int(rect.top()) + 3).name()

    shown = [corner(view.products, view.products.cell_rect(*divmod(k, 3))) for k in range(9)]
    assert len(set(shown)) == 9
    assert shown == [corner(view.input, view.input.cell_rect(*divmod(k, 3))) for k in range(9)]
    desk.session.select(back("it", 0, 4, 4))
    turned = panel.view
    assert [corner(turned.kernel, turned.kernel.cell_rect(*divmod(k, 3))) for k in range(9)] == shown[::-1]
    desk.perform("view.hues")
    assert not desk.settings.kernel_hues


@pytest.mark.parametrize("head", [Playhead("it", (1, 12)), back("it", 0, 9),
                                  Playhead("it", (1, 0, 2), None, "weight", "backward")])
def test_a_sound_is_shown_in_rows_as_wide_as_the_card(desk, qtbot, head):
    doc = document(("it", "conv", {"filters": 2, "kernel": 5}), *HEAD, shape=(1, 40))
    doc = dataclasses.replace(doc, typed=np.random.default_rng(0).random((1, 40)).astype(np.float32))
    panel = opened(desk, qtbot, doc, head)
    row = panel.view.came if head.target == "weight" else panel.view.output.map
    assert row.shape[0] == 1
    assert row.width() > 0.6 * panel.view.width()
    assert row.height() >= 8
    panel.grab()


@pytest.mark.parametrize("size", [(890, 305), (1288, 368), (1000, 500)])
@pytest.mark.parametrize("head", [Playhead("conv2", (13, 4, 4, 3), None, "weight", "backward"),
                                  Playhead("conv1", (2,), None, "bias", "backward"),
                                  Playhead("dense1", (3, 4), None, "weight", "backward"),
                                  Playhead("conv1", (2, 0, 1, 1), None, "weight", "update"),
                                  back("conv2", 2, 5, 5), back("pool1", 2, 8, 10), back("relu1", 2, 9, 11)])
def test_nothing_is_cut_or_overlaps(desk, qtbot, head, size):
    panel = opened(desk, qtbot, desk.session.document, head, size)
    parts = [part for part in panel.view.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
             if part.isVisible() and part.objectName() and not part.objectName().endswith("_output")]
    grids = [part for part in parts if isinstance(part, (HeatMap, PlaneGrid))]
    assert grids
    for part in grids:
        assert inside(part, panel.view), part.objectName()
    for k, part in enumerate(grids):
        assert not any(part.geometry().intersects(other.geometry()) for other in grids[k + 1:])
        row = getattr(panel.view, "update_row", None)
        assert row is None or not part.geometry().intersects(row.geometry())


def test_the_kernel_gradient_has_digits_where_the_window_is_small(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, Playhead("conv2", (13, 4, 4, 3), None, "weight", "backward"),
                   (890, 305))
    assert panel.view.gradient.cell_px >= 30
