"""The layer inspector: opened by its name, sorted by what maps do, muted and soloed, left by Esc."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from app import i18n, numbers
from app.main_window import MainWindow
from app.model import edits
from app.model.layerfacts import activity, facts
from app.model.timeline import Playhead
from tests.gui.stepping import LEFT, document, inside, middle, three

Key = Qt.Key


@pytest.fixture
def window(desk, qtbot):
    desk.session.edit(edits.set_drawing, three())
    window = MainWindow(desk)
    qtbot.addWidget(window)
    window.resize(1366, 700)
    window.show()
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: window.explore.network.view.columns != ())
    return window


@pytest.fixture
def layer(window, desk, qtbot):
    """The layer inspector on conv1."""
    desk.session.select(Playhead("conv1", (2, 10, 9)))
    qtbot.waitUntil(lambda: not window.explore.folding)
    desk.perform("view.layer")
    qtbot.waitUntil(lambda: window.explore.layer is not None and window.explore.layer.isVisible())
    qtbot.waitUntil(lambda: window.explore.layer.tiles.height() > 60)
    return window.explore.layer


def head_of(window, node: str) -> QPoint:
    """Where a column's name stands."""
    view = window.explore.network.view
    k = next(k for k, c in enumerate(view.columns) if node in c.nodes)
    x, _ = view.heads._reach(k)
    return QPoint(round(x) + 8, round(view.frame.head) - 20)


def press(qtbot, layer, k: int, what: str) -> None:
    mute, solo = layer.tiles.switches(k)
    qtbot.mouseClick(layer.tiles, LEFT, pos=middle(mute if what == "mute" else solo))


def bars(desk) -> np.ndarray:
    return desk.session.results.probabilities.copy()


def test_a_double_click_on_a_name_opens_the_layer_in_place_of_the_stepper(window, desk, qtbot):
    view = window.explore.network.view
    qtbot.mouseDClick(view.viewport(), LEFT, pos=head_of(window, "conv2"))
    qtbot.waitUntil(lambda: window.explore.layer is not None and window.explore.layer.isVisible())
    assert not window.explore.stepper.isVisible()
    assert window.explore.transport.isVisible()
    assert desk.session.playhead.node == "conv2"
    assert window.explore.layer.secondary.text() == "conv2 · convolution · 16×8×8"


def test_escape_leads_back_to_the_stepper_and_keeps_the_cell(window, layer, desk, qtbot):
    head = desk.session.playhead
    qtbot.keyClick(window, Key.Key_Escape)
    qtbot.waitUntil(lambda: window.explore.stepper.isVisible())
    assert not layer.isVisible()
    assert desk.session.playhead == head


def test_a_double_click_on_a_tile_leads_back_at_its_map(window, layer, desk, qtbot):
    at = middle(layer.tiles.tile_of(4))
    qtbot.mouseClick(layer.tiles, LEFT, pos=at)
    qtbot.mouseDClick(layer.tiles, LEFT, pos=at)
    qtbot.waitUntil(lambda: window.explore.stepper.isVisible())
    assert desk.session.playhead == Playhead("conv1", (4, 10, 9))


def test_the_figures_are_those_of_the_layer(layer, desk):
    found = facts(desk.session.results.values("conv1"))
    said = {key: label.text() for key, label in layer.values.items()}
    assert said["minimum"] == numbers.figure(found.low)
    assert said["maximum"] == numbers.figure(found.high)
    assert said["mean"] == numbers.figure(found.mean)
    assert said["deviation"] == numbers.figure(found.deviation)
    assert said["zero"] == numbers.percent(found.zero)
    assert said["samples"] == "–"


def test_dead_over_the_samples_comes_when_it_is_quiet(layer, desk, qtbot):
    desk.session.select(Playhead("relu1", (0, 0, 0)))
    desk.session.edit(edits.add_class, "a")
    desk.session.edit(edits.add_sample, len(desk.session.document.classes) - 1, three())
    share = numbers.percent(facts(desk.session.results.values("relu1")).zero)
    qtbot.waitUntil(lambda: layer.values["samples"].text() == share)


def test_tiles_are_sorted_by_activity(layer, desk, qtbot):
    assert layer.tiles.order == list(range(6))
    qtbot.mouseClick(layer.order.button("activity"), LEFT)
    active = activity(desk.session.results.values("conv1"))
    assert layer.tiles.order == [int(k) for k in np.argsort(-active, kind="stable")]


