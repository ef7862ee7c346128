"""Pooling in the inner layout: columns first, then rows, so that of equal cells the first wins, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from cnncore.op import Array, Shape
from cnncore.plan.kernel import Call, Grads, Kernel, Site, call, known
from cnncore.plan.layout import blocks, empty
from cnncore.plan.spots import Window, windows_of

MOST = 1024  # cells of a whole map along an axis: a call each; the op itself takes larger ones at once


def taps(source: Array, axis: int, window: Window) -> list[Array]:
    """For each cell of the window, the cells that it meets, along one axis of a padded array."""
    front = (slice(None),) * axis
    spans = [slice(first, first + (window.out - 1) * window.stride + 1, window.stride)
             for first in range(0, window.kernel * window.dilation, window.dilation)]
    return [source[front + (span,)] for span in spans]  # noqa: RUF005  (a star in an index: Python 3.11)


class Winner:
    """The maximum of some arrays of one shape; the way back gives all to the first of the largest."""

    def __init__(self, parts: list[Array], out: Array) -> None:
        self.parts = parts
        self.best = [parts[0], *(empty(out.shape) for _ in parts[2:]), out] if len(parts) > 1 else [out]
        self.calls = self.forward(slice(None))

    def forward(self, some: slice) -> list[Call]:
        """For some of the first axis."""
        if len(self.parts) == 1:
            return [call(np.copyto, self.best[0][some], self.parts[0][some])]
        return [call(np.maximum, best[some], part[some], out=after[some])
                for (best, after), part in zip(pairwise(self.best), self.parts[1:], strict=True)]

    def backward(self, grad: Array, targets: list[Array], add: bool = False) -> list[Call]:
        """``grad``, which is used up, shared out; with ``add`` on top of what the targets hold."""
        if len(self.parts) == 1:
            return [call(np.add, targets[0], grad, out=targets[0]) if add else call(np.copyto, targets[0], grad)]
        pieces = blocks(grad)
        lost, share = np.zeros(grad[pieces[0]].shape, bool), empty(grad[pieces[0]].shape)
        return [one for piece in pieces for one in self._shared(piece, grad, targets, add, lost, share)]

    def _shared(self, piece: slice, grad: Array, targets: list[Array], add: bool, lost: Array,
                share: Array) -> list[Call]:
        calls: list[Call] = []
        rest, lost, share = grad[piece], lost[: piece.stop - piece.start], share[: piece.stop - piece.start]
        for k in range(len(self.parts) - 1, 0, -1):
            target = targets[k][piece]
            calls += [call(np.less, self.best[k - 1][piece], self.parts[k][piece], out=lost),
                      call(np.copyto, share, lost)]
            if add:
                calls += [call(np.multiply, rest, share, out=share), call(np.add, target, share, out=target),
                          call(np.subtract, rest, share, out=rest)]
            else:
                after = targets[0][piece] if k == 1 else rest
                calls += [call(np.multiply, rest, share, out=target), call(np.subtract, rest, target, out=after)]
        if add:
            calls.append(call(np.add, targets[0][piece], rest, out=targets[0][piece]))
        return calls


class _PoolKernel(Kernel):
    """What both poolings share: a padded copy of the input where there is padding."""

    fill = 0.0

    def __init__(self, site: Site, rows: Window, columns: Window) -> None:
        super().__init__(site)
        self.rows, self.columns = rows, columns
        self.x, self._inside = site.inputs[0], (slice(None),) * 4
        if rows.padded or columns.padded:
            height, channels, width, samples = self.x.shape
            shape = (height + rows.before + rows.after, channels, width + columns.before + columns.after, samples)
            padded = np.full(shape, self.fill, np.float32)
            self._inside = (slice(rows.before, rows.before + height), slice(None),
                            slice(columns.before, columns.before + width), slice(None))
            self.calls.append(call(np.copyto, padded[self._inside], self.x))
            self.x = padded
        height, channels, _, samples = self.x.shape
        if site.outside:
            self.middle = empty((samples, channels, height, columns.out)).transpose(2, 1, 3, 0)
        else:
            self.middle = empty((height, channels, columns.out, samples))

    def target(self, want: Array, apart: bool) -> tuple[Array, list[Call], list[Call]]:
        """Where the input's gradient is gathered, and what to do before and after."""
        if self.x is self.site.inputs[0]:
            covered = apart and self.rows.covers and self.columns.covers
            return want, [] if covered else [call(want.fill, 0.0)], []
        padded = empty(self.x.shape)
        return padded, [call(padded.fill, 0.0)], [call(np.copyto, want, padded[self._inside])]


