"""The order of work of a training: batch, step, measurement, report, and the clock beside it."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cnncore.averaging import averaged
from cnncore.backprop import Learned, backprop
from cnncore.divergence import diverged, finite
from cnncore.errors import CnnError
from cnncore.evaluation import Evaluation, evaluate
from cnncore.events import BackwardPassed, BatchDrawn, Event, ForwardPassed, LossMeasured, WeightsUpdated
from cnncore.flat import ALL
from cnncore.losses import Loss
from cnncore.network import Weights
from cnncore.op import Array, Knobs
from cnncore.optimizers import Optimizer, clip
from cnncore.plan import Plans
from cnncore.progress import Live, Progress
from cnncore.rates import Rates


class Augmenter(Protocol):
    """What changes a batch of images a little, at every step anew: see `cnncore.augment.Augment`."""

    def apply(self, images: Array, rng: np.random.Generator) -> Array:
        """(N, C, *S) to the same shape."""
        ...


def weaker(augment: Augmenter, share: float) -> Augmenter:
    """The augmentation with all its amounts at ``share``; one that is no set of knobs stays as it is."""
    if share == 1.0 or not isinstance(augment, Knobs):
        return augment
    amounts = {name: value * share for name, value in augment.settings().items() if isinstance(value, float)}
    turned: Augmenter = augment.but(**amounts)
    return turned


@dataclass(eq=False)
class Loop:
    """One training.

    Args:
        live: What it has now.
        images: (N, C, *S) to learn from.
        labels: (N,) ints, or (N, classes) numbers to reach.
        held_out: (images, labels) to measure on.
        augment: Changes every batch before it is used.
        rates: Factors on the learning rate.
        optimizer: Moves the weights.
        loss: Is made small.
    """

    live: Live
    images: Array
    labels: Array
    held_out: tuple[Array, Array] | None
    augment: Augmenter | None
    rates: Rates
    optimizer: Optimizer
    loss: Loss

    def __post_init__(self) -> None:
        live, settings = self.live, self.live.settings
        self.per_epoch = math.ceil(len(self.labels) / settings.batch)
        # Of a few samples a batch holds several copies, each changed in its own way: as they are they teach too little.
        self.copies = max(1, settings.batch // len(self.labels)) if self.augment is not None else 1
        self.every = settings.evaluate_every or max(self.per_epoch, 20)
        self.steps = settings.steps or settings.epochs * self.per_epoch
        dtype = np.result_type(live.now[0], self.images)
        self.plans = Plans(live.network)
        self.learned = backprop(self.plans, self.loss, live.flat, dtype)
        self._began = 0.0

    @property
    def done(self) -> float:
        """Share of the training that is behind."""
        live, whole = self.live, self.live.settings.seconds
        return min(1.0, live.seconds / whole if whole else live.step / self.steps)

    def run(self, fine: bool) -> Iterator[Event | Progress]:
        """All steps."""
        live, early = self.live, False
        while self.done < 1.0 and not early:
            self._go_on()
            batch = self._batch()
            value, scores = (yield from self._fine(batch)) if fine else self._coarse(batch)
            right = float("nan")
            if self.labels.ndim == 1:
                right = np.count_nonzero(scores.argmax(axis=1) == batch.labels) / len(batch.labels)
            live.step += 1
            live.mean = averaged(live.mean, live.now, live.step, live.settings.average)
            self._pause()
            found = None
            if self.held_out is not None and (live.step % self.every == 0 or self.done >= 1.0):
                self._go_on()
                found = self._measure(*self.held_out)
                self._pause()
                early = bool(live.settings.patience) and live.waited >= live.settings.patience
            done = self.done
            whole = max(live.step, round(live.step / max(done, 1e-9))) if live.settings.seconds else self.steps
            yield Progress(live.step, whole, batch.epoch, value, right, batch.rate,
                           None if found is None else (found.loss, found.accuracy), live.seconds,
                           1.0 if early else done, live, found, early and done < 1.0)

    def _go_on(self) -> None:
        """The clock runs: CPU time of this thread, without what happens between two yields."""
        self._began = time.thread_time()

    def _pause(self) -> None:
        self.live.seconds += time.thread_time() - self._began

    def _shown(self, event: Event) -> Iterator[Event]:
        self._pause()
        yield event
        self._go_on()

    def _batch(self) -> BatchDrawn:
        live, size, done = self.live, self.live.settings.batch, self.done
        epoch, place = divmod(live.step, self.per_epoch)
        if place == 0 and epoch:
            live.order = live.rng.permutation(len(self.labels))
        picked = live.order[place * size:(place + 1) * size]
        if self.copies > 1:
            picked = np.tile(picked, self.copies)
        x = self.images[picked]
        if self.augment is not None:
            x = weaker(self.augment, 1.0 - live.settings.calm * done).apply(x, live.rng)
        return BatchDrawn(live.step + 1, epoch + 1, picked, x, self.labels[picked], live.settings.rate(done))

    def _coarse(self, batch: BatchDrawn) -> tuple[float, Array]:
        """One step in ``live``; (loss, scores) of the batch before it."""
        live = self.live
        weights = live.named(live.now)
        with np.errstate(all="ignore"):  # found out by the numbers, said in a sentence
            learned = self.learned(weights, batch.images, batch.labels, live.rng)
            self._update(weights, batch, learned)
        return learned.loss, learned.scores

    def _fine(self, batch: BatchDrawn) -> Generator[Event, None, tuple[float, Array]]:
        """The same step stage by stage, by the ops."""
        live, network, step = self.live, self.live.network, batch.step
        yield from self._shown(batch)
        weights = live.named(live.now)
        with np.errstate(all="ignore"):
            done = network.forward(weights, batch.images, training=True, rng=live.rng)
            scores = done.outputs[network.scores]
            value, slope = self.loss.both(scores, batch.labels)
        yield from self._shown(ForwardPassed(step, network, weights, done))
        yield from self._shown(LossMeasured(step, self.loss, scores, batch.labels, value, slope))
        with np.errstate(all="ignore"):
            if not np.isfinite(slope).all():
                raise self._lost(weights, batch, {})
            back = network.backward(weights, done, slope)
        yield from self._shown(BackwardPassed(step, back))
        state = live.flat.state_views(live.state)
        vector = live.flat.pack(back.weights).astype(live.now[0].dtype, copy=False)
        with np.errstate(all="ignore"):
            gradient = self._update(weights, batch, Learned(value, scores, vector, done.state))
        moving = {key: view for key, view in live.flat.views(gradient).items() if self.rates.by_key[key]}
        yield from self._shown(WeightsUpdated(step, self.optimizer, weights, live.named(live.now), moving, state,
                                              self.rates.of_weights(batch.rate)))
        return value, scores

    def _update(self, weights: Weights, batch: BatchDrawn, learned: Learned) -> Array:
        """Move the weights in ``live``; the gradient as the optimiser read it. What is not finite changes nothing."""
        live, settings, gradient = self.live, self.live.settings, learned.gradient
        for place in self.rates.frozen:
            gradient[place] = 0
        if settings.clip_value or settings.clip_norm:
            gradient = clip({ALL: gradient}, settings.clip_value, settings.clip_norm)[ALL]
        moved, state = self.optimizer.step({ALL: live.now[0]}, {ALL: gradient}, live.state,
                                           self.rates.of_vector(batch.rate))
        vector = moved[ALL]
        for place in self.rates.frozen:
            vector[place] = live.now[0][place]
        if not math.isfinite(learned.loss) or not finite(vector) or not all(
                np.isfinite(value).all() for value in learned.state.values()):
            raise self._lost(weights, batch, live.flat.views(vector))
        live.now, live.state = (vector, {**live.now[1], **learned.state}), state
        return gradient

    def _lost(self, weights: Weights, batch: BatchDrawn, moved: Mapping[str, Array]) -> CnnError:
        live = self.live
        return diverged(live.network, weights, batch.images, batch.labels, self.loss, moved, batch.step,
                        live.settings.learning_rate, live.rng)

    def _measure(self, images: Array, labels: Array) -> Evaluation:
        live = self.live
        with np.errstate(all="ignore"):
            found = evaluate(live.network, live.named(live.mean), images, labels, loss=self.loss,
                             plans=self.plans)
        accuracy = 0.0 if math.isnan(found.accuracy) else found.accuracy
        live.waited += 1
        if (accuracy, -found.loss) >= live.best_key:
            live.best_key, live.best, live.best_step, live.waited = (accuracy, -found.loss), live.mean, live.step, 0
        return found
