"""Reshape: the same numbers, row by row, in another shape."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Run, Shape, knob, single
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class Reshape(Op):
    """(C, *S) to shape, which leaves the sample axis out; one −1 in it stands for what is left over.

    Raises:
        CnnError: Where shape has two −1, or does not hold as many numbers as the input.
    """

    kind = "reshape"
    title = "reshape"
    shape: int | tuple[int, ...] = knob(-1, low=-1, high=1_000_000_000, per_axis=True,
                              help="Channels first, then space. One −1 stands for what is left over.")

    def __post_init__(self) -> None:
        super().__post_init__()
        wanted = self._wanted()
        if wanted.count(-1) > 1 or 0 in wanted or len(wanted) > 4:
            raise CnnError("reshape.knob", "{owner}: {knob} = {value} is not possible. Allowed: {allowed}: one to four "
                           "sizes, no size 0, and at most one −1.", owner=self.kind, knob="shape", value=self.shape,
                           allowed="(C,), (C, S), (C, S, S), (C, S, S, S)")

    def output_shape(self, *inputs: Shape) -> Shape:
        """As the knob says, −1 filled in."""
        wanted, have = self._wanted(), math.prod(inputs[0])
        given = math.prod(n for n in wanted if n != -1)
        if have % given or (-1 not in wanted and given != have):
            raise CnnError("reshape.size", "{owner}: {knob} = {value} holds {given} numbers; the input {shape} has "
                           "{have}. Allowed: {allowed}.", owner=self.kind, knob="shape", value=self.shape,
                           given=given, shape=inputs[0], have=have,
                           allowed=", ".join(str(n) for n in range(1, have + 1) if have % n == 0) if -1 in wanted
                           else have)
        return tuple(have // given if n == -1 else n for n in wanted)

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """The same numbers in another shape."""
        return Forward(inputs[0].reshape(len(inputs[0]), *self.output_shape(inputs[0].shape[1:])))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """Back into the shape of the input."""
        return Backward((grad.reshape(inputs[0].shape),), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (1,): the one cell that it comes from."""
        total = self.total(target, cell, run, sample)
        shape = run.inputs[0].shape[1:]
        if target == "output":
            source, at, of = "input0", moved(cell, self.output_shape(shape), shape), run.inputs[0]
        else:
            assert run.grad is not None  # total() has seen to it
            source, at, of = "grad", moved(cell, shape, self.output_shape(shape)), run.grad
        seen = column(source, [of[sample][at]], [at])
        return Trace("copy", target, cell, (seen,), seen.values, (1,), total)

    @property
    def even(self) -> bool:
        """Neighbours may come to lie apart."""
        return False

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The one cell that it comes from."""
        return (single(moved(cell, self.output_shape(*inputs), inputs[0])),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The one cell that it goes to."""
        return single(moved(cell, inputs[0], self.output_shape(*inputs)))

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The cell of the reshaped array."""
        if target != "output":
            return ""
        return f"{names['input0']}.reshape{self._wanted()}[{', '.join(map(str, cell))}]"

    def summary(self) -> tuple[str, dict[str, object]]:
        """Into what."""
        return "to {shape}", {"shape": " × ".join("?" if n == -1 else str(n) for n in self._wanted())}

    def _wanted(self) -> Shape:
        return self.shape if isinstance(self.shape, tuple) else (self.shape,)


def moved(cell: tuple[int, ...], source: Shape, to: Shape) -> tuple[int, ...]:
    """Where a cell of one shape stands in another of as many numbers."""
    return tuple(int(i) for i in np.unravel_index(int(np.ravel_multi_index(cell, source)), to))
