"""Architectures, each a function that builds a `Network`: one file and one line here."""

from __future__ import annotations

from collections.abc import Callable

from cnncore.network import Network
from cnncore.zoo.inception import inception
from cnncore.zoo.lenet import lenet
from cnncore.zoo.resnet import resnet
from cnncore.zoo.vgg import vgg

ZOO: dict[str, Callable[..., Network]] = {
    "lenet": lenet,
    "vgg": vgg,
    "resnet": resnet,
    "inception": inception,
}

__all__ = ["ZOO", "inception", "lenet", "resnet", "vgg"]
