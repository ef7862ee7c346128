"""Why the debugger stopped, as a sentence with the number: English keys and their facts."""

from __future__ import annotations

from app import numbers
from app.i18n import N_
from app.model.alarms import Holding, Notice
from app.model.breakpoints import CHANGED, DEAD, Breakpoint
from app.model.expression_text import sides
from app.model.frames import array_of, value_of
from app.model.results import Results
from app.model.stops import passes
from app.model.timeline import Playhead, named, stretch_of
from cnncore.errors import CnnError

Sentence = tuple[str, dict[str, object]]


def stopped(stop: Breakpoint | None, results: Results, head: Playhead) -> Sentence:
    """Why playing stopped at a number."""
    value = _value(results, head)
    if stop is None or not stop.condition:
        return N_("Stopped where {place} begins: {name} is {value}."), {
            "place": stop.place if stop is not None else head.node, "name": named(results.network, head),
            "value": value}
    if stop.condition == DEAD:
        return _dead(results, head)
    if passes(stop):
        return N_("Stopped at {name}: it is {value}, and the breakpoint is {condition}."), {
            "name": named(results.network, head), "value": value, "condition": stop.text}
    return N_("Stopped at {name}: {condition}, with {reading}."), {
        "name": named(results.network, head), "condition": stop.condition, "reading": reading(stop.condition, results)}


def reached(notice: Notice, results: Results) -> Sentence:
    """What a stroke or a training step did."""
    stop, head = notice.stop, notice.head
    if stop.condition == CHANGED:
        labels, answer = results.document.labels, results.order[0]
        before = notice.before or 0
        return N_("The answer changed from “{before}” to “{after}”, now {share}."), {
            "before": labels[before] if before < len(labels) else before,
            "after": labels[answer] if answer < len(labels) else answer,
            "share": numbers.share(float(results.probabilities[answer]))}
    if stop.condition == DEAD:
        return N_("A ReLU is dead since the last change: all {count} values of {node}[{map}] are 0."), {
            "count": numbers.count(_cells(results, head)), "node": head.node, "map": head.map}
    if passes(stop):
        return N_("A breakpoint holds since the last change: {name} is {value} ({condition})."), {
            "name": named(results.network, head), "value": _value(results, head), "condition": stop.text}
    return N_("A breakpoint holds since the last change: {condition}, with {reading}."), {
        "condition": stop.condition, "reading": reading(stop.condition, results)}


def reading(condition: str, results: Results) -> str:
    """``answer = 3, target = 5``"""
    try:
        found = sides(condition, results)
    except CnnError:
        return ""
    return ", ".join(f"{text} = {number(value)}" for text, value in found) or "1"


def number(value: float) -> str:
    """Whole ones, such as a class, without decimals."""
    whole = value == round(value) if abs(value) < 1e6 else False
    return f"{value:.0f}".replace("-", numbers.MINUS) if whole else numbers.figure(value)


def held(stop: Breakpoint, holding: Holding, results: Results) -> Sentence:
    """Where one holds now."""
    if holding.before is not None:
        return reached(Notice(stop, holding.first, holding.before), results)
    facts: dict[str, object] = {"name": holding.first.name, "value": _value(results, holding.first),
                                "count": numbers.count(holding.count)}
    if passes(stop) and holding.count > 1:
        return N_("It holds for {count} numbers. The first: {name} is {value}."), facts
    if stop.condition == DEAD:
        return N_("{count} maps are all 0. The first: {node}[{map}]."), {
            **facts, "node": holding.first.node, "map": holding.first.map}
    if passes(stop):
        return N_("It holds: {name} is {value}."), facts
    return N_("It holds: {reading}."), {"reading": reading(stop.condition, results)}


def mark(stop: Breakpoint, holding: Holding, results: Results) -> str:
    """The same, as short as it can be: ``12×``, ``3 → 5``; "": it holds, and there is nothing to count."""
    if holding.before is not None:
        labels = results.document.labels
        names = [labels[k] if k < len(labels) else str(k) for k in (holding.before, results.order[0])]
        return " → ".join(names)
    return f"{numbers.count(holding.count)}×" if passes(stop) or stop.condition == DEAD else ""


def _value(results: Results, head: Playhead) -> str:
    value = value_of(results, head)
    return numbers.gradient(value) if head.lane == "backward" else numbers.figure(value)


def _cells(results: Results, head: Playhead) -> int:
    stretch = stretch_of(results.network, head)
    return stretch.size if stretch is not None else array_of(results, head).size


def _dead(results: Results, head: Playhead) -> Sentence:
    return N_("Stopped at {name}: all {count} values of map {map} are 0."), {
        "name": named(results.network, head), "count": numbers.count(_cells(results, head)), "map": head.map}
