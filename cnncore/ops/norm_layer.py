"""Norms of one sample by itself: over all of it (layer norm), or over groups of its channels (group, instance norm)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import Array, Region, Shape, knob
from cnncore.ops.norm import Group, Norm


@dataclass(frozen=True)
class GroupNorm(Norm):
    """Neighbouring channels share mean and variance over their space; as many groups as channels: instance norm.

    Wu and He 2018, arXiv:1803.08494; instance norm: Ulyanov, Vedaldi and Lempitsky 2016, arXiv:1607.08022.

    Raises:
        CnnError: From `output_shape`, where groups does not divide the channels.
    """

    kind = "groupnorm"
    title = "group norm"
    groups: int = knob(1, low=1, high=100_000, help="Into how many groups the channels are split; as many as channels: "
                       "instance norm.")

    def output_shape(self, *inputs: Shape) -> Shape:
        """The input's."""
        channels = inputs[0][0]
        if channels % self.groups:
            fits = [n for n in range(1, channels + 1) if channels % n == 0]
            raise CnnError("norm.groups", "{owner}: {knob} = {value} does not divide the {channels} channels of the "
                           "input. Allowed: {allowed}.", owner=self.kind, knob="groups", value=self.groups,
                           channels=channels, allowed=", ".join(map(str, fits)))
        return inputs[0]

    def average(self, values: Array) -> Array:
        """Over the channels of a group and space."""
        n, channels, *space = values.shape
        grouped = values.reshape(n, self.groups, -1).mean(axis=2)  # (N, groups)
        out: Array = np.repeat(grouped, channels // self.groups, axis=1).reshape(n, channels, *(1,) * len(space))
        return out

    def group(self, cell: tuple[int, ...], sample: int, shape: Shape) -> Group:
        """The group's channels."""
        size = shape[1] // self.groups
        cells = np.indices((size, *shape[2:])).reshape(len(shape) - 1, -1).T
        own = int(np.ravel_multi_index((cell[0] % size, *cell[1:]), (size, *shape[2:])))
        cells[:, 0] += cell[0] // size * size
        return Group(cells, np.full(len(cells), sample), own)

    def reads(self, cell: tuple[int, ...], *inputs: Shape) -> tuple[Region, ...]:
        """The group's channels."""
        size = inputs[0][0] // self.groups
        first = cell[0] // size * size
        return (((first, first + size, 1), *((0, n, 1) for n in inputs[0][1:])),)

    def reaches(self, source: int, cell: tuple[int, ...], *inputs: Shape) -> Region:
        """The group's channels."""
        return self.reads(cell, *inputs)[0]

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The group normed by itself."""
        if target != "output":
            return ""
        x, own = names["input0"], ", ".join(map(str, cell))
        at = ", ".join(map(str, self.parameter_cell(cell)))
        after = f" * {names['weight']}[{at}] + {names['bias']}[{at}]" if self.learned else ""
        lines = [] if self.groups == 1 else [f"n = len({x}) // {self.groups}",
                                             f"g = {x}[{cell[0]} // n * n:{cell[0]} // n * n + n]"]
        of = "g" if lines else x
        return "\n".join([*lines, f"({x}[{own}] - {of}.mean()) / np.sqrt({of}.var() + {self.epsilon!r}){after}"])

    def summary(self) -> tuple[str, dict[str, object]]:
        """How many groups."""
        return "norm over {groups} groups of channels", {"groups": self.groups}


@dataclass(frozen=True)
class LayerNorm(Norm):
    """All numbers of a sample share mean and variance; weight and bias are learned for each of them.

    Ba, Kiros and Hinton 2016, arXiv:1607.06450.
    """

    kind = "layernorm"
    title = "layer norm"

    def parameter_shapes(self, *inputs: Shape) -> dict[str, Shape]:
        """weight and bias (C, *S)."""
        return {"weight": inputs[0], "bias": inputs[0]} if self.learned else {}

    def spread(self, parameter: Array, rank: int) -> Array:
        """As it is."""
        return parameter

    def summed(self, rank: int) -> tuple[int, ...]:
        """Over samples."""
        return (0,)

    def parameter_cell(self, cell: tuple[int, ...]) -> tuple[int, ...]:
        """The same cell."""
        return cell

    def average(self, values: Array) -> Array:
        """Over the whole sample."""
        out: Array = values.mean(axis=tuple(range(1, values.ndim)), keepdims=True)
        return out

    def group(self, cell: tuple[int, ...], sample: int, shape: Shape) -> Group:
        """The whole sample."""
        cells = np.indices(shape[1:]).reshape(len(shape) - 1, -1).T
        return Group(cells, np.full(len(cells), sample), int(np.ravel_multi_index(cell, shape[1:])))

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The sample normed by itself."""
        if target != "output":
            return ""
        x, own = names["input0"], ", ".join(map(str, cell))
        after = f" * {names['weight']}[{own}] + {names['bias']}[{own}]" if self.learned else ""
        return f"({x}[{own}] - {x}.mean()) / np.sqrt({x}.var() + {self.epsilon!r}){after}"

    def summary(self) -> tuple[str, dict[str, object]]:
        """Over what."""
        return ("norm over the whole sample" if self.learned else "norm over the whole sample · nothing learned"), {}
