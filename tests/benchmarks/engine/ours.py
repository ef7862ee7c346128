"""ConvScope's side: tasks over a file of arrays, through the public API, (N, C, *S) in and out. See `worker`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import cnncore
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
    """One step: forward, cross-entropy, backward, and the update of one flat vector of weights."""
    data = dict(np.load(file))
    net, x, labels = network(spec), data["x"], data["labels"]
    plan, loss = Plan(net, len(x)), cnncore.CrossEntropy()
    start = _weights(net, data)
    flat = np.concatenate([value.ravel() for value in start.values()])
    weights, at = {}, 0
    for key, value in start.items():
        weights[key] = flat[at:at + value.size].reshape(value.shape)
        at += value.size
    speed, moved = np.zeros_like(flat), np.empty_like(flat)
    momentum, rate = np.float32(MOMENTUM), np.float32(RATE)

    def step() -> float:
        done = plan.train(weights, x, labels, loss)
        np.multiply(speed, momentum, out=speed)
        np.add(speed, done.flat, out=speed)
        np.multiply(speed, rate, out=moved)
        np.subtract(flat, moved, out=flat)
        return float(done.loss)

    def answer() -> Answer:
        losses = np.array([step() for _ in range(3)])
        return {"losses": losses} | {f"w{k}": value.copy() for k, value in enumerate(weights.values())}

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
