"""Expressions as they are written: of a tree, of a number on the timeline, and what both sides of a condition come to.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from app.i18n import N_
from app.model.expression import ARITHMETIC, COMPARISONS, PASSED, Node, evaluate, names_of, parse
from app.model.frames import value_of
from app.model.results import Results
from app.model.timeline import LOSS, Playhead, shown_at
from cnncore.errors import CnnError


def written(tree: Any) -> str:
    """A tree as text again."""
    if tree is None:
        return ""
    if tree.what in ("number", "name"):
        return str(tree.text)
    if tree.what in PASSED:
        return f"{tree.what}({tree.text})"
    parts = tree.parts
    if tree.what == "call":
        return f"{tree.text}({written(parts[0])})"
    if tree.what == "index":
        return f"{written(parts[0])}[{', '.join(written(part) for part in parts[1])}]"
    if tree.what == "slice":
        return f"{written(parts[0])}:{written(parts[1])}"
    if tree.what in ("neg", "not"):
        return f"{'-' if tree.what == 'neg' else 'not '}{_held(parts[0])}"
    return f"{_held(parts[0])} {tree.what} {_held(parts[1])}"


def _held(tree: Node) -> str:
    """In brackets where it is an operation itself."""
    loose = tree.what in ARITHMETIC or tree.what in COMPARISONS or tree.what in ("and", "or")
    return f"({written(tree)})" if loose else written(tree)


def sides(condition: str, results: Results) -> list[tuple[str, float]]:
    """What the sides of a condition's comparisons come to now, but for those that are plain numbers."""
    found: dict[str, float] = {}
    for tree in _compared(parse(condition)):
        for part in tree.parts:
            if names_of(part):
                value = evaluate(written(part), results)
                if value.size == 1:
                    found[written(part)] = float(value.reshape(()))
    return list(found.items())


def _compared(tree: Node) -> list[Node]:
    if tree.what in COMPARISONS:
        return [tree]
    return [one for part in tree.parts if isinstance(part, Node) for one in _compared(part)]


def pinned(results: Results, head: Playhead) -> str:
    """The expression of the number at a playhead.

    Raises:
        CnnError: For one that has none: what one of several readers sends back.
    """
    text = _name(results, head)
    if text:
        found, value = evaluate(text, results), value_of(results, head)
        if found.size == 1 and np.isclose(float(found.reshape(())), value, 1e-5, 1e-12, equal_nan=True):
            return text
    raise CnnError("watch.name", N_("{number} is one part of a sum and has no name of its own. Pin the sum itself."),
                   number=head.name)


def _name(results: Results, head: Playhead) -> str:
    index = f"[{', '.join(map(str, head.index))}]" if head.index else ""
    if head.lane == "forward":
        return f"{head.node}{index}"
    if head.lane == "loss":
        return "loss"
    key = f"{head.node}.{head.target}"
    if head.lane == "update":
        return f"updated({key}){index}"
    at = shown_at(results.network, head)
    if head.node == LOSS or at is not None:
        node = results.network.scores if head.node == LOSS or at is None else at[0]
        return f"grad({node}){index}" if node in results.gradients.outputs else ""
    return f"grad({key}){index}"
