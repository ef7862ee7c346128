"""The document: one frozen value, all that Ctrl+Z brings back and a project file keeps."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.model.breakpoints import Breakpoint
from app.model.samples import Image, SampleClass, frozen
from cnncore.augment import Augment
from cnncore.files.project import Model
from cnncore.network import Network, Weights
from cnncore.op import Array
from cnncore.preprocess import Preprocess
from cnncore.recipes import recipe
from cnncore.training import TrainSettings

SIDE = 280


@dataclass(frozen=True)
class TrainingChoice:
    """How the next run starts and learns.

    Args:
        start: ``"random"`` from the document's seed, or ``"trained"``: from the weights that are there.
        settings: Optimiser, batch, steps, schedule.
        augment: How samples are varied while training.
        auto: The settings follow the number of samples until the user turns a knob.
    """

    start: str = "random"
    settings: TrainSettings = dataclasses.field(default_factory=TrainSettings)
    augment: Augment = dataclasses.field(default_factory=Augment)
    auto: bool = True


@dataclass(frozen=True, eq=False)
class Document:
    """Everything that is saved and undone. Compare by identity; change with `app.model.edits`.

    Args:
        network: The architecture.
        weights: What the network computes with.
        trained: What *restore* goes back to; shares its arrays with ``weights`` until they are edited.
        labels: What each output of the network means.
        preprocess: From the drawing to the network's input.
        drawing: (SIDE, SIDE) uint8, the raw canvas.
        classes: What the user drew to train on.
        muted: (layer, map) pairs whose map is held at zero.
        kernel_names: (layer, filter, channel) to the name of the preset it holds, until edited; of a formula with its
            knobs, ``"gauss(sigma=1.5)"``.
        trained_names: The names that *restore* brings back.
        seed: Of random starts.
        training: How the next run starts and learns.
        typed: (C, *S) float32, the network's input as numbers in place of the drawing; None: the drawing is the input.
        stops: Breakpoints; saved, but neither undone nor redone.
        watches: Expressions that are watched; likewise.
    """

    network: Network
    weights: Weights
    trained: Weights
    labels: tuple[str, ...]
    preprocess: Preprocess
    drawing: Image
    classes: tuple[SampleClass, ...] = ()
    muted: frozenset[tuple[str, int]] = frozenset()
    kernel_names: Mapping[tuple[str, int, int], str] = dataclasses.field(default_factory=dict)
    seed: int = 7
    training: TrainingChoice = TrainingChoice()
    typed: Array | None = None
    stops: tuple[Breakpoint, ...] = ()
    watches: tuple[str, ...] = ()
    trained_names: Mapping[tuple[str, int, int], str] = dataclasses.field(default_factory=dict)

    @cached_property
    def effective(self) -> dict[str, Array]:
        """Weights with every muted map's kernel and bias at zero: what the engine runs on."""
        out = dict(self.weights)
        for layer, index in self.muted:
            for key in self.network.parameter_shapes:
                if key.split(".")[0] == layer:
                    array = out[key].copy()
                    array[index] = 0
                    out[key] = array
        return out

    @cached_property
    def settings(self) -> TrainSettings:
        """What a step goes by: the training's settings; where they are automatic, at the rate that fits the samples."""
        mine, counts = self.training, [len(one.samples) for one in self.classes]
        if not mine.auto:
            return mine.settings
        made, _ = recipe(sum(counts), max(len(counts), 2), trained=mine.start == "trained")
        fitting: TrainSettings = mine.settings.but(learning_rate=made.learning_rate)
        return fitting

    def edited(self, key: str) -> Array:
        """True for each number of a weight array that differs from the trained one."""
        now, then = self.weights[key], self.trained.get(key)
        if then is now:
            return np.zeros(now.shape, bool)
        return np.ones(now.shape, bool) if then is None or then.shape != now.shape else now != then

    @property
    def sample_count(self) -> int:
        """Over all classes."""
        return sum(len(c.samples) for c in self.classes)


def from_model(model: Model) -> Document:
    """A fresh document around a trained network: an empty canvas, no samples."""
    weights = {key: frozen(value) for key, value in model.weights.items()}
    return Document(model.network, weights, weights, model.labels, model.preprocess, blank())


def blank() -> Image:
    """An empty canvas."""
    return frozen(np.zeros((SIDE, SIDE), np.uint8))


def cost(before: Document, after: Document) -> int:
    """Bytes that undo keeps alive for this step: arrays of ``before`` that ``after`` no longer holds."""
    size = 0 if before.drawing is after.drawing else before.drawing.nbytes
    if before.typed is not None and before.typed is not after.typed:
        size += before.typed.nbytes
    for mine, theirs in ((before.weights, after.weights), (before.trained, after.trained)):
        if mine is not theirs:
            size += sum(a.nbytes for key, a in mine.items() if theirs.get(key) is not a)
    if before.classes is not after.classes:
        kept = {id(block) for c in after.classes for block in c.samples.blocks}
        mine_kept = {id(s) for c in after.classes for b in c.samples.blocks for s in b}
        size += sum(
            s.image.nbytes
            for c in before.classes
            for b in c.samples.blocks
            if id(b) not in kept
            for s in b
            if id(s) not in mine_kept
        )
    return size + 512
