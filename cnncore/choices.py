"""Optimisers as people name them: momentum and Nesterov beside plain SGD, each with settings that go with it."""

from __future__ import annotations

from typing import Any

from cnncore.errors import CnnError, did_you_mean
from cnncore.optimizers import OPTIMIZERS
from cnncore.train_settings import TrainSettings

KEPT = 0.9  # momentum where it is turned on
DESCENT = ("sgd", "momentum", "nesterov")
WORDS = (*DESCENT, *(kind for kind in OPTIMIZERS if kind != "sgd"))
# 500 steps of a LeNet on five drawn digits of each class; of fresh ones it then knows 92 to 97 % with 0.001, 96 to 99 %
# with 0.002 or 0.003, no more with 0.01; RMSprop loses ten per cent with 0.02. Momentum: 97 to 100 %.
ADAPTIVE_RATE = 0.003


def optimizer_word(settings: TrainSettings) -> str:
    """Which of `WORDS` the settings stand at."""
    if settings.optimizer != "sgd":
        return settings.optimizer
    return ("nesterov" if settings.nesterov else "momentum") if settings.momentum else "sgd"


def with_optimizer(settings: TrainSettings, word: str, usual: TrainSettings) -> TrainSettings:
    """The settings with another optimiser.

    Between SGD, momentum and Nesterov the rate stays; from them to one that measures its own steps, or back, rate and
    decay become those that go with it.

    Args:
        settings: To be changed.
        word: One of `WORDS`.
        usual: What fits the samples with SGD: its rate and decay are taken on the way back.
    """
    if word not in WORDS:
        raise CnnError("optimizer.kind", "There is no optimizer {name!r}. Did you mean: {near}?", name=word,
                       near=did_you_mean(word, WORDS))
    changes: dict[str, Any]
    if word in DESCENT:
        keep = settings.momentum if settings.optimizer == "sgd" and settings.momentum else KEPT
        changes = {"optimizer": "sgd", "momentum": 0.0 if word == "sgd" else keep, "nesterov": word == "nesterov"}
        if settings.optimizer != "sgd":
            changes |= {"learning_rate": usual.learning_rate, "weight_decay": usual.weight_decay}
    else:
        changes = {"optimizer": word, "momentum": 0.0, "nesterov": False, "learning_rate": ADAPTIVE_RATE,
                   "weight_decay": 0.01 if word == "adamw" else 0.0}
    changed: TrainSettings = settings.but(**changes)
    return changed
