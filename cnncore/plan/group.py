"""Grouped convolution: one kernel for each group, on its channels of the input and its filters of the output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnncore.op import Array
from cnncore.plan.kernel import Call, Grads, Kernel, Site

MOST = 16  # groups; of more, each is so little work that its calls cost more


class GroupKernel(Kernel):
    """The groups one after the other."""

    def __init__(self, site: Site, made: Callable[[Site], Kernel | None]) -> None:
        super().__init__(site)
        op: Any = site.op
        self._channels, self._filters = site.shapes[0][0] // op.groups, op.filters // op.groups
        self.parts: list[Kernel] = []
        one = op.but(groups=1, filters=self._filters)
        shapes = ((self._channels, *site.shapes[0][1:]),)
        for k in range(op.groups):
            x, out = self._own(site.inputs[0], k, self._channels), self._own(site.output, k, self._filters)
            kernel = made(Site(one, shapes, site.samples, (x,), out, site.outside))
            if kernel is not None:
                self.parts.append(kernel)
                self.calls += kernel.calls
        self.complete = len(self.parts) == op.groups

    def load(self, params: Mapping[str, Array]) -> None:
        """To each group its filters."""
        for k, part in enumerate(self.parts):
            part.load({key: self._rows(value, k) for key, value in params.items()})

    def backward(self, grad: Array, wants: Grads, slots: Mapping[str, Array]) -> list[Call]:
        """Each group for itself."""
        calls: list[Call] = []
        for k, part in enumerate(self.parts):
            want = None if wants[0] is None else self._own(wants[0], k, self._channels)
            own = {key: self._rows(slot, k) for key, slot in slots.items()}
            calls += part.backward(self._own(grad, k, self._filters), (want,), own)
        return calls

    def _rows(self, array: Array, k: int) -> Array:
        return array[k * self._filters : (k + 1) * self._filters]

    def _own(self, inner: Array, k: int, count: int) -> Array:
        """(H, C, W, N) of one group."""
        return inner[:, k * count : (k + 1) * count]
