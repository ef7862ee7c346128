"""How a network is trained: the knobs of a run, and the schedule of its learning rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from cnncore.losses import LOSSES
from cnncore.op import Knobs, knob
from cnncore.optimizers import OPTIMIZERS


@dataclass(frozen=True)
class TrainSettings(Knobs):
    """How a network is trained. ``seconds`` beats ``steps``, ``steps`` beats ``epochs``; 0 means: not this one."""

    kind = "training"
    epochs: int = knob(10, low=1, high=100_000, unit="epochs", help="How often every sample is seen.")
    steps: int = knob(0, low=0, high=100_000_000, unit="steps", help="Number of steps; 0: count epochs.")
    seconds: float = knob(0.0, low=0.0, high=1e6, unit="s", help="CPU time of the training; 0: no clock.")
    batch: int = knob(64, low=1, high=65_536, unit="samples",
                      help="Samples in one step; fewer samples than that are repeated where they are varied.")
    optimizer: str = knob("sgd", choices=tuple(OPTIMIZERS), help="How weights follow the gradient.")
    learning_rate: float = knob(0.05, low=0.0, high=100.0, help="Length of a step down the gradient.")
    momentum: float = knob(0.9, low=0.0, high=0.9999, help="Share of the last step that is kept.")
    weight_decay: float = knob(0.0, low=0.0, high=1.0, help="Pull of every weight towards zero.")
    schedule: str = knob("constant", choices=("constant", "cosine"), help="How the learning rate runs to the end.")
    warmup: float = knob(0.0, low=0.0, high=0.5, help="Share of the training in which the rate rises from zero.")
    loss: str = knob("cross_entropy", choices=tuple(LOSSES), help="What is made small.")
    average: float = knob(0.0, low=0.0, high=0.99999, help="Memory of the running average of the weights; 0: none.")
    calm: float = knob(0.0, low=0.0, high=1.0, help="By how much augmentation weakens to the end; 1: to nothing.")
    hold_out: float = knob(0.0, low=0.0, high=0.9, help="Share of the samples kept back to measure on.")
    evaluate_every: int = knob(0, low=0, unit="steps",
                               help="Steps between two measurements; 0: an epoch, 20 steps or more.")
    seed: int = knob(0, low=0, high=2**63 - 1, help="The same seed gives the same weights, bit by bit.")

    def optimizer_made(self) -> Any:
        """The optimiser, with those of these settings that it knows."""
        made = OPTIMIZERS[self.optimizer]
        return made.make({name: value for name, value in self.settings().items() if name in made.knobs()})

    def rate(self, done: float) -> float:
        """Factor on the learning rate when the share ``done`` of the training (0..1) is behind."""
        rise = min(1.0, done / self.warmup) if self.warmup else 1.0
        if self.schedule == "constant":
            return rise
        # Loshchilov and Hutter, arXiv:1608.03983, one cycle to zero.
        return rise * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0)))
