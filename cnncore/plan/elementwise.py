"""ReLU, flatten and softmax in the inner layout."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncore.op import Array
from cnncore.plan.kernel import Call, Grads, Kernel, Site, call, known
from cnncore.plan.layout import blocks, empty, runs


class ReluKernel(Kernel):
    """Maximum against an array of zeros: against a scalar it takes 2.5 times as long."""

    aliases = True
    keeps_output = True

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.calls = rectified(*runs(site.inputs[0], site.output))

    def backward(self, grad: Array, wants: Grads, slots: Mapping[str, Array]) -> list[Call]:
        """Passes where the output is positive."""
        if wants[0] is None:
            return []
        return masked(self.site.output, grad, wants[0])


def rectified(x: Array, out: Array) -> list[Call]:
    """max(x, 0) over `runs`."""
    return [call(np.maximum, x, empty(out.shape[-1:]), out=out)]


def masked(output: Array, grad: Array, out: Array) -> list[Call]:
    """``grad`` where ``output`` > 0, else 0; the mask is made float32 first, a bool factor would be cast in pieces."""
    output, grad, out = runs(output, grad, out)
    parts = blocks(output)
    won, share = np.zeros(output[parts[0]].shape, bool), empty(output[parts[0]].shape)
    zero, calls = np.float32(0), list[Call]()
    for part in parts:
        count = part.stop - part.start
        calls += [call(np.greater, output[part], zero, out=won[:count]), call(np.copyto, share[:count], won[:count]),
                  call(np.multiply, grad[part], share[:count], out=out[part])]
    return calls


class FlattenKernel(Kernel):
    """(H, C, W, N) to (C·H·W, N): one copy, none at all where the memory is outer."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._turned = _channels_first(site.inputs[0])
        self.calls = [call(np.copyto, site.output.reshape(self._turned.shape), self._turned)]

    def backward(self, grad: Array, wants: Grads, slots: Mapping[str, Array]) -> list[Call]:
        """Back into rows."""
        if wants[0] is None:
            return []
        target = _channels_first(wants[0])
        return [call(np.copyto, target, grad.reshape(target.shape))]


def _channels_first(inner: Array) -> Array:
    return inner if inner.ndim == 2 else inner.transpose(1, 0, 2, 3)  # (C, H, W, N)


class SoftmaxKernel(Kernel):
    """Over the channels of a list, which are the first axis."""

    keeps_output = True

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        x, out, line = site.inputs[0], site.output, empty((1, site.samples))
        self.calls = [call(np.maximum.reduce, x, 0, None, line, True), call(np.subtract, x, line, out=out),
                      call(np.exp, out, out=out), call(np.add.reduce, out, 0, None, line, True),
                      call(np.divide, out, line, out=out)]

    def backward(self, grad: Array, wants: Grads, slots: Mapping[str, Array]) -> list[Call]:
        """p · (g − Σ g·p)."""
        if wants[0] is None:
            return []
        p, product, line = self.site.output, empty(self.site.output.shape), empty((1, self.site.samples))
        return [call(np.multiply, grad, p, out=product), call(np.add.reduce, product, 0, None, line, True),
                call(np.subtract, grad, line, out=product), call(np.multiply, product, p, out=wants[0])]


def relu(site: Site) -> Kernel | None:
    """Without settings: always."""
    return ReluKernel(site) if known(site.op, set()) else None


def flatten(site: Site) -> Kernel | None:
    """Without settings: always."""
    return FlattenKernel(site) if known(site.op, set()) else None


def softmax(site: Site) -> Kernel | None:
    """Over the channels of a list."""
    return SoftmaxKernel(site) if known(site.op, set()) and len(site.shapes[0]) == 1 else None
