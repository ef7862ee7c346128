"""What the network makes of the document: one forward pass, kept up to date from the first node that changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from app.model.document import Document
from cnncore.losses import Loss
from cnncore.network import INPUT, Gradients, Network, Pass
from cnncore.op import Array, Run
from cnncore.optimizers import clip
from cnncore.plan import Plan

SILENT = np.errstate(all="ignore")  # NaN and infinity are numbers to look at, each with its cross: nothing to warn of


@dataclass(frozen=True, eq=False)
class Results:
    """One sample through the network.

    Args:
        document: What was computed; its weights are those of ``done``.
        done: The forward pass, arrays (1, C, *G).
        stale: Nodes computed anew, against the results before (all of them at first).
        said: The class that the person said the drawing is; None: the prediction is assumed.
        plan: What ran the pass; the next results take it over while the network is the same. None: the ops themselves.
    """

    document: Document
    done: Pass
    stale: frozenset[str]
    said: int | None = None
    plan: Plan | None = None

    @property
    def network(self) -> Network:
        """The document's."""
        return self.document.network

    def values(self, node: str) -> Array:
        """(C, *G) of one node, or of ``"input"``."""
        out: Array = self.done.outputs[node][0]
        return out

    @cached_property
    @SILENT
    def probabilities(self) -> Array:
        """(classes,) what the softmax at the end gives; where there is none, what it would make of the scores."""
        given = self.values(self.network.last).reshape(-1)
        if self.network.scores != self.network.last:
            return given
        powers = np.exp(given - given.max(initial=-np.inf))
        shares: Array = powers / powers.sum()
        return shares

    @cached_property
    def order(self) -> list[int]:
        """Classes from the most to the least probable; ties in their own order."""
        return [int(k) for k in np.argsort(-self.probabilities, kind="stable")]

    @property
    def blank(self) -> bool:
        """True while nothing is drawn: there is no answer to give. Typed zeros are numbers as good as others."""
        return self.document.typed is None and not self.done.outputs[INPUT].any()

    @property
    def target(self) -> int:
        """The class that the loss takes for right: the one that was said, else the prediction."""
        return self.order[0] if self.said is None or self.said >= len(self.order) else self.said

    @cached_property
    @SILENT
    def loss(self) -> float:
        """Of this one sample, by the loss of the document's training."""
        return self._loss.value(self._scores, np.array([self.target]))

    @cached_property
    @SILENT
    def gradients(self) -> Gradients:
        """Of `loss`, by every number of the pass and every weight; computed when first asked for."""
        scores = self.done.outputs[self.network.scores]
        grad = self._loss.gradient(self._scores, np.array([self.target])).astype(scores.dtype)
        return self.network.backward(self.document.effective, self.done, grad.reshape(scores.shape))

    @property
    def _loss(self) -> Loss:
        return self.document.training.settings.loss_made()

    @property
    def _scores(self) -> Array:
        """(1, classes) float64: of an answer that is nearly sure, p − 1 would keep no digit in float32."""
        scores = self.done.outputs[self.network.scores]
        return scores.reshape(1, -1).astype(np.float64)

    def step_of(self, key: str) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array], Any]:
        """(weights, gradients, state, optimiser) of one weight array, before the step that the timeline shows.

        The state is that of a first step: nothing has moved yet. The gradients are clipped as in training.
        """
        optimizer = self.document.settings.optimizer_made()
        weights = {key: self.document.effective[key]}
        return weights, {key: self._clipped[key]}, optimizer.start(weights), optimizer

    @cached_property
    def _clipped(self) -> Mapping[str, Array]:
        settings, gradients = self.document.training.settings, self.gradients.weights
        clips = settings.clip_value or settings.clip_norm
        return clip(gradients, settings.clip_value, settings.clip_norm) if clips else gradients

    def updated(self, key: str) -> Array:
        """A weight array after one step down this sample's gradient; computed when first asked for."""
        if key not in self._updated:
            weights, gradients, state, optimizer = self.step_of(key)
            self._updated[key] = optimizer.step(weights, gradients, state)[0][key]
        return self._updated[key]

    @cached_property
    def _updated(self) -> dict[str, Array]:
        return {}

    @cached_property
    def traces(self) -> dict[Any, Any]:
        """What `app.model.frames.trace_of` has made of these results lately."""
        return {}

    def run(self, node: str, backward: bool = False) -> Run:
        """One node, ready for its op's `trace`."""
        return self.network.run(self.document.effective, node, self.done, self.gradients if backward else None)


def changed(before: Document, after: Document) -> set[str] | None:
    """Names of the nodes (or ``"input"``) whose own inputs differ; None when everything does."""
    if before.network is not after.network:
        return None
    names: set[str] = set()
    if before.typed is not after.typed or (
        after.typed is None and (before.drawing is not after.drawing or before.preprocess != after.preprocess)
    ):
        names.add(INPUT)
    if before.weights is not after.weights or before.muted != after.muted:
        names |= _changed_layers(before.effective, after.effective)
    return names


def _changed_layers(before: Mapping[str, Array], after: Mapping[str, Array]) -> set[str]:
    return {key.split(".")[0] for key, value in after.items() if before.get(key) is not value}


@SILENT
def compute(document: Document, before: Results | None = None, said: int | None = None) -> Results:
    """Run the network, taking over from ``before`` what cannot have changed.

    Args:
        document: What is computed.
        before: Earlier results.
        said: See `Results`.
    """
    names = changed(before.document, document) if before is not None else None
    network, weights = document.network, document.effective
    known, stale = None, {INPUT, *network.shapes}
    if before is not None and names is not None:
        known, stale = before.done, network.stale_after(names)
    x = prepared(document) if known is None or INPUT in stale else known.outputs[INPUT]
    if x.dtype != np.float32:
        return Results(document, network.forward(weights, x, known=known, stale=stale), frozenset(stale), said)
    plan = before.plan if before is not None and before.network is network else None
    plan = plan or Plan(network, 1)
    return Results(document, plan.run(weights, x, known=known, stale=stale), frozenset(stale), said, plan)


def prepared(document: Document) -> Array:
    """The network's input (1, C, *S): the numbers that were typed, or what is made from the raw drawing."""
    if document.typed is not None:
        return document.typed[None]
    return document.preprocess.apply(document.drawing)
