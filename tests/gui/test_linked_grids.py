"""One pointer in all grids: windows, all that a number feeds, all that a weight multiplies, under a real mouse."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import theme
from app.drive import settle
from app.model.timeline import LOSS, Playhead
from app.panels.footer import Footer
from app.panels.kernel import KernelPanel
from app.panels.network import NetworkPanel
from app.panels.stepper import StepperPanel
from app.panels.stepper_views import LearnDenseView, LearnView, ProductsView, SlideView, WindowView
from app.panels.typed import TypedPanel
from tests.gui.network_panels import spot
from tests.gui.stepping import HEAD, document, middle, show, three

OFF = QPoint(300, 4)  # of a view: between the words over its grids
STRIDED = (("it", "conv", {"filters": 4, "kernel": 3, "stride": 2, "padding": 1}), *HEAD)


@pytest.fixture
def both(desk, qtbot):
    """Opens a document in a stepper under a network panel, in one window."""
    hosts = []

    def make(doc, head):
        desk.session.open(dataclasses.replace(doc, drawing=three()), None)
        desk.session.select(head)
        host = QWidget()
        network, stepper = NetworkPanel(desk), StepperPanel(desk)
        column = QVBoxLayout(host)
        if doc.typed is not None:
            column.addWidget(TypedPanel(desk), 5)
        column.addWidget(network, 4)
        column.addWidget(stepper, 5)
        hosts.append(host)
        show(qtbot, host, 912, 620 if doc.typed is None else 900)
        qtbot.mouseMove(host, QPoint(2, 2))  # a pointer that rests where it is sent later would not move
        settle()
        return stepper, network

    yield make
    for host in hosts:
        host.close()
        host.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def typed(doc, shape=(1, 28, 28)):
    values = np.random.default_rng(0).uniform(0.1, 1, shape).astype(np.float32)
    return dataclasses.replace(doc, typed=values)


def lit(network, node):
    """(channels, rows, columns) of each block of a node's column that is lit up."""
    k = next(k for k, column in enumerate(network.columns) if node in column.nodes)
    return [(one.channels, one.rows, one.cols) for one in network.view.touches.lit if one.column == k]


def seen_dots(grid):
    """Cells of the window with a dot in their lower right corner."""
    picture, found = grid.grab().toImage(), 0
    for cell in np.ndindex(*grid._size):
        box = grid.cell_rect(*cell)
        at = [round(side + 0.84 * (grid.cell_px + 1)) for side in (box.left(), box.top())]
        found += picture.pixelColor(*at).name() == theme.color("ink").name()
    return found


def test_hover_an_input_cell_and_all_outputs_that_it_feeds_light_up(both, desk, qtbot):
    stepper, network = both(document(*STRIDED), Playhead("it", (1, 6, 6)))
    view = stepper.view
    assert isinstance(view, ProductsView)
    qtbot.mouseMove(view.input, middle(view.input.cell_rect(0, 2)))  # row 11, column 13
    assert desk.session.hovered == Playhead("input", (0, 11, 13))
    rows, cols = view.output.map.touched
    assert (list(rows), list(cols)) == ([5, 6], [6, 7])
    assert lit(network, "it") == [(range(4), range(5, 7), range(6, 8))]
    before = network.view.grab().toImage()
    qtbot.mouseMove(view.input, middle(view.input.cell_rect(1, 1)))  # 12, 12: the middle of one window
    assert view.output.map.touched == (range(6, 7), range(6, 7))
    assert network.view.grab().toImage() != before
    qtbot.mouseMove(view, OFF)
    assert view.output.map.touched is None
    assert network.view.touches.lit == ()


def test_hover_a_cell_of_the_network_and_the_stepper_follows(both, desk, qtbot):
    stepper, network = both(document(*STRIDED), Playhead("it", (1, 6, 6)))
    view, terms = stepper.view, []
    view.term_hovered.connect(terms.append)
    qtbot.mouseMove(network.view.viewport(), spot(network, "input", (0, 12, 11)))
    assert view.input.hover == view.products.hover == (1, 0)
    assert terms[-1] == 3
    assert view.output.map.touched == (range(6, 7), range(5, 7))
    qtbot.mouseMove(network.view.viewport(), spot(network, "input", (0, 20, 20)))  # not under this window
    assert view.input.hover is None
    assert terms[-1] is None
    assert view.output.map.touched == (range(10, 11), range(10, 11))


