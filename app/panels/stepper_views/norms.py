"""What a norm does to a number, read from its trace: mean, variance, scale, weight and bias, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app import numbers
from app.i18n import tr
from app.model.frames import trace_of
from app.model.timeline import Playhead
from app.panels.stepper_views.base import Scene
from app.widgets.formula_chain import ADD, TAKE, TIMES, Line, chain
from app.widgets.formula_norm import Normed, grouped, normed_group


def normed_fixed(scene: Scene) -> Normed | None:
    """Of one number, moved and scaled by what was found before: the mean is what its bias leaves for it."""
    trace = scene.trace
    sources = [one.source for one in trace.operands]
    if (trace.kind, trace.target, trace.terms.size) != ("products", "output", 1) or trace.bias is None:
        return None
    if sources[:1] != ["input0"] or sources[-1] != "scale" or sources[1:-1] not in ([], ["weight"]):
        return None
    scale = float(trace.operands[-1].values[0])
    weight = bias = None
    if len(sources) == 3:
        weight = float(trace.operands[1].values[0])
        own = scene.results.document.effective.get(f"{scene.node.name}.bias")
        bias = float(own[tuple(trace.operands[1].cells[0])]) if own is not None else 0.0
    slope = scale * (1.0 if weight is None else weight)
    mean = ((bias or 0.0) - trace.bias) / slope if slope else float("nan")  # a weight of 0 hides it
    return Normed(float(trace.operands[0].values[0]), mean, None, scale, weight, bias, np.zeros(0),
                  np.zeros((0, 0), np.int64))


def normed(scene: Scene) -> Normed | None:
    """What a norm does to the number of a scene; None where it is none."""
    return normed_group(scene.trace) if grouped(scene.trace) else normed_fixed(scene)


def lines_of(one: Normed, total: float) -> list[Line]:
    """From x to y, a line a step."""
    scale = tr("scale, fixed in training") if one.variance is None else tr(
        "scale = 1 / √({variance} + ε)", variance=numbers.figure(one.variance))
    mean = tr("mean, fixed in training") if one.variance is None else tr(
        "mean of {n} numbers", n=numbers.count(one.group.size))
    steps = [(mean, TAKE, one.mean), (scale, TIMES, one.scale)]
    if one.weight is not None:
        steps.append((tr("weight"), TIMES, one.weight))
    if one.bias is not None:
        steps.append((tr("bias"), ADD, one.bias))
    return chain((tr("the number x"), one.x), steps, total)


@dataclass(frozen=True, eq=False)
class NormedBack:
    """scale · (g − mean of all g − x̂ · mean of all g·x̂), with g = what came back · weight.

    Args:
        came, weight: Of the number itself; the weight is None where there is none.
        mean: Of all g.
        along: x̂ · mean of g·x̂.
        scale: As forwards.
        share: (n,) how much of each g of the group goes back.
        cells: (n, rank) the places of the group.
    """

    came: float
    weight: float | None
    mean: float
    along: float
    scale: float
    share: NDArray[np.float64]
    cells: NDArray[np.int64]


def normed_back(scene: Scene) -> NormedBack | None:
    """The way back through a norm by a group; None where it is none."""
    trace, head = scene.trace, scene.head
    sources = [one.source for one in trace.operands]
    if head.lane != "backward" or head.target != "input0" or sources[:1] != ["grad"] or sources[-1:] != ["share"]:
        return None
    if trace.operands[-1].cells.shape[1] or scene.shape != scene.results.network.shapes[scene.node.name]:
        return None
    seen = trace_of(scene.results, Playhead(scene.node.name, head.index))
    if seen is None or not grouped(seen):
        return None
    forward = normed_group(seen)
    came, share = trace.operands[0], trace.operands[-1].values
    if forward.cells.shape != came.cells.shape or not np.array_equal(forward.cells, came.cells):
        return None
    own = int(np.flatnonzero((came.cells == np.array(head.index)).all(axis=1))[0])
    weights = trace.operands[1].values if len(sources) == 3 else np.ones(came.values.size)
    g = came.values * weights
    hats = (forward.group - forward.mean) * forward.scale
    return NormedBack(float(came.values[own]), float(weights[own]) if len(sources) == 3 else None, float(g.mean()),
                      float(hats[own] * (g * hats).mean()), forward.scale, share, came.cells)


def back_lines(one: NormedBack, total: float) -> list[Line]:
    """From what came back to what goes back, a line a step."""
    steps = [] if one.weight is None else [(tr("weight"), TIMES, one.weight)]
    steps += [(tr("mean of all g"), TAKE, one.mean), (tr("normed x · mean of all g·x"), TAKE, one.along),
              (tr("scale"), TIMES, one.scale)]
    first = tr("g: what came back") if one.weight is None else tr("what came back")
    if one.weight is not None:
        steps[0] = (tr("weight, to g"), TIMES, one.weight)
    return chain((first, one.came), steps, total, numbers.gradient)
