"""What a number is, in words; its formula, and the formula with values; what a gradient means."""

from __future__ import annotations

import numpy as np

from app import numbers
from app.i18n import N_, tr
from app.model.results import Results
from app.model.timeline import LOSS, Playhead, is_input
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


def formula(trace: Trace | None, head: Playhead, title: str = "") -> tuple[str, str]:
    """Symbols, and the same with values plugged in: two or four of the strongest terms."""
    if trace is None:
        return "", ""
    own = "y" if head.target == "output" else "x" if is_input(head.target) else numbers.letter(head.target)
    y = f"∂L/∂{own}" if head.lane == "backward" else "y"
    result = f" = {numbers.figure(trace.total)}"
    if head.lane == "update":
        return f"{own} ← {own} − rate · ∂L/∂{own}", f"{own} ← {numbers.gradient(trace.total)}"
    if trace.kind == "curve":
        name = tr(title) if title else "f"
        return f"y = {name}(x)", f"{name}({_short(trace.operands[0].values[0])}){result}"
    if trace.kind == "copy":
        return "y = x", f"x{result}"
    if trace.kind == "shares":
        if trace.reduce == "log":
            return "L = −ln p", f"−ln p{result}"
        return "p = exp(x) / Σ exp(x)", result.removeprefix(" = ")
    if trace.reduce == "pick":
        return "y = max(x)", f"max({_listed([_short(v) for v in trace.terms[trace.operands[0].inside]], ', ')}){result}"
    if trace.reduce == "root":
        return "y = √ Σ x²", f"√ {numbers.figure(float(trace.terms.sum()))}{result}"
    return _sum(trace, y, result)


def _sum(trace: Trace, y: str, result: str) -> tuple[str, str]:
    letters = {"grad": "∂L/∂y", "weight": "w", "matrix": "w"}
    names = [letters.get(one.source, "x" if is_input(one.source) else one.source) for one in trace.operands]
    sign = "Σ " if trace.terms.size > 1 else ""
    lead = f"{y} = {sign}{' · '.join(names)}" + (" + b" if trace.bias is not None else "")
    lead = lead if trace.divisor == 1 else f"{y} = ({lead.removeprefix(f'{y} = ')}) / {trace.divisor:g}"
    size = np.nan_to_num(np.abs(trace.terms), nan=np.inf)
    alive = int(np.count_nonzero(size))
    count = alive if alive <= SHOWN + 2 else SHOWN
    order = sorted(range(size.size), key=lambda k: -size[k])[:count] if size.size <= 4096 \
        else [int(k) for k in np.argpartition(-size, count)[:count]]
    factors = [one.values for one in trace.operands]
    product = len(factors) == 2
    terms = ["·".join(_short(f[k]) for f in factors) if product else _short(trace.terms[k]) for k in order]
    text = " + ".join(terms) or "0"
    if alive > count:
        text += f" + {tr('({count} more)', count=numbers.count(alive - count))}"
    if trace.bias is not None:
        text += f" + {_short(trace.bias)}"
    return lead, (text if trace.divisor == 1 else f"({text}) / {trace.divisor:g}") + result


def _listed(texts: list[str], join: str) -> str:
    if len(texts) <= 4:
        return join.join(texts)
    return join.join([*texts[:SHOWN], "…", texts[-1]])


def _short(value: float) -> str:
    text = numbers.brief(float(value))
    return f"({text})" if value < 0 else text
