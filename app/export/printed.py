"""Numbers as a worksheet prints them: whole numbers of some decimals, so that what is made of them is exact."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from app import numbers

MOST = 6  # decimals


class Printed:
    """Values rounded to as many decimals as their size asks for: the largest keeps two digits after its first.

    Args:
        values: Any floats; what is not finite counts as 0.
        least: Decimals that there are at least, unless all values are whole.
    """

    def __init__(self, values: NDArray[np.floating], least: int = 0) -> None:
        flat = np.nan_to_num(np.asarray(values, np.float64).reshape(-1), posinf=0.0, neginf=0.0)
        peak = float(np.abs(flat).max(initial=0.0))
        self.places = 0
        if (flat != np.round(flat)).any():
            self.places = max(min(1 - math.floor(math.log10(peak)), MOST), 2 if peak < 100 else 0, least)
        self.whole = np.round(flat * 10.0**self.places).astype(np.int64).astype(object)  # Python's own: never too large

    def times(self, other: Printed) -> Printed:
        """Products, with all their decimals."""
        return _made(self.whole * other.whole, self.places + other.places)

    def only(self, which: NDArray[np.integer]) -> Printed:
        """Some of them."""
        return _made(self.whole[which], self.places)

    def beside(self, other: Printed) -> Printed:
        """The same; both have the same decimals."""
        assert self.places == other.places
        return self

    def sum(self, at: slice) -> int:
        """In units of the last decimal."""
        return int(sum(self.whole[at]))

    def text(self, k: int) -> str:
        """One of them."""
        return plain(int(self.whole[k]), self.places)

    def grid(self, at: slice, rows: int, cols: int) -> list[list[str]]:
        """As rows and columns of texts."""
        some = [short(int(v), self.places) for v in self.whole[at]]
        return [some[r * cols : (r + 1) * cols] for r in range(rows)]


def _made(whole: NDArray[np.object_], places: int) -> Printed:
    new = Printed(np.zeros(1))
    new.whole, new.places = whole, places
    return new


def plain(value: int, places: int) -> str:
    """``−0.212`` of −2120 with four decimals: no zeros at its end."""
    text = f"{abs(value):0{places + 1}d}"
    if places:
        text = f"{text[:-places]}.{text[-places:]}".rstrip("0").rstrip(".")
    return (numbers.MINUS if value < 0 else "") + text


def short(value: int, places: int) -> str:
    """As it stands in a cell: without the zero before the point."""
    text = plain(value, places)
    return text.replace("0.", ".", 1) if abs(value) < 10**places else text
