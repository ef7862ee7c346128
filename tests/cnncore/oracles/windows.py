"""Windows as slow, obvious loops."""

from __future__ import annotations

import itertools
from typing import Any

from cnncore.op import Array


def per_axis(value: Any, rank: int) -> tuple[Any, ...]:
    """One value for each space axis."""
    return value if isinstance(value, tuple) else (value,) * rank


def pads(value: Any, sizes: tuple[int, ...], kernel: Any, stride: Any, dilation: Any) -> list[tuple[int, int]]:
    """(before, after) of each axis, from a number, pairs or a word."""
    rank, found = len(sizes), []
    numbers = zip(sizes, *(per_axis(v, rank) for v in (kernel, stride, dilation, value)), strict=True)
    for size, k, s, d, p in numbers:
        span = (k - 1) * d
        if p == "same":
            total = 0
            while (size + total - span - 1) // s + 1 < -(-size // s):
                total += 1
            found.append((total // 2, total // 2 + total % 2))
        else:
            found.append({"valid": (0, 0), "full": (span, span)}[p] if isinstance(p, str)
                         else p if isinstance(p, tuple) else (p, p))
    return found


def source(place: int, size: int, mode: str) -> int | None:
    """Where padding takes its value from, step by step."""
    while not 0 <= place < size:
        if mode == "zeros":
            return None
        if mode == "reflect":
            place = -place if place < 0 else 2 * (size - 1) - place
        elif mode == "replicate":
            place += 1 if place < 0 else -1
        else:
            place += size if place < 0 else -size
    return place


def window(x: Array, cell: tuple[int, ...], kernel: Any, stride: Any, padding: Any,
            dilation: Any, mode: str = "zeros") -> list[tuple[tuple[int, ...], float | None]]:
    """(kernel cell, value) for every cell of the window over one channel; None on zeros."""
    rank, seen = x.ndim, []
    sizes = [per_axis(v, rank) for v in (kernel, stride, dilation)]
    around = pads(padding, x.shape, kernel, stride, dilation)
    for k in itertools.product(*map(range, sizes[0])):
        at = [source(cell[i] * sizes[1][i] - around[i][0] + k[i] * sizes[2][i], x.shape[i], mode) for i in range(rank)]
        seen.append((k, None if None in at else float(x[tuple(at)])))
    return seen
