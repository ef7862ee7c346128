"""A layer as a whole: what its numbers are like, which are dead or 0, and what each of its maps does to a class."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from app.model.document import Document
from app.model.results import Results
from app.model.timeline import Playhead
from cnncore.network import INPUT, Network, Pass
from cnncore.op import Array

MOST_SAMPLES = 512
BATCH = 16
SHUTS = ("relu", "hardsigmoid", "hardswish")  # kinds that are 0 wherever their input is low


@dataclass(frozen=True)
class LayerFacts:
    """Of all finite numbers of a layer; ``zero`` is the share that is exactly 0 in maps that speak, ``bad`` counts NaN
    and infinities."""

    low: float
    high: float
    mean: float
    deviation: float
    zero: float
    count: int
    bad: int = 0


def facts(values: Array, muted: frozenset[int] = frozenset()) -> LayerFacts:
    """Of (C, *G); numbers of muted maps count as all others, but not among the zeros."""
    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        return LayerFacts(np.nan, np.nan, np.nan, np.nan, 0.0, values.size, values.size)
    speaks = _speaking(values, muted)
    zero = float(np.count_nonzero(speaks == 0) / speaks.size) if speaks.size else 0.0
    return LayerFacts(float(finite.min()), float(finite.max()), float(finite.mean()), float(finite.std()), zero,
                      values.size, values.size - finite.size)


def _speaking(values: Array, muted: frozenset[int]) -> Array:
    out: Array = values[[k for k in range(len(values)) if k not in muted]] if muted else values
    return out


def dies(network: Network, node: str) -> bool:
    """True where a 0 means dead: the activation gives it in a whole range, in which its slope is 0 too."""
    if node == INPUT:
        return False
    op = network.node(node).op
    return op.kind in SHUTS or (op.kind == "hardtanh" and getattr(op, "low", -1.0) == 0)


def activity(values: Array) -> Array:
    """(C,) mean |value| of every map."""
    size = np.abs(values.reshape(len(values), -1))
    out: Array = np.where(np.isfinite(size), size, 0).mean(axis=1, dtype=np.float64)
    return out


def owner(network: Network, node: str) -> str | None:
    """The layer with weights whose maps these are: what is muted there is muted here. None: there is none."""
    while node != INPUT:
        one = network.node(node)
        shapes = network.input_shapes(node)
        if one.op.parameter_shapes(*shapes):
            return node
        own = network.shapes[node]
        if len(one.inputs) != 1 or len(shapes[0]) != len(own) or shapes[0][0] != own[0]:
            return None
        node = one.inputs[0]
    return None


def effects(results: Results, node: str, target: int) -> Generator[int, None, Array]:
    """(C,) how the class's score changes when a map of ``node`` is held at 0; yields after each map.

    Args:
        results: A pass.
        node: Before the scores, or the scores themselves.
        target: The class.
    """
    network, done = results.network, results.done
    values = done.outputs[node]
    before = float(done.outputs[network.scores].reshape(-1)[target])
    stale = network.stale_after({node}) - {node}
    out = np.zeros(values.shape[1])
    for k in range(values.shape[1]):
        if values[0, k].any():  # a silent map has no effect
            muted = values.copy()
            muted[0, k] = 0
            known = Pass(done.outputs, done.forwards | {node: done.forwards[node]._replace(output=muted)})
            after = network.forward(results.document.effective, done.outputs[INPUT], known=known, stale=stale)
            out[k] = float(after.outputs[network.scores].reshape(-1)[target]) - before
        yield k
    return out


def zero_in_samples(document: Document, node: str) -> Generator[int, None, tuple[float, int]]:
    """(share, samples): the numbers of a layer, but for muted maps, that are 0 for every sample of the document; yields
    after each batch."""
    network = document.network
    layer = owner(network, node)
    muted = frozenset(k for name, k in document.muted if name == layer)
    images = [sample.image for one in document.classes for sample in islice(one.samples, MOST_SAMPLES)][:MOST_SAMPLES]
    alive = np.zeros(network.shapes[node], bool)
    for start in range(0, len(images), BATCH):
        x = np.concatenate([document.preprocess.apply(image) for image in images[start:start + BATCH]])
        alive |= (network.forward(document.effective, x).outputs[node] != 0).any(axis=0)
        yield start
    speaks = _speaking(alive, muted)
    return (float(1 - speaks.mean()) if images and speaks.size else 0.0), len(images)


def class_chosen(network: Network, head: Playhead | None) -> int | None:
    """A click on a class's bar chooses it; any other number lets it go."""
    if head is None or head.lane != "forward" or head.node not in (network.scores, network.last):
        return None
    return head.map if head.map < network.shapes[network.scores][0] else None


def contributions(results: Results, node: str, target: int) -> Array | None:
    """(C,) weight × input: what each number of a list adds to a class's score; None where the scores do not read it."""
    network = results.network
    scores = network.node(network.scores)
    key = f"{scores.name}.weight"
    weight = results.document.effective.get(key)
    if scores.inputs != (node,) or weight is None or weight.ndim != 2:
        return None
    found: Array = weight[target] * results.values(node)
    return found
