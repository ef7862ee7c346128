"""A trace as one line of arithmetic that adds up as printed."""

from __future__ import annotations

import dataclasses
import math
from decimal import Decimal

import numpy as np

from app import numbers
from app.i18n import N_, tr
from app.widgets.formula import FormulaLine, Piece, joined
from app.widgets.formula import sum_pieces as line_pieces
from app.widgets.formula_chain import shown
from app.widgets.formula_few import norm_pieces, product_pieces, sum_pieces
from app.widgets.formula_parts import FormulaParts, formula_parts, printed
from cnncore.trace import Trace

SHOWN = 4  # strongest terms in ink
NEARLY = 0.99  # a share from which on it is printed as 1 less the rest
WIDE = 48  # letters of all strongest terms: with two decimals each they have less
LISTED = 9  # of a window: one of 3 × 3 stands there whole


def write(line: FormulaLine, trace: Trace, muted: bool = False, name: str = "", rate: float = 0.0,
          term: int | None = None) -> None:
    """Show a trace of a layer called ``name``; of a muted map there is nothing to add up.

    Args:
        rate: The learning rate, for the step of a weight.
        term: The one that the debugger stands on: as long as it is not the last, the line ends in the sum so far.
    """
    if not muted and is_part(trace, term) and trace.kind != "kept":
        _write_part(line, trace, term or 0)
        return
    pieces = pieces_of(trace, muted, name, rate)
    if pieces is not None:
        line.set_pieces(pieces)
    else:
        line.set_parts(sum_parts(trace, line.open), lead_of(trace))


def is_part(trace: Trace, term: int | None) -> bool:
    """True where a term is only one on the way: the number is not made yet."""
    return term is not None and term + 1 < trace.terms.size


def pieces_of(trace: Trace, muted: bool = False, name: str = "", rate: float = 0.0) -> list[Piece] | None:
    """What is no plain sum; None of one: see `sum_parts`."""
    if muted:
        return [Piece(lead_of(trace)), Piece("="), Piece("0", "ink"), Piece(tr(N_("(muted)"))),
                *_result(numbers.figure(trace.total))]
    if trace.kind in ("curve", "update"):
        return _curve(trace, name) if trace.kind == "curve" else update_pieces(trace, rate)
    build = BY_KIND.get(trace.kind, _few)
    return build(trace) if build is not None else None


def text_of(trace: Trace, muted: bool = False, name: str = "", rate: float = 0.0, most: int = SHOWN) -> tuple[str, str]:
    """The same in two lines, for where there is less room: the symbols, and the line with values plugged in.

    Args:
        most: Terms of a long sum.
    """
    pieces = pieces_of(trace, muted, name, rate)
    if pieces is None:
        pieces = list(line_pieces(sum_parts(trace, most=most), lead_of(trace)))
    lead, rest = pieces[0].text, pieces[1:]
    if rest and rest[0].text == "=":
        return lead, joined(rest[1:])
    if lead.endswith(" ="):
        return lead.removesuffix(" ="), joined(rest)
    symbols, _, begun = lead.rpartition(" = ")
    return (symbols, joined([Piece(begun), *rest])) if symbols else (lead, joined(rest))


