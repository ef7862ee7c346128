"""The term on which the playhead stands: its factors, each with its name and the way to it, and its place."""

from __future__ import annotations

import dataclasses

import numpy as np

from app import numbers
from app.i18n import N_, tr
from app.model.frames import node_of, trace_of
from app.model.results import SILENT, Results
from app.model.timeline import Playhead, came_back, exists, is_input, origin
from app.panels.inspector_views.facts import Part, Row, brackets
from cnncore.trace import Operand, Trace

# The parts of a step: weight now, momentum, gradient, decay. Of each its number and what that is multiplied with.
STEP = ((N_("weight now"), ""), (N_("kept so far"), N_("− rate · momentum")), (N_("gradient"), N_("− rate")),
        (N_("weight now"), N_("− rate · decay")))
MANY = 4096  # terms: of more, a rank takes longer than a step


@SILENT
def term(results: Results, head: Playhead) -> list[Row]:
    """Rows for one term; none where the playhead stands on the number as a whole."""
    trace = None if head.term is None else trace_of(results, head)
    if trace is None or head.term is None or not 0 <= head.term < trace.terms.size:
        return []
    k, n = head.term, trace.terms.size
    value = float(trace.terms[k])
    said = [Part(numbers.figure(value), "code")]
    if 1 < n <= MANY and np.isfinite(value):
        place = int(np.count_nonzero(np.abs(trace.terms) > abs(value))) + 1
        said.append(Part(tr("· no. {place} by size", place=numbers.count(place))))
    rows = [Row(tr("term {k} of {n}", k=numbers.count(k + 1), n=numbers.count(n)), tuple(said))]
    if trace.kind == "update":
        return rows + _moves(head, trace, k)
    for one in trace.operands:
        row = _factor(results, head, one, k)
        if row is not None:
            rows.append(row)
    return rows


def _moves(head: Playhead, trace: Trace, k: int) -> list[Row]:
    """What a part of a weight's step is the product of, by its own names."""
    if k >= len(STEP):
        return []
    value, factor = STEP[k]
    texts = [Part(numbers.gradient(float(one.values[k])), "code") for one in trace.operands]
    learns = dataclasses.replace(head, lane="backward", term=None)
    link = Part(learns.name, "code", learns)
    rows = [Row(value, (link, texts[0]) if value == "gradient" else (texts[0],))]
    if factor:
        rows.append(Row(factor, (texts[1],)))
    return [*rows, *(Row(N_("scale"), (text,)) for text in texts[2:])] if factor else rows


def _factor(results: Results, head: Playhead, one: Operand, k: int) -> Row | None:
    """A factor: what it is, its number, and where a click leads."""
    network, node = results.network, node_of(results, head)
    value = Part(numbers.figure(float(one.values[k])), "code")
    index = tuple(int(i) for i in one.cells[k])
    if not one.inside[k]:
        return Row(N_("factor"), (Part(tr("padding")), value))
    if one.source == "grad" and index:
        return Row(N_("came back"), (Part(f"∂L/∂{node.name}{brackets(index)}", "code",
                                          came_back(network, node.name, index)), value))
    if is_input(one.source) and index:
        at = origin(network, node.inputs[int(one.source[5:])], index)
        return Row(N_("input"), (Part(at.name, "code", at), value))
    if not index:
        return Row(N_("factor"), (Part(one.source), value))
    learns = Playhead(node.name, index, None, one.source, "backward")
    name = Part(f"{node.name}.{one.source}{brackets(index)}", "code", learns if exists(network, learns) else None)
    return Row(N_("weight"), (name, value))
