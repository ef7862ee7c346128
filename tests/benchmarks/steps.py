"""From a step to everything painted: random numbers of all passes, and what play at 100x paints a second."""

from __future__ import annotations

import json
import random
import sys
import time

import numpy as np
from PySide6.QtWidgets import QApplication

from app.drive import Painted, draw, settle, wait_until
from app.main_window import MainWindow
from app.model.document import from_model
from app.model.frames import trace_of
from app.model.player import SPEEDS
from app.model.timeline import Playhead, timeline
from cnncore.files.project import Model
from cnncore.preprocess import Preprocess
from cnncore.zoo import ZOO
from tests.benchmarks.window import closed, shown, templates

STEPS = 150
SECONDS = 2.0
REST = 0.12  # seconds in which the frames after a step are watched: all it shows is there then


def vgg() -> Model:
    """The zoo's small VGG with start weights, reading a drawing."""
    network = ZOO["vgg"](input_shape=(1, 28, 28))
    weights = {key: np.asarray(value, np.float32) for key, value in network.start(3).items()}
    return Model(network, weights, tuple(str(k) for k in range(10)), Preprocess(), {})


def measure() -> dict[str, object]:
    """Milliseconds a step by network and lane: ``first`` until it is painted, ``then`` the longest frame after that.
    ``p95`` is of the longer of both. And frames a second of play."""
    out: dict[str, object] = {"platform": QApplication.platformName(), "need": {"p95": 16.7, "frames": 30}}
    window = shown()
    for name in ("lenet", "vgg"):
        if name == "vgg":
            window.desk.session.open(from_model(vgg()), None)
        for drawing in templates()["3"][:1]:
            draw(window.explore.canvas.canvas, drawing)
        out[name] = steps(window)
    closed(window)
    return out


def steps(window: MainWindow) -> dict[str, object]:
    """Every kind of step on one network."""
    session, player = window.desk.session, window.desk.player
    chance, stretches = random.Random(1), timeline(session.view.network)
    session.select(stretches[0].start)
    wait_until(lambda: not window.explore.folding, 5)
    for stretch in stretches:  # what is built when first shown, and the backward pass itself, are no steps
        session.select(stretch.start)
        settle()
    out: dict[str, object] = {}
    everything: list[float] = []
    for lane in ("forward", "loss", "backward", "update"):
        own, times = [s for s in stretches if s.lane == lane], []
        for _ in range(STEPS if lane != "loss" else 10):
            stretch = chance.choice(own)
            head = stretch.at(chance.randrange(stretch.maps), chance.randrange(stretch.size))
            session.select(head)
            settle()
            player.set_grain(chance.choice(("term", "cell", "map", "layer")))
            times.append(painted(player.forward if chance.random() < 0.7 else player.back))
        longest = np.max(times, axis=1)
        out[lane] = {"first": spread([first for first, _ in times]), "then": spread([then for _, then in times])}
        everything += longest.tolist()
    out["p95"] = spread(everything)["p95"]
    out["frames"] = frames(window, stretches[0].start)
    return out


def spread(times: list[float]) -> dict[str, float]:
    """Median and 95th percentile."""
    return {"median": round(float(np.median(times)), 2), "p95": round(float(np.percentile(times, 95)), 2)}


def painted(step: object) -> tuple[float, float]:
    """Milliseconds until a step is painted, and the longest of what the next frames take to show the rest of it."""
    start = time.perf_counter()
    step()  # type: ignore[operator]
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    first, then = time.perf_counter() - start, 0.0
    until = time.perf_counter() + REST
    while time.perf_counter() < until:
        begin = time.perf_counter()
        QApplication.processEvents()
        then = max(then, time.perf_counter() - begin)
        time.sleep(0.001)
    return 1000 * first, 1000 * then


def frames(window: MainWindow, start: Playhead) -> float:
    """Paintings of the stepper a second while it plays at its fastest."""
    player = window.desk.player
    window.desk.session.select(start)
    player.set_grain("cell")
    player.set_speed(max(SPEEDS))
    settle()
    assert trace_of(window.desk.session.results, start) is not None
    seen = Painted(window.explore.stepper)
    player.play()
    begin = time.perf_counter()
    wait_until(lambda: time.perf_counter() - begin > SECONDS, SECONDS + 1)
    rate = seen.count / (time.perf_counter() - begin)
    player.pause()
    player.set_speed(1.0)
    settle()
    return round(rate, 1)


if __name__ == "__main__":
    json.dump(measure(), sys.stdout)
