"""A whole run as one generator: prepare every sample, then train; each yield is a place to pause or cancel."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.jobs.plan import Plan
from app.jobs.recording import Recording
from cnncore.training import train

CHUNK = 32


def learn(plan: Plan) -> Iterator[Recording]:
    """Yields the one recording after every chunk of samples and after every step."""
    recording = Recording(plan.network)
    parts = []
    for k in range(0, len(plan.samples), CHUNK):
        chunk = [s.image for s in plan.samples[k:k + CHUNK]]
        parts.append(plan.preprocess.apply(chunk))
        recording.prepared += len(chunk)
        yield recording
    images = np.concatenate(parts)
    recording.start(plan.weights, images)
    kept, held = ~plan.held, plan.held
    held_out = (images[held], plan.truth[held]) if held.any() else None
    settings = plan.choice.settings.but(hold_out=0.0)
    steps = train(plan.network, plan.weights, images[kept], plan.truth[kept], settings, held_out=held_out,
                  augment=plan.choice.augment)
    for progress in steps:
        recording.add(progress)
        yield recording
