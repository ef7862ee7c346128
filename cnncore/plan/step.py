"""What one training pass leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from cnncore.op import Array, Shape


@dataclass(frozen=True, eq=False)
class Step:
    """One forward pass, loss and backward pass.

    Args:
        loss: Mean over the batch.
        scores: (N, classes).
        flat: Gradients of all learned weights in one vector, in the order of `Network.parameter_shapes`.
        state: New values of the running weights.
        shapes: Name and shape of every part of ``flat``.
        reached: The names among them that the scores depend on; the others' part is 0.
    """

    loss: float
    scores: Array
    flat: Array
    state: dict[str, Array]
    shapes: Sequence[tuple[str, Shape, int, int]] = field(repr=False)
    reached: frozenset[str] = field(repr=False)

    @cached_property
    def gradients(self) -> dict[str, Array]:
        """Name to gradient, views of ``flat``."""
        return {key: self.flat[start:stop].reshape(shape)
                for key, shape, start, stop in self.shapes if key in self.reached}
