"""Worksheets of what is no plain sum: activations, the largest of a map, softmax, the loss, the step of a weight."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from app import numbers
from app.export.printed import Printed, plain
from app.export.sheet_parts import Grid, Line, Row, Table
from app.export.sheet_sums import MOST_COLS, Content, Given, grid_shape, where
from app.i18n import tr
from app.model.timeline import LOSS, origin
from cnncore.losses import LOSSES, CrossEntropy
from cnncore.trace import Trace

TERMS = ("weight now", "momentum", "gradient", "decay")  # of an update, as the stepper names them
NEAR = 1e-6


def by_kind(given: Given) -> Content | None:
    """What a kind of trace is asked for; None: it is a sum."""
    trace, head = given.trace, given.head
    entropy = LOSSES[given.results.document.training.settings.loss] is CrossEntropy
    if trace.kind == "update":
        return _update(given)
    if head.node == LOSS and entropy and trace.reduce in ("log", "sum"):
        return _loss(given) if head.lane == "loss" else _loss_back(given)
    if trace.kind == "shares" and trace.reduce == "share":
        return _shares(given)
    if trace.kind == "curve" and head.lane == "forward" and trace.terms.size == 1:
        return _curve(given)
    return _kept(given) if trace.kind == "kept" and head.lane == "forward" else None


def _curve(given: Given) -> Content:
    """One number through a function."""
    trace, node = given.trace, given.node
    seen = trace.operands[0]
    x = Printed(seen.values)
    text, facts = node.op.summary()
    what = f"{tr(node.op.title or node.op.kind)}" + (f": {tr(text, **facts)}" if text else "")
    name = origin(given.results.network, node.inputs[0], tuple(int(i) for i in seen.cells[0])).name
    return [tr("Put the number into the function. {what}.", what=what)], [
        Table((tr("comes from"), "x", "y"), (False, False, True), [[name, x.text(0), through(trace, x.values[0])]])]


def through(trace: Trace, x: Fraction) -> str:
    """What becomes of a number as it is printed: where the function is a line through 0, of that very number."""
    seen = float(trace.operands[0].values[0])
    slope = float(trace.operands[1].values[0]) if len(trace.operands) > 1 else math.nan
    if abs(slope * seen - trace.total) <= NEAR * max(abs(trace.total), 1.0):
        return plain(x * Printed(np.array([slope])).values[0])
    return numbers.figure(trace.total, 4)


def _kept(given: Given) -> Content | None:
    """1 where a map is largest, else 0."""
    trace, shape = given.trace, grid_shape(given.trace)
    if shape is None or shape[0] != 1 or shape[2] > MOST_COLS:
        return None
    seen = trace.operands[0]
    x = Printed(seen.values)
    own = next((k for k, cell in enumerate(seen.cells) if tuple(map(int, cell)) == given.head.index), 0)
    grid = Grid(tr("Input"), where(seen, slice(None)), x.grid(slice(None), *shape[1:]))
    name = origin(given.results.network, given.node.inputs[0], given.head.index).name
    return [tr("Find the largest number of the map."),
            tr("The result is 1 where a number is the largest, else 0.")], [
        Row("", (grid,), ""), Line(tr("largest"), plain(max(x.values))), Line(name, x.text(own), blank=False),
        Line(tr("result"), plain(Fraction(trace.total)))]


def _powers(scores: Printed) -> np.ndarray:
    values = np.array([float(v) for v in scores.values])
    return np.asarray(np.exp(values - values.max()))


def _share_tasks() -> list[str]:
    return [tr("Subtract the largest score from each score, and take exp of what is left."),
            tr("Add them up, and divide each by their sum.")]


def _titles() -> tuple[str, ...]:
    return tr("class"), tr("score x"), tr("exp(x − largest)"), tr("share p")


def _rows(scores: Printed, powers: np.ndarray) -> list[list[str]]:
    shares = powers / powers.sum()
    return [[str(k), scores.text(k), numbers.figure(float(powers[k])), numbers.percent(float(shares[k]))]
            for k in range(len(powers))]


def _shares(given: Given) -> Content:
    scores = Printed(given.trace.operands[0].values)
    powers = _powers(scores)
    table = Table(_titles(), (False, False, True, True), _rows(scores, powers))
    own = given.trace.winner or 0
    return _share_tasks(), [
        table, Line(tr("sum of the exp"), numbers.figure(float(powers.sum()))),
        Line(tr("result: the share of class {k}", k=own), numbers.percent(float(powers[own] / powers.sum())))]


def _loss(given: Given) -> Content:
    """How wrong the answer is: minus the logarithm of the target's share."""
    scores, target = Printed(given.trace.operands[0].values), given.results.target
    powers = _powers(scores)
    share = float(powers[target] / powers.sum())
    table = Table(_titles(), (False, False, True, True), _rows(scores, powers))
    tasks = [*_share_tasks(), tr("Take the share of the target, class {k}: the loss is minus its logarithm.", k=target)]
    return tasks, [
        table, Line(tr("sum of the exp"), numbers.figure(float(powers.sum()))),
        Line(tr("share of the target"), numbers.figure(share, 4)),
        Line("L = −ln p", numbers.figure(float(-np.log(share)), 4) if share > 0 else "∞")]


def _loss_back(given: Given) -> Content:
    """Share minus target, class by class."""
    results = given.results
    scores, target = Printed(results.values(results.network.scores).reshape(-1)), results.target
    powers = _powers(scores)
    shares, own = powers / powers.sum(), given.head.index[-1] if given.head.index else 0
    rows = [[*row, "1" if k == target else "0", numbers.figure(float(shares[k]) - (k == target))]
            for k, row in enumerate(_rows(scores, powers))]
    table = Table((*_titles(), tr("target t"), "p − t"), (False, False, True, True, False, True), rows)
    return [*_share_tasks(), tr("Subtract the target: what comes back to each score is p − t.")], [
        table, Line(tr("result: class {k}", k=own), rows[own][-1])]


def _update(given: Given) -> Content:
    """The step of one weight: what the optimiser adds to it."""
    trace = given.trace
    rows, total = [], 0.0
    for k in range(trace.terms.size):
        name = tr(TERMS[k]) if k < len(TERMS) else tr("term {k}", k=k)
        factors = [numbers.gradient(float(one.values[k])) for one in trace.operands]
        product = float(np.prod([_read(text) for text in factors]))
        total += product
        rows.append([name, *factors, numbers.gradient(product)])
    table = Table((tr("what is added"), tr("value"), tr("factor"), tr("value · factor")), (False, False, False, True),
                  rows)
    return [tr("Multiply along each line, then add up."), tr("Round the result to four digits.")], [
        table, Line(tr("weight after the step"), numbers.gradient(total))]


def _read(text: str) -> float:
    """A number as it is printed."""
    return float(text.replace(numbers.MINUS, "-").replace(",", ""))
