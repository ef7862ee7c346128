"""Each weight of a small kernel owns a hue, and the cells that it multiplies take it, however the window lies."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app import theme
from app.model.timeline import Playhead
from app.panels.kernel import KernelPanel
from app.panels.stepper_views import LearnView, ProductsView, SlideView
from tests.gui.stepping import HEAD, document, opened, show

WAYS = {
    "a sound": ((1, 30), {"kernel": 5, "stride": 2}, (1, 6)),
    "a sound on padding": ((1, 30), {"kernel": 4, "padding": 3}, (1, 0)),
    "a plane": ((1, 28, 28), {"kernel": (2, 4)}, (1, 6, 6)),
    "strides": ((1, 28, 28), {"kernel": 3, "stride": 3}, (1, 6, 6)),
    "holes": ((1, 28, 28), {"kernel": 3, "dilation": 2}, (1, 6, 6)),
    "the ring of padding": ((1, 28, 28), {"kernel": 3, "padding": 2}, (1, 0, 0)),
    "padding that repeats": ((1, 28, 28), {"kernel": 3, "padding": 2, "mode": "reflect"}, (1, 0, 0)),
    "groups": ((4, 12, 12), {"kernel": 3, "groups": 2}, (1, 4, 4)),
    "a volume": ((1, 6, 8, 8), {"kernel": 3}, (1, 2, 3, 3)),
}


def made(shape, settings):
    values = np.random.default_rng(3).uniform(-1, 1, shape).astype(np.float32)
    doc = document(("it", "conv", {"filters": 2, **settings}), *HEAD, shape=shape)
    return dataclasses.replace(doc, typed=values)


def worn(grid, rects) -> list[int]:
    """Which hue, from 0, the mark in each cell's corner has; -1 none."""
    picture, known = grid.grab().toImage(), [theme.hue(k, len(rects)).getRgb()[:3] for k in range(len(rects))]
    seen = [picture.pixelColor(int(rect.left()) + 3, int(rect.top()) + 3).getRgb()[:3] for rect in rects]
    return [next((k for k, hue in enumerate(known) if max(abs(a - b) for a, b in zip(hue, one, strict=True)) <= 2), -1)
            for one in seen]


@pytest.fixture
def hued(desk):
    desk.toggle_hues()
    yield
    desk.toggle_hues()


@pytest.mark.parametrize("name", WAYS)
def test_input_products_and_kernel_wear_the_same_hues(desk, qtbot, hued, name):
    shape, settings, index = WAYS[name]
    panel = opened(desk, qtbot, made(shape, settings), Playhead("it", index), (1000, 420))
    view = panel.view
    assert isinstance(view, ProductsView)
    rows, cols = view.grid.rows, view.grid.cols
    spots, order = [divmod(k, cols) for k in range(rows * cols)], list(range(rows * cols))
    for grid in (view.input, view.products):
        assert worn(grid, [grid.cell_rect(*spot) for spot in spots]) == order
    kernel = view.kernel.grid
    assert worn(kernel.viewport(), [kernel.rect_of(*spot) for spot in spots]) == order


def test_on_the_way_back_a_weight_keeps_its_hue(desk, qtbot, hued):
    doc = made((1, 28, 28), {"kernel": 3, "padding": 1})
    panel = opened(desk, qtbot, doc, Playhead("it", (0, 6, 6), None, "input0", "backward"), (1000, 420))
    spots = [divmod(k, 3) for k in range(9)]
    view = panel.view
    assert isinstance(view, SlideView)
    for grid in (view.first, view.kernel, view.products):  # the kernel lies turned round
        assert worn(grid, [grid.cell_rect(*spot) for spot in spots]) == list(range(9))[::-1]
    desk.session.select(Playhead("it", (1, 0, 2, 2), None, "weight", "backward"))
    view = panel.view
    assert isinstance(view, LearnView)
    assert worn(view.gradient, [view.gradient.cell_rect(*spot) for spot in spots])[:8] == list(range(8))
    desk.session.select(Playhead("it", (1, 0, 2, 2), None, "weight", "update"))
    view = panel.view
    for grid in (view.now, view.after):
        assert worn(grid, [grid.cell_rect(*spot) for spot in spots])[:8] == list(range(8))


def test_the_kernel_panel_wears_them_as_soon_as_they_are_asked_for(desk, qtbot):
    desk.session.open(made((1, 28, 28), {"kernel": 3}), None)
    desk.session.select(Playhead("it", (1, 6, 6)))
    panel = KernelPanel(desk)
    show(qtbot, panel, 300, 400)
    grid = panel.editor.grid
    rects = [grid.rect_of(*divmod(k, 3)) for k in range(9)]
    assert worn(grid.viewport(), rects) != list(range(9))
    assert desk.perform("view.hues")
    assert worn(grid.viewport(), rects) == list(range(9))
    desk.perform("view.hues")


def test_a_larger_kernel_has_none(desk, qtbot, hued):
    panel = opened(desk, qtbot, made((1, 28, 28), {"kernel": 4}), Playhead("it", (1, 6, 6)), (1000, 420))
    before = panel.view.input.grab().toImage()
    desk.toggle_hues()
    assert panel.view.input.grab().toImage() == before
    desk.toggle_hues()
