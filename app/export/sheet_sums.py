"""Worksheets of what is added up: products in windows, windows themselves, and lists of terms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from app import numbers
from app.export.printed import Printed, plain
from app.export.sheet_parts import Block, Grid, Line, Row, Table
from app.i18n import tr
from app.model.results import Results
from app.model.timeline import Playhead, is_input, origin
from cnncore.network import Node
from cnncore.trace import Operand, Trace

MOST_PRODUCTS, MOST_ROWS, MOST_COLS = 54, 12, 9  # a person is to work them out, in a lesson
NAMES = {"input0": "x", "weight": "w", "grad": "∂L/∂y"}
Content = tuple[list[str], list[Block]]


@dataclass(frozen=True, eq=False)
class Given:
    """A number, and how it is made.

    Args:
        results: Of the network.
        head: The number.
        node: Whose.
        trace: With what came back in units.
        unit: Of what came back: ``× 1e−9``, or nothing.
    """

    results: Results
    head: Playhead
    node: Node
    trace: Trace
    unit: str

    def title(self, one: Operand) -> str:
        """What a column of factors is called, with its unit."""
        name = NAMES.get(one.source, one.source)
        return f"{name} {self.unit}" if self.unit and one.source == "grad" else name

    def named(self, text: str) -> str:
        """A result's name, with its unit."""
        return f"{text} {self.unit}" if self.unit else text

    @property
    def windowed(self) -> bool:
        """Whether the factors are a small window: of a kernel's gradient they are two whole maps."""
        return math.prod(self.trace.layout[-2:]) <= MOST_COLS**2


def grid_shape(trace: Trace) -> tuple[int, int, int] | None:
    """(groups, rows, columns) where the terms lie in windows of their first factor; else None."""
    seen = trace.operands[0] if trace.operands else None
    rank = seen.cells.shape[1] - 1 if seen is not None else 0
    if seen is None or rank < 1 or len(trace.layout) < rank or seen.samples is not None:
        return None
    if math.prod(trace.layout) != trace.terms.size or trace.terms.size < 2:
        return None
    rows, cols = (trace.layout[-2] if rank > 1 and len(trace.layout) > 1 else 1), trace.layout[-1]
    return trace.terms.size // (rows * cols), rows, cols


