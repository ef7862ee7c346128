"""The update lane for every optimiser: its name, its terms in their order, and a sum that adds up."""

from __future__ import annotations

import dataclasses

import pytest

from app import i18n, numbers
from app.model.timeline import Playhead
from app.panels.inspector_views.term import term
from app.panels.stepper_views.update import UpdateView
from cnncore.choices import with_optimizer
from cnncore.train_settings import TrainSettings
from tests.gui.stepping import HEAD, document, opened

WORDS = {"sgd": "SGD", "momentum": "momentum 0.9 (first step: no effect yet)",
         "nesterov": "Nesterov 0.9", "rmsprop": "RMSprop", "adam": "Adam",
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
    now, after = numbers.gradient(float(trace.operands[0].values[0])), numbers.gradient(trace.total)
    assert panel.view.headings[0].what.toolTip().startswith(f"{now} · d.bias")
    assert panel.view.headings[1].what.toolTip().startswith(f"{after} · change ")
    assert abs(trace.rounding) <= trace.bound
    assert len(trace.operands) == (3 if word in ("rmsprop", "adam", "adamw") else 2)
    assert panel.formula.text.startswith("b ← "), "of a bias"
    assert ("rate" in panel.formula.text) is (word in ("sgd", "momentum"))
    panel.grab()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_inspector_calls_the_parts_of_a_step_by_their_names(desk, qtbot, language):
    head = Playhead("d", (3,), 2, "bias", "update")
    panel = opened(desk, qtbot, document(*HEAD), head)
    i18n.set_language(language)
    try:
        rows = term(desk.session.results, head)
        trace = desk.session.trace()
        assert [i18n.tr(row.name) for row in rows[1:]] == [i18n.tr("gradient"), i18n.tr("− rate")]
        assert rows[1].parts[-1].text == numbers.gradient(float(trace.operands[0].values[2]))
        assert rows[2].parts[-1].text == numbers.gradient(float(trace.operands[1].values[2]))
        assert rows[1].parts[0].to == Playhead("d", (3,), None, "bias", "backward")
    finally:
        i18n.set_language("en")
    assert panel.isVisible()
