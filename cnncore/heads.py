"""The last layer fitted to other classes; a class that stays keeps what was learned of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from cnncore.errors import CnnError
from cnncore.network import Network, Weights
from cnncore.op import Array


def check_classes(labels: Sequence[str]) -> None:
    """`CnnError` for fewer than two classes, or two of one name."""
    if len(labels) < 2:
        raise CnnError("classes.few", "A network needs at least two classes to tell apart; there are {count}.",
                       count=len(labels))
    for k, label in enumerate(labels):
        if label in labels[:k]:
            raise CnnError("classes.twice", "The class {label!r} is there twice. Give one of them another name.",
                           label=label)


def adapt_head(network: Network, weights: Weights, old_labels: Sequence[str], new_labels: Sequence[str],
               seed: int) -> tuple[Network, dict[str, Array]]:
    """Resize the last dense layer to ``new_labels``; rows whose label stays keep their weights, new rows are drawn.

    Args:
        network: Its scores come from a dense layer.
        weights: Of ``network``; not written to.
        old_labels: One a score, in order.
        new_labels: In the order the new scores shall have.
        seed: Draws the new rows, as `Network.start` would.

    Returns:
        The network and its weights; all layers before the head share their arrays with ``weights``.
    """
    network.check_weights(weights)
    check_classes(new_labels)
    head = network.node(network.scores)
    if head.op.kind != "dense":
        raise CnnError("head.kind", "The scores come from {layer}, which is of kind {kind}; only a dense layer can "
                       "take other classes.", layer=head.name, kind=head.op.kind)
    if len(old_labels) != head.op.settings()["units"]:
        raise CnnError("head.labels", "{layer} gives {units} scores, but {count} labels are named.",
                       layer=head.name, units=head.op.settings()["units"], count=len(old_labels))
    if tuple(old_labels) == tuple(new_labels):
        return network, dict(weights)
    nodes = tuple(dataclasses.replace(n, op=n.op.but(units=len(new_labels))) if n is head else n for n in network.nodes)
    fitted = Network(network.name, network.input_shape, nodes)
    drawn, k = {}, nodes.index(next(n for n in nodes if n.name == head.name))
    rng = np.random.default_rng([seed, k])
    for key, start in fitted.nodes[k].op.start(rng, *fitted.input_shapes(head.name)).items():
        rows = start.astype(weights[f"{head.name}.{key}"].dtype)
        for row, label in enumerate(new_labels):
            if label in old_labels:
                rows[row] = weights[f"{head.name}.{key}"][list(old_labels).index(label)]
        drawn[f"{head.name}.{key}"] = rows
    return fitted, {**weights, **drawn}
