"""Numbers as they are shown: short in cells, three significant decimals elsewhere, a true minus sign everywhere."""

from __future__ import annotations

import math

import numpy as np

MINUS = "−"
THIN_SPACE = "\u202f"
LARGEST_32 = 3.4e38  # that a 32-bit number can hold
LARGEST = 9999  # in a cell; above it, an exponent
LETTERS = {"weight": "w", "bias": "b", "alpha": "α"}  # of what learns
LEAST_SHARE = 1e-15
SMALL = 0.01  # a grid whose largest number is below it shows them with a common factor


def cell(value: float, chars: int = 0, decimals: int = 2) -> str:
    """A number in a cell: ``.17`` ``−.08``, exact zero ``0``, what rounds to zero ``.00``, above 9,999 ``1.2e4``.

    Args:
        value: Any float; NaN and infinity are words.
        chars: Characters that fit, or 0 for any number; decimals go first, then what is left becomes an exponent.
        decimals: The most it has: those of its grid.
    """
    value = float(value)
    if not math.isfinite(value):
        return _word(value)
    if value == 0:
        return "0"
    if abs(value) > LARGEST:
        return _exponent(value, 1 if not chars or chars >= 5 + (value < 0) else 0)
    for places in range(decimals, -1, -1):
        text = _cell(value, places)
        if not chars or len(text) <= chars:
            return text
    return _exponent(value, 0)


def decimals(low: float, high: float, chars: int) -> int:
    """How many decimals all cells of a grid have, from its least number to its largest: two, or one.

    So that no ``−1.0`` stands beside a ``1.00``.
    """
    ends = (v for v in (float(low), float(high)) if math.isfinite(v) and 0 < abs(v) <= LARGEST)
    return 2 if not chars or all(len(_cell(v, 2)) <= chars for v in ends) else 1


def figure(value: float, digits: int = 3) -> str:
    """A number in a text: three significant decimals (or ``digits``), ``0.656`` ``−0.0340`` ``12.3`` ``1,235``."""
    return _significant(float(value), digits)


def brief(value: float, digits: int = 2) -> str:
    """The shortest writing with so many significant digits: ``.032``, ``1.2e−4``."""
    plain = _significant(float(value), digits)
    if not math.isfinite(value) or value == 0:
        return plain
    plain = plain.removeprefix(MINUS)
    plain = (MINUS if value < 0 else "") + (plain[1:] if plain.startswith("0.") else plain)
    return min(plain, _exponent(float(value), digits - 1), key=len)


def gradient(value: float) -> str:
    """A gradient: four significant decimals, ``0.05910``."""
    return _significant(float(value), 4)


def power(bound: float) -> int:
    """The power of ten that numbers up to ``bound`` are divided by in cells, where two decimals would leave nothing."""
    bound = abs(float(bound))
    return math.floor(math.log10(bound)) if 0 < bound < SMALL else 0


def times(power_: int) -> str:
    """What cells divided by a power of ten have to be multiplied with: ``× 1e−9``; nothing for 0."""
    return f"× 1e{power_}".replace("-", MINUS) if power_ else ""


def percent(share: float, places: int = 1) -> str:
    """A probability of 0 to 1: one decimal (or ``places``) and a thin space that does not break, ``65.1 %``.

    What is not quite nothing or all does not look so: ``<0.1 %`` and ``>99.9 %``.
    """
    share = float(share)
    if not math.isfinite(share):
        return _word(share)
    text, unit = f"{share * 100:.{places}f}", 10.0 ** -places
    if 0 < share < 1 and float(text) in (0, 100):
        text = f"<{unit:.{places}f}" if share < 0.5 else f">{100 - unit:.{places}f}"
    return f"{text}{THIN_SPACE}%".replace("-", MINUS)


def share(value: float, places: int = 1) -> str:
    """A class's share of a softmax, which is never all of it nor nothing, even where float32 has no number between.

    So that one share has one writing, whether it was computed in float32 or finer: ``>99.9 %``, ``<0.1 %``.
    """
    inner = min(max(float(value), LEAST_SHARE), 1 - LEAST_SHARE) if math.isfinite(value) else value
    return percent(inner, places)


def count(value: int) -> str:
    """A whole number with its thousands separated: ``44,426``."""
    return f"{int(value):,}".replace("-", MINUS)


def size(count: int) -> str:
    """How large a file is: ``812 B``, ``31.2 kB``, ``1.40 MB``."""
    if count < 1000:
        return f"{count} B"
    return f"{figure(count / 1e3)} kB" if count < 999_500 else f"{figure(count / 1e6)} MB"


def letter(target: str) -> str:
    """What a parameter is called in formulas: w, b, α; one without a letter by its name."""
    return LETTERS.get(target, target)


def full(value: float) -> str:
    """Every digit a float has, for tooltips and copies; of a 32-bit number its own, ``0.1`` and no more.

    A 64-bit number is taken for a 32-bit one where that is the same: the shortest text that gives it back.
    """
    value = float(value)
    if not math.isfinite(value):
        return _word(value)
    short = np.float32(value) if abs(value) < LARGEST_32 else None
    return (repr(value) if short is None or float(short) != value else str(short)).replace("-", MINUS)


def _cell(value: float, places: int) -> str:
    text = f"{abs(value):.{places}f}"
    if float(text) == 0:
        return ".00" if places == 2 else "~0"
    sign = MINUS if value < 0 else ""
    return sign + (text[1:] if text.startswith("0.") else text)


def _exponent(value: float, places: int) -> str:
    mantissa, _, power = f"{value:.{places}e}".partition("e")
    return f"{mantissa}e{int(power)}".replace("-", MINUS)


def _significant(value: float, digits: int) -> str:
    if not math.isfinite(value):
        return _word(value)
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    power = math.floor(math.log10(abs(rounded)))
    if power < -4 or power > 8:
        return _exponent(value, digits - 1)
    return f"{value:,.{max(digits - 1 - power, 0)}f}".replace("-", MINUS)


def _word(value: float) -> str:
    return "NaN" if math.isnan(value) else "∞" if value > 0 else f"{MINUS}∞"
