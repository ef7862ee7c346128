"""Nodes of the standard, and the reference that computes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from cnncore.op import Array, Op, Shape

OPSET = 21
Node = Any
Nodes = list[Node] | None
Mapping = Callable[[Any, list[Shape], Any], Nodes]

STANDARD: dict[str, Mapping] = {}

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


def reshaped(name: str, output: str, *shape: int) -> list[Node]:
    """Reshape; 0 keeps a size, -1 takes the rest."""
    return [constant(f"{output} shape", np.array(shape, np.int64)), node("Reshape", [name, f"{output} shape"], output)]


def named(op: Any, *names: str) -> list[str]:
    """Those of the names that the op's settings have."""
    return [name for name in names if name != "bias" or op.bias]
