"""One axis of a mosaic: maps of equal cells with gaps between them, all whole multiples of one small unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]
MOST_GAP = 16  # units
LONE = 1, 1  # units of a cell and of a gap, where there is none: one map, which may have a million cells


@dataclass(frozen=True)
class Ruler:
    """``count`` maps of ``cells`` cells; a cell is ``fine`` units long, a gap ``gap`` units, a unit ``unit`` pixels.

    In whole units a hit test is two integer divisions and a mosaic is one `numpy.take`.
    """

    count: int
    cells: int
    fine: int
    gap: int
    unit: float

    @property
    def units(self) -> int:
        """Length of everything in units."""
        return self.count * self.pitch - self.gap

    @property
    def length(self) -> float:
        """Length of everything in pixels."""
        return self.units * self.unit

    @property
    def pitch(self) -> int:
        """From one map to the next, in units."""
        return self.cells * self.fine + self.gap

    @property
    def map(self) -> float:
        """Length of one map in pixels."""
        return self.cells * self.fine * self.unit

    @property
    def cell(self) -> float:
        """Length of one cell in pixels."""
        return self.fine * self.unit

    def start(self, k: int, cell: float = 0) -> float:
        """Where cell ``cell`` of map ``k`` begins, in pixels."""
        return (k * self.pitch + cell * self.fine) * self.unit

    def find(self, at: float) -> tuple[int, int] | None:
        """(map, cell) at a pixel; None in a gap and outside."""
        k, rest = divmod(int(at // self.unit), self.pitch)
        cell = rest // self.fine
        return (k, cell) if 0 <= k < self.count and cell < self.cells else None

    def near(self, at: float, reach: float) -> tuple[int, int] | None:
        """(map, cell) at a pixel, or in a gap the nearest one that ends at most ``reach`` pixels away."""
        found = self.find(at)
        if found is not None or not 0 <= at < self.length:
            return found
        k, rest = divmod(at, self.pitch * self.unit)
        before, after = rest - self.map, self.pitch * self.unit - rest
        if min(before, after) > reach:
            return None
        return (int(k), self.cells - 1) if before <= after else (int(k) + 1, 0)

    def indices(self) -> Indices:
        """(units,) which of the ``count · cells`` cells each unit belongs to; −1 in gaps."""
        out = np.full((self.count, self.pitch), -1, np.intp)
        cells = np.repeat(np.arange(self.count * self.cells), self.fine)
        out[:, :self.cells * self.fine] = cells.reshape(self.count, -1)
        return out.reshape(-1)[:self.units]


def fitted(count: int, cells: int, length: float, gap: float) -> Ruler:
    """The ruler that is ``length`` pixels long, with gaps of about ``gap``."""
    fine, between = _units((length - (count - 1) * gap) / count / cells, gap) if count > 1 else LONE
    return Ruler(count, cells, fine, between, length / (count * (cells * fine + between) - between))


def of_maps(count: int, cells: int, map_: float, gap: float) -> Ruler:
    """The ruler whose maps are ``map_`` pixels long, with gaps of about ``gap``."""
    fine, between = _units(map_ / cells, gap) if count > 1 else LONE
    return Ruler(count, cells, fine, between, map_ / (cells * fine))


def _units(cell: float, gap: float) -> tuple[int, int]:
    """Units in a cell and in a gap, for a cell of so many pixels."""
    if cell >= 0.75 * gap:
        return max(1, round(cell / gap)), 1
    # In a window of no size a cell is next to nothing: without a bound the mosaic would take gigabytes.
    return 1, min(max(1, round(gap / max(cell, 1e-3))), MOST_GAP)
