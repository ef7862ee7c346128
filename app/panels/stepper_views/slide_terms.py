"""How the terms of anything that slides lie, also turned round: a window of one array, and a kernel as it meets it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.model.timeline import is_input
from app.panels.stepper_views.base import Scene
from app.panels.stepper_views.terms import TermGrid
from cnncore.shapes import Axis

Spot = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Slide:
    """Grids of terms, one for each map (in 3-D for each slice) that they come from, as they are drawn.

    What is reached by a window and not read by it (the gradient of a convolution's input, a transposed convolution)
    is a window too, of what came back with holes in the stride's place, under the kernel turned by 180°.

    Args:
        turned: The kernel is.
        factors, weights, terms, inside: (groups, rows, cols); not inside: there is no such cell.
        cells: (groups, rows, cols, rank) of the factors.
        corners: First place of the window, for each group, in the plane of its source with its holes.
        steps, spread: From one factor to the next, from one cell of the source to the next.
        pads: Padding of the source.
    """

    turned: bool
    factors: NDArray[np.float64]
    weights: NDArray[np.float64]
    terms: NDArray[np.float64]
    inside: NDArray[np.bool_]
    cells: NDArray[np.int64]
    corners: tuple[Spot, ...]
    steps: Spot
    spread: Spot
    pads: tuple[Spot, Spot]

    @property
    def groups(self) -> int:
        """Number of grids."""
        return self.terms.shape[0]

    @property
    def size(self) -> Spot:
        """Rows and columns of a grid."""
        return self.terms.shape[1], self.terms.shape[2]

    def place(self, term: int) -> tuple[int, int, int]:
        """(group, row, column) at which a term is drawn."""
        rows, cols = self.size
        group, rest = divmod(term, rows * cols)
        row, col = divmod(rest, cols)
        return (group, rows - 1 - row, cols - 1 - col) if self.turned else (group, row, col)

    def term(self, group: int, row: int, col: int) -> int:
        """The inverse of `place`."""
        rows, cols = self.size
        row, col = (rows - 1 - row, cols - 1 - col) if self.turned else (row, col)
        return (group * rows + row) * cols + col

    @cached_property
    def planes(self) -> list[tuple[int, ...]]:
        """Index of the plane that each group looks at: its map, and in 3-D its slice."""
        return [tuple(one) for one in self.cells[:, 0, 0, :-2 if self.cells.shape[-1] > 2 else -1].tolist()]

    def plane(self, group: int) -> tuple[int, ...]:
        """That of one group."""
        return self.planes[group]


def axes_of(scene: Scene) -> tuple[tuple[Axis, ...], bool]:
    """The windows of the node along its space axes, and whether they read its input, not make its output."""
    op, space = scene.node.op, scene.source_shape[1:]
    if getattr(op, "slides", False):
        return op.axes(space), True  # type: ignore[attr-defined]
    turned = getattr(op, "windows", None)
    return (turned(space), False) if turned is not None else ((), True)


def slide_of(scene: Scene) -> Slide | None:
    """The terms of a scene as a window and a kernel; None where they are none."""
    trace, head = scene.trace, scene.head
    if len(trace.operands) != 2 or trace.operands[0].samples is not None or len(scene.node.inputs) != 1:
        return None
    first, own = trace.operands
    weight = scene.results.document.effective.get(f"{scene.node.name}.{own.source}")
    forward = head.lane == "forward"
    if first.source != ("input0" if forward else "grad") or (not forward and not is_input(head.target)):
        return None
    axes, over_input = axes_of(scene)
    if weight is None or not axes or own.cells.shape[1] != weight.ndim or weight.ndim != 2 + len(axes):
        return None
    turned = over_input != forward
    flat = len(axes) == 1
    rows, cols = (1 if flat else axes[-2].kernel), axes[-1].kernel
    if math.prod(trace.layout) != trace.terms.size or tuple(trace.layout[1:]) != tuple(a.kernel for a in axes):
        return None
    whole = (-1, rows, cols)
    way = (slice(None), slice(None, None, -1), slice(None, None, -1)) if turned else (slice(None),) * 3
    down = Axis(1, 1, 1, 0, 1, 0) if flat else axes[-2]
    sides = down, axes[-1]
    cells = first.cells.reshape(*whole, first.cells.shape[1])[way]
    inside = first.inside.reshape(whole)[way]
    repeats = getattr(scene.node.op, "mode", "zeros") != "zeros"
    own_cell = (0, head.cell[-1]) if flat else head.cell[-2:]
    spread = (down.stride, axes[-1].stride) if turned else (1, 1)
    return Slide(
        turned, first.values.reshape(whole)[way], own.values.reshape(whole)[way], trace.terms.reshape(whole)[way],
        inside, cells, _corners(cells, inside, sides, own_cell, turned, repeats),
        (down.dilation, axes[-1].dilation), spread,
        ((0, 0), (0, 0)) if turned else ((down.padding, down.after), (axes[-1].padding, axes[-1].after)))


def repeated(scene: Scene, grid: TermGrid | None) -> TermGrid | None:
    """A grid of terms whose padding repeats cells, with the place of its window; others as they are."""
    if grid is None or getattr(scene.node.op, "mode", "zeros") == "zeros" or scene.head.lane != "forward":
        return grid
    axes, _ = axes_of(scene)
    at = [(o * a.stride - a.padding, a.dilation) for o, a in zip(scene.head.cell, axes, strict=True)]
    (top, down), (left, across) = [(0, 1), *at][-2:]
    return dataclasses.replace(grid, window=((top, left), (down, across)))


def _corners(cells: NDArray[np.int64], inside: NDArray[np.bool_], sides: tuple[Axis, Axis], at: tuple[int, ...],
             turned: bool, repeats: bool) -> tuple[Spot, ...]:
    """Where each group's window begins. A cell that padding repeats is reached at several places: each has a group."""
    if not turned:
        corner = tuple(o * a.stride - a.padding for o, a in zip(at, sides, strict=True))
        return (corner,) * len(cells)  # type: ignore[return-value]
    usual = tuple(i + a.padding - (a.kernel - 1) * a.dilation for i, a in zip(at, sides, strict=True))
    if not repeats:
        return (usual,) * len(cells)  # type: ignore[return-value]
    out = []
    for group, there in zip(cells, inside, strict=True):
        found = np.argwhere(there)
        if not len(found):
            out.append(usual)
            continue
        spot = found[0]
        cell = group[tuple(spot)][-2:] if group.shape[-1] > 2 else (0, group[tuple(spot)][-1])
        out.append(tuple(int(o) * a.stride - int(k) * a.dilation for o, k, a in zip(cell, spot, sides, strict=True)))
    return tuple(out)  # type: ignore[return-value]
