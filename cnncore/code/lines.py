"""How wide lines are: none is cut off, neither in a narrow column nor in a file."""

from __future__ import annotations

WIDEST = 72
INDENT = "    "
OPEN, SHUT, QUOTES = "([{", ")]}", "'\""


def folded(lines: list[str], widest: int = WIDEST) -> list[str]:
    """The same code with no line wider; the last, which is the number, stays one line.

    A line is broken at a space inside brackets, where Python lets one go on.
    """
    *before, last = lines
    if len(last) > widest:
        before, last = [*before, f"out = {last}"], "out"
    return [part for line in before for part in _broken(line, widest)] + [last]


def _broken(line: str, widest: int) -> list[str]:
    if len(line) <= widest:
        return [line]
    places = _places(line)
    if not places and " = " in line:
        line = line.replace(" = ", " = (", 1) + ")"
        places = _places(line)
    indent = line[:len(line) - len(line.lstrip())] + INDENT
    parts, start, room = [], 0, widest
    while len(line) - start > room:
        fitting = [(depth, -k) for k, depth in places if start < k <= start + room]
        roomy = [(depth, k) for depth, k in fitting if -k > start + room // 2]
        if not fitting:
            break
        at = -min(roomy or fitting)[1]  # in the fewest brackets; of several the last
        parts.append(line[start:at])
        start, room = at + 1, widest - len(indent)
    parts.append(line[start:])
    return [part if k == 0 else indent + part for k, part in enumerate(parts)]


def _places(line: str) -> list[tuple[int, int]]:
    """(index, number of brackets around it) of every space at which the line may be broken."""
    found, depth, quote = [], 0, ""
    for k, sign in enumerate(line):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in QUOTES:
            quote = sign
        elif sign == "#":
            break
        elif sign == " " and depth:
            found.append((k, depth))
        else:
            depth += (sign in OPEN) - (sign in SHUT)
    return found
