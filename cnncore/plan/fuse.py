"""Convolution, ReLU and max pooling as one kernel, where nobody asks for what lies between.

Bias and ReLU come after the pooling, on a quarter of the cells: the maximum commutes with both, and rounding is
monotone, so the numbers are the same. The columns of one pooling window lie in separate blocks, (s, oW/s, N), so
that the maximum runs over contiguous memory.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cnncore.op import Array
from cnncore.plan.conv import ConvKernel, conv_windows
from cnncore.plan.elementwise import masked, rectified
from cnncore.plan.kernel import Call, Grads, Kernel, Site, call, ones
from cnncore.plan.layout import empty, lines, merged
from cnncore.plan.pool import Winner, pool_windows
from cnncore.plan.spots import Window


class ConvPoolKernel(ConvKernel):
    """conv → max pool, or conv → ReLU → max pool, or conv → max pool → ReLU."""

    keeps_output = True

    def __init__(self, site: Site, rows: Window, columns: Window, down: Window, across: Window, relu: bool) -> None:
        self.down, self.across, self.relu = down, across, relu
        self.together = down.kernel
        # One sample: its runs are short either way, and columns in their order make the other copies longer.
        self.phases = across.kernel if site.samples > 1 else 1
        super().__init__(site, _only(rows, down), _only(columns, across))

    def _output(self) -> Array:
        self.width = self.run // self.across.kernel
        z = lines(self.rows.out, self.filters, self.run)
        self.middle = empty((self.rows.out, self.filters, self.width))
        self.columns_won = Winner(self._blocks(z), self._seen(self.middle))
        self.rows_won = Winner(self._steps(self.middle), merged(self.site.output))
        return z

    def _blocks(self, z: Array) -> list[Array]:
        """For each column of a pooling window the columns of that place: (oH, F, oW/s·N) or (oH, F, oW/s, N)."""
        if self.phases > 1:
            return [z[..., t * self.width : (t + 1) * self.width] for t in range(self.phases)]
        apart = z.reshape(*z.shape[:2], self.across.out, self.across.kernel, self.samples)
        return [apart[:, :, :, t] for t in range(self.across.kernel)]

    def _seen(self, middle: Array) -> Array:
        """In the shape of the blocks."""
        return middle if self.phases > 1 else middle.reshape(*middle.shape[:2], self.across.out, self.samples)

    def _steps(self, middle: Array) -> list[Array]:
        """For each row of a pooling window the rows of that place."""
        return [middle[t :: self.down.kernel] for t in range(self.down.kernel)]

    def _finishing(self, part: slice, z: Array) -> list[Call]:
        """The largest of each window, its bias, its ReLU."""
        above = slice(part.start // self.down.kernel, part.stop // self.down.kernel)
        pooled = merged(self.site.output)[above]
        calls = [*self.columns_won.forward(part), *self.rows_won.forward(above)]
        if self.bias is not None:
            calls.append(call(np.add, pooled, self.bias, out=pooled))
        return calls + (rectified(pooled, pooled) if self.relu else [])

    def backward(self, grad: Array, wants: Grads, slots: Mapping[str, Array]) -> list[Call]:
        """ReLU and bias on the pooled cells, then back to the winners."""
        came = merged(grad)
        calls = masked(self.site.output, grad, grad) if self.relu else []
        if "bias" in slots:
            sums = empty(came.shape[:2])
            calls += [call(np.matmul, came, ones(self.width), out=sums),
                      call(np.add.reduce, sums, 0, None, slots["bias"])]
        dz, middle = lines(*self.z.shape), empty(self.middle.shape)
        calls += self.rows_won.backward(came, self._steps(middle))
        calls += self.columns_won.backward(self._seen(middle), self._blocks(dz))
        rest = {key: slot for key, slot in slots.items() if key != "bias"}
        return calls + self.gradients(dz, wants[0], rest)


def _only(window: Window, pool: Window) -> Window:
    """The windows that the pooling looks at: none beyond its last."""
    found = window._replace(out=pool.out * pool.kernel)
    return found._replace(after=max(0, found.need - found.size - found.before))


def conv_pool(site: Site, pool: Site, relu: bool) -> Kernel | None:
    """None where the pooling's windows do not lie side by side without padding."""
    found, pooled = conv_windows(site), pool_windows(pool.op, pool.shapes[0])
    if not found or not pooled or site.outside:
        return None
    if any(w.padded or w.dilation > 1 or w.stride != w.kernel for w in pooled):
        return None
    return ConvPoolKernel(site, *found, *pooled, relu)
