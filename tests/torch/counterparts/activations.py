"""PyTorch's activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F

from tests.torch.counterparts.base import About, Inputs, Params, Tensor, like

CURVES: dict[str, Callable[[Any, Any], Any]] = {
    "relu": lambda op, x: F.relu(x),
    "leakyrelu": lambda op, x: F.leaky_relu(x, op.negative_slope),
    "elu": lambda op, x: F.elu(x, op.alpha),
    "selu": lambda op, x: F.selu(x),
    "gelu": lambda op, x: F.gelu(x, approximate=op.approximate),
    "silu": lambda op, x: F.silu(x),
    "tanh": lambda op, x: x.tanh(),
    "sigmoid": lambda op, x: x.sigmoid(),
    "softplus": lambda op, x: F.softplus(x),
    "hardtanh": lambda op, x: F.hardtanh(x, op.low, op.high),
    # In double precision, too, PyTorch's own multiplies by a sixth in single precision.
    "hardsigmoid": lambda op, x: F.hardsigmoid(x) if x.dtype == torch.float32 else F.relu6(x + 3) / 6,
    "hardswish": lambda op, x: F.hardswish(x),
}


@like(*CURVES)
def curve(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """Each number by itself."""
    return CURVES[op.kind](op, x[0])


@like("prelu")
def prelu(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """prelu, with one slope or one a channel."""
    return F.prelu(x[0], p["alpha"])


@like("softmax", "logsoftmax")
def softmax(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """Over the channels, one space axis, or a whole map, which for PyTorch is one axis first."""
    function = F.softmax if op.kind == "softmax" else F.log_softmax
    if op.axis == "map":
        return function(x[0].flatten(2), 2).reshape(x[0].shape)
    return function(x[0], 1 if op.axis == "channels" else 1 + int(op.axis[-1]))


@like("maxout")
def maxout(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """By hand: the largest of neighbouring channels."""
    return x[0].unflatten(1, (-1, op.pieces)).max(dim=2).values


@like("keepmax")
def keepmax(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """By hand; its gradient is 0, which a product with 0 makes."""
    return (x[0] == x[0].amax(dim=tuple(range(2, x[0].ndim)), keepdim=True)).to(x[0].dtype) + 0 * x[0]


@like("dropout", "spatialdropout")
def dropout(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """With the cells that our own pass left out: those that are kept are divided by 1 − rate."""
    if not about.training:
        return F.dropout(x[0], op.rate, training=False)
    kept = torch.tensor(about.forward.saved != 0)
    return torch.where(kept, x[0] / max(1 - op.rate, 1e-300), 0 * x[0])
