"""Convolutions as slow, obvious loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cnncore.op import Array
from cnncore.ops import OPS
from tests.cnncore.oracles.drawing import value_of
from tests.cnncore.oracles.windows import window


def conv(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Every output cell: sum over the group's channels and the kernel."""
    x, w = inputs[0], params["weight"]
    out = np.zeros(shape)
    for f, *cell in np.ndindex(shape):
        group = f // (op.filters // op.groups)
        for c in range(w.shape[1]):
            channel = group * w.shape[1] + c
            for k, value in window(x[channel], tuple(cell), op.kernel, op.stride, op.padding, op.dilation):
                out[(f, *cell)] += (value or 0.0) * w[(f, c, *k)]
        out[(f, *cell)] += params["bias"][f] if op.bias else 0.0
    return out


def _conv(rank: int) -> st.SearchStrategy[dict[str, Any]]:
    """Filters and groups that divide one another; see `_channels`."""
    knobs = OPS["conv"].knobs()
    drawn = {name: value_of(spec, rank) for name, spec in knobs.items() if name not in ("filters", "groups")}
    return st.sampled_from([(1, 1), (3, 1), (2, 2), (4, 2)]).flatmap(
        lambda pair: st.fixed_dictionaries({"filters": st.just(pair[0]), "groups": st.just(pair[1]), **drawn}))


LOOPS = {"conv": conv}
SETTINGS = {"conv": _conv}
