"""Convolution by row windows: the input is spread out along the width only.

``spread`` is (H, C·kw, oW·N): for every row and kernel column the cells that the output columns meet. The kh rows under
one output row lie one after the other, so they are one (kh·C·kw, oW·N) matrix: a view that overlaps the next one.
One matrix product a row; the copy is kw times the input, not kh·kw times.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnncore.op import Array
from cnncore.plan.conv_back import input_gradient
from cnncore.plan.gemm import outer_sums, products
from cnncore.plan.kernel import Call, Grads, Kernel, Site, call, known, ones
from cnncore.plan.layout import empty, lines, merged, pitch, windowed
from cnncore.plan.spots import Window, windows_of

BLOCK = 1 << 16  # numbers of one block of rows: a quarter of a usual second-level cache


class ConvKernel(Kernel):
    """groups = 1, zeros around. Letters: kh, kw the kernel, oH, oW the output, Hp the rows with their padding."""

    phases = 1  # output columns lie as (phases, oW / phases): see `fuse`
    together = 1  # output rows that cannot be parted

    def __init__(self, site: Site, rows: Window, columns: Window) -> None:
        super().__init__(site)
        op: Any = site.op
        self.filters: int = op.filters
        self.channels = site.shapes[0][0]
        self.rows, self.columns = rows, columns
        self.height = max(0, min(rows.size, rows.need - rows.before))  # rows of the input that windows meet
        self.weight = empty((self.filters, rows.kernel, self.channels, columns.kernel))
        self.bias = empty((self.filters, 1)) if op.bias else None
        flat = len(site.shapes[0]) == 2
        turned = self.met(self.weight.transpose(0, 2, 1, 3))
        self._places = turned[:, :, 0] if flat else turned  # (F, C, *K)
        self._line = empty((0,)) if self.bias is None else self.bias[:, 0]
        self._make()

    def met(self, weight: Array) -> Array:
        """Kernels (F, C, kh, kw) as they meet the input: turned round where the op says so."""
        return weight[:, :, ::-1, ::-1] if getattr(self.site.op, "flip", False) else weight

    def _make(self) -> None:
        """Buffers and calls of the forward pass."""
        self.samples = self.site.samples
        self.run = self.columns.out * self.samples
        self.pitch = pitch(self.run)
        self.spread = empty((self.rows.need, self.channels, self.columns.kernel, self.pitch))
        self.z = self._output()
        self.calls = self.passing(self.site.inputs[0], self.z)

    def load(self, params: Mapping[str, Array]) -> None:
        """Weights (F, C, kh, kw) to (F, kh, C, kw), the order of a window's rows."""
        np.copyto(self._places, params["weight"])
        if self.bias is not None:
            np.copyto(self._line, params["bias"])

    def _output(self) -> Array:
        """Where the products go: (oH, F, oW·N)."""
        return merged(self.site.output)

    def passing(self, x: Array, z: Array) -> list[Call]:
        """From ``x`` (H, C, W, N) to ``z`` (oH, F, oW·N), some rows at a time, so that they stay in the cache."""
        rows, done = self.rows, 0
        line = max(self.filters, self.channels * self.columns.kernel * rows.stride) * self.run
        step = max(1, BLOCK // line // self.together) * self.together
        calls: list[Call] = []
        for first in range(0, rows.out, step):
            part = slice(first, min(first + step, rows.out))
            reach = (part.stop - 1) * rows.stride + (rows.kernel - 1) * rows.dilation + 1 - rows.before
            if (reach := min(reach, self.height)) > done:
                calls += self._spreading(x, slice(done, reach))
                done = reach
            calls += [*self._multiplying(part, z), *self._finishing(part, z)]
        return calls

    def _spreading(self, x: Array, part: slice) -> list[Call]:
        """Copies rows into ``spread``; padding is never written and stays 0."""
        columns, height, before = self.columns, part.stop - part.start, self.rows.before
        x = x[part]
        shape = (height, self.channels, columns.kernel, self.phases, columns.out // self.phases, self.samples)
        target = self.spread[before + part.start : before + part.stop, :, :, : self.run].reshape(shape)
        if not columns.padded:
            over = columns.stride * x.strides[2]
            strides = (*x.strides[:2], columns.dilation * x.strides[2], over, over * self.phases, x.strides[3])
            return [call(np.copyto, target, windowed(x, shape, strides))]
        return [call(np.copyto, target[:, :, k, phase, some], x[:, :, picked])
                for k, outs, cells in columns.shifts()
                for phase, (some, picked) in enumerate(self.by_phase(outs, cells)) if some.start < some.stop]

    def by_phase(self, outs: slice, cells: slice) -> list[tuple[slice, slice]]:
        """Outputs o = phases·q + phase for each phase: which q, and the cells that they meet."""
        found, step = [], self.columns.stride * self.phases
        for phase in range(self.phases):
            low = -((phase - outs.start) // self.phases)
            high = -((phase - outs.stop) // self.phases)
            start = cells.start + (low * self.phases + phase - outs.start) * self.columns.stride
            found.append((slice(low, high), slice(start, start + (high - low - 1) * step + 1, step)))
        return found

    def windows(self) -> Array:
        """(oH, kh·C·kw, run): the rows under each output row; only without row dilation."""
        line = self.channels * self.columns.kernel * self.pitch * 4
        shape = (self.rows.out, self.rows.kernel * self.channels * self.columns.kernel, self.run)
        return windowed(self.spread, shape, (self.rows.stride * line, self.pitch * 4, 4))

    def _lines(self, k: int) -> Array:
        """(oH, C·kw, run): for every output row the row that kernel row k meets."""
        first = k * self.rows.dilation
        last = first + (self.rows.out - 1) * self.rows.stride + 1
        return self.spread.reshape(self.rows.need, -1, self.pitch)[first : last : self.rows.stride, :, : self.run]

    def _multiplying(self, part: slice, z: Array) -> list[Call]:
        matrix = self.weight.reshape(self.filters, -1)
        if self.rows.dilation == 1 or self.rows.kernel == 1:
            return products(matrix, self.windows()[part], z[part])
        more = lines(part.stop - part.start, self.filters, self.run)
        calls: list[Call] = []
        for k in range(self.rows.kernel):
            row = self.weight[:, k].reshape(self.filters, -1)  # a view: C·kw cells lie together
            calls += products(row, self._lines(k)[part], more if k else z[part])
            calls += [call(np.add, z[part], more, out=z[part])] if k else []
        return calls

    def _finishing(self, part: slice, z: Array) -> list[Call]:
        """What follows the products of some rows."""
        return [] if self.bias is None else [call(np.add, z[part], self.bias, out=z[part])]

    # --- backward, samples inside only

    def backward(self, grad: Array, wants: Grads, slots: Mapping[str, Array]) -> list[Call]:
        """Products with the same windows for the weights; flipped ones for the input."""
        dz = merged(grad)
        if len(dz) == 1 or dz.strides[0] == self.filters * dz.strides[1]:
            return self.gradients(dz, wants[0], slots)
        near = lines(*dz.shape)  # a group's filters: the rows of others lie between
        return [call(np.copyto, near, dz), *self.gradients(near, wants[0], slots)]

    def gradients(self, dz: Array, want: Array | None, slots: Mapping[str, Array]) -> list[Call]:
        """From ``dz`` (oH, F, oW·N)."""
        calls: list[Call] = []
        if "bias" in slots:
            sums = empty((self.rows.out, self.filters))
            calls += [call(np.matmul, dz, ones(self.run), out=sums), call(np.add.reduce, sums, 0, None, slots["bias"])]
        turned = dz.swapaxes(-1, -2)
        shape = (self.filters, self.channels, self.rows.kernel, self.columns.kernel)
        slot = self.met(slots["weight"].reshape(shape))
        if self.rows.dilation == 1 or self.rows.kernel == 1:
            total = empty((self.rows.kernel, self.channels, self.columns.kernel, self.filters))
            calls += outer_sums(self.windows(), turned, total.reshape(-1, self.filters))
            calls.append(call(np.copyto, slot, total.transpose(3, 1, 0, 2)))
        else:
            for k in range(self.rows.kernel):
                total = empty((self.channels, self.columns.kernel, self.filters))
                calls += outer_sums(self._lines(k), turned, total.reshape(-1, self.filters))
                calls.append(call(np.copyto, slot[:, :, k], total.transpose(2, 0, 1)))
        return calls + (input_gradient(self, dz, want) if want is not None else [])


def conv_windows(site: Site) -> tuple[Window, Window] | None:
    """Rows and columns of a convolution with settings that are known here, else None."""
    op: Any = site.op
    if not known(op, {"filters", "kernel", "stride", "padding", "dilation", "bias", "flip"}):
        return None
    return windows_of(op.axes(site.shapes[0][1:]))
