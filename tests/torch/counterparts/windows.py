"""PyTorch's convolutions and poolings, by number of space axes."""

from __future__ import annotations

from typing import Any

from torch.nn import functional as F

from tests.torch.axes import per_axis, sides
from tests.torch.counterparts.base import About, Inputs, Params, Tensor, like

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
MEAN = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
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


@like("maxpool")
def maxpool(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """max_pool1d, 2d, 3d."""
    rank = x[0].ndim - 2
    return MAX[rank](x[0], *(per_axis(v, rank) for v in (op.window, op.stride, op.padding)))


@like("meanpool")
def meanpool(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """avg_pool1d, 2d, 3d; padding counts."""
    rank = x[0].ndim - 2
    return MEAN[rank](x[0], *(per_axis(v, rank) for v in (op.window, op.stride, op.padding)))
