"""A node without a fast kernel: its own op, on arrays (N, C, *S)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncore.network import Node
from cnncore.op import Array, Backward, Context, Forward, Op

__all__ = ["Fallback"]


class Fallback:
    """What one node's op was given and gave, from the forward to the backward pass."""

    def __init__(self, node: Node) -> None:
        self.name, self.op = node.name, node.op
        self.inputs: tuple[Array, ...] = ()
        self.params: Mapping[str, Array] = {}
        self.done = Forward(np.zeros(0, np.float32))

    def load(self, params: Mapping[str, Array]) -> None:
        """The weights of this pass."""
        self.params = params

    def forward(self, inputs: tuple[Array, ...], context: Context) -> Array:
        """Runs the op; what it gives stays in ``done``."""
        self.inputs = inputs
        self.done = self.op.forward(inputs, self.params, context)
        return self.done.output

    def backward(self, grad: Array, wanted: bool) -> Backward:
        """Without ``wanted`` input gradients, the parameters' alone."""
        op: Op = self.op
        if wanted:
            return op.backward(grad, self.inputs, self.params, self.done)
        return Backward((), op.parameter_gradients(grad, self.inputs, self.params, self.done))
