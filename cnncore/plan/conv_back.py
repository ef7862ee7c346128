"""The input's gradient of a convolution: the same row windows over ∂L/∂output, with the kernel turned round."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cnncore.op import Array
from cnncore.plan.gemm import products
from cnncore.plan.kernel import Call, call
from cnncore.plan.layout import empty, lines, windowed

if TYPE_CHECKING:
    from cnncore.plan.conv import ConvKernel

BLOCK = 1 << 17  # numbers of one block of rows: half of a usual second-level cache


def input_gradient(kernel: ConvKernel, dz: Array, want: Array) -> list[Call]:
    """From ``dz`` (oH, F, oW·N) into ``want`` (H, C, W, N).

    Some rows at a time: ``store`` (h, C·kw, oW·N) holds what comes back to each kernel column, then the columns are
    put where they came from. Rows at the edge meet fewer kernel rows: their products are shorter, not padded.
    """
    rows, line = kernel.rows, kernel.channels * kernel.columns.kernel
    height = kernel.height
    calls: list[Call] = [call(want[height:].fill, 0.0)] if height < rows.size else []
    if rows.dilation > 1 and rows.kernel > 1:
        store, part = lines(height, line, kernel.run), lines(height, line, kernel.run)
        calls.append(call(store.fill, 0.0))
        for k, outs, cells in rows.shifts():
            some, mine = store[cells], part[: outs.stop - outs.start]
            turned = kernel.weight[:, k].reshape(kernel.filters, line).T
            calls += [*products(turned, dz[outs], mine), call(np.add, some, mine, out=some)]
        return calls + _columns(kernel, store, want[:height])
    block = max(1, min(height, BLOCK // (line * kernel.run)))
    store = lines(block, line, kernel.run)
    matrices = _turned(kernel, calls)
    for first in range(0, height, block):
        last = min(first + block, height)
        calls += _rows(kernel, matrices, dz, store, first, last)
        calls += _columns(kernel, store[: last - first], want[first:last])
    return calls


def _turned(kernel: ConvKernel, calls: list[Call]) -> list[Array]:
    """For each residue of the stride its kernel rows, the last first: (C·kw, n, F); filled by ``calls``."""
    found, stride = [], kernel.rows.stride
    source = kernel.weight.transpose(2, 3, 1, 0)  # (C, kw, kh, F)
    for residue in range(stride):
        picked = source[:, :, residue::stride][:, :, ::-1]
        matrix = empty((*picked.shape[:2], picked.shape[2], kernel.filters))
        calls.append(call(np.copyto, matrix, picked))
        found.append(matrix.reshape(kernel.channels * kernel.columns.kernel, *matrix.shape[2:]))
    return found


def _rows(kernel: ConvKernel, matrices: list[Array], dz: Array, store: Array, first: int, last: int) -> list[Call]:
    """Input row h has Σ of weight[k]ᵀ · dz[o] over o·stride + k = h + padding; o counts up where k counts down."""
    calls: list[Call] = []
    rows, stride = kernel.rows, kernel.rows.stride
    for residue, matrix in enumerate(matrices):
        line, count, filters = matrix.shape
        heights = [h for h in range(first, last) if (h + rows.before) % stride == residue]
        if not heights:
            continue
        low = [(h + rows.before - residue) // stride - count + 1 for h in heights]  # the first o, were there one
        middle = [i for i, o in enumerate(low) if o >= 0 and o + count <= rows.out] if count else []
        if middle:
            shape = (len(middle), count * filters, kernel.run)
            below = windowed(dz[low[middle[0]]:], shape, (*dz.strides[:2], 4))
            start = heights[middle[0]] - first
            out = store[start : heights[middle[-1]] - first + 1 : stride]
            calls += products(matrix.reshape(line, -1), below, out)
        for i, (h, o) in enumerate(zip(heights, low, strict=True)):
            if i in middle:
                continue
            start, stop = max(0, -o), min(count, rows.out - o)
            if start >= stop:
                calls.append(call(store[h - first].fill, 0.0))
                continue
            below = dz[o + start : o + stop].reshape(-1, kernel.run)
            part = matrix.reshape(line, -1)[:, start * filters : stop * filters]
            calls += products(part, below, store[h - first])
    return calls


def _columns(kernel: ConvKernel, store: Array, want: Array) -> list[Call]:
    """Adds every kernel column of (h, C·kw, oW·N) where it came from in (h, C, W, N)."""
    columns, phases, samples = kernel.columns, kernel.phases, kernel.site.samples
    shape = (len(store), kernel.channels, columns.kernel, phases, columns.out // phases, samples)
    split = store.reshape(shape)
    taps = columns.shifts()
    calls: list[Call] = []
    copied = -1
    if columns.stride == 1 and taps:  # the longest is copied, and what is left of it set to 0
        copied = max(range(len(taps)), key=lambda i: taps[i][1].stop - taps[i][1].start)
        cells = taps[copied][2]
        calls += [call(part.fill, 0.0) for part in (want[:, :, : cells.start], want[:, :, cells.stop :]) if part.size]
    else:
        calls.append(call(want.fill, 0.0))
    order = [copied, *(i for i in range(len(taps)) if i != copied)] if copied >= 0 else range(len(taps))
    for i in order:
        k, outs, cells = taps[i]
        if outs.stop - outs.start == columns.out:
            step = columns.stride * want.strides[2]
            strides = (*want.strides[:2], step, step * phases, want.strides[3])
            pairs = [(windowed(want[:, :, cells.start :], (*shape[:2], *shape[3:]), strides, write=True),
                      split[:, :, k])]
        else:
            pairs = [(want[:, :, picked], split[:, :, k, phase, some])
                     for phase, (some, picked) in enumerate(kernel.by_phase(outs, cells)) if some.start < some.stop]
        for target, part in pairs:
            calls.append(call(np.copyto, target, part) if i == copied else call(np.add, target, part, out=target))
    return calls
