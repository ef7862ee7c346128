"""A sum as it is printed, so that whoever adds up the printed numbers gets the printed result.

Every number that is printed is the true one, rounded; where two decimals lead astray, all have more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from app import numbers

SMALL = Decimal("1e-4")  # below it a number has an exponent
TINY = -1  # in place of a number of decimals: two digits and an exponent; below it a digit more each
MOST_DIGITS = 8  # more than in the cells, before a rounding is said


@dataclass(frozen=True)
class Part:
    """One printed term.

    Args:
        index: Its place among the terms given.
        text: As printed, ``.54·.32``; negative factors in brackets.
        value: What the printed text comes to, exactly.
    """

    index: int
    text: str
    value: Decimal


@dataclass(frozen=True)
class FormulaParts:
    """(parts + rest + bias) / divisor, in the numbers as printed, rounds to the result as printed.

    Args:
        parts: The terms that are shown, strongest first.
        rest: What the others come to; with none, what is lost where no digits are enough.
        more: How many others there are.
        bias: Printed bias; None: there is none.
        divisor: What the sum is divided by.
        result: Printed result.
        exact: False when a number is not finite: then nothing adds up.
        zeros: How many terms are 0, and counted nowhere else.
        so_far: The terms end before the last one: the result is that of a part.
    """

    parts: tuple[Part, ...]
    rest: Decimal
    more: int
    bias: Decimal | None
    divisor: int
    result: Decimal
    exact: bool = True
    bias_text: str = ""
    result_text: str = ""
    zeros: int = 0
    so_far: bool = False

    @property
    def comes_to(self) -> Decimal:
        """What a reader with a calculator gets."""
        return (sum((p.value for p in self.parts), Decimal(0)) + self.rest + (self.bias or 0)) / self.divisor

    @property
    def rest_text(self) -> str:
        """The rest with every digit it needs, without its sign."""
        return decimal_text(abs(self.rest).normalize(), True)


def formula_parts(
    terms: Sequence[tuple[float, float | None, float]], bias: float | None, total: float, shown: int = 4,
    divisor: int = 1, lone: bool = False, others: float = 0.0,
) -> FormulaParts:
    """Choose and print the strongest terms, with digits enough for them, the rest and the bias to come to the result.

    Args:
        terms: ``(a, b, product)``; ``b`` None: the term is ``a`` alone.
        bias: Added to the sum; None: there is none.
        total: The result, after the division.
        shown: How many terms are printed; the others are the rest.
        divisor: What sum and bias are divided by.
        lone: A term that is all there is has one more digit: nothing hides its rounding.
        others: What terms come to that are not given: they are part of the rest.
    """
    finite = math.isfinite(total) and all(math.isfinite(t[2]) for t in terms) and math.isfinite(bias or 0.0)
    order = sorted(range(len(terms)), key=lambda k: (-abs(terms[k][2]) if math.isfinite(terms[k][2]) else -math.inf, k))
    chosen = [terms[k] for k in order[:shown]]
    places = _places(t[0] for t in chosen), _places(t[1] for t in chosen if t[1] is not None)
    if lone and len(terms) == 1 and TINY not in places:
        places = places[0] + 1, places[1] + 1
    if not finite:
        parts = tuple(_part(k, terms[k], places) for k in order[:shown])
        bias_text, result_text = ("" if bias is None else numbers.figure(bias)), numbers.figure(total)
        return FormulaParts(parts, Decimal(0), len(terms) - len(parts), None if bias is None else Decimal(0), divisor,
                            Decimal(0), False, bias_text, result_text)
    left = math.fsum([others, *(terms[k][2] for k in order[shown:])])
    tries = (_tried(terms, order[:shown], places, bias, left, total, divisor, more) for more in range(MOST_DIGITS))
    first = None
    for made in tries:
        first = made if first is None else first
        if numbers.figure(float(made.comes_to)) == made.result_text:
            return made
    assert first is not None
    rest = first.result * divisor - (first.bias or 0) - sum((p.value for p in first.parts), Decimal(0))
    return replace(first, rest=rest)  # what float32 has lost


def _tried(terms: Sequence[tuple[float, float | None, float]], chosen: Sequence[int], places: tuple[int, int],
           bias: float | None, left: float, total: float, divisor: int, more: int) -> FormulaParts:
    """The line with so many digits more than in the cells."""
    own = tuple(n - more if n <= TINY else n + more for n in places)
    parts = tuple(_part(k, terms[k], (own[0], own[1])) for k in chosen)
    bias_text = "" if bias is None else numbers.figure(bias, 3 + more)
    result_text = numbers.figure(total)
    return FormulaParts(parts, printed(numbers.figure(left, 3 + more)), len(terms) - len(parts),
                        None if bias is None else printed(bias_text), divisor, printed(result_text), True, bias_text,
                        result_text)


def printed(text: str) -> Decimal:
    """The exact value of a number as `app.numbers` prints it."""
    return Decimal(text.replace(numbers.MINUS, "-").replace(",", ""))


def decimal_text(value: Decimal, short: bool = False) -> str:
    """A decimal in full, with a true minus sign; with ``short`` a small one as ``5.723e−10``, with every digit too."""
    if short and value and abs(value) < SMALL:
        mantissa, _, power = format(value, "e").partition("e")
        return f"{mantissa}e{int(power)}".replace("-", numbers.MINUS)
    return format(value, "f").replace("-", numbers.MINUS)


def _places(values: object) -> int:
    """Decimals of a factor: two as in the cells, more where two would leave nothing of the strongest, or `TINY`."""
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)  # type: ignore[attr-defined]
    if 0 < largest < float(SMALL):
        return TINY
    return 2 if largest >= 0.095 or largest == 0 else min(1 - math.floor(math.log10(largest)), 12)


def _part(index: int, term: tuple[float, float | None, float], places: tuple[int, int]) -> Part:
    a, b, _ = term
    first = _factor(a, places[0])
    if b is None:
        return Part(index, first, _exact(a, first))
    second = _factor(b, places[1])
    text = "·".join(f"({t})" if t.startswith(numbers.MINUS) else t for t in (first, second))
    return Part(index, text, _exact(a, first) * _exact(b, second))


def _factor(value: float, places: int) -> str:
    if places == 2 or not math.isfinite(value) or value == 0:
        return numbers.cell(value)
    if value == int(value) and places > 2:
        return numbers.count(int(value))
    if places <= TINY:
        return decimal_text(Decimal(f"{value:.{-places}e}"), True)
    text = f"{abs(value):.{places}f}"
    return (numbers.MINUS if value < 0 else "") + (text[1:] if text.startswith("0.") else text)


def _exact(value: float, text: str) -> Decimal:
    return printed(text) if math.isfinite(value) else Decimal(0)
