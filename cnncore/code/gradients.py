"""Gradients in NumPy: lines for those that are short. ``dy`` is what came back, ∂L/∂ of the layer's output."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

from cnncore.code.base import Ask, at
from cnncore.op import Range
from cnncore.ops import windows
from cnncore.ops.conv import NUMPY
from cnncore.ops.text import padding_lines
from cnncore.shapes import Axis

Cell = tuple[int, ...]
Back = Callable[[Ask, str, Cell], list[str]]
BACK: dict[str, Back] = {}


def gradient(ask: Ask, target: str, cell: Cell) -> list[str]:
    """Lines for ∂L/∂ one number; none where they would be long."""
    write = BACK.get(ask.op.kind)
    return write(ask, target, cell) if write is not None else []


def back(*kinds: str) -> Callable[[Back], Back]:
    """Enter a function for these kinds."""
    def enter(function: Back) -> Back:
        BACK.update(dict.fromkeys(kinds, function))
        return function
    return enter


SLOPES = {
    "relu": ["{dy} * (x > 0)"],
    "leakyrelu": ["{dy} * np.where(x > 0, 1, {op.negative_slope!r})"],
    "elu": ["{dy} * np.where(x > 0, 1, {op.alpha!r} * np.exp(min(x, 0)))"],
    "tanh": ["{dy} * (1 - np.tanh(x) ** 2)"],
    "sigmoid": ["y = 1 / (1 + np.exp(-x))", "{dy} * y * (1 - y)"],
    "silu": ["s = 1 / (1 + np.exp(-x))", "{dy} * s * (1 + x * (1 - s))"],
    "softplus": ["{dy} / (1 + np.exp(-x))"],
    "hardtanh": ["{dy} * ({op.low!r} < x < {op.high!r})"],
}


@back(*SLOPES)
def curve(ask: Ask, target: str, cell: Cell) -> list[str]:
    """What came back, times the slope."""
    dy = f"{ask.names['grad']}{at(cell)}"
    return [f"x = {ask.x}{at(cell)}", *(line.format(dy=dy, op=ask.op) for line in SLOPES[ask.op.kind])]


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


@back("dense")
def dense(ask: Ask, target: str, cell: Cell) -> list[str]:
    """Products; what goes back is a sum over the units."""
    dy = ask.names["grad"]
    if target == "input0":
        return [f"({dy} * {ask.names['weight']}[:, {cell[0]}]).sum()"]
    return [f"{dy}[{cell[0]}]" + (f" * {ask.x}[{cell[1]}]" if target == "weight" else "")]


@back("conv")
def conv(ask: Ask, target: str, cell: Cell) -> list[str]:
    """Sums over the places of the output."""
    op, dy, w = ask.op, ask.names["grad"], ask.names["weight"]
    axes: tuple[Axis, ...] = op.axes(ask.space)
    per_in, per_out = ask.shapes[0][0] // op.groups, op.filters // op.groups
    if target == "bias":
        return [f"{dy}[{cell[0]}].sum()"]
    if target == "weight":
        place = [a.kernel - 1 - k if op.flip else k for k, a in zip(cell[2:], axes, strict=True)]
        ranges = [(k * a.dilation, k * a.dilation + (a.out - 1) * a.stride + 1, a.stride)
                  for k, a in zip(place, axes, strict=True)]
        lines = padding_lines(ask.x, op.padding, [(a.kernel, a.stride, a.dilation) for a in axes],
                              NUMPY.get(op.mode, ""))
        channel = cell[0] // per_out * per_in + cell[1]
        went = f"{'q' if lines else ask.x}[{channel}, {windows.sliced(tuple(ranges))}]"
        return [*lines, f"({dy}[{cell[0]}] * {went}).sum()"]
    if op.mode != "zeros":
        return []
    outs = [axis.reaches(i) for axis, i in zip(axes, cell[1:], strict=True)]
    if any(stop <= start for start, stop, _ in outs):
        return ["0.0"]
    group, own = divmod(cell[0], per_in)
    filters = f"{group * per_out}:{(group + 1) * per_out}" if op.groups > 1 else ":"
    kernel = ", ".join(_met(axis, i, out, op.flip) for axis, i, out in zip(axes, cell[1:], outs, strict=True))
    return [f"g = {dy}[{filters}, {_range(outs)}]", f"(g * {w}[{filters}, {own}, {kernel}]).sum()"]


def _range(ranges: list[Range]) -> str:
    """Slices that keep their axis."""
    return ", ".join(f"{start}:{stop}" + (f":{step}" if step > 1 else "") for start, stop, step in ranges)


def _met(axis: Axis, i: int, out: Range, flip: bool) -> str:
    """The kernel cells that the windows of a range lay on cell ``i``, in their order: backwards through the kernel."""
    cells = [(i + axis.padding - o * axis.stride) // axis.dilation for o in range(*out)]
    cells = [axis.kernel - 1 - k for k in cells] if flip else cells
    if len(cells) == 1:
        return f"{cells[0]}:{cells[0] + 1}"
    step = cells[1] - cells[0]
    stop = cells[-1] + (1 if step > 0 else -1)
    return f"{cells[0]}:{stop if stop >= 0 else ''}:{step}".removesuffix(":1")


@back("maxpool")
def maxpool(ask: Ask, target: str, cell: Cell) -> list[str]:
    """What came back of each window, where the cell is its winner."""
    return _won(ask.op.axes(ask.space), ask.x, ask.names["grad"], cell)


def unpooled(ask: Ask, cell: Cell) -> list[str]:
    """Unpooling does forwards what max pooling does backwards."""
    return _won(ask.op.axes(ask.shapes[1][1:]), ask.names["input1"], ask.x, cell)


@back("unpool")
def unpool(ask: Ask, target: str, cell: Cell) -> list[str]:
    """Where the number went; the second input only says where."""
    if target == "input1":
        return ["0.0"]
    axes: tuple[Axis, ...] = ask.op.axes(ask.shapes[1][1:])
    ranges = [_inside(axis, o) for axis, o in zip(axes, cell[1:], strict=True)]
    window = f"[{cell[0]}, {windows.sliced(tuple(ranges))}]"
    return [f"k = {ask.names['input1']}{window}.argmax()", f"{ask.names['grad']}{window}.reshape(-1)[k]"]


def _won(axes: tuple[Axis, ...], x: str, came: str, cell: Cell) -> list[str]:
    """One product for each window that lies on the cell; what of a window lies on padding is cut off."""
    terms = []
    for spot in itertools.product(*(range(*axis.reaches(i)) for axis, i in zip(axes, cell[1:], strict=True))):
        ranges = tuple(_inside(axis, o) for axis, o in zip(axes, spot, strict=True))
        k = 0
        for i, own in zip(cell[1:], ranges, strict=True):
            k = k * len(range(*own)) + range(*own).index(i)
        window = f"{x}[{cell[0]}, {windows.sliced(ranges)}]"
        terms.append(f"{came}{at((cell[0], *spot))} * ({window}.argmax() == {k})")
    if len(terms) < 2:
        return terms or ["0.0"]
    return ["s = 0.0", *(f"s += {term}" for term in terms), "s"]


def _inside(axis: Axis, o: int) -> Range:
    """A window without padding."""
    start = o * axis.stride - axis.padding
    cells = [i for i in range(start, start + axis.kernel * axis.dilation, axis.dilation) if 0 <= i < axis.size]
    return cells[0], cells[-1] + 1, axis.dilation


@back("meanpool")
def meanpool(ask: Ask, target: str, cell: Cell) -> list[str]:
    """A share of what came back of each window, where all have the same."""
    axes: tuple[Axis, ...] = ask.op.axes(ask.space)
    if any(a.padding or a.after for a in axes):
        return []
    outs = [axis.reaches(i) for axis, i in zip(axes, cell[1:], strict=True)]
    return [f"{ask.names['grad']}[{cell[0]}, {_range(outs)}].sum() / {math.prod(a.kernel for a in axes)}"]


@back("globalmaxpool", "globalmeanpool")
def whole(ask: Ask, target: str, cell: Cell) -> list[str]:
    """To the largest cell of the map, or to all alike."""
    dy, own = f"{ask.names['grad']}[{cell[0]}].sum()", f"{ask.x}[{cell[0]}]"
    if ask.op.kind == "globalmeanpool":
        return [f"{dy} / {own}.size"]
    k = 0
    for i, n in zip(cell[1:], ask.space, strict=True):
        k = k * n + i
    return [f"{dy} * ({own}.argmax() == {k})"]


@back("softmax")
def softmax(ask: Ask, target: str, cell: Cell) -> list[str]:
    """p · (dy − Σ dy·p)."""
    scores, own = ask.op.around(cell, ask.x)
    came, _ = ask.op.around(cell, ask.names["grad"])
    return [f"s, g = {scores}, {came}", "p = np.exp(s - s.max())", "p = p / p.sum()",
            f"(p * (g - (g * p).sum()))[{own}]"]


@back("batchnorm")
def batchnorm(ask: Ask, target: str, cell: Cell) -> list[str]:
    """As outside training, where mean and variance stand still."""
    names: Any = ask.names
    c, dy = cell[0], names["grad"]
    if target == "bias":
        return [f"{dy}[{c}].sum()"]
    scale = f"s = np.sqrt({names['running_var']}[{c}] + {ask.op.epsilon!r})"
    if target == "weight":
        return [scale, f"({dy}[{c}] * ({ask.x}[{c}] - {names['running_mean']}[{c}]) / s).sum()"]
    after = f" * {names['weight']}[{c}]" if ask.op.learned else ""
    return [scale, f"{dy}{at(cell)}{after} / s"]
