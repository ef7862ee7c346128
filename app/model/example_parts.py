"""What worked examples are written with: layers with kernels made by hand, and an input typed as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.model.document import Document, blank
from app.model.samples import frozen
from cnncore.network import INPUT, Network, Node
from cnncore.op import Array
from cnncore.ops import make_op
from cnncore.preprocess import Preprocess


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer of an example.

    Args:
        name: Of the node.
        kind: Of the op.
        settings: Of the op.
        weight: Its numbers, in the op's shape or in one that has as many.
        bias: Its numbers; None: the layer has none.
        reads: Names of what it reads; empty: the layer before.
        preset: Key of the ready kernel that every filter is, or empty.
    """

    name: str
    kind: str
    settings: dict[str, Any]
    weight: Array | None = None
    bias: tuple[float, ...] | None = None
    reads: tuple[str, ...] = ()
    preset: str = ""


def conv(name: str, weight: Any, bias: tuple[float, ...] | None = None, reads: str = "", preset: str = "",
         **settings: Any) -> Layer:
    """A convolution with ``weight`` (F, C, *K); of a kernel alone, one filter that reads one channel."""
    numbers = np.asarray(weight, np.float64)
    facts = {"filters": len(numbers), "kernel": numbers.shape[2:], "bias": bias is not None, **settings}
    return Layer(name, "conv", facts, numbers, bias, (reads,) if reads else (), preset)


def other(name: str, kind: str, *reads: str, **settings: Any) -> Layer:
    """A layer without weights."""
    return Layer(name, kind, settings, reads=reads)


def project(name: str, values: Any, *layers: Layer, labels: tuple[str, ...] = ()) -> Document:
    """The document of an example: ``values`` (C, *S) is its input, ``name`` its letters."""
    typed = frozen(np.asarray(values, np.float32))
    nodes, before = [], INPUT
    for layer in layers:
        nodes.append(Node(layer.name, make_op(layer.kind, layer.settings), layer.reads or (before,)))
        before = layer.name
    network = Network(name, typed.shape, tuple(nodes))
    weights: dict[str, Array] = {}
    names: dict[tuple[str, int, int], str] = {}
    for layer in layers:
        if layer.weight is None:
            continue
        shape = network.parameter_shapes[f"{layer.name}.weight"]
        weights[f"{layer.name}.weight"] = frozen(layer.weight.reshape(shape).astype(np.float32))
        if layer.bias is not None:
            weights[f"{layer.name}.bias"] = frozen(np.array(layer.bias, np.float32))
        if layer.preset:
            names |= {(layer.name, f, c): layer.preset for f in range(shape[0]) for c in range(shape[1])}
    network.check_weights(weights)
    return Document(network, weights, weights, labels, Preprocess(), blank(), kernel_names=names, typed=typed,
                    trained_names=names)


def rows(text: str) -> Array:
    """(1, H, W) of rows of numbers: separated by spaces, or digits in a row where nothing separates them."""
    lines = [line.split() if " " in line.strip() else list(line.strip()) for line in text.strip().splitlines()]
    out: Array = np.array(lines, np.float64)[None]
    return out
