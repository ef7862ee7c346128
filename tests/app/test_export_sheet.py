"""Worksheets: what is given stands there, what is asked does not; the answer sheet has it, and it is right."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication

from app import i18n, theme
from app.cli_export import open_document
from app.export.paper import both, page
from app.export.printed import Printed, plain, short
from app.export.sheet_parts import Grid, Line, Row, Table
from app.export.worksheet import of_cell
from app.export.worksheet_map import of_map
from app.model.frames import trace_of
from app.model.results import Results, compute
from app.model.timeline import LOSS, Playhead, timeline
from cnncore.errors import CnnError
from tests.pdf_text import pages, pdf_text

CELL = Playhead("conv1", (2, 10, 9))


@pytest.fixture(autouse=True)
def _english(qapp: QApplication) -> Iterator[None]:
    i18n.install(qapp)
    i18n.set_language("en")
    theme.apply(qapp, "light", 1.0)
    yield
    i18n.set_language("en")


@cache
def results() -> Results:
    return compute(open_document("lenet"))


def number(text: str) -> Decimal:
    return Decimal(text.replace("−", "-").replace(",", ""))


def numbers_of(grid: Grid) -> list[Decimal]:
    return [number(text) for row in grid.rows for text in row if text]


def test_the_sheet_has_the_window_and_not_the_answer():
    sheet, answers = (pdf_text(pdf) for pdf in both(lambda: of_cell(results(), CELL), "en"))
    window = results().values("input")[0, 10:15, 9:14].reshape(-1)
    assert window.any()
    for value in window:
        assert short(Fraction(round(float(value) * 100), 100)) in sheet
    content = of_cell(results(), CELL)
    row = next(block for block in content.blocks if isinstance(block, Row))
    result = next(block for block in content.blocks if isinstance(block, Line) and block.blank)
    product = max((text for line in row.grids[-1].rows for text in line), key=len)
    for answer in (row.sum[1], result.text, product):
        assert answer not in sheet
        assert answer in answers
    given = [text for grid in row.grids[:2] for line in grid.rows for text in line]
    assert len(set(given)) > 10
    for given_ in given:
        assert given_ in sheet
        assert given_ in answers
    assert "Name" in sheet
    assert "Name" not in answers


def test_every_answer_follows_from_the_printed_numbers():
    content = of_cell(results(), CELL)
    row = next(block for block in content.blocks if isinstance(block, Row))
    x, w, products = (numbers_of(grid) for grid in row.grids)
    assert [a * b for a, b in zip(x, w, strict=True)] == products
    assert sum(products) == number(row.sum[1])
    bias, result = (number(block.text) for block in content.blocks if isinstance(block, Line))
    assert sum(products) + bias == result
    assert float(result) == pytest.approx(float(results().values("conv1")[CELL.index]), abs=0.05)


def test_of_many_channels_those_that_add_most_are_worked_out_and_the_others_given():
    head = Playhead("conv2", (3, 4, 4))
    content = of_cell(results(), head)
    rows = [block for block in content.blocks if isinstance(block, Row)]
    window = results().values("pool1")[:, 4:9, 4:9].astype(float)
    sums = np.abs((window * results().document.weights["conv2.weight"][3]).sum(axis=(1, 2)))
    assert [row.title for row in rows] == [f"Channel {c}" for c in sorted(np.argsort(-sums)[:2])]
    lines = {block.name: number(block.text) for block in content.blocks if isinstance(block, Line)}
    assert sum(number(row.sum[1]) for row in rows) == lines["sum of these channels"]
    assert lines["sum of these channels"] + lines["the other 4 together"] + lines["bias"] == lines["result"]
    assert float(lines["result"]) == pytest.approx(float(results().values("conv2")[head.index]), abs=0.1)
    sheet, answers = both(lambda: of_cell(results(), head), "en")
    assert pages(sheet) == pages(answers) == 1  # cells are a little smaller where that saves a page


def test_a_dense_unit_lists_its_strongest_terms_and_gives_the_rest():
    content = of_cell(results(), Playhead("dense1", (5,)))
    table = next(block for block in content.blocks if isinstance(block, Table))
    assert all(row[0].startswith("pool2[") for row in table.rows)
    products = [number(row[3]) for row in table.rows]
    assert products == [number(row[1]) * number(row[2]) for row in table.rows]
    lines = {block.name: number(block.text) for block in content.blocks if isinstance(block, Line)}
    rest = next(value for name, value in lines.items() if name.startswith("the other"))
    assert lines["sum"] == sum(products)
    assert lines["sum"] + rest + lines["bias"] == lines["result"]
    assert float(lines["result"]) == pytest.approx(float(results().values("dense1")[5]), abs=0.2)


def test_pooling_asks_for_the_largest():
    head = Playhead("pool1", (2, 4, 4))
    content = of_cell(results(), head)
    line = next(block for block in content.blocks if isinstance(block, Line))
    assert float(number(line.text)) == pytest.approx(float(results().values("pool1")[head.index]), abs=0.006)


def test_softmax_asks_for_powers_and_shares():
    sheet, answers = (pdf_text(pdf) for pdf in both(lambda: of_cell(results(), Playhead("softmax", (3,))), "en"))
    share = f"{results().probabilities[3]:.1%}"
    assert any(share[:-1] in text or ">99.9" in text for text in answers)
    assert not any("%" in text for text in sheet)


@pytest.mark.parametrize("head", [
    Playhead("relu1", (2, 4, 9)), Playhead(LOSS, (), None, "output", "loss"),
    Playhead(LOSS, (3,), None, "input0", "backward"), Playhead("pool1", (2, 8, 8), None, "input0", "backward"),
    Playhead("conv1", (2, 0, 2, 3), None, "weight", "backward"),
    Playhead("conv1", (2, 0, 2, 3), None, "weight", "update")])
def test_every_pass_has_its_worksheet(head):
    sheet, answers = both(lambda: of_cell(results(), head), "en")
    assert "Worksheet" in pdf_text(sheet)
    assert len(pdf_text(answers)) > len(pdf_text(sheet)) - 4


def test_the_input_has_none():
    with pytest.raises(CnnError, match="not computed"):
        of_cell(results(), Playhead("input", (0, 1, 1)))


# --- a piece of a map


def test_a_piece_of_a_convolution_is_worked_out_from_what_is_printed():
    content = of_map(results(), CELL)
    row = next(block for block in content.blocks if isinstance(block, Row))
    x, w, out = row.grids
    bias = number(next(block.text for block in content.blocks if isinstance(block, Line)))
    assert (len(x.rows), len(x.rows[0]), len(w.rows), len(out.rows)) == (6, 6, 5, 2)  # a hundred products
    truth = results().values("conv1")[2, 9:11, 8:10]
    for r in range(2):
        for c in range(2):
            total = sum((number(x.rows[r + i][c + j]) * number(w.rows[i][j]) for i in range(5) for j in range(5)), bias)
            assert number(out.rows[r][c]) == total
            assert float(total) == pytest.approx(float(truth[r, c]), abs=0.06)


def test_a_piece_of_a_pooling_is_the_largest_of_each_window():
    content = of_map(results(), Playhead("pool1", (2, 4, 4)))
    x, out = next(block for block in content.blocks if isinstance(block, Row)).grids
    for r in range(len(out.rows)):
        for c in range(len(out.rows[0])):
            window = [number(x.rows[2 * r + i][2 * c + j]) for i in (0, 1) for j in (0, 1)]
            assert number(out.rows[r][c]) == max(window)


def test_a_piece_of_an_activation_is_blank_on_the_sheet():
    sheet, answers = (pdf_text(pdf) for pdf in both(lambda: of_map(results(), Playhead("relu1", (2, 10, 9))), "en"))
    assert len(answers) > len(sheet)


@pytest.mark.parametrize(("head", "says"), [
    (Playhead("conv2", (3, 4, 4)), "6 channels"), (Playhead("dense1", (5,)), "needs a layer with maps"),
    (Playhead("softmax", (3,)), "needs a layer with maps")])
def test_a_map_that_nobody_could_work_out_is_refused(head, says):
    with pytest.raises(CnnError, match=says):
        of_map(results(), head)


def test_a_piece_of_what_came_back_is_refused_with_what_to_do():
    with pytest.raises(CnnError, match=r"goes forwards: ∂L/∂relu1\[2, 8, 8\] is not .* Choose a worksheet of one cell"):
        of_map(results(), Playhead("pool1", (2, 8, 8), None, "input0", "backward"))


def test_a_map_that_keeps_its_maximum_asks_for_ones_and_zeros():
    c1 = compute(open_document("C1"))
    content = of_map(c1, Playhead("keepmax1", (0, 0, 2)))
    x, out = next(block for block in content.blocks if isinstance(block, Row)).grids
    assert len(x.rows) == len(x.rows[0]) == 5
    assert {text for row in out.rows for text in row} <= {"0", "1"}
    assert "1" in {text for row in out.rows for text in row}


def test_no_map_asks_for_more_than_a_lesson_has_time_for():
    for letters in ("A1", "A2", "A4", "C2", "D1", "D3", "E3"):
        made = compute(open_document(letters))
        for stretch in timeline(made.network):
            content = of_map(made, stretch.start)
            out = content.blocks[-1].grids[-1] if isinstance(content.blocks[-1], Row) else None
            assert out is not None
            outputs = sum(len(row) for row in out.rows)
            terms = trace_of(made, stretch.start).terms.size
            assert stretch.node.startswith("keepmax") or outputs == 1 or outputs * terms <= 110


# --- passes


def test_gradients_too_small_for_decimals_are_printed_in_units():
    content = of_cell(results(), Playhead("scores", (3, 2), None, "weight", "backward"))
    table = content.blocks[-1]
    assert isinstance(table, Table)
    unit = next(title for title in table.titles if title.startswith("∂L/∂y")).partition("× ")[2]
    came, went, product = (number(text) for text in table.rows[0][1:])
    assert came * went == product
    assert float(product) * float(unit.replace("−", "-")) == pytest.approx(
        float(results().gradients.weights["scores.weight"][3, 2]), rel=0.02)


def test_what_comes_back_first_is_share_minus_target():
    content = of_cell(results(), Playhead(LOSS, (3,), None, "input0", "backward"))
    assert content.title == "How ∂L/∂scores[3] is made"
    table = content.blocks[0]
    assert isinstance(table, Table)
    assert table.titles[-1] == "p − t"
    assert table.blank == (False, False, True, True, False, True)
    assert [row[4] for row in table.rows] == ["1" if k == results().target else "0" for k in range(10)]
    said = [float(row[5].replace("−", "-")) for row in table.rows]
    assert sum(said) == pytest.approx(0, abs=1e-6)


def test_the_step_of_a_weight_adds_up_as_printed():
    head = Playhead("conv1", (2, 0, 2, 3), None, "weight", "update")
    content = of_cell(results(), head)
    table, line = content.blocks
    assert content.title == "How conv1.weight[2, 0, 2, 3] moves"
    assert [row[0] for row in table.rows[:3]] == ["weight now", "momentum", "gradient"]
    added = sum(float(row[3].replace("−", "-")) for row in table.rows)
    assert added == pytest.approx(float(line.text.replace("−", "-")), rel=1e-3)


def test_what_is_only_moved_is_nothing_to_calculate():
    e4 = compute(open_document("E4"))
    with pytest.raises(CnnError, match=r"both\[0, 2, 0\] is only moved"):
        of_cell(e4, Playhead("both", (0, 2, 0)))


# --- looks


def test_the_answers_lie_where_the_blanks_do():
    """Left of the products nothing differs but the lines for the name."""
    make = lambda: of_cell(results(), CELL)  # noqa: E731
    sheet, answers = (page(make, done, "en", 595) for done in (False, True))
    grids = QRect(44, 140, 180, 180)
    assert sheet.copy(grids) == answers.copy(grids)
    assert len({sheet.pixel(x, y) for x in range(44, 224) for y in range(140, 320, 2)}) > 3  # there is something
    assert sheet != answers


def test_the_sheet_shows_which_part_of_the_input_is_seen():
    assert of_cell(results(), CELL).seen.box == (10, 9, 5, 5)
    assert of_cell(results(), Playhead("conv2", (3, 4, 4))).seen.box == (8, 8, 14, 14)
    assert of_map(results(), CELL).seen.box == (9, 8, 6, 6)
    assert of_cell(results(), Playhead(LOSS, (3,), None, "input0", "backward")).seen is None


def test_there_is_room_to_calculate_on_the_sheet_only():
    sheet, answers = (pdf_text(pdf) for pdf in both(lambda: of_cell(results(), CELL), "en"))
    assert "Room to calculate" in sheet
    assert "Room to calculate" not in answers


def test_the_sheet_speaks_chinese_while_the_program_speaks_english():
    sheet, answers = ("".join(pdf_text(pdf)) for pdf in both(lambda: of_cell(results(), CELL), "zh_CN"))
    assert "练习页" in sheet
    assert "卷积核" in sheet
    assert "答案" in answers
    assert i18n.language() == "en"


def test_the_preview_is_the_first_page():
    image = page(lambda: of_cell(results(), Playhead("conv2", (3, 4, 4))), False, "en", 400)
    assert (image.width(), image.height()) == (400, 566)
    assert len({image.pixel(x, 200) for x in range(400)}) > 3


# --- printed numbers


def test_printed_numbers_have_the_decimals_that_their_size_asks_for():
    assert Printed(np.array([1.0, -3.0, 0.0])).grid(slice(None), 1, 3) == [["1", "−3", "0"]]
    assert Printed(np.array([0.526, -1.0])).grid(slice(None), 1, 2) == [[".53", "−1"]]
    assert Printed(np.array([0.00526])).text(0) == "0.0053"
    assert Printed(np.array([1234.57])).text(0) == "1235"
    assert Printed(np.array([np.nan, np.inf, 0.5])).text(0) == "0"


@given(st.integers(-10**9, 10**9), st.integers(0, 6))
def test_plain_is_the_very_number(value, places):
    fraction = Fraction(value, 10**places)
    assert number(plain(fraction)) == number(short(fraction)) == Decimal(value).scaleb(-places)


def test_a_ninth_stays_a_ninth():
    assert Printed(np.full(9, 1 / 9, np.float32)).grid(slice(None), 1, 9) == [["1/9"] * 9]
    assert Printed(np.array([1 / 3, -2 / 3, 1.0], np.float32)).grid(slice(None), 1, 3) == [["1/3", "−2/3", "1"]]
    assert Printed(np.array([0.25, 0.125])).grid(slice(None), 1, 2) == [[".25", ".12"]]


def test_the_mean_kernel_of_the_curriculum_gives_its_very_numbers():
    a1 = compute(open_document("A1"))
    content = of_cell(a1, Playhead("conv1", (0, 2, 0)))
    assert next(block for block in content.blocks if isinstance(block, Row)).sum[1] == "6"
    assert content.note == ""
