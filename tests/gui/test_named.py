"""Whatever is chosen, the inspector names it: each term with its factors, and a way to each of them."""

from __future__ import annotations

import numpy as np
import pytest

from app import numbers
from app.drive import settle
from app.model.frames import trace_of, value_of
from app.model.timeline import LOSS, Playhead, exists
from app.widgets.plane_grid import PlaneGrid
from tests.gui.whole import LEFT, NONE, at_cell, opened

HEADS = [Playhead("conv1", (2, 10, 9), 18), Playhead("conv2", (3, 4, 4), 77), Playhead("pool1", (2, 3, 3), 2),
         Playhead("dense2", (7,), 50), Playhead("scores", (3,), 2), Playhead("softmax", (3,), 5),
         Playhead("conv2", (3, 0, 1, 1), 30, "weight", "backward"), Playhead("relu1", (2, 4, 4), 0),
         Playhead("conv2", (3, 4, 4), 7, "input0", "backward"), Playhead("scores", (3, 9), 0, "weight", "backward")]


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("named")) as window:
        yield window


@pytest.fixture
def window(kept, qtbot):
    at_cell(kept, qtbot)
    return kept


def rows(window) -> dict[str, list]:
    out: dict[str, list] = {}
    for row in window.explore.inspector.from_rows.rows:
        out.setdefault(row.name, []).append(row.parts)
    return out


@pytest.mark.parametrize("head", HEADS, ids=lambda h: f"{h.name} {h.term}")
def test_a_term_says_its_number_its_place_and_its_factors(window, head):
    session = window.desk.session
    session.say(5)  # a wrong target: gradients that are not next to nothing
    session.select(head)
    settle()
    trace = trace_of(session.results, head)
    said = rows(window)[f"term {head.term + 1} of {trace.terms.size}"][0]
    assert said[0].text == numbers.figure(float(trace.terms[head.term]))
    if trace.terms.size > 1:
        larger = int((np.abs(trace.terms) > abs(trace.terms[head.term])).sum())
        assert said[1].text == f"· no. {larger + 1} by size"
    links = [part for parts in rows(window).values() for row in parts for part in row
             if isinstance(part.to, Playhead)]
    assert links
    for part in links:
        assert exists(session.view.network, part.to), part


@pytest.mark.parametrize("head", HEADS[:6], ids=lambda h: h.node)
def test_the_input_of_a_term_leads_to_the_number_that_stands_there(window, head):
    session = window.desk.session
    session.select(head)
    settle()
    cell, value = rows(window)["input"][0][:2]
    assert value.text == numbers.figure(value_of(session.results, cell.to))
    window.explore.inspector._go(cell.to)
    settle()
    assert session.playhead == cell.to
    assert window.explore.inspector.cell.text() == cell.to.name
    assert not [name for name in rows(window) if name.startswith("term ")]


def test_a_click_on_a_product_names_its_weight_which_leads_to_its_gradient(window, qtbot):
    grid = window.explore.stepper.view.products
    assert isinstance(grid, PlaneGrid)
    qtbot.mouseClick(grid, LEFT, NONE, grid.cell_rect(3, 3).center().toPoint())
    settle()
    head = window.desk.session.playhead
    assert head.term == 18
    name, value = rows(window)["weight"][0]
    assert name.text == "conv1.weight[2, 0, 3, 3]"
    weight = float(window.desk.session.document.weights["conv1.weight"][2, 0, 3, 3])
    assert value.text == numbers.figure(weight)
    window.explore.inspector._go(name.to)
    settle()
    assert window.desk.session.playhead == Playhead("conv1", (2, 0, 3, 3), None, "weight", "backward")
    assert window.explore.inspector.to_rows.rows[0].parts[0].to.lane == "update"


def test_a_factor_on_padding_is_called_padding(window):
    window.desk.action("examples.d3").trigger()
    settle()
    session = window.desk.session
    node = next(n.name for n in session.view.network.nodes if n.op.kind == "conv")
    session.select(Playhead(node, (0,) * len(session.view.network.shapes[node]), 0))
    settle()
    assert "padding" in [part.text for part in rows(window)["factor"][0]]


@pytest.mark.parametrize("head", [
    Playhead("input", (0, 10, 9)), Playhead("conv1", (2, 10, 9)), Playhead("relu1", (2, 10, 9)),
    Playhead("pool2", (3, 1, 2)), Playhead("dense1", (7,)), Playhead("scores", (3,)), Playhead("softmax", (3,)),
    Playhead(LOSS, (), lane="loss"), Playhead(LOSS, (3,), None, "input0", "backward"),
    Playhead("conv1", (2, 0, 1, 1), None, "weight", "backward"), Playhead("conv1", (2,), None, "bias", "backward"),
    Playhead("pool1", (2, 4, 4), None, "input0", "backward"),
    Playhead("conv1", (2, 0, 1, 1), None, "weight", "update")], ids=lambda h: f"{h.lane} {h.name}")
def test_every_kind_of_number_is_named_placed_and_linked(window, qtbot, head):
    session, inspector = window.desk.session, window.explore.inspector
    session.say(5)
    session.select(head)
    settle()
    write = numbers.share if (head.node, head.lane) == ("softmax", "forward") else numbers.figure
    assert inspector.value.text() == write(value_of(session.results, head))
    assert inspector.cell.text()
    assert inspector.what.text()
    assert inspector.rank.text()
    assert inspector.from_rows.rows
    assert inspector.to_rows.rows or head.lane == "update"
    if head.node != "input":
        qtbot.waitUntil(lambda: bool(inspector.formula.text()))
    if head.lane == "forward":
        assert [row.name for row in inspector.field.rows][-1] == ""  # in every layer
        for row in inspector.field.rows:
            for part in row.parts:
                assert not isinstance(part.to, Playhead) or exists(session.view.network, part.to)