def test_tiles_are_sorted_by_what_muting_them_does_to_the_class(layer, desk, qtbot):
    qtbot.mouseClick(layer.order.button("effect"), LEFT)
    qtbot.waitUntil(lambda: "when it is muted" in layer.note.text())
    results = desk.session.results
    changes = []
    for k in range(6):
        desk.session.edit(edits.mute, "conv1", k, True)
        now = desk.session.results.values("scores") - results.values("scores")
        changes.append(float(now[results.target]))
        desk.session.undo()
    qtbot.waitUntil(lambda: layer.tiles.order == [int(k) for k in np.argsort(-np.abs(changes), kind="stable")])
    first = layer.tiles.order[0]
    assert layer.tiles._figures[first].replace("−", "-").startswith("-" if changes[first] < 0 else "+")


def test_a_click_mutes_a_map_and_the_class_bars_move(layer, desk, qtbot):
    before = bars(desk)
    press(qtbot, layer, 1, "mute")
    assert desk.session.document.muted == {("conv1", 1)}
    assert not np.array_equal(bars(desk), before)
    press(qtbot, layer, 1, "mute")
    np.testing.assert_allclose(bars(desk), before)


def test_solo_is_one_step_to_undo(layer, desk, qtbot):
    before, depth = bars(desk), len(desk.session.history.past)
    press(qtbot, layer, 3, "solo")
    assert desk.session.document.muted == {("conv1", k) for k in (0, 1, 2, 4, 5)}
    assert len(desk.session.history.past) == depth + 1
    desk.perform("edit.undo")
    assert desk.session.document.muted == frozenset()
    np.testing.assert_allclose(bars(desk), before)


def test_maps_of_an_activation_are_muted_where_they_are_made(layer, desk, qtbot):
    desk.session.select(Playhead("pool1", (0, 0, 0)))
    press(qtbot, layer, 2, "mute")
    assert desk.session.document.muted == {("conv1", 2)}
    assert not desk.session.results.values("pool1")[2].any()
    qtbot.mouseClick(layer.all, LEFT)
    assert desk.session.document.muted == frozenset()


def test_a_click_on_a_tile_selects_its_map(layer, desk, qtbot):
    qtbot.mouseClick(layer.tiles, LEFT, pos=middle(layer.tiles.tile_of(5)))
    assert desk.session.playhead == Playhead("conv1", (5, 10, 9))
    assert layer.isVisible()


def test_keys_choose_and_mute(layer, desk, qtbot):
    layer.tiles.setFocus()
    qtbot.waitUntil(lambda: layer.tiles.hasFocus())
    qtbot.keyClick(layer.tiles, Key.Key_Right)
    assert desk.session.playhead.map == 3
    qtbot.keyClick(layer.tiles, Key.Key_M)
    assert desk.session.document.muted == {("conv1", 3)}
    qtbot.keyClick(layer.tiles, Key.Key_S)
    assert len(desk.session.document.muted) == 5


def test_opened_by_its_name_it_has_the_keys_at_once_and_esc_gives_them_back(window, desk, qtbot):
    view = window.explore.network.view
    desk.session.select(Playhead("conv1", (2, 10, 9)))
    qtbot.waitUntil(lambda: not window.explore.folding)
    window.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    qtbot.mouseDClick(view.viewport(), LEFT, pos=head_of(window, "conv1"))
    qtbot.waitUntil(lambda: window.explore.layer is not None and window.explore.layer.tiles.hasFocus())

    def key(which: Key) -> None:
        """To whatever has the keys."""
        qtbot.keyClick(QApplication.focusWidget(), which)

    before = desk.session.playhead
    key(Key.Key_Right)
    assert desk.session.playhead == Playhead("conv1", (before.map + 1, *before.cell))
    key(Key.Key_Left)
    assert desk.session.playhead == before
    across = window.explore.layer.tiles._across(window.explore.layer.tiles._edge)
    key(Key.Key_Down)
    assert desk.session.playhead.map == min(before.map + across, 5)
    key(Key.Key_Up)
    assert desk.session.playhead.map == max(min(before.map + across, 5) - across, 0)
    at = desk.session.playhead.map
    key(Key.Key_M)
    assert desk.session.document.muted == {("conv1", at)}
    key(Key.Key_M)
    assert not desk.session.document.muted
    key(Key.Key_S)
    assert desk.session.document.muted == {("conv1", k) for k in range(6) if k != at}
    here = desk.session.playhead
    key(Key.Key_Escape)
    qtbot.waitUntil(lambda: window.explore.stepper.isVisible())
    assert view.hasFocus()
    key(Key.Key_Right)
    assert desk.session.playhead == Playhead("conv1", (*here.index[:-1], here.index[-1] + 1))


