"""Dense, shapes, and what reads several inputs."""

from __future__ import annotations

from functools import reduce
from operator import add, mul
from typing import Any

import torch
from torch.nn import functional as F

from tests.torch.axes import pairs, per_axis
from tests.torch.counterparts.base import About, Inputs, Params, Tensor, like


@like("dense")
def dense(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """x · weightᵀ + bias."""
    return F.linear(x[0], p["weight"], p.get("bias"))


@like("flatten")
def flatten(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """Channel by channel, row by row."""
    return torch.flatten(x[0], 1)


@like("reshape")
def reshape(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """The same numbers in another shape."""
    return x[0].reshape(len(x[0]), *per_axis(op.shape, 1))


@like("pad")
def pad(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """F.pad, which begins with the last axis."""
    ends = [end for pair in reversed(pairs(op.padding, x[0].ndim - 2)) for end in pair]
    mode = "constant" if op.mode == "zeros" else op.mode
    return F.pad(x[0], ends, mode, op.value if op.mode == "zeros" else None)


@like("crop")
def crop(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """F.pad by less than nothing."""
    ends = [-end for pair in reversed(pairs(op.cut, x[0].ndim - 2)) for end in pair]
    return F.pad(x[0], ends)


@like("add", "multiply")
def alike(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """Cell by cell."""
    return reduce({"add": add, "multiply": mul}[op.kind], x)


@like("concat")
def concat(op: Any, x: Inputs, p: Params, about: About) -> Tensor:
    """Along the channels."""
    return torch.cat(x, dim=1)
