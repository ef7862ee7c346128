"""A worksheet of a piece of a map: one kernel over a patch of the input, and a patch of the output to fill in."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from app.export.printed import Printed, plain, short
from app.export.sheet_lines import through
from app.export.sheet_parts import Block, Grid, Line, Row, Worksheet
from app.export.sheet_sums import MOST_COLS, bias_of, grid_shape, rows_and_columns
from app.export.worksheet import purpose_of, seen_by, spoken
from app.i18n import tr
from app.model.frames import node_of, trace_of
from app.model.results import Results
from app.model.timeline import Playhead, stretch_of
from cnncore.errors import CnnError
from cnncore.trace import Trace

PATCH, MOST_CHANNELS = 4, 3
MOST_PRODUCTS = 110  # in all outputs together: a person is to work them out, in a lesson
Spot = tuple[int, int]


@dataclass(frozen=True)
class _Patch:
    """What is printed of one channel: numbers by their row and column, and for each output which of them it takes."""

    values: Printed
    places: dict[Spot, int]
    uses: list[list[int]]

    def grid(self) -> list[list[str]]:
        """Row by row; blank where nothing lies."""
        rows = range(min(r for r, _ in self.places), max(r for r, _ in self.places) + 1)
        cols = range(min(c for _, c in self.places), max(c for _, c in self.places) + 1)
        return [[short(self.values.values[self.places[r, c]]) if (r, c) in self.places else ""
                 for c in cols] for r in rows]


def of_map(results: Results, head: Playhead) -> Worksheet:
    """A patch of outputs around a number, of a layer that reads windows of few channels, or cell for cell."""
    stretch, name = stretch_of(results.network, head), spoken(results, head)
    if head.lane != "forward":
        raise CnnError("export.map_lane", "A worksheet of a map goes forwards: {name} is not of the forward pass. "
                       "Choose a worksheet of one cell.", name=name)
    if stretch is None or len(stretch.shape) < 2:
        raise _no_maps(name)
    for side in range(PATCH, 0, -1):
        spots = _spots(stretch.shape, head, side)
        traces = [trace_of(results, dataclasses.replace(head, index=index, term=None)) for index in itertools.chain(
            *spots)]
        made = [one for one in traces if one is not None]
        patches = _patches(made, name)
        work = sum(1 if trace.kind == "kept" else trace.terms.size for trace in made)
        if work <= MOST_PRODUCTS and all(max(len(p.grid()), len(p.grid()[0])) <= MOST_COLS for p in patches):
            break
    node = node_of(results, head)
    kernels = [Printed(k) for k in _kernels(made[0], len(patches))]
    answers = _answers(made, patches, kernels)
    wide = len(spots[0])
    output = Grid(tr("Output"), _span(spots), [answers[k : k + wide] for k in range(0, len(answers), wide)], blank=True)
    blocks: list[Block] = []
    for c, patch in enumerate(patches):
        grids = [Grid(tr("Input"), rows_and_columns([*patch.places]), patch.grid())]
        if kernels:
            _, rows, cols = grid_shape(made[0]) or (1, 1, 1)
            grids.append(Grid(tr("Kernel"), f"{rows} × {cols}", kernels[c].grid(slice(None), rows, cols)))
        title = tr("Channel {c}", c=c) if len(patches) > 1 else ""
        last = c == len(patches) - 1
        blocks.append(Row(title, [*grids, output] if last else grids, "×→" if kernels else "→"))
    if made[0].bias is not None:
        blocks.insert(0, Line(tr("bias"), plain(_bias(made[0], patches, kernels)), blank=False))
    first, last_ = (dataclasses.replace(head, index=row[k], term=None) for row, k in ((spots[0], 0), (spots[-1], -1)))
    return Worksheet(tr("A piece of {cell}", cell=f"{head.node}[{head.map}]"), purpose_of(node, head),
                     _tasks(made[0], bool(kernels)), blocks,
                     tr("The results come from the rounded numbers printed here."), seen_by(results, first, last_))


def _no_maps(name: str) -> CnnError:
    return CnnError("export.map", "A worksheet of a map needs a layer with maps: a convolution, a pooling or an "
                    "activation; {name} is of none. Choose a worksheet of one cell.", name=name)


def _bias(trace: Trace, patches: list[_Patch], kernels: list[Printed]) -> Fraction:
    """With as many decimals as the products have."""
    if not kernels:
        return Printed(np.array([trace.bias or 0.0])).values[0]
    units = Fraction(1, max(v.denominator for p in patches for v in p.values.values)
                     * max(v.denominator for k in kernels for v in k.values))
    return bias_of(trace, units)


def _spots(shape: tuple[int, ...], head: Playhead, side: int) -> list[list[tuple[int, ...]]]:
    """Indices of the outputs, row by row: as many as there are, at most ``side`` each way."""
    space = shape[-2:] if len(shape) > 2 else (1, shape[-1])
    at = head.index[-2:] if len(shape) > 2 else (0, head.index[-1])
    firsts = [min(max(k - side // 2, 0), max(n - side, 0)) for k, n in zip(at, space, strict=True)]
    rows, cols = (range(f, min(f + side, n)) for f, n in zip(firsts, space, strict=True))
    start = head.index[:-2] if len(shape) > 2 else head.index[:-1]
    return [[(*start, r, c) if len(shape) > 2 else (*start, c) for c in cols] for r in rows]


def _span(spots: list[list[tuple[int, ...]]]) -> str:
    return rows_and_columns([(index[-2] if len(index) > 2 else 0, index[-1]) for row in spots for index in row])


def _patches(traces: list[Trace], name: str) -> list[_Patch]:
    """One for each channel that is read."""
    first = traces[0]
    shape = grid_shape(first) or (1, 1, first.terms.size)
    seen = first.operands[0]
    if seen.cells.shape[1] < 2 or len(first.operands) > 2 or (first.operands[1:] and first.reduce != "sum" and
                                                              first.kind == "products"):
        raise _no_maps(name)
    if shape[0] > MOST_CHANNELS:
        raise CnnError("export.map_channels", "Each number here reads {n} channels: too much to calculate by hand. "
                       "Choose a worksheet of one cell, or a layer that reads at most {most}.", n=shape[0],
                       most=MOST_CHANNELS)
    patches = []
    for group in range(shape[0]):
        places: dict[Spot, int] = {}
        values: list[float] = []
        uses = []
        for trace in traces:
            one, size = trace.operands[0], trace.terms.size // shape[0]
            mine = []
            for k in range(group * size, (group + 1) * size):
                if trace.reduce == "pick" and not one.inside[k]:
                    continue  # padding wins nothing
                cell = one.cells[k]
                spot = (int(cell[-2]) if len(cell) > 2 else 0, int(cell[-1]))
                if spot not in places:
                    places[spot] = len(values)
                    values.append(float(one.values[k]))
                mine.append(places[spot])
            uses.append(mine)
        patches.append(_Patch(Printed(np.array(values)), places, uses))
    return patches


def _kernels(trace: Trace, channels: int) -> list[np.ndarray]:
    """The second factors, a channel each; none of a pooling or an activation."""
    if len(trace.operands) != 2 or trace.kind != "products":
        return []
    return list(trace.operands[1].values.reshape(channels, -1))


def _answers(traces: list[Trace], patches: list[_Patch], kernels: list[Printed]) -> list[str]:
    """The outputs, from the numbers that are printed."""
    answers = []
    for k, trace in enumerate(traces):
        if not kernels:
            taken = [patches[0].values.values[i] for i in patches[0].uses[k]]
            if trace.kind == "kept":
                answers.append(short(Fraction(trace.total)))
            elif trace.reduce == "pick":
                answers.append(short(max(taken)))
            elif trace.terms.size > 1:
                answers.append(short(sum(taken, Fraction(0)) / Fraction(trace.divisor)))
            else:
                answers.append(through(trace, taken[0]))
            continue
        total = _bias(trace, patches, kernels)
        for patch, kernel in zip(patches, kernels, strict=True):
            total += sum((patch.values.values[i] * w for i, w in zip(patch.uses[k], kernel.values, strict=True)),
                         Fraction(0))
        answers.append(short(total / Fraction(trace.divisor)))
    return answers


def _tasks(trace: Trace, kernel: bool) -> list[str]:
    if kernel:
        tasks = [tr("Lay the kernel on the input, from the upper left corner, and move it on by the stride."),
                 tr("At each place multiply what lies on top of each other, and add up the products.")]
        return [*tasks, tr("Add the bias.")] if trace.bias is not None else tasks
    if trace.kind == "kept":
        return [tr("Find the largest number of the map."), tr("The result is 1 where a number is the largest, else 0.")]
    if trace.terms.size == 1:
        return [tr("Fill in what becomes of each number.")]
    return [tr("Find the largest number of each window. The others are forgotten.") if trace.reduce == "pick" else
            tr("Add up the numbers of each window, then divide by how many they are.")]
