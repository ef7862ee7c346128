"""The backward lane: what goes back through everything that slides, pooling and curves; random steps anywhere."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app import numbers
from app.main_window import build
from app.model.document import from_model
from app.model.frames import array_of, value_of
from app.model.timeline import Playhead, timeline
from app.panels.stepper_views import FlippedView, LearnDenseView, RouteView, SlideView, SlopeView
from app.settings import Settings
from cnncore.files.project import Model
from cnncore.network import INPUT, Network, Node
from cnncore.ops import make_op
from cnncore.preprocess import Preprocess
from tests.gui.pointer import hover
from tests.gui.stepping import HEAD, LEFT, document, middle, opened, three
from tests.gui.whole import type_into

SLIDING = {
    "plain": ("conv", {"filters": 3}),
    "strided": ("conv", {"filters": 3, "stride": 2, "padding": 1}),
    "dilated": ("conv", {"filters": 4, "dilation": 2, "groups": 2, "padding": ((2, 0), (1, 3))}),
    "reflecting": ("conv", {"filters": 2, "padding": 1, "mode": "reflect"}),
    "flipped": ("conv", {"filters": 2, "flip": True}),
    "oblong": ("conv", {"filters": 2, "kernel": (2, 5), "stride": (3, 1)}),
    "transposed": ("transposedconv", {"filters": 2, "stride": 2}),
}


def back(node: str, *index: int) -> Playhead:
    return Playhead(node, index, None, "input0", "backward")


@pytest.mark.parametrize("name", SLIDING)
def test_what_goes_back_is_the_window_of_what_came_back_times_the_kernel(desk, qtbot, name):
    doc = document(("c", "conv", {"filters": 2}), ("it", make_op(*SLIDING[name])), *HEAD)
    panel = opened(desk, qtbot, doc, back("it", 1, 11, 12))
    view = panel.view
    for index in ((1, 11, 12), (0, 0, 0), (1, 0, 25), (0, 25, 25), (1, 12, 11)):
        desk.session.select(back("it", *index))
        assert isinstance(view, SlideView)
        slide, trace = view.slide, desk.session.trace()
        rows, cols = slide.size
        total = 0.0
        for group in range(slide.groups):
            view._choose(group)
            for row in range(rows):
                for col in range(cols):
                    came, weight = view.first.value((row, col)), view.kernel.value((row, col))
                    inside = slide.inside[group, row, col]
                    assert (came is not None) >= inside
                    if inside:
                        assert came == pytest.approx(slide.factors[group, row, col], abs=1e-6)
                        total += came * weight
        assert total == pytest.approx(value_of(desk.session.results, desk.session.playhead), abs=1e-5)
        assert total == pytest.approx(trace.total, abs=1e-5)
        panel.grab()


@pytest.mark.parametrize("name", ["flipped", "transposed"])
def test_a_turned_kernel_is_stepped_forwards_too(desk, qtbot, name):
    panel = opened(desk, qtbot, document(("it", make_op(*SLIDING[name])), *HEAD), Playhead("it", (1, 13, 14)))
    view = panel.view
    assert isinstance(view, SlideView if name == "transposed" else FlippedView)
    products = [view.products.value((r, c)) or 0.0 for r in range(3) for c in range(3)]
    bias = float(desk.session.document.weights["it.bias"][1])
    assert sum(products) + bias == pytest.approx(desk.session.results.values("it")[1, 13, 14], abs=1e-5)
    kernel = view.headings["Kernel"] if name == "flipped" else view.headings[1]
    assert "180°" in kernel.text


def test_a_flipped_kernel_is_edited_where_it_meets_the_window(desk, qtbot):
    panel = opened(desk, qtbot, document(("it", make_op(*SLIDING["flipped"])), *HEAD), Playhead("it", (1, 13, 14)))
    view, before = panel.view, desk.session.document.weights["it.weight"].copy()
    assert np.array_equal(view.kernel.grid.values, before[1, 0, ::-1, ::-1])
    type_into(qtbot, view.kernel.grid, 0, 2, "0.75")
    qtbot.waitUntil(lambda: desk.session.document.weights["it.weight"][1, 0, 2, 0] == 0.75)
    after = desk.session.document.weights["it.weight"]
    assert np.count_nonzero(after != before) == 1, "one hand changes it, once"
    assert view.kernel.grid.values[0, 2] == 0.75
    term = view.products.value((0, 2)) or 0.0
    assert term == pytest.approx(0.75 * float(view.input.value((0, 2)) or 0.0), abs=1e-6)
    assert desk.session.trace().exact == pytest.approx(float(desk.session.results.values("it")[1, 13, 14]), abs=1e-5)
    desk.session.undo()
    assert np.array_equal(desk.session.document.weights["it.weight"], before)


def test_terms_outside_are_hatched_and_counted(desk, qtbot):
    panel = opened(desk, qtbot, document(("c", "conv", {"filters": 2}), ("it", "conv", {"filters": 3}), *HEAD),
                   back("it", 0, 0, 0))
    view = panel.view
    assert np.count_nonzero(view.products._ways.gone) == 8
    assert view.headings[2].text.startswith("1 of 9: the others lie outside")
    assert view.first.value((0, 0)) is None


def test_hover_marks_all_grids_and_a_click_goes_to_where_it_is_made(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, back("conv2", 2, 5, 5))
    view = panel.view
    hover(view.products, middle(view.products.cell_rect(1, 3)))
    assert view.first.hover == view.kernel.hover == view.products.hover == (1, 3)
    qtbot.mouseClick(view.first, LEFT, pos=middle(view.first.cell_rect(1, 3)))
    cell = view.slide.cells[view._group, 1, 3]
    assert desk.session.playhead == Playhead("relu2", tuple(int(i) for i in cell), None, "input0", "backward")


def test_every_map_adds_its_part_in_the_rail(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, back("conv2", 2, 5, 5))
    view = panel.view
    assert view.rail.isVisible()
    value = value_of(desk.session.results, desk.session.playhead)
    assert float(view.rail._sums.sum()) == pytest.approx(value, abs=1e-5)
    assert float(np.abs(view.rail._sums).max()) < 0.005  # the answer is nearly sure
    said = [float(text.replace("−", "-")) for text in view.rail._texts]
    assert said == pytest.approx(view.rail._sums, rel=0.06)
    before = view._group
    qtbot.mouseClick(view.rail, LEFT, pos=middle(view.rail.chip(3)))
    assert view._group == 3 != before


def test_a_term_of_a_turned_kernel_is_ringed_in_three_grids(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, back("conv2", 2, 5, 5))
    view = panel.view
    spot = (4, 4)
    term = view.slide.term(view._group, *spot)
    qtbot.mouseClick(view.products, LEFT, pos=middle(view.products.cell_rect(*spot)))
    assert desk.session.playhead.term == term
    assert view.first.ring == view.kernel.ring == view.products.ring == spot


def test_pooling_sends_all_to_the_winner(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, back("pool1", 2, 8, 10))
    view, results = panel.view, desk.session.results
    assert isinstance(view, RouteView)
    block = results.values("relu1")[2, 8:10, 10:12]
    won = tuple(int(i) for i in np.unravel_index(int(block.argmax()), (2, 2)))
    for row, col in np.ndindex(2, 2):
        qtbot.mouseClick(view.window_, LEFT, pos=middle(view.window_.cell_rect(row, col)))
        assert desk.session.playhead == back("pool1", 2, 8 + row, 10 + col)
        assert view.window_.ring == (row, col)
        assert view.window_._second == won
        assert view.share.value((0, 0)) == float((row, col) == won)
        assert "won" in view.words.text()
        assert ("nothing" in view.words.text()) is ((row, col) != won)
    assert view.came.value((0, 0)) == pytest.approx(results.gradients.outputs["pool1"][0][2, 4, 5])
    qtbot.mouseClick(view.came, LEFT, pos=middle(view.came.cell_rect(0, 0)))
    assert desk.session.playhead == back("conv2", 2, 4, 5)


@pytest.mark.parametrize("kind", ["meanpool", "l2pool"])
def test_other_poolings_show_each_cells_part(desk, qtbot, kind):
    panel = opened(desk, qtbot, document(("it", make_op(kind, {})), *HEAD), back("it", 0, 12, 13))
    assert isinstance(panel.view, RouteView)
    panel.grab()
    shown = panel.view.came.value((0, 0)) * panel.view.share.value((0, 0))
    assert shown == pytest.approx(value_of(desk.session.results, desk.session.playhead), abs=1e-6)


def test_a_cell_that_no_window_reaches_says_so(desk, qtbot):
    doc = document(("it", make_op("maxpool", {"window": 3, "stride": 3})), *HEAD)
    panel = opened(desk, qtbot, doc, back("it", 0, 27, 4))
    assert panel.view.words.text().startswith("No window reaches")
    panel.grab()


def test_an_activation_sends_back_the_slope_times_what_came(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, back("relu1", 2, 9, 11))
    view, results = panel.view, desk.session.results
    assert isinstance(view, SlopeView)
    x = results.values("conv1")
    for row, col in ((9, 11), (0, 0), (12, 13)):
        qtbot.mouseClick(view.output.map, LEFT, pos=middle(view.output.map.rect_of(row, col)))
        assert desk.session.playhead == back("relu1", 2, row, col)
        assert view.curve._slope == float(x[2, row, col] > 0)
        assert view.curve._point[0] == pytest.approx(float(x[2, row, col]))
    qtbot.mouseClick(view.input, LEFT, pos=middle(view.input.rect_of(9, 11)))
    assert desk.session.playhead == back("pool1", 2, 9, 11)


def test_the_lead_says_what_the_number_is(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, back("conv2", 2, 5, 5))
    leads = {back("conv2", 2, 5, 5): "∂L/∂x = Σ ∂L/∂y · w", back("relu1", 2, 9, 11): "∂L/∂x = ∂L/∂y · f′(x)",
             Playhead("conv1", (2, 0, 2, 3), None, "weight", "backward"): "∂L/∂w = Σ ∂L/∂y · x",
             Playhead("conv1", (2,), None, "bias", "backward"): "∂L/∂b = Σ ∂L/∂y",
             Playhead(".loss", (3,), None, "input0", "backward"): "∂L/∂x = p − t",
             Playhead("conv1", (2, 0, 2, 3), None, "weight", "update"): "w ← w − rate · ∂L/∂w"}
    for head, lead in leads.items():
        desk.session.select(head)
        assert panel.formula.text.startswith(lead + " = ")
        assert "\n" not in panel.formula.text


def test_small_gradients_have_a_common_factor_and_a_formula_that_can_be_read(desk, qtbot):
    doc = desk.session.document
    doc = dataclasses.replace(doc, weights={k: v * (1e-9 if k == "scores.weight" else 1) for k, v in
                                            doc.weights.items()})
    panel = opened(desk, qtbot, doc, back("conv2", 2, 5, 5), (1100, 420))
    view = panel.view
    assert view.first.factor.startswith("× 1e−")
    assert view.first.factor in view.headings[0].text
    assert "0000" not in panel.formula.text
    panel.resize(890, 305)
    desk.session.select(Playhead("conv2", (13, 4, 4, 3), None, "weight", "backward"))
    heading = panel.view.headings["Kernel gradient"]
    assert panel.view.gradient.factor.startswith("× 1e−")
    assert heading.what.text().startswith(panel.view.gradient.factor)
    assert heading.name.text() == "∂L/∂w"


def both(seed: int) -> Network:
    """Branches that add up and that are concatenated, pooling, dense."""
    conv = {"filters": 2, "padding": 1}
    rows = [("a", "conv", conv, INPUT), ("r", "relu", {}, "a"), ("b", "conv", conv, "r"), ("s", "add", {}, "r b"),
            ("c", "concat", {}, "s b"), ("p", "maxpool", {}, "c"), ("f", "flatten", {}, "p"),
            ("d", "dense", {"units": 4}, "f")]
    nodes = [Node(name, make_op(kind, dict(settings)), tuple(inputs.split())) for name, kind, settings, inputs in rows]
    return Network("both", (1, 28, 28), tuple(nodes))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_random_playheads_through_all_lanes_in_the_window(qapp, qtbot, tmp_path, language):
    window = build(Settings(tmp_path / "s.ini"))
    qtbot.addWidget(window)
    desk = window.desk
    desk.perform("view.english" if language == "en" else "view.chinese")
    window.resize(1366, 768)
    window.show()
    network = both(0)
    weights = {key: np.asarray(value, np.float32) for key, value in network.start(3).items()}
    doc = from_model(Model(network, weights, tuple("abcd"), Preprocess(), {}))
    desk.session.open(dataclasses.replace(doc, drawing=three()), None)
    chance = random.Random(4)
    stretches = timeline(network)
    for stretch in [*stretches, *chance.choices(stretches, k=10)]:
        head = stretch.at(chance.randrange(stretch.maps), chance.randrange(stretch.size))
        desk.session.select(head)
        panel, trace = window.explore.stepper, desk.session.trace()
        assert abs(trace.rounding) <= trace.bound
        assert trace.total == pytest.approx(float(array_of(desk.session.results, head)[head.index]), abs=1e-6)
        panel.grab()
        if trace.terms.size:
            desk.session.select(dataclasses.replace(head, term=chance.randrange(trace.terms.size)))
            panel.grab()
        qtbot.keyClick(window, Qt.Key.Key_F10)
        assert panel.formula.text
    desk.player.pause()
    desk.runs.shutdown()
    desk.session.saved(tmp_path / "none")
    desk.perform("view.english")
    window.close()


def test_a_dense_weight_is_what_came_back_to_its_unit_times_what_went_in(desk, qtbot):
    head = Playhead("dense1", (3, 4), None, "weight", "backward")
    panel = opened(desk, qtbot, desk.session.document, head)
    view, results = panel.view, desk.session.results
    assert isinstance(view, LearnDenseView)
    assert view.came.ring == divmod(3, view.came.shape[1])
    went = results.values("flatten")
    live = int(np.flatnonzero(went)[5])
    qtbot.mouseClick(view.went, LEFT, pos=middle(view.went.rect_of(*divmod(live, view.went.shape[1]))))
    assert desk.session.playhead == dataclasses.replace(head, index=(3, live))
    came = float(results.gradients.outputs["dense1"][0][3])
    assert value_of(results, desk.session.playhead) == pytest.approx(came * float(went[live]), rel=1e-5)
    assert view.gradient._values[divmod(live, view.gradient.shape[1])] == value_of(results, desk.session.playhead)
    qtbot.mouseClick(view.came, LEFT, pos=middle(view.came.rect_of(0, 0)))
    assert desk.session.playhead.index == (0, live)
    qtbot.mouseDClick(view.came, LEFT, pos=middle(view.came.rect_of(0, 0)))
    assert desk.session.playhead == Playhead("relu3", (0,), None, "input0", "backward")


def test_biases_show_all_their_gradients_and_a_click_goes_to_one(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, Playhead("conv1", (5,), None, "bias", "backward"))
    view = panel.view
    gradients = desk.session.results.gradients.backwards["conv1"].params["bias"]
    shown = [view.gradient.value((r, c)) for r in range(2) for c in range(3)]
    assert shown == [float(v) for v in gradients]
    qtbot.mouseClick(view.gradient, LEFT, pos=middle(view.gradient.cell_rect(0, 1)))
    assert desk.session.playhead == Playhead("conv1", (1,), None, "bias", "backward")


def test_the_update_shows_the_kernel_before_and_after(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, Playhead("conv1", (2, 0, 2, 3), None, "weight", "update"))
    view, results = panel.view, desk.session.results
    before, after = desk.session.document.weights["conv1.weight"], results.updated("conv1.weight")
    assert view.now.value((2, 3)) == float(before[2, 0, 2, 3])
    assert view.after.value((4, 1)) == float(after[2, 0, 4, 1])
    assert view.now.ring == view.after.ring == (2, 3)
    qtbot.mouseClick(view.after, LEFT, pos=middle(view.after.cell_rect(4, 1)))
    assert desk.session.playhead.index == (2, 0, 4, 1)
    result = panel.formula.text.rpartition("= ")[2]
    assert result == numbers.gradient(float(after[2, 0, 4, 1]))


def test_the_step_of_a_weight_comes_to_its_result_as_printed(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, Playhead("conv1", (0, 0, 0, 0), None, "weight", "update"))
    for k in range(20):
        desk.session.select(Playhead("conv1", (k % 6, 0, k % 5, k // 5), None, "weight", "update"))
        _, sums, result = panel.formula.text.replace(numbers.MINUS, "-").replace("·", "*").split(" = ")
        assert numbers.gradient(eval(sums)) == result.replace("-", numbers.MINUS)


@pytest.mark.parametrize("width", [1100, 700])
def test_biases_are_called_biases_and_are_no_grid(desk, qtbot, width):
    doc = document(("c", "conv", {"filters": 16}), *HEAD)
    panel = opened(desk, qtbot, doc, Playhead("c", (2,), None, "bias", "backward"))
    panel.resize(width, panel.height())
    heading = panel.view.headings["Kernel gradient"]
    said = f"{heading.name.text()} {heading.what.text()}"
    assert panel.view.gradient.accessibleName() == "Bias gradients"
    assert "ernel" not in said
    assert "4 × 4" not in said
    desk.session.select(Playhead("c", (2, 0, 0, 0), None, "weight", "backward"))
    assert panel.view.gradient.accessibleName() == "Gradient of the kernel"
