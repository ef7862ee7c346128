"""Maxout: of some channels, the largest at each place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Region, Run, Shape, knob, single
from cnncore.trace import Trace, column


@dataclass(frozen=True)
class Maxout(Op):
    """(C, *S) to (C / pieces, *S): neighbouring channels compete, the largest passes, of equals the first.

    After a layer with straight pieces it is a curve that the network learns. Goodfellow, Warde-Farley, Mirza,
    Courville and Bengio 2013, arXiv:1302.4389.

    Raises:
        CnnError: From `output_shape`, where pieces does not divide the channels.
    """

    kind = "maxout"
    title = "maxout"
    pieces: int = knob(2, low=1, high=1024, help="How many neighbouring channels compete for one.")

    def output_shape(self, *inputs: Shape) -> Shape:
        """(C / pieces, *S)."""
        channels = inputs[0][0]
        if channels % self.pieces:
            fits = [n for n in range(1, channels + 1) if channels % n == 0]
            raise CnnError("maxout.pieces", "{owner}: {knob} = {value} does not divide the {channels} channels. "
                           "Allowed: {allowed}.", owner=self.kind, knob="pieces", value=self.pieces, channels=channels,
                           allowed=", ".join(map(str, fits)))
        return (channels // self.pieces, *inputs[0][1:])

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """The largest piece; which one it was is saved, (N, C / pieces, *S)."""
        pieces = self._pieces(inputs[0])
        won = pieces.argmax(axis=2)
        return Forward(np.take_along_axis(pieces, won[:, :, None], axis=2)[:, :, 0], won)

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """All of it to the winner."""
        pieces = np.zeros_like(self._pieces(inputs[0]), dtype=grad.dtype)
        np.put_along_axis(pieces, forward.saved[:, :, None], grad[:, :, None], axis=2)
        return Backward((pieces.reshape(inputs[0].shape),), {})

    def _pieces(self, x: Array) -> Array:
        return x.reshape(len(x), -1, self.pieces, *x.shape[2:])  # (N, C / pieces, pieces, *S)

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Output: layout (pieces,), the largest is picked. input0: layout (1,), what came back times 1 or 0."""
        total = self.total(target, cell, run, sample)
        if target == "output":
            cells = [(cell[0] * self.pieces + k, *cell[1:]) for k in range(self.pieces)]
            seen = column("input0", [run.inputs[0][sample][one] for one in cells], cells)
            won = int(run.forward.saved[sample][cell])
            return Trace("window", target, cell, (seen,), seen.values, (self.pieces,), total, "pick", winner=won)
        assert run.grad is not None  # total() has seen to it
        unit, piece = divmod(cell[0], self.pieces)
        at = (unit, *cell[1:])
        came = column("grad", [run.grad[sample][at]], [at])
        won_it = column("won", [float(run.forward.saved[sample][at] == piece)])
        return Trace("products", target, cell, (came, won_it), came.values * won_it.values, (1,), total)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The pieces at the cell's place."""
        return (((cell[0] * self.pieces, (cell[0] + 1) * self.pieces, 1), *single(cell[1:])),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The one it competes for."""
        return single((cell[0] // self.pieces, *cell[1:]))

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The largest of a slice."""
        places = "".join(f", {i}" for i in cell[1:])
        own = f"{cell[0] * self.pieces}:{(cell[0] + 1) * self.pieces}{places}"
        return f"{names['input0']}[{own}].max()" if target == "output" else ""

    def summary(self) -> tuple[str, dict[str, object]]:
        """How many compete."""
        return "the largest of {pieces} channels", {"pieces": self.pieces}
