"""Small maps show their numbers in the network's picture: all cells of a column, or none."""

from __future__ import annotations

import numpy as np
import pytest

from app.drive import draw, settle
from app.model.timeline import Playhead
from app.widgets.network_scene_digits import writing
from app.widgets.plane_digits import digit
from tests.gui.whole import afresh, click_cell, opened, templates
from tests.gui.worked import example


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("digits"), 1366, 722) as window:
        yield window


@pytest.fixture
def window(kept):
    afresh(kept)
    return kept


def texts(window, node: str) -> list[str]:
    """What stands in the cells of a column, map by map and row by row."""
    view = window.explore.network.view
    k = next(k for k, place in enumerate(view.frame.places) if place.column.node == node)
    return [text for _, text, _ in view.digits.seen(k)]


@pytest.mark.parametrize(("name", "node", "row"), [
    ("B1", "conv1", "2 3 2 1"), ("B2", "conv1", "−1 2 0 0 1 1 0 0 2 1"), ("C2", "conv2", "3 −5 −3 10 −3 −5 3"),
    ("D3", "conv1", "0 6 −1 2 −3 4 2 5 3 2 1 −1 2 4 0 6 3 1"), ("E3", "max_3x3", "9 7 6 7 9 8 9 7 6 3 9 8"),
    ("B2", "keepmax1", "0 1 0 0 0 0 0 0 1 0")])
def test_the_figures_of_an_example_are_read_in_the_picture(window, name, node, row):
    example(window, name)
    assert texts(window, node) == row.split()


def test_the_digits_are_painted_in_the_cells(window):
    example(window, "B1")
    view = window.explore.network.view
    k = next(k for k, place in enumerate(view.frame.places) if place.column.node == "conv1")
    picture = view.viewport().grab().toImage()
    for box, _, fill in view.digits.seen(k):
        inside = box.adjusted(3, 3, -3, -3).toRect()
        colours = {picture.pixel(x, y) & 0xFFFFFF for x in range(inside.left(), inside.right())
                   for y in range(inside.top(), inside.bottom())}
        assert fill & 0xFFFFFF in colours
        assert len(colours) > 5  # smooth digits on one fill


def test_they_follow_the_numbers_and_fit_after_the_network_folds(window, qtbot):
    session = example(window, "B1")
    window.explore.typed._edit(0, 3, 5.0, None)
    assert texts(window, "conv1") == ["2", "3", "7", "6"]
    window.explore.typed._edit(0, 3, 0.25, None)
    assert texts(window, "conv1") == ["2.00", "3.00", "2.25", "1.25"]
    click_cell(window, qtbot, "conv1", (0, 1))
    view = window.explore.network.view
    for k in range(len(view.columns)):
        for box, text, _ in view.digits.seen(k):
            assert box.width() >= digit(1.0)[0] * len(text)
    assert session.playhead.node == "conv1"


def test_the_maps_of_a_drawing_have_none_until_one_zooms_in_and_what_is_seen_is_few(window):
    draw(window.explore.canvas.canvas, templates("digits")["3"][0])
    assert texts(window, "conv1") == []
    view = window.explore.network.view
    place = next(p for p in view.frame.places if p.column.node == "conv1")
    while view.frame.zoom_about(view.frame.rect(place.map_rect(0)).center(), 1.5):
        pass
    view.moved()
    settle()
    found = texts(window, "conv1")
    assert 0 < len(found) < 24 * 24
    view.frame.fit()
    view.moved()


def test_a_drawing_and_bars_have_none(window):
    draw(window.explore.canvas.canvas, templates("digits")["3"][0])
    assert texts(window, "input") == []
    example(window, "C3")
    assert texts(window, "dense1") == []


def test_typed_numbers_stand_in_the_input_and_follow(window):
    example(window, "B1")
    assert texts(window, "input") == ["1", "1", "1", "0"]
    window.explore.typed._edit(0, 3, 7.0, None)
    assert texts(window, "input") == ["1", "1", "1", "7"]
    example(window, "D3")
    assert len(texts(window, "input")) == 3 * 5 * 5


def test_the_output_has_digits_where_it_is_computed_and_its_cells_are_large(window):
    session = example(window, "B1")
    session.select(Playhead("conv1", (0, 1)))
    settle()
    shown = window.explore.stepper.view.output.map
    assert shown.cell >= 30
    assert [value for _, value in shown.digits()] == [2, 3]
    picture = shown.grab().toImage()
    inside = shown.rect_of(0, 0).adjusted(4, 4, -4, -4).toRect()
    colours = {picture.pixel(x, y) for x in range(inside.left(), inside.right())
               for y in range(inside.top(), inside.bottom())}
    assert len(colours) > 5


@pytest.mark.parametrize("name", ["A1", "B1", "D3"])
def test_after_opening_an_example_the_keys_are_at_no_control(window, qtbot, name):
    window.explore.canvas.canvas.setFocus()
    example(window, name)
    qtbot.waitUntil(lambda: window.focusWidget() is None or not window.explore.isAncestorOf(window.focusWidget()))
    qtbot.waitUntil(lambda: not window.focus_ring.isVisible())


@pytest.mark.parametrize(("values", "wide", "said"), [
    ([1, -12], 30, ["1", "−12"]), ([1, -12], 25, None), ([0.5, -0.25], 40, [".50", "−.25"]), ([0.5], 20, None),
    ([20000, 1], 60, ["2.0e4", "1.00"])])
def test_a_number_is_written_as_it_fits(values, wide, said):
    array = np.array(values, np.float32)
    write = writing(array, wide)
    if said is None:
        assert write is None
    else:
        assert [write(float(v)) for v in array] == said


def test_a_short_sound_stands_in_one_row_and_says_that_its_window_begins_before_it(window):
    session = example(window, "B1")
    session.select(Playhead("conv1", (0, 0)))
    settle()
    view = window.explore.stepper.view
    assert view.output.y() == view.input.y()
    assert view.output.x() > view.products.geometry().right()
    assert view.headings["Input"].what.text() == "cells −1 to 1"
