"""Windows along rows and columns, as plain numbers: output cell o meets padded cell o·stride + k·dilation."""

from __future__ import annotations

from typing import Any, NamedTuple


class Window(NamedTuple):
    """One axis. ``before`` and ``after`` are padding cells; a ``before`` below 0 would be a crop and does not occur."""

    size: int
    kernel: int = 1
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0
    out: int = 1

    @property
    def padded(self) -> bool:
        """True where windows reach padding."""
        return bool(self.before or self.after)

    @property
    def apart(self) -> bool:
        """True where no two windows share a cell."""
        return self.stride > (self.kernel - 1) * self.dilation

    @property
    def covers(self) -> bool:
        """True where every cell lies under exactly one window."""
        return self.dilation == 1 and self.stride == self.kernel and self.out * self.stride == self.size

    @property
    def need(self) -> int:
        """Padded cells from the first to the last that a window meets."""
        return (self.out - 1) * self.stride + (self.kernel - 1) * self.dilation + 1

    def shifts(self) -> list[tuple[int, slice, slice]]:
        """For each kernel cell: (k, outputs whose cell is real, the real cells that they meet)."""
        found = []
        for k in range(self.kernel):
            first = k * self.dilation - self.before
            low = max(0, -(first // self.stride))
            high = min(self.out, (self.size - 1 - first) // self.stride + 1)
            if low < high:
                start = first + low * self.stride
                cells = slice(start, first + (high - 1) * self.stride + 1, self.stride)
                found.append((k, slice(low, high), cells))
        return found


def window_of(axis: Any) -> Window | None:
    """From `cnncore.shapes.Axis`; None should it ever say more than is known here."""
    if set(axis._fields) != {"size", "kernel", "stride", "padding", "dilation", "after"}:
        return None
    made = Window(axis.size, axis.kernel, axis.stride, axis.dilation, axis.padding, axis.after, axis.out)
    if min(made.before, made.after) < 0:
        return None
    # The last window may reach beyond what is padded (ceil mode): that is padding too.
    return made._replace(after=max(made.after, made.need - made.size - made.before))


def windows_of(axes: Any) -> tuple[Window, Window] | None:
    """Rows and columns; a line is one row. None for volumes."""
    found = [window for axis in axes if (window := window_of(axis)) is not None]
    if len(axes) > 2 or len(found) < len(axes):
        return None
    return (Window(1), found[0]) if len(found) == 1 else (found[0], found[1])
