"""What a fast node is: settings and buffers made once, and lists of calls without arguments that do the work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from cnncore.op import Array, Op, Shape

Call = Callable[[], Any]
Grads = tuple[Array | None, ...]


@dataclass(frozen=True, eq=False)
class Site:
    """Where a kernel stands.

    Args:
        op: The node's.
        shapes: (C, *S) of each input.
        samples: N.
        inputs: Inner arrays, read only.
        output: Inner array to write.
        outside: True where the arrays are views of outer memory (samples first), so that a row of W is a run, not W·N.
    """

    op: Op
    shapes: tuple[Shape, ...]
    samples: int
    inputs: tuple[Array, ...]
    output: Array
    outside: bool = False


class Kernel:
    """One fast node. ``calls`` are its forward pass."""

    aliases = False  # may write its output over its input
    keeps_output = False  # its backward pass reads its own output, so nothing may be written over it

    def __init__(self, site: Site) -> None:
        self.site = site
        self.calls: list[Call] = []

    def load(self, params: Mapping[str, Array]) -> None:
        """Take the weights of this pass in."""

    def backward(self, grad: Array, wants: Grads, slots: Mapping[str, Array]) -> list[Call]:
        """Calls for the backward pass.

        Args:
            grad: Inner array of ∂L/∂output; it may be written over.
            wants: Inner arrays to fill with ∂L/∂input, None where nobody asks.
            slots: Arrays to fill with the gradients of the parameters, in their own shapes.
        """
        raise NotImplementedError


def call(function: Callable[..., Any], *args: Any, **options: Any) -> Call:
    """A call with all its arguments bound."""
    return partial(function, *args, **options)


def ones(count: int) -> Array:
    """(count,) of 1: a sum over a long run is quickest as a product."""
    return np.ones(count, np.float32)


def known(op: Op, names: set[str]) -> bool:
    """True where all other settings stand as they do at first."""
    plain = type(op)()
    return all(name in names or value == getattr(plain, name) for name, value in op.settings().items())
