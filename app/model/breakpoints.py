"""A breakpoint as a value, and as it is typed and read: ``conv1: abs(value) > 2``, ``∂conv1.weight``, ``loss > 3``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.i18n import N_
from app.model.timeline import LOSS, PASSES, Playhead, Stretch, timeline
from cnncore.errors import CnnError
from cnncore.network import Network

DEAD = "dead"
CHANGED = "changed"
READY = {  # name to an English key and its condition
    "over": (N_("a value is over a bound"), "abs(value) > 1"),
    "dead": (N_("a ReLU dies: its whole map is 0"), DEAD),
    "nan": (N_("a value is not a number or infinite"), "not isfinite(value)"),
    "wrong": (N_("the answer is wrong"), "answer != target"),
    "changed": (N_("the answer changes with a stroke"), CHANGED),
}
MOST = 99  # of one project
TYPED = re.compile(r"\s*(?:(?P<update>update)\s+|(?P<back>∂|d\s+))?(?P<node>[^\W\d]\w*)(?:\.(?P<target>\w+))?\s*:\s*"
                   r"(?P<condition>.*)$", re.DOTALL)


@dataclass(frozen=True)
class Breakpoint:
    """Where to stop.

    Args:
        lane, node, target: The stretch; node "" means everywhere.
        condition: An expression; "" stops when the stretch begins; ``dead`` stops where all of a map is 0; ``changed``
            tells when a stroke changes the answer.
        on: It can be switched off.
    """

    lane: str = "forward"
    node: str = ""
    target: str = "output"
    condition: str = ""
    on: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        """See `Playhead.stretch`."""
        return self.lane, self.node, self.target

    @property
    def place(self) -> str:
        """Its stretch, as it is typed; "" means everywhere."""
        if not self.node:
            return ""
        name = "loss" if self.node == LOSS else self.node
        own = name if self.target == "output" or self.node == LOSS else f"{name}.{self.target}"
        return {"backward": f"∂{own}", "update": f"update {own}"}.get(self.lane, own)

    @property
    def text(self) -> str:
        """The whole, as it is typed."""
        return f"{self.place}: {self.condition}".rstrip() if self.node else self.condition

    def covers(self, stretch: Stretch) -> bool:
        """True where it asks about the numbers of a stretch."""
        if not self.node:
            return True
        return (self.lane, self.node) == (stretch.lane, stretch.node) and self.target in ("output", stretch.target)


def at(head: Playhead) -> Breakpoint:
    """The one that stops when the playhead's stretch begins."""
    return Breakpoint(*head.stretch)


def typed(text: str, network: Network) -> Breakpoint:
    """What a person typed: a condition, or a layer, a colon and a condition that may be empty.

    Raises:
        CnnError: For a layer that is not there, and where nothing was typed.
    """
    found = TYPED.match(text)
    if found is None:
        return Breakpoint(condition=text.strip())
    lane = "update" if found["update"] else "backward" if found["back"] else "forward"
    node, target = found["node"], found["target"] or "output"
    if node == "loss" and "loss" not in network.shapes:
        node, lane, target = LOSS, "backward" if lane == "backward" else "loss", "output"
    stop = Breakpoint(lane, node, target, found["condition"].strip())
    if not any(stop.covers(stretch) for stretch in timeline(network)):
        raise CnnError("breakpoint.place", N_("There is no step called {name} in this network."), name=stop.place)
    return stop


def read(row: object) -> Breakpoint | None:
    """A breakpoint from a file's row; None where it is none."""
    if not isinstance(row, dict) or set(row) != {"lane", "node", "target", "condition", "on"}:
        return None
    texts = [row[key] for key in ("lane", "node", "target", "condition")]
    if not all(isinstance(text, str) and len(text) <= 200 for text in texts) or not isinstance(row["on"], bool):
        return None
    if row["lane"] not in PASSES or not (row["node"] or row["condition"]):
        return None
    return Breakpoint(**row)


def known(stop: Breakpoint, network: Network) -> bool:
    """True where there is what it asks about."""
    return not stop.node or any(stop.covers(stretch) for stretch in timeline(network))
