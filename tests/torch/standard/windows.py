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


@like("transposedconv")
def transposed(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """ConvTranspose."""
    rank = len(shapes[0]) - 1
    cut = per_axis(op.padding, rank)
    return [node("ConvTranspose", ["input0", "weight", *named(op, "bias")], strides=per_axis(op.stride, rank),
                 pads=[*cut, *cut], output_padding=per_axis(op.output_padding, rank), group=op.groups,
                 dilations=per_axis(op.dilation, rank))]


def pooled(op: Any, shape: Shape) -> dict[str, Any]:
    """What the standard's poolings have in common."""
    rank = len(shape) - 1
    knobs = {"kernel_shape": per_axis(op.window, rank), "strides": per_axis(op.stride, rank),
             "ceil_mode": int(op.ceil)}
    if op.padding in ("same", "valid"):
        return knobs | {"auto_pad": {"same": "SAME_UPPER", "valid": "VALID"}[op.padding]}
    return knobs | {"pads": pads(sides(op, shape[1:], op.window))}


@like("maxpool")
def maxpool(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """MaxPool."""
    return [node("MaxPool", ["input0"], **pooled(op, shapes[0]), dilations=per_axis(op.dilation, len(shapes[0]) - 1))]


@like("meanpool")
def meanpool(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """AveragePool."""
    return [node("AveragePool", ["input0"], **pooled(op, shapes[0]), count_include_pad=int(op.counts_padding))]


@like("l2pool")
def l2pool(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """LpPool."""
    return [node("LpPool", ["input0"], **pooled(op, shapes[0]), p=2)]


@like("globalmaxpool", "globalmeanpool")
def whole(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """GlobalMaxPool, GlobalAveragePool."""
    return [node({"globalmaxpool": "GlobalMaxPool", "globalmeanpool": "GlobalAveragePool"}[op.kind], ["input0"])]
