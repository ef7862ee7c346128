"""Settings that were found to work: for a large set of drawings such as MNIST, and for a few drawn a minute ago."""

from __future__ import annotations

from cnncore.augment import Augment
from cnncore.training import TrainSettings

FEW = 2000  # samples; below this there is no use in counting epochs


def many_settings() -> TrainSettings:
    """For thousands of samples: the recipe of the shipped LeNet (assets/models/lenet.md)."""
    return TrainSettings(
        epochs=40, batch=64, learning_rate=0.05, momentum=0.9, weight_decay=1e-4, schedule="cosine", warmup=0.02,
        average=0.999, hold_out=0.02,
    )


def many_augment() -> Augment:
    """How those samples are varied."""
    return Augment()


def few_shot_settings(n_samples: int, classes: int) -> TrainSettings:
    """For a handful of drawings of each class: every step sees most of them, each changed a little.

    Args:
        n_samples: Of all classes together.
        classes: How many there are to tell apart.
    """
    return TrainSettings(
        steps=600, batch=max(8, min(32, n_samples)), learning_rate=0.02, momentum=0.9, weight_decay=1e-3,
        schedule="cosine", warmup=0.05, average=0.98,
    )


def few_shot_augment() -> Augment:
    """How a few drawings are varied: widely, for there is little else to learn from."""
    return Augment()


def recipe(n_samples: int, classes: int) -> tuple[TrainSettings, Augment]:
    """Settings and augmentation that fit the number of samples."""
    if n_samples >= FEW:
        return many_settings(), many_augment()
    return few_shot_settings(n_samples, classes), few_shot_augment()
