"""How wide lines are: none is cut off, neither in a file nor in a narrow column, and folded lines are Python too."""

from __future__ import annotations

import re
from typing import NamedTuple

WIDEST = 72
LEAST = 12  # columns
OPEN, SHUT, QUOTES, OPERATORS = "([{", ")]}", "'\"", "+-*/=<>"
ASSIGNED = re.compile(r"\s*(?:[^=(]+ [-+*/]?= |from [\w.]+ import )?")
SHORT = 8.0  # what it costs to leave a line empty


def folded(lines: list[str], widest: int = WIDEST) -> list[str]:
    """The same code with no line wider, in a file; the last, which is the number, stays one line."""
    *before, last = lines
    if len(last) > widest:
        before, last = [*before, f"out = {last}"], "out"
    return [part for line in before for part in _broken(line, widest, "    ")] + [last]


def narrow(text: str, columns: int) -> str:
    """The same code in so few columns; a comment goes before its line where there is no room behind it."""
    out = []
    for line in _whole(text):
        code, mark, said = line.partition("  # ")
        if mark and len(line) > columns:
            out.append(f"# {said}")
            line = code
        out += _broken(line, max(columns, LEAST), "  ")
    return "\n".join(out)


def _whole(text: str) -> list[str]:
    """Lines that were broken inside brackets are one again."""
    out: list[str] = []
    for line in text.split("\n"):
        last = out[-1] if out else ""
        if last and sum(last.count(sign) for sign in OPEN) > sum(last.count(sign) for sign in SHUT):
            out[-1] += ("" if last[-1] in OPEN else " ") + line.strip()
        else:
            out.append(line)
    return out


def _broken(line: str, widest: int, more: str) -> list[str]:
    """A line is broken inside brackets, where Python lets it go on; a sum of its own gets a pair around it."""
    if len(line) <= widest or line.lstrip().startswith("#"):
        return [line]
    found = ASSIGNED.match(line)
    head, value = line[:found.end()], line[found.end():]  # type: ignore[union-attr]  # it matches everything
    own = _places(value)
    if not line.endswith(":") and (not own or any(not place.depth and not place.opened for place in own)):
        line = f"{head}({value})"
    places = [place for place in _places(line) if place.depth or place.opened]
    indent = line[:len(line) - len(line.lstrip())] + more
    parts, start, room = [], 0, widest
    while len(line) - start > room:
        fitting = [(place.cost + SHORT * (start + room - place.at) / room, place.at) for place in places
                   if start + LEAST // 2 <= place.at <= start + room]
        later = [place.at for place in places if place.at > start + LEAST // 2]
        if not fitting and not later:
            break
        at = min(fitting)[1] if fitting else later[0]
        parts.append(line[start:at].rstrip())
        start, room = at + (line[at] == " "), widest - len(indent)
    parts.append(line[start:])
    return [part if k == 0 else indent + part for k, part in enumerate(parts)]


class Place(NamedTuple):
    """Where a line may be broken: at a space, or right behind a bracket that opens there."""

    at: int
    depth: int  # brackets around it
    subscript: bool  # the innermost is a subscript's
    opened: bool
    after: str  # what the line would end with

    @property
    def cost(self) -> float:
        """How much a reader minds: best behind a comma, else before an operator."""
        end = 3.0 if self.after in OPERATORS else 1.0 if self.after != "," else 0.0
        return 2.0 * self.depth + 5.0 * self.subscript + 2.5 * self.opened + end


def _places(line: str) -> list[Place]:
    found, around, quote = [], "", ""  # of the brackets around, those of a subscript are an i
    for k, sign in enumerate(line):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in QUOTES:
            quote = sign
        elif sign == "#":
            break
        elif sign == " " and line[:k].strip():
            found.append(Place(k, len(around), around.endswith("i"), False, line[k - 1]))
        elif sign in SHUT:
            around = around[:-1]
        elif sign in OPEN:
            kind = "i" if sign == "[" and k and (line[k - 1].isalnum() or line[k - 1] in "_)]") else sign
            if line[k + 1:k + 2] not in SHUT:
                found.append(Place(k + 1, len(around), kind == "i", True, sign))
            around += kind
    return found
