"""Ready kernels by name: one file each in assets/kernels.

A file either stores its numbers as in a textbook, for one or more sizes, and the largest that fits is placed in the
middle of the kernel with zeros around it; or it names a formula that fills any size. One with knobs, of
`cnncore.kernels`, begins where they stand by themselves, and is tuned in the kernel panel.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.paths import asset
from cnncore.errors import CnnError
from cnncore.kernels import FORMULAS

Kernel = NDArray[np.float64]
Size = tuple[int, int]


def _box(height: int, width: int) -> Kernel:
    return np.full((height, width), 1 / (height * width))


def _gaussian(height: int, width: int) -> Kernel:
    """Binomial weights, the whole-number form of a Gaussian: rows of Pascal's triangle, which sum to 1."""
    down, across = ([math.comb(n - 1, k) / 2 ** (n - 1) for k in range(n)] for n in (height, width))
    return np.outer(down, across)


def _tuned(kind: str) -> Callable[[int, int], Kernel]:
    return lambda height, width: FORMULAS[kind]().fill((height, width))


FILLS: dict[str, Callable[[int, int], Kernel]] = {"box": _box, "gaussian": _gaussian} | {
    kind: _tuned(kind) for kind in FORMULAS}


@dataclass(frozen=True, eq=False)
class Preset:
    """One ready kernel.

    Args:
        key: Its file's name, which the document keeps.
        name, help: English keys.
        fill: A name in `FILLS`, or "".
        stored: Numbers as in a textbook, smallest first.
        order: Place in the menu.
    """

    key: str
    name: str
    help: str
    fill: str
    stored: tuple[Kernel, ...]
    order: int

    @property
    def least(self) -> Size:
        """The smallest kernel it can be."""
        return (1, 1) if self.fill else (self.stored[0].shape[0], self.stored[0].shape[1])

    def fits(self, size: Size) -> bool:
        """True where `at` gives a kernel."""
        return len(size) == 2 and all(have >= need for have, need in zip(size, self.least, strict=True))

    def at(self, size: Size) -> Kernel:
        """(height, width) float64. In an even size the middle is the cell before the middle line."""
        if not self.fits(size):
            raise CnnError("kernel.size", "{name} needs a kernel of at least {least}; this one is {size}.",
                           name=self.name, least=" × ".join(map(str, self.least)), size=" × ".join(map(str, size)))
        if self.fill:
            return FILLS[self.fill](*size)
        rows = [k for k in self.stored if k.shape[0] <= size[0] and k.shape[1] <= size[1]][-1]
        top, left = (size[0] - rows.shape[0]) // 2, (size[1] - rows.shape[1]) // 2
        out = np.zeros(size)
        out[top:top + rows.shape[0], left:left + rows.shape[1]] = rows
        return out


@lru_cache(maxsize=1)
def presets() -> dict[str, Preset]:
    """Key to preset, in the menu's order."""
    found = [read(path) for path in sorted(asset("kernels").glob("*.json"))]
    return {one.key: one for one in sorted(found, key=lambda p: (p.order, p.key))}


def read(path: Path) -> Preset:
    """One file; `CnnError` where it is not a kernel."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        stored = tuple(sorted((np.array(rows, np.float64) for rows in kept.get("rows", [])), key=lambda k: k.size))
        preset = Preset(path.stem, kept["name"], kept.get("help", ""), kept.get("fill", ""), stored,
                        int(kept.get("order", 99)))
        textbook = bool(stored) and all(k.ndim == 2 and k.size and np.isfinite(k).all() for k in stored)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _bad(path, str(error)) from error
    if preset.fill not in FILLS and (preset.fill or not textbook):
        raise _bad(path, "rows of numbers, or fill = " + ", ".join(FILLS))
    return preset


def _bad(path: Path, why: str) -> CnnError:
    return CnnError("kernel.file", "{file} is no kernel: {why}.", file=path.name, why=why)
