"""The same for gradients, the loss and updates: where such a number comes from, and what it leads to."""

from __future__ import annotations

import dataclasses

import numpy as np

from app import numbers
from app.i18n import N_, tr
from app.model.frames import node_of, trace_of
from app.model.results import Results
from app.model.timeline import LOSS, Playhead, came_back, is_input, origin, shown_at, stretch_of, timeline
from app.panels.inspector_views.facts import Part, Row, because, brackets
from cnncore.network import INPUT
from cnncore.trace import Operand

LEARNS = {"weight": N_("its weights"), "bias": N_("its bias"), "alpha": N_("its slopes")}  # by their targets


def came_from(results: Results, head: Playhead) -> list[Row]:
    """What the number is computed from."""
    return because(results, head) + _came_from(results, head)


def _came_from(results: Results, head: Playhead) -> list[Row]:
    network, label = results.network, results.document.labels
    if head.node == LOSS:
        name = label[results.target] if results.target < len(label) else str(results.target)
        sure = numbers.share(float(results.probabilities[results.target]))
        said = tr("“{name}” (chosen by you)", name=name) if results.said is not None \
            else tr("“{name}” (assumed: it is the answer)", name=name)
        return [Row(N_("scores"), (Part(network.scores, "code", Playhead(network.scores, (results.target,))),)),
                Row(N_("target"), (Part(said),)), Row(N_("its share"), (Part(sure, "code"),))]
    if head.lane == "update":
        gradient = dataclasses.replace(head, lane="backward", term=None)
        now = float(results.document.effective[f"{head.node}.{head.target}"][head.index])
        name = N_("bias now") if head.target == "bias" else N_("weight now")
        return [Row(name, (Part(numbers.gradient(now), "code"),)), Row(N_("gradient"), _link(gradient))]
    if head.target == "output":
        return [Row(N_("readers"), (Part(", ".join(network.consumers(head.node)), "code"),))]
    trace = trace_of(results, head)
    assert trace is not None  # it is no input
    if not is_input(head.target):  # of a weight: the chain leads to what came back and to what went in
        alive = tr("{k} of {n} are not 0", k=numbers.count(int(np.count_nonzero(trace.terms))),
                   n=numbers.count(trace.terms.size))
        return [Row(N_("places"), (Part(alive),))]
    rows = []
    for one in trace.operands:
        row = _operand(results, head, one)
        if row is not None:
            rows.append(row)
    if not any(one.inside.any() for one in trace.operands):
        return [Row(N_("readers"), (Part(tr("no window lies on it")),))]
    return rows


def _operand(results: Results, head: Playhead, one: Operand) -> Row | None:
    """A column of factors: its strongest one, as a link, and how many are not 0."""
    node, network = node_of(results, head), results.network
    if one.cells.shape[1] == 0 or not one.inside.any():  # computed on the way, or beyond the edge
        return None
    if not one.inside.any():  # no window lies on it, or all of it is padding
        return None
    size = np.where(one.inside, np.nan_to_num(np.abs(one.values), nan=np.inf), -1.0)
    index = tuple(int(i) for i in one.cells[int(np.argmax(size))])
    alive = tr("{k} of {n} are not 0", k=numbers.count(int(np.count_nonzero(one.values))),
               n=numbers.count(one.values.size))
    many = (Part(alive),) if one.values.size > 1 else ()
    if one.source == "grad":
        return Row(N_("came back"), (Part(f"∂L/∂{node.name}", "code", came_back(network, node.name, index)), *many))
    if is_input(one.source):
        at = origin(network, node.inputs[int(one.source[5:])], index)
        return Row(N_("went in"), (Part(at.node, "code", at), *many))
    return Row(N_("weights"), (Part(f"{node.name}.{one.source}", "code"), Part(brackets(index), "code")))


def leads_to(results: Results, head: Playhead) -> list[Row]:
    """What is made of the number next."""
    network = results.network
    if head.lane == "loss":
        first = next(s for s in timeline(network) if s.lane == "backward")
        return [Row(N_("goes back as"), (Part("∂L/∂scores", "code", first.start),))]
    if head.lane == "update":
        text = N_("this is the bias of the next sample") if head.target == "bias" \
            else N_("this is the weight of the next sample")
        return [Row(N_("next step"), (Part(tr(text)),))]
    at = shown_at(network, head)
    if at is None:
        update = dataclasses.replace(head, lane="update", term=None)
        return [Row(N_("update"), _link(update))] if stretch_of(network, update) is not None else []
    node, _ = at
    if node == INPUT:
        return [Row(N_("drawing"), (Part(tr("how the loss moves when this pixel grows")),))]
    held = origin(network, *at)
    if held.node == INPUT:
        return []
    rows = []
    for stretch in timeline(network):
        if stretch.lane == "backward" and stretch.node == held.node and stretch.target != "output":
            name = f"{stretch.node}.{stretch.target}"
            if is_input(stretch.target):
                name = network.node(stretch.node).inputs[int(stretch.target[5:])]
            role = N_("what it read") if is_input(stretch.target) else LEARNS.get(stretch.target, stretch.target)
            rows.append(Row(role, (Part(f"∂L/∂{name}", "code", stretch.start),)))
    return rows


def _link(head: Playhead) -> tuple[Part, ...]:
    name = numbers.letter(head.target) + brackets(head.index)
    return (Part(f"∂L/∂{name}" if head.lane == "backward" else name, "code", head),)
