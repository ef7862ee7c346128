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


@like("softmax")
def softmax(op: Any, x: Inputs, p: Mapping[str, Any], about: About) -> Tensor:
    """Over the channels."""
    return F.softmax(x[0], 1)
