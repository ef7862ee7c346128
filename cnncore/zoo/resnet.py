"""A small residual network: what a block computes is added to what went in.

After He, Zhang, Ren and Sun 2015, arXiv:1512.03385, section 4.2; a stride comes with a convolution of kernel 1 on the
skip, their option B.
"""

from __future__ import annotations

from cnncore.network import INPUT, Network, Node
from cnncore.op import Shape
from cnncore.ops import make_op

BLOCKS = ((8, 1), (8, 1), (16, 2), (32, 2))  # filters and stride of each block


def resnet(classes: int = 10, input_shape: Shape = (1, 28, 28)) -> Network:
    """A convolution, four residual blocks with batch norm, the mean of each map, and the scores.

    Args:
        classes: Number of scores.
        input_shape: (C, *S) with two space axes of 4 or more.
    """
    nodes: list[Node] = []

    def add(name: str, kind: str, *inputs: str, **settings: object) -> str:
        nodes.append(Node(name, make_op(kind, settings), inputs))
        return name

    def normed(name: str, source: str, filters: int, kernel: int, stride: int = 1) -> str:
        """A convolution and its batch norm, whose bias is the only one."""
        conv = add(f"{name}_conv", "conv", source, filters=filters, kernel=kernel, stride=stride, padding=kernel // 2,
                   bias=False)
        return add(f"{name}_norm", "batchnorm", conv)

    last, channels = add("start_relu", "relu", normed("start", INPUT, 8, 3)), 8
    for k, (filters, stride) in enumerate(BLOCKS, start=1):
        skip = last if (channels, 1) == (filters, stride) else normed(f"block{k}_skip", last, filters, 1, stride)
        first = add(f"block{k}_relu", "relu", normed(f"block{k}_1", last, filters, 3, stride))
        second = normed(f"block{k}_2", first, filters, 3)
        last, channels = add(f"block{k}_out", "relu", add(f"block{k}_add", "add", second, skip)), filters
    side = Network("blocks", input_shape, tuple(nodes)).shapes[last][1:]
    last = add("mean", "meanpool", last, window=side if len(set(side)) > 1 else side[0], stride=1)
    add("softmax", "softmax", add("scores", "dense", add("flatten", "flatten", last), units=classes))
    return Network("small ResNet", input_shape, tuple(nodes))
