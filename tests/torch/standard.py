"""Every op that the ONNX standard has, as nodes of the standard: kind to a function of the op and its inputs' shapes.

https://onnx.ai/onnx/operators. A function gives the nodes that make ``"output"`` from ``"input0"``, … and the op's
parameters by name; None where these settings go beyond the standard.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from cnncore.op import Array, Op, Shape
from tests.torch.axes import per_axis

OPSET = 21
Node = Any
Nodes = list[Node] | None
Mapping = Callable[[Any, list[Shape], Any], Nodes]

STANDARD: dict[str, Mapping] = {}
# Why the standard is not asked about a kind of OPS.
NOT_STANDARD: dict[str, str] = {
    "standardize": "a fit to samples; in the standard it is a Sub and a Mul",
    "whiten": "a fit to samples; in the standard it is a Sub and a Gemm",
}


def like(*kinds: str) -> Callable[[Mapping], Mapping]:
    """Enter a function for these kinds."""
    def enter(function: Mapping) -> Mapping:
        STANDARD.update(dict.fromkeys(kinds, function))
        return function
    return enter


def node(kind: str, inputs: list[str], output: str = "output", **attributes: Any) -> Node:
    """One node; attributes that are None are left out."""
    return helper.make_node(kind, inputs, [output], **{k: v for k, v in attributes.items() if v is not None})


def constant(name: str, value: Array) -> Node:
    """A tensor that stands in the graph."""
    tensor = helper.make_tensor(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape, value.ravel())
    return helper.make_node("Constant", [], [name], value=tensor)


def evaluate(op: Op, nodes: list[Node], inputs: tuple[Array, ...], params: dict[str, Array]) -> Array:
    """What the standard's reference makes of it."""
    given = {f"input{k}": x for k, x in enumerate(inputs)} | params
    kinds = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.float64): TensorProto.DOUBLE}
    values = [helper.make_tensor_value_info(key, kinds[x.dtype], x.shape) for key, x in given.items()]
    rank = 1 + len(op.output_shape(*(x.shape[1:] for x in inputs)))
    result = helper.make_tensor_value_info("output", kinds[inputs[0].dtype], [None] * rank)
    model = helper.make_model(helper.make_graph(nodes, op.kind, values, [result]),
                              opset_imports=[helper.make_opsetid("", OPSET)])
    onnx.checker.check_model(model)
    return np.asarray(ReferenceEvaluator(model).run(None, given)[0])


def named(op: Any, *names: str) -> list[str]:
    """The input and those parameters that the op has."""
    return ["input0", *(name for name in names if name != "bias" or op.bias)]


@like("conv")
def conv(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Conv."""
    rank = len(shapes[0]) - 1
    pads = per_axis(op.padding, rank)
    return [node("Conv", named(op, "weight", "bias"), strides=per_axis(op.stride, rank), pads=[*pads, *pads],
                 dilations=per_axis(op.dilation, rank), group=op.groups)]


@like("maxpool", "meanpool")
def pool(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """MaxPool, AveragePool."""
    rank = len(shapes[0]) - 1
    pads, strides = per_axis(op.padding, rank), per_axis(op.stride, rank)
    knobs = {"kernel_shape": per_axis(op.window, rank), "strides": strides}
    if op.kind == "meanpool":
        return [node("AveragePool", ["input0"], **knobs, pads=[*pads, *pads], count_include_pad=1)]
    if set(strides) != {1}:
        return [node("MaxPool", ["input0"], **knobs, pads=[*pads, *pads])]
    # With strides of 1 the reference forgets the padding (onnx 1.23), so it stands before it.
    ends = np.array([0, 0, *pads, 0, 0, *pads], np.int64)
    return [constant("ends", ends), constant("least", np.array(-np.inf)),
            node("Pad", ["input0", "ends", "least"], "wide"), node("MaxPool", ["wide"], **knobs)]


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


def reshaped(name: str, output: str, *shape: int) -> list[Node]:
    """Reshape; 0 keeps a size, -1 takes the rest."""
    return [constant(f"{output} shape", np.array(shape, np.int64)), node("Reshape", [name, f"{output} shape"], output)]


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


@like("dense")
def dense(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Gemm."""
    return [node("Gemm", named(op, "weight", "bias"), transB=1)]


@like("flatten")
def flatten(op: Any, shapes: list[Shape], params: Any) -> Nodes:
    """Flatten."""
    return [node("Flatten", ["input0"], axis=1)]
