"""A sum as it is printed, so that whoever adds up the printed numbers gets the printed result."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app import numbers

SMALL = Decimal("1e-4")  # below it a number has an exponent
TINY = -1  # in place of a number of decimals: two digits and an exponent


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
    """(parts + rest + bias) / divisor = result, exactly, in the numbers as printed.

    Args:
        parts: The terms that are shown, strongest first.
        rest: What the others come to, and the rounding of those shown.
        more: How many others there are; 0: the rest is rounding only.
        bias: Printed bias; None: there is none.
        divisor: What the sum is divided by.
        result: Printed result.
        exact: False when a number is not finite: then nothing adds up.
        zeros: How many terms are 0, and counted nowhere else.
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

    @property
    def rest_text(self) -> str:
        """The rest with every digit it needs, without its sign."""
        return decimal_text(abs(self.rest).normalize(), True)

    @property
    def sum_text(self) -> str:
        """What result and bias leave for the terms: sum + bias = result, as printed."""
        return _sum(self.result, self.bias, self.divisor) if self.exact else self.result_text


def formula_parts(
    terms: Sequence[tuple[float, float | None, float]], bias: float | None, total: float, shown: int = 4,
    divisor: int = 1, lone: bool = False,
) -> FormulaParts:
    """Choose and print the strongest terms; the rest makes up the difference.

    Args:
        terms: ``(a, b, product)``; ``b`` None: the term is ``a`` alone.
        bias: Added to the sum; None: there is none.
        total: The result, after the division.
        shown: How many terms are printed; the others are the rest.
        divisor: What sum and bias are divided by.
        lone: A term that is all there is has one more digit: nothing hides its rounding.
    """
    finite = math.isfinite(total) and all(math.isfinite(t[2]) for t in terms) and math.isfinite(bias or 0.0)
    order = sorted(range(len(terms)), key=lambda k: (-abs(terms[k][2]) if math.isfinite(terms[k][2]) else -math.inf, k))
    chosen = [terms[k] for k in order[:shown]]
    places = _places(t[0] for t in chosen), _places(t[1] for t in chosen if t[1] is not None)
    if lone and len(terms) == 1 and TINY not in places:
        places = places[0] + 1, places[1] + 1
    parts = tuple(_part(k, terms[k], places) for k in order[:shown])
    bias_text, result_text = ("" if bias is None else numbers.figure(bias)), numbers.figure(total)
    if not finite:
        return FormulaParts(parts, Decimal(0), len(terms) - len(parts), None if bias is None else Decimal(0), divisor,
                            Decimal(0), False, bias_text, result_text)
    result, added = printed(result_text), None if bias is None else printed(bias_text)
    rest = result * divisor - (added or 0) - sum((p.value for p in parts), Decimal(0))
    return FormulaParts(parts, rest, len(terms) - len(parts), added, divisor, result, True, bias_text, result_text)


def printed_sum(total: float, bias: float | None, divisor: int = 1) -> str:
    """The sum before bias and division, printed so that sum + bias comes to the printed total."""
    if not math.isfinite(total) or not math.isfinite(bias or 0.0):
        return numbers.figure(total)
    return _sum(printed(numbers.figure(total)), None if bias is None else printed(numbers.figure(bias)), divisor)


def printed(text: str) -> Decimal:
    """The exact value of a number as `app.numbers` prints it."""
    return Decimal(text.replace(numbers.MINUS, "-").replace(",", ""))


def decimal_text(value: Decimal, short: bool = False) -> str:
    """A decimal in full, with a true minus sign; with ``short`` a small one as ``5.723e−10``, with every digit too."""
    if short and value and abs(value) < SMALL:
        mantissa, _, power = format(value, "e").partition("e")
        return f"{mantissa}e{int(power)}".replace("-", numbers.MINUS)
    return format(value, "f").replace("-", numbers.MINUS)


def _sum(result: Decimal, bias: Decimal | None, divisor: int) -> str:
    places = min((int(n.as_tuple().exponent) for n in (result, bias) if n), default=0)
    return decimal_text((result * divisor - (bias or 0)).quantize(Decimal((0, (1,), places))))


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
    if places == TINY:
        return decimal_text(Decimal(f"{value:.1e}"), True)
    text = f"{abs(value):.{places}f}"
    return (numbers.MINUS if value < 0 else "") + (text[1:] if text.startswith("0.") else text)


def _exact(value: float, text: str) -> Decimal:
    return printed(text) if math.isfinite(value) else Decimal(0)
