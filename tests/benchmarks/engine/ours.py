"""ConvScope's side: tasks over a file of arrays, through the public API, (N, C, *S) in and out. See `worker`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import cnncore
from cnncore.flat import ALL, Flat
from cnncore.network import Network, chain
from cnncore.op import Array
from cnncore.plan import Plan
from tests.benchmarks.engine.specs import Spec

RATE, MOMENTUM = 1e-3, 0.9
Answer = dict[str, Array]


def network(spec: Spec) -> Network:
    """The graph of a spec; layers are named by kind and place."""
    layers = [(f"{kind}{k}", cnncore.make_op(kind, settings)) for k, (kind, settings) in enumerate(spec.layers)]
    return chain("benchmark", spec.shape, layers)


def arrays(spec: Spec, samples: int) -> dict[str, Array]:
    """What both sides work on: ``x``, ``labels`` and the weights ``w0``, ``w1``, … in the order of the layers."""
    net, rng = network(spec), np.random.default_rng(0)
    x = rng.standard_normal((samples, *spec.shape), np.float32)  # masks of a constant array would be guessed right
    out = {"x": x, "labels": rng.integers(0, 10, samples)}
    return out | {f"w{k}": value for k, value in enumerate(net.start(0).values())}


def _weights(net: Network, data: dict[str, Array]) -> dict[str, Array]:
    return {key: data[f"w{k}"] for k, key in enumerate(net.parameter_shapes)}


def fast(spec: Spec, samples: int) -> dict[str, bool]:
    """Which nodes take the fast path."""
    return dict(Plan(network(spec), samples).fast)


def train(spec: Spec, file: Path) -> tuple[Callable[[], Any], Callable[[], Answer]]:
    """One step as `cnncore.training` does it: the plan's gradient, then the optimiser over one flat vector."""
    data = dict(np.load(file))
    net, x, labels = network(spec), data["x"], data["labels"]
    plan, loss, rule = Plan(net, len(x)), cnncore.CrossEntropy(), cnncore.SGD(learning_rate=RATE, momentum=MOMENTUM)
    flat, start = Flat(net.parameter_shapes), _weights(net, data)
    vector, state = flat.pack(start), flat.pack_state(rule.start(start))

    def step() -> float:
        nonlocal vector, state
        done = plan.train(flat.views(vector), x, labels, loss)
        moved, state = rule.step({ALL: vector}, {ALL: done.flat}, state)
        vector = moved[ALL]
        return done.loss

    def answer() -> Answer:
        losses = np.array([step() for _ in range(3)])
        return {"losses": losses} | {f"w{k}": value for k, value in enumerate(flat.views(vector).values())}

    return step, answer


def forward(spec: Spec, file: Path) -> tuple[Callable[[], Any], Callable[[], Answer]]:
    """Every activation."""
    data = dict(np.load(file))
    net, x = network(spec), data["x"]
    plan, weights = Plan(net, len(x)), _weights(net, data)

    def answer() -> Answer:
        outputs = plan.forward(weights, x)
        return {f"a{k}": outputs[name] for k, name in enumerate(node.name for node in net.nodes)}

    return lambda: plan.forward(weights, x), answer


def scores(spec: Spec, file: Path) -> tuple[Callable[[], Any], Callable[[], Answer]]:
    """The last output alone."""
    data = dict(np.load(file))
    net, x = network(spec), data["x"]
    plan, weights = Plan(net, len(x)), _weights(net, data)
    return lambda: plan.scores(weights, x), lambda: {"a0": plan.scores(weights, x)}


def peak(side: int = 1024) -> tuple[Callable[[], Any], Callable[[], Answer]]:
    """A large square product: what this machine's BLAS reaches."""
    a = np.random.default_rng(0).standard_normal((side, side), np.float32)
    out = np.empty_like(a)
    return lambda: np.matmul(a, a, out=out), dict
