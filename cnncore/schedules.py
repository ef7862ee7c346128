"""Schedules: how the learning rate runs from the first step of a training to its last."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from cnncore.op import Knobs, knob


@dataclass(frozen=True)
class Schedule(Knobs):
    """A factor on the learning rate from the share of the training that is behind. See `SCHEDULES`.

    During the warm-up the factor also rises from 0: Goyal et al. 2017, arXiv:1706.02677.
    """

    title: ClassVar[str] = ""
    warmup: float = knob(0.0, low=0.0, high=0.5, help="Share of the training in which the rate rises from zero.")

    def factor(self, done: float) -> float:
        """0..1 when the share ``done`` of the training (0..1) is behind."""
        done = min(max(done, 0.0), 1.0)
        rise = min(1.0, done / self.warmup) if self.warmup else 1.0
        return rise * self._factor(done)

    def _factor(self, done: float) -> float:
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Schedule):
    """The same rate to the end."""

    kind = "constant"
    title = "constant"

    def _factor(self, done: float) -> float:
        return 1.0


@dataclass(frozen=True)
class Steps(Schedule):
    """The rate falls ``drops`` times, at even distances, each time to the share ``drop``."""

    kind = "step"
    title = "in steps"
    drops: int = knob(2, low=1, high=1000, help="How often the rate falls.")
    drop: float = knob(0.1, low=0.0, high=1.0, help="What is left of the rate after each fall.")

    def _factor(self, done: float) -> float:
        return float(self.drop ** min(math.floor(done * (self.drops + 1)), self.drops))


@dataclass(frozen=True)
class Cosine(Schedule):
    """Half a cosine from the full rate to ``floor``: Loshchilov and Hutter 2017, arXiv:1608.03983, one cycle."""

    kind = "cosine"
    title = "cosine"
    floor: float = knob(0.0, low=0.0, high=1.0, help="What is left of the rate at the end.")

    def _factor(self, done: float) -> float:
        return between(1.0, self.floor, done)


@dataclass(frozen=True)
class OneCycle(Schedule):
    """Up from ``initial`` along a cosine, then down to a ten-thousandth of it: Smith 2018, arXiv:1803.09820.

    As PyTorch's OneCycleLR, whose max_lr is the learning rate here.
    """

    kind = "one_cycle"
    title = "one cycle"
    rise: float = knob(0.3, low=0.0, high=1.0, help="Share of the training in which the rate goes up.")
    initial: float = knob(0.04, low=0.0, high=1.0, help="Share of the rate that the cycle begins with.")

    def _factor(self, done: float) -> float:
        if done < self.rise:
            return between(self.initial, 1.0, done / self.rise)
        return between(1.0, self.initial * 1e-4, (done - self.rise) / (1.0 - self.rise)) if self.rise < 1.0 else 1.0


def between(first: float, last: float, share: float) -> float:
    """Half a cosine from ``first`` to ``last``."""
    return last + (first - last) * 0.5 * (1.0 + math.cos(math.pi * share))


SCHEDULES: dict[str, type[Schedule]] = {made.kind: made for made in (Constant, Steps, Cosine, OneCycle)}
