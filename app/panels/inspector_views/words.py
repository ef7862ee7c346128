"""What a number is, in words; its formula, and the formula with values; what a gradient means."""

from __future__ import annotations

import numpy as np

from app import numbers
from app.i18n import N_, tr
from app.model.results import Results
from app.model.timeline import LOSS, Playhead, is_input
from app.widgets.formula_trace import text_of
from cnncore.network import INPUT
from cnncore.trace import Trace

LEARNED = {"bias": N_("bias"), "alpha": N_("slope")}  # what learns and is not called a weight
SHOWN = 2  # terms of a formula that has more than four


def what(results: Results, head: Playhead) -> str:
    """``convolution · row 10, column 9`` (its map stands in its name); of another pass, what it measures."""
    network = results.network
    if head.lane == "loss":
        return tr("how wrong the answer is")
    if head.lane == "update":
        return tr("this {name} after one step", name=_learned(head))
    if head.lane == "backward":
        if head.node == LOSS or head.target == "output" or is_input(head.target):
            pixel = head.target != "output" and head.node != LOSS and _source(results, head) == INPUT
            return tr("loss gradient of this pixel") if pixel and head.cell \
                else tr("loss gradient of this number")
        return tr("loss gradient of this {name}", name=_learned(head))
    kind = tr(N_("the network's input")) if head.node == INPUT else tr(network.node(head.node).op.title)
    return f"{kind} · {_place(head.index)}"


def _source(results: Results, head: Playhead) -> str:
    return results.network.node(head.node).inputs[int(head.target[5:])]


def _learned(head: Playhead) -> str:
    """What a number that learns is called: weight, bias, slope."""
    return tr(LEARNED.get(head.target, "weight"))


def _place(index: tuple[int, ...]) -> str:
    if len(index) == 1:
        return tr("number {k}", k=index[0])
    if len(index) == 2:
        return tr("place {place}", place=index[1])
    if len(index) == 3:
        return tr("row {row}, column {column}", row=index[1], column=index[2])
    return tr("slice {slice} · [{row}, {column}]", slice=index[1], row=index[2], column=index[3])


def meaning(head: Playhead, value: float) -> str:
    """Which way the loss goes, and for what learns what the step makes of that; "" where it is no gradient."""
    if head.lane != "backward" or not np.isfinite(value):
        return ""
    weight = not (head.node == LOSS or head.target == "output" or is_input(head.target))
    if value == 0:
        return tr("Zero: the loss does not feel this {name} here. The step leaves it as it is.", name=_learned(head)) \
            if weight else tr("Zero: the loss does not feel this number here.")
    if weight:
        text = N_("Negative: a **larger** {name} lowers the loss. So the step makes it larger.") if value < 0 \
            else N_("Positive: a **smaller** {name} lowers the loss. So the step makes it smaller.")
        return tr(text, name=_learned(head))
    return tr("Negative: the loss falls when this number **grows**.") if value < 0 \
        else tr("Positive: the loss rises when this number **grows**.")


def formula(trace: Trace | None, title: str = "", muted: bool = False, rate: float = 0.0) -> tuple[str, str]:
    """Symbols, and the same with values plugged in, as the stepper writes them: all of a few terms, or two of many."""
    if trace is None:
        return "", ""
    if trace.kind == "copy":
        return "y = x", f"x = {numbers.figure(trace.total)}"
    return text_of(trace, muted, title, rate, SHOWN)
