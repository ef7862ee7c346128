"""Two orders of the same layers against the clock."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator, Sequence

import numpy as np

from cnncore.network import INPUT, Network
from cnncore.op import Shape
from cnncore.plan import Plan

SHAPE: Shape = (64, 112, 112)  # a layer of VGG: what is timed is work, not the cost of a call
ROUNDS = 31


def race(network: Network, orders: Sequence[Sequence[str]], shape: Shape = SHAPE, rounds: int = ROUNDS,
         ) -> Generator[int, None, list[float]]:
    """Milliseconds of each order, the least of ``rounds`` in turns, for what else the machine does only adds.

    Yields after each run.

    Args:
        network: Holds the layers, none of which has weights.
        orders: Names of layers that run one after another.
        shape: (C, *S) of the random numbers that go in.
        rounds: Of each order.
    """
    x = np.random.default_rng(0).standard_normal((1, *shape)).astype(np.float32)
    plans, took = [], [[] for _ in orders]  # type: list[Plan], list[list[float]]
    for names in orders:
        before, nodes = INPUT, []
        for name in names:
            nodes.append(dataclasses.replace(network.node(name), inputs=(before,)))
            before = name
        plans.append(Plan(Network("race", shape, tuple(nodes)), 1))
        plans[-1].run({}, x)  # the first run takes its memory
        yield len(plans)
    for k in range(rounds):
        for plan, times in zip(plans, took, strict=True):
            start = time.perf_counter()
            plan.run({}, x)
            times.append(1000 * (time.perf_counter() - start))
            yield k
    return [min(times) for times in took]
