"""Training as a generator: each yield is one step done, light, and a place to pause or cancel.

The mathematics of a step lives in the ops, the loss and the optimiser; here are only order, schedule and book-keeping.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from cnncore.errors import CnnError
from cnncore.evaluation import Evaluation, check_samples, evaluate
from cnncore.losses import LOSSES
from cnncore.network import Network, Weights
from cnncore.op import Array, Knobs
from cnncore.train_settings import TrainSettings

__all__ = ["Evaluation", "Progress", "TrainSettings", "average_weights", "evaluate", "split", "train"]


class Augmenter(Protocol):
    """What changes a batch of images a little, at every step anew: see `cnncore.augment.Augment`."""

    def apply(self, images: Array, rng: np.random.Generator) -> Array:
        """(N, C, *S) to the same shape."""
        ...


class _Live:
    """What the loop has now. Steps replace arrays, never write into them, so other threads see whole steps."""

    def __init__(self, weights: dict[str, Array], state: Any) -> None:
        self.weights, self.state, self.mean = weights, state, weights
        self.best: dict[str, Array] | None = None
        self.best_key = (-math.inf, -math.inf)
        self.best_step = 0


@dataclass(frozen=True, eq=False)
class Progress:
    """One step done.

    Args:
        step: Steps behind, from 1.
        steps: Steps of the whole training; an estimate where a clock decides.
        epoch: Which pass over the samples this step belongs to, from 1.
        loss: Mean over this batch, before the step.
        accuracy: Share of this batch that was right, before the step.
        rate: Factor of the schedule on the learning rate.
        held_out: (loss, accuracy) on the samples kept back, on the steps that measure; else None.
        seconds: CPU time of this thread inside the training so far.
        done: Share of the training that is behind, 0..1.
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
    _live: _Live

    def weights(self) -> dict[str, Array]:
        """A copy of the weights as they are now, which is after the newest step, not after this one."""
        return {key: value.copy() for key, value in self._live.weights.items()}

    def averaged(self) -> dict[str, Array]:
        """A copy of the averaged weights now; without ``average`` the same as `weights`."""
        return {key: value.copy() for key, value in self._live.mean.items()}

    def best(self) -> dict[str, Array]:
        """A copy of the best weights so far: by held-out accuracy, then loss; without held-out samples the newest.

        With ``average`` these are the averaged weights.
        """
        live = self._live
        return {key: value.copy() for key, value in (live.mean if live.best is None else live.best).items()}

    @property
    def best_step(self) -> int:
        """The step that `best` comes from."""
        return self._live.best_step if self._live.best is not None else self.step

    def state(self) -> Any:
        """State of the optimiser now, to go on from."""
        return self._live.state


def split(labels: Array, fraction: float, seed: int) -> tuple[Array, Array]:
    """Indices (kept, held out), sorted: ``fraction`` of every class is held out, always leaving one sample of it.

    Args:
        labels: (N,) ints.
        fraction: 0..1.
        seed: Chooses which.
    """
    rng = np.random.default_rng(seed)
    out = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        out[members[: min(round(fraction * len(members)), len(members) - 1)]] = True
    return np.flatnonzero(~out), np.flatnonzero(out)


def average_weights(mean: Weights, weights: Weights, step: int, memory: float) -> dict[str, Array]:
    """Running average of the weights after ``step`` steps; early steps forget faster, so the start leaves no trace.

    Polyak and Juditsky 1992, doi:10.1137/0330046, with exponential memory; without memory, the weights themselves.
    """
    if not memory:
        return dict(weights)
    keep = np.float32(min(memory, step / (step + 9.0)))
    return {key: weights[key] + keep * (mean[key] - weights[key]) for key in weights}


def weaker(augment: Augmenter, share: float) -> Augmenter:
    """The augmentation with all its amounts at ``share``; one that is no set of knobs stays as it is."""
    if share == 1.0 or not isinstance(augment, Knobs):
        return augment
    amounts = {name: value * share for name, value in augment.settings().items() if isinstance(value, float)}
    turned: Augmenter = augment.but(**amounts)
    return turned


