"""The chain rule for one gradient: its factors from the loss to here, as far as they are one path."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from app import numbers
from app.i18n import N_, tr
from app.model.frames import node_of, trace_of, value_of
from app.model.results import Results
from app.model.timeline import LOSS, Playhead, came_back, is_input, origin, shown_at
from app.panels.inspector_views.facts import Part, Row, brackets
from cnncore.network import Node
from cnncore.trace import Trace

LONGEST = 12  # links of a chain: beyond it nobody follows


def chain(results: Results, head: Playhead) -> list[Row]:
    """Rows from what came back first to the number itself; empty where nothing comes before it."""
    if head.lane != "backward" or head.node == LOSS:
        return []
    at, end = head.whole, []
    if head.target != "output" and not is_input(head.target):
        trace = trace_of(results, head)
        assert trace is not None  # it is no input
        came = _strongest(results, head, trace)
        if came is None:
            return []
        at, end = came[0], _weight_rows(results, head, trace, came[1])
    rows: list[Row] = []
    start = at
    for _ in range(LONGEST):
        step = _before(results, start)
        if step is None:
            break
        before, row = step
        rows.insert(0, row)
        start = before
    if not rows and not end:
        return []
    top = [] if start == at else [_link(results, start)]
    here = _link(results, at, strong=not end)
    return [*top, *rows, here, *end]


def _link(results: Results, head: Playhead, strong: bool = False) -> Row:
    """A gradient's name, and its number as a way there."""
    name = f"∂L/∂{head.node}.{head.target}{brackets(head.index)}"
    at = shown_at(results.network, head)
    if at is not None:
        name = f"∂L/∂{origin(results.network, *at).node}"
    number = Part(numbers.gradient(value_of(results, head)), "code", head)
    return Row(f"= {name}" if strong else name, (number,))


def _before(results: Results, head: Playhead) -> tuple[Playhead, Row] | None:
    """One step towards the loss: the gradient that this one is a multiple of, and the factor in words."""
    if head.node == LOSS or head.target == "output" or not is_input(head.target):
        return None
    trace = trace_of(results, head)
    if trace is None:
        return None
    node = node_of(results, head)
    term = _only(trace)
    came = _came(trace)
    if term is None or came is None:
        return None
    before = came_back(results.network, node.name, tuple(int(i) for i in came.cells[term]))
    if before is None:
        return None
    factor = _factor(trace, term)
    rank = len(results.network.shapes[node.inputs[0]]) - 1
    return before, Row(_words(node, trace, factor, rank), (Part(f"× {_short(factor)}", "code"),))


def _only(trace: Trace) -> int | None:
    """The one term that counts; None where several do."""
    came = _came(trace)
    if came is None:
        return None
    inside = np.flatnonzero(came.inside)
    if inside.size == 1:
        return int(inside[0])
    factors = [one.values for one in trace.operands if one.source != "grad"]
    alive = [int(k) for k in inside if all(f[k] != 0 for f in factors)] if factors else []
    return alive[0] if len(alive) == 1 else None


def _came(trace: Trace):  # type: ignore[no-untyped-def]
    return next((one for one in trace.operands if one.source == "grad" and one.cells.shape[1]), None)


def _factor(trace: Trace, term: int) -> float:
    return math.prod(float(one.values[term]) for one in trace.operands if one.source != "grad")


def _words(node: Node, trace: Trace, factor: float, rank: int) -> str:
    """What the factor is, in words."""
    sources = {one.source for one in trace.operands}
    kind = tr(node.op.title or node.op.kind)
    if "won" in sources:
        size = " × ".join(str(n) for n in _window(node, rank))
        if not size:
            text = N_("the largest, {name}") if factor else N_("not the largest, {name}")
            return tr(text, name=node.name)
        return tr("winner of its {size}", size=size) if factor else tr("no winner of its {size}", size=size)
    if node.op.kind == "relu":
        return tr("ReLU was open") if factor else tr("ReLU was shut")
    if "slope" in sources:
        return tr("slope of {curve}", curve=kind)
    return kind


def _window(node: Node, rank: int) -> tuple[int, ...]:
    window = getattr(node.op, "window", None)
    return window if isinstance(window, tuple) else () if window is None else (window,) * rank


def _strongest(results: Results, head: Playhead, trace: Trace) -> tuple[Playhead, int] | None:
    """Of a weight: the place whose product is largest, and its term."""
    came = _came(trace)
    if came is None or not trace.terms.size:
        return None
    term = int(np.argmax(np.nan_to_num(np.abs(trace.terms), nan=0.0)))
    before = came_back(results.network, head.node, tuple(int(i) for i in came.cells[term]))
    return None if before is None else (before, term)


def _weight_rows(results: Results, head: Playhead, trace: Trace, term: int) -> list[Row]:
    """Times what went in there, and all the other places."""
    rows = []
    for one in trace.operands:
        if one.source == "grad":
            continue
        to = None
        if is_input(one.source) and one.cells.shape[1] and one.inside[term]:
            source = results.network.node(head.node).inputs[int(one.source[5:])]
            to = Playhead(source, tuple(int(i) for i in one.cells[term]))
        name = N_("went in") if is_input(one.source) else one.source
        rows.append(Row(name, (Part(f"× {_short(float(one.values[term]))}", "code", to),)))
    others = int(np.count_nonzero(trace.terms)) - int(trace.terms[term] != 0)
    if others > 0:
        rest = trace.total - float(trace.terms[term])
        sign = numbers.MINUS if rest < 0 else "+"  # brackets would not fit a narrow column
        text = f"{sign} {_short(abs(rest))}"
        rows.append(Row(tr("{n} other places", n=numbers.count(others)), (Part(text, "code"),)))
    total = Part(numbers.gradient(trace.total), "code", dataclasses.replace(head, term=None))
    return [*rows, Row(f"= ∂L/∂{numbers.letter(head.target)}", (total,))]


def _short(value: float) -> str:
    text = numbers.figure(value)
    return f"({text})" if value < 0 else text
