"""Which nodes stand alone and which become one kernel: a network as a list of units."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from cnncore.network import Network, Node
from cnncore.plan.cellwise import CURVES, cellwise, concat
from cnncore.plan.conv_outer import conv
from cnncore.plan.dense import dense
from cnncore.plan.elementwise import flatten, relu, softmax
from cnncore.plan.kernel import Kernel, Site
from cnncore.plan.pool import globalmeanpool, maxpool, meanpool

KERNELS: dict[str, Callable[[Site], Kernel | None]] = {
    "conv": conv, "relu": relu, "maxpool": maxpool, "meanpool": meanpool, "flatten": flatten, "dense": dense,
    "softmax": softmax, "globalmeanpool": globalmeanpool, "concat": concat, **dict.fromkeys(CURVES, cellwise),
}


class Unit(NamedTuple):
    """A node, or a convolution with the ReLU and the pooling after it."""

    nodes: tuple[Node, ...]

    @property
    def head(self) -> Node:
        """The one with the inputs and the weights."""
        return self.nodes[0]

    @property
    def name(self) -> str:
        """Of the output."""
        return self.nodes[-1].name

    @property
    def pool(self) -> Node | None:
        """The max pooling in it, if there is one."""
        return next((node for node in self.nodes if node.op.kind == "maxpool"), None)


def upstream(network: Network, names: Collection[str]) -> set[str]:
    """The named nodes and all that they read, directly or not."""
    found = set(names)
    for node in reversed(network.nodes):
        if node.name in found:
            found.update(node.inputs)
    return found


def needed(network: Network) -> set[str]:
    """What a training pass runs: all that the scores come from, and all whose running weights follow the data."""
    running = [node.name for node in network.nodes if node.op.running]
    return upstream(network, [network.scores, *running])


def learning(network: Network) -> set[str]:
    """Nodes whose output depends on a weight with a gradient: the others need no gradient either."""
    found: set[str] = set()
    for node in network.nodes:
        own = set(node.op.parameter_shapes(*network.input_shapes(node.name))) - set(node.op.running)
        if own or found.intersection(node.inputs):
            found.add(node.name)
    return found


def units(network: Network, wanted: Collection[str], joined: bool) -> list[Unit]:
    """The ``wanted`` nodes in order; with ``joined``, convolution, ReLU and max pooling in one where that is possible.

    A unit of several is a proposal: its kernel may refuse it, and then it is taken apart again.
    """
    found: list[Unit] = []
    taken: set[str] = set()
    for node in network.nodes:
        if node.name in taken or node.name not in wanted:
            continue
        unit = Unit((node,))
        if joined and node.op.kind == "conv":
            unit = _longest(network, node, wanted)
        taken.update(one.name for one in unit.nodes)
        found.append(unit)
    return found


def _longest(network: Network, node: Node, wanted: Collection[str]) -> Unit:
    nodes = [node]
    while len(nodes) < 3:
        after = [network.node(name) for name in network.consumers(nodes[-1].name) if name in wanted]
        kinds = {one.op.kind for one in nodes}
        if len(after) != 1 or nodes[-1].name == network.scores or after[0].inputs != (nodes[-1].name,):
            break
        if after[0].op.kind not in {"relu", "maxpool"} - kinds:
            break
        nodes.append(after[0])
    while len(nodes) > 1 and not any(one.op.kind == "maxpool" for one in nodes):
        nodes.pop()
    return Unit(tuple(nodes))
