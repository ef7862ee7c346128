"""The same cells of an input as numbers, as squares, and at true size: one pixel of the screen each."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from app import theme
from app.desk import Desk
from app.filing import fresh
from app.model.timeline import Playhead
from app.panels.typed import TypedPanel
from app.settings import Settings
from tests.gui.stepping import HEAD, LEFT, document, middle, opened, show


def seen(widget) -> np.ndarray:
    """(height, width) of a widget's pixels as 0xRRGGBB."""
    image = widget.grab().toImage().convertToFormat(widget.grab().toImage().Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()) & 0xFFFFFF


def inner(widget, rect) -> np.ndarray:
    """A cell without its edge, on which a line may lie."""
    box = rect.toRect().adjusted(5, 5, -5, -5)
    return seen(widget)[box.top():box.bottom() + 1, box.left():box.right() + 1]


def noise(shape=(1, 28, 28)):
    return np.random.default_rng(3).uniform(-1, 1, shape).astype(np.float32)


def made(*layers, shape=(1, 28, 28)):
    return dataclasses.replace(document(*layers, *HEAD, shape=shape), typed=noise(shape))


@pytest.fixture
def conv(desk, qtbot):
    """The stepper on a convolution of noise."""
    doc = made(("it", "conv", {"filters": 2, "kernel": 5, "padding": 2}))
    return opened(desk, qtbot, doc, Playhead("it", (1, 9, 12)))


def test_squares_are_cells_in_one_colour_and_numbers_come_back(conv, desk, qtbot):
    view = conv.view
    cells = [(view.input, view.input.cell_rect(2, 2)), (view.products, view.products.cell_rect(2, 2)),
             (view.kernel.grid.viewport(), view.kernel.grid.rect_of(2, 2))]
    assert all(len(np.unique(inner(*cell))) > 1 for cell in cells)
    qtbot.mouseClick(conv.pixels.button("squares"), LEFT)
    assert all(len(np.unique(inner(*cell))) == 1 for cell in cells)
    bound = desk.ranges.bound(desk.session.results, "input")
    assert inner(*cells[0])[0, 0] == theme.rgb(noise()[0, 9:10, 12:13], bound, "signed")[0, 0] & 0xFFFFFF
    assert desk.action("view.pixels_squares").isChecked()
    assert desk.perform("view.pixels_numbers")
    assert conv.pixels.value == "numbers"
    assert all(len(np.unique(inner(*cell))) > 1 for cell in cells)


def test_true_size_is_one_pixel_a_cell(conv, desk, qtbot):
    desk.perform("view.pixels_true")
    grid = conv.view.input
    size = grid.size()
    shown = seen(grid)
    colours = theme.rgb(noise()[0], desk.ranges.bound(desk.session.results, "input"), "signed") & 0xFFFFFF
    top, left = (size.height() - 28) // 2, (size.width() - 28) // 2
    picture = shown[top:top + 28, left:left + 28]
    same = picture == colours
    assert same[:, 20:].all()  # clear of the window, at columns 10 to 14 and its line
    assert same[18:].all()
    assert same[8:11, 11:14].all()  # under the window nothing is covered
    mat = theme.color("sunk").rgb() & 0xFFFFFF
    assert (shown[:top - 8] == mat).all()
    assert (shown[top:top + 28, :left - 8] == mat).all()
    assert (shown[top + 32:] != mat).any()  # its size, in words


