"""Numbers as files: a whole array as NPY or CSV, and the terms of one number as CSV with named columns."""

from __future__ import annotations

import csv
import io

import numpy as np

from app.i18n import N_, tr
from app.model.frames import array_of
from app.model.results import Results
from app.model.timeline import Playhead
from cnncore.op import Array
from cnncore.trace import Trace

AXES = {1: ("unit",), 2: ("map", "place"), 3: ("map", "row", "column"), 4: ("map", "depth", "row", "column")}
WEIGHT = {1: ("filter",), 2: ("filter", "channel"), 3: ("filter", "channel", "place"),
          4: ("filter", "channel", "row", "column"), 5: ("filter", "channel", "depth", "row", "column")}

# Columns keep these names in every language, so that programs find them.
COLUMNS = (N_("map"), N_("place"), N_("row"), N_("column"), N_("depth"), N_("unit"), N_("filter"), N_("channel"),
           N_("value"), N_("term"), N_("adds"), N_("sum so far"))


def npy(results: Results, head: Playhead) -> bytes:
    """The array that a number is one of, as NumPy keeps it: without the sample axis."""
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(array_of(results, head)), allow_pickle=False)
    return file.getvalue()


def array_csv(results: Results, head: Playhead) -> bytes:
    """One line a number: its index, from 0, and its value with every digit."""
    array: Array = array_of(results, head)
    # What belongs to an output lies as maps do, what belongs to a weight as weights do.
    names = AXES if head.lane == "forward" or head.target.startswith(("input", "output")) else WEIGHT
    axes = names.get(array.ndim, tuple(f"axis {k}" for k in range(array.ndim)))
    lines: list[list[object]] = [[*axes, "value"]]
    lines += [[*index, str(value)] for index, value in np.ndenumerate(array)]
    return _csv(lines)


def terms_csv(trace: Trace) -> bytes:
    """One line a term: its factors, where each lies, what it adds, and the sum so far; at the end bias and result."""
    parts = []
    for k, one in enumerate(trace.operands):
        name = one.source if [o.source for o in trace.operands].count(one.source) == 1 else f"{one.source} {k}"
        parts.append((name, one))
    head = ["term"]
    for name, one in parts:
        head += [f"{name} index {axis}" for axis in range(one.cells.shape[1])] + [name]
        if not one.inside.all():
            head.append(f"{name} is padding")
    lines: list[list[object]] = [[*head, "adds", "sum so far"]]
    sums = trace.partial_sums
    for n in range(trace.terms.size):
        line: list[object] = [n]
        for _, one in parts:
            line += [*(int(i) for i in one.cells[n]), repr(float(one.values[n]))]
            if not one.inside.all():
                line.append(int(not one.inside[n]))
        lines.append([*line, repr(float(trace.terms[n])), repr(float(sums[n]))])
    blank: list[object] = [""] * (len(head) - 1)
    if trace.bias is not None:
        lines.append(["bias", *blank, repr(float(trace.bias)), ""])
    lines.append(["result", *blank, str(np.float32(trace.total)), ""])
    return _csv(lines)


def _csv(lines: list[list[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()


def described(results: Results, head: Playhead) -> tuple[str, str]:
    """(shape, type) of an array, as words."""
    array = array_of(results, head)
    return " × ".join(map(str, array.shape)), str(array.dtype)


def explained(table: bytes) -> str:
    """What the names of the columns mean, where a person reads another language: ``map 图 · row 行 · value 数值``."""
    names = next(csv.reader([table.partition(b"\n")[0].decode()]))
    return " · ".join(f"{name} {tr(name)}" for name in names if name in COLUMNS and tr(name) != name)


def first_lines(table: bytes, count: int) -> list[str]:
    """The head of a table, in columns that stand under one another."""
    rows = list(csv.reader(io.StringIO(table[: count * 400].decode(errors="ignore"))))[:count]
    wide = [max(len(row[k]) for row in rows if k < len(row)) for k in range(max(map(len, rows), default=0))]
    return ["  ".join(text.rjust(w) for text, w in zip(row, wide, strict=False)) for row in rows]
