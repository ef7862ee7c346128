"""A worksheet of one number: its factors as they are printed, and blanks for all that is made of them.

Every answer follows from the printed numbers exactly, so that whoever calculates by hand is never let down; what the
network says with all its digits stands beside it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from app import numbers
from app.export.printed import plain
from app.export.sheet_lines import by_kind
from app.export.sheet_parts import Block, Line, Row, Seen, Worksheet
from app.export.sheet_sums import MOST_COLS, Given, grid_shape, listed, products, window
from app.i18n import tr
from app.model.frames import node_of, trace_of
from app.model.results import Results
from app.model.timeline import Playhead, shown_at
from cnncore.errors import CnnError
from cnncore.network import INPUT, Node
from cnncore.shapes import receptive_region
from cnncore.trace import Trace

LEAST_SEEN = 3  # rows and columns of an input that is worth a picture


def of_cell(results: Results, head: Playhead) -> Worksheet:
    """How one number is made."""
    head = head.whole
    trace = trace_of(results, head)
    if trace is None:
        raise CnnError("export.input", "An input is not computed: choose a number of a layer.")
    node, name = node_of(results, head), spoken(results, head)
    if trace.kind == "copy":
        raise CnnError("export.copy", "{name} is only moved, there is nothing to calculate. Choose a number of another "
                       "layer.", name=name)
    given = Given(results, head, node, *_in_units(trace))
    shape = grid_shape(trace)
    found = by_kind(given)
    if found is None and shape is not None and trace.reduce == "sum" and len(trace.operands) == 2 \
            and shape[2] <= MOST_COLS and given.windowed:
        found = products(given, shape)
    if found is None and shape is not None and len(trace.operands) == 1 and trace.kind == "window" \
            and shape[2] <= MOST_COLS:
        found = window(given, shape)
    tasks, blocks = found or listed(given)
    said = str(np.float32(trace.total))
    note = tr("With all its digits the network says {value}. Your result comes from the rounded numbers printed here.",
              value=said.replace("-", numbers.MINUS))
    if math.isfinite(trace.total) and _answer(blocks) == plain(Fraction(said)):
        note = ""  # there was nothing to round
    title = tr("How {cell} moves", cell=name) if head.lane == "update" else tr("How {cell} is made", cell=name)
    return Worksheet(title, purpose_of(node, head), tasks, blocks, note,
                     seen_by(results, head))


def spoken(results: Results, head: Playhead) -> str:
    """The number by the name that the stepper gives it."""
    at = shown_at(results.network, head) if head.lane == "backward" else None
    return head.name if at is None else f"∂L/∂{at[0]}" + (f"[{', '.join(map(str, at[1]))}]" if at[1] else "")


def purpose_of(node: Node, head: Playhead) -> str:
    """What the layer does, in a few words; of other passes, what is done there."""
    if head.lane == "update":
        return tr("a step down the gradient, then the next sample")
    if head.lane != "forward":
        return ""
    text, facts = node.op.summary()
    return " · ".join(filter(None, [tr(node.op.title or node.op.kind), tr(text, **facts) if text else ""]))


def seen_by(results: Results, head: Playhead, last: Playhead | None = None) -> Seen | None:
    """What a number sees of the input, or all numbers from one to a last; None where that makes no picture."""
    shape = results.network.shapes[INPUT]
    if head.lane != "forward" or len(shape) != 3 or min(shape[1:]) < LEAST_SEEN:
        return None
    spans: list[tuple[int, int]] = []
    for one in (head, last or head):
        box = receptive_region(results.network, head.node, one.index).get(INPUT)
        if box is None:
            return None
        spans += [(s.start, s.stop) for s in box[-2:]]
    rows, cols = spans[0::2], spans[1::2]
    top, left = max(min(a for a, _ in rows), 0), max(min(a for a, _ in cols), 0)
    high, wide = min(max(b for _, b in rows), shape[1]) - top, min(max(b for _, b in cols), shape[2]) - left
    role = "picture" if results.document.typed is None else "signed"
    return Seen(results.values(INPUT)[0], role, (top, left, high, wide)) if high > 0 and wide > 0 else None


def _in_units(trace: Trace) -> tuple[Trace, str]:
    """The trace with what came back in units of a power of ten, where two decimals would leave nothing; the unit."""
    back = [one for one in trace.operands if one.source == "grad"]
    power = numbers.power(max((float(np.abs(np.nan_to_num(one.values)).max(initial=0.0)) for one in back), default=0.0))
    if not power:
        return trace, ""
    operands = tuple(dataclasses.replace(one, values=one.values / 10.0**power) if one.source == "grad" else one
                     for one in trace.operands)
    return dataclasses.replace(trace, operands=operands, terms=trace.terms / 10.0**power,
                               total=trace.total / 10.0**power), numbers.times(power)


def _answer(blocks: Sequence[Block]) -> str:
    """What is asked for at last."""
    last = blocks[-1]
    if isinstance(last, Line):
        return last.text
    return (last.sum[1] if last.sum else "") if isinstance(last, Row) else last.rows[-1][-1]
