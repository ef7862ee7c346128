"""A training run as everything that looks at it sees it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from app.i18n import N_
from cnncore.network import Network, Weights
from cnncore.op import Array

OPEN = N_("A training run is open: keep or discard its weights first.")  # why it must wait


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The weights at one moment of a run; arrays are read-only."""

    step: int
    weights: Weights


@dataclass(frozen=True, eq=False)
class RunState:
    """One moment of a run.

    Args:
        status: ``running``, ``paused``, ``finished`` or ``failed``.
        network: What is trained: the document's layers with a head for the sample classes.
        labels: Of its outputs.
        step: Of ``steps``.
        seconds: CPU time of the training so far.
        loss: (n, 2) step and loss on the batch.
        accuracy: (n, 2) step and share right on the batch.
        held_out: (m, 3) step, loss and share right on the samples kept aside.
        checkpoints: Kept moments, oldest first; the last is the newest weights.
        at: Index of the checkpoint that the views show; None: the newest.
        confusion: (classes, classes) rows the truth, columns the answer, over all samples.
        text: Why it failed, an English key; with ``facts``.
    """

    status: str
    network: Network
    labels: tuple[str, ...]
    step: int = 0
    steps: int = 0
    seconds: float = 0.0
    loss: Array = field(default_factory=lambda: np.zeros((0, 2)))
    accuracy: Array = field(default_factory=lambda: np.zeros((0, 2)))
    held_out: Array = field(default_factory=lambda: np.zeros((0, 3)))
    checkpoints: tuple[Checkpoint, ...] = ()
    at: int | None = None
    confusion: Array | None = None
    text: str = ""
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def shown(self) -> Checkpoint | None:
        """The checkpoint that the views show."""
        return self.checkpoints[-1 if self.at is None else self.at] if self.checkpoints else None

    @property
    def active(self) -> bool:
        """True while it can still learn."""
        return self.status in ("running", "paused")
