"""What a worked example has to say about its numbers of now, in a few lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from app import numbers
from app.i18n import N_
from app.model.frames import trace_of
from app.model.results import Results
from app.model.timeline import Playhead
from cnncore.network import INPUT
from cnncore.shapes import windows_over

RACES = {"E4": (("relu1", "pool1"), ("pool2", "relu2"))}  # orders that can be timed
Fact = tuple[str, Mapping[str, object]]  # English key, what it names


@dataclass(frozen=True)
class Line:
    """A number's place and what is said of it.

    Args:
        head: Where a click leads.
        name: What stands on it.
        text: In signs that need no translation.
    """

    head: Playhead
    name: str
    text: str


@dataclass(frozen=True)
class Said:
    """All of it.

    Args:
        title: Over the lines, an English key.
        lines: Of the last layers, say.
        verdict: Under the lines.
        good: Whether the verdict is a good one; None: neither.
        note: Under the title, in signs.
    """

    title: str
    lines: tuple[Line, ...]
    verdict: Fact | None = None
    good: bool | None = None
    note: str = ""


def _first(results: Results, node: str) -> Playhead:
    return Playhead(node, (0,) * len(results.network.shapes[node]))


def _means(results: Results) -> Said | None:
    """A1: of the first windows and of the largest, their sum, its ninth and that rounded."""
    weight, values = results.document.effective["conv1.weight"][0, 0], results.values("conv1")[0]
    if not np.allclose(weight, 1 / weight.size):
        return None
    high, wide = weight.shape
    best = np.unravel_index(int(values.argmax()), values.shape)
    lines = []
    for row, col in dict.fromkeys([(0, 1), (0, 0), (int(best[0]), int(best[1]))]):
        total = float(results.values(INPUT)[0, row:row + high, col:col + wide].sum(dtype=np.float64))
        head, mean = Playhead("conv1", (0, row, col)), float(values[row, col])
        lines.append(Line(head, head.name, f"{_plain(total)}/{weight.size}={numbers.figure(mean)}≈{mean:.0f}"))
    return Said(N_("Sum, mean, rounded"), tuple(lines))


def _curves(results: Results) -> Said:
    """A4: at the two shapes, and where the map peaks."""
    values = results.values("conv1")
    best = tuple(int(i) for i in np.unravel_index(int(values.argmax()), values.shape))
    heads = [Playhead("conv1", at) for at in dict.fromkeys([(0, 2, 2), (0, 7, 13), best])]
    return Said(N_("Shapes, and the peak"),
                tuple(Line(head, head.name, numbers.figure(float(values[head.index]))) for head in heads))


def _channels(results: Results) -> Said:
    """D3: one cell of both filters, channel by channel."""
    lines = []
    for filter_ in range(2):
        head = Playhead("conv1", (filter_, 1, 1))
        trace = trace_of(results, head)
        assert trace is not None  # it is not the input
        parts = [*(float(part) for part in trace.group_sums()), trace.bias or 0.0]
        signed = "".join(f"{'+' if part >= 0 else numbers.MINUS}{_plain(abs(part))}" for part in parts)
        lines.append(Line(head, head.name, f"{signed.removeprefix('+')}={_plain(trace.total)}"))
    return Said(N_("Channels and the bias"), tuple(lines))


def _plain(value: float) -> str:
    return f"{value:.6g}".replace("-", numbers.MINUS)


def _sums(results: Results) -> Said:
    """A2: what a low-pass keeps is the brightness."""
    weights = results.document.effective
    nodes = [node.name for node in results.network.nodes]
    sums = [float(weights[f"{name}.weight"].sum(dtype=np.float64)) for name in nodes]
    return Said(N_("The sum of each kernel"), tuple(
        Line(_first(results, name), name, numbers.figure(total)) for name, total in zip(nodes, sums, strict=True)))


def _sizes(results: Results) -> Said | None:
    """D1, D2: O = ⌊(W − K + 2P) / S⌋ + 1 along the last axis of each layer."""
    lines = []
    for node in results.network.nodes:
        axes = windows_over(node.op, results.network.input_shapes(node.name)[0][1:])
        if not axes:
            continue
        axis = axes[-1]
        pads = axis.padding + axis.after
        size = f"({axis.size}−{axis.kernel}{f'+{pads}' if pads else ''})"
        lines.append(Line(_last(results, node.name), node.name, f"⌊{size}/{axis.stride}⌋+1={axis.out}"))
    if not lines:
        return None
    keeps: Fact = (N_("P = (K − 1) / 2 keeps the size at stride 1"), {})
    return Said(N_("Output size"), tuple(lines), keeps if len(lines) < 3 else None, note="⌊(W − K + 2P) / S⌋ + 1")


def _last(results: Results, node: str) -> Playhead:
    return Playhead(node, tuple(n - 1 for n in results.network.shapes[node]))


def _same(results: Results) -> Said:
    """E3: how many numbers of the moved map are those of the map."""
    lines = []
    for name in (INPUT, *(node.name for node in results.network.nodes)):
        still, moved = results.values(name)
        lines.append(Line(_first(results, name), name, f"{np.count_nonzero(still == moved)} / {still.size}"))
    return Said(N_("Equal in both maps"), tuple(lines))


def _orders(results: Results) -> Said:
    """E4: the same bits by less work."""
    first, then = results.values("both")
    equal = first.tobytes() == then.tobytes()
    lines = tuple(Line(_first(results, order[-1]), ", ".join(order), str(results.values(name).size))
                  for order in RACES["E4"] for name in order if name.startswith("relu"))
    verdict = N_("equal to the last bit") if equal else N_("the two maps differ")
    return Said(N_("Numbers that ReLU sees"), lines, (verdict, {}), equal)


def _shapes(results: Results) -> Said:
    """B2: the cells of the input, padding included, that each kernel's maximum came from."""
    values, wide = results.values(INPUT)[0], results.document.weights["conv1.weight"].shape[-1]
    side, lines = wide // 2, []
    padded = np.pad(values, side)
    for channel, kept in enumerate(results.values("keepmax1")):
        at = int(np.argmax(kept))
        window = " ".join(_plain(float(value)) for value in padded[at:at + wide])
        head = Playhead("conv1", (channel, at))
        lines.append(Line(head, head.name, f"← {window}"))
    return Said(N_("A maximum came from"), tuple(lines))


