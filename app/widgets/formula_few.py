"""Formulas of few numbers, each with digits enough for the printed ones to come to the printed result."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np

from app import numbers
from app.widgets.formula import Piece
from app.widgets.formula_chain import ADD, TIMES, bracketed, chain, shown
from app.widgets.formula_norm import grouped, normed_group
from app.widgets.formula_parts import printed
from cnncore.trace import Trace

DIGITS = range(3, 11)
FEW = 4  # terms of a sum that are all printed


def product_pieces(trace: Trace, lead: str) -> list[Piece] | None:
    """One product, and what is added to it; None where there are more, or where no digits are enough."""
    values = [one.values for one in trace.operands]
    if trace.reduce != "sum" or trace.divisor != 1 or trace.terms.size != 1 or len(values) < 2:
        return None
    if not np.array_equal(np.multiply.reduce(values), trace.terms) or not math.isfinite(trace.total):
        return None
    factors = [float(one[0]) for one in values]
    if not all(map(math.isfinite, [*factors, trace.bias or 0.0])):
        return None
    result = numbers.figure(trace.total)
    for digits in DIGITS:
        texts = [shown(value, digits) for value in factors]
        bias = "" if trace.bias is None else shown(abs(trace.bias), digits)
        come = math.prod((printed(text) for text in texts), start=Decimal(1))
        if bias:
            come += printed(bias) * (-1 if trace.bias is not None and trace.bias < 0 else 1)
        if numbers.figure(float(come)) == result:
            break
    else:
        return None
    text = " · ".join(bracketed(one) if k else one for k, one in enumerate(texts))
    pieces = [Piece(lead), Piece("="), Piece(text, "ink", 0)]
    if bias:
        pieces += [Piece(numbers.MINUS if trace.bias is not None and trace.bias < 0 else "+"), Piece(bias, "ink")]
    return [*pieces, Piece("="), Piece(result, "accent")]


def sum_pieces(trace: Trace, lead: str) -> list[Piece] | None:
    """A few numbers added up; None where there are more, or where no digits are enough."""
    if trace.kind != "sum" or not 1 < trace.terms.size <= FEW:
        return None
    terms = [float(term) for term in trace.terms]
    if not all(map(math.isfinite, [*terms, trace.total])):
        return None
    result = numbers.figure(trace.total)
    for digits in DIGITS:
        texts = [shown(term, digits) for term in terms]
        if numbers.figure(float(sum(map(printed, texts), Decimal(0)))) == result:
            break
    else:
        return None
    pieces = [Piece(lead), Piece("="), Piece(texts[0], "ink", 0)]
    for k, text in enumerate(texts[1:], start=1):
        less = text.startswith(numbers.MINUS)
        pieces += [Piece(numbers.MINUS if less else "+"), Piece(text[1:] if less else text, "ink", k)]
    return [*pieces, Piece("="), Piece(result, "accent")]


def norm_pieces(trace: Trace) -> list[Piece] | None:
    """A norm by a group, with mean and scale as numbers; None of anything else."""
    if not grouped(trace) or not math.isfinite(trace.total) or not np.isfinite(trace.operands[0].values).all():
        return None
    one = normed_group(trace)
    steps = [("", numbers.MINUS, one.mean), ("", TIMES, one.scale)]
    steps += [("", TIMES, one.weight)] if one.weight is not None else []
    steps += [("", ADD, one.bias)] if one.bias is not None else []
    lines = chain(("", one.x), steps, trace.total)
    lead = "y = (x − mean) · scale" + (" · w" if one.weight is not None else "") + (" + b" if one.bias is not None
                                                                                   else "")
    pieces = [Piece(f"{lead} = ("), Piece(lines[0].text, "ink", 0, glued=True), Piece(numbers.MINUS),
              Piece(bracketed(lines[1].text), "ink"), Piece(")", glued=True)]
    for line in lines[2:]:
        if line.sign == TIMES:
            pieces += [Piece("·"), Piece(bracketed(line.text), "ink")]
        else:
            text = line.text.removeprefix(numbers.MINUS)
            less = (text != line.text) != (line.sign == numbers.MINUS)
            pieces += [Piece(numbers.MINUS if less else "+"), Piece(text, "ink")]
    return [*pieces, Piece("="), Piece(numbers.figure(trace.total), "accent")]
