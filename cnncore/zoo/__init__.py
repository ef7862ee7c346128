"""Architectures, each a function that builds a `Network`: one file and one line here."""

from __future__ import annotations

from collections.abc import Callable

from cnncore.network import Network
from cnncore.zoo.lenet import lenet

ZOO: dict[str, Callable[..., Network]] = {"lenet": lenet}

__all__ = ["ZOO", "lenet"]
