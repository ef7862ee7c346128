"""How a network is trained: the knobs of a run, and the loss, optimiser and schedule that they make."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cnncore.errors import CnnError, did_you_mean
from cnncore.losses import LOSSES, Loss
from cnncore.op import Knobs, knob
from cnncore.optimizers import OPTIMIZERS, Optimizer
from cnncore.schedules import SCHEDULES, Schedule


@dataclass(frozen=True)
class TrainSettings(Knobs):
    """How a network is trained. ``seconds`` beats ``steps``, ``steps`` beats ``epochs``; 0 means: not this one.

    A knob that the chosen optimiser, schedule or loss does not have says nothing. The defaults of learning rate,
    momentum and decay are those of SGD with momentum: `usual` has those of another optimiser.
    """

    kind = "training"
    epochs: int = knob(10, low=1, high=100_000, unit="epochs", help="How often every sample is seen.")
    steps: int = knob(0, low=0, high=100_000_000, unit="steps", help="Number of steps; 0: count epochs.")
    seconds: float = knob(0.0, low=0.0, high=1e6, unit="s", help="CPU time of the training; 0: no clock.")
    batch: int = knob(64, low=1, high=65_536, unit="samples",
                      help="Samples in one step; fewer samples than that are repeated where they are varied.")
    optimizer: str = knob("sgd", choices=tuple(OPTIMIZERS), help="How weights follow the gradient.")
    learning_rate: float = knob(0.05, low=0.0, high=100.0, help="Length of a step down the gradient.")
    momentum: float = knob(0.9, low=0.0, high=0.9999, help="Share of the last step that is kept.")
    nesterov: bool = knob(False, help="Look ahead: take the gradient's part twice, as if the step were done.")
    smoothing: float = knob(0.99, low=0.0, high=0.999999, help="Memory of the mean of the squared gradients.")
    beta1: float = knob(0.9, low=0.0, high=0.999999, help="Memory of the mean of the gradients.")
    beta2: float = knob(0.999, low=0.0, high=0.999999, help="Memory of the mean of the squared gradients.")
    epsilon: float = knob(1e-8, low=1e-12, high=1.0, help="Added to the root, so that nothing is divided by zero.")
    weight_decay: float = knob(0.0, low=0.0, high=1.0, help="Pull of every weight towards zero.")
    clip_value: float = knob(0.0, low=0.0, high=1e6, help="Bound of each number of the gradient; 0: none.")
    clip_norm: float = knob(0.0, low=0.0, high=1e6, help="Bound of the length of the whole gradient; 0: none.")
    schedule: str = knob("constant", choices=tuple(SCHEDULES), help="How the learning rate runs to the end.")
    warmup: float = knob(0.0, low=0.0, high=0.5, help="Share of the training in which the rate rises from zero.")
    drops: int = knob(2, low=1, high=1000, help="How often the rate falls.")
    drop: float = knob(0.1, low=0.0, high=1.0, help="What is left of the rate after each fall.")
    floor: float = knob(0.0, low=0.0, high=1.0, help="What is left of the rate at the end.")
    rise: float = knob(0.3, low=0.0, high=1.0, help="Share of the training in which the rate goes up.")
    initial: float = knob(0.04, low=0.0, high=1.0, help="Share of the rate that the cycle begins with.")
    loss: str = knob("cross_entropy", choices=tuple(LOSSES), help="What is made small.")
    label_smoothing: float = knob(0.0, low=0.0, high=1.0, help="Share of the target that all classes get alike.")
    class_weights: float | tuple[float, ...] = knob(
        1.0, low=0.0, high=1e6, per_axis=True, help="How much each class counts; one number: all alike.")
    delta: float = knob(1.0, low=1e-6, high=1e6, help="Error from which the loss grows straight, not squared.")
    margin: float = knob(1.0, low=0.0, high=1e6, help="By how much the right score shall lead.")
    average: float = knob(0.0, low=0.0, high=0.99999, help="Memory of the running average of the weights; 0: none.")
    calm: float = knob(0.0, low=0.0, high=1.0, help="By how much augmentation weakens to the end; 1: to nothing.")
    hold_out: float = knob(0.0, low=0.0, high=0.9, help="Share of the samples kept back to measure on.")
    evaluate_every: int = knob(0, low=0, unit="steps",
                               help="Steps between two measurements; 0: an epoch, 20 steps or more.")
    patience: int = knob(0, low=0, high=100_000,
                         help="Measurements without a new best after which the training ends; 0: it goes on.")
    seed: int = knob(0, low=0, high=2**63 - 1, help="The same seed gives the same weights, bit by bit.")

    @classmethod
    def usual(cls, optimizer: str, **others: Any) -> TrainSettings:
        """Settings with the usual learning rate, momentum and decay of an optimiser; ``others`` are knobs beside."""
        if optimizer not in OPTIMIZERS:
            raise CnnError("optimizer.kind", "There is no optimizer {name!r}. Did you mean: {near}?", name=optimizer,
                           near=did_you_mean(optimizer, OPTIMIZERS))
        made: TrainSettings = cls.make({"optimizer": optimizer, **OPTIMIZERS[optimizer]().settings(), **others})
        return made

    def optimizer_made(self) -> Optimizer:
        """The optimiser, with those of these settings that it knows."""
        return self._made(OPTIMIZERS[self.optimizer])  # type: ignore[no-any-return]

    def schedule_made(self) -> Schedule:
        """The schedule, with those of these settings that it knows."""
        return self._made(SCHEDULES[self.schedule])  # type: ignore[no-any-return]

    def loss_made(self) -> Loss:
        """The loss, with those of these settings that it knows."""
        return self._made(LOSSES[self.loss])  # type: ignore[no-any-return]

    def rate(self, done: float) -> float:
        """Factor on the learning rate when the share ``done`` of the training (0..1) is behind."""
        return self._schedule.factor(done)

    @cached_property
    def _schedule(self) -> Schedule:
        return self.schedule_made()

    def _made(self, kind: type[Knobs]) -> Any:
        return kind.make({name: value for name, value in self.settings().items() if name in kind.knobs()})
