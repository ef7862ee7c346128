"""Joins: several maps become one, by adding, by multiplying, or one behind the other as channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import PLAIN, Array, Backward, Context, Forward, Op, Params, Range, Region, Run, Shape, single
from cnncore.trace import Operand, Trace, column


@dataclass(frozen=True)
class _Alike(Op):
    """Base: inputs of one shape, cell by cell.

    Raises:
        CnnError: From `output_shape`, where the inputs' shapes differ.
    """

    arity = 2
    many = True

    def output_shape(self, *inputs: Shape) -> Shape:
        """That of each input."""
        for k, one in enumerate(inputs):
            if one != inputs[0]:
                raise CnnError("join.shapes", "{owner}: input {k} has shape {value}, input 1 has {first}. Allowed: "
                               "{allowed} for every input. A convolution with kernel 1 changes the channels, a stride "
                               "or pooling the size.", owner=self.kind, k=k + 1, value=one, first=inputs[0],
                               allowed=inputs[0])
        return inputs[0]

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The same cell of each."""
        return (single(cell),) * len(inputs)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The same cell."""
        return single(cell)

    def joined(self, cell: tuple[int, ...], names: Mapping[str, str], sign: str) -> str:
        """The same cell of every input that ``names`` knows, with a sign between them."""
        own = ", ".join(map(str, cell))
        inputs = sorted((name for name in names if name.startswith("input")), key=lambda name: int(name[5:]))
        return sign.join(f"{names[name]}[{own}]" for name in inputs)


@dataclass(frozen=True)
class Add(_Alike):
    """The sum, cell by cell: what a skip connection ends in.

    He, Zhang, Ren and Sun 2015, arXiv:1512.03385.
    """

    kind = "add"
    title = "add"

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """One after the other."""
        out = inputs[0] + inputs[1]
        for x in inputs[2:]:
            out += x
        return Forward(out)

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """The same to each."""
        return Backward((grad,) * len(inputs), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Kind ``"sum"``, layout (inputs,): a row has one factor, from the column of its input. input{k}: a copy."""
        total = self.total(target, cell, run, sample)
        if target != "output":
            assert run.grad is not None  # total() has seen to it
            came = column("grad", [run.grad[sample][cell]], [cell])
            return Trace("copy", target, cell, (came,), came.values, (1,), total)
        own, cells = np.eye(len(run.inputs)), [cell] * len(run.inputs)
        seen = tuple(column(f"input{k}", own[k] * float(x[sample][cell]), cells, own[k] > 0)
                     for k, x in enumerate(run.inputs))
        terms = np.array([x[sample][cell] for x in run.inputs], np.float64)
        return Trace("sum", target, cell, seen, terms, terms.shape, total)

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The cells, added."""
        return self.joined(cell, names, " + ") if target == "output" else ""

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it does."""
        return "the sum of its inputs", {}


@dataclass(frozen=True)
class Multiply(_Alike):
    """The product, cell by cell: one input lets the other through, as a gate does.

    Hu, Shen and Sun 2017, arXiv:1709.01507, scale their maps so.
    """

    kind = "multiply"
    title = "multiply"

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """One after the other."""
        return Forward(self._product(inputs))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """Each gets what came back times all the others."""
        return Backward(tuple(self._product((grad, *inputs[:k], *inputs[k + 1:])) for k in range(len(inputs))), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (1,): one factor from each input, or what came back and one from each other input."""
        total = self.total(target, cell, run, sample)
        factors: list[Operand] = []
        if target != "output":
            assert run.grad is not None  # total() has seen to it
            factors.append(column("grad", [run.grad[sample][cell]], [cell]))
        factors += [column(f"input{k}", [x[sample][cell]], [cell]) for k, x in enumerate(run.inputs)
                    if target != f"input{k}"]
        terms = np.prod([one.values for one in factors], axis=0)
        return Trace("products", target, cell, tuple(factors), terms, (1,), total)

    def multiply_adds(self, *inputs: Shape) -> int:
        """None with a weight."""
        return 0

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The cells, multiplied."""
        return self.joined(cell, names, " * ") if target == "output" else ""

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it does."""
        return "the product of its inputs", {}

    @staticmethod
    def _product(arrays: tuple[Array, ...]) -> Array:
        out: Array = arrays[0] * arrays[1]
        for x in arrays[2:]:
            out *= x
        return out


@dataclass(frozen=True)
class Concatenate(Op):
    """The channels of all inputs, one input behind the other.

    Szegedy et al. 2014, arXiv:1409.4842, join the branches of an inception module so.

    Raises:
        CnnError: From `output_shape`, where the inputs differ in space.
    """

    kind = "concat"
    title = "concatenate"
    arity = 2
    many = True

    def output_shape(self, *inputs: Shape) -> Shape:
        """(Σ C, *S)."""
        for k, one in enumerate(inputs):
            if one[1:] != inputs[0][1:]:
                raise CnnError("concat.shapes", "{owner}: input {k} has shape {value}, input 1 has {first}. Only the "
                               "channels may differ. Allowed: {allowed}. A stride, padding or pooling changes the "
                               "size.", owner=self.kind, k=k + 1, value=one, first=inputs[0],
                               allowed=f"({', '.join(['C', *map(str, inputs[0][1:])])})")
        return (sum(one[0] for one in inputs), *inputs[0][1:])

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """Along the channels."""
        return Forward(np.concatenate(inputs, axis=1))

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """To each its channels."""
        starts = self._starts([x.shape[1:] for x in inputs])
        return Backward(tuple(grad[:, start:start + x.shape[1]] for start, x in zip(starts, inputs, strict=True)), {})

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """Layout (1,): the one cell that it comes from."""
        total = self.total(target, cell, run, sample)
        starts = self._starts([x.shape[1:] for x in run.inputs])
        if target == "output":
            k = self._source(cell[0], starts)
            source, at, of = f"input{k}", (cell[0] - starts[k], *cell[1:]), run.inputs[k]
        else:
            assert run.grad is not None  # total() has seen to it
            source, at, of = "grad", (cell[0] + starts[int(target[5:])], *cell[1:]), run.grad
        seen = column(source, [of[sample][at]], [at])
        return Trace("copy", target, cell, (seen,), seen.values, (1,), total)

    @property
    def even(self) -> bool:
        """Each input has channels of its own."""
        return False

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The one cell that it comes from; of the other inputs an empty range at the end that is nearer."""
        regions: list[Region] = []
        for start, one in zip(self._starts(inputs), inputs, strict=True):
            c = min(max(cell[0] - start, 0), one[0])
            channel: Range = (c, c + 1, 1) if 0 <= cell[0] - start < one[0] else (c, c, 1)
            regions.append((channel, *single(cell[1:])))
        return tuple(regions)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The one cell that it goes to."""
        return single((cell[0] + self._starts(inputs)[source], *cell[1:]))

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The cell of all channels."""
        if target != "output":
            return ""
        inputs = sorted((name for name in names if name.startswith("input")), key=lambda name: int(name[5:]))
        return f"np.concatenate([{', '.join(names[name] for name in inputs)}])[{', '.join(map(str, cell))}]"

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it does."""
        return "the channels of its inputs, one behind the other", {}

    @staticmethod
    def _starts(inputs: tuple[Shape, ...] | list[Shape]) -> list[int]:
        """The first channel of each input in the output."""
        return [0, *accumulate(one[0] for one in inputs[:-1])]

    @staticmethod
    def _source(channel: int, starts: list[int]) -> int:
        return max(k for k, start in enumerate(starts) if start <= channel)
