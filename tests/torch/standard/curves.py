"""The standard's activations."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto

from cnncore.op import Shape
from tests.torch.standard.base import Nodes, constant, like, node, reshaped

PLAIN = {"relu": "Relu", "selu": "Selu", "tanh": "Tanh", "sigmoid": "Sigmoid", "softplus": "Softplus",
         "hardswish": "HardSwish"}


@like(*PLAIN)
def plain(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Those without settings."""
    return [node(PLAIN[op.kind], ["input0"])]


@like("leakyrelu", "elu", "gelu", "hardsigmoid")
def with_knobs(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """LeakyRelu, Elu, Gelu, HardSigmoid: each with its attributes."""
    return {
        "leakyrelu": lambda: [node("LeakyRelu", ["input0"], alpha=float(op.negative_slope))],
        "elu": lambda: [node("Elu", ["input0"], alpha=float(op.alpha))],
        "gelu": lambda: [node("Gelu", ["input0"], approximate=op.approximate)],
        "hardsigmoid": lambda: [node("HardSigmoid", ["input0"], alpha=1 / 6, beta=0.5)],
    }[op.kind]()


@like("hardtanh")
def clip(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Clip."""
    ends = [constant("low", np.array(float(op.low))), constant("high", np.array(float(op.high)))]
    return [*ends, node("Clip", ["input0", "low", "high"])]


@like("silu")
def silu(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """x · Sigmoid(x): Swish came with opset 24."""
    return [node("Sigmoid", ["input0"], "share"), node("Mul", ["input0", "share"])]


@like("prelu")
def prelu(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """PRelu; its slope has a channel axis and ones for the space axes."""
    shape = constant("shape", np.array([-1, *(1,) * (len(shapes[0]) - 1)], np.int64))
    return [shape, node("Reshape", ["alpha", "shape"], "slope"), node("PRelu", ["input0", "slope"])]


@like("softmax", "logsoftmax")
def softmax(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Softmax, LogSoftmax; over a map that has become one axis."""
    kind = {"softmax": "Softmax", "logsoftmax": "LogSoftmax"}[op.kind]
    if op.axis == "map":
        return [*reshaped("input0", "lists", 0, 0, -1), node(kind, ["lists"], "shares", axis=2),
                *reshaped("shares", "output", 0, *shapes[0])]
    return [node(kind, ["input0"], axis=1 if op.axis == "channels" else 1 + int(op.axis[-1]))]


@like("maxout")
def maxout(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """ReduceMax over neighbouring channels."""
    channels, *space = shapes[0]
    return [*reshaped("input0", "pieces", 0, channels // op.pieces, op.pieces, *space),
            constant("axis", np.array([2], np.int64)), node("ReduceMax", ["pieces", "axis"], keepdims=0)]


@like("keepmax")
def keepmax(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Equal to ReduceMax over the map."""
    axes = constant("axes", np.arange(2, 1 + len(shapes[0])))
    return [axes, node("ReduceMax", ["input0", "axes"], "top"), node("Equal", ["input0", "top"], "kept"),
            node("Cast", ["kept"], to=TensorProto.DOUBLE)]