def test_a_pixel_can_be_pointed_at_and_clicked(conv, desk, qtbot):
    desk.perform("view.pixels_true")
    view = conv.view
    top, left = ((side - 28) // 2 for side in (view.input.height(), view.input.width()))
    qtbot.mouseMove(view.input, QPoint(left + 25, top + 3))
    assert desk.session.hovered == Playhead("input", (0, 3, 25))
    assert view.output.map.touched == (range(1, 6), range(23, 28))
    assert view.products._hover is None
    qtbot.mouseMove(view.input, QPoint(left + 12, top + 8))  # under the window: row 1, column 2 of it
    assert desk.session.hovered == Playhead("input", (0, 8, 12))
    assert view.products.hover == (1, 2)
    qtbot.mouseMove(view.input, QPoint(3, 3))
    assert desk.session.hovered is None
    qtbot.mouseClick(view.input, LEFT, pos=QPoint(left + 1, top + 27))
    assert desk.session.playhead == Playhead("input", (0, 27, 1))


def test_of_a_map_that_is_larger_than_its_place_the_window_is_in_sight(desk, qtbot):
    desk.perform("view.pixels_true")
    pools = ("p", "maxpool", {"window": 3, "stride": 3}), ("q", "maxpool", {"window": 20, "stride": 20})
    doc = made(*pools, shape=(1, 600, 700))
    panel = opened(desk, qtbot, doc, Playhead("p", (0, 0, 0)))
    for at in ((0, 0), (100, 100), (199, 232)):
        desk.session.select(Playhead("p", (0, *at)))
        grid = panel.view.input
        window = grid._true.window
        assert grid.rect().contains(window.toAlignedRect())
        qtbot.mouseMove(grid, window.topLeft().toPoint() + QPoint(1, 1))
        assert desk.session.hovered == Playhead("input", (0, 3 * at[0] + 1, 3 * at[1] + 1))


def test_a_stroke_far_from_the_window_is_seen_at_true_size(desk, qtbot):
    desk.perform("view.pixels_true")
    panel = opened(desk, qtbot, desk.session.document, Playhead("conv1", (0, 0, 0)))
    before = seen(panel.view.input)
    drawing = desk.session.document.drawing.copy()
    drawing[200:230, 100:200] = 255
    desk.session.preview_drawing(drawing)
    assert (seen(panel.view.input) != before).any()


@pytest.mark.parametrize(("layer", "head"), [
    (("it", "conv", {"filters": 2, "padding": 1}), Playhead("it", (0, 9, 12), None, "input0", "backward")),
    (("it", "transposedconv", {"filters": 2, "stride": 2}), Playhead("it", (1, 9, 12))),
    (("it", "maxpool", {}), Playhead("it", (0, 3, 3))),
    (("it", "meanpool", {"window": 3, "stride": 2, "padding": 1}), Playhead("it", (0, 0, 0))),
])
def test_every_view_with_a_window_has_the_switch(desk, qtbot, layer, head):
    panel = opened(desk, qtbot, made(layer), head)
    assert panel.pixels.isVisible()
    grid = getattr(panel.view, "first", None) or panel.view.input
    pictures = []
    for way in ("numbers", "squares", "true"):
        qtbot.mouseClick(panel.pixels.button(way), LEFT)
        pictures.append(seen(grid).tobytes())
    assert len(set(pictures)) == 3
    desk.session.select(Playhead("d", (3,)))
    assert not panel.pixels.isVisible()


def test_the_choice_is_remembered(desk, qtbot):
    desk.perform("view.pixels_squares")
    desk.settings.sync()
    other = Desk(fresh(), Settings(desk.settings.path))
    assert other.pixels == "squares"
    assert other.action("view.pixels_squares").isChecked()
    other.runs.shutdown()
    desk.settings.set_value("looks/pixels", "triangles")
    assert desk.settings.pixels == "numbers"


def test_a_cell_in_a_hole_of_the_window_or_beside_it_can_be_pointed_at(desk, qtbot):
    panel = opened(desk, qtbot, made(("it", "conv", {"filters": 2, "dilation": 2})), Playhead("it", (0, 6, 6)))
    view = panel.view
    qtbot.mouseMove(view.input, (view.input.cell_rect(0, 0).bottomRight() + QPoint(10, 10)).toPoint())
    assert desk.session.hovered == Playhead("input", (0, 7, 7))
    assert view.output.map.touched == (range(3, 8, 2), range(3, 8, 2))
    assert view.products.hover is None
    qtbot.mouseMove(view.input, QPoint(2, 2))
    assert desk.session.hovered == Playhead("input", (0, 5, 5))
    qtbot.mouseMove(view.input, middle(view.input.cell_rect(1, 1)))
    assert view.products.hover == (1, 1)
    qtbot.mouseClick(view.input, LEFT, pos=QPoint(2, 2))
    assert desk.session.playhead == Playhead("input", (0, 5, 5))


def test_typed_numbers_are_squares_too_and_can_still_be_typed(desk, qtbot):
    desk.session.open(made(("it", "conv", {"filters": 2}), shape=(1, 8, 8)), None)
    panel = TypedPanel(desk)
    show(qtbot, panel, 300, 420)
    grid = panel.grid
    cell = grid.viewport(), grid.rect_of(3, 3)
    assert len(np.unique(inner(*cell))) > 1
    desk.set_pixels("squares")
    assert len(np.unique(inner(*cell))) == 1
    qtbot.mouseClick(grid.viewport(), LEFT, pos=middle(grid.rect_of(3, 3)))
    qtbot.waitUntil(lambda: grid.findChild(QLineEdit) is not None)
    editor = grid.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "2.5")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: float(desk.session.document.typed[0, 3, 3]) == 2.5)
