"""Many arrays as one vector: an optimiser's step is then a handful of calls, whatever the number of layers."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from cnncore.op import Array, Shape

ALL = "all"  # the one key under which an optimiser sees the vector


class Flat:
    """Where each array lies in the vector.

    Args:
        shapes: Name to shape, in the order in which they lie.
    """

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self.shapes = dict(shapes)
        self.places: dict[str, slice] = {}
        at = 0
        for key, shape in self.shapes.items():
            self.places[key] = slice(at, at + math.prod(shape))
            at += math.prod(shape)
        self.size = at

    def pack(self, arrays: Mapping[str, Array]) -> Array:
        """One fresh vector (size,) of the arrays' common dtype; those that are not there are zeros."""
        out = np.zeros(self.size, np.result_type(*(arrays[key] for key in self.shapes if key in arrays), np.float32))
        for key, place in self.places.items():
            if key in arrays:
                out[place] = arrays[key].reshape(-1)
        return out

    def views(self, vector: Array) -> dict[str, Array]:
        """Name to array; all of them look into ``vector``."""
        return {key: vector[self.places[key]].reshape(shape) for key, shape in self.shapes.items()}

    def pack_state(self, state: Mapping[str, Array]) -> dict[str, Array]:
        """The state of an optimiser, ``"slot:name"`` to array, with one vector a slot."""
        slots = {key.split(":", 1)[0] for key in state if ":" in key}
        packed = {slot: self.pack({k: state[f"{slot}:{k}"] for k in self.shapes if f"{slot}:{k}" in state})
                  for slot in sorted(slots)}
        return {**{key: value for key, value in state.items() if ":" not in key},
                **{f"{slot}:{ALL}": vector for slot, vector in packed.items()}}

    def state_views(self, state: Mapping[str, Array]) -> dict[str, Array]:
        """The other way round: an entry for each slot and name."""
        out = {key: value for key, value in state.items() if ":" not in key}
        for key, vector in state.items():
            if ":" in key:
                out |= {f"{key.split(':', 1)[0]}:{name}": view for name, view in self.views(vector).items()}
        return out
