"""How good a network is on labelled samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnncore.errors import CnnError
from cnncore.losses import LOSSES
from cnncore.network import Network, Weights
from cnncore.op import Array

BATCH = 100  # small enough that the maps of a batch stay in the cache


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What was measured.

    Args:
        loss: Mean over the samples.
        accuracy: Share that was right, 0..1.
        confusion: (classes, classes) counts; row: the label, column: the prediction.
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


def check_samples(network: Network, images: Array, labels: Array) -> None:
    """`CnnError` unless there are samples, each with a label that the network has a score for."""
    classes = class_count(network)
    network.check_input(images)
    if not len(images):
        raise CnnError("samples.none", "There are no samples. Add at least one of every class.")
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu" or labels.shape != (len(images),):
        raise CnnError("samples.labels", "The labels are {given} of shape {shape}; {needed} whole numbers are needed, "
                       "one a sample.", given=labels.dtype, shape=labels.shape, needed=len(images))
    if labels.min() < 0 or labels.max() >= classes:
        wrong = labels.min() if labels.min() < 0 else labels.max()
        raise CnnError("samples.range", "Label {label} has no score: the network knows {classes} classes, 0 to {last}.",
                       label=int(wrong), classes=classes, last=classes - 1)
    if not np.isfinite(images).all():
        raise CnnError("samples.finite", "The samples hold values that are not finite numbers.")


def predict(network: Network, weights: Weights, images: Array) -> Array:
    """(N, classes) scores, in batches."""
    return np.concatenate([network.forward(weights, images[k:k + BATCH]).outputs[network.scores]
                           for k in range(0, len(images), BATCH)])


def evaluate(network: Network, weights: Weights, images: Array, labels: Array, *,
             loss: str = "cross_entropy") -> Evaluation:
    """Loss, accuracy and confusion on (N, C, *S) images with (N,) labels."""
    check_samples(network, images, labels)
    scores = predict(network, weights, images)
    classes = scores.shape[1]
    found = scores.argmax(axis=1)
    confusion = np.bincount(np.asarray(labels) * classes + found, minlength=classes * classes).reshape(classes, classes)
    return Evaluation(float(LOSSES[loss]().value(scores, labels)), float(np.mean(found == labels)), confusion)
