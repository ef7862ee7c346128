"""Losses, by the word that files, settings and the command line use: one file and one line here for each."""

from __future__ import annotations

from cnncore.losses.base import Loss
from cnncore.losses.binary import BinaryCrossEntropy
from cnncore.losses.cross_entropy import CrossEntropy
from cnncore.losses.distances import Huber, MeanAbsoluteError, MeanSquaredError
from cnncore.losses.hinge import Hinge

LOSSES: dict[str, type[Loss]] = {
    loss.kind: loss
    for loss in (CrossEntropy, MeanSquaredError, MeanAbsoluteError, Huber, Hinge, BinaryCrossEntropy)
}

__all__ = ["LOSSES", "BinaryCrossEntropy", "CrossEntropy", "Hinge", "Huber", "Loss", "MeanAbsoluteError",
           "MeanSquaredError"]
