"""The convolution's row at all sizes: equal cells, digits, nothing cut, nothing on top of anything."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from app import numbers
from app.model import edits
from app.model.timeline import Playhead
from app.panels.stepper_views.base import WINDOW
from app.panels.stepper_views.products_layout import spread
from tests.gui.stepping import LEFT, inside, middle, opened

CELL = Playhead("conv1", (2, 10, 9))


@pytest.fixture
def stepper(desk, qtbot):
    return opened(desk, qtbot, desk.session.document, CELL)


@pytest.mark.parametrize("size", [(884, 280), (890, 290), (884, 316), (896, 330), (898, 344), (1200, 420)])
@pytest.mark.parametrize("head", [CELL, Playhead("conv2", (3, 2, 4))])
def test_nothing_overlaps_and_nothing_is_cut(stepper, desk, qtbot, size, head):
    desk.session.select(head)
    stepper.resize(*size)
    view = stepper.view
    qtbot.waitUntil(lambda: stepper.width() == size[0] and view.width() == stepper.stack.width())
    grids: list[QWidget] = [view.input, view.kernel.grid, view.products, view.output.map]
    for widget in [*grids, view.kernel.copy, view.sums]:
        assert inside(widget, view), widget.objectName()
    lefts = [g.mapTo(view, QPoint(0, 0)).x() for g in grids]
    rights = [left + g.width() for left, g in zip(lefts, grids, strict=True)]
    assert all(right + 15 <= left for right, left in zip(rights, lefts[1:], strict=False))
    tools = view.kernel.copy.mapTo(view, QPoint(view.kernel.copy.width(), 0)).x()
    assert tools <= view.sums.x()
    assert view.kernel.presets.mapTo(view, QPoint(0, 0)).y() >= view.products.geometry().bottom()


@pytest.mark.parametrize("size", [(884, 288), (884, 348), (898, 352)])
@pytest.mark.parametrize("head", [CELL, Playhead("conv2", (3, 2, 4))])
def test_digits_show_in_small_windows_too(stepper, desk, qtbot, head, size):
    desk.session.select(head)
    stepper.resize(*size)
    qtbot.waitUntil(lambda: stepper.view.products.cell_px >= 30)


def test_in_a_low_card_the_channels_stand_beside_the_row(stepper, desk, qtbot):
    desk.session.select(Playhead("conv2", (3, 2, 4)))
    view = stepper.view
    stepper.resize(884, 288)
    qtbot.waitUntil(lambda: view.rail.geometry().right() < view.input.x())
    qtbot.mouseClick(view.rail, LEFT, pos=middle(view.rail.chip(4)))
    assert view.rail.at == 4
    stepper.resize(884, 360)
    qtbot.waitUntil(lambda: view.rail.geometry().bottom() < view.input.y())


def test_a_purpose_that_does_not_fit_is_shortened_not_cut(stepper, desk, qtbot):
    desk.session.select(Playhead("conv2", (3, 2, 4)))
    stepper.resize(884, 288)
    heading = stepper.view.headings["Products"]
    own = numbers.figure(float(desk.session.trace().group_sums()[0]))
    qtbot.waitUntil(lambda: heading.what.text() == f"channel 0: {own}")
    assert heading.what.toolTip() == f"channel 0: {own} · 25 of 150 terms"


def test_times_and_equals_have_as_much_air_as_each_other(stepper, qtbot):
    for size in ((884, 288), (898, 352), (1200, 420)):
        stepper.resize(*size)
        qtbot.waitUntil(lambda size=size: stepper.width() == size[0])
        times, equals, _ = (place.width() for place, _ in stepper.view.signs)
        assert abs(times - equals) <= 0.25 * max(times, equals), size


def test_where_a_window_lies_is_said_shorter_not_cut(stepper):
    heading = stepper.view.headings["Input"]
    heading.set_what(*WINDOW, top=23, bottom=27, left=11, right=15)
    seen = []
    for width in range(300, 60, -4):
        heading.place(QPoint(0, 0), width)
        assert heading._wide(heading.what.text()) <= max(heading.what.width(), 0)
        seen += [heading.what.text()] * (heading.what.text() not in seen)
    assert seen == ["rows 23–27, columns 11–15", "rows 23–27 · cols 11–15", "23–27 × 11–15", ""]


@pytest.mark.parametrize("size", [(884, 288), (1200, 420)])
def test_sum_and_bias_are_named_whole(stepper, desk, qtbot, size):
    stepper.resize(*size)
    desk.session.edit(edits.set_weight, "conv1.bias", (2,), -0.0345)
    for term in (None, 7):
        desk.session.select(dataclasses.replace(CELL, term=term))
        sums = stepper.view.sums
        for name in (sums.sum_name, sums.bias_name):
            assert name.fontMetrics().horizontalAdvance(name.text()) <= name.width()
        assert sums.bias.fontMetrics().horizontalAdvance(sums.bias.text()) <= sums.bias.width()


def test_larger_windows_have_larger_cells_up_to_40(stepper, qtbot):
    stepper.resize(1500, 700)
    qtbot.waitUntil(lambda: stepper.view.products.cell_px == 40)


def test_gaps_are_equal_until_a_wish_is_larger():
    assert spread(90, [10, 10, 10], [5, 5, 5]) == [30, 30, 30]
    assert spread(90, [10, 50, 10], [5, 5, 5]) == [20, 50, 20]
    assert spread(30, [20, 50, 20], [5, 5, 5])[0] < 20
    assert min(spread(0, [20, 50, 20], [5, 5, 5])) >= 5
