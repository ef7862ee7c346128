"""Ops that work cell by cell, and joins: the op itself on inner arrays, which spares the way to (N, C, *S) and back.

A curve does not care how its cells lie. Only in training and for scores: where all outputs are handed out, so is what
the op saved, and that has to lie as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncore.op import PLAIN, Array, Forward
from cnncore.plan.kernel import Call, Grads, Kernel, Site, call

CURVES = {"leakyrelu", "elu", "selu", "sigmoid", "tanh", "softplus", "silu", "gelu", "hardtanh", "hardsigmoid",
          "hardswish", "add", "multiply"}


class CellwiseKernel(Kernel):
    """The op's own forward and backward pass; nothing is kept from one pass to the next."""

    keeps_output = True

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._done = Forward(site.output)
        self.calls = [self._forward]

    def _forward(self) -> None:
        self._done = self.site.op.forward(self.site.inputs, {}, PLAIN)
        np.copyto(self.site.output, self._done.output)

    def backward(self, grad: Array, wants: Grads, slots: Mapping[str, Array]) -> list[Call]:
        """To every input that wants it."""
        def back() -> None:
            found = self.site.op.backward(grad, self.site.inputs, {}, self._done)
            for want, share in zip(wants, found.inputs, strict=True):
                if want is not None:
                    np.copyto(want, share)
        return [back]


class ConcatKernel(Kernel):
    """Each input to its channels."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.calls = [call(np.copyto, part, x) for part, x in zip(self._parts(site.output), site.inputs, strict=True)]

    def _parts(self, whole: Array) -> list[Array]:
        starts = np.cumsum([0, *(shape[0] for shape in self.site.shapes)]).tolist()
        front = () if whole.ndim == 2 else (slice(None),)
        return [whole[front + (slice(start, start + shape[0]),)]  # noqa: RUF005  (a star in an index: Python 3.11)
                for start, shape in zip(starts, self.site.shapes, strict=False)]

    def backward(self, grad: Array, wants: Grads, slots: Mapping[str, Array]) -> list[Call]:
        """From its channels."""
        return [call(np.copyto, want, part) for part, want in zip(self._parts(grad), wants, strict=True)
                if want is not None]


def cellwise(site: Site) -> Kernel | None:
    """Curves with any settings, sums and products."""
    if site.outside or site.op.parameter_shapes(*site.shapes) or len(set(site.shapes)) > 1:
        return None
    return CellwiseKernel(site)


def concat(site: Site) -> Kernel | None:
    """Along the channels."""
    return None if site.op.settings() else ConcatKernel(site)
