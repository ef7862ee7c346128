"""Keep the maximum: where a map is strongest, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Run, Shape
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class KeepMax(Op):
    """Cells equal to the largest of their map become 1, all others 0; ties are kept.

    A map is one channel of one sample. The output does not change when an input does a little, so that the gradient is
    0 everywhere: what stands before this layer cannot learn through it. It is meant for reading a network, not for
    training one: "here the kernel found its own shape".

    Raises:
        CnnError: From `output_shape`, for a plain list, in which there is no map.
    """

    kind = "keepmax"
    title = "keep the maximum"

    def output_shape(self, *inputs: Shape) -> Shape:
        """The input's."""
        if len(inputs[0]) < 2:
            raise CnnError("keepmax.rank", "{owner}: the input has shape {value}, which are no maps. Allowed: "
                           "{allowed}. Put it before flatten.", owner=self.kind, value=inputs[0], allowed="(C, …, S)")
        return inputs[0]

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """x = max(x). A map with a NaN in it has no maximum and stays NaN, so that the NaN can be found."""
        top = inputs[0].max(axis=tuple(range(2, inputs[0].ndim)), keepdims=True)
        return Forward(np.where(np.isnan(top), top, inputs[0] == top).astype(inputs[0].dtype))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """0."""
        return Backward((np.zeros_like(grad),), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Output: kind "kept", layout S: 1 for each cell of the map that is kept, of which the own one is picked.

        input0: layout (1,), what came back times the slope 0.
        """
        total = self.total(target, cell, run, sample)
        if target == "output":
            own = run.inputs[0][sample][cell[0]]
            cells = np.indices(own.shape).reshape(own.ndim, -1).T
            terms = run.forward.output[sample][cell[0]].astype(np.float64)
            seen = column("input0", own, np.insert(cells, 0, cell[0], axis=1))
            at = int(np.ravel_multi_index(cell[1:], own.shape))
            return Trace("kept", target, cell, (seen,), terms.reshape(-1), own.shape, total, "pick", winner=at)
        assert run.grad is not None  # total() has seen to it
        came, slope = column("grad", [run.grad[sample][cell]], [cell]), column("slope", [0.0])
        return Trace("products", target, cell, (came, slope), came.values * slope.values, (1,), total)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The whole map."""
        return (((cell[0], cell[0] + 1, 1), *((0, n, 1) for n in inputs[0][1:])),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The whole map."""
        return self.reads(cell, *inputs)[0]

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """A comparison."""
        x, at = names["input0"], ", ".join(map(str, cell))
        return f"float({x}[{at}] == {x}[{cell[0]}].max())" if target == "output" else ""

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it does, and that nothing flows back."""
        return "1 where a map is largest, else 0 · gradient 0", {}
