"""A whole network in PyTorch, node by node through `counterparts`, with the same names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from cnncore.network import INPUT, Network, Pass
from cnncore.op import Array
from tests.torch.counterparts import COUNTERPARTS, About


def tensors(network: Network, weights: Mapping[str, Array]) -> dict[str, Any]:
    """Copies of the weights; those that have a gradient ask for it."""
    return {key: torch.tensor(value, requires_grad=key not in network.running) for key, value in weights.items()}


def run(network: Network, weights: Mapping[str, Any], x: Any, done: Pass,
        training: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """(outputs by node and ``"input"``, new running values by full name).

    Args:
        network: Ours.
        weights: As `tensors` gives them.
        x: (N, C, *S) tensor.
        done: Our own pass over the same ``x``, for what was drawn in it.
        training: The mode.
    """
    outputs, state = {INPUT: x}, {}
    for node in network.nodes:
        own = {key.split(".", 1)[1]: value for key, value in weights.items() if key.split(".")[0] == node.name}
        about = About(training, done.forwards[node.name])
        found = COUNTERPARTS[node.op.kind](node.op, [outputs[name] for name in node.inputs], own, about)
        outputs[node.name], new = found if isinstance(found, tuple) else (found, {})
        state.update({f"{node.name}.{key}": value for key, value in new.items()})
    return outputs, state
