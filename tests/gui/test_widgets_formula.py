"""The arithmetic written out: a reader with a calculator must not be let down."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from app import i18n, theme
from app.widgets.formula import MORE, FormulaLine, sum_pieces
from app.widgets.formula_parts import FormulaParts, formula_parts, printed, printed_sum
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
def test_the_printed_line_adds_up_exactly(pairs: list[tuple[float, float]], bias: float | None, shown: int) -> None:
    terms = [(a, b, a * b) for a, b in pairs]
    total = math.fsum(t[2] for t in terms) + (bias or 0)
    left, right = calculated(line_of(formula_parts(terms, bias, total, shown)))
    assert left == right


@given(st.lists(FLOATS, min_size=1, max_size=9))
def test_a_printed_mean_adds_up_exactly(values: list[float]) -> None:
    terms = [(v, None, v) for v in values]
    parts = formula_parts(terms, None, math.fsum(values) / len(values), 9, divisor=len(values))
    added = sum((p.value for p in parts.parts), Decimal(0)) + parts.rest
    assert added == parts.result * len(values)


@given(st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=9), FLOATS)
def test_printed_sum_and_bias_come_to_the_printed_result(pairs: list[tuple[float, float]], bias: float) -> None:
    terms = [(a, b, a * b) for a, b in pairs]
    parts = formula_parts(terms, bias, math.fsum(t[2] for t in terms) + bias)
    assert printed(parts.sum_text) + printed(parts.bias_text) == parts.result
    assert printed_sum(math.fsum(t[2] for t in terms) + bias, bias) == parts.sum_text


def test_sum_and_bias_are_printed_to_fit_their_result() -> None:
    assert printed_sum(0.6558, -0.034) == "0.6900"
    assert printed_sum(-0.358, 0.0812) == "−0.4392"
    assert printed_sum(0.25, None, divisor=4) == "1.000"


def test_the_strongest_terms_come_first_and_the_rest_is_counted() -> None:
    terms = [(0.1, 0.1, 0.01), (0.5, -0.9, -0.45), (0.4, 0.5, 0.2), (1.0, 0.1, 0.1)]
    parts = formula_parts(terms, -0.034, -0.174, shown=2)
    assert [p.index for p in parts.parts] == [1, 2]
    assert line_of(parts) == ".50·(−.90) + .40·.50 + 0.11 (2 more) − 0.0340 = −0.174"


def test_small_factors_show_enough_to_be_something() -> None:
    parts = formula_parts([(0.5, 0.0034, 0.0017)], None, 0.0017)
    assert parts.parts[0].text == ".50·.0034"
    assert line_of(parts) == ".50·.0034 = 0.00170"


def test_the_rounding_is_said_when_every_term_is_shown() -> None:
    parts = formula_parts([(0.333333, 0.333333, 0.111111)], None, 0.111111)
    assert line_of(parts) == ".33·.33 + 0.0021 (rounding) = 0.111"


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
