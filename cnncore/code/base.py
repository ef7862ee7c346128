"""What a writer of code is asked, and the tables that writers stand in: one for each framework, by kind of layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from cnncore.op import Op, Shape

ON_TORCH = "# KERAS_BACKEND=torch"  # Keras leaves gradients to what it runs on


class Written(NamedTuple):
    """Lines of code, the last of which is the number; or none, and why not.

    Args:
        text: The lines.
        why: An English key, where there are no lines.
        facts: Of the key.
    """

    text: str
    why: str = ""
    facts: Mapping[str, object] = {}


class NoSuchThing(Exception):
    """A framework has no such layer, or not with these settings: the sentence that says it, and its facts."""

    def __init__(self, why: str, **facts: object) -> None:
        super().__init__(why)
        self.why, self.facts = why, facts


@dataclass(frozen=True, eq=False)
class Ask:
    """One layer, as a writer sees it.

    Args:
        op: Whose.
        names: What the code calls ``"input0"``, ``"weight"``, … (arrays without the sample axis) and ``"grad"``.
        shapes: (C, *S) of each input.
    """

    op: Any
    names: Mapping[str, str]
    shapes: tuple[Shape, ...]

    @property
    def x(self) -> str:
        """What the only input, or the first, is called."""
        return self.names["input0"]

    @property
    def inputs(self) -> list[str]:
        """All of them."""
        return [self.names[f"input{k}"] for k in range(len(self.shapes))]

    @property
    def space(self) -> Shape:
        """*S of the first input."""
        return self.shapes[0][1:]

    @property
    def rank(self) -> int:
        """Number of space axes."""
        return len(self.space)

    def name(self, key: str) -> str:
        """What a parameter is called; ``None`` where the layer has none of that name."""
        return self.names[key] if key in self.op.parameter_shapes(*self.shapes) else "None"

    @property
    def output(self) -> Shape:
        """(C, *G)."""
        shape: Shape = self.op.output_shape(*self.shapes)
        return shape


Writer = Callable[[Ask], list[str]]
Table = dict[str, Writer]


def writer(table: Table, *kinds: str) -> Callable[[Writer], Writer]:
    """Enter a function for these kinds."""
    def enter(function: Writer) -> Writer:
        table.update(dict.fromkeys(kinds, function))
        return function
    return enter


def plain(values: tuple[int, ...]) -> str:
    """One number where all are alike: as people write it."""
    return str(values[0]) if len(set(values)) == 1 else str(tuple(values))


def at(cell: tuple[int, ...]) -> str:
    """``[2, 10, 9]``; nothing for a lone number."""
    return f"[{', '.join(str(int(i)) for i in cell)}]" if cell else ""


def flat(cell: tuple[int, ...], shape: Shape) -> int:
    """Which number of an array it is, row by row."""
    k = 0
    for i, n in zip(cell, shape, strict=True):
        k = k * n + i
    return k


def along(rank: int, name: str, reshape: str = "{x}.reshape({shape})") -> str:
    """(C,) beside (C, *S), as code; a lone list of numbers stays as it is."""
    return reshape.format(x=name, shape=", ".join(["-1", *["1"] * rank])) if rank else name


def padded(around: list[tuple[int, int]]) -> bool:
    """True where there is anything to add."""
    return any(end for pair in around for end in pair)


def alone(op: Op, space: Shape) -> list[tuple[int, int]]:
    """Of a pooling: the padding that was asked for; a last window that hangs over has more."""
    return [(axis.padding, axis.after) for axis in op.fitting(space)]  # type: ignore[attr-defined]


def windows_of(op: Op, space: Shape) -> tuple[list[tuple[int, int]], tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Of windows: cells (before, after) each axis, kernel, stride and dilation."""
    axes = op.axes(space)  # type: ignore[attr-defined]
    around = [(axis.padding, axis.after) for axis in axes]
    return around, tuple(a.kernel for a in axes), tuple(a.stride for a in axes), tuple(a.dilation for a in axes)
