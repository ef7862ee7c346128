"""What a run will do, made from the document: settings, split, network to start from; or why it cannot start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.i18n import N_
from app.model.document import Document, TrainingChoice
from app.model.samples import Sample
from app.model.timeline import has_loss
from cnncore.errors import CnnError
from cnncore.heads import adapt_head
from cnncore.network import Network, Weights
from cnncore.op import Array
from cnncore.preprocess import Preprocess
from cnncore.recipes import recipe

HELD_OUT = 0.2
NEVER = ("training.no_loss", "training.typed")  # reasons that no sample mends
ENOUGH = 5  # drawings of the smallest class, below which every one is needed to learn from


@dataclass(frozen=True, eq=False)
class Plan:
    """A snapshot: the document may change while the run goes on.

    Args:
        network: With a head for the sample classes.
        weights: Start values.
        labels: Names of the classes, one a score.
        samples: All, class by class.
        truth: (N,) index of each sample's class.
        held: (N,) bool, True for samples that are kept back.
        choice: Settings, augmentation and start, nothing automatic left in them.
        preprocess: From a drawing to the network's input.
        note: What the person should know about the split, an English key; empty for nothing.
    """

    network: Network
    weights: Weights
    labels: tuple[str, ...]
    samples: tuple[Sample, ...]
    truth: Array
    held: Array
    choice: TrainingChoice
    preprocess: Preprocess
    note: str


def chosen(document: Document) -> TrainingChoice:
    """The document's training settings; where they are automatic, those that fit its samples."""
    mine = document.training
    if not mine.auto:
        return TrainingChoice(mine.start, mine.settings.but(seed=document.seed), mine.augment, False)
    counts = [len(c.samples) for c in document.classes]
    settings, augment = recipe(sum(counts), max(len(counts), 2), trained=mine.start == "trained")
    keep_back = settings.hold_out or (HELD_OUT if min(counts, default=0) >= ENOUGH else 0.0)
    # Without the running average the weights on the screen are the ones that are measured.
    settings = settings.but(hold_out=keep_back, average=0.0, seed=document.seed)
    return TrainingChoice(mine.start, settings, augment, True)


def hindrance(document: Document) -> CnnError | None:
    """Why a run cannot start, or None."""
    classes = document.classes
    network, last = document.network, document.network.last
    if not has_loss(network):
        return CnnError("training.no_loss", N_("{name} cannot be trained: it ends in {layer} with shape {shape}, not "
                        "in the scores of two classes or more."), name=network.name, layer=last,
                        shape="×".join(map(str, network.shapes[last])))
    if document.typed is not None and network.input_shape != (1,) + (document.preprocess.size,) * 2:
        return CnnError("training.typed", N_("{name} cannot be trained on drawings: its input is {shape} typed "
                        "numbers."),
                        name=network.name, shape="×".join(map(str, network.input_shape)))
    if not classes:
        return CnnError("classes.none", N_("Name at least two classes, then draw samples of each."))
    if len(classes) == 1:
        return CnnError("classes.one", N_("“{name}” is the only class. Name another to tell it apart from."),
                        name=classes[0].name)
    empty = [c.name for c in classes if not len(c.samples)]
    if len(empty) == 1:
        return CnnError("class.empty", N_("“{name}” has no samples yet. Draw one and add it."), name=empty[0])
    if empty:
        return CnnError("class.empty", N_("{count} classes have no samples yet, “{name}” first. Draw one and add it."),
                        count=len(empty), name=empty[0])
    return None


def plan(document: Document) -> Plan:
    """Everything a run needs; `CnnError` when it cannot start."""
    reason = hindrance(document)
    if reason is not None:
        raise reason
    choice = chosen(document)
    labels = tuple(c.name for c in document.classes)
    network, weights = adapt_head(document.network, document.weights, document.labels, labels, document.seed)
    if choice.start == "random":
        weights = network.start(document.seed)
    samples = tuple(s for c in document.classes for s in c.samples)
    truth = np.repeat(np.arange(len(labels)), [len(c.samples) for c in document.classes])
    held = hold_back(truth, choice.settings.hold_out, document.seed)
    note = N_("A class has a single drawing: none is held out.") if choice.settings.hold_out and not held.any() else ""
    return Plan(network, weights, labels, samples, truth, held, choice, document.preprocess, note)


def hold_back(truth: Sequence[int] | Array, share: float, seed: int) -> Array:
    """(N,) bool: ``share`` of every class, rounded, at least one of each; none at all where a class has only one."""
    truth = np.asarray(truth)
    out = np.zeros(len(truth), bool)
    counts = np.bincount(truth)
    if share <= 0 or counts[counts > 0].min(initial=2) < 2:
        return out
    rng = np.random.default_rng(seed)
    for label, count in enumerate(counts):
        picked = rng.permutation(np.flatnonzero(truth == label))
        out[picked[: min(max(1, round(share * count)), count - 1)]] = True
    return out
