"""The factors of one number, each in the map that it lies in: what is multiplied, added or compared cell by cell."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app import numbers
from app.i18n import N_, tr
from app.model.timeline import is_input
from app.panels.stepper_views.base import Scene
from app.panels.stepper_views.placing import folded_list, lead_of_plane, placed
from app.panels.stepper_views.terms import cell_name
from cnncore.trace import Operand, Trace

MOST = 5  # maps beside one another
# What a computed factor is called, and what it says of the number: of 1, of 0, of anything else.
COMPUTED = {
    "kept": (N_("Kept"), N_("nothing is left out"), N_("left out"), N_("kept, and made larger")),
    "won": (N_("Won"), N_("1: it won"), N_("0: it lost"), ""),
    "slope": (N_("Slope"), "", N_("slope 0: nothing passes"), ""),
    "share": (N_("Share"), "", "", ""),
    "scale": (N_("Scale"), "", "", ""),
    "normed": ("x̂", "", "", N_("the normed input")),
    "below 0": ("[x < 0]", "", "", N_("1 where the slope counts")),
}


@dataclass(frozen=True, eq=False)
class Part:
    """One number of the sum or the product.

    Args:
        name: English key of the heading, or a ready name.
        what: The cell, beside it.
        value: The number; None: the map as a whole is meant.
        plane: Its map; None: it lies in none.
        spot: (row, column) in it; None: no cell of it.
        source, index: Where it is made; an empty source: nowhere.
        sign: Between it and the part before.
        gradient: It came back.
        under: What is said under it.
        term: Which term it is (of); None: of all.
        second: It counts less than the one that is meant: dashed.
        also: Another cell of the map that counts: dashed.
    """

    name: str
    what: str
    value: float | None
    plane: NDArray[np.floating] | None = None
    spot: tuple[int, int] | None = (0, 0)
    source: str = ""
    index: tuple[int, ...] = ()
    sign: str = ""
    gradient: bool = False
    under: str = ""
    term: int | None = 0
    second: bool = False
    also: tuple[int, int] | None = None


def parts_of(scene: Scene) -> list[Part] | None:
    """The parts of a trace with few factors; None where there are too many, or a factor lies nowhere that is known."""
    trace = scene.trace
    if trace.reduce not in ("sum", "pick") or trace.divisor != 1 or not trace.operands:
        return None
    if any(one.samples is not None and one.samples.any() for one in trace.operands):
        return None
    if trace.kind == "kept":
        return _kept(scene)
    if trace.kind == "sum":
        found = _sum(scene)
    elif trace.terms.size == 1 and trace.reduce == "sum":
        found = [_part(scene, one, 0, "×" if k else "") for k, one in enumerate(trace.operands)]
    else:
        found = _channels(scene) or fields(scene)
    if found is None or not 0 < len(found) <= MOST + 1 or not any(part.plane is not None for part in found):
        return None
    if trace.bias is not None:
        found.append(Part(N_("Bias"), "", trace.bias, sign="+", term=None))
    return found


def _sum(scene: Scene) -> list[Part] | None:
    """One map for each input."""
    operands, out = scene.trace.operands, []
    for k in range(scene.trace.terms.size):
        one = next((one for one in operands if one.cells.shape[1] and one.inside[k]), None)
        if one is None or len(out) > MOST:
            return None
        out.append(_part(scene, one, k, "+" if k else ""))
    return out


def _channels(scene: Scene) -> list[Part] | None:
    """Maps of one source that compete or add up at one place: the channels around."""
    trace = scene.trace
    first = trace.operands[0]
    if not 1 < trace.terms.size <= MOST or first.cells.shape[1] == 0 or not first.inside.all():
        return None
    if len(trace.operands) > 2 or any(one.cells.shape[1] for one in trace.operands[1:]):
        return None
    channels = set(first.cells[:, 0].tolist())
    if (first.cells[:, 1:] != first.cells[:1, 1:]).any() or len(channels) < len(first.cells):
        return None
    aside = trace.target == "output" and len(trace.operands) > 1 and not trace.operands[1].values.all()
    out = []
    for k in range(trace.terms.size):
        picked = trace.reduce == "pick"
        between = "," if aside or (picked and trace.terms.size > 2) else _compared(trace) if picked else "+"
        part = _part(scene, first, k, between if k else "")
        if picked:
            level = trace.terms[k] == trace.terms[trace.winner or 0]
            under = tr("it wins") if k == trace.winner else tr("as large, but later") if level else tr("it loses")
        else:
            under = _beside(trace, k)
        second = trace.winner != k if picked else int(first.cells[k, 0]) != scene.head.map
        out.append(dataclasses.replace(part, under=under, second=second))
    return out


def fields(scene: Scene) -> list[Part] | None:
    """What came back to a whole map, times what was made of each of its cells on the way, place by place."""
    trace = scene.trace
    came, *others = trace.operands
    space = scene.results.network.shapes[scene.node.name][1:]
    if came.source != "grad" or not others or others[-1].cells.shape[1] or trace.terms.size < 2:
        return None
    if came.cells.shape[1] != 1 + len(space) or trace.layout[0] != 1 or len(trace.layout) < 2:
        return None
    if tuple(trace.layout[len(trace.layout) - len(space):]) != space:
        return None
    if any(one.cells.shape[1] and not np.array_equal(one.cells, came.cells) for one in others):
        return None
    term, size = scene.head.term, int(np.prod(space[-2:])) if space else trace.terms.size
    at = term if term is not None else int(np.argmax(np.nan_to_num(np.abs(trace.terms), nan=np.inf)))
    first = at // size * size
    index = tuple(int(i) for i in came.cells[first])

    def laid(values: NDArray[np.float64]) -> NDArray[np.floating]:
        own = values[first:first + size]
        return own.reshape(-1, space[-1]) if space else folded_list(own)

    spot = divmod(at - first, laid(trace.terms).shape[1]) if term is not None else None
    out = []
    for k, one in enumerate(trace.operands):
        plane, sign = laid(one.values), "×" if k else ""
        if one.cells.shape[1]:
            name, node = (N_("Came back"), f"∂L/∂{scene.node.name}") if not k else (N_("Went in"), scene.source)
            what = cell_name(node, lead_of_plane(index)) if space else node
            out.append(Part(name, what, None, plane, spot, one.source, index, sign,
                            not k, term=term))
        else:
            name, _, _, under = COMPUTED.get(one.source, (one.source, "", "", ""))
            out.append(Part(name, "", None, plane, spot, sign=sign, under=tr(under) if under else "", term=term))
    count, own = trace.terms.size // size, float(trace.terms[first:first + size].sum())
    said = [tr("sum {value}", value=numbers.gradient(own))]
    if count > 1:
        said.append(tr("all {n} maps {total}", n=count, total=numbers.gradient(float(trace.terms.sum()))))
    return [*out, Part(N_("Products"), "", None, laid(trace.terms), spot, sign="=", gradient=True, term=term,
                       under=" · ".join(said))]


def _compared(trace: Trace) -> str:
    """What stands between two that compete."""
    first, second = trace.terms.tolist()
    return ">" if first > second else "<" if first < second else "="


def _kept(scene: Scene) -> list[Part] | None:
    """The number, and the largest of its map."""
    trace = scene.trace
    first, own = trace.operands[0], trace.winner
    if own is None:
        return None
    if not np.isfinite(first.values).all():  # no largest then
        return [dataclasses.replace(_part(scene, first, own, ""), term=own)]
    top = int(np.argmax(first.values))
    best = tuple(int(i) for i in first.cells[top])
    kept = first.values[own] == first.values[top]
    part = dataclasses.replace(_part(scene, first, own, ""), under=tr("the largest of its map: 1") if kept else
                               tr("not the largest: 0"), term=own, also=placed(scene.array(first.source), best)[1])
    return [part, Part(N_("Largest"), "", float(first.values[top]), sign="=" if kept else "<",
                       under=cell_name(scene.source, best), term=top)]


def _beside(trace: Trace, k: int) -> str:
    """What a neighbour is multiplied with."""
    if len(trace.operands) < 2:
        return ""
    factor = float(trace.operands[1].values[k])
    return f"× {numbers.figure(factor)}" if factor or trace.target != "output" else tr("counts in the scale only")


def _part(scene: Scene, one: Operand, k: int, sign: str) -> Part:
    value, index = float(one.values[k]), tuple(int(i) for i in one.cells[k])
    if not index:
        name, at_one, at_zero, other = COMPUTED.get(one.source, (one.source, "", "", ""))
        under = at_one if value == 1 else at_zero if value == 0 else other
        return Part(name, "", value, sign=sign, under=tr(under) if under else "", term=k)
    if one.source == "grad":
        name, what = N_("Came back"), f"∂L/∂{cell_name(scene.node.name, index)}"
    elif is_input(one.source):
        name, what = N_("Input"), cell_name(scene.node.inputs[int(one.source[5:])], index)
    else:
        name, what = tr(PARAMETERS.get(one.source, one.source)), f"{scene.node.name}.{cell_name(one.source, index)}"
    if not one.inside[k]:
        return Part(name, tr("padding"), value, sign=sign, gradient=one.source == "grad", term=k)
    array = scene.array(one.source)
    if array.ndim == 1 and not (is_input(one.source) or one.source == "grad"):
        return Part(name, what, value, source=one.source, index=index, sign=sign, term=k)
    plane, spot = placed(array, index)
    return Part(name, what, value, plane, spot, one.source, index, sign, one.source == "grad", term=k)


PARAMETERS = {"weight": N_("Weight"), "scale": N_("Scale"), "offset": N_("Offset")}
