"""From a mouse move to everything painted: in the start state, and with stepper, inspector and timeline open."""

from __future__ import annotations

import json
import sys

import numpy as np
from PySide6.QtWidgets import QApplication

from app.drive import Painted, draw, wait_until
from app.model.timeline import Playhead
from tests.benchmarks.window import closed, shown, templates

DIGITS = "3825"


def measure() -> dict[str, object]:
    """Milliseconds a move: median and 95th percentile in both states."""
    window = shown()
    canvas = window.explore.canvas.canvas
    painted = Painted(window.explore.network.view.viewport())
    out: dict[str, object] = {"platform": QApplication.platformName(), "need": {"median": 8.0, "p95": 16.7}}
    for state in ("start", "stepping"):
        if state == "stepping":
            window.desk.session.select(Playhead("conv1", (2, 10, 9)))
            wait_until(lambda: not window.explore.folding, 5)
        times: list[float] = []
        before = painted.count
        for digit in DIGITS:
            window.desk.perform("canvas.clear")
            times += draw(canvas, templates()[digit][0])
        out[state] = {
            "median": round(float(np.median(times)), 2),
            "p95": round(float(np.percentile(times, 95)), 2),
            "moves": len(times),
            "network_paints_per_move": round((painted.count - before) / len(times), 2),
        }
    closed(window)
    return out


if __name__ == "__main__":
    json.dump(measure(), sys.stdout)
