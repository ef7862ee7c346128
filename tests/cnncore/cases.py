"""Settings, inputs and weights for the battery, drawn by Hypothesis from the knobs that every op declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from cnncore.errors import CnnError
from cnncore.op import Array, Context, Op, Run, Shape
from cnncore.ops import OPS
from tests.cnncore.oracles import SETTINGS, SHAPES
from tests.cnncore.oracles.drawing import value_of

SAMPLES = 2


@dataclass(frozen=True, eq=False)
class Case:
    """An op with what it works on, in float64, in one of the two modes."""

    op: Op
    inputs: tuple[Array, ...]
    params: dict[str, Array]
    grad: Array
    training: bool = False
    seed: int = 0

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """(C, *S) of each input."""
        return tuple(x.shape[1:] for x in self.inputs)

    @property
    def learned(self) -> dict[str, Array]:
        """The parameters that have a gradient."""
        return {key: value for key, value in self.params.items() if key not in self.op.running}

    @property
    def context(self) -> Context:
        """The mode, with a generator that draws the same numbers each time."""
        return Context(self.training, np.random.default_rng(self.seed))

    def run(self, dtype: type = np.float32) -> Run:
        """A forward and a backward pass."""
        inputs = tuple(x.astype(dtype) for x in self.inputs)
        params = {key: value.astype(dtype) for key, value in self.params.items()}
        done = self.op.forward(inputs, params, self.context)
        grad = self.grad.astype(dtype)
        return Run(inputs, params, done, grad, self.op.backward(grad, inputs, params, done))


def ranks(kind: str) -> list[int]:
    """Numbers of space axes, 0 to 3, that an op of that kind takes with its settings as they are at first."""
    op = OPS[kind]()
    return [rank for rank in range(4) if _fits(op, shapes_of(op, (4, *(8,) * rank)))]


def shapes_of(op: Op, shape: Shape) -> list[Shape]:
    """(C, *S) of each input, the first of which has ``shape``."""
    return SHAPES[op.kind](op, shape) if op.kind in SHAPES else [shape] * op.arity


def _fits(op: Op, shapes: list[Shape]) -> bool:
    try:
        op.output_shape(*shapes)
    except CnnError:
        return False
    return True


@st.composite
def cases(draw: Any, kind: str, rank: int) -> Case:
    """Any op of that kind over ``rank`` space axes."""
    drawn = {name: value_of(spec, rank) for name, spec in OPS[kind].knobs().items()}
    op: Op = OPS[kind].make(draw(SETTINGS[kind](rank) if kind in SETTINGS else st.fixed_dictionaries(drawn)))
    channels = draw(st.integers(1, 2)) * getattr(op, "groups", 1)
    sizes = st.integers(3, 6) if rank < 3 else st.integers(3, 4)
    shapes = shapes_of(op, (channels, *(draw(sizes) for _ in range(rank))))
    assume(_fits(op, shapes))
    # Distinct multiples of 1/16, so that no nudge of a finite difference changes which cell of a window is largest.
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    inputs = tuple(_distinct(rng, (SAMPLES, *one)) for one in shapes)
    params = {key: rng.standard_normal(one) for key, one in op.parameter_shapes(*shapes).items()}
    params |= {key: np.abs(params[key]) for key in op.running}  # a variance is positive
    grad = rng.standard_normal((SAMPLES, *op.output_shape(*shapes)))
    return Case(op, inputs, params, grad, draw(st.booleans()))


def _distinct(rng: np.random.Generator, shape: Shape) -> Array:
    count = int(np.prod(shape))
    out: Array = ((rng.permutation(count) - count // 2 + 0.5) * (4.0 / count)).reshape(shape)
    return out
