"""Numbers as LOOK.md, rule 7, words them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import numbers


@pytest.mark.parametrize(("value", "text"), [
    (0.17, ".17"), (-0.08, "−.08"), (1.23, "1.23"), (0, "0"), (-0.0, "0"), (0.004, ".00"), (-0.004, ".00"),
    (0.999, "1.00"), (12345, "1.2e4"), (-98765, "−9.9e4"), (9999, "9999.00"),
    (math.nan, "NaN"), (math.inf, "∞"), (-math.inf, "−∞"),
])
def test_cell_shows_two_decimals_without_the_leading_zero(value: float, text: str) -> None:
    assert numbers.cell(value) == text


@pytest.mark.parametrize(("value", "text"), [
    (-1.23, "−1.2"), (12.34, "12.3"), (-12.34, "−12"), (1234.5, "1234"), (-0.11, "−.11"), (0.001, ".00"),
    (99999, "1e5"),
])
def test_narrow_cell_drops_decimals_first(value: float, text: str) -> None:
    assert numbers.cell(value, 4) == text


def test_value_that_rounds_to_zero_in_a_very_narrow_cell_is_a_tilde() -> None:
    assert numbers.cell(0.001, 2) == "~0"


@given(st.floats(-1e6, 1e6), st.integers(4, 8))
def test_cell_keeps_to_its_characters(value: float, chars: int) -> None:
    assert len(numbers.cell(value, chars)) <= chars


@given(st.floats(-9000, 9000))
def test_cell_reads_back_within_its_rounding(value: float) -> None:
    assert abs(float(numbers.cell(value).replace(numbers.MINUS, "-")) - value) <= 0.005 + 1e-9


@pytest.mark.parametrize(("value", "text"), [
    (0.6558, "0.656"), (-0.034, "−0.0340"), (12.345, "12.3"), (1234.5, "1,234"), (0, "0"), (0.9996, "1.00"),
    (1e-9, "1.00e−9"),
    (5.91e-5, "5.91e−5"), (1.2e-4, "0.000120"), (math.nan, "NaN"),
])
def test_figure_has_three_significant_decimals(value: float, text: str) -> None:
    assert numbers.figure(value) == text


@pytest.mark.parametrize(("value", "digits", "text"), [
    (0.0321, 2, ".032"), (-8.53, 2, "−8.5"), (-0.0000123, 2, "−1.2e−5"), (0.000123, 1, "1e−4"), (1234.5, 1, "1e3"),
    (0, 2, "0"), (math.inf, 1, "∞"),
])
def test_brief_is_the_shortest_writing(value: float, digits: int, text: str) -> None:
    assert numbers.brief(value, digits) == text


def test_gradient_has_four_significant_decimals() -> None:
    assert numbers.gradient(0.0591) == "0.05910"


def test_percent_has_one_decimal_and_a_thin_space() -> None:
    assert numbers.percent(0.6514) == "65.1\u202f%"


@pytest.mark.parametrize(("share", "places", "text"), [
    (0.0, 1, "0.0"), (1e-9, 1, "<0.1"), (0.0004, 1, "<0.1"), (0.0006, 1, "0.1"),
    (0.9994, 1, "99.9"), (0.9996, 1, ">99.9"), (1.0, 1, "100.0"),
    (0.0, 0, "0"), (0.004, 0, "<1"), (0.996, 0, ">99"), (1.0, 0, "100"),
])
def test_percent_says_nothing_and_all_only_of_what_is(share: float, places: int, text: str) -> None:
    assert numbers.percent(share, places) == f"{text}\u202f%"


@pytest.mark.parametrize(("share", "places", "text"), [
    (1.0, 1, ">99.9"), (np.float32(1 - 5e-9), 1, ">99.9"), (1 - 5e-9, 1, ">99.9"), (0.0, 1, "<0.1"),
    (0.6514, 1, "65.1"), (1.0, 0, ">99")])
def test_a_share_of_a_softmax_has_one_writing_in_any_precision(share: float, places: int, text: str) -> None:
    assert numbers.share(share, places) == f"{text}\u202f%"


def test_a_share_that_is_no_number_is_a_word() -> None:
    assert [numbers.share(v) for v in (np.nan, np.inf)] == ["NaN", "∞"]


@given(st.floats(0, 1))
def test_no_percent_is_longer_than_that_of_one(share: float) -> None:
    assert len(numbers.percent(share)) <= len(numbers.percent(1.0))


def test_a_figure_may_have_fewer_digits() -> None:
    assert numbers.figure(-0.6558, 2) == "−0.66"


def test_count_separates_thousands() -> None:
    assert numbers.count(44426) == "44,426"
    assert numbers.count(-1200) == "−1,200"


def test_no_number_is_printed_with_a_hyphen() -> None:
    for show in (numbers.cell, numbers.figure, numbers.gradient, numbers.full, numbers.brief):
        assert "-" not in show(-1.5e-7)
        assert "-" not in show(-12345.678)


def test_cells_of_a_grid_have_two_decimals_or_one() -> None:
    assert numbers.decimals(-0.5, 1.0, 4) == 2
    assert numbers.decimals(-1.0, 1.0, 4) == 1
    assert numbers.decimals(-1.0, 1.0, 5) == 2
    assert numbers.decimals(0.0, math.inf, 4) == 2
    assert [numbers.cell(v, 4, 1) for v in (-1.0, 1.0, 0.17, 0.0)] == ["−1.0", "1.0", ".2", "0"]


@pytest.mark.parametrize(("value", "text"), [
    (np.float32(0.1), "0.1"), (float(np.float32(0.11177823692560196)), "0.11177824"), (np.float32(-3e-7), "−3e−07"),
    (0.1, "0.1"), (1 / 3, "0.3333333333333333"), (1e300, "1e+300"), (-1e-300, "−1e−300"), (3, "3.0"),
    (16777217.0, "16777217.0"), (np.float32(3.4e38), "3.4e+38"), (float("nan"), "NaN"), (float("-inf"), "−∞")])
def test_every_digit_is_every_digit_of_its_own_kind(value, text):
    assert numbers.full(value) == text


def test_the_full_text_gives_a_32_bit_number_back():
    rng = np.random.default_rng(3)
    for value in rng.integers(0, 2**32, 2000, dtype=np.uint32).view(np.float32):
        if np.isfinite(value):
            assert np.float32(numbers.full(value).replace(numbers.MINUS, "-")) == value


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (999, "999 B"), (31212, "31.2 kB"), (999_600, "1.00 MB"),
                                             (725_592, "726 kB"), (12_345_678, "12.3 MB")])
def test_the_size_of_a_file(count, text):
    assert numbers.size(count) == text
