"""The ops once more as slow, obvious loops over single numbers: what the battery believes. One sample, float64.

One file a family of ops. Each may hold three tables by kind: `LOOPS`, the op as loops; `SETTINGS`, for ops whose knobs
depend on each other, a function of the rank that gives a strategy of settings; `SHAPES`, for ops whose inputs cannot
all have one shape, a function of the op and a (C, *S) that gives the shapes of its inputs.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cnncore.op import Array, Op, Shape

Oracle = Callable[[Any, tuple[Array, ...], Mapping[str, Array], tuple[int, ...]], Array]
Draws = Callable[[int], st.SearchStrategy[dict[str, Any]]]
Shapes = Callable[[Any, Shape], list[Shape]]

LOOPS: dict[str, Oracle] = {}
SETTINGS: dict[str, Draws] = {}
SHAPES: dict[str, Shapes] = {}
for _module in pkgutil.iter_modules(__path__):
    _family = importlib.import_module(f"{__name__}.{_module.name}")
    for _mine, _ours in (("LOOPS", LOOPS), ("SETTINGS", SETTINGS), ("SHAPES", SHAPES)):
        _ours.update(getattr(_family, _mine, {}))


def forward(op: Op, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array | None:
    """(N, C, *G) by loops; None for an op that has none here, which then has its trace as the only witness."""
    oracle = LOOPS.get(op.kind)
    if oracle is None:
        return None
    return np.stack([oracle(op, tuple(x[n] for x in inputs), params, shape) for n in range(len(inputs[0]))])
