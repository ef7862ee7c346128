"""The stepper on every other kind of layer, on an op made up here, and the formula that adds up as printed."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QScrollArea, QWidget

from app import numbers
from app.model.timeline import Playhead
from app.panels.stepper_views import BarsView, CopyView, CurveView, SharesView, WindowView
from app.widgets.formula_trace import lead_of, sum_parts
from cnncore.op import Forward, Op
from cnncore.trace import Trace, column
from tests.gui.stepping import HEAD, LEFT, document, middle, opened

CELL = Playhead("conv1", (2, 10, 9))


@pytest.fixture
def stepper(desk, qtbot):
    return opened(desk, qtbot, desk.session.document, CELL)


# --- other kinds

def test_max_pooling_rings_the_winner(stepper, desk):
    values = desk.session.results.values("relu1")[2]
    desk.session.select(Playhead("pool1", (2, 5, 4)))
    view = stepper.view
    assert isinstance(view, WindowView)
    assert view.input.ring == tuple(int(i) for i in np.unravel_index(values[10:12, 8:10].argmax(), (2, 2)))
    assert view.result.value((0, 0)) == pytest.approx(float(values[10:12, 8:10].max()))
    assert stepper.formula.text.startswith("y = max(x) = max(")


def test_a_largest_of_its_own_wins(stepper, desk):
    windows = desk.session.results.values("relu1")[2].reshape(12, 2, 12, 2).transpose(0, 2, 1, 3).reshape(12, 12, 4)
    row, col = np.argwhere((windows == windows.max(axis=2, keepdims=True)).sum(axis=2) == 1)[0].tolist()
    desk.session.select(Playhead("pool1", (2, row, col)))
    assert stepper.view.words.text().endswith("wins. The others are forgotten.")


def test_a_tie_is_no_win(stepper, desk):
    values = desk.session.results.values("relu1")
    windows = values.reshape(6, 12, 2, 12, 2).transpose(0, 1, 3, 2, 4).reshape(6, 12, 12, 4)
    level = (windows == windows.max(axis=3, keepdims=True)).sum(axis=3)
    equal, two = np.argwhere(level == 4)[0], np.argwhere(level == 2)
    desk.session.select(Playhead("pool1", tuple(int(i) for i in equal)))
    assert stepper.view.words.text() == "All 4 are equal: the first counts."
    for cell in two[:1]:
        desk.session.select(Playhead("pool1", tuple(int(i) for i in cell)))
        assert stepper.view.words.text().endswith("tie: the first counts.")


def test_window_largest_and_output_stand_on_one_line_at_the_edge_too(stepper, desk):
    desk.session.select(Playhead("pool1", (2, 0, 0)))
    view = stepper.view
    middles = [w.geometry().center().y() for w in (view.input, view.result)]
    middles += [view.output.y() + view.output.map.height() // 2, round(view.signs[0][0].center().y())]
    assert max(middles) - min(middles) <= 1
    assert view.output.y() + view.output.map.height() + 20 <= view.height(), "its legend has room"


def test_mean_pooling_says_the_mean(desk, qtbot):
    doc = document(("c", "conv", {"filters": 2, "kernel": 5}), ("p", "meanpool", {"window": 2}), *HEAD)
    panel = opened(desk, qtbot, doc, Playhead("p", (0, 4, 5)))
    assert panel.view.headings[1].name.text() == "Mean"
    assert panel.view.input.ring is None
    assert "/ 4" in panel.formula.text


def test_an_activation_shows_x_curve_and_y(stepper, desk):
    desk.session.select(Playhead("relu1", (2, 10, 9)))
    view = stepper.view
    assert isinstance(view, CurveView)
    x = float(desk.session.results.values("conv1")[2, 10, 9])
    assert view.curve._point == pytest.approx((x, max(x, 0)))
    assert np.allclose(view.curve._y, np.maximum(view.curve._x, 0))
    assert view.input._bound == view.output.map._bound, "ReLU is seen in its input's range"


def test_an_activation_of_units_folds_them_into_a_block(stepper, desk, qtbot):
    desk.session.select(Playhead("relu3", (17,)))
    view = stepper.view
    rows, cols = view.output.map.shape
    assert rows * cols == 120
    assert [view.headings[k].text for k in (0, 2)] == ["dense1 · 120 units", "relu3 · 120 units"]
    qtbot.mouseClick(view.output.map, LEFT, pos=middle(view.output.map.rect_of(1, 3)))
    assert desk.session.playhead == Playhead("relu3", (cols + 3,))


def test_dense_bars_are_the_strongest_terms_and_add_up_to_the_total(stepper, desk):
    desk.session.select(Playhead("dense1", (7,)))
    view, trace = stepper.view, desk.session.trace()
    assert isinstance(view, BarsView)
    rows = view.table.rows
    strongest = np.argsort(-np.abs(trace.terms), kind="stable")
    terms = [r for r in rows if r.term is not None]
    assert [r.term for r in terms] == strongest[:len(terms)].tolist()
    assert all(a.end == b.start for a, b in itertools.pairwise(rows[:-1]))
    assert rows[-2].end == pytest.approx(trace.total, abs=1e-4)
    assert (rows[-1].name, rows[-1].end) == ("total", trace.total)


def test_bars_formula_and_zeros_count_the_same_terms(stepper, desk):
    desk.session.select(Playhead("dense1", (7,)))
    terms, rows = desk.session.trace().terms, stepper.view.table.rows
    other = next(r for r in rows if r.name.startswith("the other"))
    bars, hidden = sum(r.term is not None for r in rows), int(other.name.split()[-1])
    zeros = np.count_nonzero(terms == 0)
    assert other.note == f"and {zeros} zeros"
    assert bars + hidden + zeros == terms.size
    parts = sum_parts(desk.session.trace())
    assert len(parts.parts) + parts.more + parts.zeros == terms.size
    assert f"{parts.more} more" in stepper.formula.text
    assert stepper.formula.tip_of_rest.endswith(f"{zeros} terms are 0.")


def test_a_click_on_a_bar_goes_to_its_source_past_flatten(stepper, desk, qtbot):
    desk.session.select(Playhead("dense1", (7,)))
    table = stepper.view.table
    row = table.rows[0]
    qtbot.mouseClick(table, LEFT, pos=middle(table.row_rect(0)))
    assert desk.session.playhead.name == row.name
    assert desk.session.playhead.node == "pool2"


def test_a_term_of_dense_has_its_row_even_when_it_is_weak(stepper, desk):
    desk.session.select(Playhead("dense1", (7,)))
    weak = int(np.argmin(np.abs(desk.session.trace().terms)))
    desk.session.select(Playhead("dense1", (7,), weak))
    assert weak in [r.term for r in stepper.view.table.rows]
    assert any(r.name.startswith("so far") for r in stepper.view.table.rows)


def test_softmax_shows_every_class(stepper, desk, qtbot):
    desk.session.select(Playhead("softmax", (3,)))
    view = stepper.view
    assert isinstance(view, SharesView)
    assert view.table._labels == list("0123456789")
    assert view.table._exps.sum() > 0
    assert numbers.share(float(desk.session.results.probabilities[3])) in stepper.formula.text
    qtbot.mouseClick(view.table, LEFT, pos=middle(view.table.row_rect(5)))
    assert desk.session.playhead == Playhead("softmax", (5,))


def test_a_click_on_a_score_goes_to_the_score(stepper, desk, qtbot):
    desk.session.select(Playhead("softmax", (3,)))
    table = stepper.view.table
    box = table.row_rect(4)
    qtbot.mouseClick(table, LEFT, pos=QPoint(round(table.width() * 0.2), round(box.center().y())))
    assert desk.session.playhead == Playhead("scores", (4,))


def test_a_pixel_says_that_it_was_drawn_and_leads_on(stepper, desk, qtbot):
    desk.session.select(Playhead("input", (0, 12, 12)))
    assert isinstance(stepper.view, CopyView)
    assert stepper.title.text() == "Where this number comes from"
    assert not stepper.formula.isVisible()
    qtbot.mouseClick(stepper.view.link, LEFT)
    assert desk.session.playhead == Playhead("conv1", (0, 8, 8))


def test_flatten_says_where_the_number_was(stepper, desk):
    desk.session.select(Playhead("flatten", (37,)))
    assert isinstance(stepper.view, CopyView)
    assert stepper.view.words.text().startswith("flatten[37] is pool2[2, 1, 1]")


# --- an op that nobody has drawn yet

@dataclass(frozen=True)
class Blend(Op):
    """Half of a cell and half of its left neighbour: made up for this test."""

    kind = "blend"
    title = "blend"
    traced = "blend"

    def output_shape(self, *inputs):
        return inputs[0]

    def forward(self, inputs, params, context=None):
        return Forward((inputs[0] + np.roll(inputs[0], 1, axis=-1)) / 2)

    def trace(self, target, cell, run, sample=0):
        x = run.inputs[0][sample]
        cells = [cell, (*cell[:-1], (cell[-1] - 1) % x.shape[-1])]
        values = np.array([x[c] for c in cells], float)
        factors = column("input0", values, cells), column("share", [0.5, 0.5])
        return Trace(self.traced, target, cell, factors, values / 2, (2,), self.total(target, cell, run, sample))


class BlendAsProducts(Blend):
    """Says that it is a sum of products, but its second factor is no parameter that lies as a grid."""

    traced = "products"


@pytest.mark.parametrize("op", [Blend(), BlendAsProducts()])
def test_an_op_made_up_here_is_stepped(desk, qtbot, op):
    doc = document(("b", op), *HEAD)
    panel = opened(desk, qtbot, doc, Playhead("b", (0, 12, 14)))
    assert isinstance(panel.view, BarsView)
    assert panel.secondary.text() == "blend"
    for _ in range(3):
        desk.player.forward()
        trace = desk.session.trace()
        assert trace.exact == pytest.approx(float(desk.session.results.values("b")[desk.session.playhead.index]))
        assert panel.view.table.rows[-1].end == pytest.approx(trace.total)
        parts = sum_parts(trace)
        assert numbers.figure(float(parts.comes_to)) == parts.result_text
        assert parts.rest == 0, "every term is shown, and nothing else"
    assert panel.cell.text() == "b[0, 12, 17]"
    desk.player.set_grain("term")
    desk.player.forward()
    assert desk.session.playhead.term == 0
    panel.grab()


# --- the formula

CELLS = [CELL, Playhead("conv1", (0, 3, 20)), Playhead("conv2", (3, 2, 4)), Playhead("dense1", (7,)),
         Playhead("scores", (3,))]


@pytest.mark.parametrize("head", CELLS, ids=lambda h: h.name)
def test_the_printed_terms_add_up_to_the_printed_result(stepper, desk, head):
    desk.session.select(head)
    trace = desk.session.trace()
    parts = sum_parts(trace)
    assert numbers.figure(float(parts.comes_to)) == parts.result_text == numbers.figure(trace.total)
    others = np.delete(trace.terms, [p.index for p in parts.parts]).sum()
    assert float(parts.rest) == pytest.approx(others, rel=6e-3), "what the other terms come to"
    assert len(parts.parts) <= 4
    strongest = np.argsort(-np.abs(trace.terms), kind="stable")[:len(parts.parts)].tolist()
    assert [abs(trace.terms[p.index]) for p in parts.parts] == pytest.approx([abs(trace.terms[k]) for k in strongest])


def test_where_all_products_are_zero_the_sum_is_a_zero_and_no_stray_sign(stepper, desk):
    desk.session.select(Playhead("conv1", (2, 0, 0)))
    assert not desk.session.trace().terms.any()
    bias = numbers.figure(desk.session.trace().bias)
    assert stepper.formula.text == f"y = Σ x·w + b = 0 + {bias} = {bias}"


def test_the_rest_opens_into_all_terms(stepper, desk, qtbot):
    desk.session.select(Playhead("conv1", (2, 12, 12)))
    line = stepper.formula
    more = line.rect_of(-1)
    assert more is not None
    qtbot.mouseClick(line, LEFT, pos=middle(more))
    terms = [p.term for p in line._pieces if p.token == "ink" and p.term is not None]
    assert len(terms) == np.count_nonzero(desk.session.trace().terms)


def test_a_click_on_a_term_of_the_formula_stands_on_it(stepper, desk, qtbot):
    line = stepper.formula
    term = next(p.term for p in line._pieces if p.token == "ink" and p.term is not None)
    qtbot.mouseClick(line, LEFT, pos=middle(line.rect_of(term)))
    assert desk.session.playhead == dataclasses.replace(CELL, term=term)


def test_the_lead_names_the_factors_there_are(stepper, desk):
    assert lead_of(desk.session.trace()) == "y = Σ x·w + b"


KINDS = [CELL, Playhead("conv2", (3, 2, 4)), Playhead("relu1", (2, 3, 4)), Playhead("pool1", (2, 3, 4)),
         Playhead("dense1", (7,)), Playhead("softmax", (3,)), Playhead("flatten", (3,)), Playhead("input", (0, 3, 4))]


@pytest.mark.parametrize("head", KINDS, ids=lambda h: h.name)
def test_whatever_takes_the_keyboard_has_a_name(stepper, desk, head):
    desk.session.select(head)
    focused = [w for w in stepper.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isVisible()
               and not isinstance(w, QScrollArea)]
    assert focused
    unnamed = [w for w in focused if not w.accessibleName() and not (isinstance(w, QPushButton) and w.text())]
    assert [w.objectName() or type(w).__name__ for w in unnamed] == []


def test_tab_goes_in_reading_order(stepper, qtbot):
    view = stepper.view
    view.input.setFocus()
    seen = []
    for _ in range(6):
        seen.append(view.window().focusWidget())
        view.window().focusNextChild()
    assert seen[:2] == [view.input, view.kernel.grid]
    assert seen.index(view.kernel.presets) < seen.index(view.kernel.mute)
