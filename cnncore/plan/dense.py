"""Dense in the inner layout: (F, C) · (C, N)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncore.op import Array
from cnncore.plan.kernel import Call, Grads, Kernel, Site, call, known, ones
from cnncore.plan.layout import empty


class DenseKernel(Kernel):
    """The weights are used as they lie, so nothing is copied; the calls read them when they run."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._weight = self._bias = empty((1, 1))
        self._biased = "bias" in site.op.parameter_shapes(*site.shapes)
        self.calls = [self._multiply]

    def load(self, params: Mapping[str, Array]) -> None:
        """weight (F, C), bias (F,)."""
        self._weight = params["weight"]
        if self._biased:
            self._bias = params["bias"][:, None]

    def _multiply(self) -> None:
        out = self.site.output
        np.matmul(self._weight, self.site.inputs[0], out=out)
        if self._biased:
            np.add(out, self._bias, out=out)

    def backward(self, grad: Array, wants: Grads, slots: Mapping[str, Array]) -> list[Call]:
        """∂weight = g · xᵀ, ∂bias = g summed, ∂x = weightᵀ · g."""
        x, out = self.site.inputs[0], slots["weight"]
        # One sample: an outer product, for which BLAS has no quick way.
        calls = [call(np.multiply, grad, x.T, out=out) if self.site.samples == 1
                 else call(np.matmul, grad, x.T, out=out)]
        if "bias" in slots:
            calls.append(call(np.matmul, grad, ones(self.site.samples), out=slots["bias"]))
        if wants[0] is not None:
            calls.append(lambda: np.matmul(self._weight.T, grad, out=wants[0]))
        return calls


def dense(site: Site) -> Kernel | None:
    """The two settings that it knows."""
    return DenseKernel(site) if known(site.op, {"units", "bias"}) else None
