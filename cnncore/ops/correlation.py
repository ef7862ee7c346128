"""The sliding product and its two adjoints: convolution and transposed convolution are made of the same three.

Letters: N samples, C channels, F filters, S input space, K kernel space, G output space; weight (F, C/groups, *K).
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from cnncore.op import Array
from cnncore.ops import windows
from cnncore.ops.windows import Axes

CACHE = 1 << 19  # bytes of columns at a time: half of a usual second-level cache


def correlate(x: Array, weight: Array, axes: Axes, groups: int, mode: str = "zeros") -> Array:
    """(N, C, *S) under every kernel: (N, F, *G). One matrix product a sample and group, a few samples at a time."""
    rows = weight.reshape(groups, len(weight) // groups, -1)
    out = np.empty((len(x), *rows.shape[:2], math.prod(windows.out_space(axes))), np.result_type(x, weight))
    for part, columns in _columns(x, axes, groups, mode):
        np.matmul(rows, columns, out=out[part])  # (n, groups, F/groups, G)
    return out.reshape(len(x), len(weight), *windows.out_space(axes))


def spread(grad: Array, weight: Array, axes: Axes, groups: int, mode: str = "zeros") -> Array:
    """The adjoint by ``x``: (N, F, *G) to (N, C, *S), each number times the kernel, added where its window lay."""
    channels = weight.shape[1] * groups
    by_group = weight.reshape(groups, len(weight) // groups, -1).swapaxes(-1, -2)  # (groups, C/groups·K, F/groups)
    came, spots = _grouped(grad, groups), windows.taps(axes)
    out = np.empty((len(grad), channels, *(axis.size for axis in axes)), np.result_type(grad, weight))
    for part in parts(len(grad), channels, out.itemsize, axes):
        last = np.ascontiguousarray(came[part].transpose(1, 2, 3, 0))  # samples last: the sums run over long rows
        shares = np.matmul(by_group, last.reshape(*last.shape[:2], -1))  # (groups, C/groups·K, G·n)
        shares = shares.reshape(channels, len(spots), *windows.out_space(axes), -1)
        sums = np.zeros((channels, *windows.padded_space(axes), shares.shape[-1]), out.dtype)
        for k, (_, *place) in enumerate(spots):
            at = (slice(None), *place)
            sums[at] += shares[:, k]
        out[part] = windows.folded(np.moveaxis(sums, -1, 0), axes, mode)
    return out


def weight_gradient(grad: Array, x: Array, weight: Array, axes: Axes, groups: int, mode: str = "zeros") -> Array:
    """The adjoint by ``weight``: sums over samples and places, shaped as it."""
    came = _grouped(grad, groups)
    total = np.zeros((groups, len(weight) // groups, weight[0].size), grad.dtype)
    for part, columns in _columns(x, axes, groups, mode):
        total += np.matmul(came[part], columns.swapaxes(-1, -2)).sum(axis=0)
    return total.reshape(weight.shape)


def parts(samples: int, channels: int, itemsize: int, axes: Axes) -> list[slice]:
    """The batch in pieces whose columns stay in the cache."""
    cells = channels * math.prod(windows.kernel_space(axes)) * math.prod(windows.out_space(axes))
    step = max(1, CACHE // max(cells * itemsize, 1))
    return [slice(k, min(k + step, samples)) for k in range(0, samples, step)] or [slice(0, 0)]


def _columns(x: Array, axes: Axes, groups: int, mode: str) -> Iterator[tuple[slice, Array]]:
    """Every window as a column, (n, groups, C/groups·K, G), a few samples at a time, into one buffer."""
    source = windows.padded(x, axes, mode=mode)
    shape = (groups, x.shape[1] // groups * math.prod(windows.kernel_space(axes)), math.prod(windows.out_space(axes)))
    pieces = parts(len(x), x.shape[1], x.itemsize, axes)
    ways = windows.view(source, axes)  # (N, C, *K, *G)
    buffer = np.empty((pieces[0].stop, *ways.shape[1:]), x.dtype)
    for part in pieces:
        columns = buffer[:part.stop - part.start]
        np.copyto(columns, ways[part])
        yield part, columns.reshape(len(columns), *shape)


def _grouped(grad: Array, groups: int) -> Array:
    """(N, F, *G) to (N, groups, F/groups, G)."""
    return grad.reshape(grad.shape[0], groups, grad.shape[1] // groups, -1)


def kernel_cells(filters: range | list[int], channels: range | list[int], axes: Axes, flip: bool = False) -> Array:
    """Every weight of some filters and channels, in order: (n, 2 + rank). With ``flip`` each kernel from its end."""
    spans = (range(axis.kernel)[::-1 if flip else 1] for axis in axes)
    grid = np.meshgrid(*(np.array(r) for r in (filters, channels, *spans)), indexing="ij")
    return np.stack(grid, axis=-1).reshape(-1, 2 + len(axes))
