"""Which samples a network takes for what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.jobs.plan import Plan
from app.model.samples import Sample
from cnncore.op import Array


@dataclass(frozen=True, eq=False)
class Verdict:
    """How the network of one moment answers every sample of the run.

    Args:
        plan: Gives the samples and their classes.
        answers: (N,) index of the class each is taken for.
    """

    plan: Plan
    answers: Array

    @cached_property
    def confusion(self) -> Array:
        """(classes, classes) counts; rows the truth, columns the answer."""
        count = len(self.plan.labels)
        return np.bincount(self.plan.truth * count + self.answers, minlength=count * count).reshape(count, count)

    @cached_property
    def mistakes(self) -> dict[Sample, str]:
        """Every sample that is taken for another class, and the name of that class."""
        wrong = np.flatnonzero(self.answers != self.plan.truth)
        return {self.plan.samples[k]: self.plan.labels[self.answers[k]] for k in wrong}

    def cell(self, truth: int, answer: int) -> tuple[Sample, ...]:
        """The samples that one cell of the confusion counts."""
        there = np.flatnonzero((self.plan.truth == truth) & (self.answers == answer))
        return tuple(self.plan.samples[k] for k in there)
