"""What the network makes of the document: one forward pass, kept up to date from the first node that changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.model.document import Document
from cnncore.network import INPUT, Gradients, Network, Pass
from cnncore.op import Array, Run


@dataclass(frozen=True, eq=False)
class Results:
    """One sample through the network.

    Args:
        document: What was computed; its weights are those of ``done``.
        done: The forward pass, arrays (1, C, *G).
        stale: Nodes computed anew, against the results before (all of them at first).
    """

    document: Document
    done: Pass
    stale: frozenset[str]

    @property
    def network(self) -> Network:
        """The document's."""
        return self.document.network

    def values(self, node: str) -> Array:
        """(C, *G) of one node, or of ``"input"``."""
        out: Array = self.done.outputs[node][0]
        return out

    @cached_property
    def probabilities(self) -> Array:
        """(classes,) the last node's output: shares after a softmax."""
        return self.values(self.network.last).reshape(-1)

    @cached_property
    def order(self) -> list[int]:
        """Classes from the most to the least probable; ties in their own order."""
        return [int(k) for k in np.argsort(-self.probabilities, kind="stable")]

    @property
    def blank(self) -> bool:
        """True while the input holds nothing: there is no answer to give."""
        return not self.done.outputs[INPUT].any()

    @cached_property
    def gradients(self) -> Gradients:
        """Of the cross-entropy loss, the predicted class being the assumed target; computed when first asked for."""
        scores = self.done.outputs[self.network.scores]
        shifted = np.exp(scores - scores.max())
        grad = (shifted / shifted.sum()).astype(scores.dtype)
        grad.reshape(-1)[self.order[0]] -= 1
        return self.network.backward(self.document.effective, self.done, grad)

    def run(self, node: str, backward: bool = False) -> Run:
        """One node, ready for its op's `trace`."""
        return self.network.run(self.document.effective, node, self.done, self.gradients if backward else None)


def changed(before: Document, after: Document) -> set[str] | None:
    """Names of the nodes (or ``"input"``) whose own inputs differ; None when everything does."""
    if before.network is not after.network:
        return None
    names: set[str] = set()
    if before.drawing is not after.drawing or before.preprocess != after.preprocess:
        names.add(INPUT)
    if before.weights is not after.weights or before.muted != after.muted:
        names |= _changed_layers(before.effective, after.effective)
    return names


def _changed_layers(before: Mapping[str, Array], after: Mapping[str, Array]) -> set[str]:
    return {key.split(".")[0] for key, value in after.items() if before.get(key) is not value}


def compute(document: Document, before: Results | None = None) -> Results:
    """Run the network, taking over from ``before`` what cannot have changed."""
    names = changed(before.document, document) if before is not None else None
    network = document.network
    if before is None or names is None:
        return Results(
            document, network.forward(document.effective, prepared(document)), frozenset([INPUT, *network.shapes])
        )
    stale = network.stale_after(names)
    x = prepared(document) if INPUT in stale else before.done.outputs[INPUT]
    return Results(document, network.forward(document.effective, x, known=before.done, stale=stale), frozenset(stale))


def prepared(document: Document) -> Array:
    """The network's input (1, C, *S) made from the raw drawing."""
    return document.preprocess.apply(document.drawing)
