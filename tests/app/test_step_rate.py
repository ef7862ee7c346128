"""The debugger's step goes at the rate that the training panel shows."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from app.jobs.plan import chosen
from app.model.document import Document, TrainingChoice, from_model
from app.model.frames import trace_of
from app.model.results import compute
from app.model.timeline import Playhead
from cnncore.files.project import Model
from cnncore.preprocess import Preprocess
from cnncore.train_settings import TrainSettings
from cnncore.zoo.lenet import lenet


def started() -> Document:
    network = lenet()
    weights = {key: np.asarray(value, np.float32) for key, value in network.start(1).items()}
    return from_model(Model(network, weights, tuple("0123456789"), Preprocess(), {}))


@pytest.mark.parametrize("choice", [TrainingChoice(), TrainingChoice(start="fresh"),
                                    TrainingChoice(settings=TrainSettings(learning_rate=0.2), auto=False),
                                    TrainingChoice(settings=TrainSettings(learning_rate=0.2))], ids=str)
def test_the_step_shown_is_one_at_the_rate_of_the_training(choice):
    document = dataclasses.replace(started(), training=choice)
    rate = chosen(document).settings.learning_rate
    trace = trace_of(compute(document), Playhead("scores", (3,), None, "bias", "update"))
    assert -trace.operands[1].values[2] == pytest.approx(rate)
    assert document.settings.learning_rate == rate
