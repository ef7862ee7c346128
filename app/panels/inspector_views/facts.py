"""Where a number comes from and where it goes: rows of words and links, made from the network and its results."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from app import numbers
from app.i18n import N_, tr
from app.model.frames import node_of, trace_of, value_of
from app.model.results import SILENT, Results
from app.model.timeline import SKIPPED, Playhead, came_back, has_loss, is_input, origin
from cnncore.network import INPUT, Node
from cnncore.op import Region, Shape
from cnncore.trace import Trace

KERNEL = "kernel"
MANY = 20_000  # numbers that one is made of


@dataclass(frozen=True)
class Part:
    """A stretch of a row: a text, how it is set, and where a click leads.

    Args:
        text: Translated already.
        tone: ``text``, ``strong``, ``code``, ``right`` or ``warn``.
        to: A cell, or `KERNEL`: the kernel panel.
    """

    text: str
    tone: str = "text"
    to: Playhead | str | None = None


@dataclass(frozen=True)
class Row:
    """A name (English key, or a layer's own name) and what it says."""

    name: str
    parts: tuple[Part, ...]


# --- comes from

def comes_from(results: Results, head: Playhead) -> list[Row]:
    """What the number is computed from."""
    return because(results, head) + _comes_from(results, head)


def _comes_from(results: Results, head: Playhead) -> list[Row]:
    if head.node == INPUT and results.document.typed is not None:
        return [Row(N_("input"), (Part(tr("a number that was typed")),))]
    if head.node == INPUT:
        text, facts = results.document.preprocess.words()
        return [Row(N_("drawing"), (Part(tr(text, **facts)),))]
    network = results.network
    node = network.node(head.node)
    rows = []
    for source, region in zip(node.inputs, node.op.reads(head.index, *network.input_shapes(node.name)), strict=True):
        if region is None or cells(region):  # a concatenation reads nothing of all but one
            rows.append(_read(results, source, region))
    return rows + _parameters(results, node, head)


def _read(results: Results, source: str, region: Region) -> Row:
    shape = results.network.shapes[source]
    source, shape, region = _unfolded(results, source, shape, region)
    if region is None or cells(region) == math.prod(shape) > 1:
        whole = tr("all {n}", n=numbers.count(math.prod(shape)))
        return Row(N_("input"), (Part(source, "code", Playhead(source, (0,) * len(shape))), Part(whole)))
    first = Playhead(source, tuple(start for start, _, _ in region))
    if cells(region) == 1:
        return Row(N_("input"), (Part(source, "code", first), Part(brackets(first.index), "code")))
    return Row(N_("window"), (Part(source, "code", first), Part(slices(region), "code")))


def _unfolded(results: Results, source: str, shape: Shape, region: Region) -> tuple[str, Shape, Region]:
    """Past a node that only rearranges, when all of it or one cell is read."""
    network = results.network
    while source != INPUT and network.node(source).op.kind in SKIPPED and (region is None or cells(region) == 1):
        node = network.node(source)
        if region is not None:
            region = node.op.reads(tuple(start for start, _, _ in region), *network.input_shapes(source))[0]
        source = node.inputs[0]
        shape = network.shapes[source]
    return source, shape, region


def _parameters(results: Results, node: Node, head: Playhead) -> list[Row]:
    rows = []
    for key, shape in node.op.parameter_shapes(*results.network.input_shapes(node.name)).items():
        name = f"{node.name}.{key}"
        if len(shape) == 1:
            text = numbers.figure(float(results.document.weights[name][head.map]))
            muted = (node.name, head.map) in results.document.muted
            parts = (Part("0", "code"), Part(tr("muted: else {value}", value=text))) if muted else (Part(text, "code"),)
            rows.append(Row(N_("bias") if key == "bias" else key, parts))
        else:
            kernel = len(shape) > 2
            rows.append(Row(N_("kernel") if kernel else N_("weights"),
                            (Part(f"{name}[{head.map}]", "code", KERNEL if kernel else None),)))
    return rows


def because(results: Results, head: Playhead) -> list[Row]:
    """Of NaN or infinity: the first factor that is no number either, as a way there; or else what went wrong here."""
    value = value_of(results, head)
    trace = None if math.isfinite(value) or head.lane == "update" else trace_of(results, head)
    if trace is None:
        return []
    found = sum(int(np.count_nonzero(~np.isfinite(one.values))) for one in trace.operands)
    more = (Part(tr("and {n} more", n=numbers.count(found - 1))),) if found > 1 else ()
    for one in trace.operands:
        bad = np.flatnonzero(~np.isfinite(one.values))
        if bad.size:
            number = Part(numbers.figure(float(one.values[bad[0]])), "strong")
            index = tuple(int(i) for i in one.cells[bad[0]])
            return [Row(N_("because of"), (_factor(results, head, one.source, index), number, *more))]
    if trace.bias is not None and not math.isfinite(trace.bias):
        return [Row(N_("because of"), (Part(f"{head.node}.bias", "code"), Part(numbers.figure(trace.bias), "strong")))]
    why = tr("the sum is beyond float32, which ends at 3.4e38") if np.isfinite(trace.terms).any() or math.isinf(value) \
        else tr("there is no such number")
    return [Row(N_("because"), (Part(why),))]


def _factor(results: Results, head: Playhead, source: str, index: tuple[int, ...]) -> Part:
    """What a factor is called, and the way to it."""
    network = results.network
    if source == "grad":
        return Part(f"∂L/∂{head.node}{brackets(index)}", "code", came_back(network, head.node, index))
    if is_input(source) and index:
        at = origin(network, node_of(results, head).inputs[int(source[5:])], index)
        return Part(at.name, "code", at)
    return Part(f"{head.node}.{source}{brackets(index) if index else ''}", "code", KERNEL if len(index) > 2 else None)


# --- goes to

@SILENT
def goes_to(results: Results, head: Playhead) -> list[Row]:
    """Who reads the number, as far as it is one number, and whether it gets through."""
    network, rows = results.network, []
    node, index = head.node, head.index
    while True:
        readers = network.consumers(node)
        if len(readers) != 1:
            return rows + [_many(results, node, index, name) for name in readers] + _end(results, node, index)
        reader = network.node(readers[0])
        region = _reached(results, node, index, reader)
        count = math.prod(network.shapes[reader.name]) if region is None else cells(region)
        if count == 0:
            return [*rows, Row(reader.name, (Part(tr("no window lies on it")),))]
        if count > 1 or region is None:
            rows.append(_many(results, node, index, reader.name))
            return rows + _classes(results, reader.name)
        before, node, index = index, reader.name, tuple(start for start, _, _ in region)
        if reader.op.kind in SKIPPED:
            continue
        row, passes = _one(results, reader, before, index)
        rows.append(row)
        if not passes:
            return rows


def _reached(results: Results, node: str, index: tuple[int, ...], reader: Node) -> Region:
    return reader.op.reaches(reader.inputs.index(node), index, *results.network.input_shapes(reader.name))


def _many(results: Results, node: str, index: tuple[int, ...], reader: str) -> Row:
    region = _reached(results, node, index, results.network.node(reader))
    shape = results.network.shapes[reader]
    count = math.prod(shape) if region is None else cells(region)
    to = Playhead(reader, tuple(start for start, _, _ in region) if region is not None else (0,) * len(shape))
    text = tr("{n} cells", n=numbers.count(count)) if len(shape) > 1 else tr("all {n}", n=numbers.count(count))
    return Row(reader, (Part(text, "text", to if count else None),))


def _one(results: Results, reader: Node, before: tuple[int, ...], index: tuple[int, ...]) -> tuple[Row, bool]:
    """A row for a reader that makes one number, ``index``, of the number at ``before``; and whether it gets through."""
    to = Part(brackets(index), "code", Playhead(reader.name, index))
    seen = reader.op.reads(index, *results.network.input_shapes(reader.name))
    count = sum(cells(region) for region in seen)
    if count > MANY:  # a trace of it would take longer than a frame
        return Row(reader.name, (Part(tr("1 of {n}", n=numbers.count(count)), "text", to.to),)), True
    trace: Trace = reader.op.trace("output", index, results.run(reader.name))
    if not math.isfinite(trace.total):
        return Row(reader.name, (Part(tr("becomes {number}", number=numbers.figure(trace.total)), "strong"), to)), True
    slopes = [o for o in trace.operands if o.source == "slope"]
    if trace.kind == "curve" and slopes:
        slope = float(slopes[0].values[0])
        if slope == 0:
            return Row(reader.name, (Part(tr("blocked"), "strong"), Part(tr("slope 0: goes no further")))), False
        return Row(reader.name, (Part(tr("passes, slope {slope}", slope=numbers.figure(slope)), "text", to.to),)), True
    if trace.kind == "window" and trace.winner is not None:
        seen = trace.operands[0]
        won = tuple(int(i) for i in seen.cells[trace.winner]) == before
        level = seen.inside & (trace.terms == trace.terms[trace.winner])
        ties = np.count_nonzero(level) > 1 and any(tuple(cell) == before for cell in seen.cells[level].tolist())
        if ties:
            words = tr("ties, and counts as the first") if won else tr("ties, but the first counts")
        else:
            words = tr("wins") if won else tr("loses")
        return Row(reader.name, (Part(words, "strong"), to)), won
    if trace.kind == "window":
        return Row(reader.name, (Part(tr("1 of {n} in the mean", n=f"{trace.divisor:g}"), "text", to.to),)), True
    return Row(reader.name, (to,)), True


def _classes(results: Results, reader: str) -> list[Row]:
    network = results.network
    if reader == network.last or network.node(network.last).op.kind != "softmax":
        return []
    return [Row(N_("classes"), (Part(tr("all {n}", n=numbers.count(network.shapes[network.last][0]))),))]


def _end(results: Results, node: str, index: tuple[int, ...]) -> list[Row]:
    """Nobody reads it: it is an answer."""
    if results.network.consumers(node):
        return []
    if not has_loss(results.network):
        return [Row(N_("answer"), (Part(tr("it is of the output")),))]
    labels = results.document.labels
    name = labels[index[0]] if index[0] < len(labels) else str(index[0])
    return [Row(N_("answer"), (Part(tr("the share of “{name}”", name=name)),))]


# --- words

def cells(region: Region) -> int:
    """How many cells a region holds."""
    return math.prod(len(range(*one)) for one in region) if region is not None else 0


def brackets(index: tuple[int, ...]) -> str:
    """``[2, 5, 4]``."""
    return f"[{', '.join(str(int(i)) for i in index)}]"


def slices(region: Region) -> str:
    """As NumPy writes it: ``[0, 10:15, 9:14]``."""
    def one(start: int, stop: int, step: int) -> str:
        if stop - start <= step:
            return str(start)
        return f"{start}:{stop}" + (f":{step}" if step > 1 else "")
    return f"[{', '.join(one(*r) for r in region or ())}]"
