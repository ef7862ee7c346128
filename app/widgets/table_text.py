"""Numbers as people type and paste them, and refusals that name the place."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.i18n import N_
from cnncore.errors import CnnError

NUMERIC = frozenset("0123456789.,-+eE−")
FIRST = NUMERIC - set("eE")  # what a number begins with
NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")
ARRAY = re.compile(r"\s*(?:np\.|numpy\.)?(?:array\()?\s*(\[.*\])\s*(?:,\s*dtype=[\w.'\"<>]+\s*)?\)?\s*", re.DOTALL)
MOST_AXES = 4
NOT_A_NUMBER = N_("“{typed}” is not a number. Digits, one decimal point or comma, and a minus sign are allowed.")
LETTER = N_("“{typed}” cannot stand in a number. Digits, one decimal point or comma, and a minus sign are allowed.")
NO_NUMBER_AT = N_("The paste has “{typed}” in row {row}, column {column}, which is not a number. Nothing was changed.")
RAGGED = N_("The paste has {columns} columns in row {row}, but {first} in row 0. Every row needs the same number. "
            "Nothing was changed.")
BRACKETS = N_("The brackets of the paste do not pair, or its rows are of different lengths. Nothing was changed.")
AXES = N_("The paste has {axes} axes, {shape}; here is room for rows and columns. Nothing was changed.")
EMPTY = N_("There is no number to paste. Copy cells of a spreadsheet first.")


def parse_number(text: str) -> float:
    """The number a person typed; a comma is a decimal mark when it is the only mark.

    Raises:
        CnnError: ``number.text`` when it is none, or not finite.
    """
    plain = text.strip().replace("−", "-")
    if not NUMBER.fullmatch(plain) or not math.isfinite(value := float(plain.replace(",", "."))):
        raise CnnError("number.text", NOT_A_NUMBER, typed=_short(text))
    return value


def parse_table(text: str) -> NDArray[Any]:
    """The block of numbers in a text: float64 (rows, columns).

    Raises:
        CnnError: As `parse_array`, and ``paste.axes`` where it has more axes than two.
    """
    block = parse_array(text)
    if block.ndim > 2:
        raise CnnError("paste.axes", AXES, axes=block.ndim, shape=" × ".join(map(str, block.shape)))
    return block


def parse_array(text: str) -> NDArray[Any]:
    """The numbers in a text, float64: a line a row, as a spreadsheet, a CSV file or a person writes them, at least
    (rows, columns); or nested brackets as NumPy prints them, with as many axes as they have, at least two.

    Between the columns stand tabs, else semicolons, else commas, else spaces. A comma is a decimal mark beside tabs and
    semicolons, and in a text that is one number only.

    Raises:
        CnnError: ``paste.empty``, ``paste.ragged``, ``paste.brackets`` or ``paste.number``; rows and columns are
            counted from 0.
    """
    found = ARRAY.fullmatch(text)
    if found is not None:
        return _bracketed(found[1])
    lines = re.split(r"\r\n|\r|\n", text)
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise CnnError("paste.empty", EMPTY)
    return _rows([_cells(line, _mark(text)) for line in lines])


def _mark(text: str) -> str:
    """What stands between columns; "" for spaces, which may be several."""
    if NUMBER.fullmatch(text.strip().replace("−", "-")):
        return "\t"
    return next((mark for mark in "\t;," if mark in text.strip("\r\n ")), "")


def _cells(line: str, mark: str) -> list[str]:
    if mark in (",", ";"):
        line = line.strip().removesuffix(mark)  # some write one behind the last column too
    return line.split(mark) if mark else line.split()


def _rows(cells: list[list[str]]) -> NDArray[Any]:
    rows: list[list[float]] = []
    for r, line in enumerate(cells):
        if len(line) != len(cells[0]):
            raise CnnError("paste.ragged", RAGGED, row=r, columns=len(line), first=len(cells[0]))
        rows.append([])
        for c, word in enumerate(line):
            try:
                rows[-1].append(parse_number(word))
            except CnnError:
                raise CnnError("paste.number", NO_NUMBER_AT, typed=_short(word), row=r, column=c) from None
    return np.array(rows, float)


def _bracketed(text: str) -> NDArray[Any]:
    """``[[1, 2], [3, 4]]`` or, without commas, as it is printed."""
    sizes: list[set[int]] = [set() for _ in range(MOST_AXES)]  # of the lists at each depth
    counts: list[int] = []
    words: list[str] = []
    depths: set[int] = set()
    for part in re.findall(r"\[|\]|[^\s,\[\]]+", text):
        if part == "[":
            if counts:
                counts[-1] += 1
            counts.append(0)
        elif not counts or len(counts) > MOST_AXES:
            raise CnnError("paste.brackets", BRACKETS)
        elif part == "]":
            sizes[len(counts) - 1].add(counts.pop())
        else:
            counts[-1] += 1
            words.append(part)
            depths.add(len(counts))
    shape = [next(iter(one)) for one in sizes if len(one) == 1]
    if counts or len(depths) > 1 or len(shape) != sum(map(bool, sizes)) or math.prod(shape) != len(words):
        raise CnnError("paste.brackets", BRACKETS)
    if not words:
        raise CnnError("paste.empty", EMPTY)
    rows = _rows([words[k:k + shape[-1]] for k in range(0, len(words), shape[-1])])
    return rows.reshape(shape) if len(shape) > 1 else rows


def table_text(values: NDArray[Any]) -> str:
    """A block of numbers as a spreadsheet takes it, with every digit."""
    return "\n".join("\t".join(repr(float(v)) for v in row) for row in values)


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:19]}…"
