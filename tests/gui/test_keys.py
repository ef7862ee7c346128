"""The debugger's keys in the whole window: on the LeNet, on a sound and on a volume, in every lane."""

from __future__ import annotations

import dataclasses
import sys

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog, QTextBrowser

from app.drive import settle
from app.menus import palette_rows
from app.model import playback
from app.model.document import Document
from app.model.playback import move
from app.model.timeline import Playhead, exists, of_lane, stretch_of, timeline
from tests.gui.stepping import HEAD, document
from tests.gui.whole import CONTROL, LEFT, SHIFT, afresh, click_cell, draw_three, opened

Key = Qt.Key
ALT = Qt.KeyboardModifier.AltModifier
SOUND = (("c", "conv", {"filters": 3, "kernel": 4, "stride": 2}), ("r", "relu", {}), ("p", "maxpool", {}), *HEAD,
         ("s", "softmax", {}))
VOLUME = (("c", "conv", {"filters": 2, "kernel": (2, 3, 3)}), ("r", "relu", {}), *HEAD, ("s", "softmax", {}))


def made(layers, shape: tuple[int, ...]) -> Document:
    noise = np.random.default_rng(5).normal(size=shape).astype(np.float32)
    return dataclasses.replace(document(*layers, shape=shape), typed=noise)


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("keys")) as window:
        yield window


@pytest.fixture(params=["lenet", "sound", "volume"])
def window(request, kept, qtbot):
    afresh(kept)
    if request.param == "lenet":
        draw_three(kept)
        click_cell(kept, qtbot, "conv1", (2, 10, 9))
    else:
        layers, shape = (SOUND, (1, 40)) if request.param == "sound" else (VOLUME, (1, 5, 6, 7))
        kept.desk.session.open(made(layers, shape), None)
        kept.desk.session.select(timeline(kept.desk.session.view.network)[0].at(1, 5))
    kept.activateWindow()
    qtbot.waitUntil(kept.isActiveWindow)
    settle()
    yield kept
    kept.desk.player.pause()


def head(window) -> Playhead:
    return window.desk.session.playhead


def network(window):
    return window.desk.session.view.network


