"""Hard curves: straight lines in place of smooth ones, cheap to compute."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.op import Array, Params, knob
from cnncore.ops.elementwise import Elementwise


@dataclass(frozen=True)
class HardTanh(Elementwise):
    """A line that is cut off below and above; on the corners the slope is 0.

    Collobert and others 2011, "Natural language processing (almost) from scratch", JMLR 12:2493.

    Raises:
        CnnError: Unless low is less than high.
    """

    kind = "hardtanh"
    title = "hard tanh"
    low: float = knob(-1.0, help="The least that comes out.")
    high: float = knob(1.0, help="The most that comes out.")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low >= self.high:
            raise CnnError("hardtanh.order", "{owner}: {knob} = {value} is not below high. Allowed: {allowed}.",
                           owner=self.kind, knob="low", value=self.low, allowed=f"< {self.high:g}")

    def curve(self, x: Array, params: Params) -> Array:
        """min(max(x, low), high)."""
        return np.clip(x, self.low, self.high)

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """1 between the corners."""
        return ((x > self.low) & (x < self.high)).astype(x.dtype)

    def formula(self) -> str:
        """A clip."""
        return f"np.clip(x, {float(self.low)!r}, {float(self.high)!r})"

    def summary(self) -> tuple[str, dict[str, object]]:
        """Where it ends."""
        return "cut off at {low} and {high}", {"low": f"{self.low:g}", "high": f"{self.high:g}"}


@dataclass(frozen=True)
class HardSigmoid(Elementwise):
    """A line from 0 at −3 to 1 at 3; on the corners the slope is 0.

    Courbariaux, Bengio and David 2015, arXiv:1511.00363; with the ±3 of Howard and others 2019, arXiv:1905.02244.
    """

    kind = "hardsigmoid"
    title = "hard sigmoid"

    def curve(self, x: Array, params: Params) -> Array:
        """x + 3, cut off at 0 and 6, over 6."""
        out: Array = np.clip(x + 3, 0, 6) / 6
        return out

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """A sixth between the corners."""
        return ((x > -3) & (x < 3)).astype(x.dtype) / 6

    def formula(self) -> str:
        """A clip."""
        return "np.clip(x + 3, 0, 6) / 6"

    def summary(self) -> tuple[str, dict[str, object]]:
        """Where it ends."""
        return "a line from 0 at −3 to 1 at 3", {}


@dataclass(frozen=True)
class HardSwish(Elementwise):
    """x times its hard sigmoid; at −3 the slope is 0, at 3 it is 1. Howard and others 2019, arXiv:1905.02244."""

    kind = "hardswish"
    title = "hard swish"

    def curve(self, x: Array, params: Params) -> Array:
        """x · hard sigmoid(x)."""
        out: Array = x * (np.clip(x + 3, 0, 6) / 6)
        return out

    def slope(self, x: Array, y: Array, params: Params) -> Array:
        """(2x + 3) / 6 between the corners: in this form no digits are lost at −1.5, where it is 0."""
        return np.where(x <= -3, 0, np.where(x < 3, (2 * np.clip(x, -3, 3) + 3) / 6, 1)).astype(x.dtype)

    def formula(self) -> str:
        """x times a clip."""
        return "x * (np.clip(x + 3, 0, 6) / 6)"

    def summary(self) -> tuple[str, dict[str, object]]:
        """What it is."""
        return "x times its hard sigmoid", {}
