"""Lines between columns of the network's picture: they strike through nothing that they have nothing to do with."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF

from app import examples, theme
from app.model.project import load
from app.model.timeline import Playhead
from app.panels.network import NetworkPanel
from app.widgets.map_columns_links import Line
from app.widgets.network_scene_frame import UNDER
from tests.gui.network_panels import DESK_STRIP, START, STRIP, click, gone


@pytest.fixture(params=[STRIP, DESK_STRIP, START])
def panel(desk, qtbot, request):
    panel = NetworkPanel(desk)
    panel.resize(*request.param)
    panel.show()
    qtbot.waitExposed(panel)
    yield panel
    gone(panel)


def show(panel: NetworkPanel, name: str) -> None:
    panel.session.open(load(examples.find(name)), None)


def ways(panel: NetworkPanel) -> list[tuple[Line, list[QPointF]]]:
    """The lines that are drawn, as points closely after one another."""
    lines, out = panel.view.lines, []
    for line in lines.links.lines:
        start, end = lines._end(*line.start, after=True), lines._end(*line.end, after=False)
        path = lines._way(line.start[0], start, line.end[0], end)
        out.append((line, [path.pointAtPercent(k / 400) for k in range(401)]))
        assert (path.pointAtPercent(0), path.pointAtPercent(1)) == (start, end)
    return out


@pytest.mark.parametrize(("name", "node", "index"), [
    ("D1", "stride_2", (0, 1, 1)), ("D1", "stride_3", (0, 0, 1)), ("D1", "padding_1", (0, 0, 0)),
    ("A2", "gauss9", (0, 20, 20)), ("A2", "gauss5", (0, 40, 2)), ("E3", "overlapping", (0, 0, 0)),
])
def test_a_line_goes_round_the_maps_between_its_ends(panel, qtbot, name, node, index):
    show(panel, name)
    click(panel, qtbot, node, index)
    assert panel.session.playhead == Playhead(node, index)
    frame = panel.view.frame
    found = [(line, points) for line, points in ways(panel) if line.end[0] - line.start[0] > 1]
    assert found
    for line, points in found:
        for place in frame.places[line.start[0] + 1:line.end[0]]:
            box = frame.rect(place.content).adjusted(-1, -1, 1, 1)
            assert not any(box.contains(point) for point in points)
        assert all(panel.view.lines.boundingRect().contains(point) for point in points)


def test_lines_from_column_to_column_stay_curves(panel, qtbot):
    click(panel, qtbot, "conv2", (5, 3, 4))
    for line, points in ways(panel):
        if line.end[0] - line.start[0] == 1:
            low, high = sorted((points[0].y(), points[-1].y()))
            assert all(low - 1 <= point.y() <= high + 1 for point in points)


def test_a_line_has_its_way_in_the_picture_too(panel, qtbot):
    """Above the maps that it passes, where nothing else is."""
    show(panel, "D1")
    before = panel.view.grab().toImage()
    click(panel, qtbot, "stride_3", (0, 1, 1))
    qtbot.mouseMove(panel.view.viewport(), panel.view.viewport().rect().bottomRight())
    after = panel.view.grab().toImage()
    points = next(points for line, points in ways(panel) if line.end[0] - line.start[0] == 3)
    middle = points[200].toPoint()
    near = [(middle.x(), middle.y() + d) for d in (-1, 0, 1)]
    assert any(before.pixel(*at) != after.pixel(*at) for at in near)


@pytest.mark.parametrize("name", ["D1", "A2"])
def test_the_ring_of_a_map_leaves_the_words_under_it_alone(panel, qtbot, name):
    show(panel, name)
    node = panel.columns[2].node
    frame, ratio = panel.view.frame, panel.view.devicePixelRatioF()

    def words() -> list[tuple[int, ...]]:
        """The pixels under the column, from where its letters begin."""
        image, place = panel.view.grab().toImage(), frame.places[2]
        left, right = round(frame.x(place.x)), round(frame.x(place.x) + 70)
        top, bottom = round(frame.field.bottom() + frame.size(UNDER)), round(frame.field.bottom() + frame.foot)
        return [tuple(image.pixel(round(x * ratio), round(y * ratio)) for x in range(left, right))
                for y in range(top, bottom)]

    before = words()
    assert len({pixel for row in before for pixel in row}) > 2
    click(panel, qtbot, node, (0, *[0] * (len(panel.columns[2].shape) - 1)))
    qtbot.mouseMove(panel.view.viewport(), panel.view.viewport().rect().topRight())
    assert words() == before


@pytest.mark.parametrize("col", [0, 1, 13])
def test_the_ring_of_a_small_cell_is_as_wide_as_high_at_the_edge_too(panel, qtbot, col):
    click(panel, qtbot, "input", (0, 4, col))
    qtbot.mouseMove(panel.view.viewport(), panel.view.viewport().rect().bottomRight())
    ring, frame = theme.color("ring").rgb(), panel.view.frame
    image, cell = panel.view.grab().toImage(), panel.view.lines._cell((0, (0, 4, col)))
    assert cell.width() == pytest.approx(cell.height())
    assert abs(cell.center().x() - frame.rect(frame.places[0].cell_rect((0, 4, col))).center().x()) < 0.1
    x, y = cell.center().x(), round(cell.center().y())
    half = cell.width() / 2 + 2.5  # to the middle of the line, left and right of what it is round
    for side in (-1, 1):
        assert any(image.pixel(round(x + side * half) + d, y) == ring for d in (-1, 0, 1))
    assert image.pixel(round(x), y) != ring


def test_the_columns_begin_under_the_title_and_end_under_the_last_control(panel):
    show(panel, "D1")
    at = panel.view.mapTo(panel, QPoint(round(panel.view.frame.x(0)), 0)).x()
    assert at == panel.title.mapTo(panel, QPoint(0, 0)).x()
    right = panel.view.mapTo(panel, QPoint(round(panel.view.frame.x(panel.view.frame.room[0])), 0)).x()
    assert abs(right - panel.ranges.mapTo(panel, QPoint(panel.ranges.width(), 0)).x()) <= 1
