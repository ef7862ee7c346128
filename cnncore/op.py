"""The contract of an op, and the knobs that state each of its settings once.

An op is frozen settings; its weights are arrays beside it; all its methods are pure.
Arrays are (sample, channel, *space) = (N, C, *S); shapes leave the sample axis out.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnncore.errors import CnnError, did_you_mean
from cnncore.trace import Trace

Array = NDArray[Any]
Shape = tuple[int, ...]
Params = Mapping[str, Array]
Range = tuple[int, int, int]  # start, stop, step
Region = tuple[Range, ...] | None  # one range an axis, channels first; None: everything


@dataclass(frozen=True)
class Knob:
    """What one setting may be: stated once, used by checks, forms, help and files."""

    type: type
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    per_axis: bool = False
    unit: str = ""
    help: str = ""
    words: tuple[str, ...] = ()  # may stand in place of numbers
    pairs: bool = False  # an axis may have two values: before it and after it

    @property
    def allowed(self) -> str:
        """The bounds in signs, which need no translation: ``"1, 2, … 64"``, ``"0 … 1"``, ``"0, 1, …; (0, 1), …"``."""
        pairs = [f"(({self.low:.0f}, {self.low + 1:.0f}), …)"] if self.pairs and self.low is not None else []
        words = [", ".join(self.words)] if self.words else []
        return "; ".join([self._bounds, *pairs, *words])

    @property
    def _bounds(self) -> str:
        if self.choices:
            return ", ".join(self.choices)
        if self.type is bool:
            return "true, false"
        end = "" if self.high is None else f" {self.high:.15g}"
        if self.type is int:
            return f"…{end}" if self.low is None else f"{self.low:.0f}, {self.low + 1:.0f}, …{end}"
        if self.low is None:
            return f"≤{end}" if end else "− ∞ … ∞"
        return f"{self.low:.15g} …{end or ' ∞'}"

    def check(self, owner: str, name: str, value: object) -> None:
        """Raise `CnnError` unless ``value`` is one this knob can stand at."""
        if isinstance(value, str) and value in self.words:
            return
        values = value if self.per_axis and isinstance(value, tuple) else (value,)
        if not values or not all(self._fits(v) or self._is_pair(v) for v in values):
            raise CnnError(
                "knob.range",
                "{owner}: {knob} = {value} is not possible. Allowed: {allowed}.",
                owner=owner,
                knob=name,
                value=value,
                allowed=self.allowed,
            )

    def _is_pair(self, value: object) -> bool:
        return self.pairs and isinstance(value, tuple) and len(value) == 2 and all(self._fits(v) for v in value)

    def _fits(self, value: object) -> bool:
        if self.type in (bool, str):
            return isinstance(value, self.type) and (not self.choices or value in self.choices)
        if isinstance(value, bool) or not isinstance(value, (int, float) if self.type is float else int):
            return False
        if not math.isfinite(value):
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)


def knob(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    per_axis: bool = False,
    unit: str = "",
    help: str = "",
    words: tuple[str, ...] = (),
    pairs: bool = False,
) -> Any:
    """A dataclass field that is a setting.

    With ``per_axis`` it takes one value, or one for each space axis; with ``pairs`` each of these may be two: before
    the axis and after it. ``words`` may stand in place of numbers.
    """
    spec = Knob(type(default), low, high, choices, per_axis, unit, help, words, pairs)
    return field(default=default, metadata={"knob": spec})


@dataclass(frozen=True)
class Knobs:
    """Base of everything that is a set of knobs: ops, losses, optimisers, preprocessing, augmentation."""

    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for name, spec in self.knobs().items():
            spec.check(self.kind, name, getattr(self, name))

    @classmethod
    def knobs(cls) -> dict[str, Knob]:
        """Name to `Knob`, in the order of declaration."""
        return {f.name: f.metadata["knob"] for f in dataclasses.fields(cls) if "knob" in f.metadata}

    def settings(self) -> dict[str, Any]:
        """Name to value, as plain data for a file; `make` reads it back."""
        return {name: getattr(self, name) for name in self.knobs()}

    def but(self, **changes: Any) -> Any:
        """A copy with some knobs turned, checked anew."""
        return dataclasses.replace(self, **_known(type(self), changes))

    @classmethod
    def make(cls, settings: Mapping[str, Any]) -> Any:
        """From plain data, as `settings` gives it; lists become tuples, unknown names are refused."""
        return cls(**{k: _frozen(v) for k, v in _known(cls, settings).items()})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value


def _known(cls: type[Knobs], settings: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in settings:
        if name not in cls.knobs():
            raise CnnError(
                "knob.unknown",
                "{owner} has no setting {name}. Did you mean: {near}?",
                owner=cls.kind,
                name=name,
                near=did_you_mean(name, cls.knobs()),
            )
    return settings


@dataclass(frozen=True, eq=False)
class Context:
    """What an op may know beside its arguments: the mode and the random generator."""

    training: bool = False
    rng: np.random.Generator | None = None


PLAIN = Context()


class Forward(NamedTuple):
    """What `Op.forward` gives: the output, what backward wants kept, and new running values (of a norm)."""

    output: Array
    saved: Any = None
    state: Mapping[str, Array] = {}


class Backward(NamedTuple):
    """Gradients of the loss: one for each input, one for each parameter, each shaped as its array."""

    inputs: tuple[Array, ...]
    params: dict[str, Array]


@dataclass(frozen=True, eq=False)
class Run:
    """One op in one pass, as `Op.trace` reads it. ``grad`` (∂L/∂output) is there after a backward pass."""

    inputs: tuple[Array, ...]
    params: Params
    forward: Forward
    grad: Array | None = None
    backward: Backward | None = None


@dataclass(frozen=True)
class Op(Knobs):
    """A layer: settings that never change, and pure functions of arrays. See `cnncore.ops.OPS`."""

    title: ClassVar[str] = ""  # English key: "convolution"
    arity: ClassVar[int] = 1
    many: ClassVar[bool] = False  # reads `arity` inputs or more
    running: ClassVar[tuple[str, ...]] = ()  # parameters that follow the data, not the gradient: a norm's averages
    draws: ClassVar[bool] = False  # in training it draws from the context's generator
    across: ClassVar[bool] = False  # in training, what comes of a sample depends on the others of its batch

    def output_shape(self, *inputs: Shape) -> Shape:
        """(C, *G) from the (C, *S) of each input; `CnnError` where the settings do not fit."""
        raise NotImplementedError

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """Name to shape; empty for an op without parameters."""
        return {}

    def start(self, rng: np.random.Generator, *inputs: Shape) -> dict[str, Array]:
        """Start values, float32, of every parameter."""
        return {}

    def forward(self, inputs: tuple[Array, ...], params: Params, context: Context = PLAIN) -> Forward:
        """The output (N, C, *G), of the inputs' dtype."""
        raise NotImplementedError

    def backward(self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward) -> Backward:
        """Gradients of the inputs and parameters from ``grad`` = ∂L/∂output; those that are `running` have none."""
        raise NotImplementedError

    def parameter_gradients(
        self, grad: Array, inputs: tuple[Array, ...], params: Params, forward: Forward
    ) -> dict[str, Array]:
        """The parameters' part of `backward` alone: an op whose input gradient is dear leaves it out here."""
        return self.backward(grad, inputs, params, forward).params

    def trace(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> Trace:
        """One number of this op, term by term.

        Args:
            target: ``"output"``; ``"input0"``, ``"input1"``, … for the gradient of an input; a parameter's name for its
                gradient.
            cell: Index into the target, without the sample axis; a parameter's gradient sums over all samples.
            run: Arrays of the pass; gradients need ``run.grad``.
            sample: Which sample of the batch.
        """
        raise NotImplementedError

    def total(self, target: str, cell: tuple[int, ...], run: Run, sample: int = 0) -> float:
        """The engine's own number that `trace` explains; `CnnError` where there is no such target, cell or pass."""
        if target == "output":
            array = run.forward.output[sample]
        else:
            if run.grad is None:
                raise CnnError(
                    "trace.pass",
                    "A gradient needs a backward pass first: {target} of {owner} has none.",
                    target=target,
                    owner=self.kind,
                )
            back = run.backward or self.backward(run.grad, run.inputs, run.params, run.forward)
            by_name = {f"input{k}": array[sample] for k, array in enumerate(back.inputs)} | back.params
            if target not in by_name:
                raise CnnError(
                    "trace.target",
                    "{owner} has nothing called {target}. Did you mean: {near}?",
                    owner=self.kind,
                    target=target,
                    near=did_you_mean(target, ["output", *by_name]),
                )
            array = by_name[target]
        if len(cell) != array.ndim or not all(0 <= i < n for i, n in zip(cell, array.shape, strict=True)):
            raise CnnError(
                "trace.cell",
                "{target} of {owner} has no cell {cell}; its shape is {shape}.",
                target=target,
                owner=self.kind,
                cell=cell,
                shape=array.shape,
            )
        return float(array[cell])

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """What an output cell looks at: for each input its `Region`, clipped to the input, without padding.

        Args:
            cell: (C, *G) index.
            *inputs: (C, *S) of each input.
        """
        return (None,) * len(inputs)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The output cells that look at one cell of input ``source``: the reverse of `reads`."""
        return None

    @property
    def even(self) -> bool:
        """True where `reads` and `reaches` move evenly with their cell, so that a box is known by three of its cells.

        False of what folds back at an edge, cuts into parts or rearranges.
        """
        return True

    def multiply_adds(self, *inputs: Shape) -> int:
        """Multiplications with a weight, for one sample."""
        return 0

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """NumPy lines that compute one output cell; the last line is the value. Empty where there are none.

        Args:
            target: As in `trace`; only ``"output"`` has code.
            cell: As in `trace`.
            names: What the code calls ``"input0"``, ``"weight"``, … (arrays without the sample axis).
        """
        return ""

    def summary(self) -> tuple[str, dict[str, object]]:
        """Settings in a few words of the field: an English key and its facts.

        For example ``("stride {stride} · no padding", {"stride": "1"})``.
        """
        return "", {}


def single(cell: tuple[int, ...]) -> tuple[Range, ...]:
    """The `Region` of one cell."""
    return tuple((i, i + 1, 1) for i in cell)
