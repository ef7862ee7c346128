"""What stands on a worksheet: the factors of a number as they are printed, and blanks for all that is made of them.

Every answer follows from the printed numbers exactly, so that whoever calculates by hand is never let down; what the
network says with all its digits stands beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from app import numbers
from app.export.printed import Printed, plain
from app.i18n import N_, tr
from app.model.frames import node_of, trace_of
from app.model.results import Results
from app.model.timeline import Playhead, is_input, origin
from cnncore.errors import CnnError
from cnncore.network import Network, Node
from cnncore.trace import Operand, Trace

MOST_GROUPS, MOST_ROWS, MOST_COLS = 12, 18, 9
NAMES = {"input0": "x", "weight": "w", "grad": "∂L/∂y"}


@dataclass(frozen=True)
class Grid:
    """Numbers in rows and columns; ``blank``: to be filled in."""

    name: str
    what: str
    rows: Sequence[Sequence[str]]
    blank: bool = False


@dataclass(frozen=True)
class Row:
    """Grids side by side with signs between them, and a line under them to fill in."""

    title: str
    grids: Sequence[Grid]
    signs: str
    sum: tuple[str, str] | None = None


@dataclass(frozen=True)
class Table:
    """Columns of which some are blank."""

    titles: Sequence[str]
    blank: Sequence[bool]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Line:
    """A name and a number; ``blank``: to be filled in."""

    name: str
    text: str
    blank: bool = True


@dataclass(frozen=True)
class Worksheet:
    """One sheet: a title, what to do, and blocks under one another."""

    title: str
    purpose: str
    tasks: Sequence[str]
    blocks: Sequence[Row | Table | Line] = field(default_factory=list)
    note: str = ""


def of_cell(results: Results, head: Playhead) -> Worksheet:
    """How one number is made."""
    head = head.whole
    trace = trace_of(results, head)
    if trace is None:
        raise CnnError("export.input", "An input is not computed: choose a number of a layer.")
    node = node_of(results, head)
    text, facts = node.op.summary()
    kind = tr(node.op.title or node.op.kind)
    purpose = " · ".join(filter(None, [kind, tr(text, **facts) if text else ""])) if head.lane == "forward" else ""
    shape = grid_shape(trace)
    blocks: list[Row | Table | Line]
    if shape is not None and len(trace.operands) == 2 and trace.reduce == "sum" and shape[2] <= MOST_COLS:
        tasks, blocks = _products(trace, shape)
    elif shape is not None and len(trace.operands) == 1 and trace.kind == "window" and shape[2] <= MOST_COLS:
        tasks, blocks = _window(trace, shape, head)
    elif trace.kind == "shares" and trace.reduce == "share":
        tasks, blocks = _shares(trace)
    else:
        tasks, blocks = _list(trace, results.network, node)
    said = str(np.float32(trace.total))
    note = tr("With all its digits the network says {value}. Your result comes from the rounded numbers printed here.",
              value=said.replace("-", numbers.MINUS))
    if math.isfinite(trace.total) and _answer(blocks) == plain(Fraction(said)):
        note = ""  # there was nothing to round
    return Worksheet(tr("How {cell} is made", cell=head.name), purpose, tasks, blocks, note)


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


def _products(trace: Trace, shape: tuple[int, int, int]) -> tuple[list[str], list[Row | Table | Line]]:
    groups, rows, cols = shape
    first, second = (Printed(one.values) for one in trace.operands)
    made = first.times(second)
    shown = min(groups, MOST_GROUPS)
    blocks: list[Row | Table | Line] = []
    names = [NAMES.get(one.source, one.source) for one in trace.operands]
    alone = groups == 1 and trace.bias is None and trace.divisor == 1
    for g in range(shown):
        at = slice(g * rows * cols, (g + 1) * rows * cols)
        one = (Grid(tr("Input") if names[0] == "x" else names[0], _where(trace.operands[0], at),
                    first.grid(at, rows, cols)),
               Grid(tr("Kernel") if names[1] == "w" else names[1], f"{rows} × {cols}", second.grid(at, rows, cols)),
               Grid(tr("Products"), "", made.grid(at, rows, cols), blank=True))
        title = tr("Channel {c}", c=g) if groups > 1 else ""
        blocks.append(Row(title, one, "×=", (tr("result") if alone else tr("sum"), plain(made.sum(at)))))
    if alone:
        return [_multiply(), tr("Add up the products.")], blocks
    total = made.sum(slice(0, shown * rows * cols))
    if groups > 1:
        blocks.append(Line(tr("sum of these channels"), plain(total)))
    blocks += _ending(trace, total, made.sum(slice(shown * rows * cols, None)), groups - shown)
    tasks = [_multiply(),
             tr("Add up the products.") if groups == 1 else tr("Add up the products of each channel, then the sums.")]
    if trace.bias is not None:
        tasks.append(tr("Add the bias."))
    return tasks, blocks


def _multiply() -> str:
    return tr("Multiply each number of the input by the number of the kernel at the same place.")


def _answer(blocks: Sequence[Row | Table | Line]) -> str:
    """What is asked for at last."""
    last = blocks[-1]
    return last.text if isinstance(last, Line) else last.sum[1] if isinstance(last, Row) and last.sum else ""


def _ending(trace: Trace, total: Fraction, left: Fraction, others: int) -> list[Row | Table | Line]:
    """What comes after the sum: what is not printed, the bias, the divisor; then the result."""
    lines: list[Row | Table | Line] = []
    if others > 0:
        total += left
        lines.append(Line(tr("the other {n} together", n=others), plain(left), blank=False))
    if trace.bias is not None:
        bias = Printed(np.array([trace.bias]))
        lines.append(Line(tr("bias"), bias.text(0), blank=False))
        total += bias.values[0]
    if trace.divisor != 1:
        lines.append(Line(tr("divided by"), f"{trace.divisor:g}", blank=False))
        total /= Fraction(trace.divisor)
    return [*lines, Line(tr("result"), plain(total))]


def _window(trace: Trace, shape: tuple[int, int, int], head: Playhead) -> tuple[list[str], list[Row | Table | Line]]:
    _, rows, cols = shape
    seen = trace.operands[0]
    printed = Printed(seen.values)
    grid = Grid(tr("Input"), _where(seen, slice(None)), printed.grid(slice(None), rows, cols))
    if trace.reduce == "pick" and trace.winner is not None:
        return [tr("Find the largest number of the window. The others are forgotten.")], [
            Row("", (grid,), ""), Line(tr("largest"), printed.text(trace.winner))]
    total = printed.sum()
    return [tr("Add up the numbers of the window, then divide by how many they are.")], [
        Row("", (grid,), ""), Line(tr("sum"), plain(total)),
        Line(tr("divided by"), f"{trace.divisor:g}", blank=False),
        Line(tr("result"), plain(total / Fraction(trace.divisor)))]


def _shares(trace: Trace) -> tuple[list[str], list[Row | Table | Line]]:
    scores = Printed(trace.operands[0].values)
    values = np.array([float(v) for v in scores.values])
    powers = np.exp(values - values.max())
    rows = [[str(k), scores.text(k), numbers.figure(float(powers[k])), numbers.percent(float(powers[k] / powers.sum()))]
            for k in range(len(powers))]
    table = Table((tr("class"), tr("score x"), tr("exp(x − largest)"), tr("share")), (False, False, True, True), rows)
    tasks = [tr("Subtract the largest score from each score, and take exp of what is left."),
             tr("Add them up, and divide each by their sum.")]
    return tasks, [table, Line(tr("sum of the exp"), numbers.figure(float(powers.sum())))]


def _list(trace: Trace, network: Network, node: Node) -> tuple[list[str], list[Row | Table | Line]]:
    """The strongest terms one under another; all others as one given number."""
    order = np.argsort(-np.abs(np.nan_to_num(trace.terms)), kind="stable")
    kept = np.sort(order[:MOST_ROWS])
    rest = np.sort(order[MOST_ROWS:])
    columns = [Printed(one.values) for one in trace.operands]
    products = trace.reduce == "sum" and len(columns) == 2
    titles = [tr("comes from"), *(NAMES.get(one.source, one.source) for one in trace.operands)]
    titles.append(" · ".join(titles[1:]) if products else tr("term"))
    made = columns[0].times(columns[1]) if products else Printed(trace.terms, least=4)
    rows = [[_name(trace.operands[0], int(k), network, node) if columns else str(k), *(c.text(int(k)) for c in columns),
             made.text(int(k))] for k in kept]
    table = Table(titles, [False] * (len(titles) - 1) + [True], rows)
    if trace.reduce != "sum":
        return [tr("Fill in the terms, then the result.")], [table, Line(tr("result"), numbers.figure(trace.total, 4))]
    total = sum((made.values[int(k)] for k in kept), Fraction(0))
    blocks: list[Row | Table | Line] = [table]
    if trace.terms.size > 1:
        blocks.append(Line(tr("sum"), plain(total)))
    left = sum((made.values[int(k)] for k in rest), Fraction(0))
    blocks += _ending(trace, total, left, len(rest))
    return [tr("Multiply along each line, then add up."), *([tr("Add the bias.")] if trace.bias is not None else [])] \
        if products else [tr("Fill in the terms, then the result.")], blocks


def _where(one: Operand, at: slice) -> str:
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


def _name(one: Operand, k: int, network: Network, node: Node) -> str:
    """The number that a factor is, by the name it has on the screen."""
    if not one.cells.shape[1]:
        return str(k)
    index = tuple(int(i) for i in one.cells[k])
    if is_input(one.source):
        return origin(network, node.inputs[int(one.source[5:])], index).name
    return f"{NAMES.get(one.source, one.source)}[{', '.join(map(str, index))}]"


HEADING = (N_("Worksheet"), N_("Answers"))
