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
NOT_A_NUMBER = N_("“{typed}” is not a number. Digits, one decimal point or comma, and a minus sign are allowed.")
LETTER = N_("“{typed}” cannot stand in a number. Digits, one decimal point or comma, and a minus sign are allowed.")
NO_NUMBER_AT = N_("The paste has “{typed}” in row {row}, column {column}, which is not a number. Nothing was changed.")
RAGGED = N_("The paste has {columns} columns in row {row}, but {first} in row 0. Every row needs the same number. "
            "Nothing was changed.")
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
    """The block of numbers in a text with tabs between columns and a line a row: float64 (rows, columns).

    Raises:
        CnnError: ``paste.empty``, ``paste.ragged`` or ``paste.number``; rows and columns are counted from 0.
    """
    lines = re.split(r"\r\n|\r|\n", text)
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise CnnError("paste.empty", EMPTY)
    cells = [line.split("\t") for line in lines]
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


def table_text(values: NDArray[Any]) -> str:
    """A block of numbers as a spreadsheet takes it, with every digit."""
    return "\n".join("\t".join(repr(float(v)) for v in row) for row in values)


def _short(text: str) -> str:
    return text if len(text) <= 20 else f"{text[:19]}…"