def test_hover_an_output_and_its_window_is_seen_in_stepper_and_network(both, desk, qtbot):
    stepper, network = both(document(*STRIDED), Playhead("it", (1, 6, 6)))
    view = stepper.view
    qtbot.mouseMove(view.output.map, middle(view.output.map.rect_of(3, 8)))
    assert view.input.value((0, 0)) == pytest.approx(float(desk.session.results.values("input")[0, 5, 15]))
    assert lit(network, "input") == [(range(1), range(5, 8), range(15, 18))]
    assert view.output.map.touched is None  # it is the pointer's own map
    qtbot.mouseMove(network.view.viewport(), spot(network, "it", (2, 0, 0)))
    assert lit(network, "input") == [(range(1), range(0, 2), range(0, 2))]  # what the window has of the input


@pytest.mark.parametrize(("settings", "spot_", "rows", "cols"), [
    ({"kernel": 3}, (0, 2), range(0, 26), range(2, 28)),
    ({"kernel": 3, "stride": 2, "padding": 1}, (0, 0), range(1, 26, 2), range(1, 26, 2)),
    ({"kernel": 3, "dilation": 3}, (2, 1), range(6, 28), range(3, 25)),
    ({"kernel": 2, "stride": 3}, (1, 1), range(1, 28, 3), range(1, 28, 3)),
])
def test_hover_a_weight_and_all_that_it_multiplies_lights_up(both, desk, qtbot, settings, spot_, rows, cols):
    stepper, network = both(document(("it", "conv", {"filters": 3, **settings}), *HEAD), Playhead("it", (2, 4, 4)))
    view = stepper.view
    grid = view.kernel.grid
    qtbot.mouseMove(grid.viewport(), middle(grid.rect_of(*spot_)))
    assert lit(network, "input") == [(range(1), rows, cols)]
    (channels, out_rows, out_cols), = lit(network, "it")
    assert channels == range(2, 3)
    assert view.output.map.touched == (out_rows, out_cols)
    assert len(out_rows) * len(out_cols) == len(rows) * len(cols)  # each of these is in one sum
    assert view.input.hover == view.products.hover == spot_
    dotted = seen_dots(view.input)
    assert (dotted > 0) == (rows.step > 1)  # where cells lie apart, each has a dot
    assert desk.session.hovered is None  # no number is pointed at, and no gradient is asked for
    qtbot.mouseMove(view, OFF)
    assert network.view.touches.lit == ()
    assert view.output.map.touched is None


def test_a_weight_of_a_group_lights_up_its_own_channel_only(both, desk, qtbot):
    doc = document(("c", "conv", {"filters": 4}), ("it", "conv", {"filters": 4, "groups": 2}), *HEAD)
    stepper, network = both(doc, Playhead("it", (3, 4, 4)))
    view = stepper.view
    view.rail.chosen.emit(1)
    grid = view.kernel.grid
    qtbot.mouseMove(grid.viewport(), middle(grid.rect_of(0, 0)))
    assert lit(network, "c") == [(range(3, 4), range(0, 24), range(0, 24))]
    assert lit(network, "it") == [(range(3, 4), range(24), range(24))]


def test_a_weight_of_the_kernel_panel_lights_up_all_the_same(both, desk, qtbot):
    stepper, network = both(document(*STRIDED), Playhead("it", (1, 6, 6)))
    panel = KernelPanel(desk)
    panel.move(1200, 0)  # beside the other window, not over it
    show(qtbot, panel, 300, 400)
    qtbot.waitUntil(lambda: panel.handle.prefix == (1, 0))
    grid = panel.editor.grid
    qtbot.mouseMove(panel, QPoint(2, 2))
    qtbot.mouseMove(grid.viewport(), middle(grid.rect_of(2, 1)))
    assert desk.touch.weight == Playhead("it", (1, 0, 2, 1), None, "weight", "backward")
    assert lit(network, "input") == [(range(1), range(1, 28, 2), range(0, 28, 2))]
    assert stepper.view.products.hover == (2, 1)
    qtbot.mouseMove(panel, QPoint(2, 2))
    assert network.view.touches.lit == ()
    assert stepper.view.products.hover is None


def test_a_sound_lights_up_in_its_row(both, desk, qtbot):
    doc = typed(document(("it", "conv", {"filters": 2, "kernel": 3, "stride": 2}), *HEAD, shape=(1, 21)), (1, 21))
    stepper, network = both(doc, Playhead("it", (1, 4)))
    view = stepper.view
    qtbot.mouseMove(view.input, middle(view.input.cell_rect(0, 0)))
    assert view.output.map.touched == (range(1), range(3, 5))
    qtbot.mouseMove(view.kernel.grid.viewport(), middle(view.kernel.grid.rect_of(0, 2)))
    assert lit(network, "input") == [(range(1), range(1), range(2, 21, 2))]


