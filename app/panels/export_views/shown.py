"""What would be written of a number: its name, table and worksheet, and the stage that its pictures are taken on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.desk import Desk
from app.export import tables
from app.export.look import Look
from app.export.sheet_parts import Worksheet
from app.export.stage import Make, Stage
from app.export.worksheet import of_cell, spoken
from app.export.worksheet_map import of_map
from app.i18n import N_, tr
from app.model.frames import trace_of
from app.model.results import Results
from app.model.timeline import Playhead
from app.panels.export_views.choices import Choice

PASSES = {"forward": N_("forward pass"), "loss": N_("loss"), "backward": N_("backward pass"), "update": N_("update")}


def named(choice: Choice, results: Results, head: Playhead) -> str:
    """What is written: a number, a map, a layer, a pass."""
    if choice.shows == "pass":
        return tr(PASSES[head.lane])
    name = spoken(results, head)
    if choice.shows == "map" and choice.kind == "film" and head.index:
        return f"{name.partition('[')[0]}[{head.map}]"
    return name.partition("[")[0] if choice.shows in ("cells", "array") else name


def table(choice: Choice, results: Results, head: Playhead) -> bytes:
    """Numbers as CSV."""
    trace = trace_of(results, head.whole)
    if choice.shows == "terms" and trace is not None:
        return tables.terms_csv(trace)
    return tables.array_csv(results, head)


def worksheet(choice: Choice, results: Results, head: Playhead) -> Callable[[], Worksheet]:
    """Makes the worksheet, in the language of when it is called."""
    return lambda: (of_map if choice.shows == "map" else of_cell)(results, head)


@dataclass(frozen=True, eq=False)
class Staged:
    """A stage, and what it shows the truth of."""

    results: Results
    look: Look
    ranges: str
    stage: Stage


class Staging:
    """Keeps one stage as long as it shows the truth.

    Args:
        desk: Whose network, settings and colour ranges.
        make: Builds a stepper for a desk: panels know no panels.
    """

    def __init__(self, desk: Desk, make: Make) -> None:
        self.desk, self._make = desk, make
        self._now: Staged | None = None

    def on(self, look: Look) -> Stage:
        """A stage of the network of now in a look."""
        results, ranges, now = self.desk.session.results, self.desk.ranges.choice, self._now
        if now is None or now.results is not results or (now.look, now.ranges) != (look, ranges):
            self.drop()
            now = Staged(results, look, ranges, Stage(self._make, results, look, self.desk.settings, ranges))
            self._now = now
        return now.stage

    def take(self, look: Look) -> Staged:
        """The same for a film, on which nobody else may move it; whoever takes it gives it back."""
        self.on(look)
        own, self._now = self._now, None
        assert own is not None  # `on` has made it
        return own

    def give_back(self, own: Staged, wanted: bool) -> None:
        """What was taken: kept if it is wanted and there is no other."""
        if wanted and self._now is None:
            self._now = own
        else:
            own.stage.close()

    def drop(self) -> None:
        """Let it go."""
        if self._now is not None:
            self._now.stage.close()
            self._now = None
