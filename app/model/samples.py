"""What the user drew to train on: classes, each with its samples, as values that never change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

BLOCK = 256

Image = NDArray[np.uint8]
Scalar = TypeVar("Scalar", bound=np.generic)


def frozen(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """A read-only copy, or the array itself when it is read-only already and owns its memory."""
    if array.flags.writeable or array.base is not None:
        array = array.copy()
        array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Sample:
    """One drawing: ``image`` (H, W) uint8, white ink on black, as it was drawn."""

    image: Image


@dataclass(frozen=True, eq=False)
class Samples:
    """A sequence that is cheap to add to: blocks of at most `BLOCK`, shared between versions."""

    blocks: tuple[tuple[Sample, ...], ...] = ()

    def __len__(self) -> int:
        return sum(map(len, self.blocks))

    def __iter__(self) -> Iterator[Sample]:
        for block in self.blocks:
            yield from block

    def __getitem__(self, index: int) -> Sample:
        block, place = self._find(index)
        return self.blocks[block][place]

    def add(self, sample: Sample) -> Samples:
        """With one more at the end."""
        if self.blocks and len(self.blocks[-1]) < BLOCK:
            return Samples((*self.blocks[:-1], (*self.blocks[-1], sample)))
        return Samples((*self.blocks, (sample,)))

    def remove(self, index: int) -> Samples:
        """Without the one at ``index``."""
        b, i = self._find(index)
        rest = self.blocks[b][:i] + self.blocks[b][i + 1 :]
        return Samples((*self.blocks[:b], *((rest,) if rest else ()), *self.blocks[b + 1 :]))

    def _find(self, index: int) -> tuple[int, int]:
        place = index
        for b, block in enumerate(self.blocks):
            if 0 <= place < len(block):
                return b, place
            place -= len(block)
        raise IndexError(index)


@dataclass(frozen=True, eq=False)
class SampleClass:
    """A name and what was drawn for it."""

    name: str
    samples: Samples = Samples()


def class_keys(names: Sequence[str]) -> list[str]:
    """The key that adds to each class: its own character, else its number from 1 if no class is called so, else ""."""
    own = {name for name in names if len(name) == 1 and name.isascii()}  # others are not one key
    return [name if name in own else str(k) if k <= 9 and str(k) not in own else "" for k, name in enumerate(names, 1)]
