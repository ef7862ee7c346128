"""PyTorch's activations, for `counterparts`: functions that work on each number by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional as F

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
