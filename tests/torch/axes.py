"""Knobs that stand for every space axis or for each."""

from __future__ import annotations

from typing import Any


def per_axis(value: Any, rank: int) -> tuple[Any, ...]:
    """One number for each axis."""
    return value if isinstance(value, tuple) else (value,) * rank
