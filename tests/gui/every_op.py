"""Any op of the engine in a small network around it, in 1, 2 or 3 dimensions or on a plain list."""

from __future__ import annotations

import dataclasses

import numpy as np

from app.model.document import Document, from_model
from app.model.timeline import Playhead
from cnncore.errors import CnnError
from cnncore.files.project import Model
from cnncore.network import INPUT, Network, Node
from cnncore.op import Op
from cnncore.ops import OPS, make_op
from cnncore.preprocess import Preprocess

SPACES = {0: (), 1: (16,), 2: (10, 10), 3: (6, 7, 8)}
# What a layer needs other than what it has at first, where it needs anything.
SETTINGS: dict[str, dict[str, object]] = {
    "conv": {"filters": 2, "stride": 2, "padding": 1, "dilation": 2, "groups": 2},
    "transposedconv": {"filters": 3, "stride": 2}, "groupnorm": {"groups": 2}, "lrn": {"size": 3, "alpha": 0.5},
    "dense": {"units": 6}, "pad": {"padding": 2}, "crop": {"cut": 2}, "prelu": {"per_channel": True},
}


def around(kind: str, rank: int, **settings: object) -> Document:
    """``it``, the op, on what ``a`` makes of the input (and ``b``, where it reads two), then ten scores.

    Args:
        kind: Of `OPS`.
        rank: Space axes of what the op reads; 0: a plain list.
        **settings: Of the op, in place of `SETTINGS`.

    Raises:
        CnnError: Where the op does not take so many axes.
    """
    op = make_op(kind, settings or SETTINGS.get(kind, {}))
    space = SPACES[rank]
    before = "conv" if rank else "dense"
    own = {"filters": 4, "kernel": 3, "padding": 1} if rank else {"units": 12}
    nodes = [Node("a", make_op(before, own), (INPUT,))]
    reads: tuple[str, ...] = ("a",)
    if kind == "unpool":  # its second input is what a pooling has read
        nodes.append(Node("b", make_op("maxpool", {}), ("a",)))
        reads = ("b", "a")
    elif op.arity > 1:
        nodes.append(Node("b", make_op(before, own), (INPUT,)))
        reads = ("a", "b")
    nodes.append(Node("it", op, reads))
    nodes += [Node("flat", make_op("flatten", {}), ("it",)), Node("scores", make_op("dense", {"units": 10}), ("flat",)),
              Node("probs", make_op("softmax", {}), ("scores",))]
    network = Network("test", (2, *space) if rank else (12,), tuple(nodes))
    rng = np.random.default_rng(5)
    weights = {key: np.asarray(value, np.float32) for key, value in network.start(3).items()}
    for key in op.parameter_shapes(*network.input_shapes("it")):  # none of them at a value that hides it
        start = weights[f"it.{key}"]
        if kind != "whiten" or key == "mean":
            weights[f"it.{key}"] = (np.abs(start + rng.normal(0, 0.3, start.shape)) + 0.1).astype(np.float32) \
                if key in ("running_var", "scale") else (start + rng.normal(0, 0.3, start.shape)).astype(np.float32)
    made = from_model(Model(network, weights, tuple("0123456789"), Preprocess(), {}))
    return dataclasses.replace(made, typed=rng.normal(0, 1, network.shapes[INPUT]).astype(np.float32))


def fits(kind: str, rank: int) -> bool:
    """True where the op takes so many axes."""
    try:
        around(kind, rank)
    except CnnError:
        return False
    return True


EVERY = [(kind, rank) for kind in OPS for rank in SPACES if fits(kind, rank)]


def op_of(document: Document) -> Op:
    """The layer that it is about."""
    return document.network.node("it").op


def heads(document: Document) -> list[Playhead]:
    """A cell in the middle of all that can be stepped of the op: output, gradients, learned and moved weights."""
    network = document.network
    op, inputs = op_of(document), network.input_shapes("it")
    out = [Playhead("it", _middle(network.shapes["it"]))]
    # A layer that only rearranges is not stepped backwards.
    out += [Playhead("it", _middle(shape), None, f"input{k}", "backward") for k, shape in enumerate(inputs)
            if op.kind != "flatten"]
    for key, shape in op.parameter_shapes(*inputs).items():
        if key not in op.running:
            out += [Playhead("it", _middle(shape), None, key, lane) for lane in ("backward", "update")]
    return out


def _middle(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n // 2 if k else min(1, n - 1) for k, n in enumerate(shape))