def test_who_went_on_elsewhere_keeps_the_keys_there(window, layer, desk, qtbot):
    qtbot.waitUntil(layer.tiles.hasFocus)
    timeline = window.explore.transport.timeline
    timeline.setFocus()
    qtbot.keyClick(timeline, Key.Key_Escape)
    qtbot.waitUntil(lambda: window.explore.stepper.isVisible())
    assert timeline.hasFocus()


def test_the_tile_that_the_keys_choose_can_be_seen(window, layer, desk, qtbot):
    desk.session.select(Playhead("dense1", (0,)))
    qtbot.waitUntil(lambda: len(layer.tiles.order) == 120 and layer.tiles.height() > layer.scroll.viewport().height())
    for _ in range(12):
        qtbot.keyClick(layer.tiles, Key.Key_Down)
        tile = layer.tiles.tile_of(desk.session.playhead.map).toRect()
        top = layer.tiles.mapTo(layer.scroll.viewport(), tile.topLeft())
        assert 0 <= top.y() <= layer.scroll.viewport().height() - layer.tiles._edge


def test_it_follows_to_another_layer_and_leaves_for_another_pass(window, layer, desk, qtbot):
    desk.session.select(Playhead("conv2", (3, 2, 2)))
    assert layer.secondary.text().startswith("conv2")
    assert len(layer.tiles.order) == 16
    desk.session.select(Playhead("conv1", (2, 0, 2, 3), None, "weight", "backward"))
    qtbot.waitUntil(lambda: window.explore.stepper.isVisible())
    assert not layer.isVisible()


@pytest.mark.parametrize("node", ["input", "dense1", "softmax", "pool2"])
def test_every_kind_of_layer_has_tiles(layer, desk, qtbot, node):
    desk.session.select(Playhead(node, (0,) * len(desk.session.view.network.shapes[node])))
    assert len(layer.tiles.order) == desk.session.view.network.shapes[node][0]
    layer.grab()


def test_a_volumes_maps_and_a_rows_are_tiles_too(layer, desk):
    for shape in ((1, 5, 6, 7), (2, 14)):
        doc = document(("c", "conv", {"filters": 2, "kernel": 3}), ("f", "flatten", {}), ("d", "dense", {"units": 3}),
                       shape=shape, labels=3)
        desk.session.open(edits.set_input(doc, np.ones(shape, np.float32)), None)
        desk.session.select(Playhead("c", (0,) * len(shape)))
        desk.set_layer("c")
        assert len(layer.tiles.order) == 2
        layer.grab()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_nothing_is_cut(window, layer, desk, qtbot, language):
    i18n.set_language(language)
    try:
        qtbot.wait(20)
        shown = [w for w in layer.findChildren(QWidget) if w.isVisible() and w.objectName().startswith("layer_")
                 and w is not layer.tiles]
        assert len(shown) > 8
        assert all(inside(w, layer) for w in shown)
        for label in layer.values.values():
            assert label.sizeHint().width() <= label.width()
        assert layer.scroll.verticalScrollBar().maximum() == 0
    finally:
        i18n.set_language("en")


def test_hidden_it_measures_nothing(window, layer, desk, qtbot):
    qtbot.keyClick(window, Key.Key_Escape)
    qtbot.waitUntil(lambda: not layer.isVisible())
    desk.session.edit(edits.clear_drawing)
    layer._measure()
    assert not layer._job.running


@pytest.mark.parametrize(("language", "zeros", "dead", "under"), [
    ("en", "zeros", "dead", "under each map"), ("zh_CN", "零的占比", "失活", "图下")])
def test_only_a_relu_has_dead_numbers_and_a_muted_map_is_none(layer, desk, qtbot, language, zeros, dead, under):
    i18n.set_language(language)
    try:
        for node, name in (("conv1", zeros), ("relu1", dead), ("input", zeros), ("pool1", zeros)):
            desk.session.select(Playhead(node, (0, 0, 0)))
            qtbot.waitUntil(lambda name=name: layer.names["zero"].text().startswith(name))
            assert layer.values["zero"].text() == numbers.percent(facts(desk.session.results.values(node)).zero)
        assert layer.note.text().startswith(under)
        desk.session.select(Playhead("relu1", (0, 0, 0)))
        before = desk.session.results.values("relu1")
        press(qtbot, layer, 2, "mute")
        share = facts(before[[k for k in range(6) if k != 2]]).zero
        assert layer.values["zero"].text() == numbers.percent(share)
        desk.session.edit(edits.solo, "conv1", 1, 6)
        desk.session.edit(edits.mute, "conv1", 1, True)
        assert layer.values["zero"].text() == "–"
    finally:
        i18n.set_language("en")
