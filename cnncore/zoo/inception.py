"""A small inception network: windows of several sizes look at the same maps, and their channels stand side by side.

After Szegedy et al. 2014, arXiv:1409.4842, figure 2b.
"""

from __future__ import annotations

from cnncore.network import INPUT, Network, Node
from cnncore.op import Shape
from cnncore.ops import make_op


def inception(classes: int = 10, input_shape: Shape = (1, 28, 28)) -> Network:
    """A convolution with pooling, two inception modules with pooling, and the scores.

    Args:
        classes: Number of scores.
        input_shape: (C, *S) with two space axes of 8 or more.
    """
    nodes: list[Node] = []

    def add(name: str, kind: str, *inputs: str, **settings: object) -> str:
        nodes.append(Node(name, make_op(kind, settings), inputs))
        return name

    def conv(name: str, source: str, filters: int, kernel: int) -> str:
        """A convolution that keeps the size, and its ReLU."""
        made = add(name, "conv", source, filters=filters, kernel=kernel, padding=kernel // 2)
        return add(f"{name}_relu", "relu", made)

    def module(name: str, source: str, filters: int) -> str:
        """Four branches: kernel 1, kernel 3 and 5 behind fewer channels, and pooling; so many filters each."""
        one = conv(f"{name}_1x1", source, filters, 1)
        three = conv(f"{name}_3x3", conv(f"{name}_3x3_reduce", source, filters // 2, 1), filters, 3)
        five = conv(f"{name}_5x5", conv(f"{name}_5x5_reduce", source, filters // 4, 1), filters, 5)
        pooled = add(f"{name}_pool", "maxpool", source, window=3, stride=1, padding=1)
        return add(f"{name}_concat", "concat", one, three, five, conv(f"{name}_pool_1x1", pooled, filters, 1))

    last = add("pool1", "maxpool", conv("conv1", INPUT, 8, 5), window=2, stride=2)
    last = add("pool2", "maxpool", module("module1", last, 8), window=2, stride=2)
    last = add("pool3", "maxpool", module("module2", last, 8), window=2, stride=2)
    add("softmax", "softmax", add("scores", "dense", add("flatten", "flatten", last), units=classes))
    return Network("small inception", input_shape, tuple(nodes))
