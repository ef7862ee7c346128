"""The update lane for every optimiser: its name, its terms in their order, and a sum that adds up."""

from __future__ import annotations

import dataclasses

import pytest

from app.model.timeline import Playhead
from app.panels.stepper_views.update import UpdateView
from cnncore.choices import with_optimizer
from cnncore.train_settings import TrainSettings
from tests.gui.stepping import HEAD, document, opened

WORDS = {"sgd": "SGD", "momentum": "momentum 0.9", "nesterov": "Nesterov 0.9", "rmsprop": "RMSprop", "adam": "Adam",
         "adamw": "AdamW"}


@pytest.mark.parametrize("word", WORDS)
def test_the_update_names_its_optimiser_and_adds_up(desk, qtbot, word: str):
    doc = document(*HEAD)
    settings = with_optimizer(doc.training.settings, word, TrainSettings())
    doc = dataclasses.replace(doc, training=dataclasses.replace(doc.training, settings=settings, auto=False))
    panel = opened(desk, qtbot, doc, Playhead("d", (3,), target="bias", lane="update"))
    assert isinstance(panel.view, UpdateView)
    assert panel.view.words == WORDS[word]
    assert [name for name, _ in panel.view.lines] == ["weight now", "momentum", "gradient", "decay",
                                                       "weight after the step"]
    trace = desk.session.trace()
    assert trace is not None
    assert abs(trace.rounding) <= trace.bound
    assert len(trace.operands) == (3 if word in ("rmsprop", "adam", "adamw") else 2)
    assert panel.formula.text.startswith("b ← "), "of a bias"
    assert ("rate" in panel.formula.text) is (word in ("sgd", "momentum"))
    panel.grab()
