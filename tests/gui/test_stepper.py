"""The stepper on a convolution: the grids, the one cursor, terms, channels, all settings, and its life."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from app import i18n, numbers, theme
from app.model.timeline import Playhead
from app.panels.stepper_views import ProductsView
from tests.gui.pointer import hover
from tests.gui.stepping import HEAD, LEFT, document, inside, middle, opened, three

CELL = Playhead("conv1", (2, 10, 9))


@pytest.fixture
def stepper(desk, qtbot):
    return opened(desk, qtbot, desk.session.document, CELL)


# --- convolution

def test_products_are_window_times_kernel(stepper, desk):
    view = stepper.view
    assert isinstance(view, ProductsView)
    window = desk.session.results.values("input")[0, 10:15, 9:14]
    kernel = desk.session.document.weights["conv1.weight"][2, 0]
    shown = np.array([[view.products.value((r, c)) for c in range(5)] for r in range(5)])
    assert np.allclose(shown, window * kernel, atol=1e-6)
    assert [[view.input.value((r, c)) for c in range(5)] for r in range(5)] == window.tolist()


def test_sum_and_bias_come_to_the_number(stepper, desk):
    trace = desk.session.trace()
    assert stepper.view.sums.sum.text() == numbers.figure(float(trace.terms.sum()))
    assert stepper.view.sums.bias.text() == numbers.figure(float(desk.session.document.weights["conv1.bias"][2]))


def test_header_says_kind_settings_and_cell(stepper):
    assert stepper.title.text() == "How one number is made"
    assert stepper.secondary.text() == "convolution · stride 1 · no padding"
    assert stepper.cell.text() == "conv1[2, 10, 9]"
    assert stepper.axes.text() == "filter, row, column from 0"


def test_every_grid_says_name_purpose_and_shape(stepper):
    said = {name: heading.text for name, heading in stepper.view.headings.items()}
    assert said == {"Input": "rows 10–14, columns 9–13", "Kernel": "5 × 5, click a cell to edit",
                    "Products": "25 terms", "Output": "24 × 24"}


def test_input_kernel_and_products_have_equal_cells_with_digits(stepper):
    view = stepper.view
    assert view.input.cell_px == view.products.cell_px == view.kernel.grid.cell
    assert 30 <= view.products.cell_px <= 40


def test_output_is_hatched_after_the_playhead(stepper, desk):
    assert stepper.view.output.map._known == 10 * 24 + 9 + 1
    assert stepper.view.output.map.ring == (10, 9)
    assert stepper.view.output.legend_shown
    desk.session.select(Playhead("conv1", (2, 23, 23)))
    assert not stepper.view.output.legend_shown


# --- one cursor

def test_hovering_a_product_marks_the_same_cell_in_all_three(stepper, desk):
    view = stepper.view
    hover(view.products, middle(view.products.cell_rect(3, 4)))
    assert view.input.hover == view.products.hover == (3, 4)
    assert view.kernel.grid._hover == (3, 4)
    hover(view.products, QPoint(-5, -5))
    assert view.input.hover is None


def test_hovering_the_kernel_marks_input_and_products(stepper):
    view = stepper.view
    hover(view.kernel.grid.viewport(), middle(view.kernel.grid.rect_of(1, 2)))
    assert view.input.hover == view.products.hover == (1, 2)


def test_hovering_the_input_tells_all_other_views(stepper, desk):
    hover(stepper.view.input, middle(stepper.view.input.cell_rect(3, 4)))
    assert desk.session.hovered == Playhead("input", (0, 13, 13))
    assert stepper.view.products.hover == (3, 4)


def test_hovering_a_term_of_the_formula_lights_its_cells(stepper, desk):
    line = stepper.formula
    term = next(p.term for p in line._pieces if p.token == "ink" and p.term is not None)
    hover(line, middle(line.rect_of(term)))
    assert stepper.view.products.hover == divmod(term, 5)


def test_hovering_an_output_cell_previews_it_and_leaving_comes_back(stepper, desk):
    map_ = stepper.view.output.map
    hover(map_, middle(map_.rect_of(4, 6)))
    assert stepper.cell.text() == "conv1[2, 4, 6]"
    assert desk.session.playhead == CELL
    hover(map_, QPoint(-3, -3))
    assert stepper.cell.text() == "conv1[2, 10, 9]"


def test_clicking_an_output_cell_keeps_it(stepper, desk, qtbot):
    map_ = stepper.view.output.map
    qtbot.mouseClick(map_, LEFT, pos=middle(map_.rect_of(4, 6)))
    assert desk.session.playhead == Playhead("conv1", (2, 4, 6))


def test_clicking_an_input_cell_goes_to_where_it_comes_from(stepper, desk, qtbot):
    desk.session.select(Playhead("conv2", (3, 2, 4)))
    view = stepper.view
    qtbot.mouseClick(view.input, LEFT, pos=middle(view.input.cell_rect(1, 1)))
    assert desk.session.playhead == Playhead("pool1", (0, 3, 5))


# --- term by term

def test_a_term_is_ringed_in_three_grids_and_the_sum_is_so_far(stepper, desk):
    desk.session.select(dataclasses.replace(CELL, term=7))
    view, trace = stepper.view, desk.session.trace()
    assert view.input.ring == view.products.ring == view.kernel.grid.current == (1, 2)
    assert view.sums.sum_name.text() == "so far"
    assert view.sums.sum.text() == numbers.figure(float(trace.terms[:8].sum()))


def test_products_beyond_the_term_are_hatched(stepper, desk):
    desk.session.select(dataclasses.replace(CELL, term=7))
    assert stepper.view.products._known == 8
    desk.session.select(CELL)
    assert stepper.view.products._known == 25


def test_the_last_term_is_the_whole_sum(stepper, desk):
    desk.session.select(dataclasses.replace(CELL, term=24))
    assert stepper.view.sums.sum_name.text() == "sum"


def test_a_click_on_a_product_stands_on_its_term(stepper, desk, qtbot):
    qtbot.mouseClick(stepper.view.products, LEFT, pos=middle(stepper.view.products.cell_rect(2, 3)))
    assert desk.session.playhead == dataclasses.replace(CELL, term=13)


def test_terms_walk_from_channel_to_channel(stepper, desk):
    desk.session.select(Playhead("conv2", (3, 2, 4), 24))
    assert stepper.view.rail.at == 0
    desk.player.set_grain("term")
    desk.player.forward()
    assert stepper.view.rail.at == 1
    assert stepper.view.products._known == 1


# --- channels

def test_the_rail_shows_every_channel_with_what_it_adds(stepper, desk):
    desk.session.select(Playhead("conv2", (3, 2, 4)))
    rail, trace = stepper.view.rail, desk.session.trace()
    assert rail.isVisible()
    assert np.allclose(rail._sums, trace.group_sums())
    assert rail._names == [f"pool1[{c}]" for c in range(6)]


def test_one_channel_needs_no_rail(stepper):
    assert not stepper.view.rail.isVisible()


def test_a_click_on_a_channel_makes_it_the_row(stepper, desk, qtbot):
    desk.session.select(Playhead("conv2", (3, 2, 4)))
    view = stepper.view
    qtbot.mouseClick(view.rail, LEFT, pos=middle(view.rail.chip(4)))
    assert view.rail.at == 4
    assert np.array_equal(view.kernel.grid.values, desk.session.document.weights["conv2.weight"][3, 4])
    assert view.products.value((0, 0)) == pytest.approx(desk.session.trace().terms[100])
    own = numbers.figure(float(desk.session.trace().group_sums()[4]))
    assert view.headings["Products"].what.toolTip() == f"channel 4: {own} · 25 of 150 terms"
    assert view.sums.sum_name.text() == "sum of all 6"
    assert view.sums.sum.text() == numbers.figure(float(desk.session.trace().terms.sum()))
    desk.session.select(Playhead("conv2", (3, 3, 4)))
    assert view.rail.at == 4, "the channel stays from cell to cell"


@pytest.mark.parametrize("channels", [16, 64])
def test_many_channels_stay_in_the_card_and_the_chosen_one_in_sight(desk, qtbot, channels):
    doc = document(("a", "conv", {"filters": channels, "kernel": 5}), ("b", "conv", {"filters": 2, "kernel": 3}), *HEAD)
    panel = opened(desk, qtbot, doc, Playhead("b", (0, 3, 3)))
    rail = panel.view.rail
    assert inside(rail, panel)
    rail.setFocus()
    for _ in range(channels - 1):
        qtbot.keyClick(rail, Qt.Key.Key_Right)
    assert rail.at == channels - 1
    assert rail.rect().contains(rail.chip(rail.at).toAlignedRect())


# --- padding, stride, dilation, groups, other dimensions

def test_padding_is_no_number_of_the_input(desk, qtbot):
    doc = document(("c", "conv", {"filters": 2, "kernel": 3, "padding": 1}), *HEAD)
    panel = opened(desk, qtbot, doc, Playhead("c", (0, 0, 0)))
    grid = panel.view.input
    assert grid.value((0, 0)) is None
    assert grid.value((1, 1)) == 0.0
    state = grid._seen()[2]
    assert state[1].tolist() == [2, 1, 1, 1, 1]  # outside, padding ring, …
    assert state[2].tolist() == [2, 1, 0, 0, 0]
    assert panel.view.products.value((0, 0)) == 0.0
    assert "padding 1" in panel.secondary.text()


@pytest.mark.parametrize(("settings", "head"), [
    ({"filters": 3, "kernel": 3, "stride": 2}, (1, 4, 5)),
    ({"filters": 3, "kernel": 3, "dilation": 2}, (1, 4, 5)),
    ({"filters": 3, "kernel": (2, 4)}, (1, 4, 5)),
    ({"filters": 3, "kernel": 1}, (1, 4, 5)),
    ({"filters": 3, "kernel": 11, "padding": 5}, (1, 0, 27)),
])
def test_every_setting_shows_products_that_add_up(desk, qtbot, settings, head):
    doc = document(("c", "conv", settings), *HEAD)
    panel = opened(desk, qtbot, doc, Playhead("c", head))
    assert isinstance(panel.view, ProductsView)
    grid = panel.view.grid
    total = sum(panel.view.products.value((r, c)) for r in range(grid.rows) for c in range(grid.cols))
    assert total + desk.session.trace().bias == pytest.approx(float(desk.session.results.values("c")[head]), abs=1e-4)
    panel.grab()


def test_dilation_marks_only_the_cells_that_count(desk, qtbot):
    doc = document(("c", "conv", {"filters": 3, "kernel": 3, "dilation": 2}), *HEAD)
    panel = opened(desk, qtbot, doc, Playhead("c", (1, 4, 5)))
    grid = panel.view.input
    assert grid.extent() == (5, 5)
    pitch = grid.cell_px + 1
    first = grid.cell_rect(0, 0).center()
    assert grid.spot_at(first.x(), first.y()) == (0, 0)
    assert grid.spot_at(first.x() + pitch, first.y()) is None
    assert grid.spot_at(first.x() + 2 * pitch, first.y()) == (0, 1)


def test_groups_show_the_channels_of_their_part(desk, qtbot):
    doc = document(("a", "conv", {"filters": 4, "kernel": 3}),
                   ("b", "conv", {"filters": 4, "kernel": 3, "groups": 2}), *HEAD)
    panel = opened(desk, qtbot, doc, Playhead("b", (3, 2, 2)))
    assert panel.view.rail._names == ["a[2]", "a[3]"]


@pytest.mark.parametrize(("shape", "head"), [((2, 30), (1, 7)), ((2, 9, 8, 7), (1, 2, 3, 4))])
def test_sounds_and_volumes_are_stepped_too(desk, qtbot, monkeypatch, shape, head):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1, *shape)).astype(np.float32)
    monkeypatch.setattr("app.model.results.prepared", lambda document: x)
    doc = document(("c", "conv", {"filters": 3, "kernel": 3}), ("r", "relu", {}), ("p", "maxpool", {"window": 2}),
                   ("f", "flatten", {}), ("d", "dense", {"units": 10}), ("s", "softmax", {}), shape=shape)
    panel = opened(desk, qtbot, doc, Playhead("c", head))
    assert isinstance(panel.view, ProductsView)
    assert panel.view.rail.isVisible()
    panel.grab()
    nodes = (("r", head), ("p", tuple(0 for _ in head)), ("d", (3,)), ("s", (3,)), ("input", tuple(0 for _ in shape)))
    for node, index in nodes:
        desk.session.select(Playhead(node, index))
        panel.grab()


# --- life

def test_a_step_and_a_stroke_make_no_widget(stepper, desk):
    before = {id(w) for w in stepper.findChildren(QWidget)}
    for cell in ((2, 10, 10), (3, 4, 5)):
        desk.session.select(Playhead("conv1", cell))
    other = three().copy()
    other[100:180, 60:200] = 255
    desk.session.preview_drawing(other)
    assert {id(w) for w in stepper.findChildren(QWidget)} == before


def test_a_stroke_moves_the_numbers(stepper, desk):
    other = three().copy()
    other[:, 60:200] = 255
    desk.session.preview_drawing(other)
    window = desk.session.results.values("input")[0, 10:15, 9:14]
    assert stepper.view.input.value((2, 2)) == pytest.approx(float(window[2, 2]))


def test_a_hidden_stepper_does_nothing_and_catches_up_when_shown(stepper, desk):
    stepper.hide()
    desk.session.select(Playhead("conv1", (0, 3, 3)))
    assert stepper.cell.text() == "conv1[2, 10, 9]"
    stepper.show()
    assert stepper.cell.text() == "conv1[0, 3, 3]"


def test_the_window_glides_to_the_next_cell_and_jumps_to_a_far_one(stepper, desk, qtbot):
    grid = stepper.view.input
    desk.session.select(Playhead("conv1", (2, 10, 10)))
    assert grid._origin == (10.0, 9.0)
    qtbot.waitUntil(lambda: grid._origin == (10.0, 10.0))
    desk.session.select(Playhead("conv1", (2, 20, 2)))
    assert grid._origin == (20.0, 2.0)


def test_with_less_motion_nothing_glides(stepper, desk):
    theme.reduce_motion(True)
    try:
        desk.session.select(Playhead("conv1", (2, 10, 10)))
        assert stepper.view.input._origin == (10.0, 10.0)
    finally:
        theme.reduce_motion(False)


def test_from_speed_4_on_nothing_glides(stepper, desk, monkeypatch):
    desk.player.set_speed(4.0)
    desk.player.play()
    desk.session.select(Playhead("conv1", (2, 10, 10)))
    desk.player.pause()
    assert stepper.view.input._origin == (10.0, 10.0)


def test_the_products_range_does_not_shrink_from_cell_to_cell(stepper, desk):
    bounds = []
    for col in range(4, 20):
        desk.session.select(Playhead("conv1", (2, 10, col)))
        bounds.append(stepper.view.products._bound)
    assert bounds == sorted(bounds)


def test_a_number_that_is_not_finite_wears_a_cross(stepper, desk):
    results = desk.session.results
    weights = dict(results.document.weights)
    weights["conv1.weight"] = weights["conv1.weight"].copy()
    weights["conv1.weight"][2, 0, 1, 1] = np.nan
    desk.session.document = dataclasses.replace(desk.session.document, weights=weights)
    with np.errstate(all="ignore"):
        desk.session._refresh()
        stepper.grab()
    assert "NaN" in stepper.formula.text


def test_chinese_and_dark_are_live(stepper, qtbot, qapp):
    i18n.set_language("zh_CN")
    try:
        qtbot.waitUntil(lambda: stepper.title.text() == "一个数是怎样算出来的")
        assert stepper.view.headings["Kernel"].name.text() == "卷积核"
        assert "行 10–14" in stepper.view.headings["Input"].what.text()
        light = stepper.grab().toImage().pixelColor(4, 40)
        theme.apply(qapp, "dark")
        qtbot.waitUntil(lambda: stepper.grab().toImage().pixelColor(4, 40) != light)
    finally:
        i18n.set_language("en")
        theme.apply(qapp, "light")


def test_a_step_shows_itself_though_the_pointer_rests_on_the_cell_that_was_clicked(stepper, desk, qtbot):
    desk.session.select(Playhead("conv1", (2, 10, 9)))
    desk.session.hover(Playhead("conv1", (2, 10, 9)))
    for step in (1, 2):
        desk.player.forward()
        assert stepper.cell.text() == f"conv1[2, 10, {9 + step}]"
        assert desk.session.hovered is None