def _write_part(line: FormulaLine, trace: Trace, term: int) -> None:
    """The terms up to the one at the playhead."""
    end, values = slice(term + 1), trace.terms[:term + 1]
    if trace.kind == "shares":
        line.set_pieces([Piece("Σ exp(x − max)"), *_result(numbers.figure(float(values.sum()))), Piece(tr("so far"))])
        return
    operands = tuple(dataclasses.replace(one, values=one.values[end], cells=one.cells[end], inside=one.inside[end],
                                         samples=None) for one in trace.operands)
    part = dataclasses.replace(trace, terms=values, operands=operands, bias=None, divisor=1.0, layout=values.shape,
                               total=float(values.sum()), winner=None)
    if trace.reduce == "pick" and operands[0].inside.any():
        best = max(np.flatnonzero(operands[0].inside).tolist(), key=lambda k: values[k])
        pieces = _window(dataclasses.replace(part, total=float(values[best]), winner=best)) or []
        line.set_pieces([*pieces, Piece(tr("so far"))])
    elif trace.reduce == "pick":
        line.set_pieces([Piece("y = max(x)"), Piece("="), Piece("…"), Piece(tr("so far"))])
    else:
        lead = lead_of(dataclasses.replace(trace, bias=None, divisor=1.0))
        lead = "Σ x²" if trace.reduce == "root" else f"{numbers.letter(trace.target)} ←" if trace.kind == "update" \
            else lead.partition(" = ")[2] or lead
        line.set_parts(dataclasses.replace(sum_parts(part, line.open), so_far=True), lead)


def lead_of(trace: Trace) -> str:
    """``y = Σ x·w + b``, as the trace has it; of a gradient ``∂L/∂w = Σ ∂L/∂y · x``."""
    sources = tuple(one.source for one in trace.operands)
    if trace.target == "output" and not trace.cell:
        inner = LOSS.get(sources, "Σ")
        return f"L = ({inner}) / {trace.divisor:g}" if trace.divisor != 1 else f"L = {inner}"
    if sources in (("difference",), ("slope",)) and (trace.divisor != 1 or sources == ("slope",)):
        return "∂L/∂x"  # of a loss: the numbers say what it is
    if sources[:1] in BACK:
        own = f"∂L/∂{'x' if trace.target.startswith('input') else numbers.letter(trace.target)}"
        first, factors = BACK[sources[:1]], sources[1:]
        if trace.kind == "sum" or trace.target == "output":
            own = "∂L/∂y" if sources[0] == "sent" else "y"
        symbols = " · ".join([first, *(_symbol(one, factors) for one in factors)])
        return f"{own} = {'Σ ' if trace.terms.size > 1 and first != 'p − t' else ''}{symbols}"
    many = trace.terms.size > 1
    symbols = [_symbol(one, sources) for one in sources[:len(_factors(trace))] or ("input0",)]
    symbols = ["x"] if trace.kind == "sum" else symbols
    inner = ("Σ " + "·".join(symbols) if many else " · ".join(symbols)) + (" + b" if trace.bias is not None else "")
    return f"y = ({inner}) / {trace.divisor:g}" if trace.divisor != 1 else f"y = {inner}"


def _symbol(source: str, sources: tuple[str, ...]) -> str:
    """What a factor is called; of several inputs each has its number."""
    if source.startswith("input"):
        several = len({one for one in sources if one.startswith("input")}) > 1
        return "x" + (source[5:].translate(LOWERED) if several else "")
    return SYMBOLS.get(source, "w")


def factors_of(trace: Trace) -> str:
    """What a term is the product of: ``x · w``, ``∂L/∂y · w``; nothing where it is one number."""
    sources = [one.source for one in trace.operands]
    if len(sources) < 2 or trace.kind == "sum":
        return ""
    first = BACK.get((sources[0],), "x")
    return " · ".join([first, *(_symbol(one, tuple(sources[1:])) for one in sources[1:])])


