"""Every op that PyTorch has, written with PyTorch: kind to a function of the op, its inputs, its parameters, its pass.

A function gives the output, or the output and the new running values. Gradients are PyTorch's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional as F

from cnncore.op import Forward
from tests.torch import windows
from tests.torch.activations import CURVES
from tests.torch.axes import per_axis

Tensor = Any
Inputs = list[Any]


@dataclass(frozen=True, eq=False)
class About:
    """What a function may know of our own pass: the mode, and what was drawn in it."""

    training: bool
    forward: Forward


Counterpart = Callable[[Any, Inputs, Mapping[str, Any], About], Any]

COUNTERPARTS: dict[str, Counterpart] = {}
# Why an op has no counterpart here. A kind of OPS stands in one of the two tables, or a test fails.
NONE: dict[str, str] = {}


def like(*kinds: str) -> Callable[[Counterpart], Counterpart]:
    """Enter a function for these kinds."""
    def enter(function: Counterpart) -> Counterpart:
        COUNTERPARTS.update(dict.fromkeys(kinds, function))
        return function
    return enter


@like("conv")
def conv(op: Any, x: Inputs, p: Mapping[str, Any], about: About) -> Tensor:
    """conv1d, conv2d, conv3d, after padding by hand where PyTorch pads alike on both sides only."""
    rank = x[0].ndim - 2
    return windows.CONV[rank](x[0], p["weight"], p.get("bias"), per_axis(op.stride, rank),
                              per_axis(op.padding, rank), per_axis(op.dilation, rank), op.groups)


@like("maxpool")
def maxpool(op: Any, x: Inputs, p: Mapping[str, Any], about: About) -> Tensor:
    """max_pool1d, 2d, 3d."""
    rank = x[0].ndim - 2
    return windows.MAX[rank](x[0], *(per_axis(v, rank) for v in (op.window, op.stride, op.padding)))


@like("meanpool")
def meanpool(op: Any, x: Inputs, p: Mapping[str, Any], about: About) -> Tensor:
    """avg_pool1d, 2d, 3d; padding counts."""
    rank = x[0].ndim - 2
    return windows.MEAN[rank](x[0], *(per_axis(v, rank) for v in (op.window, op.stride, op.padding)))


@like(*CURVES)
def curve(op: Any, x: Inputs, p: Mapping[str, Any], about: About) -> Tensor:
    """Each number by itself."""
    return CURVES[op.kind](op, x[0])


@like("prelu")
def prelu(op: Any, x: Inputs, p: Mapping[str, Any], about: About) -> Tensor:
    """prelu, with one slope or one a channel."""
    return F.prelu(x[0], p["alpha"])


@like("dense")
def dense(op: Any, x: Inputs, p: Mapping[str, Any], about: About) -> Tensor:
    """x · weightᵀ + bias."""
    return F.linear(x[0], p["weight"], p.get("bias"))


@like("flatten")
def flatten(op: Any, x: Inputs, p: Mapping[str, Any], about: About) -> Tensor:
    """Channel by channel, row by row."""
    return torch.flatten(x[0], 1)


@like("softmax", "logsoftmax")
def softmax(op: Any, x: Inputs, p: Mapping[str, Any], about: About) -> Tensor:
    """Over the channels, one space axis, or a whole map, which for PyTorch is one axis first."""
    function = F.softmax if op.kind == "softmax" else F.log_softmax
    if op.axis == "map":
        return function(x[0].flatten(2), 2).reshape(x[0].shape)
    return function(x[0], 1 if op.axis == "channels" else 1 + int(op.axis[-1]))


@like("maxout")
def maxout(op: Any, x: Inputs, p: Mapping[str, Any], about: About) -> Tensor:
    """By hand: the largest of neighbouring channels."""
    return x[0].unflatten(1, (-1, op.pieces)).max(dim=2).values


@like("keepmax")
def keepmax(op: Any, x: Inputs, p: Mapping[str, Any], about: About) -> Tensor:
    """By hand; its gradient is 0, which a product with 0 makes."""
    return (x[0] == x[0].amax(dim=tuple(range(2, x[0].ndim)), keepdim=True)).to(x[0].dtype) + 0 * x[0]


@like("standardize")
def standardize(op: Any, x: Inputs, p: Mapping[str, Any], about: About) -> Tensor:
    """By hand, as torchvision's Normalize."""
    shape = (1, -1, *(1,) * (x[0].ndim - 2)) if op.per == "channel" else (1, *x[0].shape[1:])
    return (x[0] - p["offset"].reshape(shape)) * p["scale"].reshape(shape)


@like("whiten")
def whiten(op: Any, x: Inputs, p: Mapping[str, Any], about: About) -> Tensor:
    """A linear map of the numbers less their mean."""
    out = F.linear((x[0] - p["mean"]).flatten(1), p["matrix"].flatten(1))
    return out.reshape(len(out), *about.forward.output.shape[1:])
