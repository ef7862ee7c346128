"""The network panel under a real mouse and real keys."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from app import numbers
from app.model.timeline import Playhead
from app.panels.network import NetworkPanel
from app.widgets.network_scene_frame import SIDE
from tests.gui.network_panels import (  # noqa: F401
    CONTROL,
    DESK_STRIP,
    LEFT,
    NONE,
    START,
    STRIP,
    click,
    gone,
    panel,
    pixels,
    spot,
    wheel,
)

# --- mouse

def test_hover_reads_out_map_cell_and_value(panel, qtbot):
    qtbot.mouseMove(panel.view.viewport(), spot(panel, "conv1", (2, 10, 9)))
    value = numbers.figure(float(panel.session.results.values("conv1")[2, 10, 9]))
    assert panel.readout.text() == f"conv1[2, 10, 9]  {value}"
    assert panel.session.hovered == Playhead("conv1", (2, 10, 9))
    assert panel.view.accessibleDescription() == panel.readout.text()
    assert panel.readout.contentsMargins().right() + panel.header.spacing() == 16


def test_the_selected_cell_is_not_read_out_a_second_time(panel, qtbot):
    click(panel, qtbot, "conv1", (2, 10, 9))
    qtbot.mouseMove(panel.view.viewport(), spot(panel, "conv1", (2, 10, 9)) + QPoint(1, 1))
    assert panel.session.hovered == panel.session.playhead
    assert panel.readout.text() == ""
    assert panel.view.accessibleDescription().startswith("conv1[2, 10, 9]  ")
    qtbot.mouseMove(panel.view.viewport(), spot(panel, "conv1", (3, 10, 9)))
    assert panel.readout.text().startswith("conv1[3, 10, 9]")


def test_leaving_or_a_gap_ends_the_hover(panel, qtbot):
    qtbot.mouseMove(panel.view.viewport(), spot(panel, "conv1", (2, 10, 9)))
    qtbot.mouseMove(panel.view.viewport(), QPoint(2, 2))
    assert panel.session.hovered is None
    assert panel.readout.text() == ""


@pytest.mark.parametrize(("node", "index"), [("relu3", (17,)), ("relu4", (8,))])
@pytest.mark.parametrize("size", [STRIP, START])
def test_a_click_or_hover_between_two_units_is_at_one_of_them(panel, qtbot, size, node, index):
    panel.resize(*size)
    view = panel.view
    k = next(k for k, column in enumerate(panel.columns) if column.node == node)
    cell = view.frame.rect(view.frame.places[k].cell_rect(index))
    gap = QPoint(math.ceil(cell.right()), round(cell.center().y()))
    assert cell.right() <= gap.x() <= cell.right() + 1
    qtbot.mouseMove(view.viewport(), gap)
    near = Playhead(node, index), Playhead(node, (index[0] + 1,))
    assert panel.session.hovered in near
    qtbot.mouseClick(view.viewport(), LEFT, NONE, gap)
    assert panel.session.playhead in near


def test_hover_of_another_view_rings_the_same_cell(panel):
    panel.session.hover(Playhead("pool2", (4, 1, 2)))
    assert panel.view.lines.hovered == (6, (4, 1, 2))
    panel.session.hover(Playhead("dense1", (4,)))  # relu3 stands there
    assert panel.view.lines.hovered is None
    assert panel.readout.text().startswith("dense1[4]  ")


@pytest.mark.parametrize(("node", "index"), [("input", (0, 14, 14)), ("conv1", (2, 10, 9)), ("pool2", (15, 3, 3)),
                                             ("relu3", (119,)), ("softmax", (7,))])
def test_click_selects_the_cell(panel, qtbot, node, index):
    click(panel, qtbot, node, index)
    assert panel.session.playhead == Playhead(node, index)
    assert panel.view.lines.selected is not None


def test_selection_draws_field_and_lines_and_prints_the_ends_of_its_layer(panel, qtbot):
    assert panel.view.feet.ends == ("−", "+")
    click(panel, qtbot, "conv2", (5, 3, 4))
    assert {f.column for f in panel.view.lines.links.fields} == {0, 1, 2, 3}
    assert len([line for line in panel.view.lines.links.lines if line.incoming]) == 6
    bound = panel.desk.ranges.bound(panel.session.results, "conv2", 5)
    assert panel.view.feet.ends == (numbers.figure(-bound), numbers.figure(bound))


def test_wheel_zooms_about_the_pointer(panel, qtbot):
    at = spot(panel, "relu2", (7, 4, 4))
    before = panel.view.frame.world(QPointF(at))
    wheel(panel, at, 5)
    assert panel.view.frame.zoom > 2
    assert panel.view.frame.world(QPointF(at)) == pytest.approx(before)
    click(panel, qtbot, "relu2", (7, 4, 4))
    assert panel.session.playhead == Playhead("relu2", (7, 4, 4))


def test_zoom_out_ends_at_the_whole_picture(panel):
    wheel(panel, QPoint(400, 300), 3)
    wheel(panel, QPoint(200, 200), -9)
    frame = panel.view.frame
    assert (frame.zoom, frame.dx, frame.dy) == (1, SIDE, 0)


def test_drag_moves_the_zoomed_picture_and_selects_nothing(panel, qtbot):
    wheel(panel, QPoint(500, 300), 6)
    port, frame = panel.view.viewport(), panel.view.frame
    dx, dy = frame.dx, frame.dy
    qtbot.mousePress(port, LEFT, NONE, QPoint(500, 300))
    qtbot.mouseMove(port, QPoint(560, 320))
    qtbot.mouseRelease(port, LEFT, NONE, QPoint(560, 320))
    assert (frame.dx, frame.dy) == pytest.approx((dx + 60, dy + 20))
    assert panel.session.playhead is None


def test_double_click_on_nothing_fits(panel, qtbot):
    wheel(panel, QPoint(600, 300), 6)
    nothing = QPoint(600, panel.view.viewport().height() - 2)
    assert panel.view.frame.hit(QPointF(nothing)) is None
    qtbot.mouseDClick(panel.view.viewport(), LEFT, NONE, nothing)
    assert panel.view.frame.zoom == 1


def test_switch_shows_the_other_node_and_the_selection_goes_along(panel, qtbot):
    click(panel, qtbot, "relu3", (17,))
    words = dict(panel.view.heads.switches(panel.view.frame.places[7]))
    qtbot.mouseClick(panel.view.viewport(), LEFT, NONE, words["dense1"].center().toPoint())
    assert panel.columns[7].node == "dense1"
    assert panel.session.playhead == Playhead("dense1", (17,))
    assert panel.view.lines.selected == (7, (17,))


def test_scores_are_bars_from_zero_in_the_colours_of_data(panel):
    panel.show_node("scores", "scores")
    values = panel.session.results.values("scores")
    for row, value in zip(panel.view.bars._rows, values, strict=True):
        assert (row[1] == 0.5) if value >= 0 else (row[2] == 0.5)
        assert row[4] == numbers.figure(float(value))


def test_stepping_into_a_node_that_is_not_shown_shows_it(panel):
    panel.session.select(Playhead("dense2", (3,)))
    assert panel.columns[8].node == "dense2"
    assert panel.view.lines.selected == (8, (3,))
    panel.session.select(Playhead("flatten", (3,)))
    assert panel.view.lines.selected is None


def test_a_column_that_the_selection_leaves_goes_back_to_the_persons_own_choice(panel, qtbot):
    panel.session.select(Playhead("dense2", (3,)))
    panel.session.select(Playhead("conv1", (2, 10, 9)))
    assert panel.columns[8].node == "relu4"
    panel.show_node("dense1", "dense1")
    panel.session.select(Playhead("relu3", (3,)))
    assert panel.columns[7].node == "relu3"
    panel.session.select(None)
    assert panel.columns[7].node == "dense1"
    assert panel.view.lines.selected is None


# --- keys

def focused(panel: NetworkPanel, qtbot) -> NetworkPanel:
    panel.activateWindow()
    panel.view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(panel.view.hasFocus)
    return panel


def test_arrows_move_the_cell_and_pages_the_map(panel, qtbot):
    focused(panel, qtbot)
    for name, index in (("Right", (0, 12, 12)), ("Right", (0, 12, 13)), ("Down", (0, 13, 13)), ("Left", (0, 13, 12)),
                        ("Up", (0, 12, 12)), ("PageDown", (1, 12, 12))):
        qtbot.keyClick(panel.view, Qt.Key[f"Key_{name}"])
        assert panel.session.playhead == Playhead("conv1", index)


def test_tab_goes_from_node_to_node_and_back(panel, qtbot):
    focused(panel, qtbot)
    panel.session.select(Playhead("pool2", (3, 1, 1)))
    visited = []
    for _ in range(3):
        qtbot.keyClick(panel.view, Qt.Key.Key_Tab)
        visited.append(panel.session.playhead.node)
    assert visited == ["dense1", "relu3", "dense2"]
    qtbot.keyClick(panel.view, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert panel.session.playhead.node == "relu3"


def test_tab_leaves_the_picture_after_the_last_node_and_when_nothing_is_selected(panel, qtbot):
    focused(panel, qtbot)
    panel.session.select(Playhead("softmax", (3,)))
    qtbot.keyClick(panel.view, Qt.Key.Key_Tab)
    assert not panel.view.hasFocus()
    panel.session.select(None)
    focused(panel, qtbot)
    qtbot.keyClick(panel.view, Qt.Key.Key_Tab)
    assert not panel.view.hasFocus()


def test_escape_lets_go_and_zero_fits(panel, qtbot):
    focused(panel, qtbot)
    panel.session.select(Playhead("conv1", (2, 10, 9)))
    wheel(panel, QPoint(600, 300), 6)
    qtbot.keyClick(panel.view, Qt.Key.Key_0)
    assert panel.view.frame.zoom == 1
    qtbot.keyClick(panel.view, Qt.Key.Key_Escape)
    assert panel.session.playhead is None