def sum_parts(trace: Trace, opened: bool = False, most: int = SHOWN) -> FormulaParts:
    """The strongest terms and the rest; with ``opened`` every term that is not 0."""
    factors = _factors(trace)
    least = LISTED if trace.kind == "window" and most == SHOWN else SHOWN
    order = _strongest(trace.terms, trace.terms.size if opened or trace.terms.size <= least else most)
    if not order and len(factors) > 1 and trace.operands[-1].source in SYMBOLS:  # what came, and what stops it
        size = np.where(trace.operands[0].inside, np.abs(factors[0]), -1.0)
        order = [int(np.argmax(size))] if size.max(initial=-1.0) > 0 or trace.terms.size == 1 else []
    if len(factors) > 2:
        factors = [factors[0], np.multiply.reduce(factors[1:])]
    columns = [f[order].tolist() for f in factors]
    rows = list(zip(columns[0], columns[1] if len(columns) > 1 else [None] * len(order), trace.terms[order].tolist(),
                    strict=True))
    parts = formula_parts(rows, trace.bias, trace.total, len(rows), round(trace.divisor),
                          bool(trace.operands) and trace.operands[0].source == "grad",
                          float(np.delete(trace.terms, order).sum()))
    hidden = int(np.count_nonzero(trace.terms)) - int(np.count_nonzero(trace.terms[order]))
    if not np.isfinite(trace.terms).all():
        parts = dataclasses.replace(parts, exact=False)
    if not opened and hidden > 0 and most == SHOWN and sum(len(p.text) for p in parts.parts) > WIDE:
        return sum_parts(trace, most=SHOWN - 1)  # with more digits one term less, or the line takes a second row
    zeros = int(np.count_nonzero(trace.terms == 0))
    return dataclasses.replace(parts, more=0 if opened else max(hidden, 0), zeros=zeros,
                               parts=tuple(dataclasses.replace(p, index=order[p.index]) for p in parts.parts))


def _factors(trace: Trace) -> list[np.ndarray]:
    """The columns whose product the terms are; the terms themselves, where they are something else."""
    factors = [one.values for one in trace.operands]
    if not factors or trace.reduce != "sum":
        return [trace.terms]
    return factors if np.array_equal(np.multiply.reduce(factors), trace.terms, equal_nan=True) else [trace.terms]


def _strongest(terms: np.ndarray, count: int) -> list[int]:
    """Terms that are not 0, the largest first; NaN counts as largest."""
    size = np.nan_to_num(np.abs(terms), nan=np.inf)
    near = np.argpartition(-size, count)[:count] if terms.size > count else np.arange(terms.size)
    return [int(k) for k in near[np.argsort(-size[near], kind="stable")] if size[k] != 0]


# --- other kinds

def _window(trace: Trace) -> list[Piece] | None:
    if trace.reduce == "root":
        return [Piece("y = √(Σ x²) = √"), Piece(numbers.figure(float(trace.terms.sum())), "ink", glued=True),
                *_result(numbers.figure(trace.total))]
    if trace.reduce != "pick":
        return None
    inside = trace.operands[0].inside
    order = [k for k in range(trace.terms.size) if inside[k]]
    if len(order) > LISTED:
        order = sorted(sorted(order, key=lambda k: -trace.terms[k])[:SHOWN])
    out = [Piece("y = max(x) = max(")]
    for place, k in enumerate(order):
        tone = "accent" if k == trace.winner else "ink"
        out.append(Piece(numbers.figure(trace.terms[k]), tone, k, glued=not place))
        if place < len(order) - 1:
            out.append(Piece(",", glued=True))
    more = int(inside.sum()) - len(order)
    if more:
        out.append(Piece(tr("and {n} smaller ones", n=more)))
    return [*out, Piece(")", glued=True), *_result(numbers.figure(trace.total))]


def _curve(trace: Trace, name: str) -> list[Piece]:
    x = float(trace.operand("input0").values[0])
    if name in ("", "ReLU") and trace.total == max(x, 0.0):
        lead, end = "y = max(x, 0) = max(", ", 0)"
    else:
        curve = tr(name) if name else "f"
        lead, end = f"y = {curve}(x) = {curve}(", ")"
    return [Piece(lead), Piece(numbers.figure(x), "ink", 0, glued=True), Piece(end, glued=True),
            *_result(numbers.figure(trace.total))]


