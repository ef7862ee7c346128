"""The network panel under a real mouse and real keys."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QWheelEvent
from PySide6.QtWidgets import QApplication

from app import i18n, numbers, theme
from app.model import edits
from app.model.document import from_model
from app.model.playback import Playhead
from app.model.results import Results
from app.model.run import Checkpoint, RunState
from app.panels.network import NetworkPanel
from cnncore.files.project import Model
from cnncore.network import chain
from cnncore.ops import make_op
from cnncore.preprocess import Preprocess
from cnncore.zoo.lenet import lenet

NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton
START, STRIP, DESK_STRIP = (1168, 747), (890, 262), (896, 366)


@pytest.fixture
def panel(desk, bar, qtbot):
    """The panel in its start state with a bar drawn."""
    desk.session.edit(edits.set_drawing, bar)
    panel = NetworkPanel(desk)
    panel.resize(*START)
    panel.show()
    qtbot.waitExposed(panel)
    yield panel
    gone(panel)


def gone(panel: NetworkPanel) -> None:
    """Really deleted, so that the next test's theme does not dress it again."""
    QApplication.instance().removeEventFilter(panel.desk)
    panel.close()
    panel.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def spot(panel: NetworkPanel, node: str, index: tuple[int, ...]) -> QPoint:
    """The middle of a cell, in the view."""
    k = next(k for k, column in enumerate(panel.columns) if column.node == node)
    return panel.view.frame.rect(panel.view.frame.places[k].cell_rect(index)).center().toPoint()


def click(panel: NetworkPanel, qtbot, node: str, index: tuple[int, ...]) -> None:
    qtbot.mouseClick(panel.view.viewport(), LEFT, NONE, spot(panel, node, index))


def pixels(panel: NetworkPanel, node: str) -> np.ndarray:
    """The colours of a column's mosaic."""
    k = next(k for k, column in enumerate(panel.view.columns) if column.node == node)
    return panel.view.pictured.mosaics[k]._pixels


