"""3×3 convolution by Winograd's minimal filtering F(2×2, 3×3): 16 products for 4 output cells instead of 36.

Lavin and Gray 2016, arXiv:1509.09308. Each 4×4 tile of the input, two cells apart, is transformed to 16 numbers; for
each of these 16 one matrix product over the channels; back to 2×2 cells of output. Pays where there are many channels.
Letters: a, b the 4×4 of a tile; R tile rows of one block; T tiles a row.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncore.op import Array
from cnncore.plan.conv import ConvKernel
from cnncore.plan.gemm import TILE, products
from cnncore.plan.kernel import Call, call
from cnncore.plan.layout import empty
from cnncore.plan.spots import Window

FEWEST = 32  # channels and filters from which it pays
KERNEL = np.array([[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]], np.float32)


class WinogradKernel(ConvKernel):
    """Inference in outer memory, one sample after the other."""

    def _make(self) -> None:
        out = self.site.output
        self.tall, self.tiles = self.rows.out // 2, self.columns.out // 2
        half = self.tiles + 1
        per_row = self.filters * self.channels * self.tiles
        self.block = max(1, min(self.tall, TILE // per_row))
        # Columns with even and with odd place apart: all that follows runs over neighbours.
        self.framed = empty((2, self.channels, 2 * self.tall + 2, half))
        self.kernels = empty((16, self.filters, self.channels))
        self.half = empty((4, 2, self.channels, self.block, half))
        self.tile = empty((4, 4, self.channels, self.block, self.tiles))
        self.product = empty((4, 4, self.filters, self.block, self.tiles))
        self.sums = empty((2, 4, self.filters, self.block, self.tiles))
        self.part = empty((2, self.filters, self.block, self.tiles))
        for n in range(self.site.samples):
            self.calls += self._framing(self.site.inputs[0][..., n].transpose(1, 0, 2))
            for first in range(0, self.tall, self.block):
                count = min(self.block, self.tall - first)
                self.calls += [*self._there(first, count), *self._back_again(count)]
                self.calls += self._placed(out[2 * first : 2 * (first + count), :, :, n], count)

    def load(self, params: Mapping[str, Array]) -> None:
        """Kernels to 4×4."""
        flat = np.ascontiguousarray(self.met(params["weight"])).reshape(-1, 9)
        both = np.kron(KERNEL, KERNEL)  # (16, 9)
        np.matmul(both, flat.T, out=self.kernels.reshape(16, -1))
        if self.bias is not None:
            np.copyto(self._line, params["bias"])

    def _framing(self, x: Array) -> list[Call]:
        """(C, H, W) into its frame of zeros."""
        down, across = self.rows.before, self.columns.before
        calls: list[Call] = []
        height = min(self.rows.size, self.framed.shape[2] - down)
        for odd in range(2):
            first = (odd - across) % 2
            start = (first + across) // 2
            count = min(len(range(first, self.columns.size, 2)), self.framed.shape[3] - start)
            calls.append(call(np.copyto, self.framed[odd, :, down : down + height, start : start + count],
                              x[:, :height, first : first + 2 * count - 1 : 2]))
        return calls

    def _there(self, first: int, count: int) -> list[Call]:
        """Tiles transformed, down and then across: rows of Bᵀ = (1 0 −1 0), (0 1 1 0), (0 −1 1 0), (0 1 0 −1)."""
        d = [self.framed[:, :, 2 * first + k : 2 * first + k + 2 * count - 1 : 2] for k in range(4)]
        half, tile = self.half[:, :, :, :count], self.tile[:, :, :, :count]
        even, odd, after = half[:, 0, ..., :-1], half[:, 1, ..., :-1], half[..., 1:]
        return [*_filtered(d, [half[a] for a in range(4)]),
                *_filtered([even, odd, after[:, 0], after[:, 1]], [tile[:, b] for b in range(4)])]

    def _back_again(self, count: int) -> list[Call]:
        """The products, and their sums down: rows of Aᵀ = (1 1 1 0), (0 1 −1 −1)."""
        run = self.block * self.tiles
        used = count * self.tiles
        tile, product = self.tile.reshape(16, self.channels, run), self.product.reshape(16, self.filters, run)
        calls = products(self.kernels, tile[..., :used], product[..., :used])
        m, sums = self.product[:, :, :, :count], self.sums[:, :, :, :count]
        return calls + _summed([m[a] for a in range(4)], sums[0], sums[1], sums[0], sums[1])

    def _placed(self, out: Array, count: int) -> list[Call]:
        """Sums across, to every second column of ``out`` (2·R, F, oW)."""
        sums = self.sums[:, :, :, :count]
        s = [sums[:, b] for b in range(4)]
        calls: list[Call] = []
        if self.bias is not None:
            calls.append(call(np.add, s[1], self.bias[:, :, None], out=s[1]))
        rows = out.transpose(1, 0, 2).reshape(self.filters, count, 2, -1).transpose(2, 0, 1, 3)  # (2, F, R, oW)
        part = self.part[:, :, :count]
        return calls + _summed(s, rows[..., 0::2], rows[..., 1::2], part, part)


def _filtered(d: list[Array], out: list[Array]) -> list[Call]:
    return [call(np.subtract, d[0], d[2], out=out[0]), call(np.add, d[1], d[2], out=out[1]),
            call(np.subtract, d[2], d[1], out=out[2]), call(np.subtract, d[1], d[3], out=out[3])]


def _summed(m: list[Array], first: Array, second: Array, one: Array, two: Array) -> list[Call]:
    """m0 + m1 + m2 and m1 − m2 − m3, by way of ``one`` and ``two``."""
    return [call(np.add, m[0], m[1], out=one), call(np.add, one, m[2], out=first),
            call(np.subtract, m[1], m[2], out=two), call(np.subtract, two, m[3], out=second)]


def suits(rows: Window, columns: Window, channels: int, filters: int) -> bool:
    """True for windows of 3×3, one apart, with many channels and an even output."""
    plain = all(w.kernel == 3 and w.stride == 1 and w.dilation == 1 and w.out % 2 == 0 for w in (rows, columns))
    return plain and min(channels, filters) >= FEWEST and columns.out >= 8