def products(given: Given, shape: tuple[int, int, int]) -> Content:
    """Window times kernel; of many channels those that add most, the others given."""
    trace, (groups, rows, cols) = given.trace, shape
    first, second = (Printed(one.values) for one in trace.operands)
    made = first.times(second)
    spans = [slice(g * rows * cols, (g + 1) * rows * cols) for g in range(groups)]
    sizes = [-abs(made.sum(at)) for at in spans]
    shown = sorted(sorted(range(groups), key=lambda g: (sizes[g], g))[: max(1, MOST_PRODUCTS // (rows * cols))])
    alone = groups == 1 and trace.bias is None and trace.divisor == 1
    titles = [given.title(one) for one in trace.operands]
    back = trace.operands[0].source == "grad"
    blocks: list[Block] = []
    for g in shown:
        at = spans[g]
        grids = (Grid(titles[0] if back else tr("Input"), where(trace.operands[0], at), first.grid(at, rows, cols)),
                 Grid(tr("Kernel") if trace.operands[1].source == "weight" else titles[1], f"{rows} × {cols}",
                      second.grid(at, rows, cols)),
                 Grid(tr("Products"), "", made.grid(at, rows, cols), blank=True))
        title = tr("Channel {c}", c=g) if groups > 1 else ""
        name = given.named(tr("result") if alone else tr("sum"))
        blocks.append(Row(title, grids, "×=", (name, plain(made.sum(at)))))
    tasks = [tr("Multiply the numbers that stand at the same place.") if back else
             tr("Multiply each input number by the kernel number at the same place.")]
    if alone:
        return [*tasks, tr("Add up the products.")], blocks
    total = sum((made.sum(spans[g]) for g in shown), Fraction(0))
    if len(shown) > 1:
        blocks.append(Line(given.named(tr("sum of these channels")), plain(total)))
    blocks += ending(given, total, made.sum() - total, groups - len(shown))
    tasks.append(tr("Add up the products.") if groups == 1 else tr("Add up the products of each channel, then the "
                                                                   "sums."))
    if len(shown) < groups:
        tasks.append(tr("Add what the other channels give: it is calculated for you."))
    return [*tasks, *([tr("Add the bias.")] if trace.bias is not None else [])], blocks


def ending(given: Given, total: Fraction, left: Fraction, others: int) -> list[Block]:
    """What comes after the sum: what is not printed, the bias, the divisor; then the result."""
    trace = given.trace
    lines: list[Block] = []
    if others > 0:
        total += left
        lines.append(Line(given.named(tr("the other {n} together", n=others)), plain(left), blank=False))
    if trace.bias is not None:
        bias = bias_of(trace, total)
        lines.append(Line(tr("bias"), plain(bias), blank=False))
        total += bias
    if trace.divisor != 1:
        lines.append(Line(tr("divided by"), f"{trace.divisor:g}", blank=False))
        total /= Fraction(trace.divisor)
    return [*lines, Line(given.named(tr("result")), plain(total))]


def bias_of(trace: Trace, total: Fraction) -> Fraction:
    """The bias with as many decimals as what it is added to."""
    own = Printed(np.array([trace.bias or 0.0])).values[0]
    units = 100
    while units < 10**6 and units % total.denominator:
        units *= 10
    return own if units % total.denominator else Fraction(round(own * units), units)


def window(given: Given, shape: tuple[int, int, int]) -> Content:
    """The largest number of a window, or its mean."""
    trace, (_, rows, cols) = given.trace, shape
    seen = trace.operands[0]
    printed = Printed(seen.values)
    grid = Grid(tr("Input"), where(seen, slice(None)), printed.grid(slice(None), rows, cols))
    if trace.reduce == "pick" and trace.winner is not None:
        return [tr("Find the largest number of the window. The others are forgotten.")], [
            Row("", (grid,), ""), Line(tr("largest"), printed.text(trace.winner))]
    if trace.reduce != "sum":
        return listed(given)
    total = printed.sum()
    return [tr("Add up the numbers of the window, then divide by how many they are.")], [
        Row("", (grid,), ""), Line(tr("sum"), plain(total)),
        Line(tr("divided by"), f"{trace.divisor:g}", blank=False),
        Line(tr("result"), plain(total / Fraction(trace.divisor)))]


def listed(given: Given) -> Content:
    """The strongest terms one under another; all others as one given number."""
    trace = given.trace
    order = np.argsort(-np.abs(np.nan_to_num(trace.terms)), kind="stable")
    kept, rest = np.sort(order[:MOST_ROWS]), np.sort(order[MOST_ROWS:])
    columns = [Printed(one.values) for one in trace.operands]
    paired = trace.reduce == "sum" and len(columns) == 2
    single = trace.reduce == "sum" and len(columns) == 1 and bool((trace.terms == trace.operands[0].values).all())
    titles = [tr("comes from"), *(given.title(one) for one in trace.operands)]
    made = columns[0].times(columns[1]) if paired else columns[0] if single else Printed(trace.terms, least=4)
    rows = [[_name(given, int(k)) if columns else str(k), *(c.text(int(k)) for c in columns),
             *([] if single else [made.text(int(k))])] for k in kept]
    blank = [False] * len(titles)
    if not single:
        plain_names = " · ".join(NAMES.get(one.source, one.source) for one in trace.operands)
        titles, blank = [*titles, given.named(plain_names if paired else tr("term"))], [*blank, True]
    table = Table(titles, blank, rows)
    if trace.reduce != "sum":
        return [tr("Fill in the terms, then the result.")], [table, Line(tr("result"), numbers.figure(trace.total, 4))]
    total = sum((made.values[int(k)] for k in kept), Fraction(0))
    blocks: list[Block] = [table]
    lone = trace.terms.size == 1 and trace.bias is None and trace.divisor == 1
    if not lone and (rest.size or trace.bias is not None or trace.divisor != 1):
        blocks.append(Line(given.named(tr("sum")), plain(total)))
    blocks += [] if lone and paired else ending(given, total, sum((made.values[int(k)] for k in rest), Fraction(0)),
                                                len(rest))
    tasks = [tr("Multiply the two numbers.") if lone and paired else
             tr("Multiply along each line, then add up.") if paired else
             tr("Add up the numbers.") if single else tr("Fill in the terms, then the result.")]
    return [*tasks, *([tr("Add the bias.")] if trace.bias is not None else [])], blocks


def where(one: Operand, at: slice) -> str:
    """Rows and columns, as words."""
    cells = one.cells[at]
    if not cells.size:
        return ""
    flat = cells.shape[1] == 2
    return rows_and_columns([(0 if flat else int(cell[-2]), int(cell[-1])) for cell in cells])


def rows_and_columns(spots: Sequence[tuple[int, int]]) -> str:
    """Where numbers lie, as words."""
    rows, cols = [r for r, _ in spots], [c for _, c in spots]
    top, bottom, left, right = map(numbers.count, (min(rows), max(rows), min(cols), max(cols)))
    if min(rows) == max(rows) == 0:
        return tr("cells {first}–{last}", first=left, last=right)
    return tr("rows {top}–{bottom}, columns {left}–{right}", top=top, bottom=bottom, left=left, right=right)


def _name(given: Given, k: int) -> str:
    """The number that a factor is, by the name it has on the screen."""
    one = given.trace.operands[0]
    if not one.cells.shape[1]:
        return str(k)
    index = tuple(int(i) for i in one.cells[k])
    if is_input(one.source):
        return origin(given.results.network, given.node.inputs[int(one.source[5:])], index).name
    name = f"∂L/∂{given.node.name}" if one.source == "grad" else NAMES.get(one.source, one.source)
    return f"{name}[{', '.join(map(str, index))}]"