def train(network: Network, weights: Weights, images: Array, labels: Array, settings: TrainSettings, *,
          held_out: tuple[Array, Array] | None = None, augment: Augmenter | None = None,
          state: Any = None) -> Iterator[Progress]:
    """Train, one yield a step. The caller's weights are never written to; closing the generator cancels.

    Args:
        network: Ends in scores (classes,), with or without a softmax for display.
        weights: Start values.
        images: (N, C, *S) floats, preprocessed.
        labels: (N,) ints below the number of classes.
        settings: See `TrainSettings`.
        held_out: (images, labels) to measure on; without them ``settings.hold_out`` takes a share of the samples.
        augment: Changes every batch before it is used.
        state: `Progress.state` of an earlier training, to go on from.

    Raises:
        CnnError: At once where samples, labels or weights do not fit; later where the loss is no longer finite.
    """
    network.check_weights(weights)
    check_samples(network, images, labels)
    if held_out is not None:
        check_samples(network, *held_out)
    elif settings.hold_out:
        kept, out = split(labels, settings.hold_out, settings.seed)
        held_out = (images[out], labels[out]) if out.size else None
        images, labels = images[kept], labels[kept]
    return _steps(network, dict(weights), images, np.asarray(labels), settings, held_out, augment, state)


def _steps(network: Network, weights: dict[str, Array], images: Array, labels: Array, settings: TrainSettings,
           held_out: tuple[Array, Array] | None, augment: Augmenter | None, state: Any) -> Iterator[Progress]:
    optimizer = settings.optimizer_made()
    live = _Live(weights, optimizer.start(weights) if state is None else state)
    rng = np.random.default_rng(settings.seed)
    per_epoch = math.ceil(len(labels) / settings.batch)
    # Of a few samples a batch holds several copies, each changed in its own way: as they are they teach too little.
    copies = max(1, settings.batch // len(labels)) if augment is not None else 1
    every = settings.evaluate_every or max(per_epoch, 20)
    steps = settings.steps or settings.epochs * per_epoch
    order, seconds, done, step = rng.permutation(len(labels)), 0.0, 0.0, 0
    while done < 1.0:
        began = time.thread_time()
        epoch, place = divmod(step, per_epoch)
        if place == 0 and epoch:
            order = rng.permutation(len(labels))
        picked = np.tile(order[place * settings.batch:(place + 1) * settings.batch], copies)
        x = images[picked]
        if augment is not None:
            x = weaker(augment, 1.0 - settings.calm * done).apply(x, rng)
        rate = settings.rate(done)
        loss, accuracy = _step(network, live, optimizer, x, labels[picked], settings, rate, rng)
        step += 1
        if not math.isfinite(loss):
            raise CnnError("training.diverged",
                           "The loss is not a finite number any more at step {step}. The old weights are unchanged. "
                           "Lower the learning rate (it is {rate}) and train again.",
                           step=step, rate=settings.learning_rate)
        live.mean = average_weights(live.mean, live.weights, step, settings.average)
        seconds += time.thread_time() - began
        done = min(1.0, seconds / settings.seconds if settings.seconds else step / steps)
        measured = None
        if held_out is not None and (step % every == 0 or done >= 1.0):
            began = time.thread_time()
            measured = _measure(network, live, held_out, settings.loss, step)
            seconds += time.thread_time() - began
        whole = max(step, round(step / max(done, 1e-9))) if settings.seconds else steps
        yield Progress(step, whole, epoch + 1, loss, accuracy, rate, measured, seconds, done, live)


def _step(network: Network, live: _Live, optimizer: Any, x: Array, labels: Array, settings: TrainSettings,
          rate: float, rng: np.random.Generator) -> tuple[float, float]:
    """One step in ``live``; (loss, accuracy) of the batch before it. A loss that is not finite changes nothing."""
    loss = LOSSES[settings.loss]()
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # found out by the loss, said in a sentence
        done = network.forward(live.weights, x, training=True, rng=rng)
        scores = done.outputs[network.scores]
        value = float(loss.value(scores, labels))
        right = float(np.mean(scores.argmax(axis=1) == labels))
        if math.isfinite(value):
            back = network.backward(live.weights, done, loss.gradient(scores, labels), input_gradient=False)
            live.weights, live.state = optimizer.step(live.weights, back.weights, live.state, rate)
    return value, right


def _measure(network: Network, live: _Live, held_out: tuple[Array, Array], loss: str,
             step: int) -> tuple[float, float]:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found = evaluate(network, live.mean, *held_out, loss=loss)
    if (found.accuracy, -found.loss) >= live.best_key:
        live.best_key, live.best, live.best_step = (found.accuracy, -found.loss), live.mean, step
    return found.loss, found.accuracy
