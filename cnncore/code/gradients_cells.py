"""Gradients in NumPy of layers that work cell by cell, that join, or that sum over all there is."""

from __future__ import annotations

import math

from cnncore.code.base import Ask, at, flat
from cnncore.code.gradients import NOTHING, Cell, back
from cnncore.ops.pad import MODES, sides_of
from cnncore.ops.rectifiers import ALPHA, SCALE
from cnncore.ops.smooth import CUBIC

SIGMOID = "s = 1 / (1 + np.exp(-x))"
SLOPES = {
    "relu": ["{dy} * (x > 0)"],
    "leakyrelu": ["{dy} * np.where(x > 0, 1, {op.negative_slope!r})"],
    "elu": ["{dy} * np.where(x > 0, 1, {op.alpha!r} * np.exp(min(x, 0)))"],
    "selu": [f"slope = np.where(x > 0, {SCALE!r}, {SCALE * ALPHA!r} * np.exp(min(x, 0)))", "{dy} * slope"],
    "tanh": ["{dy} * (1 - np.tanh(x) ** 2)"],
    "sigmoid": [SIGMOID, "{dy} * s * (1 - s)"],
    "silu": [SIGMOID, "{dy} * s * (1 + x * (1 - s))"],
    "softplus": ["{dy} / (1 + np.exp(-x))"],
    "hardtanh": ["{dy} * ({op.low!r} < x < {op.high!r})"],
    "hardsigmoid": ["{dy} * (-3 < x < 3) / 6"],
    "hardswish": ["{dy} * np.where(x <= -3, 0, np.where(x < 3, (2 * x + 3) / 6, 1))"],
}
GELU = {
    "none": ["from math import erfc, exp, pi, sqrt", "x = float({x})", "below = 0.5 * erfc(-x / sqrt(2))",
             "{dy} * (below + x * exp(-x * x / 2) / sqrt(2 * pi))"],
    "tanh": ["x, a = float({x}), np.sqrt(2 / np.pi)", f"t = np.tanh(a * (x + {CUBIC!r} * x**3))",
             f"slope = (1 - t * t) * a * (1 + {3 * CUBIC!r} * x * x)", "{dy} * 0.5 * (1 + t + x * slope)"],
}


@back(*SLOPES)
def curve(ask: Ask, target: str, cell: Cell) -> list[str]:
    """What came back, times the slope."""
    dy = f"{ask.names['grad']}{at(cell)}"
    return [f"x = {ask.x}{at(cell)}", *(line.format(dy=dy, op=ask.op) for line in SLOPES[ask.op.kind])]


@back("gelu")
def gelu(ask: Ask, target: str, cell: Cell) -> list[str]:
    """The slope of x times the share below x."""
    x, dy = f"{ask.x}{at(cell)}", f"{ask.names['grad']}{at(cell)}"
    return [line.format(x=x, dy=dy) for line in GELU[ask.op.approximate]]


@back("prelu")
def prelu(ask: Ask, target: str, cell: Cell) -> list[str]:
    """By the slope; to a slope all that is below 0."""
    dy, alpha = ask.names["grad"], ask.names["alpha"]
    if target == "alpha":
        own = f"[{cell[0]}]" if ask.op.per_channel else ""
        return [f"({dy}{own} * np.minimum({ask.x}{own}, 0)).sum()"]
    slope = f"{alpha}[{cell[0] if ask.op.per_channel else 0}]"
    return [f"{dy}{at(cell)} * np.where({ask.x}{at(cell)} > 0, 1, {slope})"]


@back("dropout", "spatialdropout", "add")
def same(ask: Ask, target: str, cell: Cell) -> list[str]:
    """It only passes; outside training, dropout does nothing."""
    return [f"{ask.names['grad']}{at(cell)}"]


@back("multiply")
def multiply(ask: Ask, target: str, cell: Cell) -> list[str]:
    """Times the others."""
    others = [name for k, name in enumerate(ask.inputs) if f"input{k}" != target]
    return [" * ".join(f"{name}{at(cell)}" for name in (ask.names["grad"], *others))]