class MaxPoolKernel(_PoolKernel):
    """The largest of each window."""

    fill = -np.inf
    keeps_output = True

    def __init__(self, site: Site, rows: Window, columns: Window) -> None:
        super().__init__(site, rows, columns)
        self.across = Winner(taps(self.x, 2, columns), self.middle)
        self.down = Winner(taps(self.middle, 0, rows), site.output)
        self.calls += self.across.calls + self.down.calls

    def backward(self, grad: Array, wants: Grads, slots: Mapping[str, Array]) -> list[Call]:
        """To the winner's row, then to its column."""
        if wants[0] is None:
            return []
        middle = empty(self.middle.shape)
        apart = self.rows.apart and self.columns.apart
        out, before, after = self.target(wants[0], apart)
        rows = [] if self.rows.apart and self.rows.covers else [call(middle.fill, 0.0)]
        return [*rows, *self.down.backward(grad, taps(middle, 0, self.rows), not self.rows.apart), *before,
                *self.across.backward(middle, taps(out, 2, self.columns), not self.columns.apart), *after]


class MeanPoolKernel(_PoolKernel):
    """The sum of each window over its size."""

    def __init__(self, site: Site, rows: Window, columns: Window) -> None:
        super().__init__(site, rows, columns)
        self._count = np.float32(rows.kernel * columns.kernel)
        self.calls += _summed(taps(self.x, 2, columns), self.middle)
        self.calls += _summed(taps(self.middle, 0, rows), site.output)
        self.calls.append(call(np.divide, site.output, self._count, out=site.output))

    def backward(self, grad: Array, wants: Grads, slots: Mapping[str, Array]) -> list[Call]:
        """The same share to every cell."""
        if wants[0] is None:
            return []
        middle = empty(self.middle.shape)
        out, _, after = self.target(wants[0], False)
        calls: list[Call] = [call(np.divide, grad, self._count, out=grad), call(middle.fill, 0.0),
                             call(out.fill, 0.0)]
        calls += [call(np.add, place, grad, out=place) for place in taps(middle, 0, self.rows)]
        calls += [call(np.add, place, middle, out=place) for place in taps(out, 2, self.columns)]
        return calls + after


def _summed(parts: list[Array], out: Array) -> list[Call]:
    if len(parts) == 1:
        return [call(np.copyto, out, parts[0])]
    return [call(np.add, parts[0], parts[1], out=out), *(call(np.add, out, part, out=out) for part in parts[2:])]


def pool_windows(op: Any, shape: Shape, names: set[str] | None = None) -> tuple[Window, Window] | None:
    """Rows and columns of a pooling with settings that are known here, else None."""
    return windows_of(op.axes(shape[1:])) if known(op, names or {"window", "stride", "padding"}) else None


def maxpool(site: Site) -> Kernel | None:
    """Any window, stride, padding and dilation; in ceil mode the last window hangs over the end."""
    found = pool_windows(site.op, site.shapes[0], {"window", "stride", "padding", "dilation", "ceil"})
    return MaxPoolKernel(site, *found) if found else None


def meanpool(site: Site) -> Kernel | None:
    """Any window, stride and padding, whose cells count as zeros."""
    found = pool_windows(site.op, site.shapes[0])
    return MeanPoolKernel(site, *found) if found else None


def globalmeanpool(site: Site) -> Kernel | None:
    """One window as large as the map."""
    if not known(site.op, set()) or not 2 <= len(site.shapes[0]) <= 3:
        return None
    if max(site.shapes[0][1:]) > MOST:
        return None
    found = [Window(size, size) for size in site.shapes[0][1:]]
    return MeanPoolKernel(site, *found) if len(found) == 2 else MeanPoolKernel(site, Window(1), found[0])