def wheel(panel: NetworkPanel, point: QPoint, turns: int) -> None:
    port = panel.view.viewport()
    event = QWheelEvent(QPointF(point), QPointF(port.mapToGlobal(point)), QPoint(), QPoint(0, 120 * turns),
                        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(port, event)


# --- what is shown

def test_a_column_is_one_image_item_and_the_classes_are_bars(panel):
    images = [item for item in panel.view.scene().items() if isinstance(item, pg.ImageItem)]
    assert len(images) == 9
    assert panel.columns[-1].kind == "bars"


def test_header_names_the_network_and_counts_its_parameters(panel):
    assert panel.title.text() == "Network"
    assert panel.secondary.text() == "LeNet · 44,426 parameters"


def test_relu_is_its_input_with_the_blue_gone(panel):
    conv, relu = panel.session.results.values("conv1"), panel.session.results.values("relu1")
    before, after = pixels(panel, "conv1"), pixels(panel, "relu1")
    paper = theme.color("paper").rgb()
    take = panel.view.pictured.mosaics[1]._take
    cells = take >= 0
    positive = (conv.reshape(-1)[take] >= 0) & cells
    assert (before[positive] == after[positive]).all()
    assert (after[cells & ~positive] == paper).all()
    assert relu.min() == 0


def test_gaps_between_maps_have_the_panels_colour(panel):
    take, shown = panel.view.pictured.mosaics[1]._take, pixels(panel, "conv1")
    assert set(shown[take < 0].tolist()) == {theme.color("panel").rgb()}


def test_a_stroke_repaints_every_column(panel, bar):
    before = {c.node: pixels(panel, c.node).copy() for c in panel.columns[:-1]}
    panel.session.preview_drawing(np.roll(bar, 40, axis=1) | np.rot90(bar))
    assert all((pixels(panel, node) != old).any() for node, old in before.items())


def test_only_what_is_stale_is_painted_anew(panel, monkeypatch):
    filled = []
    plain = panel.view.set_numbers

    def noted(k: int, *rest: object) -> None:
        filled.append(panel.columns[k].node)
        plain(k, *rest)

    monkeypatch.setattr(panel.view, "set_numbers", noted)
    panel.session.edit(edits.set_weight, "conv2.weight", (0, 0, 0, 0), 2.0)
    assert filled == ["conv2", "relu2", "pool2", "relu3", "relu4", "softmax"]


def test_winner_is_in_ink_and_the_others_in_edge(panel):
    rows = panel.view.bars._rows
    assert [row[0] for row in rows] == list("0123456789")
    best = panel.session.results.order[0]
    assert [row[3] == theme.color("ink") for row in rows] == [k == best for k in range(10)]
    assert rows[best][4] == numbers.percent(float(panel.session.results.probabilities[best]))


def test_an_empty_canvas_has_no_winner(panel):
    panel.session.edit(edits.clear_drawing)
    assert not any(row[5] for row in panel.view.bars._rows)


def test_a_hidden_panel_falls_behind_and_catches_up_when_it_is_shown(panel, bar):
    before = pixels(panel, "conv1").copy()
    panel.hide()
    panel.session.edit(edits.set_drawing, np.rot90(bar).copy())
    panel.session.select(Playhead("dense1", (3,)))
    assert (pixels(panel, "conv1") == before).all()
    panel.show()
    assert (pixels(panel, "conv1") != before).any()
    assert panel.view.lines.selected == (7, (3,))


def test_nan_is_a_cross(panel):
    results = panel.session.results
    broken = results.done.outputs["conv1"].copy()
    broken[0, 2, 3, 3] = np.nan
    done = dataclasses.replace(results.done, outputs={**results.done.outputs, "conv1": broken})
    panel.session.results = Results(results.document, done, frozenset(["conv1"]))
    panel.session.results_changed.emit(panel.session.results)
    assert panel.view.lines.bad == ((1, 2),)
    panel.grab()


def test_muted_maps_have_a_slash_and_edited_layers_a_mark_until_restored(panel):
    session = panel.session
    session.edit(edits.mute, "conv1", 3, True)
    session.edit(edits.set_weight, "conv2.weight", (0, 0, 0, 0), 2.0)
    assert panel.view.lines.muted == {(1, 3)}
    assert panel.view.heads.edited == {4}
    name = QPointF(panel.view.frame.x(panel.view.frame.places[4].x) + 10, 8)
    assert panel.view.tip(name) == "Weights of this layer are not the trained ones"
    assert panel.view.tip(name - QPointF(100, 0)) == ""
    session.edit(edits.restore_all)
    assert (panel.view.lines.muted, panel.view.heads.edited) == (frozenset(), frozenset())


# --- mouse

def test_hover_reads_out_map_cell_and_value(panel, qtbot):
    qtbot.mouseMove(panel.view.viewport(), spot(panel, "conv1", (2, 10, 9)))
    value = numbers.figure(float(panel.session.results.values("conv1")[2, 10, 9]))
    assert panel.readout.text() == f"conv1[2, 10, 9]  {value}"
    assert panel.session.hovered == Playhead("conv1", (2, 10, 9))
    assert panel.view.accessibleDescription() == panel.readout.text()


def test_leaving_or_a_gap_ends_the_hover(panel, qtbot):
    qtbot.mouseMove(panel.view.viewport(), spot(panel, "conv1", (2, 10, 9)))
    qtbot.mouseMove(panel.view.viewport(), QPoint(2, 2))
    assert panel.session.hovered is None
    assert panel.readout.text() == ""


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
    assert (frame.zoom, frame.dx, frame.dy) == (1, 0, 0)


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
    qtbot.mouseDClick(panel.view.viewport(), LEFT, NONE, QPoint(600, 4))
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


# --- ranges

def test_range_is_chosen_in_the_header(panel, qtbot):
    before = pixels(panel, "conv1").copy()
    qtbot.mouseClick(panel.ranges.button("map"), LEFT)
    assert panel.desk.ranges.choice == "map"
    assert (pixels(panel, "conv1") != before).any()


def test_range_chosen_elsewhere_shows_in_the_header(panel):
    panel.desk.ranges.set_choice("all")
    assert panel.ranges.value == "all"
    assert panel.view.feet.ends != ("−", "+")


# --- other networks

def test_a_run_with_other_classes_rebuilds_and_its_weights_repaint(panel):
    session, network = panel.session, lenet(3)
    first, second = network.start(1), network.start(2)
    session.select(Playhead("softmax", (7,)))
    session.set_run(RunState("running", network, ("up", "down", "left"), checkpoints=(Checkpoint(0, first),)))
    assert [row[0] for row in panel.view.bars._rows] == ["up", "down", "left"]
    assert panel.view.lines.selected is None
    before, items = pixels(panel, "conv1").copy(), list(panel.view.pictured.mosaics)
    session.set_run(RunState("running", network, ("up", "down", "left"), checkpoints=(Checkpoint(1, second),)))
    assert panel.view.pictured.mosaics == items
    assert (pixels(panel, "conv1") != before).any()
    session.set_run(None)
    assert len(panel.view.bars._rows) == 10


def test_a_deep_network_folds_and_a_click_opens_a_spine(desk, qtbot):
    layers = [(f"conv{k}", make_op("conv", {"filters": 70, "kernel": 3, "padding": 1})) for k in range(12)]
    head = [("flatten", make_op("flatten", {})), ("scores", make_op("dense", {"units": 2})),
            ("softmax", make_op("softmax", {}))]
    network = chain("Deep", (1, 8, 8), [*layers, *head])
    model = Model(network, network.start(0), ("a", "b"), Preprocess(box=6, size=8), {})
    desk.session.open(from_model(model), None)
    panel = NetworkPanel(desk)
    panel.resize(*DESK_STRIP)
    panel.show()
    assert panel.secondary.text().endswith("parameters · 14 layers, 1 open")
    places = panel.view.frame.places
    assert [p.column.title for p in places if not p.folded] == ["conv0", "softmax"]
    point = QPoint(round(panel.view.frame.x(places[6].x) + 12), 150)
    assert panel.view.tip(QPointF(point)) == "Open conv5 (70×8×8)"
    qtbot.mouseClick(panel.view.viewport(), LEFT, NONE, point)
    assert not panel.view.frame.places[6].folded
    hidden = next(c for c in range(70) if c not in panel.view.frame.places[6].order)
    desk.session.select(Playhead("conv5", (hidden, 0, 0)))
    assert hidden in panel.view.frame.places[6].order
    assert "64 most active of 70 shown" in panel.view.feet.notes[6]
    panel.grab()
    gone(panel)


# --- looks

@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(("size", "scale"), [(START, 1.0), (STRIP, 1.0), (DESK_STRIP, 1.0), ((1126, 470), 1.5),
                                             (DESK_STRIP, 1.5), ((1660, 900), 1.25)])
def test_no_head_is_cut_and_nothing_lies_outside(panel, size, scale, language):
    i18n.set_language(language)
    theme.apply(QApplication.instance(), "light", scale)
    panel.resize(*size)
    QApplication.processEvents()
    frame, heads = panel.view.frame, panel.view.heads
    assert all(QFontMetricsF(frame.font(13, 600)).horizontalAdvance(p.column.title) <= heads._reach(k)[1]
               for k, p in enumerate(frame.places))
    assert all(QFontMetricsF(frame.font(11)).horizontalAdvance(p.column.size) <= heads._reach(k)[1]
               for k, p in enumerate(frame.places) if p.column.kind != "bars")
    assert frame.places[-1].x + frame.places[-1].width <= frame.room[0] + 1
    assert frame.field.bottom() + frame.foot <= panel.view.height() + 1
    words = [rect for place in frame.places for _, rect in heads.switches(place)]
    assert all(a.right() <= b.left() + 0.5 for a, b in itertools.pairwise(words))


def test_language_and_theme_switch_live(panel):
    light = pixels(panel, "conv1").copy()
    i18n.set_language("zh_CN")
    theme.apply(QApplication.instance(), "dark", 1.0)
    QApplication.processEvents()
    assert panel.title.text() == "网络"
    assert panel.ranges.button("map").text() == "单图"
    assert panel.view.accessibleName().startswith("每一层")
    assert (pixels(panel, "conv1") != light).all()
    assert panel.view.backgroundBrush().color() == theme.color("panel")
    i18n.set_language("en")
    QApplication.processEvents()
    assert panel.ranges.button("map").text() == "map"


def test_everything_to_handle_has_a_name(panel):
    assert panel.view.accessibleName()
    names = [panel.ranges.button(value).accessibleName() for value in ("map", "layer", "all")]
    assert names == ["Colour range: map", "Colour range: layer", "Colour range: all"]
