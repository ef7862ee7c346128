"""Settings in words."""

from __future__ import annotations


def sizes(value: int | tuple[int, ...]) -> str:
    """``"5"``, or ``"3×1"`` where the axes differ."""
    if isinstance(value, tuple):
        return str(value[0]) if len(set(value)) == 1 else "×".join(map(str, value))
    return str(value)
