"""PyTorch's convolutions and poolings, by number of space axes."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.nn import functional as F

from tests.torch.axes import overhanging, per_axis, sides
from tests.torch.counterparts.base import About, Inputs, Params, Tensor, like

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
MEAN = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
LENGTH = {1: F.lp_pool1d, 2: F.lp_pool2d, 3: F.lp_pool3d}
LARGEST = {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d}
AVERAGE = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}
MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}


def padded(x: Tensor, around: list[tuple[int, int]], mode: str = "zeros") -> Tensor:
    """F.pad, which begins with the last axis."""
    ends = [end for pair in reversed(around) for end in pair]
    return F.pad(x, ends, mode=MODES[mode]) if any(ends) else x


@like("conv")
def conv(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """conv1d, conv2d, conv3d, after padding where PyTorch's own cannot say what ours can."""
    rank = x[0].ndim - 2
    weight = p["weight"].flip(tuple(range(2, 2 + rank))) if op.flip else p["weight"]
    stride, dilation = per_axis(op.stride, rank), per_axis(op.dilation, rank)
    if op.mode == "zeros" and (op.padding == "valid" or (op.padding == "same" and set(stride) == {1})):
        return CONV[rank](x[0], weight, p.get("bias"), stride, op.padding, dilation, op.groups)
    around = sides(op, tuple(x[0].shape[2:]), op.kernel)
    if op.mode == "zeros" and all(before == after for before, after in around):
        return CONV[rank](x[0], weight, p.get("bias"), stride, tuple(a for a, _ in around), dilation, op.groups)
    return CONV[rank](padded(x[0], around, op.mode), weight, p.get("bias"), stride, 0, dilation, op.groups)


@like("transposedconv")
def transposed(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """conv_transpose1d, 2d, 3d."""
    rank = x[0].ndim - 2
    stride, padding, over, dilation = (per_axis(v, rank) for v in (op.stride, op.padding, op.output_padding,
                                                                   op.dilation))
    return TRANSPOSED[rank](x[0], p["weight"], p.get("bias"), stride, padding, over, op.groups, dilation)


@like("maxpool")
def maxpool(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """max_pool1d, 2d, 3d; sides that differ are padded first, with what never wins."""
    return _maxima(op, x[0])[0]


def _maxima(op: Any, x: Tensor) -> tuple[Tensor, Tensor, list[tuple[int, int]]]:
    """The largest of each window, where they stand in the padded input, and how much that was padded."""
    rank, space = x.ndim - 2, tuple(x.shape[2:])
    window, stride, dilation = (per_axis(v, rank) for v in (op.window, op.stride, getattr(op, "dilation", 1)))
    around = sides(op, space, op.window)
    # In one and three axes PyTorch allows padding of half the window, in two of half the dilated window.
    if all(before == after and 2 * before <= k for (before, after), k in zip(around, window, strict=True)):
        alike = tuple(before for before, _ in around)
        return *MAX[rank](x, window, stride, alike, dilation, op.ceil, return_indices=True), [(0, 0)] * rank
    around = overhanging(op, space, around)
    ends = [end for one in reversed(around) for end in one]
    return *MAX[rank](F.pad(x, ends, value=-torch.inf), window, stride, 0, dilation, return_indices=True), around


@like("meanpool")
def meanpool(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """avg_pool1d, 2d, 3d; for sides that differ the sum over the number of cells that count."""
    rank, space = x[0].ndim - 2, tuple(x[0].shape[2:])
    window, stride = per_axis(op.window, rank), per_axis(op.stride, rank)
    around = sides(op, space, op.window)
    if all(before == after for before, after in around):
        return MEAN[rank](x[0], window, stride, tuple(a for a, _ in around), op.ceil, op.counts_padding)
    wide = overhanging(op, space, around)
    ones = padded(torch.ones_like(x[0].detach()), around) if not op.counts_padding else \
        torch.ones((*x[0].shape[:2], *(n + a + b for n, (a, b) in zip(space, around, strict=True))), dtype=x[0].dtype)
    over = [(0, b - after) for (_, b), (_, after) in zip(wide, around, strict=True)]
    return MEAN[rank](padded(x[0], wide), window, stride) / MEAN[rank](padded(ones, over), window, stride)


@like("l2pool")
def l2pool(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """lp_pool1d, 2d, 3d, which know no padding, and make windows that hang over too large: those by hand."""
    rank, space = x[0].ndim - 2, tuple(x[0].shape[2:])
    window, stride = per_axis(op.window, rank), per_axis(op.stride, rank)
    around = sides(op, space, op.window)
    if not op.ceil and not any(end for pair in around for end in pair):
        return LENGTH[rank](x[0], 2.0, window if rank > 1 else window[0], stride if rank > 1 else stride[0])
    wide = padded(x[0] ** 2, overhanging(op, space, around))
    return (MEAN[rank](wide, window, stride) * math.prod(window)).sqrt()


@like("globalmaxpool", "globalmeanpool")
def whole(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """adaptive pooling to one cell."""
    table = LARGEST if op.kind == "globalmaxpool" else AVERAGE
    return table[x[0].ndim - 2](x[0], 1)


@like("unpool")
def unpool(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """Where max_pool found its maxima. max_unpool keeps one of several that meet in a cell; here they are added."""
    _, places, around = _maxima(op, x[1].detach())
    space = [n + a + b for n, (a, b) in zip(x[1].shape[2:], around, strict=True)]
    out = torch.zeros((*x[0].shape[:2], math.prod(space)), dtype=x[0].dtype)
    out = out.scatter_add(2, places.flatten(2), x[0].flatten(2)).reshape(*x[0].shape[:2], *space)
    return padded(out, [(-a, -b) for a, b in around])
