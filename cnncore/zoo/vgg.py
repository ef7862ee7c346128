"""A small VGG: two pairs of 3 × 3 convolutions, a pooling behind each, one more convolution, one dense layer.

After Simonyan and Zisserman 2014, arXiv:1409.1556.
"""

from __future__ import annotations

from cnncore.network import Network, chain
from cnncore.op import Op, Shape
from cnncore.ops import make_op


def vgg(classes: int = 10, input_shape: Shape = (3, 32, 32)) -> Network:
    """32-32-pool-64-64-pool-128-dense, 221,354 parameters for ten classes of 3 × 32 × 32.

    Args:
        classes: Number of scores.
        input_shape: (C, *S) with two space axes of 4 or more.
    """
    layers: list[tuple[str, Op]] = []
    for k, filters in enumerate((32, 32, 64, 64, 128), start=1):
        layers.append((f"conv{k}", make_op("conv", {"filters": filters, "kernel": 3, "padding": 1})))
        layers.append((f"relu{k}", make_op("relu", {})))
        if k % 2 == 0:
            layers.append((f"pool{k // 2}", make_op("maxpool", {"window": 2, "stride": 2})))
    return chain("small VGG", input_shape, [
        *layers,
        ("flatten", make_op("flatten", {})),
        ("scores", make_op("dense", {"units": classes})),
        ("softmax", make_op("softmax", {})),
    ])
