"""The standard's convolutions and poolings."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnncore.op import Shape
from tests.torch.axes import overhanging, per_axis, sides
from tests.torch.standard.base import Node, Nodes, constant, like, named, node, reshaped

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
    """ConvTranspose; of groups the reference cuts the kernels along their filters, not their channels (onnx 1.23)."""
    rank = len(shapes[0]) - 1
    cut = per_axis(op.padding, rank)
    if op.groups > 1:
        return None
    return [node("ConvTranspose", ["input0", "weight", *named(op, "bias")], strides=per_axis(op.stride, rank),
                 pads=[*cut, *cut], output_padding=per_axis(op.output_padding, rank),
                 dilations=per_axis(op.dilation, rank))]


def pooled(op: Any, shape: Shape) -> dict[str, Any]:
    """What the standard's poolings have in common.

    The reference knows auto_pad only without ceil_mode, and where windows are no smaller than their stride.
    """
    rank = len(shape) - 1
    window, stride = per_axis(op.window, rank), per_axis(op.stride, rank)
    knobs = {"kernel_shape": window, "strides": stride, "ceil_mode": int(op.ceil)}
    if op.padding in ("same", "valid") and not op.ceil and all(k >= s for k, s in zip(window, stride, strict=True)):
        return knobs | {"auto_pad": {"same": "SAME_UPPER", "valid": "VALID"}[op.padding]}
    return knobs | {"pads": pads(sides(op, shape[1:], op.window))}


def hangs_over(op: Any, shape: Shape) -> bool:
    """Whether a last window hangs over the end, whose missing cells the reference counts as cells."""
    around = sides(op, shape[1:], op.window)
    return overhanging(op, shape[1:], around) != around


@like("maxpool")
def maxpool(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """MaxPool. With strides and dilations of 1 the reference forgets the padding, so it stands before it."""
    rank = len(shapes[0]) - 1
    dilation, around = per_axis(op.dilation, rank), pads(sides(op, shapes[0][1:], op.window))
    if {*per_axis(op.stride, rank), *dilation} != {1}:
        return [node("MaxPool", ["input0"], **pooled(op, shapes[0]), dilations=dilation)]
    ends = np.array([0, 0, *around[:rank], 0, 0, *around[rank:]], np.int64)
    return [constant("ends", ends), constant("least", np.array(-np.inf)),
            node("Pad", ["input0", "ends", "least"], "wide"),
            node("MaxPool", ["wide"], kernel_shape=per_axis(op.window, rank))]


@like("meanpool")
def meanpool(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """AveragePool."""
    if hangs_over(op, shapes[0]):
        return None
    return [node("AveragePool", ["input0"], **pooled(op, shapes[0]), count_include_pad=int(op.counts_padding))]


@like("l2pool")
def l2pool(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """LpPool."""
    if hangs_over(op, shapes[0]):
        return None
    return [node("LpPool", ["input0"], **pooled(op, shapes[0]), p=2)]


@like("globalmaxpool", "globalmeanpool")
def whole(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """GlobalMaxPool, of which the reference knows two space axes only, and GlobalAveragePool."""
    if op.kind == "globalmeanpool":
        return [node("GlobalAveragePool", ["input0"])]
    return [*reshaped("input0", "maps", 0, 0, -1, 1), node("GlobalMaxPool", ["maps"], "most"),
            *reshaped("most", "output", 0, 0, *(1,) * (len(shapes[0]) - 1))]
