"""Knobs of windows as plain numbers, worked out here once more: nothing of this comes from the engine."""

from __future__ import annotations

import math
from typing import Any


def per_axis(value: Any, rank: int) -> tuple[Any, ...]:
    """One value for each axis."""
    return tuple(value) if isinstance(value, tuple) else (value,) * rank


def pairs(value: Any, rank: int) -> list[tuple[int, int]]:
    """Cells before and after each axis."""
    return [one if isinstance(one, tuple) else (one, one) for one in per_axis(value, rank)]


def sides(op: Any, space: tuple[int, ...], window: Any) -> list[tuple[int, int]]:
    """Cells before and after each axis. "same" makes ⌈size / stride⌉ windows, and an odd cell stands after."""
    rank = len(space)
    out = []
    dilations = per_axis(getattr(op, "dilation", 1), rank)
    for n, k, s, d, p in zip(space, per_axis(window, rank), per_axis(op.stride, rank), dilations,
                             per_axis(op.padding, rank), strict=True):
        span = (k - 1) * d + 1
        if p == "same":
            need = max((math.ceil(n / s) - 1) * s + span - n, 0)
            out.append((need // 2, need - need // 2))
        elif isinstance(p, str):
            out.append({"valid": (0, 0), "full": (span - 1, span - 1)}[p])
        else:
            out.append(p if isinstance(p, tuple) else (p, p))
    return out


def overhanging(op: Any, space: tuple[int, ...], around: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same sides, with what a last window needs that hangs over: it has to start in the input or before it."""
    rank, out = len(space), []
    knobs = (per_axis(v, rank) for v in (op.window, op.stride, getattr(op, "dilation", 1)))
    for n, (before, after), k, s, d in zip(space, around, *knobs, strict=True):
        room = n + before + after - (k - 1) * d - 1
        over = room % s if op.ceil and (room // s + 1) * s < n + before else 0
        out.append((before, after + s - over if over else after))
    return out
