"""The standard's convolutions and poolings."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnncore.op import Shape
from tests.torch.axes import per_axis, sides
from tests.torch.standard.base import Node, Nodes, constant, like, named, node

MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
LAST = np.iinfo(np.int64).min  # where a slice that runs backwards ends: before the first


def pads(around: list[tuple[int, int]]) -> list[int]:
    """All beginnings, then all ends."""
    return [*(a for a, _ in around), *(b for _, b in around)]


def flipped(rank: int) -> list[Node]:
    """The kernels turned by 180 degrees, as ``"turned"``."""
    parts = {"starts": [-1] * rank, "ends": [LAST] * rank, "axes": list(range(2, 2 + rank)), "steps": [-1] * rank}
    return [*(constant(name, np.array(value, np.int64)) for name, value in parts.items()),
            node("Slice", ["weight", *parts], "turned")]


@like("conv")
def conv(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Conv; auto_pad where the padding is a word, Pad before it for other cells than zeros."""
    rank = len(shapes[0]) - 1
    knobs: dict[str, Any] = {"strides": per_axis(op.stride, rank), "dilations": per_axis(op.dilation, rank),
                             "group": op.groups}
    before, source = [], "input0"
    around = sides(op, shapes[0][1:], op.kernel)
    if op.mode != "zeros":
        ends = pads([(0, 0), (0, 0), *around])
        before, source = [constant("around", np.array(ends, np.int64)),
                          node("Pad", ["input0", "around"], "wide", mode=MODES[op.mode])], "wide"
    elif op.padding in ("same", "valid"):
        knobs["auto_pad"] = {"same": "SAME_UPPER", "valid": "VALID"}[op.padding]
    else:
        knobs["pads"] = pads(around)
    weight = "turned" if op.flip else "weight"
    return [*before, *(flipped(rank) if op.flip else []),
            node("Conv", [source, weight, *named(op, "bias")], **knobs)]


@like("maxpool", "meanpool")
def pool(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """MaxPool, AveragePool."""
    rank = len(shapes[0]) - 1
    around, strides = pads(sides(op, shapes[0][1:], op.window)), per_axis(op.stride, rank)
    knobs = {"kernel_shape": per_axis(op.window, rank), "strides": strides}
    if op.kind == "meanpool":
        return [node("AveragePool", ["input0"], **knobs, pads=around, count_include_pad=1)]
    if set(strides) != {1}:
        return [node("MaxPool", ["input0"], **knobs, pads=around)]
    # With strides of 1 the reference forgets the padding (onnx 1.23), so it stands before it.
    ends = np.array([0, 0, *around[:rank], 0, 0, *around[rank:]], np.int64)
    return [constant("ends", ends), constant("least", np.array(-np.inf)),
            node("Pad", ["input0", "ends", "least"], "wide"), node("MaxPool", ["wide"], **knobs)]
