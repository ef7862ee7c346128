"""Convolution in outer memory, (N, F, oH, oW), one sample after the other: for passes whose outputs are all handed out.

Three ways, by what a row of output is worth as a product: rows, as inside; bands, where one filter alone makes rows of
height 1, so that some output rows share one product with a banded matrix of weights; and the whole picture spread
out along both axes, where its rows are short.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncore.op import Array
from cnncore.plan.conv import ConvKernel, conv_windows
from cnncore.plan.gemm import products
from cnncore.plan.group import MOST, GroupKernel
from cnncore.plan.kernel import Call, Kernel, Site, call
from cnncore.plan.layout import empty, merged, pitch, windowed
from cnncore.plan.winograd import WinogradKernel, suits

BAND = 4  # rows of output that share a product
SHORT = 150_000  # m·n·k of a row below which its call costs more than its work
WHOLE = 1 << 18  # numbers of a picture spread out along both axes


class OuterConvKernel(ConvKernel):
    """Inference only."""

    def _make(self) -> None:
        rows, columns, samples = self.rows, self.columns, self.site.samples
        self.samples, self.run = 1, columns.out
        self.pitch = pitch(self.run)
        inner = rows.kernel * self.channels * columns.kernel
        plain = rows.dilation == 1 or rows.kernel == 1
        self.band = BAND if self.filters == 1 and plain and rows.stride == 1 and rows.out >= BAND else 1
        cells = rows.out * columns.out
        self.whole = (self.band == 1 and samples > 1 and rows.out > 1 and inner * self.filters * columns.out < SHORT
                      and inner * cells <= WHOLE)
        x, out = self.site.inputs[0], self.site.output
        # With padding the picture is laid in a frame of zeros, so that one copy spreads it.
        size = tuple(w.before + w.size + w.after for w in (rows, columns))
        self.framed = empty((self.channels, *size)) if rows.padded or columns.padded else None
        if self.whole:
            # A last row of ones, which the bias multiplies.
            self.store = np.ones((inner + 1, cells), np.float32)
            self.spread = self.store[:-1].reshape(self.channels, rows.kernel, columns.kernel, rows.out, columns.out)
            self.flat = empty((self.filters, inner + 1))
        else:
            self.spread = empty((rows.need, self.channels, columns.kernel, self.pitch))
        if self.band > 1:
            width = self.channels * columns.kernel
            self.banded = empty((self.band, (rows.kernel + self.band - 1) * width))
            self.bands = windowed(self.banded, (self.band, rows.kernel * width),
                                  (self.banded.strides[0] + width * 4, 4), write=True)
        for n in range(samples):
            one, z = self._in_frame(x[..., n : n + 1]), merged(out[..., n : n + 1])
            self.calls += self._whole(one, z) if self.whole else self.passing(one, z)

    def _in_frame(self, x: Array) -> Array:
        """(H, C, W, 1), or the same with padding."""
        if self.framed is None:
            return x
        rows, columns = self.rows, self.columns
        inside = self.framed[:, rows.before :, columns.before :][:, : rows.size, : columns.size]
        self.calls.append(call(np.copyto, inside, x[..., 0].transpose(1, 0, 2)))
        framed: Array = self.framed.transpose(1, 0, 2)[..., None]
        return framed

    def _spreading(self, x: Array, part: slice) -> list[Call]:
        if self.framed is None:
            return super()._spreading(x, part)
        before, columns = self.rows.before, self.columns
        part = slice(part.start + before, part.stop + before)
        target = self.spread[part, :, :, : self.run]
        high, deep, wide, _ = x.strides
        strides = (high, deep, wide * columns.dilation, wide * columns.stride)
        return [call(np.copyto, target, windowed(x[part], target.shape, strides))]

    def load(self, params: Mapping[str, Array]) -> None:
        """Weights in the order of the way."""
        super().load(params)
        if self.band > 1:
            np.copyto(self.bands, self.weight.reshape(1, -1))
        elif self.whole:
            count = self.weight[0].size
            np.copyto(self.flat[:, :count].reshape(self.filters, *self.spread.shape[:3]),
                      self.weight.transpose(0, 2, 1, 3))
            self.flat[:, count:] = 0 if self.bias is None else self.bias

    def _multiplying(self, part: slice, z: Array) -> list[Call]:
        if self.band == 1:
            return super()._multiplying(part, z)
        count, rest = divmod(part.stop - part.start, self.band)
        calls: list[Call] = []
        width = self.channels * self.columns.kernel * self.pitch * 4
        if count:
            shape = (count, self.banded.shape[1], self.run)
            start = part.start * width
            below = windowed(self.spread, shape, (self.band * width, self.pitch * 4, 4), start)
            step = z.strides[0]
            out = windowed(z[part], (count, self.band, self.run), (self.band * step, step, 4), write=True)
            calls += products(self.banded, below, out)
        if rest:
            last = slice(part.stop - rest, part.stop)
            calls += products(self.weight.reshape(1, -1), self.windows()[last], z[last])
        return calls

    def _finishing(self, part: slice, z: Array) -> list[Call]:
        if self.bias is None:
            return []
        some = z[part]
        out = windowed(some, (self.filters, len(some) * self.run), (some.strides[1], 4), write=True)  # (F, oH·oW)
        return [call(np.add, out, self.bias, out=out)]

    def _whole(self, x: Array, z: Array) -> list[Call]:
        """Windows of both axes in one copy, then one product."""
        rows, columns, source = self.rows, self.columns, x[..., 0].transpose(1, 0, 2)  # (C, H, W)
        deep, high, wide = source.strides
        strides = (deep, high * rows.dilation, wide * columns.dilation, high * rows.stride, wide * columns.stride)
        spread = call(np.copyto, self.spread, windowed(source, self.spread.shape, strides))
        return [spread, *products(self.flat, self.store, z.transpose(1, 0, 2).reshape(self.filters, -1))]


def conv(site: Site) -> Kernel | None:
    """Zeros around, one or two space axes; a few groups one after the other."""
    groups = getattr(site.op, "groups", 1)
    if groups > 1:
        grouped = GroupKernel(site, conv) if groups <= MOST else None
        return grouped if grouped is not None and grouped.complete else None
    found = conv_windows(site)
    if found is None:
        return None
    if site.outside and suits(*found, site.shapes[0][0], site.op.output_shape(*site.shapes)[0]):
        return WinogradKernel(site, *found)
    return OuterConvKernel(site, *found) if site.outside else ConvKernel(site, *found)
