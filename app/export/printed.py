"""Numbers as a worksheet prints them: exact fractions, so that what is made of them is exact too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from app import numbers

MOST = 6  # decimals
PARTS = (3, 6, 7, 9, 12)  # thirds, sixths, …: what kernels of means are made of, and no decimals can say
LARGEST = 36  # under a fraction's line
NEAR = 1e-6  # of float32


class Printed:
    """Values rounded to as many decimals as their size asks for: the largest keeps two digits; ninths stay ninths.

    Args:
        values: Any floats; what is not finite counts as 0.
        least: Decimals that there are at least, unless all values are whole.
    """

    def __init__(self, values: NDArray[np.floating], least: int = 0) -> None:
        flat = np.nan_to_num(np.asarray(values, np.float64).reshape(-1), posinf=0.0, neginf=0.0)
        peak = float(np.abs(flat).max(initial=0.0))
        units = 1
        if not _whole(flat, peak):
            units = next((n for n in PARTS if _whole(flat * n, peak * n)), 0)
        if not units:
            units = 10 ** max(min(1 - math.floor(math.log10(peak)), MOST), 2 if peak < 100 else 0, least)
        self.values = [Fraction(round(float(v) * units), units) for v in flat]

    def times(self, other: Printed) -> Printed:
        """Products, exact."""
        return exact([a * b for a, b in zip(self.values, other.values, strict=True)])

    def sum(self, at: slice = slice(None)) -> Fraction:
        """Of some of them, or all."""
        return sum(self.values[at], Fraction(0))

    def text(self, k: int) -> str:
        """One of them."""
        return plain(self.values[k])

    def grid(self, at: slice, rows: int, cols: int) -> list[list[str]]:
        """As rows and columns of texts."""
        some = [short(v) for v in self.values[at]]
        return [some[r * cols : (r + 1) * cols] for r in range(rows)]


def exact(values: Sequence[Fraction]) -> Printed:
    """These very numbers."""
    new = Printed(np.zeros(0))
    new.values = list(values)
    return new


def plain(value: Fraction) -> str:
    """``−0.212``, no zeros at its end; ``5/9`` where no decimals say it, four digits where that would be long."""
    sign = numbers.MINUS if value < 0 else ""
    top, under = abs(value.numerator), value.denominator
    places, rest = 0, under
    for prime in (2, 5):
        times = 0
        while rest % prime == 0:
            rest, times = rest // prime, times + 1
        places = max(places, times)
    if rest != 1:
        return f"{sign}{top}/{under}" if under <= LARGEST else numbers.figure(float(value), 4)
    whole, part = divmod(top * 10**places // under, 10**places)
    return f"{sign}{whole}" + (f".{part:0{places}d}" if places else "")


def short(value: Fraction) -> str:
    """As it stands in a cell: without the zero before the point."""
    return plain(value).replace("0.", ".", 1) if abs(value) < 1 else plain(value)


def _whole(values: NDArray[np.float64], peak: float) -> bool:
    """All are whole numbers, but for what float32 could not hold."""
    return bool((np.abs(values - np.round(values)) <= NEAR * max(peak, 1e-30)).all()) and (
        peak == 0 or bool(np.abs(np.round(values)).max() > 0))
