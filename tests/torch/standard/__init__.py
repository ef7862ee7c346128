"""Every op that the ONNX standard has, as nodes of the standard: kind to a function of the op and its inputs' shapes.

https://onnx.ai/onnx/operators. A function gives the nodes that make ``"output"`` from ``"input0"``, … and the op's
parameters by name; None where these settings go beyond the standard.
"""

from __future__ import annotations

from tests.torch.standard import curves, norms, windows
from tests.torch.standard.base import STANDARD, evaluate

# Why the standard is not asked about a kind of OPS.
NOT_STANDARD: dict[str, str] = {
    "standardize": "a fit to samples; in the standard it is a Sub and a Mul",
    "unpool": "MaxUnpool takes places that MaxPool gave, and leaves open what several in one cell make",
    "whiten": "a fit to samples; in the standard it is a Sub and a Gemm",
}

__all__ = ["NOT_STANDARD", "STANDARD", "curves", "evaluate", "norms", "windows"]
