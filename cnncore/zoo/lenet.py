"""LeNet-5 with ReLU and max pooling: two convolutions, three dense layers, 44,426 parameters for ten classes.

LeCun, Bottou, Bengio and Haffner 1998, doi:10.1109/5.726791; without its padding,
sparse connections and RBF output.
"""

from __future__ import annotations

from cnncore.network import Network, chain
from cnncore.op import Shape
from cnncore.ops import make_op


def lenet(classes: int = 10, input_shape: Shape = (1, 28, 28)) -> Network:
    """The network that the window starts with.

    Args:
        classes: Number of scores.
        input_shape: (C, *S) with two space axes of 16 or more.
    """
    return chain("LeNet", input_shape, [
        ("conv1", make_op("conv", {"filters": 6, "kernel": 5})),
        ("relu1", make_op("relu", {})),
        ("pool1", make_op("maxpool", {"window": 2, "stride": 2})),
        ("conv2", make_op("conv", {"filters": 16, "kernel": 5})),
        ("relu2", make_op("relu", {})),
        ("pool2", make_op("maxpool", {"window": 2, "stride": 2})),
        ("flatten", make_op("flatten", {})),
        ("dense1", make_op("dense", {"units": 120})),
        ("relu3", make_op("relu", {})),
        ("dense2", make_op("dense", {"units": 84})),
        ("relu4", make_op("relu", {})),
        ("scores", make_op("dense", {"units": classes})),
        ("softmax", make_op("softmax", {})),
    ])
