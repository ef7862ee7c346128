"""Settings in words, and padding as code."""

from __future__ import annotations

from collections.abc import Sequence

from cnncore.shapes import Padding


def sizes(value: int | tuple[int, ...]) -> str:
    """``"5"``, or ``"3×1"`` where the axes differ."""
    if isinstance(value, tuple):
        return str(value[0]) if len(set(value)) == 1 else "×".join(map(str, value))
    return str(value)


def padding_words(value: Padding) -> str:
    """``"2"``, ``"2×1"``, ``"same"``, or ``"1+2×0+1"``: before and after each axis; no padding is ``"0"``."""
    if not isinstance(value, tuple):
        return "0" if value == "valid" else str(value)
    axes = [f"{v[0]}+{v[1]}" if v[0] != v[1] else str(v[0]) for v in map(pair, value)]
    return axes[0] if len(set(axes)) == 1 else "×".join(axes)


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """Before and after."""
    return value if isinstance(value, tuple) else (value, value)


def padding_lines(x: str, padding: Padding, numbers: Sequence[tuple[int, int, int]], mode: str = "") -> list[str]:
    """NumPy lines that pad ``x`` (C, *S) into ``q``; none where there is nothing to add.

    Args:
        x: What the code calls it.
        padding: The knob.
        numbers: (kernel, stride, dilation) of each axis.
        mode: A keyword of np.pad, or what its constant is: ``"reflect"``, ``"constant_values=-np.inf"``.
    """
    lines, pads = [], []
    for i, (kernel, stride, dilation) in enumerate(numbers):
        span = dilation * (kernel - 1) + 1
        if padding == "same" and stride > 1:  # depends on the size
            size = f"{x}.shape[{i + 1}]"
            lines.append(f"t{i} = max((-(-{size} // {stride}) - 1) * {stride} + {span} - {size}, 0)")
            pads.append(f"(t{i} // 2, t{i} - t{i} // 2)")
        elif isinstance(padding, str):
            total = {"valid": 0, "same": span - 1, "full": 2 * (span - 1)}[padding]
            pads.append(f"({total // 2}, {total - total // 2})")
        else:
            before, after = pair(padding[i] if isinstance(padding, tuple) else padding)
            pads.append(f"({before}, {after})")
    if set(pads) == {"(0, 0)"}:
        return []
    how = "" if not mode else f", {mode}" if "=" in mode else f", mode='{mode}'"
    return [*lines, f"q = np.pad({x}, [(0, 0), {', '.join(pads)}]{how})"]
