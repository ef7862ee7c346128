"""Large batches in pieces that stay in the cache."""

from __future__ import annotations

from cnncore.losses import Loss
from cnncore.network import Network

MEANS = {"cross_entropy", "mse", "mae", "huber", "hinge", "binary_cross_entropy"}


def piece_size(network: Network, purpose: str) -> int:
    """How many samples at a time."""
    return 32 if purpose == "every" else 64


def divides(network: Network) -> bool:
    """True where a training pass may take the samples in pieces: no op looks across them or draws at random."""
    return not any(node.op.across or node.op.running or "drop" in node.op.kind for node in network.nodes)


def mean_of_samples(loss: Loss) -> bool:
    """True where the loss is known to be the mean over the samples, so that pieces add up."""
    return loss.kind in MEANS and "weights" not in "".join(loss.settings())
