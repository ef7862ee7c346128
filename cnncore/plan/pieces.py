"""Large batches in pieces that stay in the cache."""

from __future__ import annotations

from cnncore.losses import LOSSES, Loss
from cnncore.network import Network


def piece_size(network: Network, purpose: str) -> int:
    """How many samples at a time."""
    return 64 if purpose == "scores" else 32


def divides(network: Network) -> bool:
    """True where a training pass may take the samples in pieces: no op looks across them or draws at random."""
    return not any(node.op.across or node.op.running or "drop" in node.op.kind for node in network.nodes)


def mean_of_samples(loss: Loss) -> bool:
    """True where the loss is known to be the mean over the samples, so that pieces add up: not with class weights."""
    plain = type(loss)()
    return loss.kind in LOSSES and all(
        value == getattr(plain, name) for name, value in loss.settings().items() if "weight" in name)
