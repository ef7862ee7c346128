"""Gradients in NumPy of convolutions: sums over the places whose window lies on the cell."""

from __future__ import annotations

import math

from cnncore.code.base import Ask, flat
from cnncore.code.gradients import NOTHING, Cell, back
from cnncore.op import Range
from cnncore.ops import windows
from cnncore.ops.conv import NUMPY
from cnncore.ops.text import padding_lines
from cnncore.shapes import Axis


@back("conv")
def conv(ask: Ask, target: str, cell: Cell) -> list[str]:
    """Bias and weight: sums over the places of the output. Input: over those whose window lies on the cell."""
    op, dy = ask.op, ask.names["grad"]
    if target == "bias":
        return [f"{dy}[{cell[0]}].sum()"]
    axes: tuple[Axis, ...] = op.axes(ask.space)
    per_in, per_out = ask.shapes[0][0] // op.groups, op.filters // op.groups
    if target == "weight":
        place = [a.kernel - 1 - k if op.flip else k for k, a in zip(cell[2:], axes, strict=True)]
        ranges = [(k * a.dilation, k * a.dilation + (a.out - 1) * a.stride + 1, a.stride)
                  for k, a in zip(place, axes, strict=True)]
        lines = padding_lines(ask.x, op.padding, [(a.kernel, a.stride, a.dilation) for a in axes],
                              NUMPY.get(op.mode, ""))
        channel = cell[0] // per_out * per_in + cell[1]
        went = f"{'q' if lines else ask.x}[{channel}, {windows.sliced(tuple(ranges))}]"
        return [*lines, f"({dy}[{cell[0]}] * {went}).sum()"]
    group, own = divmod(cell[0], per_in)
    filters = f"{group * per_out}:{(group + 1) * per_out}" if op.groups > 1 else ":"
    if op.mode != "zeros" and any(a.padding or a.after for a in axes):
        return _repeated(ask, axes, filters, own, cell)
    outs = [axis.reaches(i) for axis, i in zip(axes, cell[1:], strict=True)]
    if any(stop <= start for start, stop, _ in outs):
        return [NOTHING]
    kernel = ", ".join(_met(axis, i, out, op.flip) for axis, i, out in zip(axes, cell[1:], outs, strict=True))
    return [f"g = {dy}[{filters}, {windows.sliced(tuple(outs))}]",
            f"(g * {ask.names['weight']}[{filters}, {own}, {kernel}]).sum()"]


def _repeated(ask: Ask, axes: tuple[Axis, ...], filters: str, own: int, cell: Cell) -> list[str]:
    """Where padding repeats the input: what came back to every place, and the sum of those that hold the cell."""
    op, rank, size = ask.op, ask.rank, math.prod(ask.space)
    pads = [(a.padding, a.after) for a in axes]
    letters = "ijk"[:rank]
    shifted = ", ".join(_laid(axis, letter) for axis, letter in zip(axes, letters, strict=True))
    turned = ", ::-1" * rank if op.flip else ""
    places = f"range({axes[0].kernel})" if rank == 1 else f"np.ndindex{tuple(a.kernel for a in axes)}"
    d = f"{ask.names['grad']}[{filters}]" if op.groups > 1 else ask.names["grad"]
    return [f"n = np.arange({size}).reshape{ask.space}", f"n = np.pad(n, {pads}, {NUMPY[op.mode]!r})",
            f"g, u = np.zeros(n.shape), {ask.names['weight']}[{filters}, {own}{turned}]",
            f"for {', '.join(letters)} in {places}:",
            f"    g[{shifted}] += np.tensordot(u[:, {', '.join(letters)}], {d}, 1)",
            f"g[n == {flat(cell[1:], ask.space)}].sum()"]


def _laid(axis: Axis, letter: str) -> str:
    """The padded cells that one kernel cell meets, as a slice."""
    start = letter if axis.dilation == 1 else f"{axis.dilation} * {letter}"
    step = f":{axis.stride}" if axis.stride > 1 else ""
    return f"{start}:{start} + {(axis.out - 1) * axis.stride + 1}{step}"


