"""The window glides from one cell to the next, forwards and backwards, and nothing else ever waits for it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app import numbers, theme
from app.model.timeline import Playhead
from tests.gui.stepping import HEAD, document, middle, opened


def made(*layer, shape=(1, 28, 28)):
    values = np.random.default_rng(3).uniform(-1, 1, shape).astype(np.float32)
    return dataclasses.replace(document(("it", *layer), *HEAD, shape=shape), typed=values)


def grid_of(panel):
    return getattr(panel.view, "first", None) or getattr(panel.view, "window_", None) or panel.view.input


BACK = ("input0", "backward")
ALL = {
    "convolution": (("conv", {"filters": 2}), (0, 9, 9), ("output", "forward")),
    "wide strides": (("conv", {"filters": 2, "kernel": 3, "stride": 4}), (0, 3, 3), ("output", "forward")),
    "holes": (("conv", {"filters": 2, "dilation": 3, "stride": 2}), (0, 3, 3), ("output", "forward")),
    "transposed": (("transposedconv", {"filters": 2, "stride": 2}), (0, 20, 20), ("output", "forward")),
    "its way back": (("conv", {"filters": 2}), (0, 9, 9), BACK),
    "pooling": (("maxpool", {"window": 2, "stride": 2}), (0, 3, 3), ("output", "forward")),
    "far windows": (("meanpool", {"window": 2, "stride": 5}), (0, 3, 3), ("output", "forward")),
}


@pytest.fixture
def moving(qapp):
    theme.reduce_motion(False)
    yield
    theme.reduce_motion(False)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("way", [1, -1])
def test_the_window_glides_and_the_numbers_are_there_at_once(desk, qtbot, moving, name, way):
    layer, index, (target, lane) = ALL[name]
    panel = opened(desk, qtbot, made(*layer), Playhead("it", index, None, target, lane))
    grid = grid_of(panel)
    start = grid._origin
    desk.session.step("cell", way)
    trace = desk.session.trace()
    assert grid.glide.running
    assert grid._origin == start  # on its way from where it was
    assert numbers.figure(trace.total) in panel.formula.text or numbers.gradient(trace.total) in panel.formula.text
    first = trace.operands[0]
    shown = {grid.value((row, col)) for row in range(grid._size[0]) for col in range(grid._size[1])} - {None}
    assert shown <= set(first.values.tolist()) | {0.0}  # what it says is that of the new cell, wherever it is drawn
    qtbot.waitUntil(lambda: not grid.glide.running)
    assert grid._origin == grid._corner != start


def test_a_pointer_is_never_waited_for(desk, qtbot, moving):
    panel = opened(desk, qtbot, made("conv", {"filters": 2}), Playhead("it", (0, 9, 9)))
    grid, out = panel.view.input, panel.view.output.map
    qtbot.mouseMove(out, middle(out.rect_of(9, 10)))
    assert grid._origin == grid._corner == (9, 10)
    assert not grid.glide.running
    qtbot.mouseMove(panel.view, middle(panel.view.rect()))
    desk.session.hover(None)  # back from what the pointer showed
    assert grid._origin == grid._corner == (9, 9)
    assert not grid.glide.running


@pytest.mark.parametrize("to", [(0, 20, 9), (0, 10, 0), (1, 9, 10)])
def test_far_away_is_there_at_once(desk, qtbot, moving, to):
    panel = opened(desk, qtbot, made("conv", {"filters": 2}), Playhead("it", (0, 9, 9)))
    desk.session.select(Playhead("it", to))
    assert not panel.view.input.glide.running


def test_from_four_times_the_speed_on_nothing_glides(desk, qtbot, moving):
    panel = opened(desk, qtbot, made("conv", {"filters": 2}), Playhead("it", (0, 9, 9)))
    desk.player.set_grain("cell")
    for speed, glides in ((2.0, True), (4.0, False)):
        desk.session.select(Playhead("it", (0, 9, 9)))
        desk.player.set_speed(speed)
        seen = []
        desk.session.playhead_moved.connect(lambda _, seen=seen: seen.append(panel.view.input.glide.running))
        desk.player.play()
        qtbot.waitUntil(lambda seen=seen: len(seen) >= 3)
        desk.player.pause()
        assert any(seen) == glides


def test_one_switch_stills_it(desk, qtbot, moving):
    panel = opened(desk, qtbot, made("conv", {"filters": 2}), Playhead("it", (0, 9, 9)))
    theme.reduce_motion(True)
    desk.player.forward()
    assert not panel.view.input.glide.running
    assert panel.view.input._origin == (9, 10)


def test_steps_that_come_fast_end_where_the_last_one_is(desk, qtbot, moving):
    panel = opened(desk, qtbot, made("conv", {"filters": 2}), Playhead("it", (0, 9, 9)))
    for _ in range(5):
        desk.player.forward()
    grid = panel.view.input
    assert grid._corner == (9, 14)
    assert grid.value((0, 0)) == pytest.approx(float(made("conv", {"filters": 2}).typed[0, 9, 14]))
    qtbot.waitUntil(lambda: not grid.glide.running)
    assert grid._origin == (9, 14)