def test_a_volume_lights_up_in_the_slices_that_matter(both, desk, qtbot):
    doc = typed(document(("it", "conv", {"filters": 2, "kernel": 2}), *HEAD, shape=(1, 5, 6, 6)), (1, 5, 6, 6))
    stepper, network = both(doc, Playhead("it", (1, 2, 2, 2)))
    view = stepper.view
    qtbot.mouseMove(view.input, middle(view.input.cell_rect(0, 0)))
    assert desk.session.hovered == Playhead("input", (0, 2, 2, 2))
    assert view.output.map.touched == (range(1, 3), range(1, 3))
    assert [rows for _, rows, _ in lit(network, "it")] == [range(6, 8), range(11, 13)]  # slices of 5 rows, 1 and 2
    desk.session.select(Playhead("it", (1, 0, 2, 2)))  # of slice 2 it goes into slices 1 and 2 only
    assert view.output.map.touched is None


def test_the_numbers_that_are_typed_light_up(both, desk, qtbot):
    doc = typed(document(("it", "conv", {"filters": 2, "kernel": 2, "stride": 2}), *HEAD, shape=(1, 6, 6)), (1, 6, 6))
    stepper, network = both(doc, Playhead("it", (1, 0, 0)))
    grid = stepper.window().findChild(TypedPanel).grid
    assert grid.isVisible()
    qtbot.mouseMove(network.view.viewport(), spot(network, "it", (0, 2, 1)))
    assert grid.touched == (range(4, 6), range(2, 4))
    kernel = stepper.view.kernel.grid
    qtbot.mouseMove(kernel.viewport(), middle(kernel.rect_of(1, 0)))
    assert grid.touched == (range(1, 6, 2), range(0, 6, 2))
    picture = grid.grab().toImage()
    qtbot.mouseMove(stepper.view, OFF)
    assert grid.touched is None
    assert grid.grab().toImage() != picture


def test_the_way_back_lights_up_too(both, desk, qtbot):
    stepper, network = both(document(*STRIDED), Playhead("it", (0, 11, 13), None, "input0", "backward"))
    view = stepper.view
    assert isinstance(view, SlideView)
    inside = next(spot for spot in np.ndindex(3, 3) if view.slide.inside[(view._group, *spot)])
    qtbot.mouseMove(view.first, middle(view.first.cell_rect(*inside)))
    index = tuple(int(i) for i in view.slide.cells[(view._group, *inside)])
    rows, cols = view.output.map.touched
    assert rows == range(max(2 * index[1] - 1, 0), 2 * index[1] + 2)
    assert lit(network, "input") == [(range(1), rows, cols)]
    qtbot.mouseMove(view.kernel, middle(view.kernel.cell_rect(2, 2)))  # turned: this is weight 0, 0
    assert lit(network, "input") == [(range(1), range(1, 26, 2), range(1, 26, 2))]
    desk.session.select(Playhead("it", (1, 0, 1, 1), None, "weight", "backward"))
    learn = stepper.view
    assert isinstance(learn, LearnView)
    qtbot.mouseMove(learn.gradient, middle(learn.gradient.cell_rect(2, 0)))
    assert lit(network, "input") == [(range(1), range(1, 28, 2), range(1, 26, 2))]


def test_the_window_of_pooling_feeds_one_output(both, desk, qtbot):
    stepper, network = both(desk.session.document, Playhead("pool1", (2, 3, 4)))
    view = stepper.view
    assert isinstance(view, WindowView)
    qtbot.mouseMove(view.input, middle(view.input.cell_rect(1, 0)))
    assert view.output.map.touched == (range(3, 4), range(4, 5))
    assert lit(network, "conv1") == [(range(2, 3), range(7, 8), range(8, 9))]


def test_a_unit_reads_all_maps_and_one_line_says_so(both, desk, qtbot):
    _, network = both(desk.session.document, Playhead("conv1", (2, 3, 4)))
    qtbot.mouseMove(network.view.viewport(), spot(network, "relu3", (17,)))
    assert lit(network, "pool2") == [(range(16), None, range(0))]
    assert lit(network, "relu3") == []
    assert lit(network, "relu4") == [(range(84), None, range(0))]