@back("concat")
def concat(ask: Ask, target: str, cell: Cell) -> list[str]:
    """Its own channels."""
    first = sum(shape[0] for shape in ask.shapes[:int(target[5:])])
    return [f"{ask.names['grad']}{at((first + cell[0], *cell[1:]))}"]


@back("flatten", "reshape")
def reshape(ask: Ask, target: str, cell: Cell) -> list[str]:
    """The same numbers in the input's shape."""
    return [f"{ask.names['grad']}.reshape({ask.x}.shape){at(cell)}"]


@back("pad")
def pad(ask: Ask, target: str, cell: Cell) -> list[str]:
    """What came back to the cell, and to the padding that repeats it."""
    op, dy = ask.op, ask.names["grad"]
    around = sides_of(op.kind, "padding", op.padding, ask.rank)
    if op.mode == "zeros":
        return [f"{dy}{at((cell[0], *(i + before for i, (before, _) in zip(cell[1:], around, strict=True))))}"]
    return [f"n = np.arange({math.prod(ask.space)}).reshape{ask.space}", f"n = np.pad(n, {around}, {MODES[op.mode]!r})",
            f"{dy}[{cell[0]}][n == {flat(cell[1:], ask.space)}].sum()"]


@back("crop")
def crop(ask: Ask, target: str, cell: Cell) -> list[str]:
    """What came back, where the cell is left."""
    around = sides_of(ask.op.kind, "cut", ask.op.cut, ask.rank)
    place = [i - before for i, (before, _) in zip(cell[1:], around, strict=True)]
    left = all(0 <= i < n for i, n in zip(place, ask.output[1:], strict=True))
    return [f"{ask.names['grad']}{at((cell[0], *place))}" if left else NOTHING]


@back("keepmax")
def keepmax(ask: Ask, target: str, cell: Cell) -> list[str]:
    """A comparison: nothing comes back."""
    return [NOTHING]


@back("maxout")
def maxout(ask: Ask, target: str, cell: Cell) -> list[str]:
    """To the largest of its channels."""
    unit, piece = divmod(cell[0], ask.op.pieces)
    places = "".join(f", {i}" for i in cell[1:])
    own = f"{ask.x}[{unit * ask.op.pieces}:{(unit + 1) * ask.op.pieces}{places}]"
    return [f"{ask.names['grad']}{at((unit, *cell[1:]))} * ({own}.argmax() == {piece})"]


@back("softmax", "logsoftmax")
def softmax(ask: Ask, target: str, cell: Cell) -> list[str]:
    """p · (dy − Σ dy·p); of its logarithm dy − p · Σ dy."""
    scores, own = ask.op.around(cell, ask.x)
    came, _ = ask.op.around(cell, ask.names["grad"])
    slope = "p * (g - (g * p).sum())" if ask.op.kind == "softmax" else "g - p * g.sum()"
    return [f"s, g = {scores}, {came}", "p = np.exp(s - s.max())", "p = p / p.sum()", f"({slope})[{own}]"]


@back("dense")
def dense(ask: Ask, target: str, cell: Cell) -> list[str]:
    """Products; what goes back is a sum over the units."""
    dy = ask.names["grad"]
    if target == "input0":
        return [f"({dy} * {ask.names['weight']}[:, {cell[0]}]).sum()"]
    return [f"{dy}[{cell[0]}]" + (f" * {ask.x}[{cell[1]}]" if target == "weight" else "")]


@back("whiten")
def whiten(ask: Ask, target: str, cell: Cell) -> list[str]:
    """A sum over the rows of the matrix."""
    flat = ".reshape(-1)" if len(ask.output) > 1 else ""
    return [f"({ask.names['grad']}{flat} * {ask.names['matrix']}[:, {', '.join(map(str, cell))}]).sum()"]


@back("standardize")
def standardize(ask: Ask, target: str, cell: Cell) -> list[str]:
    """Times the scale."""
    return [f"{ask.names['grad']}{at(cell)} * {ask.names['scale']}{at(cell if ask.op.per == 'cell' else cell[:1])}"]
