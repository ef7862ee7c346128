"""Settings, inputs and weights for the battery, drawn by Hypothesis from the knobs that every op declares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from cnncore.errors import CnnError
from cnncore.op import Array, Knob, Op, Run, Shape
from cnncore.ops import OPS

SAMPLES = 2


@dataclass(frozen=True, eq=False)
class Case:
    """An op with what it works on, in float64."""

    op: Op
    inputs: tuple[Array, ...]
    params: dict[str, Array]
    grad: Array

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """(C, *S) of each input."""
        return tuple(x.shape[1:] for x in self.inputs)

    def run(self, dtype: type = np.float32) -> Run:
        """A forward and a backward pass."""
        inputs = tuple(x.astype(dtype) for x in self.inputs)
        params = {key: value.astype(dtype) for key, value in self.params.items()}
        done = self.op.forward(inputs, params)
        grad = self.grad.astype(dtype)
        return Run(inputs, params, done, grad, self.op.backward(grad, inputs, params, done))


def ranks(kind: str) -> list[int]:
    """Numbers of space axes, 0 to 3, that an op of that kind takes with its settings as they are at first."""
    return [rank for rank in range(4) if _fits(OPS[kind](), [(4, *(8,) * rank)] * OPS[kind].arity)]


def _fits(op: Op, shapes: list[Shape]) -> bool:
    try:
        op.output_shape(*shapes)
    except CnnError:
        return False
    return True


def _value(spec: Knob, rank: int) -> st.SearchStrategy[Any]:
    if spec.choices:
        return st.sampled_from(spec.choices)
    if spec.type is bool:
        return st.booleans()
    if spec.type is float:
        return st.floats(spec.low or 0.0, 1.0 if spec.high is None else spec.high)
    low = int(spec.low or 0)
    one = st.integers(low, min(low + 2, low + 2 if spec.high is None else int(spec.high)))
    return one | st.tuples(*[one] * rank) if spec.per_axis and rank else one


def _conv(rank: int) -> st.SearchStrategy[dict[str, Any]]:
    """Filters and groups that divide one another; see `_channels`."""
    knobs = OPS["conv"].knobs()
    drawn = {name: _value(spec, rank) for name, spec in knobs.items() if name not in ("filters", "groups")}
    return st.sampled_from([(1, 1), (3, 1), (2, 2), (4, 2)]).flatmap(
        lambda pair: st.fixed_dictionaries({"filters": st.just(pair[0]), "groups": st.just(pair[1]), **drawn}))


def _pool(rank: int) -> st.SearchStrategy[dict[str, Any]]:
    """Padding of at most half the window."""
    axis = st.tuples(st.integers(1, 3), st.integers(1, 3), st.booleans()).map(lambda a: (*a[:2], a[2] * (a[0] // 2)))
    each = st.tuples(*[axis] * rank) | axis.map(lambda a: (a,) * rank)
    return each.map(lambda axes: dict(zip(("window", "stride", "padding"), zip(*axes, strict=True), strict=True)))


Draws = Callable[[int], st.SearchStrategy[dict[str, Any]]]
# Where the knobs of a kind depend on each other.
SETTINGS: dict[str, Draws] = {"conv": _conv, "maxpool": _pool, "meanpool": _pool}


@st.composite
def cases(draw: Any, kind: str, rank: int) -> Case:
    """Any op of that kind over ``rank`` space axes."""
    drawn = {name: _value(spec, rank) for name, spec in OPS[kind].knobs().items()}
    op: Op = OPS[kind].make(draw(SETTINGS[kind](rank) if kind in SETTINGS else st.fixed_dictionaries(drawn)))
    channels = draw(st.integers(1, 2)) * getattr(op, "groups", 1)
    sizes = st.integers(3, 6) if rank < 3 else st.integers(3, 4)
    shape = (channels, *(draw(sizes) for _ in range(rank)))
    shapes = [shape] * op.arity
    assume(_fits(op, shapes))
    # Distinct multiples of 1/16, so that no nudge of a finite difference changes which cell of a window is largest.
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    inputs = tuple(_distinct(rng, (SAMPLES, *one)) for one in shapes)
    params = {key: rng.standard_normal(one) for key, one in op.parameter_shapes(*shapes).items()}
    return Case(op, inputs, params, rng.standard_normal((SAMPLES, *op.output_shape(*shapes))))


def _distinct(rng: np.random.Generator, shape: Shape) -> Array:
    count = int(np.prod(shape))
    out: Array = ((rng.permutation(count) - count // 2 + 0.5) * (4.0 / count)).reshape(shape)
    return out