def _shares(trace: Trace) -> list[Piece] | None:
    """Enough digits for the quotient of what is printed to be what is printed."""
    if trace.reduce == "log":
        return _log(trace)
    if trace.reduce == "log share":
        return _log_share(trace)
    lead = Piece("p = exp(x − max) / Σ exp(x − max) =")
    if trace.winner is None or not np.isfinite(trace.terms).all():
        return [lead, Piece(numbers.figure(trace.total), "accent")]
    own, total = float(trace.terms[trace.winner]), float(trace.terms.sum())
    result = numbers.share(trace.total)
    above = below = ""
    for digits in range(3, 9):
        above, below = _digits(own, digits), _digits(total, digits)
        if numbers.share(float(printed(above) / printed(below))) == result:
            break
    return [lead, Piece(above, "ink", trace.winner), Piece("/"),
            Piece(below, "ink"), *_result(result)]


def _log(trace: Trace) -> list[Piece] | None:
    """Cross-entropy: the logarithm of the share that the right class has."""
    if trace.winner is None or not np.isfinite(trace.terms).all():
        return None
    total = float(trace.terms.sum())
    share, lacks = float(trace.terms[trace.winner]) / total, float(np.delete(trace.terms, trace.winner).sum()) / total
    result = numbers.gradient(trace.total)
    for digits in range(4, 11):  # of nearly all, what is not its share has the digits
        text = f"(1 − {shown(lacks, digits)})" if share > NEARLY else shown(share, digits)
        come = -math.log1p(-float(printed(shown(lacks, digits)))) if share > NEARLY else -math.log(float(printed(text))
                                                                                                  or 1.0)
        if numbers.gradient(come) == result:
            break
    return [Piece("L = −ln p = −ln"), Piece(text, "ink", trace.winner), *_result(result)]


def _difference(trace: Trace) -> list[Piece] | None:
    """Share less target: of nearly all, what is not its share has the digits."""
    if [one.source for one in trace.operands] != ["difference"] or trace.terms.size != 2 or trace.divisor != 1:
        return None
    p, target, result = float(trace.terms[0]), -float(trace.terms[1]), numbers.figure(trace.total)
    if not (0 <= p <= 1 and math.isfinite(trace.total) and target in (0, 1)):
        return None
    text = f"(1 − {numbers.figure(-trace.total)})" if target and p > NEARLY else ""
    for digits in range(3, 11) if not text else ():
        text = shown(p, digits)
        if numbers.figure(float(printed(text)) - target) == result:
            break
    return [Piece("∂L/∂x = p − t ="), Piece(text, "ink", 0), Piece("−"), Piece(f"{target:.0f}", "ink", 1),
            *_result(result)]


def _log_share(trace: Trace) -> list[Piece] | None:
    """Log-softmax: the share need not be made, and may be too small to be made."""
    below = float(np.log(trace.terms.sum()))
    if trace.winner is None or not math.isfinite(below):
        return None
    return [Piece("y = x − max − ln Σ exp(x − max) ="), Piece(numbers.figure(trace.bias or 0.0), "ink", trace.winner),
            Piece("−"), Piece(numbers.figure(below), "ink"), *_result(numbers.figure(trace.total))]


def _kept(trace: Trace) -> list[Piece] | None:
    """Keep the maximum: in brackets a question, 1 for yes and 0 for no."""
    seen = trace.operand("input0").values
    if trace.winner is None or not np.isfinite(seen).all():
        return None
    return [Piece("y = [x = max(x)] = ["), Piece(numbers.figure(seen[trace.winner]), "ink", trace.winner, glued=True),
            Piece("="), Piece(numbers.figure(seen.max()), "ink"), Piece("]", glued=True),
            *_result(f"{trace.total:.0f}")]


def _digits(value: float, digits: int) -> str:
    if value == 0 or not math.isfinite(value):
        return "0"
    text = f"{value:.{digits - 1}e}"
    if abs(value) >= 1e-4:
        return f"{Decimal(text):f}".replace("-", numbers.MINUS)
    mantissa, _, power = text.partition("e")
    return f"{mantissa}e{int(power)}".replace("-", numbers.MINUS)


