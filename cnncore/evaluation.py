"""How good a network is on labelled samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError, did_you_mean
from cnncore.losses import LOSSES, Loss
from cnncore.network import Network, Weights
from cnncore.op import Array
from cnncore.plan import Plans

BATCH = 100  # small enough that the maps of a batch stay in the cache
MANY = 10 * BATCH  # samples; with fewer, compiling a plan costs more than it saves


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was measured.

    Args:
        loss: Mean over the samples.
        accuracy: Share that was right, 0..1; NaN where the targets are numbers to reach.
        confusion: (classes, classes) counts; row: the label, column: the prediction. (0, 0) without labels.
    """

    loss: float
    accuracy: float
    confusion: Array


def class_count(network: Network) -> int:
    """Number of scores; `CnnError` where the network does not end in a plain list of them."""
    shape = network.shapes[network.scores]
    if len(shape) != 1:
        raise CnnError("samples.scores", "The network ends in maps of shape {shape}; training needs one score a class. "
                       "Add flatten and dense.", shape=shape)
    return shape[0]


def check_samples(network: Network, images: Array, labels: Array, loss: Loss | None = None) -> None:
    """`CnnError` unless there are samples, each with a label that the network has a score for.

    With a loss that is `soft` the labels may be (N, classes) floats, numbers to reach.
    """
    classes = class_count(network)
    if isinstance(images, np.ndarray) and not len(images):
        raise CnnError("samples.none", "There are no samples. Add at least one of every class.")
    if isinstance(images, np.ndarray) and images.dtype.kind == "f" and not np.isfinite(images).all():
        raise CnnError("samples.finite", "The samples hold values that are not finite numbers.")
    network.check_input(images)
    labels = np.asarray(labels)
    if loss is not None and loss.soft and labels.dtype.kind == "f":
        loss.check_soft(labels, (len(images), classes))
        return
    if labels.dtype.kind not in "iu" or labels.shape != (len(images),):
        raise CnnError("samples.labels", "The labels are {given} of shape {shape}; {needed} whole numbers are needed, "
                       "one a sample.", given=labels.dtype, shape=labels.shape, needed=len(images))
    if labels.min() < 0 or labels.max() >= classes:
        wrong = labels.min() if labels.min() < 0 else labels.max()
        raise CnnError("samples.range", "Label {label} has no score: the network knows {classes} classes, 0 to {last}.",
                       label=int(wrong), classes=classes, last=classes - 1)


def predict(network: Network, weights: Weights, images: Array, plans: Plans | None = None) -> Array:
    """(N, classes) scores, in batches.

    Args:
        network: Ends in scores (classes,).
        weights: Of it.
        images: (N, C, *S).
        plans: The caller's compiled plans of the network; without them many float32 samples get plans of their own.
    """
    single = images.dtype == np.float32 and all(value.dtype == np.float32 for value in weights.values())
    if plans is None and single and len(images) >= MANY:
        plans = Plans(network)
    parts = []
    for k in range(0, len(images), BATCH):
        x = images[k:k + BATCH]
        if plans is not None and single:
            parts.append(plans.of(len(x)).scores(weights, x))
        else:
            parts.append(network.forward(weights, x).outputs[network.scores])
    return np.concatenate(parts)


def evaluate(network: Network, weights: Weights, images: Array, labels: Array, *,
             loss: str | Loss = "cross_entropy", plans: Plans | None = None) -> Evaluation:
    """Loss, accuracy and confusion on (N, C, *S) images with (N,) labels, or (N, classes) numbers to reach.

    Args:
        network: Ends in scores (classes,).
        weights: Of it.
        images: Preprocessed.
        labels: One a sample.
        loss: A word of `LOSSES`, or a loss with its knobs turned.
        plans: As in `predict`.
    """
    made = loss_of(loss)
    check_samples(network, images, labels, made)
    return measured(predict(network, weights, images, plans), np.asarray(labels), made)


def measured(scores: Array, labels: Array, loss: Loss) -> Evaluation:
    """What (N, classes) scores are worth."""
    value, classes = loss.value(scores, labels), scores.shape[1]
    if labels.dtype.kind == "f":
        return Evaluation(value, float("nan"), np.zeros((0, 0), np.int64))
    found = scores.argmax(axis=1)
    confusion = np.bincount(labels * classes + found, minlength=classes * classes).reshape(classes, classes)
    return Evaluation(value, float(np.mean(found == labels)), confusion)


def loss_of(loss: str | Loss) -> Loss:
    """A loss from its word; `CnnError` for an unknown one."""
    if isinstance(loss, Loss):
        return loss
    if loss not in LOSSES:
        raise CnnError("loss.kind", "There is no loss {name!r}. Did you mean: {near}?", name=loss,
                       near=did_you_mean(loss, LOSSES))
    return LOSSES[loss]()
