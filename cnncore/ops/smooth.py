"""Smooth curves: no corner anywhere."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cnncore.op import Array, Params, knob
from cnncore.ops.elementwise import Elementwise
from cnncore.ops.erf import erfc


@dataclass(frozen=True)
class Sigmoid(Elementwise):
    """1 / (1 + exp(−x)), between 0 and 1. Rumelhart, Hinton and Williams 1986, doi:10.1038/323533a0."""

    kind = "sigmoid"
    title = "sigmoid"

    def curve(self, x: Array, params: Params) -> Array:
        """See `sigmoid`."""
        return sigmoid(x)

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """y · (1 − y)."""
        out: Array = y * (1 - y)
        return out

    def formula(self) -> str:
        """As written above."""
        return "1 / (1 + np.exp(-x))"

    def summary(self) -> tuple[str, dict[str, object]]:
        """Where it ends."""
        return "between 0 and 1", {}


@dataclass(frozen=True)
class Tanh(Elementwise):
    """The hyperbolic tangent, between −1 and 1. LeCun and others 1998, doi:10.1109/5.726791, of LeNet-5."""

    kind = "tanh"
    title = "tanh"

    def curve(self, x: Array, params: Params) -> Array:
        """tanh(x)."""
        out: Array = np.tanh(x)
        return out

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """1 − y², as a product: no digits are lost where y is near 1."""
        out: Array = (1 - y) * (1 + y)
        return out

    def formula(self) -> str:
        """NumPy has it."""
        return "np.tanh(x)"

    def summary(self) -> tuple[str, dict[str, object]]:
        """Where it ends."""
        return "between −1 and 1", {}


@dataclass(frozen=True)
class Softplus(Elementwise):
    """ln(1 + exp(x)), a ReLU without a corner; its slope is the sigmoid. Dugas and others 2001, NIPS 13:472."""

    kind = "softplus"
    title = "softplus"

    def curve(self, x: Array, params: Params) -> Array:
        """max(x, 0) + ln(1 + exp(−|x|)), which cannot overflow."""
        out: Array = np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
        return out

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """The sigmoid."""
        return sigmoid(x)

    def formula(self) -> str:
        """In the form that cannot overflow."""
        return "np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))"

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it is."""
        return "a ReLU without a corner", {}


@dataclass(frozen=True)
class SiLU(Elementwise):
    """x times its sigmoid, also called swish. Elfwing, Uchibe and Doya 2017, arXiv:1702.03118."""

    kind = "silu"
    title = "SiLU"

    def curve(self, x: Array, params: Params) -> Array:
        """x · sigmoid(x)."""
        return x * sigmoid(x)

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """s · (1 + x · (1 − s)), in float64: it passes through 0 at −1.278, where float32 would keep no digits."""
        wide = x.astype(np.float64)
        s = sigmoid(wide)
        out: Array = (s * (1 + wide * (1 - s))).astype(x.dtype)
        return out

    def formula(self) -> str:
        """As written above."""
        return "x / (1 + np.exp(-x))"

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it is."""
        return "x times its sigmoid", {}


@dataclass(frozen=True)
class GELU(Elementwise):
    """x times the share of a normal distribution below x; or the same with a tanh, as the first GPT had it.

    Computed in float64 and rounded once: the tails lose digits otherwise. Hendrycks and Gimpel 2016, arXiv:1606.08415.
    """

    kind = "gelu"
    title = "GELU"
    approximate: str = knob("none", choices=("none", "tanh"), help="Exact with the error function, or by a tanh.")

    def curve(self, x: Array, params: Params) -> Array:
        """x · Φ(x)."""
        wide = x.astype(np.float64)
        return (wide * self._below(np.clip(wide, -FLAT, FLAT))).astype(x.dtype)

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """Φ(x) + x · Φ'(x)."""
        wide = x.astype(np.float64)
        near = np.clip(wide, -FLAT, FLAT)
        square, below = near * near, self._below(near)
        if self.approximate == "none":
            density = np.exp(-0.5 * square) / math.sqrt(2 * math.pi)
        else:
            density = 2 * ROOT * (1 + 3 * CUBIC * square) * below * (1 - below)
        return (below + wide * density).astype(x.dtype)

    def _below(self, x: Array) -> Array:
        """Φ(x), for |x| of at most `FLAT`."""
        if self.approximate == "none":
            return 0.5 * erfc(x * -math.sqrt(0.5))
        # (1 + tanh(u)) / 2 is sigmoid(2u), which keeps all digits where it is small
        return sigmoid(2 * ROOT * x * (1 + CUBIC * (x * x)))

    def formula(self) -> str:
        """With Python's error function, which takes single numbers; or with the tanh."""
        if self.approximate == "none":
            return "from math import erfc, sqrt\nx * 0.5 * erfc(-float(x) / sqrt(2))"
        return f"u = np.sqrt(2 / np.pi) * (np.float64(x) + {CUBIC} * np.float64(x)**3)\nx * 0.5 * (1 + np.tanh(u))"

    def summary(self) -> tuple[str, dict[str, object]]:
        """Which of the two."""
        return "x times the normal share below x" if self.approximate == "none" else "by a tanh", {}


ROOT, CUBIC = math.sqrt(2 / math.pi), 0.044715
FLAT = 40.0  # beyond, Φ is 0 or 1 in float64, and x³ could overflow


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(−x)) with all digits at both ends, and without overflow: exp of a number ≤ 0 only."""
    small = np.exp(-np.abs(x))
    out: Array = np.where(x < 0, small, x.dtype.type(1)) / (1 + small)
    return out
