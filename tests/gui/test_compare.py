"""Two numbers and two inputs side by side, by keys and mouse in the whole window."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication

from app import numbers
from app.drive import draw
from app.model.frames import value_of
from app.model.timeline import LOSS, Playhead
from app.panels.inspector_views.compared import LET_GO
from tests.gui.pointer import hover
from tests.gui.stepping import inside
from tests.gui.whole import CONTROL, LEFT, SHIFT, afresh, click_cell, draw_three, opened, spot, templates, with_strip

Key = Qt.Key
CELL, OTHER = Playhead("conv1", (2, 10, 9)), Playhead("conv1", (4, 12, 12))


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("compare")) as window:
        yield window


@pytest.fixture
def window(kept, qtbot):
    return with_strip(kept, qtbot)


def strip(window):
    return window.explore.watches


def rows(window) -> dict[str, list[str]]:
    """What the inspector says of the comparison: name to the texts beside it."""
    said: dict[str, list[str]] = {}
    name = ""
    for row in window.explore.inspector.compared.rows:
        name = row.name or name
        said.setdefault(name, []).extend(part.text for part in row.parts if part.to != LET_GO)
    return said


def test_c_compares_with_the_number_under_the_pointer(window, qtbot):
    view = window.explore.network.view
    hover(view.viewport(), spot(window, "conv1", OTHER.index))
    qtbot.keyClick(window, Key.Key_C)
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    results = window.desk.session.results
    first, second = value_of(results, CELL), value_of(results, OTHER)
    difference = f"Δ {'+' if first > second else ''}{numbers.figure(first - second)}"
    assert rows(window) == {"compared": [OTHER.name, numbers.figure(second), difference]}
    assert window.explore.inspector.compared.isVisible()
    k = next(k for k, c in enumerate(view.columns) if c.node == "conv1")
    assert view.lines.compared == (k, OTHER.index)


def test_the_second_ring_is_dashed_and_goes_when_let_go(window, qtbot):
    view = window.explore.network.view

    def seen():
        return view.grab().toImage()

    before = seen()
    hover(view.viewport(), spot(window, "relu1", OTHER.index))
    qtbot.keyClick(window, Key.Key_C)
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    place = spot(window, "relu1", OTHER.index)
    with_ring = seen()
    box = [(x, y) for x in range(place.x() - 7, place.x() + 8) for y in range(place.y() - 7, place.y() + 8)]
    changed = [p for p in box if with_ring.pixel(*p) != before.pixel(*p)]
    assert len(changed) > 20
    qtbot.keyClick(window, Key.Key_C, CONTROL | SHIFT)
    after = seen()
    assert [p for p in box if after.pixel(*p) != before.pixel(*p)] == []
    assert not window.explore.inspector.compared.isVisible()


def test_a_kept_input_stands_beside_the_drawing_of_now(window, qtbot):
    before = value_of(window.desk.session.results, CELL)
    qtbot.keyClick(window, Key.Key_C, SHIFT)
    draw(window.explore.canvas.canvas, [templates("digits")["1"][0][0]])
    now = value_of(window.desk.session.results, CELL)
    sign = "+" if now > before else ""
    assert rows(window) == {"kept input": [numbers.figure(before), f"Δ {sign}{numbers.figure(now - before)}"]}
    click_cell(window, qtbot, "pool1", (1, 5, 5))
    assert rows(window)["kept input"][0] == numbers.figure(
        value_of(window.desk.debugger.comparison.results(), Playhead("pool1", (1, 5, 5))))


def test_two_inputs_show_both_maps_and_their_difference_and_a_click_goes_there(window, qtbot):
    view = strip(window).inputs
    assert not view.isVisible()
    before = window.desk.session.results.values("conv1")[2].copy()
    qtbot.keyClick(window, Key.Key_C, SHIFT)
    assert "kept" in window.footer.text.text()
    draw(window.explore.canvas.canvas, [templates("digits")["1"][0][0]])
    now = window.desk.session.results.values("conv1")[2]
    assert view.isVisible()
    assert inside(view, strip(window))
    shown = [map_._values for map_ in view.three.maps]
    np.testing.assert_array_equal(shown[0], now)
    np.testing.assert_array_equal(shown[1], before)
    np.testing.assert_array_equal(shown[2], now - before)
    assert np.abs(shown[2]).max() > 0.1
    assert {map_.ring for map_ in view.three.maps} == {(10, 9)}
    assert view.answers.text().startswith(f"Now {window.explore.answer.winner.text()} ")
    kept = view.three.maps[1]
    qtbot.mouseClick(kept, LEFT, pos=kept.rect_of(4, 5).center().toPoint())
    assert window.desk.session.playhead == Playhead("conv1", (2, 4, 5))
    qtbot.keyClick(kept, Key.Key_Right)
    assert window.desk.session.playhead == Playhead("conv1", (2, 4, 6))
    qtbot.mouseClick(view.close_button, LEFT)
    assert not view.isVisible()
    assert not window.desk.debugger.comparison.kept


@pytest.mark.parametrize("head", [
    Playhead("input", (0, 9, 9)), Playhead("dense1", (37,)), Playhead("softmax", (4,)),
    Playhead("conv1", (2, 0, 1, 3), None, "weight", "backward"),
    Playhead("pool1", (1, 4, 4), None, "input0", "backward"),
    Playhead("scores", (3, 20), None, "weight", "update"), Playhead(LOSS, (), lane="loss")])
def test_two_inputs_in_every_layer_and_lane(window, qtbot, head):
    qtbot.keyClick(window, Key.Key_C, SHIFT)
    draw(window.explore.canvas.canvas, [templates("digits")["1"][0][0]])
    window.desk.session.say(3)
    window.desk.session.select(head)
    view = strip(window).inputs
    now, kept, between = (map_._values[view.three.maps[0].ring] for map_ in view.three.maps)
    assert now == pytest.approx(value_of(window.desk.session.results, head))
    assert kept == pytest.approx(value_of(window.desk.debugger.comparison.results(), head))
    assert between == pytest.approx(now - kept)
    assert all(map_.height() <= 100 and inside(map_, view) for map_ in view.three.maps)


def test_nothing_drawn_is_no_input_to_keep(window, qtbot):
    window.desk.perform("canvas.clear")
    qtbot.keyClick(window, Key.Key_C, SHIFT)
    assert "no input to keep" in window.banner.label.text()
    assert not window.desk.debugger.comparison.kept


def test_the_steppers_output_wears_the_second_ring_while_its_map_is_shown(window, qtbot):
    qtbot.keyClick(window, Key.Key_C)
    click_cell(window, qtbot, "conv1", (2, 15, 4))
    output = window.explore.stepper.view.output.map
    assert (output.ring, output.second) == ((15, 4), (10, 9))
    click_cell(window, qtbot, "conv1", (3, 15, 4))
    assert output.second is None
    click_cell(window, qtbot, "conv1", (2, 15, 4))
    assert output.second == (10, 9)
    qtbot.keyClick(window, Key.Key_C, CONTROL | SHIFT)
    assert output.second is None


def test_the_inspectors_link_lets_go(window, qtbot):
    qtbot.keyClick(window, Key.Key_C, SHIFT)
    rows_ = window.explore.inspector.compared
    k = len(rows_.rows) - 1
    rows_._labels[k][1].linkActivated.emit(f"{k}:0")
    assert rows_.rows == []
    assert not window.desk.action("compare.let_go").isEnabled()




WEIGHT, OTHER_WEIGHT = Playhead("conv1", (2, 0, 1, 3), None, "weight", "backward"), \
    Playhead("conv1", (3, 0, 1, 3), None, "weight", "backward")


def compare_with(window, qtbot, head: Playhead) -> None:
    window.desk.session.select(head)
    qtbot.keyClick(window, Key.Key_C)


def test_escape_lets_go_of_the_comparison_first_and_then_of_the_cell(window, qtbot):
    compare_with(window, qtbot, OTHER)
    window.desk.session.select(CELL)
    assert OTHER.name in rows(window)["compared"]
    qtbot.keyClick(window, Key.Key_Escape)
    assert window.desk.session.playhead == CELL
    assert not window.explore.inspector.compared.isVisible()
    assert window.explore.network.view.lines.compared is None
    qtbot.keyClick(window, Key.Key_Escape)
    assert window.desk.session.playhead is None


def test_escape_from_a_pass_where_nothing_is_compared_lets_go_of_the_cell_at_once(window, qtbot):
    compare_with(window, qtbot, OTHER)
    window.desk.session.select(WEIGHT)
    qtbot.keyClick(window, Key.Key_Escape)
    assert window.desk.session.playhead is None
    click_cell(window, qtbot, "conv1", CELL.index)
    assert rows(window) == {}  # nor does the number of before come back


@pytest.mark.parametrize("head", [
    Playhead(LOSS, (), lane="loss"), Playhead(LOSS, (3,), None, "input0", "backward"), WEIGHT,
    Playhead("pool1", (1, 4, 4), None, "input0", "backward"),
    Playhead("conv1", (2, 0, 1, 3), None, "weight", "update")])
def test_a_value_is_compared_with_values_only_and_its_row_comes_back(window, qtbot, head):
    compare_with(window, qtbot, OTHER)
    view = window.explore.network.view
    window.desk.session.select(head)
    assert rows(window) == {}
    assert not window.explore.inspector.compared.isVisible()
    assert (view.lines.compared is None) == (head.lane != "loss")
    window.desk.session.select(CELL)
    assert OTHER.name in rows(window)["compared"]
    assert window.explore.inspector.compared.isVisible()
    assert view.lines.compared is not None


def test_gradients_of_weights_are_compared_with_one_another(window, qtbot):
    compare_with(window, qtbot, OTHER_WEIGHT)
    window.desk.session.select(WEIGHT)
    assert rows(window)["compared"][0] == OTHER_WEIGHT.name
    window.desk.session.select(Playhead("relu2", (1, 4, 4), None, "input0", "backward"))
    assert rows(window) == {}


def test_another_network_drops_what_is_compared(window, qtbot):
    compare_with(window, qtbot, OTHER)
    window.desk.session.select(CELL)
    afresh(window)
    draw_three(window)
    click_cell(window, qtbot, "conv1", CELL.index)
    assert rows(window) == {}
    assert window.explore.network.view.lines.compared is None
