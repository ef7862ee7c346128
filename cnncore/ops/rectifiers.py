"""Rectifiers: positive numbers stay, negative ones become smaller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cnncore.op import Array, Params, knob
from cnncore.ops.elementwise import Elementwise

SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772  # of SELU: the fixed point of its paper's equation 14


@dataclass(frozen=True)
class ReLU(Elementwise):
    """Negative numbers become 0, the others stay; at 0 the slope is 0. Nair and Hinton 2010, ICML 27:807."""

    kind = "relu"
    title = "ReLU"

    def curve(self, x: Array, params: Params) -> Array:
        """max(x, 0)."""
        out = np.zeros(x.shape, x.dtype)
        return np.maximum(x, out, out=out)  # against an array of zeros: a scalar costs 2.5 times as much

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """1 where the input was positive."""
        return np.greater(y, 0).astype(x.dtype)

    def code(self, target: str, cell: tuple[int, ...], names: Mapping[str, str]) -> str:
        """The maximum with 0."""
        return f"np.maximum({names['input0']}[{', '.join(map(str, cell))}], 0)" if target == "output" else ""

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it does."""
        return "negative becomes 0", {}


@dataclass(frozen=True)
class LeakyReLU(Elementwise):
    """Negative numbers are made smaller, so that a gradient still gets through. At 0 the slope is the lower one.

    Maas, Hannun and Ng 2013, "Rectifier nonlinearities improve neural network acoustic models", ICML workshop.
    """

    kind = "leakyrelu"
    title = "leaky ReLU"
    negative_slope: float = knob(0.01, low=0, high=1, help="The slope below 0.")

    def curve(self, x: Array, params: Params) -> Array:
        """x, or the slope times x."""
        return np.where(x > 0, x, x * self.negative_slope)

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """1 above 0."""
        return np.where(x > 0, 1, self.negative_slope).astype(x.dtype)

    def formula(self) -> str:
        """Two lines that meet."""
        return f"np.where(x > 0, x, {float(self.negative_slope)!r} * x)"

    def summary(self) -> tuple[str, dict[str, object]]:
        """The slope."""
        return "slope {slope} below 0", {"slope": f"{self.negative_slope:g}"}


@dataclass(frozen=True)
class ELU(Elementwise):
    """Negative numbers end softly at −alpha, so that the mean of the output is nearer to 0. At 0 the slope is alpha.

    Clevert, Unterthiner and Hochreiter 2016, arXiv:1511.07289.
    """

    kind = "elu"
    title = "ELU"
    alpha: float = knob(1.0, low=0, high=10, help="How far below 0 it goes.")

    def curve(self, x: Array, params: Params) -> Array:
        """x, or alpha · (exp(x) − 1)."""
        return np.where(x > 0, x, self.alpha * np.expm1(np.minimum(x, 0)))

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """1, or alpha · exp(x)."""
        return np.where(x > 0, x.dtype.type(1), self.alpha * np.exp(np.minimum(x, 0)))

    def formula(self) -> str:
        """Line and exponential."""
        return f"np.where(x > 0, x, {float(self.alpha)!r} * np.expm1(np.minimum(x, 0)))"

    def summary(self) -> tuple[str, dict[str, object]]:
        """Where it ends."""
        return "ends at −{alpha}", {"alpha": f"{self.alpha:g}"}


@dataclass(frozen=True)
class SELU(Elementwise):
    """An ELU scaled so that many layers of it keep mean 0 and variance 1. At 0 the slope is the lower one, 1.758.

    Klambauer, Unterthiner, Mayr and Hochreiter 2017, arXiv:1706.02515; start with LeCun's weights.
    """

    kind = "selu"
    title = "SELU"

    def curve(self, x: Array, params: Params) -> Array:
        """scale · x, or scale · alpha · (exp(x) − 1)."""
        return np.where(x > 0, SCALE * x, SCALE * ALPHA * np.expm1(np.minimum(x, 0)))

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """scale, or scale · alpha · exp(x)."""
        return np.where(x > 0, x.dtype.type(SCALE), SCALE * ALPHA * np.exp(np.minimum(x, 0)))

    def formula(self) -> str:
        """Line and exponential."""
        return f"np.where(x > 0, {SCALE!r} * x, {SCALE * ALPHA!r} * np.expm1(np.minimum(x, 0)))"

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it is for."""
        return "keeps mean 0 and variance 1", {}
