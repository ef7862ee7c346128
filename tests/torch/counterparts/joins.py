"""Dense, shapes, and what reads several inputs."""

from __future__ import annotations

from functools import reduce
from operator import add, mul
from typing import Any

import torch
from torch.nn import functional as F

from tests.torch.counterparts.base import About, Inputs, Params, Tensor, like


@like("dense")
def dense(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """x · weightᵀ + bias."""
    return F.linear(x[0], p["weight"], p.get("bias"))


@like("flatten")
def flatten(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """Channel by channel, row by row."""
    return torch.flatten(x[0], 1)


@like("add", "multiply")
def alike(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """Cell by cell."""
    return reduce({"add": add, "multiply": mul}[op.kind], x)


@like("concat")
def concat(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """Along the channels."""
    return torch.cat(x, dim=1)
