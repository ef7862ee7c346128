"""What a training has now, and what it reports after every step."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from cnncore import checkpoint
from cnncore.averaging import Held
from cnncore.evaluation import Evaluation
from cnncore.flat import Flat
from cnncore.network import Network
from cnncore.op import Array
from cnncore.train_settings import TrainSettings


@dataclass(eq=False)
class Live:
    """What the loop has now. Steps replace arrays, never write into them, so other threads see whole steps.

    Args:
        network: What is trained.
        settings: How.
        flat: Where each learned weight lies in the vector.
        now: The weights.
        mean: Their running average; the weights themselves without one.
        state: Of the optimiser, on the one vector.
        rng: Draws order, augmentation and dropout.
        order: (N,) the samples of this epoch.
        step: Steps behind.
        seconds: CPU time behind.
        best: The best on held-out samples; None before the first measurement.
        best_key: (accuracy, −loss) of it.
        best_step: Its step.
        waited: Measurements since then.
    """

    network: Network
    settings: TrainSettings
    flat: Flat
    now: Held
    mean: Held
    state: dict[str, Array]
    rng: np.random.Generator
    order: Array
    step: int = 0
    seconds: float = 0.0
    best: Held | None = None
    best_key: tuple[float, float] = (-math.inf, -math.inf)
    best_step: int = 0
    waited: int = 0

    def named(self, held: Held) -> dict[str, Array]:
        """Name to array, in the order of the network; they look into the vector."""
        views = {**self.flat.views(held[0]), **held[1]}
        return {key: views[key] for key in self.network.parameter_shapes}

    def copied(self, held: Held) -> dict[str, Array]:
        """Name to array, all of them copies."""
        return {key: value.copy() for key, value in self.named(held).items()}


@dataclass(frozen=True, eq=False)
class Progress:
    """One step done.

    Args:
        step: Steps behind, from 1.
        steps: Steps of the whole training; an estimate where a clock decides.
        epoch: Which pass over the samples this step belongs to, from 1.
        loss: Mean over this batch, before the step.
        accuracy: Share of this batch that was right, before the step; NaN where targets are numbers to reach.
        rate: Factor of the schedule on the learning rate.
        held_out: (loss, accuracy) on the samples kept back, on the steps that measure; else None.
        seconds: CPU time of this thread inside the training so far.
        done: Share of the training that is behind, 0..1.
        measured: All that was measured on the samples kept back, the confusion matrix too; else None.
        early: The training ends here, before its time: nothing new was best for as long as ``patience`` says.
    """

    step: int
    steps: int
    epoch: int
    loss: float
    accuracy: float
    rate: float
    held_out: tuple[float, float] | None
    seconds: float
    done: float
    _live: Live = field(repr=False)
    measured: Evaluation | None = None
    early: bool = False

    def weights(self) -> dict[str, Array]:
        """A copy of the weights as they are now, which is after the newest step, not after this one."""
        return self._live.copied(self._live.now)

    def averaged(self) -> dict[str, Array]:
        """A copy of the averaged weights now; without ``average`` the same as `weights`."""
        return self._live.copied(self._live.mean)

    def best(self) -> dict[str, Array]:
        """A copy of the best weights so far: by held-out accuracy, then loss; without held-out samples the newest.

        With ``average`` these are the averaged weights.
        """
        return self._live.copied(self._live.best or self._live.mean)

    @property
    def best_step(self) -> int:
        """The step that `best` comes from."""
        return self._live.best_step if self._live.best is not None else self.step

    def state(self) -> dict[str, Array]:
        """State of the optimiser now, to go on from."""
        views = self._live.flat.state_views(self._live.state)
        return {key: value.copy() for key, value in views.items()}

    def checkpoint(self) -> checkpoint.Checkpoint:
        """All that a training needs to go on from its newest step, bit for bit: see `cnncore.checkpoint`."""
        return checkpoint.taken(self._live)

