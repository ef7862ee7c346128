"""Training as a generator: each yield is one step done, light, and a place to pause or cancel.

The mathematics of a step lives in the ops, the loss and the optimiser, the order of work in `cnncore.training_loop`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, overload

import numpy as np

from cnncore import checkpoint
from cnncore.averaging import average_weights
from cnncore.checkpoint import Checkpoint
from cnncore.errors import CnnError, did_you_mean
from cnncore.evaluation import Evaluation, check_samples, evaluate
from cnncore.events import Event
from cnncore.flat import Flat
from cnncore.network import Network, Weights
from cnncore.op import Array
from cnncore.progress import Live, Progress
from cnncore.rates import Rates
from cnncore.train_settings import TrainSettings
from cnncore.training_loop import Augmenter, Loop

__all__ = ["Augmenter", "Evaluation", "Event", "Progress", "TrainSettings", "average_weights", "evaluate", "split",
           "train"]


def split(labels: Array, fraction: float, seed: int) -> tuple[Array, Array]:
    """Indices (kept, held out), sorted: ``fraction`` of every class is held out, always leaving one sample of it.

    Args:
        labels: (N,) ints; of (N, classes) numbers to reach all count as one class.
        fraction: 0..1.
        seed: Chooses which.
    """
    rng = np.random.default_rng(seed)
    out = np.zeros(len(labels), bool)
    classes = labels if labels.ndim == 1 else np.zeros(len(labels), np.int64)
    for label in np.unique(classes):
        members = rng.permutation(np.flatnonzero(classes == label))
        out[members[: min(round(fraction * len(members)), len(members) - 1)]] = True
    return np.flatnonzero(~out), np.flatnonzero(out)


@overload
def train(network: Network, weights: Weights, images: Array, labels: Array, settings: TrainSettings, *,
          held_out: tuple[Array, Array] | None = None, augment: Augmenter | None = None,
          rates: Mapping[str, float] | None = None, state: Mapping[str, Array] | None = None,
          resume: Checkpoint | None = None, events: Literal["coarse"] = "coarse") -> Iterator[Progress]: ...


@overload
def train(network: Network, weights: Weights, images: Array, labels: Array, settings: TrainSettings, *,
          held_out: tuple[Array, Array] | None = None, augment: Augmenter | None = None,
          rates: Mapping[str, float] | None = None, state: Mapping[str, Array] | None = None,
          resume: Checkpoint | None = None, events: Literal["fine"]) -> Iterator[Event | Progress]: ...


def train(network: Network, weights: Weights, images: Array, labels: Array, settings: TrainSettings, *,
          held_out: tuple[Array, Array] | None = None, augment: Augmenter | None = None,
          rates: Mapping[str, float] | None = None, state: Mapping[str, Array] | None = None,
          resume: Checkpoint | None = None, events: str = "coarse") -> Iterator[Event | Progress]:
    """Train, one `Progress` a step. The caller's weights are never written to; closing the generator cancels.

    Args:
        network: Ends in scores (classes,), with or without a softmax for display.
        weights: Start values.
        images: (N, C, *S) floats, preprocessed.
        labels: (N,) ints below the number of classes; or (N, classes) floats where the loss takes numbers to reach.
        settings: See `TrainSettings`.
        held_out: (images, labels) to measure on; without them ``settings.hold_out`` takes a share of the samples.
        augment: Changes every batch before it is used.
        rates: Factors on the learning rate by layer or weight: ``{"conv1": 0.1, "dense2.bias": 0}``; 0 freezes.
        state: `Progress.state` of an earlier training, to go on from.
        resume: `Progress.checkpoint` of this training, stopped: it goes on bit for bit, with the same other arguments.
        events: ``"fine"`` yields the `cnncore.events` of each step, in their order, before its Progress.

    Raises:
        CnnError: At once where samples, labels, weights or the memory do not fit; later where a number is no longer
            finite, which names the step and the layer.
    """
    if events not in ("coarse", "fine"):
        raise CnnError("train.events", "events = {value!r} is not possible. Allowed: {allowed}. Did you mean: {near}?",
                       value=events, allowed="coarse, fine", near=did_you_mean(str(events), ("coarse", "fine")))
    loss = settings.loss_made()
    network.check_weights(weights)
    check_samples(network, images, labels, loss)
    labels = np.asarray(labels)
    if held_out is not None:
        check_samples(network, *held_out, loss)
    elif settings.hold_out:
        kept, out = split(labels, settings.hold_out, settings.seed)
        held_out = (images[out], labels[out]) if out.size else None
        images, labels = images[kept], labels[kept]
    # The plan goes through a batch in pieces, unless a norm needs all of it at once.
    by_ops = any(value.dtype != np.float32 for value in weights.values())
    at_once = settings.batch if by_ops or any(node.op.across for node in network.nodes) else 1
    network.check_memory(min(at_once, len(labels)), training=True)
    flat = Flat({key: shape for key, shape in network.parameter_shapes.items() if key not in network.running})
    if not flat.shapes:
        raise CnnError("train.nothing_learns", "{name} has no layer that learns. Add a convolution or a dense layer.",
                       name=network.name)
    optimizer, rng = settings.optimizer_made(), np.random.default_rng(settings.seed)
    now = flat.pack(weights), {key: weights[key] for key in network.parameter_shapes if key in network.running}
    started = flat.pack_state(_fitting(optimizer.start({key: weights[key] for key in flat.shapes}), state))
    live = Live(network, settings, flat, now, now, started, rng, rng.permutation(len(labels)))
    if resume is not None:
        checkpoint.put_back(live, resume)
    loop = Loop(live, images, labels, held_out, augment, Rates(network, flat, rates), optimizer, loss)
    if loop.done >= 1.0:
        raise CnnError("checkpoint.done", "The training of this checkpoint is at its end, step {step}. Ask for more "
                       "epochs, steps or seconds.", step=live.step)
    return loop.run(events == "fine")


def _fitting(fresh: dict[str, Array], state: Mapping[str, Array] | None) -> Mapping[str, Array]:
    """The state to begin with; `CnnError` unless the one that is given has the arrays of a fresh one."""
    if state is None:
        return fresh
    for key, value in fresh.items():
        if key not in state or np.shape(state[key]) != value.shape:
            raise CnnError("train.state", "state: {key} should have shape {needed}, and is {given}. Give what "
                           "Progress.state of a training of this network with the same optimizer gave.", key=key,
                           needed=value.shape, given=np.shape(state[key]) if key in state else "missing")
    return state
