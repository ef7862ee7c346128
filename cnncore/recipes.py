"""Settings that were found to work: for a large set of drawings such as MNIST, and for a few drawn a minute ago."""

from __future__ import annotations

from cnncore.augment import Augment
from cnncore.training import TrainSettings

FEW = 2000  # samples; below this there is no use in counting epochs


def many_settings() -> TrainSettings:
    """For thousands of samples: the recipe of the shipped LeNet, see assets/models/lenet.md.

    Chosen on 5,000 of MNIST's training digits: the loss there was .036 with a weight decay of 1e-4, .022 with 6e-4.
    """
    return TrainSettings(
        epochs=50, batch=32, learning_rate=0.03, momentum=0.9, weight_decay=6e-4, schedule="cosine", warmup=0.02,
        average=0.999, calm=0.5, hold_out=0.02,
    )


def many_augment() -> Augment:
    """How those samples are varied, at the start of a training; ``calm`` halves it to the end."""
    return Augment(shift=1.0, scale=0.12, rotate=12.0, shear=0.2, thickness=0.8, elastic=0.8)


def few_shot_settings(n_samples: int, classes: int) -> TrainSettings:
    """For a handful of drawings of each class: every step sees most of them, each changed a little.

    Args:
        n_samples: Of all classes together.
        classes: How many there are to tell apart.
    """
    return TrainSettings(
        steps=600, batch=max(8, min(32, n_samples)), learning_rate=0.02, momentum=0.9, weight_decay=1e-3,
        schedule="cosine", warmup=0.1, average=0.98,
    )


def few_shot_augment() -> Augment:
    """How a few drawings are varied: widely, for there is little else to learn from."""
    return Augment(shift=1.5, scale=0.12, rotate=15.0, shear=0.2, thickness=1.0, elastic=1.2)


def recipe(n_samples: int, classes: int) -> tuple[TrainSettings, Augment]:
    """Settings and augmentation that fit the number of samples."""
    if n_samples >= FEW:
        return many_settings(), many_augment()
    return few_shot_settings(n_samples, classes), few_shot_augment()
