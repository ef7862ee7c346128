"""Gradients in NumPy of poolings: what came back of each window that lies on the cell, and its share of it."""

from __future__ import annotations

import itertools
import math

from cnncore.code.base import Ask, at, flat
from cnncore.code.gradients import NOTHING, Cell, back
from cnncore.op import Range, Shape
from cnncore.ops import windows
from cnncore.shapes import Axis

FEW = 4  # windows that are written one by one; more are a loop
Axes = tuple[Axis, ...]


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
        return [NOTHING]
    axes: Axes = ask.op.axes(ask.shapes[1][1:])
    window = f"[{cell[0]}, {windows.sliced(_window(axes, cell[1:]))}]"
    return [f"k = {ask.names['input1']}{window}.argmax()", f"{ask.names['grad']}{window}.reshape(-1)[k]"]


def _won(axes: Axes, x: str, came: str, cell: Cell) -> list[str]:
    """One product for each window that lies on the cell; what of a window lies on padding is cut off."""
    outs = [axis.reaches(i) for axis, i in zip(axes, cell[1:], strict=True)]
    spots = list(itertools.product(*(range(*out) for out in outs)))
    if len(spots) > FEW:
        wide = tuple(a.size + a.padding + a.after for a in axes)
        k = flat(tuple(i + a.padding for i, a in zip(cell[1:], axes, strict=True)), wide)
        own = [f"n = np.arange({math.prod(wide)}).reshape{wide}", *_inside(axes, f"{x}[{cell[0]}]", "-np.inf")]
        letters, window = _loop(axes)
        return [*own, "s = 0.0", *_spots(letters, outs), f"    v = {window}",
                "    won = n[v].flat[q[v].argmax()]",
                f"    s += {came}[{cell[0]}, {', '.join(letters)}] * (won == {k})", "s"]
    terms = []
    for spot in spots:
        ranges = _window(axes, spot)
        k = flat(tuple(range(*own).index(i) for i, own in zip(cell[1:], ranges, strict=True)),
                 tuple(len(range(*own)) for own in ranges))
        window = f"{x}[{cell[0]}, {windows.sliced(ranges)}]"
        terms.append(f"{came}{at((cell[0], *spot))} * ({window}.argmax() == {k})")
    return _added(terms)


def _added(terms: list[str]) -> list[str]:
    if len(terms) < 2:
        return terms or [NOTHING]
    return ["s = 0.0", *(f"s += {term}" for term in terms), "s"]


def _window(axes: Axes, spot: Shape) -> tuple[Range, ...]:
    """A window without padding."""
    found = []
    for axis, o in zip(axes, spot, strict=True):
        start = o * axis.stride - axis.padding
        cells = [i for i in range(start, start + axis.kernel * axis.dilation, axis.dilation) if 0 <= i < axis.size]
        found.append((cells[0], cells[-1] + 1, axis.dilation))
    return tuple(found)


def _inside(axes: Axes, x: str, value: str) -> list[str]:
    """q: the map, padded where it has to be."""
    pads = [(a.padding, a.after) for a in axes]
    return [f"q = np.pad({x}, {pads}, constant_values={value})" if any(map(any, pads)) else f"q = {x}"]


def _loop(axes: Axes) -> tuple[str, str]:
    """Letters of the windows' places, and the window of a place in the padded map."""
    letters, parts = "ijk"[:len(axes)], []
    for letter, axis in zip(letters, axes, strict=True):
        start = letter if axis.stride == 1 else f"{axis.stride} * {letter}"
        step = f":{axis.dilation}" if axis.dilation > 1 else ""
        parts.append(f"{start}:{start} + {(axis.kernel - 1) * axis.dilation + 1}{step}")
    return letters, f"np.s_[{', '.join(parts)}]"


def _spots(letters: str, outs: list[Range]) -> list[str]:
    """The head of a loop over the windows of these ranges."""
    ranges = [f"range({start}, {stop}" + (f", {step})" if step > 1 else ")") for start, stop, step in outs]
    if len(ranges) == 1:
        return [f"for {letters} in {ranges[0]}:"]
    grid = ", ".join(ranges)
    return ["from itertools import product", f"for {', '.join(letters)} in product({grid}):"]


@back("meanpool")
def meanpool(ask: Ask, target: str, cell: Cell) -> list[str]:
    """A share of what came back of each window: one over the number of cells that count in it."""
    axes: Axes = ask.op.axes(ask.space)
    outs = tuple(axis.reaches(i) for axis, i in zip(axes, cell[1:], strict=True))
    if any(stop <= start for start, stop, _ in outs):
        return [NOTHING]
    came = f"{ask.names['grad']}[{cell[0]}, {windows.sliced(outs)}]"
    counts = [[int(n) for n in one[slice(*out)]] for one, out in zip(ask.op.counts(ask.space), outs, strict=True)]
    if all(len(set(one)) == 1 for one in counts):
        return [f"{came}.sum() / {math.prod(one[0] for one in counts)}"]
    if len(counts) == 1:
        return [f"({came} / {counts[0]}).sum()"]
    letters = "abc"[:len(counts)]
    return [f"{', '.join(letters)} = np.ix_({', '.join(map(str, counts))})",
            f"({came} / ({' * '.join(letters)})).sum()"]


@back("l2pool")
def l2pool(ask: Ask, target: str, cell: Cell) -> list[str]:
    """What came back of each window, times cell / length; of length 0 nothing."""
    axes: Axes = ask.op.axes(ask.space)
    outs = [axis.reaches(i) for axis, i in zip(axes, cell[1:], strict=True)]
    if any(stop <= start for start, stop, _ in outs):
        return [NOTHING]
    dy, x = ask.names["grad"], f"{ask.x}{at(cell)}"
    if all(len(range(*out)) == 1 for out in outs):
        spot = tuple(start for start, _, _ in outs)
        return [f"y = np.sqrt(({ask.x}[{cell[0]}, {windows.sliced(_window(axes, spot))}] ** 2).sum())",
                f"{dy}{at((cell[0], *spot))} * {x} / y if y else 0.0"]
    letters, window = _loop(axes)
    return [*_inside(axes, f"{ask.x}[{cell[0]}]", "0"), "s = 0.0", *_spots(letters, outs),
            f"    y = np.sqrt((q[{window[6:-1]}] ** 2).sum())",
            f"    s += {dy}[{cell[0]}, {', '.join(letters)}] * {x} / y if y else 0.0", "s"]


@back("globalmaxpool", "globalmeanpool")
def whole(ask: Ask, target: str, cell: Cell) -> list[str]:
    """To the largest cell of the map, or to all alike."""
    dy, own = f"{ask.names['grad']}[{cell[0]}].sum()", f"{ask.x}[{cell[0]}]"
    if ask.op.kind == "globalmeanpool":
        return [f"{dy} / {own}.size"]
    return [f"{dy} * ({own}.argmax() == {flat(cell[1:], ask.space)})"]