def test_a_cell_of_a_map_is_found_among_the_terms_of_a_unit(both, desk, qtbot):
    stepper, network = both(desk.session.document, Playhead("dense1", (7,)))
    terms = []
    stepper.view.term_hovered.connect(terms.append)
    qtbot.mouseMove(network.view.viewport(), spot(network, "pool2", (3, 1, 2)))
    assert terms[-1] == 3 * 16 + 1 * 4 + 2
    qtbot.mouseMove(network.view.viewport(), spot(network, "conv1", (3, 1, 2)))
    assert terms[-1] is None


def test_a_step_puts_out_what_a_resting_pointer_lit_up(both, desk, qtbot):
    stepper, _ = both(document(("a", "conv", {"filters": 2}), ("b", "conv", {"filters": 2}), *HEAD),
                      Playhead("a", (0, 6, 6)))
    view = stepper.view
    qtbot.mouseMove(view.input, middle(view.input.cell_rect(2, 2)))
    assert view.output.map.touched == (range(6, 9), range(6, 9))
    desk.player.forward()
    assert (view.input.hover, view.output.map.touched) == (None, None)  # who steps looks at the step
    qtbot.mouseMove(view.input, middle(view.input.cell_rect(2, 1)))
    assert view.output.map.touched == (range(6, 9), range(6, 9))
    desk.session.select(Playhead("b", (0, 6, 6)))
    assert stepper.view is view
    assert view.output.map.touched is None


def test_in_the_loss_and_the_update_a_pointer_lights_up_what_there_is(both, desk, qtbot):
    stepper, network = both(desk.session.document, Playhead(LOSS, (3,), None, "input0", "backward"))
    qtbot.mouseMove(network.view.viewport(), spot(network, "pool2", (3, 1, 2)))
    assert lit(network, "relu2") == [(range(3, 4), range(2, 4), range(4, 6))]
    for head in (Playhead(LOSS, (), None, "output", "loss"),
                 Playhead("conv2", (3, 1, 2, 2), None, "weight", "update"),
                 Playhead("dense1", (3, 52), None, "weight", "backward")):
        desk.session.select(head)
        assert lit(network, "relu2") == [(range(3, 4), range(2, 4), range(4, 6))]
    desk.session.select(Playhead("conv2", (3, 1, 2, 2), None, "weight", "update"))
    qtbot.mouseMove(stepper.view.now, middle(stepper.view.now.cell_rect(0, 4)))
    assert lit(network, "pool1") == [(range(1, 2), range(0, 8), range(4, 12))]
    desk.session.select(Playhead("dense1", (3, 52), None, "weight", "backward"))
    view = stepper.view
    assert isinstance(view, LearnDenseView)
    qtbot.mouseMove(view.went, middle(view.went.rect_of(0, 0)))  # the weight that multiplies the first entry
    assert desk.session.hovered.index == (3, 0)
    assert lit(network, "pool2") == [(range(1), range(1), range(1))]
    assert lit(network, "relu3") == [(range(3, 4), range(1), range(1))]


def test_the_footer_says_what_a_weight_multiplies_while_it_is_pointed_at(both, desk, qtbot):
    stepper, _ = both(document(*STRIDED), Playhead("it", (1, 6, 6)))
    footer = Footer(desk)
    qtbot.addWidget(footer)
    before = footer.text.text()
    grid = stepper.view.kernel.grid
    qtbot.mouseMove(grid.viewport(), middle(grid.rect_of(1, 1)))
    assert footer.text.text() == "it.weight[1, 0, 1, 1] multiplies 196 cells of input and goes into 196 numbers of it."
    qtbot.mouseMove(grid.viewport(), middle(grid.rect_of(0, 0)))
    footer.show_text("Saved.")  # a message that came in between stays
    qtbot.mouseMove(stepper.view, OFF)
    assert footer.text.text() == "Saved."
    qtbot.mouseMove(grid.viewport(), middle(grid.rect_of(0, 0)))
    qtbot.mouseMove(stepper.view, OFF)
    assert footer.text.text() == before


def test_panels_that_are_gone_light_up_no_more(desk, qtbot):
    desk.session.open(typed(document(*STRIDED)), None)
    desk.session.select(Playhead("it", (1, 6, 6)))
    panels = [kind(desk) for kind in (NetworkPanel, StepperPanel, TypedPanel, KernelPanel)]
    for panel in panels:
        panel.show()
        qtbot.waitExposed(panel)
        panel.close()
        panel.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    desk.session.hover(Playhead("it", (0, 3, 3)))
    desk.touch.weigh("it", "weight", (0, 0, 1, 1))
    desk.set_pixels("squares")
    desk.toggle_hues()
    settle()  # an error in any of them would end the test here
    assert desk.touch.boxes()
