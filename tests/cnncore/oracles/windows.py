"""Windows as slow, obvious loops."""

from __future__ import annotations

import itertools
from typing import Any

from cnncore.op import Array


def per_axis(value: Any, rank: int) -> tuple[Any, ...]:
    """One value for each space axis."""
    return value if isinstance(value, tuple) else (value,) * rank


def window(x: Array, cell: tuple[int, ...], kernel: Any, stride: Any, padding: Any,
            dilation: Any) -> list[tuple[tuple[int, ...], float | None]]:
    """(kernel cell, value) for every cell of the window over one channel; None on padding."""
    rank, seen = x.ndim, []
    sizes = [per_axis(v, rank) for v in (kernel, stride, padding, dilation)]
    for k in itertools.product(*map(range, sizes[0])):
        at = tuple(cell[i] * sizes[1][i] - sizes[2][i] + k[i] * sizes[3][i] for i in range(rank))
        seen.append((k, float(x[at]) if all(0 <= a < n for a, n in zip(at, x.shape, strict=True)) else None))
    return seen
