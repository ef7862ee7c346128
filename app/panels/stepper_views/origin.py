"""Through the nodes that only rearrange, to the cell that a person can look at."""

from __future__ import annotations

import numpy as np

from app.model.playback import SKIPPED, Playhead
from cnncore.network import INPUT, Network


def origin(network: Network, node: str, index: tuple[int, ...]) -> Playhead:
    """``flatten[37]`` is ``pool2[2, 1, 1]``."""
    while node != INPUT and network.node(node).op.kind in SKIPPED:
        one = network.node(node)
        region = one.op.reads(index, *network.input_shapes(node))[0]
        if region is None:
            break
        node, index = one.inputs[0], tuple(start for start, _, _ in region)
    return Playhead(node, tuple(int(i) for i in index))


def origins(network: Network, node: str, cells: np.ndarray) -> list[Playhead]:
    """`origin` of many."""
    return [origin(network, node, tuple(cell)) for cell in cells.tolist()]
