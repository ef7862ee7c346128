"""Numbers as people paste them: from a spreadsheet, a CSV file, NumPy, or by hand; and refusals that name the place."""

from __future__ import annotations

import numpy as np
import pytest

from app.widgets.table_text import parse_array, parse_table, table_text
from cnncore.errors import CnnError

SQUARE = [[1, 2], [3, 4]]


@pytest.mark.parametrize("text", [
    "1\t2\n3\t4", "1\t2\r\n3\t4\r\n",  # a spreadsheet
    "1,2\n3,4\n", "1, 2\n3, 4", "1,2,\n3,4,", "1;2\n3;4", "1;2;\n3;4;\n",  # CSV
    "1 2\n3 4", "  1   2\n 3  4\n\n",  # by hand
    "[[1, 2], [3, 4]]", "[[1 2]\n [3 4]]", "array([[1., 2.],\n       [3., 4.]])", "[[1., 2.],\n [3., 4.]]",  # NumPy
    "np.array([[1, 2], [3, 4]], dtype=np.float32)", "array([[1., 2.],\n       [3., 4.]], dtype=float32)",
])
def test_a_square_is_read_however_it_is_written(text):
    assert parse_table(text).tolist() == SQUARE


@pytest.mark.parametrize(("text", "values"), [
    ("2,5", [[2.5]]), ("−1", [[-1]]), ("1,5\t2\n3\t4", [[1.5, 2], [3, 4]]), ("1,5;2", [[1.5, 2]]),
    ("[1 2 3]", [[1, 2, 3]]), ("1e3 .5", [[1000, 0.5]]), ("7", [[7]]), ("1\n2\n3", [[1], [2], [3]]),
])
def test_a_comma_is_a_decimal_mark_where_something_else_parts_the_columns(text, values):
    assert parse_table(text).tolist() == values


@pytest.mark.parametrize("shape", [(3,), (2, 3), (3, 2, 2), (2, 1, 2, 3)])
def test_what_numpy_prints_is_read_with_all_its_axes(shape):
    values = np.arange(np.prod(shape), dtype=float).reshape(shape) - 1.5
    for text in (repr(values), str(values), repr(values.tolist())):
        np.testing.assert_array_equal(parse_array(text), values if len(shape) > 1 else values[None])


def test_what_a_grid_copies_is_read_back_with_every_digit():
    values = np.random.default_rng(0).normal(size=(3, 4))
    np.testing.assert_array_equal(parse_table(table_text(values)), values)


@pytest.mark.parametrize(("text", "words"), [
    ("", "no number"), ("\n\n", "no number"), ("[]", "no number"),
    ("1 2\n3", "has 1 columns in row 1, but 2 in row 0"), ("1,2\n3", "has 1 columns in row 1"),
    ("1,x\n2,3", "“x” in row 0, column 1"), ("[[1, 2], [3, x]]", "“x” in row 1, column 1"),
    ("1\tnan", "“nan” in row 0, column 1"), ("[[1, nan]]", "“nan” in row 0, column 1"), ("inf 1", "“inf”"),
    ("1,,2", "“” in row 0, column 1"), ("hello", "“hello”"), ("[[1, 2], [3]]", "different lengths"),
    ("[[1, 2], [3, 4]", "brackets"), ("[1, [2]]", "brackets"), ("[[[[[1]]]]]", "brackets"),
])
def test_what_is_no_table_is_refused_naming_the_place(text, words):
    with pytest.raises(CnnError) as refused:
        parse_array(text)
    assert words in str(refused.value)


def test_a_volume_has_no_place_in_rows_and_columns():
    with pytest.raises(CnnError, match="3 axes, 1 × 2 × 2"):
        parse_table("[[[1, 2], [3, 4]]]")
