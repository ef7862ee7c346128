"""Arithmetic one step a line, each line with what it comes to, so that the printed numbers lead to the printed end."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app import numbers
from app.i18n import tr
from app.widgets.formula_parts import printed

ADD, TAKE, TIMES = "+", numbers.MINUS, "×"


@dataclass(frozen=True)
class Line:
    """One step: what it is, its sign, the number and what comes of it, as printed."""

    name: str
    sign: str
    text: str
    result: str


def chain(first: tuple[str, float], steps: Sequence[tuple[str, str, float]], total: float,
          said: Callable[[float], str] = numbers.figure) -> list[Line]:
    """Lines from the first number to the total; each goes on from what the line before has printed.

    Args:
        first: Name and number.
        steps: Name, one of the signs, number.
        total: The end, which the last line prints as ``said`` does.
        said: How a result is printed.
    """
    values = [first[1], *(value for _, _, value in steps), total]
    if not all(map(math.isfinite, values)):
        texts = [numbers.figure(value) for value in values]
        return [Line(first[0], "", texts[0], texts[0]),
                *(Line(name, sign, text, "") for (name, sign, _), text in zip(steps, texts[1:], strict=False))]
    lines: list[Line] = []
    for digits in range(4, 11):
        lines, at = [], printed(shown(first[1], digits))
        lines.append(Line(first[0], "", shown(first[1], digits), shown(first[1], digits)))
        straight = at
        for name, sign, value in steps:
            text = shown(value, digits)
            at, straight = _step(at, sign, printed(text)), _step(straight, sign, printed(text))
            result = shown(float(at), digits)
            lines.append(Line(name, sign, text, result))
            at = printed(result)
        if said(float(at)) == said(total) == said(float(straight)):
            break
    else:  # what float32 has lost has more digits than are printed here
        less = total - float(at)
        lines.append(Line(tr("rounding"), TAKE if less < 0 else ADD, shown(abs(less), 3), ""))
    lines[-1] = Line(lines[-1].name, lines[-1].sign, lines[-1].text, said(total))
    return lines


def _step(at: Decimal, sign: str, value: Decimal) -> Decimal:
    return at * value if sign == TIMES else at + value if sign == ADD else at - value


def shown(value: float, digits: int) -> str:
    """A number with so many digits that count; a whole one as it is."""
    if not math.isfinite(value):
        return numbers.figure(value)
    if value == int(value) and abs(value) < 10 ** digits:
        return f"{int(value)}".replace("-", numbers.MINUS)
    if 10 ** (digits - 1) <= abs(value) < 1e9:  # no digit before the point is left out
        return f"{value:.0f}".replace("-", numbers.MINUS)
    text = f"{value:.{digits - 1}e}"
    if 1e-4 <= abs(value) < 1e9:
        return f"{Decimal(text):f}".replace("-", numbers.MINUS)
    mantissa, _, power = text.partition("e")
    return f"{mantissa}e{int(power)}".replace("-", numbers.MINUS)


def bracketed(text: str) -> str:
    """A factor, in brackets where it is negative."""
    return f"({text})" if text.startswith(numbers.MINUS) else text
