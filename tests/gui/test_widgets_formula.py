"""The arithmetic written out: a reader with a calculator must not be let down."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from app import i18n, numbers, theme
from app.widgets.formula import MORE, FormulaLine, sum_pieces
from app.widgets.formula_parts import FormulaParts, formula_parts, printed
from tests.gui.pointer import hover

FLOATS = st.floats(-50, 50).filter(lambda v: v == 0 or abs(v) > 1e-6)


def calculated(text: str) -> tuple[Decimal, Decimal]:
    """Both sides of the last = of a printed line, as a calculator has them."""
    left, right = re.sub(r"\([^()]*[a-z][^()]*\)", "", text).rsplit("=", 1)
    left = left.split("=", 1)[-1] if "=" in left else left
    code = left.replace("−", "-").replace("·", "*").replace(",", "")
    code = re.sub(r"(\d*\.?\d+(?:e-?\d+)?)", r"Decimal('\1')", code)
    return eval(code, {"Decimal": Decimal}), printed(right.strip())


def line_of(parts: FormulaParts, opened: bool = False) -> str:
    pieces = sum_pieces(parts, "", opened)
    return "".join(("" if p.glued or not k else " ") + p.text for k, p in enumerate(pieces))


@given(st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=30), st.none() | FLOATS, st.integers(1, 30))
def test_the_printed_line_comes_to_its_result(pairs: list[tuple[float, float]], bias: float | None, shown: int) -> None:
    terms = [(a, b, a * b) for a, b in pairs]
    total = math.fsum(t[2] for t in terms) + (bias or 0)
    parts = formula_parts(terms, bias, total, shown)
    left, right = calculated(line_of(parts))
    assert numbers.figure(float(left)) == parts.result_text
    assert printed(parts.result_text) == right


@given(st.lists(st.tuples(FLOATS, FLOATS), min_size=6, max_size=30), FLOATS)
def test_the_rest_is_what_the_other_terms_come_to(pairs: list[tuple[float, float]], bias: float) -> None:
    terms = [(a, b, a * b) for a, b in pairs]
    total = math.fsum(t[2] for t in terms) + bias
    assume(abs(total) > 0.01)
    parts = formula_parts(terms, bias, total)
    true = math.fsum(terms[k][2] for k in range(len(terms)) if k not in {p.index for p in parts.parts})
    assert float(parts.rest) == pytest.approx(true, rel=6e-3), "in three digits at least"


@given(st.lists(FLOATS, min_size=1, max_size=9))
def test_a_printed_mean_comes_to_its_result(values: list[float]) -> None:
    terms = [(v, None, v) for v in values]
    parts = formula_parts(terms, None, math.fsum(values) / len(values), 9, divisor=len(values))
    assert numbers.figure(float(parts.comes_to)) == parts.result_text


def test_the_strongest_terms_come_first_and_the_rest_is_counted() -> None:
    terms = [(0.1, 0.1, 0.01), (0.5, -0.9, -0.45), (0.4, 0.5, 0.2), (1.0, 0.1, 0.1)]
    parts = formula_parts(terms, -0.034, -0.174, shown=2)
    assert [p.index for p in parts.parts] == [1, 2]
    assert line_of(parts) == ".50·(−.90) + .40·.50 + 0.11 (2 more) − 0.0340 = −0.174"


def test_small_factors_show_enough_to_be_something() -> None:
    parts = formula_parts([(0.5, 0.0034, 0.0017)], None, 0.0017)
    assert parts.parts[0].text == ".50·.0034"
    assert line_of(parts) == ".50·.0034 = 0.00170"


def test_where_two_decimals_lead_astray_all_have_more() -> None:
    parts = formula_parts([(0.333333, 0.333333, 0.111111)], None, 0.111111)
    assert line_of(parts) == ".333·.333 = 0.111"
    terms = [(0.747, 0.5, 0.3735), (0.747, 0.5, 0.3735), (0.744, 0.5, 0.372), (0.746, 0.5, 0.373),
             (0.47, 0.47, 0.2209)]
    parts = formula_parts(terms, None, math.fsum(t[2] for t in terms), shown=2)
    assert line_of(parts) == ".747·.500 + .747·.500 + 0.9659 (3 more) = 1.71"
    assert parts.rest == Decimal("0.9659")


def test_a_rounding_is_said_where_no_digits_are_enough() -> None:
    assert line_of(formula_parts([(1.0, 1.0, 1.0), (-1.0, 1.0, -1.0)], None, 6e-8)) == (
        "1.00·1.00 + (−1.00)·1.00 + 6e−8 (rounding) = 6.00e−8")


def test_nothing_is_pretended_about_nan() -> None:
    parts = formula_parts([(math.nan, 1.0, math.nan), (0.5, 0.5, 0.25)], 0.1, math.nan)
    assert not parts.exact
    assert line_of(parts).endswith("= NaN")


# --- the line

@pytest.fixture
def line(qtbot, qapp) -> FormulaLine:
    theme.apply(qapp, "light")
    widget = FormulaLine("Formula")
    qtbot.addWidget(widget)
    widget.resize(700, 40)
    widget.show()
    qtbot.waitExposed(widget)
    rng = np.random.default_rng(0)
    a, b = rng.random(25), rng.normal(0, 0.3, 25)
    widget.terms = [(x, y, x * y) for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    widget.total = sum(t[2] for t in widget.terms) - 0.034
    widget.set_parts(formula_parts(widget.terms, -0.034, widget.total))
    return widget


def test_hovering_a_term_tells_its_index_and_leaving_tells_none(line: FormulaLine) -> None:
    seen: list[object] = []
    line.hovered.connect(seen.append)
    strongest = max(range(25), key=lambda k: abs(line.terms[k][2]))
    hover(line, line.rect_of(strongest).center(), line.rect().bottomRight())
    assert seen == [strongest, None]


def test_the_rest_opens_by_mouse_and_by_keyboard(line: FormulaLine, qtbot) -> None:
    wanted: list[bool] = []
    line.opened.connect(wanted.append)
    line.opened.connect(lambda on: line.set_parts(formula_parts(line.terms, -0.034, line.total, 25 if on else 4)))
    folded = line.heightForWidth(700)
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=line.rect_of(MORE).center().toPoint())
    assert line.text.count("·") >= 25
    assert line.heightForWidth(700) > folded
    line.setFocus()
    qtbot.keyClick(line, Qt.Key.Key_Left)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert wanted == [True, False]


def test_a_narrow_line_wraps_and_cuts_nothing(line: FormulaLine) -> None:
    for width in (700, 420, 260, 200):
        line.resize(width, line.heightForWidth(width))
        line._lay(width)
        assert all(r.right() <= width and r.bottom() <= line.height() for r in line._places)


def test_the_words_of_the_line_follow_the_language(line: FormulaLine, qapp, qtbot) -> None:
    i18n.install(qapp)
    i18n.set_language("zh_CN")
    qtbot.waitUntil(lambda: "另 21 项" in line.text)
    i18n.set_language("en")
    qtbot.waitUntil(lambda: "(21 more)" in line.text)


def test_the_line_can_be_heard(line: FormulaLine) -> None:
    assert line.accessibleDescription() == line.text
