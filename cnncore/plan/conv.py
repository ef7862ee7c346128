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
from cnncore.plan.layout import empty, merged, windowed
from cnncore.plan.spots import Window, windows_of


class ConvKernel(Kernel):
    """groups = 1, zeros around. Letters: kh, kw the kernel, oH, oW the output, Hp the rows with their padding."""

    phases = 1  # output columns lie as (phases, oW / phases): see `fuse`

    def __init__(self, site: Site, rows: Window, columns: Window) -> None:
        super().__init__(site)
        op: Any = site.op
        self.filters: int = op.filters
        self.channels = site.shapes[0][0]
        self.rows, self.columns = rows, columns
        self.lead = (site.samples,) if site.outside else ()
        self.run = columns.out if site.outside else columns.out * site.samples
        self.spread = empty((*self.lead, rows.need, self.channels, columns.kernel, self.run))
        self.weight = empty((self.filters, rows.kernel, self.channels, columns.kernel))
        self.bias = empty((self.filters, 1)) if op.bias else None
        self.z = self._output()
        self.calls = [*self._spreading(), *self._multiplying(), *self._adding()]

    def load(self, params: Mapping[str, Array]) -> None:
        """Weights (F, C, kh, kw) to (F, kh, C, kw), the order of a window's rows."""
        weight = params["weight"].reshape(self.filters, self.channels, self.rows.kernel, self.columns.kernel)
        np.copyto(self.weight, weight.transpose(0, 2, 1, 3))
        if self.bias is not None:
            np.copyto(self.bias[:, 0], params["bias"])

    def _output(self) -> Array:
        """Where the products go: (oH, F, oW·N), or (N, oH, F, oW) outside."""
        out = self.site.output
        return out.transpose(3, 0, 1, 2) if self.site.outside else merged(out)

    def _spreading(self) -> list[Call]:
        """Copies into ``spread``; padding is never written and stays 0."""
        x, rows, columns = self.site.inputs[0], self.rows, self.columns
        height = max(0, min(rows.size, rows.need - rows.before))
        x = x[:height]
        here = self.spread[..., rows.before : rows.before + height, :, :, :]
        shape = (height, self.channels, columns.kernel, self.phases, columns.out // self.phases, self.site.samples)
        # outside (N, h, C, kw, oW) to (h, C, kw, 1, oW, N)
        target = here.transpose(1, 2, 3, 4, 0)[:, :, :, None] if self.site.outside else here.reshape(shape)
        if not columns.padded:
            step = x.strides[2]
            over = columns.stride * step
            strides = (*x.strides[:2], columns.dilation * step, over, over * self.phases, x.strides[3])
            return [call(np.copyto, target, windowed(x, shape, strides))]
        calls: list[Call] = []
        for k, outs, cells in columns.shifts():
            for phase, (some, picked) in enumerate(self.by_phase(outs, cells)):
                if some.start < some.stop:
                    calls.append(call(np.copyto, target[:, :, k, phase, some], x[:, :, picked]))
        return calls

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
        """(…, oH, kh·C·kw, run): the rows under each output row; only without row dilation."""
        line = self.channels * self.columns.kernel * self.run * 4
        shape = (*self.lead, self.rows.out, self.rows.kernel * self.channels * self.columns.kernel, self.run)
        strides = (*self.spread.strides[:-4], self.rows.stride * line, self.run * 4, 4)
        return windowed(self.spread, shape, strides)

    def _lines(self, k: int) -> Array:
        """(…, oH, C·kw, run): for every output row the row that kernel row k meets."""
        first = k * self.rows.dilation
        last = first + (self.rows.out - 1) * self.rows.stride + 1
        flat = self.spread.reshape(*self.lead, self.rows.need, -1, self.run)
        return flat[..., first : last : self.rows.stride, :, :]

    def _multiplying(self) -> list[Call]:
        matrix = self.weight.reshape(self.filters, -1)
        if self.rows.dilation == 1 or self.rows.kernel == 1:
            return products(matrix, self.windows(), self.z)
        part = empty(self.z.shape)
        calls = products(self._row(0), self._lines(0), self.z)
        for k in range(1, self.rows.kernel):
            calls += [*products(self._row(k), self._lines(k), part), call(np.add, self.z, part, out=self.z)]
        return calls

    def _row(self, k: int) -> Array:
        """(F, C·kw) weights of one kernel row: a view."""
        return self.weight[:, k].reshape(self.filters, -1)

    def _adding(self) -> list[Call]:
        return [] if self.bias is None else [call(np.add, self.z, self.bias, out=self.z)]

    # --- backward, samples inside only

    def backward(self, grad: Array, wants: Grads, slots: Mapping[str, Array]) -> list[Call]:
        """Products with the same windows for the weights; flipped ones for the input."""
        return self.gradients(merged(grad), wants[0], slots)

    def gradients(self, dz: Array, want: Array | None, slots: Mapping[str, Array]) -> list[Call]:
        """From ``dz`` (oH, F, oW·N)."""
        calls: list[Call] = []
        if "bias" in slots:
            sums = empty((self.rows.out, self.filters))
            calls += [call(np.matmul, dz, ones(self.run), out=sums), call(np.add.reduce, sums, 0, None, slots["bias"])]
        turned = dz.swapaxes(-1, -2)
        shape = (self.filters, self.channels, self.rows.kernel, self.columns.kernel)
        slot = slots["weight"].reshape(shape)
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


def conv(site: Site) -> Kernel | None:
    """One group, zeros around, one or two space axes."""
    found = conv_windows(site)
    return ConvKernel(site, *found) if found else None


def conv_windows(site: Site) -> tuple[Window, Window] | None:
    """Rows and columns of a convolution with settings that are known here, else None."""
    op: Any = site.op
    if not known(op, {"filters", "kernel", "stride", "padding", "dilation", "bias"}):
        return None
    return windows_of(op.axes(site.shapes[0][1:]))
