"""Large batches in pieces that stay in the cache."""

from __future__ import annotations

import math

from cnncore.network import Network

MOST = {"train": 32, "every": 32, "scores": 64}  # measured on LeNet: fewer pay for their calls, more leave the cache
ROOM = 1 << 25  # numbers that a piece may take: 128 MB


def piece_size(network: Network, purpose: str) -> int:
    """How many samples at a time: what stays in the cache for small networks, and in bounds for large ones."""
    return max(1, min(MOST[purpose], ROOM // max(1, numbers(network))))


def numbers(network: Network) -> int:
    """About how many numbers a kernel's buffers hold for one sample: outputs, and inputs spread out along a kernel."""
    count = 0
    for node in network.nodes:
        count += math.prod(network.shapes[node.name])
        weight = node.op.parameter_shapes(*network.input_shapes(node.name)).get("weight", ())
        if len(weight) > 2:
            count += math.prod(network.shapes[node.inputs[0]]) * weight[-1]
    return count


def divides(network: Network) -> bool:
    """True where a training pass may take the samples in pieces: no op looks across them or draws at random."""
    return not any(node.op.across or node.op.running or node.op.draws for node in network.nodes)
