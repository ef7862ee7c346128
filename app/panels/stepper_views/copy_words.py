"""How a number that only moved has come to its place, in words."""

from __future__ import annotations

import math

import numpy as np

from app.i18n import N_, tr
from app.model.timeline import is_input
from app.panels.stepper_views.base import Scene
from cnncore.op import Shape

Cell = tuple[int, ...]


def joined(scene: Scene) -> list[tuple[str, int]]:
    """(layer, channels) of the inputs that stand one behind the other in the output; empty where they do not."""
    network = scene.results.network
    shapes = network.input_shapes(scene.node.name)
    one_behind = len(shapes) > 1 and sum(shape[0] for shape in shapes) == network.shapes[scene.node.name][0]
    return [(name, shape[0]) for name, shape in zip(scene.node.inputs, shapes, strict=True)] if one_behind else []


def channel_in_all(scene: Scene) -> int:
    """The number's channel, counted through all inputs of a node that puts them one behind the other."""
    if not is_input(scene.head.target):
        return scene.head.map
    return sum(n for _, n in joined(scene)[:int(scene.head.target[5:])]) + scene.head.map


def how_moved(scene: Scene, source: Shape, cell: Cell, to: Shape, own: Cell) -> str:
    """One sentence about a copy.

    Args:
        scene: The number.
        source, cell: Shape of the array that it comes from, and where it stood.
        to, own: The same of where it stands now.
    """
    behind = joined(scene)
    if behind:
        return _behind(behind, channel_in_all(scene), len(to) > 1)
    if len(to) == 1 < len(source):
        return tr("Entry {n} = {sum}: map by map, row by row.", n=own[0], sum=_counted(cell, source))
    if own == cell and source == to:
        return ""
    if len(to) == len(source) and to[0] == source[0] and own[0] == cell[0]:
        moves = [b - a for a, b in zip(cell[1:], own[1:], strict=True)]
        if any(moves):
            return tr("It has moved by {moves}: places are counted from the new corner.",
                      moves=", ".join(f"{m:+d}".replace("-", "−") for m in moves))
        return tr("Its place is the same: the map has only another edge.")
    if math.prod(to) == math.prod(source) and np.ravel_multi_index(own, to) == np.ravel_multi_index(cell, source):
        return tr("Counted map by map, row by row, it is number {n} in both.", n=int(np.ravel_multi_index(own, to)))
    return ""


def _behind(groups: list[tuple[str, int]], channel: int, maps: bool) -> str:
    first = N_("The channels of {layer} come first: channel {k} keeps its number.") if maps else N_(
        "The numbers of {layer} come first: number {k} stays number {k}.")
    later = N_("The {n} channels of {before} come first: channel {own} is channel {k} of {layer}.") if maps else N_(
        "The {n} numbers of {before} come first: number {own} is number {k} of {layer}.")
    start = 0
    for k, (name, n) in enumerate(groups):
        if channel < start + n:
            if not k:
                return tr(first, layer=name, k=channel)
            before = ", ".join(one for one, _ in groups[:k])
            return tr(later, n=start, before=before, own=channel, k=channel - start, layer=name)
        start += n
    return ""


def _counted(cell: Cell, shape: Shape) -> str:
    """``1 · 100 + 5 · 10 + 5``: the place in a list that all axes make, as numbers that come to it."""
    steps = [math.prod(shape[k + 1:]) for k in range(len(shape))]
    return " + ".join(f"{i} · {step}" if step > 1 else str(i) for i, step in zip(cell, steps, strict=True))


SAME = {True: N_("{to} is {source}: the same number, at the same place."),
        False: N_("{to} is {source}: the same number, only its place is another.")}