def starts(window) -> list[Playhead]:
    """A number in the middle of an array of each lane, of each kind of array."""
    found = {}
    for stretch in timeline(network(window)):
        kind = "input" if stretch.target.startswith("input") else stretch.target
        if stretch.maps * stretch.size > 2:
            found.setdefault((stretch.lane, kind), stretch.at(stretch.maps // 2, stretch.size // 2))
    return list(found.values())


def test_f10_and_alt_f10_go_over_and_back_at_every_grain_in_every_lane(window, qtbot):
    for start in starts(window):
        for grain in ("cell", "map", "layer", "pass"):
            window.desk.perform(f"stepper.by_{grain}")
            window.desk.session.select(start)
            qtbot.keyClick(window, Key.Key_F10)
            assert head(window) == move(network(window), start, grain, 1, 0), (start, grain)
            there = head(window)
            qtbot.keyClick(window, Key.Key_F10, ALT)
            assert head(window) == move(network(window), there, grain, -1, 0), (start, grain)


def test_f11_goes_down_to_a_term_and_shift_f11_up_again_in_every_lane(window, qtbot):
    for start in starts(window):
        window.desk.perform("stepper.by_cell")
        window.desk.session.select(start)
        qtbot.keyClick(window, Key.Key_F11)
        assert head(window) == dataclasses.replace(start, term=0)
        qtbot.keyClick(window, Key.Key_F11, SHIFT)
        assert head(window) == start
        qtbot.keyClick(window, Key.Key_F11, ALT)
        assert head(window).term == window.desk.session.trace().terms.size - 1
        qtbot.keyClick(window, Key.Key_F11, SHIFT)
        qtbot.keyClick(window, Key.Key_F11, SHIFT)
        stretch = stretch_of(network(window), start)
        assert head(window) == stretch.at(stretch.flat(start)[0], stretch.size - 1)
        qtbot.keyClick(window, Key.Key_F11, ALT | SHIFT)
        assert window.desk.player.grain == "layer"
        assert stretch_of(network(window), head(window)) == stretch


def test_ctrl_and_arrows_move_the_cell_in_every_lane(window, qtbot):
    for start in starts(window):
        window.desk.session.select(start)
        ways = {Key.Key_Right: (1, 0), Key.Key_Down: (0, 1), Key.Key_Left: (-1, 0), Key.Key_Up: (0, -1)}
        for key, way in ways.items():
            before = head(window)
            qtbot.keyClick(window, key, CONTROL)
            assert head(window) == playback.beside(network(window), before, *way)
            assert exists(network(window), head(window))
        for key, by in ((Key.Key_PageDown, 1), (Key.Key_PageUp, -1)):
            before = head(window)
            qtbot.keyClick(window, key, CONTROL)
            assert head(window) == playback.turned(network(window), before, by)


def test_plain_arrows_in_the_network_move_the_same_number_in_every_lane(window, qtbot):
    view = window.explore.network.view
    for start in starts(window):
        window.desk.session.select(start)
        settle()
        view.setFocus()
        for key in (Key.Key_Left, Key.Key_Up, Key.Key_Right, Key.Key_Down):
            qtbot.keyClick(view, key)
        after = head(window)
        assert (after.lane, after.node) == (start.lane, start.node) or start.lane in ("backward", "update"), start
        if start.lane in ("backward", "update") and not start.target.startswith("input"):
            assert after.stretch == start.stretch


def test_a_loop_stays_in_the_map_or_the_layer(window, qtbot):
    for start in starts(window):
        stretch = stretch_of(network(window), start)
        window.desk.perform("stepper.by_cell")
        end = stretch.at(stretch.flat(start)[0], stretch.size - 1)
        window.desk.perform("stepper.loop_map")
        window.desk.session.select(end)
        qtbot.keyClick(window, Key.Key_F10)
        assert head(window) == stretch.at(stretch.flat(start)[0], 0)
        window.desk.perform("stepper.loop_layer")
        window.desk.session.select(stretch.end)
        qtbot.keyClick(window, Key.Key_F10)
        assert head(window) == stretch.start
        qtbot.keyClick(window, Key.Key_L, CONTROL)
        assert not window.desk.player.loop
        window.desk.session.select(stretch.end)
        qtbot.keyClick(window, Key.Key_F10)
        assert head(window) != stretch.start


def test_play_runs_through_each_lane_at_the_highest_speed_and_pauses(window, qtbot):
    window.desk.player.set_speed(100.0)
    for start in starts(window):
        window.desk.perform("stepper.by_cell")
        window.desk.session.select(start)
        qtbot.keyClick(window, Key.Key_F5)
        qtbot.waitUntil(lambda start=start: head(window) != start)
        if window.desk.player.playing:
            qtbot.keyClick(window, Key.Key_F5)
        assert not window.desk.player.playing
        assert head(window).lane in (start.lane, "backward" if start.lane == "loss" else start.lane)


def test_ctrl_f10_runs_from_one_lane_to_a_cell_that_was_clicked_in_another(window, qtbot):
    order = of_lane(network(window), "backward")
    if not order:
        pytest.skip("nothing comes back")
    window.desk.session.clicked = order[1].end
    window.desk.session.select(timeline(network(window))[0].start)
    QApplication.processEvents()
    qtbot.keyClick(window, Key.Key_F10, CONTROL)
    assert head(window) == order[1].end


def test_scrubbing_reaches_both_ends_of_both_lanes(window, qtbot):
    line = window.explore.transport.timeline
    for k, stretch in enumerate(line._stretches):
        if k == 0:
            continue
        box = line.boxes()[k]
        for x in (box.left() + 1, box.right() - 1):
            qtbot.mouseClick(line, LEFT, pos=QPoint(round(x), round(box.center().y())))
            assert line.playhead[0] == k, stretch


def test_every_move_is_in_the_menu_and_in_the_palette(window):
    rows = {row.name for row in palette_rows(window.desk)}
    entries = {action.objectName() for menu in window.menus._menus.values() for action in menu.actions()}
    names = {"stepper.play", "stepper.forward", "stepper.back", "stepper.into", "stepper.into_back", "stepper.out",
             "stepper.out_back", "stepper.first", "stepper.last", "stepper.loop", "stepper.loop_map",
             "stepper.loop_layer", "stepper.left", "stepper.right", "stepper.up", "stepper.down", "stepper.map_before",
             "stepper.map_after", "stepper.faster", "stepper.slower", "stops.toggle", "stops.next", "stops.previous",
             "stops.run_to", "stops.condition", "watches.add", "watches.pin", "watches.pin_map", "compare.number",
             "compare.keep", *(f"stepper.by_{grain}" for grain in playback.GRAINS)}
    assert names <= rows
    assert names <= entries
    screen = window.screen().availableGeometry().height()
    for title in ("Step", "Play", "Debug"):
        menu = window.menus._menus[title]
        assert len([a for a in menu.actions() if a.isSeparator()]) < 6
        assert menu.sizeHint().height() < max(screen, 700), title  # one column


def test_both_ends_of_the_timeline_say_so(window, qtbot):
    window.desk.perform("stepper.by_cell")
    order = timeline(network(window))
    for end, key, modifier, word in ((order[-1].end, Key.Key_F10, Qt.KeyboardModifier.NoModifier, "ends"),
                                     (order[0].start, Key.Key_F10, ALT, "begins")):
        window.desk.session.select(end)
        qtbot.keyClick(window, key, modifier)
        assert head(window) == end
        assert f"{word} here" in window.footer.text.text()
        qtbot.keyClick(window, key, Qt.KeyboardModifier.NoModifier if modifier == ALT else ALT)
        assert "computation" not in window.footer.text.text()


def test_faster_and_slower_by_keys(window, qtbot):
    window.desk.player.set_speed(1.0)
    qtbot.keyClick(window, Key.Key_Period, CONTROL)
    assert window.desk.player.speed == 2.0
    for _ in range(9):
        qtbot.keyClick(window, Key.Key_Comma, CONTROL)
    assert window.desk.player.speed == 0.1
    assert "0.1×" in window.explore.transport.speed.text()


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac writes keys as signs")
def test_the_page_of_keys_writes_them_as_they_are_printed_in_both_languages(kept, qtbot):
    for language in ("view.chinese", "view.english"):
        kept.desk.perform(language)
        kept.desk.perform("help.keys")
        page = next(box for box in kept.findChildren(QDialog) if box.objectName() == "keys")
        text = page.findChild(QTextBrowser).toPlainText()
        assert f"Ctrl+Backspace\t{kept.desk.text('canvas.clear')}" in text
        page.close()
        qtbot.waitUntil(lambda: not any(box.objectName() == "keys" for box in kept.findChildren(QDialog)))
