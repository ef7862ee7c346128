"""How evenly a 60 Hz timer of the window ticks while a network trains."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
from PySide6.QtCore import Qt, QTimer

from app.drive import draw, key, settle, wait_until
from cnncore.data.strokes import vary
from tests.benchmarks.window import closed, shown, templates


def measure() -> dict[str, object]:
    """Milliseconds between ticks, over a whole run of training in the Train workspace."""
    sys.setswitchinterval(0.0005)
    window = shown()
    window.desk.perform("view.train")
    settle()
    rng = np.random.default_rng(0)
    canvas = window.train.canvas.canvas
    for name in "037":
        window.train.samples.add_class(name)
        for k in range(10):
            window.desk.perform("canvas.clear")
            draw(canvas, vary(templates()[name][k % 2], rng))
            key(canvas, Qt.Key(ord(name)), name)
    ticks: list[float] = []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    window.desk.perform("training.toggle")
    wait_until(lambda: window.desk.session.run is not None and window.desk.session.run.step > 3, 60)
    timer.start(16)
    wait_until(lambda: not window.desk.session.run.active, 120)
    timer.stop()
    gaps = 1000 * np.diff(ticks)
    run = window.desk.session.run
    out = {
        "longest": round(float(gaps.max()), 1),
        "p99": round(float(np.percentile(gaps, 99)), 1),
        "ticks": len(ticks),
        "train_seconds": round(run.seconds, 2),
        "need": {"longest": 50.0, "p99": 20.0},
    }
    window.desk.perform("training.cancel")
    closed(window)
    return out


if __name__ == "__main__":
    json.dump(measure(), sys.stdout)