def _met(axis: Axis, i: int, out: Range, flip: bool) -> str:
    """The kernel cells that the windows of a range lay on cell ``i``, in their order: backwards through the kernel."""
    cells = [(i + axis.padding - o * axis.stride) // axis.dilation for o in range(*out)]
    cells = [axis.kernel - 1 - k for k in cells] if flip else cells
    if len(cells) == 1:
        return f"{cells[0]}:{cells[0] + 1}"
    step = cells[1] - cells[0]
    stop = cells[-1] + (1 if step > 0 else -1)
    return f"{cells[0]}:{stop if stop >= 0 else ''}:{step}".removesuffix(":1")


def laid(ask: Ask, cell: Cell) -> list[str]:
    """A transposed convolution does forwards what a convolution does backwards."""
    op, w = ask.op, ask.names["weight"]
    axes: tuple[Axis, ...] = op.windows(ask.space)
    per_in, (group, f) = ask.shapes[0][0] // op.groups, divmod(cell[0], op.filters // op.groups)
    channels = f"{group * per_in}:{(group + 1) * per_in}" if op.groups > 1 else ":"
    bias = f"{ask.names['bias']}[{cell[0]}]" if op.bias else ""
    spots = [axis.reaches(i) for axis, i in zip(axes, cell[1:], strict=True)]
    if any(stop <= start for start, stop, _ in spots):
        return [bias or NOTHING]
    kernel = ", ".join(_met(axis, i, spot, False) for axis, i, spot in zip(axes, cell[1:], spots, strict=True))
    return [f"p = {ask.x}[{channels}, {windows.sliced(tuple(spots))}]",
            f"(p * {w}[{channels}, {f}, {kernel}]).sum()" + (f" + {bias}" if bias else "")]


@back("transposedconv")
def transposed(ask: Ask, target: str, cell: Cell) -> list[str]:
    """The convolution itself: a window of what came back, times the cell's kernel."""
    op, dy, w = ask.op, ask.names["grad"], ask.names["weight"]
    if target == "bias":
        return [f"{dy}[{cell[0]}].sum()"]
    axes: tuple[Axis, ...] = op.windows(ask.space)
    per_in, per_out = ask.shapes[0][0] // op.groups, op.filters // op.groups
    if target == "weight":
        # Input cell i lays this cell of its kernel at i·stride + shift.
        shifts = [k * a.dilation - a.padding for k, a in zip(cell[2:], axes, strict=True)]
        spots = [[i for i in range(n) if 0 <= i * a.stride + shift < a.size]
                 for n, a, shift in zip(ask.space, axes, shifts, strict=True)]
        if not all(spots):
            return [NOTHING]
        went = windows.sliced(tuple((one[0], one[-1] + 1, 1) for one in spots))
        came = windows.sliced(tuple((one[0] * a.stride + shift, one[-1] * a.stride + shift + 1, a.stride)
                                    for one, a, shift in zip(spots, axes, shifts, strict=True)))
        f = cell[0] // per_in * per_out + cell[1]
        return [f"p = {dy}[{f}, {came}]", f"({ask.x}[{cell[0]}, {went}] * p).sum()"]
    group = cell[0] // per_in
    laid = [[k for k in range(a.kernel) if 0 <= i * a.stride - a.padding + k * a.dilation < a.size]
            for i, a in zip(cell[1:], axes, strict=True)]
    if not all(laid):
        return [NOTHING]
    filters = f"{group * per_out}:{(group + 1) * per_out}" if op.groups > 1 else ":"
    firsts = [i * a.stride - a.padding for i, a in zip(cell[1:], axes, strict=True)]
    window = windows.sliced(tuple((first + own[0] * a.dilation, first + own[-1] * a.dilation + 1, a.dilation)
                                  for first, own, a in zip(firsts, laid, axes, strict=True)))
    full = all(len(own) == a.kernel for own, a in zip(laid, axes, strict=True))
    kernel = "" if full else ", :, " + windows.sliced(tuple((own[0], own[-1] + 1, 1) for own in laid))
    return [f"p = {dy}[{filters}, {window}]", f"(p * {w}[{cell[0]}{kernel}]).sum()"]
