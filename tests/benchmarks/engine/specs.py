"""The networks that are measured, as plain data, which both sides build in their own way. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Layer = tuple[str, dict[str, Any]]


def conv(filters: int, kernel: int, padding: int = 0, bias: bool = True) -> Layer:
    """A convolution of stride 1."""
    return "conv", {"filters": filters, "kernel": kernel, "padding": padding, "bias": bias}


RELU: Layer = ("relu", {})
POOL: Layer = ("maxpool", {"window": 2, "stride": 2})
FLATTEN: Layer = ("flatten", {})
SOFTMAX: Layer = ("softmax", {})


def dense(units: int) -> Layer:
    """A fully connected layer."""
    return "dense", {"units": units}


@dataclass(frozen=True)
class Spec:
    """A chain of layers and what goes in.

    Args:
        shape: (C, *S) of the input.
        layers: Kind and settings of each, under the names of `cnncore.ops.OPS`.
    """

    shape: tuple[int, ...]
    layers: tuple[Layer, ...]


LENET = Spec((1, 28, 28), (conv(6, 5), RELU, POOL, conv(16, 5), RELU, POOL, FLATTEN,
                           dense(120), RELU, dense(84), RELU, dense(10), SOFTMAX))
VGG = Spec((3, 32, 32), (conv(32, 3, 1), RELU, conv(32, 3, 1), RELU, POOL, conv(64, 3, 1), RELU, conv(64, 3, 1), RELU,
                         POOL, conv(128, 3, 1), RELU, FLATTEN, dense(10)))


def alone(shape: tuple[int, ...], filters: int, kernel: int, padding: int, bias: bool = True) -> Spec:
    """One convolution and nothing else."""
    return Spec(shape, (conv(filters, kernel, padding, bias),))


def pair(side: int, filters: int) -> Spec:
    """Two 3x3 convolutions, the second with ``filters``, and a mean over each map: what growth is measured with."""
    whole: Layer = ("meanpool", {"window": side, "stride": side})
    return Spec((8, side, side), (conv(8, 3, 1), RELU, conv(filters, 3, 1), RELU, whole, FLATTEN, dense(10)))


NAMED = {"lenet": LENET, "vgg": VGG}
