"""Every op that PyTorch has, written with PyTorch: kind to a function of the op, its inputs, its parameters, its pass.

A function gives the output, or the output and the new running values. Gradients are PyTorch's own.
"""

from __future__ import annotations

from tests.torch.counterparts import activations, joins, norms, windows
from tests.torch.counterparts.base import COUNTERPARTS, About

# Why an op has no counterpart here. A kind of OPS stands in one of the two tables, or a test fails.
NONE: dict[str, str] = {}

__all__ = ["COUNTERPARTS", "NONE", "About", "activations", "joins", "norms", "windows"]
