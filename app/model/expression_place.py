"""Where an expression leads: the number of the timeline that a person goes to with a click on a watch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.model.expression import evaluate, subscripts
from app.model.expression_tree import PASSED, Node, parse, written
from app.model.results import Results
from app.model.timeline import LOSS, Playhead, came_back, exists, origin
from cnncore.errors import CnnError
from cnncore.network import INPUT
from cnncore.op import Array

ENDS = {"max": np.nanargmax, "min": np.nanargmin, "argmax": np.nanargmax, "argmin": np.nanargmin}


@dataclass(frozen=True)
class Part:
    """Numbers of one array: its name, what of it is asked about, its shape, and which places of it."""

    what: str
    name: str
    shape: tuple[int, ...]
    places: NDArray[np.intp]


def place_of(text: str, results: Results) -> Playhead | None:
    """Where its number is made; of a maximum or minimum, where that lies; else the first number that it names."""
    try:
        with np.errstate(all="ignore"):
            found = _part(parse(text), results)
    except (CnnError, ValueError):
        return None
    if found is None or not found.places.size:
        return None
    index = np.unravel_index(int(found.places.reshape(-1)[0]), found.shape) if found.shape else ()
    head = _head(found, tuple(int(i) for i in index), results)
    return head if head is not None and exists(results.network, head) else None


def map_of(text: str, results: Results) -> Array | None:
    """(rows, columns) where an expression is nothing but a map, a kernel or a list of units; else None.

    Raises:
        CnnError: As `evaluate`.
    """
    tree = parse(text)
    inner = tree
    while inner.what == "index":
        inner = inner.parts[0]
    if inner.what not in ("name", *PASSED) or inner.text in ("answer", "target", "loss", "value"):
        return None
    values, space = evaluate(text, results), len(results.network.input_shape) - 1
    if values.size < 2 or values.ndim > max(2, space):
        return None
    if values.ndim == 3:
        slice_: Array = values[len(values) // 2]  # the one in the middle
        return slice_
    if values.ndim == 2 or space == 1:
        return values.reshape(-1, values.shape[-1])
    columns = int(np.ceil(np.sqrt(values.size)))
    grid: Array = np.zeros(-(-values.size // columns) * columns)
    grid[:values.size] = values
    return grid.reshape(-1, columns)


def _part(tree: Any, results: Results) -> Part | None:
    """The first numbers that a tree names."""
    if not isinstance(tree, Node):
        return None
    if tree.what in ("name", *PASSED):
        shape = evaluate(written(tree), results).shape
        return Part(tree.what, tree.text, shape, np.arange(int(np.prod(shape))).reshape(shape))
    if tree.what == "index":
        inner = _part(tree.parts[0], results)
        if inner is None:
            return None
        at = subscripts(tree, inner.places.shape, results)
        return Part(inner.what, inner.name, inner.shape, np.asarray(inner.places[at]))
    if tree.what == "call" and tree.text in ENDS:
        inner = _part(tree.parts[0], results)
        values = evaluate(written(tree.parts[0]), results)
        if inner is not None and values.size == inner.places.size and not np.isnan(values).all():
            return Part(inner.what, inner.name, inner.shape, inner.places.reshape(-1)[[ENDS[tree.text](values)]])
        return inner
    return next((found for found in (_part(part, results) for part in tree.parts) if found is not None), None)


def _head(part: Part, index: tuple[int, ...], results: Results) -> Playhead | None:
    network, name = results.network, part.name
    node, _, target = name.partition(".")
    if part.what == "updated" or (part.what == "name" and target):
        return Playhead(node, index, None, target, "update")
    if part.what == "grad":
        return Playhead(node, index, None, target, "backward") if target else came_back(network, name, index)
    if name in network.shapes or name == INPUT:
        return origin(network, name, index)
    if name == "loss":
        return Playhead(LOSS, (), lane="loss")
    answer = {"answer": results.order[0], "target": results.target}.get(name)
    return origin(network, network.last, index if answer is None else (answer,))
