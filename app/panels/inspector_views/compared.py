"""The second number beside the first: of another cell, and of the input that is kept."""

from __future__ import annotations

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
    rows, other, kept = [], comparison.beside(head), comparison.results()
    if other is not None:
        if other == head.whole:
            rows.append(Row(N_("compared"), (Part(tr("this number: point at another or click one")),)))
        else:
            rows.append(Row(N_("compared"), (Part(other.name, "code", other),)))
            rows.append(Row("", _beside(value, value_of(results, other))))
    if kept is not None and exists(kept.network, head):
        rows.append(Row(N_("kept input"), _beside(value, value_of(kept, head))))
    if rows:
        rows.append(Row("", (Part(tr("stop comparing"), "text", LET_GO),)))
    return rows


def _beside(value: float, other: float) -> tuple[Part, Part]:
    """The other number, and the difference to it."""
    difference = value - other
    return (Part(numbers.figure(other), "strong"),
            Part(f"Δ {'+' if difference > 0 else ''}{numbers.figure(difference)}", "code"))