def _copy(trace: Trace) -> list[Piece]:
    one = trace.operands[0]
    moved = tr("(the same number, only moved)")
    if one.cells.shape[1] and not one.inside[0]:
        moved = tr("(padding)")
    elif one.cells.shape[1] and tuple(one.cells[0].tolist()) == tuple(trace.cell):
        moved = tr("(the same number, at the same place)")
    back = one.source == "grad"
    lead = "∂L/∂x = ∂L/∂y" if back else "y = x" if one.inside[0] else "y"
    return [Piece(f"{lead} {moved}"), *_result(numbers.figure(trace.total))]


def _few(trace: Trace) -> list[Piece] | None:
    """Where the numbers are few, or few numbers say it all, as a norm's."""
    lead = lead_of(trace)
    return _difference(trace) or norm_pieces(trace) or product_pieces(trace, lead) or sum_pieces(trace, lead)


def update_pieces(trace: Trace, rate: float = 0.0) -> list[Piece] | None:
    """The step of a weight, with digits enough for the printed numbers to come to the printed result.

    Args:
        trace: Of the weight after the step.
        rate: The learning rate: what is that times the gradient and nothing else is written so. Nesterov's gradient
            counts twice, and that of Adam is scaled: their sums are written out.
    """
    if not np.isfinite(trace.terms).all() or not trace.terms.size:
        return None
    now, rest = float(trace.terms[0]), [(k, float(t)) for k, t in enumerate(trace.terms) if k and t]
    plain = len(trace.operands) == 2 and trace.terms.size > 2 and {k for k, _ in rest} <= {2} and math.isclose(
        -float(trace.operands[1].values[2]), rate, rel_tol=1e-6)
    result = numbers.gradient(trace.total)
    first, step = numbers.gradient(now), [""] * 3
    for digits in range(4, 10):
        first = _digits(now, digits)
        sign = [numbers.MINUS if t < 0 else "+" for _, t in rest]
        texts = [_digits(abs(t), digits) for _, t in rest]
        if plain:
            step = [f"{rate:g}", _digits(float(trace.operands[0].values[2]), digits)]
            come = printed(first) - printed(step[0].replace("e-", "e−")) * printed(step[1])
        else:
            signed = ((1 if s == "+" else -1) * printed(t) for s, t in zip(sign, texts, strict=True))
            come = printed(first) + sum(signed, Decimal(0))
        if numbers.gradient(float(come)) == result:
            break
    if plain:
        slope_text = f"({step[1]})" if step[1].startswith(numbers.MINUS) else step[1]
        shown = [Piece(numbers.MINUS), Piece(f"{step[0]} · {slope_text}", "ink", 2)]
    else:
        pairs = zip(rest, sign, texts, strict=True)
        shown = [piece for (k, _), s, t in pairs for piece in (Piece(s), Piece(t, "ink", k))]
    own = numbers.letter(trace.target.rpartition(".")[2])
    lead = f"{own} ← {own} − rate · ∂L/∂{own}" if plain else f"{own} ←"
    return [Piece(lead), *([Piece("=")] if plain else []), Piece(first, "ink", 0), *shown, *_result(result)]


def _result(text: str) -> list[Piece]:
    return [Piece("="), Piece(text, "accent")]


BY_KIND = {"window": _window, "shares": _shares, "copy": _copy, "kept": _kept}
# First factors that tell a gradient, its own symbol by the target, and what the other factors are called.
BACK = {("grad",): "∂L/∂y", ("sent",): "∂L/∂x", ("difference",): "p − t"}
# What the parts of a loss are, by their factors.
LOSS = {("difference", "difference"): "Σ (x − t)²", ("difference", "slope"): "Σ error · slope",
        ("value", "factor"): "Σ (ln(1 + exp x) − x·t)", ("target", "surprise"): "−Σ t · ln p"}
SYMBOLS = {"slope": "f′(x)", "won": "won", "share": "share", "kept": "kept", "normed": "x̂", "scale": "scale",
           "below 0": "[x < 0]", "alpha": "α"}
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
