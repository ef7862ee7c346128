"""The standard's norms, dropout, dense, shapes, and what reads several inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnncore.op import Shape
from tests.cnncore.cases import SAMPLES
from tests.torch.axes import pairs, per_axis
from tests.torch.standard.base import Node, Nodes, constant, like, named, node, reshaped


def weights(op: Any, shape: Shape) -> tuple[list[Node], list[str]]:
    """Names of weight and bias; ones and zeros where the op has none."""
    if op.learned:
        return [], ["weight", "bias"]
    return [constant("ones", np.ones(shape)), constant("zeros", np.zeros(shape))], ["ones", "zeros"]


@like("batchnorm")
def batchnorm(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """BatchNormalization, outside training."""
    made, names = weights(op, shapes[0][:1])
    return [*made, node("BatchNormalization", ["input0", *names, "running_mean", "running_var"], epsilon=op.epsilon)]


@like("layernorm")
def layernorm(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """LayerNormalization from axis 1."""
    made, names = weights(op, shapes[0])
    return [*made, node("LayerNormalization", ["input0", *names], axis=1, epsilon=op.epsilon)]


@like("groupnorm")
def groupnorm(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """GroupNormalization; InstanceNormalization where each channel is a group."""
    made, names = weights(op, shapes[0][:1])
    if op.groups == shapes[0][0] and len(shapes[0]) > 1:
        return [*made, node("InstanceNormalization", ["input0", *names], epsilon=op.epsilon)]
    return [*made, node("GroupNormalization", ["input0", *names], num_groups=op.groups, epsilon=op.epsilon)]


@like("lrn")
def lrn(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """LRN; of an even size its window lies otherwise than PyTorch's and ours.

    The reference takes maps of two axes only, and runs over as many channels as there are samples (onnx 1.23).
    """
    if op.size % 2 == 0 or shapes[0][0] != SAMPLES:
        return None
    return [*reshaped("input0", "maps", 0, 0, -1, 1),
            node("LRN", ["maps"], "damped", size=op.size, alpha=op.alpha, beta=op.beta, bias=op.k),
            *reshaped("damped", "output", 0, *shapes[0])]


@like("dropout", "spatialdropout")
def dropout(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Dropout outside training: nothing happens."""
    return [node("Dropout", ["input0"])]


@like("dense")
def dense(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Gemm."""
    return [node("Gemm", ["input0", "weight", *named(op, "bias")], transB=1)]


@like("flatten")
def flatten(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Flatten."""
    return [node("Flatten", ["input0"], axis=1)]


@like("reshape")
def reshape(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Reshape."""
    return reshaped("input0", "output", 0, *per_axis(op.shape, 1))


@like("pad")
def pad(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Pad, in all its modes."""
    around = pairs(op.padding, len(shapes[0]) - 1)
    ends = [0, 0, *(a for a, _ in around), 0, 0, *(b for _, b in around)]
    made, names = [constant("around", np.array(ends, np.int64))], ["input0", "around"]
    if op.mode == "zeros":
        made, names = [*made, constant("value", np.array(float(op.value)))], [*names, "value"]
    modes = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    return [*made, node("Pad", names, mode=modes[op.mode])]


@like("crop")
def crop(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Slice."""
    around, space = pairs(op.cut, len(shapes[0]) - 1), shapes[0][1:]
    parts = {"starts": [a for a, _ in around], "ends": [n - b for n, (_, b) in zip(space, around, strict=True)],
             "axes": list(range(2, 2 + len(space)))}
    return [*(constant(name, np.array(value, np.int64)) for name, value in parts.items()),
            node("Slice", ["input0", *parts])]


@like("add")
def add(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Sum."""
    return [node("Sum", [f"input{k}" for k in range(len(shapes))])]


@like("multiply")
def multiply(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Mul, one after the other."""
    out, last = [], "input0"
    for k in range(1, len(shapes)):
        name = "output" if k == len(shapes) - 1 else f"product{k}"
        out.append(node("Mul", [last, f"input{k}"], name))
        last = name
    return out


@like("concat")
def concat(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Concat along the channels."""
    return [node("Concat", [f"input{k}" for k in range(len(shapes))], axis=1)]
