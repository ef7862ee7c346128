"""What a run leaves behind while it goes on: curves, moments to go back to, and how every sample is answered."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.model.run import Checkpoint
from cnncore.evaluation import predict
from cnncore.network import Network, Weights
from cnncore.op import Array
from cnncore.plan import Plans
from cnncore.training import Progress

MOST = 60  # moments kept
LARGEST = 1e4  # of a weight that is shown: beyond it the run has lost itself
BUDGET = 0.15  # share of the time that may go into answering all samples again


class Rows:
    """Rows of numbers that grow. A view stays valid and unchanged while more are added."""

    def __init__(self, width: int) -> None:
        self._data = np.empty((256, width))
        self._count = 0

    def add(self, *values: float) -> None:
        """One more row."""
        if self._count == len(self._data):
            self._data = np.concatenate([self._data, np.empty_like(self._data)])
        self._data[self._count] = values
        self._count += 1

    def view(self) -> Array:
        """(n, width), read-only."""
        out = self._data[: self._count]
        out.flags.writeable = False
        return out


@dataclass(frozen=True, eq=False)
class Moment:
    """A report of a run: all arrays read-only, nothing of it changes later.

    Args:
        step: Of ``steps``.
        steps: 0 while the samples are prepared.
        seconds: CPU time of the training so far.
        prepared: Samples that have passed the preprocessing.
        loss: (n, 2) step and loss of the batch.
        accuracy: (n, 2) step and share right of the batch.
        held_out: (m, 3) step, loss and share right on the samples kept back.
        checkpoints: Moments to go back to, the newest last.
        answers: For each checkpoint (N,) the class each sample is taken for, or None where it was not asked.
    """

    step: int
    steps: int
    seconds: float
    prepared: int
    loss: Array
    accuracy: Array
    held_out: Array
    checkpoints: tuple[Checkpoint, ...]
    answers: tuple[Array | None, ...]


class Recording:
    """Fed by the training, read by `moment`; both in the same thread.

    Moments are kept every ``stride`` steps; when there are more than `MOST`, every second goes and the stride doubles,
    so they stay even in time.
    """

    def __init__(self, network: Network) -> None:
        self.network, self._plans = network, Plans(network)
        self.images: Array | None = None
        self.prepared = 0
        self.loss, self.accuracy, self.held_out = Rows(2), Rows(2), Rows(3)
        self.stride = 1
        self._kept: list[tuple[Checkpoint, Array | None]] = []
        self._newest: tuple[Checkpoint, Array | None] | None = None
        self._progress: Progress | None = None
        self._began, self._spent = 0.0, 0.0

    def start(self, weights: Weights, images: Array) -> None:
        """Before the first step: what it starts from, and all samples, preprocessed."""
        self.images = images
        self._began = time.thread_time()
        self._kept.append(self._shot(0, weights))

    def add(self, progress: Progress) -> None:
        """A step is done."""
        self._progress, self._newest = progress, None
        self.loss.add(progress.step, progress.loss)
        self.accuracy.add(progress.step, progress.accuracy)
        if progress.held_out is not None:
            self.held_out.add(progress.step, *progress.held_out)
        if progress.step % self.stride == 0:
            shot = self._now()
            if shot is not None:
                self._kept.append(shot)
            if len(self._kept) > MOST:
                self.stride *= 2
                self._kept = [k for k in self._kept if k[0].step % self.stride == 0]

    def moment(self) -> Moment:
        """Everything, as it is now."""
        shots = list(self._kept)
        newest = self._now() if self._progress is not None else None
        if newest is not None and newest[0].step != shots[-1][0].step:
            shots.append(newest)
        p = self._progress
        step, steps, seconds = (p.step, p.steps, p.seconds) if p else (0, 0, 0.0)
        curves = self.loss.view(), self.accuracy.view(), self.held_out.view()
        return Moment(step, steps, seconds, self.prepared, *curves,
                      tuple(c for c, _ in shots), tuple(a for _, a in shots))

    def _now(self) -> tuple[Checkpoint, Array | None] | None:
        if self._newest is None and self._progress is not None:
            weights = self._progress.weights()
            if sane(weights):
                self._newest = self._shot(self._progress.step, weights, last=self._progress.done >= 1.0)
        return self._newest

    def _shot(self, step: int, weights: Weights, last: bool = False) -> tuple[Checkpoint, Array | None]:
        kept = dict(weights)
        for value in kept.values():
            value.setflags(write=False)
        answers = None
        now = time.thread_time()
        if last or self._spent <= BUDGET * (now - self._began):
            with np.errstate(all="ignore"):
                answers = predict(self.network, kept, self.images, self._plans).argmax(axis=1)  # type: ignore[arg-type]
            self._spent += time.thread_time() - now
        return Checkpoint(step, kept), answers


def sane(weights: Mapping[str, Array]) -> bool:
    """False where a weight is not finite, or too large to compute with."""
    return all(bool(np.abs(w).max(initial=0.0) <= LARGEST) for w in weights.values())
