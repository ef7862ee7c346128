"""The result as one picture, SVG written by hand: a bar a row with its quartiles, floor and aim; and how time grows."""

from __future__ import annotations

import math
from xml.sax.saxutils import escape

from tests.benchmarks.engine.growth import Growth
from tests.benchmarks.engine.report import Result

# The window's light theme, app/theme.py, which would need Qt here.
PANEL, LINE, EDGE, INK, SOFT = "#ffffff", "#d6dbe2", "#79838f", "#1b2129", "#535e6b"
RIGHT, WRONG, WRONG_GROUND = "#0b6e45", "#b3261e", "#fdecea"
WIDTH, LEFT, RIGHT_EDGE, TOP, STEP, BAR = 920, 392, 840, 78, 23, 12
CHART, GAP = 210, 72


def svg(results: list[Result], grown: list[Growth], title: str) -> str:
    """The whole picture.

    Args:
        results: In the order of the table.
        grown: Along each axis; may be empty.
        title: Names contender and machine.
    """
    foot = TOP + STEP * len(results) + 18
    height = foot + (GAP + CHART + 52 if grown else 26)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'viewBox="0 0 {WIDTH} {height}" font-family="Inter, \'DejaVu Sans\', Arial, sans-serif" font-size="13">',
             f'<rect width="{WIDTH}" height="{height}" rx="8" fill="{PANEL}"/>',
             text(16, 28, "Time of ConvScope's engine over the time of PyTorch", INK, weight=600, size=15),
             text(16, 47, title, SOFT, size=12)]
    parts += _bars(results, foot)
    for k, one in enumerate(grown):
        parts += _chart(one, 48 + k * (WIDTH - 32) // 3, foot + GAP, (WIDTH - 32) // 3 - 128)
    if grown:
        parts.append(text(16, foot + GAP - 26, "How the time of a training step grows, in milliseconds (both axes "
                          "logarithmic; e: time ~ size^e)", INK, weight=600))
    return "\n".join([*parts, "</svg>", ""])


def text(x: float, y: float, words: str, colour: str, anchor: str = "start", weight: int = 400,
         size: float = 13) -> str:
    """A line of words."""
    return (f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-weight="{weight}" '
            f'font-size="{size}">{escape(words)}</text>')


def stroke(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1, dash: str = "") -> str:
    """A straight line."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
            f'stroke-width="{width}"{dashed}/>')


def _bars(results: list[Result], foot: int) -> list[str]:
    most = max([1.25, *(r.row.floor for r in results), *(min(r.ratio.q3, 2.0) for r in results)]) * 1.02

    def at(value: float) -> float:
        return LEFT + (RIGHT_EDGE - LEFT) * min(value, most) / most

    out = []
    for tick in (0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2):
        if tick <= most:
            out += [stroke(at(tick), TOP - 6, at(tick), foot - 12, INK if tick == 1 else LINE),
                    text(at(tick), TOP - 11, f"{tick:g}", INK if tick == 1 else SOFT, "middle", size=11)]
    for k, one in enumerate(results):
        y = TOP + 4 + k * STEP
        middle, bad = y + BAR / 2, one.verdict == "short"
        out += [text(LEFT - 10, middle + 4.5, one.row.key, INK, "end", size=12),
                f'<rect x="{LEFT}" y="{y}" width="{at(one.ratio.value) - LEFT:.1f}" height="{BAR}" rx="2" '
                f'fill="{WRONG_GROUND if bad else EDGE}" stroke="{WRONG if bad else EDGE}"/>',
                stroke(at(one.ratio.q1), middle, at(one.ratio.q3), middle, INK, 1.5),
                *(stroke(at(q), middle - 3.5, at(q), middle + 3.5, INK, 1.5) for q in (one.ratio.q1, one.ratio.q3)),
                stroke(at(one.row.floor), y - 4, at(one.row.floor), y + BAR + 4, WRONG, 2),
                stroke(at(one.row.aim), y - 4, at(one.row.aim), y + BAR + 4, RIGHT, 2, "3 2"),
                text(RIGHT_EDGE + 12, middle + 4.5, f"{one.ratio.value:.2f} {'✕' if bad else ''}", INK, weight=600,
                     size=12)]
    x, y = LEFT, foot + 10
    return [*out, stroke(x, y - 10, x, y + 2, WRONG, 2), text(x + 8, y, "must reach", SOFT, size=12),
            stroke(x + 92, y - 10, x + 92, y + 2, RIGHT, 2, "3 2"), text(x + 100, y, "aim", SOFT, size=12),
            stroke(x + 146, y - 4, x + 172, y - 4, INK, 1.5), text(x + 180, y, "quartiles", SOFT, size=12),
            text(x + 250, y, "less is faster; 1: as fast as PyTorch", SOFT, size=12)]


def _chart(one: Growth, left: int, top: int, wide: int) -> list[str]:
    """One axis: both curves, logarithmic, with their exponents at the end."""
    times = [t * 1e3 for t in (*one.ours, *one.theirs)]
    low, high = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))
    first, last = math.log(one.sizes[0]), math.log(one.sizes[-1])

    def x(size: float) -> float:
        return left + wide * (math.log(size) - first) / (last - first)

    def y(ms: float) -> float:
        return top + CHART - CHART * (math.log10(ms) - low) / (high - low)

    out = []
    for power in range(low, high + 1):
        out += [stroke(left, y(10.0**power), left + wide, y(10.0**power), LINE),
                text(left - 6, y(10.0**power) + 4, f"{10.0**power:g}", SOFT, "end", size=11)]
    out += [text(x(size), top + CHART + 16, str(size), SOFT, "middle", size=11) for size in one.sizes]
    out.append(text(left + wide / 2, top + CHART + 34, one.axis, INK, "middle", size=12))
    e = one.exponents()
    rows = (("ConvScope", one.ours, e[0], INK, ""), ("PyTorch", one.theirs, e[1], SOFT, "5 3"))
    ends = [y(row[1][-1] * 1e3) for row in rows]
    push = 15 if abs(ends[0] - ends[1]) < 30 else 0  # labels of curves that end together stand apart
    signs = (1, -1) if ends[0] > ends[1] else (-1, 1)
    for (name, seconds, fitted, colour, dash), sign in zip(rows, signs, strict=True):
        points = " ".join(f"{x(size):.1f},{y(t * 1e3):.1f}" for size, t in zip(one.sizes, seconds, strict=True))
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
                   f'stroke-dasharray="{dash}"/>')
        out += [f'<circle cx="{x(s):.1f}" cy="{y(t * 1e3):.1f}" r="3" fill="{colour}"/>'
                for s, t in zip(one.sizes, seconds, strict=True)]
        end = y(seconds[-1] * 1e3) + sign * push
        out += [text(left + wide + 8, end, name, colour, weight=600, size=11),
                text(left + wide + 8, end + 13, f"e = {fitted:.2f}", colour, size=11)]
    return out
