"""The second number beside the first: of another cell, and of the input that is kept."""

from __future__ import annotations

import math

from app import numbers
from app.i18n import N_, tr
from app.model.comparison import Comparison
from app.model.frames import value_of
from app.model.results import Results
from app.model.timeline import Playhead, exists
from app.panels.inspector_views.facts import Part, Row

LET_GO = "let go"


def compared(results: Results, head: Playhead, value: float, comparison: Comparison) -> list[Row]:
    """Rows with the other numbers and what is between them and the first; none where nothing is compared."""
    rows, other, kept = [], comparison.number, comparison.results()
    if other is not None and exists(results.network, other):
        here = other == head.whole
        found = value_of(results, other)
        parts = [Part(other.name, "code", None if here else other)]
        rows.append(Row(N_("compared"), (*parts, *(() if here else (Part(numbers.figure(found), "strong"),)))))
        if here:
            rows[-1] = Row(N_("compared"), (Part(tr("this number: point at another or click one")),))
        else:
            rows.append(_difference(value, found))
    if kept is not None and exists(kept.network, head):
        found = value_of(kept, head)
        rows.append(Row(N_("kept input"), (Part(numbers.figure(found), "strong"),)))
        rows.append(_difference(value, found))
    if rows:
        rows.append(Row("", (Part(tr("let go"), "text", LET_GO),)))
    return rows


def _difference(value: float, other: float) -> Row:
    difference = value - other
    sign = "+" if difference > 0 else ""
    text = sign + numbers.figure(difference)
    if other and math.isfinite(difference) and abs(value / other) < 1000:
        ratio = f"× {numbers.figure(value / other)}"
        return Row(N_("difference"), (Part(text, "code"), Part(ratio, "code")))
    return Row(N_("difference"), (Part(text, "code"),))
