"""Convolutions as slow, obvious loops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cnncore.op import Array
from cnncore.ops import OPS
from tests.cnncore.oracles.drawing import value_of
from tests.cnncore.oracles.windows import per_axis, window


def conv(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Every output cell: sum over the group's channels and the kernel."""
    x, w = inputs[0], params["weight"]
    out = np.zeros(shape)
    for f, *cell in np.ndindex(shape):
        group = f // (op.filters // op.groups)
        for c in range(w.shape[1]):
            channel = group * w.shape[1] + c
            for k, value in window(x[channel], tuple(cell), op.kernel, op.stride, op.padding, op.dilation, op.mode):
                at = tuple(n - 1 - i for i, n in zip(k, w.shape[2:], strict=True)) if op.flip else k
                out[(f, *cell)] += (value or 0.0) * w[(f, c, *at)]
        out[(f, *cell)] += params["bias"][f] if op.bias else 0.0
    return out


def transposed(op: Any, inputs: tuple[Array, ...], params: Mapping[str, Array], shape: tuple[int, ...]) -> Array:
    """Every input cell lays its kernel into the output."""
    x, w = inputs[0], params["weight"]
    rank, out = x.ndim - 1, np.zeros(shape)
    stride, padding, dilation = (per_axis(v, rank) for v in (op.stride, op.padding, op.dilation))
    for c, *cell in np.ndindex(x.shape):
        for f, *k in np.ndindex(w.shape[1:]):
            at = [cell[i] * stride[i] + k[i] * dilation[i] - padding[i] for i in range(rank)]
            if all(0 <= a < n for a, n in zip(at, shape[1:], strict=True)):
                group = c // (len(x) // op.groups)
                out[(group * w.shape[1] + f, *at)] += x[(c, *cell)] * w[(c, f, *k)]
    return out + params["bias"].reshape(-1, *(1,) * rank) if op.bias else out


def _settings(kind: str) -> Any:
    """Filters and groups that divide one another."""
    def draws(rank: int) -> st.SearchStrategy[dict[str, Any]]:
        knobs = OPS[kind].knobs()
        drawn = {name: value_of(spec, rank) for name, spec in knobs.items() if name not in ("filters", "groups")}
        return st.sampled_from([(1, 1), (3, 1), (2, 2), (4, 2)]).flatmap(
            lambda pair: st.fixed_dictionaries({"filters": st.just(pair[0]), "groups": st.just(pair[1]), **drawn}))
    return draws


LOOPS = {"conv": conv, "transposedconv": transposed}
SETTINGS = {kind: _settings(kind) for kind in LOOPS}