def _lines(results: Results) -> Said:
    """C1: where a whole line is."""
    found = np.argwhere(results.values("conv1") == 3)[:3]
    heads = [Playhead("conv1", tuple(int(i) for i in at)) for at in found]
    return Said(N_("Whole lines give 3"), tuple(Line(head, head.name, "3") for head in heads),
                None if heads else (N_("none"), {}))


def _person(results: Results) -> Said:
    """C3: the lock and its key."""
    value = float(results.values("dense1")[0])
    verdict = N_("accepted: a person") if value > 0 else N_("refused: no person")
    return Said(N_("Accepted above 0"),
                (Line(Playhead("dense1", (0,)), "dense1[0]", numbers.figure(value)),), (verdict, {}), value > 0)


SAYS: Mapping[str, Callable[[Results], Said | None]] = {
    "A1": _means, "A2": _sums, "A4": _curves, "B2": _shapes, "C1": _lines, "C3": _person, "D1": _sizes, "D2": _sizes,
    "D3": _channels, "E3": _same, "E4": _orders,
}


def said(results: Results) -> Said | None:
    """Of these results; None where the largest numbers of the last layers say enough."""
    says = SAYS.get(results.network.name)
    if says is None or results.document.typed is None:
        return None
    try:
        return says(results)
    except (KeyError, ValueError, IndexError):  # a network from elsewhere that has an example's name only
        return None
