"""Expressions as they are written: of a tree, of a number on the timeline, and what both sides of a condition come to.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from app.i18n import N_
from app.model.expression import evaluate
from app.model.expression_place import map_of
from app.model.expression_tree import COMPARISONS, Node, names_of, parse, written
from app.model.frames import value_of
from app.model.results import Results
from app.model.timeline import LOSS, Playhead, shown_at
from cnncore.errors import CnnError


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


def pinned_map(results: Results, head: Playhead) -> str:
    """The expression of the map that a number lies in; of a weight, its kernel; of a unit, all units of its layer.

    Raises:
        CnnError: For a lone number, and for one that has no name.
    """
    space = len(results.network.input_shape) - 1
    kernel = head.lane in ("backward", "update") and shown_at(results.network, head) is None and head.node != LOSS
    axes = max(len(head.index) - space, 1) if kernel else 1
    index = head.index[:axes] if len(head.index) > axes else ()
    text = _name(results, dataclasses.replace(head, index=index, term=None)) if head.index else ""
    if text and map_of(text, results) is not None:
        return text
    raise CnnError("watch.map", N_("{number} lies in no map. Pin the number itself."), number=head.name)


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
