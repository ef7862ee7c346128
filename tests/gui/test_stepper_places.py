"""What lies in maps: joins, dropout with its mask, copies with their channels, unpooling; and lists of terms."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app import numbers
from app.model.frames import trace_of
from app.model.timeline import Playhead
from app.panels.stepper_views import CellsView, CopyView, RouteOutView, RouteView
from app.widgets.heat_map import HeatMap
from cnncore.op import Context, Run
from tests.gui.every_op import around
from tests.gui.pointer import hover
from tests.gui.stepping import LEFT, middle, opened


def back(k: int, *index: int) -> Playhead:
    return Playhead("it", index, None, f"input{k}", "backward")


# --- dropout

def test_in_use_nothing_is_dropped_and_the_mask_is_what_training_would_draw(desk, qtbot):
    panel = opened(desk, qtbot, around("dropout", 2), Playhead("it", (1, 5, 5)))
    view = panel.view
    assert isinstance(view, CellsView)
    assert [part.name for part in view.parts] == ["Input", "Kept"]
    assert view.slots[1].under.text() == "nothing is left out"
    drawn, scene = view.drawn, view.scene
    mask = drawn.mask(scene)
    assert set(np.unique(mask)) == {0.0, 2.0}
    assert drawn.map._values.tolist() == mask[1].tolist()
    assert drawn.map.ring == (5, 5)
    assert str(np.count_nonzero(mask)) in drawn.heading.text
    # The same numbers that the op itself draws in training, and what its trace says of the cell.
    op, x = scene.node.op, scene.results.values("a")[None]
    rng = np.random.default_rng([desk.session.document.seed, 0])
    done = op.forward((x,), {}, Context(True, rng))
    assert np.array_equal(done.saved[0], mask)
    for cell in ((1, 5, 5), (0, 0, 0), (3, 9, 9)):
        desk.session.select(Playhead("it", cell))
        trace = op.trace("output", cell, Run((x,), {}, done))
        assert drawn.trace.operand("kept").values[0] == trace.operand("kept").values[0] == mask[cell]
        kept = f"= {numbers.figure(trace.total)}" if mask[cell] else "Left out here: 0"
        assert drawn.words.text().endswith(kept)


def test_another_draw_is_another_mask_for_both_ways(desk, qtbot):
    panel = opened(desk, qtbot, around("dropout", 2), Playhead("it", (1, 5, 5)))
    view = panel.view
    first = view.drawn.mask(view.scene).copy()
    qtbot.mouseClick(view.drawn.link, LEFT)
    second = view.drawn.mask(view.scene)
    assert not np.array_equal(first, second)
    assert view.drawn.map._values.tolist() == second[1].tolist()
    desk.session.select(back(0, 1, 5, 5))
    assert np.array_equal(view.drawn.mask(view.scene), second), "the gradient goes back through the same cells"


def test_spatial_dropout_keeps_or_drops_whole_channels(desk, qtbot):
    view = opened(desk, qtbot, around("spatialdropout", 2), Playhead("it", (1, 5, 5))).view
    mask = view.drawn.mask(view.scene)
    assert all(len(np.unique(one)) == 1 for one in mask)


def test_what_draws_nothing_shows_no_draw(desk, qtbot):
    view = opened(desk, qtbot, around("multiply", 2), Playhead("it", (1, 5, 5))).view
    assert not view.drawn.shown
    assert view.drawn.map.isHidden()


# --- joins

def test_a_product_shows_both_maps_and_a_click_goes_into_one(desk, qtbot):
    panel = opened(desk, qtbot, around("multiply", 2), Playhead("it", (1, 5, 5)))
    view, values = panel.view, desk.session.results.values
    assert [part.sign for part in view.parts] == ["", "×"]
    for slot, node in zip(view.slots[:2], ("a", "b"), strict=True):
        assert slot.map._values.tolist() == values(node)[1].tolist()
        assert slot.map.ring == (5, 5)
        assert slot.value.text() == numbers.figure(float(values(node)[1, 5, 5]))
    qtbot.mouseClick(view.slots[1].map, LEFT, pos=middle(view.slots[1].map.rect_of(2, 7)))
    assert desk.session.playhead == Playhead("b", (1, 2, 7))


def test_a_click_on_the_result_goes_to_its_neighbour(desk, qtbot):
    view = opened(desk, qtbot, around("add", 2), Playhead("it", (1, 5, 5))).view
    qtbot.mouseClick(view.output.map, LEFT, pos=middle(view.output.map.rect_of(2, 3)))
    assert desk.session.playhead == Playhead("it", (1, 2, 3))


def test_neighbouring_channels_damp_a_number_but_do_not_add_to_it(desk, qtbot):
    view = opened(desk, qtbot, around("lrn", 2), Playhead("it", (1, 5, 5))).view
    assert [part.what for part in view.parts] == ["a[0, 5, 5]", "a[1, 5, 5]", "a[2, 5, 5]"]
    assert [part.second for part in view.parts] == [True, False, True]
    assert view.slots[0].under.text() == view.slots[2].under.text() == "counts in the scale only"
    assert view.slots[1].under.text().startswith("× ")


def test_the_weight_of_a_norm_learns_from_what_came_back_times_the_normed_input(desk, qtbot):
    panel = opened(desk, qtbot, around("batchnorm", 2), Playhead("it", (1,), None, "weight", "backward"))
    view, trace = panel.view, desk.session.trace()
    assert isinstance(view, CellsView)
    came, hat, products = (slot.map._values for slot in view.slots[:3])
    assert came.tolist() == desk.session.results.gradients.outputs["it"][0, 1].tolist()
    assert np.allclose(came * hat, products)
    assert products.sum() == pytest.approx(trace.total, abs=1e-5)
    assert view.slots[2].under.text() == f"sum {numbers.gradient(float(trace.terms.sum()))}"


def test_what_several_layers_send_back_is_named_by_them(desk, qtbot):
    panel = opened(desk, qtbot, around("unpool", 2), Playhead("a", (1, 5, 5), None, "output", "backward"))
    row, col = divmod(int(desk.session.results.values("a")[1, 4:6, 4:6].argmax()), 2)
    winner = (1, 4 + row, 4 + col)
    desk.session.select(Playhead("a", winner, None, "output", "backward"))
    rows = [row for row in panel.view.table.rows if row.term is not None]
    assert [row.name for row in rows] == ["sent by b"], "the pooling; where the unpooling looks, nothing comes back"
    assert rows[0].end == pytest.approx(desk.session.trace().total, abs=1e-9)
    qtbot.mouseClick(panel.view.table, LEFT, pos=middle(panel.view.table.row_rect(0)))
    assert desk.session.playhead == Playhead("b", winner, None, "input0", "backward")


# --- copies

def test_the_channels_of_all_inputs_stand_one_behind_the_other(desk, qtbot):
    panel = opened(desk, qtbot, around("concat", 2), Playhead("it", (6, 5, 5)))
    view = panel.view
    assert isinstance(view, CopyView)
    assert view.strip.groups == [("a", 4), ("b", 4)]
    assert view.strip.own == 6
    assert view.words.text().startswith("it[6, 5, 5] is b[2, 5, 5]")
    assert view.words.text().endswith("The 4 channels of a come first: channel 6 is channel 2 of b.")
    qtbot.mouseClick(view.strip, LEFT, pos=middle(view.strip.chip(1)))
    assert desk.session.playhead == Playhead("it", (1, 5, 5))
    assert view.words.text().endswith("The channels of a come first: channel 1 keeps its number.")
    qtbot.keyClick(view.strip, Qt.Key.Key_Right)
    assert desk.session.playhead == Playhead("it", (2, 5, 5))


def test_backwards_each_input_gets_its_channels(desk, qtbot):
    view = opened(desk, qtbot, around("concat", 2), back(1, 2, 5, 5)).view
    assert view.strip.own == 6
    assert view.map._values[5, 5] == desk.session.results.gradients.outputs["it"][0, 6, 5, 5]
    qtbot.mouseClick(view.strip, LEFT, pos=middle(view.strip.chip(3)))
    assert desk.session.playhead == back(0, 3, 5, 5)


def test_flatten_says_which_cell_becomes_which_entry(desk, qtbot):
    view = opened(desk, qtbot, around("flatten", 2), Playhead("it", (255,))).view
    assert "Entry 255 = 2 · 100 + 5 · 10 + 5: map by map, row by row." in view.words.text()
    assert view.map.ring == (5, 5)
    assert view.map._values.tolist() == desk.session.results.values("a")[2].tolist()
    rows, cols = view.output.map.shape
    assert rows * cols == 400
    assert view.output.map.ring == divmod(255, cols)
    assert not view.output.legend_shown, "it is all there at once"


def test_what_is_moved_is_ringed_where_it_was_and_where_it_is(desk, qtbot):
    view = opened(desk, qtbot, around("pad", 2), Playhead("it", (1, 7, 8))).view
    assert (view.map.ring, view.output.map.ring) == ((5, 6), (7, 8))
    assert "moved by +2, +2" in view.words.text()
    qtbot.mouseClick(view.output.map, LEFT, pos=middle(view.output.map.rect_of(0, 3)))
    assert desk.session.playhead == Playhead("it", (1, 0, 3))
    assert view.map.ring is None
    assert "is padding" in view.words.text()


def test_what_was_cut_off_has_no_gradient_and_says_why(desk, qtbot):
    panel = opened(desk, qtbot, around("crop", 2), back(0, 1, 0, 0))
    assert panel.view.words.text() == "∂L/∂a[1, 0, 0] was cut off: it has no effect, and nothing comes back."
    assert panel.formula.text.endswith("= 0")


def test_an_addition_sends_the_same_number_to_each_input(desk, qtbot):
    for k, node in enumerate(("a", "b")):
        panel = opened(desk, qtbot, around("add", 2), back(k, 1, 5, 5))
        assert panel.view.words.text() == (
            f"∂L/∂{node}[1, 5, 5] is ∂L/∂it[1, 5, 5]: the same number, at the same place.")
        assert panel.view.strip.isHidden()


# --- unpooling

def test_a_number_goes_back_to_where_its_window_was_won(desk, qtbot):
    panel = opened(desk, qtbot, around("unpool", 2), Playhead("it", (1, 5, 5)))
    view, values = panel.view, desk.session.results.values
    assert isinstance(view, RouteOutView)
    window = values("a")[1, 4:6, 4:6]
    row, col = divmod(int(window.argmax()), 2)
    assert view.window_.ring == (1, 1)
    assert view.window_._second == (row, col)
    assert view.came.value((0, 0)) == values("b")[1, 2, 2]
    desk.session.select(Playhead("it", (1, 4 + row, 4 + col)))
    assert desk.session.trace().total == pytest.approx(float(window.max()))
    assert view.share.value((0, 0)) == 1
    assert view.words.text().startswith(f"a[1, {4 + row}, {4 + col}] won its window: b[1, 2, 2] is put there.")
    qtbot.mouseClick(view.came, LEFT, pos=middle(view.came.cell_rect(0, 0)))
    assert desk.session.playhead == Playhead("b", (1, 2, 2))


def test_its_gradient_comes_from_there(desk, qtbot):
    view = opened(desk, qtbot, around("unpool", 2), back(0, 1, 2, 2)).view
    window = desk.session.results.values("a")[1, 4:6, 4:6]
    row, col = divmod(int(window.argmax()), 2)
    assert isinstance(view, RouteOutView)
    assert view.came.value((0, 0)) == desk.session.results.gradients.outputs["it"][0, 1, 4 + row, 4 + col]
    assert view.window_.ring == (row, col)
    assert f"a[1, {4 + row}, {4 + col}] won its window" in view.words.text()


def test_the_gradient_of_a_length_says_its_part_of_it(desk, qtbot):
    panel = opened(desk, qtbot, around("l2pool", 2), back(0, 1, 5, 5))
    assert isinstance(panel.view, RouteView)
    x = float(desk.session.results.values("a")[1, 5, 5])
    length = float(desk.session.results.values("it")[1, 2, 2])
    assert panel.view.share.value((0, 0)) == pytest.approx(x / length)
    assert panel.view.words.text() == (
        f"Its part of the length: the cell, {numbers.figure(x)}, divided by the length {numbers.figure(length)}.")


# --- lists

def test_the_rest_of_the_terms_opens_in_the_bars_and_folds_again(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, Playhead("dense1", (7,)))
    view, trace = panel.view, desk.session.trace()
    table = view.table
    k = next(k for k, row in enumerate(table.rows) if row.opens)
    assert table.rows[k].name.startswith("the other ")
    qtbot.mouseClick(table, LEFT, pos=middle(table.row_rect(k)))
    alive = np.count_nonzero(trace.terms)
    assert sum(row.term is not None for row in table.rows) == alive
    ends = [row.end for row in table.rows if row.term is not None]
    assert ends[-1] + trace.bias == pytest.approx(trace.total, abs=1e-4)
    assert table.height() > view.height(), "it scrolls"
    k = next(k for k, row in enumerate(table.rows) if row.opens)
    view.scroll.ensureVisible(0, round(table.row_rect(k).center().y()))
    qtbot.mouseClick(table, LEFT, pos=middle(table.row_rect(k)))
    assert sum(row.term is not None for row in table.rows) < 20
    qtbot.waitUntil(lambda: table.height() <= view.height())


def test_units_stand_beside_their_bars_and_lead_on(desk, qtbot):
    panel = opened(desk, qtbot, desk.session.document, Playhead("dense1", (7,)))
    map_ = panel.view.output.map
    rows, cols = map_.shape
    assert rows * cols == 120
    assert map_.ring == divmod(7, cols)
    qtbot.mouseClick(map_, LEFT, pos=middle(map_.rect_of(1, 2)))
    assert desk.session.playhead == Playhead("dense1", (cols + 2,))


def test_the_gradient_of_a_list_names_what_came_back_to_its_own_units(desk, qtbot):
    head = Playhead("dense1", (7,), None, "input0", "backward")
    panel = opened(desk, qtbot, desk.session.document, head)
    rows = [row for row in panel.view.table.rows if row.term is not None]
    assert rows
    assert all(row.name == f"∂L/∂dense1[{row.term}]" for row in rows)
    trace = trace_of(desk.session.results, head)
    assert [row.term for row in rows] == np.argsort(-np.abs(trace.terms), kind="stable")[:len(rows)].tolist()


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_a_learned_slope_learns_from_negative_inputs_only(desk, qtbot, rank, shared):
    document = around("prelu", rank, per_channel=not shared)
    panel = opened(desk, qtbot, document, Playhead("it", (0,), None, "alpha", "backward"))
    view, trace = panel.view, desk.session.trace()
    assert isinstance(view, CellsView)
    names = [part.name for part in view.parts]
    assert names[0] == "Came back"
    assert "[x < 0]" in names
    assert panel.formula.text.startswith("∂L/∂α = ")
    if trace.terms.size > 1:
        came, went, below, products = (slot.map._values for slot in view.slots[:4])
        assert np.array_equal(below, went <= 0) or rank == 0, "a list is filled up with zeros"
        assert np.allclose(came * went * below, products)
        assert view.slots[3].under.text().endswith(numbers.gradient(float(trace.terms.sum())))
        term = int(np.argmax(np.abs(trace.terms)))
        desk.session.select(Playhead("it", (0,), term, "alpha", "backward"))
        row, col = view.slots[3].map.ring
        assert view.slots[3].map._values[row, col] == trace.terms[term]


@pytest.mark.parametrize(("kind", "head", "where"), [
    ("relu", Playhead("it", (1, 5, 5)), "input_map"), ("layernorm", Playhead("it", (1, 5, 5)), "norm_input"),
    ("dropout", Playhead("it", (1, 5, 5)), "cells_map0"), ("multiply", back(1, 1, 5, 5), "cells_map1"),
    ("groupnorm", back(0, 1, 5, 5), "norm_input")])
def test_a_number_of_the_formula_under_the_pointer_lights_up_in_its_map(desk, qtbot, kind, head, where):
    panel = opened(desk, qtbot, around(kind, 2), head)
    term = next(piece.term for piece in panel.formula._pieces if piece.term is not None)
    hover(panel.formula, middle(panel.formula.rect_of(term)))
    map_ = panel.view.findChild(HeatMap, where)
    cell = tuple(desk.session.trace().operands[-1 if where == "cells_map1" else 0].cells[term].tolist())
    lit = map_._hover
    assert lit == cell[-2:] or (cell[0] != 1 and lit is None), "what lies in another map does not light up in this one"
