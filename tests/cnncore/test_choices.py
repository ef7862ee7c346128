"""Optimisers by the words that people use."""

from __future__ import annotations

import pytest

from cnncore.choices import WORDS, optimizer_word, with_optimizer
from cnncore.errors import CnnError
from cnncore.train_settings import TrainSettings

USUAL = TrainSettings(learning_rate=0.03, momentum=0.9, weight_decay=0.004)


def test_there_is_a_word_for_every_kind():
    assert WORDS == ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")
    assert [optimizer_word(with_optimizer(USUAL, word, USUAL)) for word in WORDS] == list(WORDS)


def test_between_kinds_of_descent_rate_and_momentum_stay():
    now = with_optimizer(USUAL.but(learning_rate=0.1, momentum=0.5), "nesterov", USUAL)
    assert (now.learning_rate, now.momentum, now.nesterov) == (0.1, 0.5, True)
    plain = with_optimizer(now, "sgd", USUAL)
    assert (plain.learning_rate, plain.momentum, plain.nesterov) == (0.1, 0.0, False)
    assert with_optimizer(plain, "momentum", USUAL).momentum == 0.9


def test_to_adam_and_back_rate_and_decay_go_with_it():
    adam = with_optimizer(USUAL, "adam", USUAL)
    assert (adam.learning_rate, adam.weight_decay, adam.momentum) == (0.003, 0.0, 0.0)
    assert with_optimizer(USUAL, "adamw", USUAL).weight_decay == 0.01
    assert with_optimizer(adam, "momentum", USUAL) == USUAL


def test_an_unknown_word_is_refused():
    with pytest.raises(CnnError, match=r"no optimizer 'nesterow'. Did you mean: nesterov"):
        with_optimizer(USUAL, "nesterow", USUAL)
