"""Kernels that a formula with a parameter or more fills, in any size and any number of axes.

A formula is frozen settings, as an op is: each knob states its bounds once. A new one is a class and a line in
`FORMULAS`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import Array, Knobs, Shape, knob

NAME = re.compile(r"(\w+)(?:\((.*)\))?")


class Formula(Knobs):
    """What fills a kernel.

    Attributes:
        symbols: The sign of each knob in ``words``.
        words: The formula, in signs that need no translation.
    """

    symbols: ClassVar[dict[str, str]] = {}
    words: ClassVar[str] = ""

    def fill(self, size: Shape) -> Array:
        """(*size) float64."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """The kind and its knobs, ``"gauss(sigma=1.5)"``: what a document calls the kernel; `from_name` reads it."""
        return f"{self.kind}({', '.join(f'{key}={value:.6g}' for key, value in self.settings().items())})"


@dataclass(frozen=True)
class Gaussian(Formula):
    """The bell G(x, y) = exp(−(x² + y²) / 2σ²) / 2πσ² at the cells' places, divided by their sum, so that it keeps the
    brightness: what lies outside the kernel is missing from that sum, the more the wider the bell."""

    kind: ClassVar[str] = "gauss"
    symbols: ClassVar[dict[str, str]] = {"sigma": "σ"}
    words: ClassVar[str] = "G(x, y) = exp(−(x² + y²) / 2σ²) / 2πσ²"
    sigma: float = knob(1.0, low=0.3, high=4.0, help="How far the bell reaches, in cells.")

    def fill(self, size: Shape) -> Array:
        """(*size) float64 that sums to 1."""
        squares = np.zeros(size)
        for axis, n in enumerate(size):
            place = np.arange(n) - (n - 1) / 2
            squares = squares + (place**2).reshape([-1 if k == axis else 1 for k in range(len(size))])
        bell = np.exp(-squares / (2 * self.sigma**2)) / (2 * math.pi * self.sigma**2) ** (len(size) / 2)
        out: Array = bell / bell.sum()
        return out


FORMULAS: dict[str, type[Formula]] = {one.kind: one for one in (Gaussian,)}


def from_name(name: str) -> Formula | None:
    """The formula that a kernel's name says, with its knobs; None where it says none, or an impossible one."""
    found = NAME.fullmatch(name)
    if found is None or found[1] not in FORMULAS:
        return None
    try:
        pairs = [part.split("=") for part in (found[2] or "").split(",") if part.strip()]
        made: Formula = FORMULAS[found[1]].make({key.strip(): float(value) for key, value in pairs})
    except (CnnError, ValueError):
        return None
    return made
