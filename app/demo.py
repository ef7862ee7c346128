"""The main job with no screen: draw, see every layer, step a convolution, train on drawings, recognise new ones.

It drives the real window by its own actions and events; every figure in ``demo.json`` is computed on the way.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PySide6.QtCore import QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from tqdm import tqdm

from app import paths
from app.drive import draw, key, settle, wait_until
from app.export import sequence
from app.export.film import film
from app.export.look import Look
from app.export.stage import Stage
from app.main_window import MainWindow, build
from app.model.timeline import Playhead
from app.panels.stepper import StepperPanel
from app.settings import Settings
from cnncore.data.strokes import load_templates, vary
from cnncore.errors import CnnError

SIZE = (1440, 900)
DRAWN = "3"
CLASSES = ("0", "3", "7")
SAMPLES = 10
FRESH = 10
TERM_FRAMES, CELL_FRAMES = 26, 24
FILM_SPEED = 2.8
LONGEST = 300.0
SEED = 1


def run_demo(out: Path) -> int:
    """Do it all into the folder ``out``; `CnnError` when the folder cannot be written or a stage fails."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CnnError(
            "demo.folder", "The folder {path} cannot be made: {why}.", path=out, why=error.strerror
        ) from None
    qInstallMessageHandler(_without_noise)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("ConvScope")
    with tempfile.TemporaryDirectory() as folder:
        window = build(Settings(Path(folder) / "demo.ini"))
        try:
            window.desk.perform("view.english")
            window.desk.perform("view.light")
            window.desk.perform("view.motion")
            window.setWindowState(Qt.WindowState.WindowNoState)
            window.resize(*SIZE)
            window.show()
            settle()
            figures = Demo(window, out).run()
        finally:
            window.desk.runs.shutdown()
            window.desk.session.saved(out)
            window.close()
            settle()
    (out / "demo.json").write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(
        f"{out / 'demo.json'}: drew {figures['drawn']}, read as {figures['predicted']}; "
        f"{figures['fresh_accuracy']:.0%} of {figures['fresh']['n']} fresh drawings right "
        f"after {figures['train_seconds']} s of training."
    )
    return 0


def _without_noise(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """What Qt says goes to standard error, but for what its platform without a screen says of every window."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)


class Demo:
    """One pass through the main job."""

    def __init__(self, window: MainWindow, out: Path) -> None:
        self.window, self.out = window, out
        self.desk, self.session = window.desk, window.desk.session
        self.templates = load_templates(paths.asset("strokes", "digits.json"))
        self.rng = np.random.default_rng(SEED)
        self.times: list[float] = []
        self.stage = 0

    def run(self) -> dict[str, Any]:
        """All stages; the figures for ``demo.json``."""
        bar = tqdm(total=7, desc="demo", file=sys.stderr, disable=not sys.stderr.isatty())
        figures: dict[str, Any] = {}
        for part in (self.start, self.first_drawing, self.layers, self.step, self.collect, self.train, self.recognise):
            bar.set_postfix_str(part.__name__)
            figures |= part() or {}
            bar.update()
        bar.close()
        figures["stroke_ms"] = {
            "median": round(float(np.median(self.times)), 2),
            "p95": round(float(np.percentile(self.times, 95)), 2),
            "n": len(self.times),
        }
        return figures

    def picture(self, name: str) -> None:
        """The whole window, as it is now."""
        settle()
        self.stage += 1
        self.window.grab().save(str(self.out / f"{self.stage:02}-{name}.png"))

    def start(self) -> None:
        """The window as it opens."""
        self.picture("start")

    def first_drawing(self) -> dict[str, Any]:
        """A digit, stroke by stroke, on the trained network."""
        for stroke in self.templates[DRAWN][0]:
            self.times += draw(self.canvas, [stroke])
        self.picture("drawn")
        results = self.session.results
        best = results.order[0]
        return {
            "drawn": DRAWN,
            "predicted": results.document.labels[best],
            "probability": round(float(results.probabilities[best]), 4),
        }

    def layers(self) -> dict[str, Any]:
        """What every layer shows, one picture each, from the network panel."""
        folder = self.out / "layers"
        folder.mkdir(exist_ok=True)
        names = []
        for name, rgb in self.window.explore.network.pictures().items():
            Image.fromarray(rgb).save(folder / f"{name}.png")
            names.append(name)
        return {"layers": names}

    def step(self) -> dict[str, Any]:
        """The first convolution: one cell term by term, then cell by cell, as an animated GIF of the stepper."""
        values = self.session.results.values("conv1")
        map_ = int(np.argmax(values.max(axis=(1, 2))))
        row, column = (int(k) for k in np.unravel_index(np.argmax(values[map_]), values[map_].shape))
        self.session.select(Playhead("conv1", (map_, row, column)))
        wait_until(lambda: not self.window.explore.folding, 5)
        self.picture("stepper")
        wanted = Playhead("conv1", (map_, row, column))
        heads = sequence.terms(self.session.results, wanted)[:TERM_FRAMES]
        stretch = sequence.layer(self.session.view.network, "conv1")
        at = min(stretch.place(wanted), stretch.maps * stretch.size - 1 - CELL_FRAMES)
        heads += [stretch.at(*divmod(k, stretch.size)) for k in range(at + 1, at + 1 + CELL_FRAMES)]
        count = self._film(heads, self.out / "convolution.gif")
        self.desk.perform("stepper.leave")
        self.session.select(None)
        return {"frames": count}

    def collect(self) -> dict[str, Any]:
        """Ten drawings of each class, added with the class's key."""
        self.desk.perform("view.train")
        settle()
        for name in CLASSES:
            self.window.train.samples.add_class(name)
            for k in range(SAMPLES):
                template = self.templates[name][k % len(self._train_templates(name))]
                self._draw(vary(template, self.rng))
                key(self.canvas, Qt.Key(ord(name)), name)
        self.picture("samples")
        return {"classes": list(CLASSES)}

    def train(self) -> dict[str, Any]:
        """Train on them from a random start, and keep what was learned."""
        self.desk.perform("training.toggle")
        if not wait_until(lambda: self._run() is not None and self._run().step > 20, LONGEST):
            raise CnnError("demo.train", "The training did not begin.")
        self.picture("training")
        wait_until(lambda: not self._run().active, LONGEST)
        run = self._run()
        if run.status != "finished":
            raise CnnError("demo.train", "The training ended as {status}.", status=run.status)
        self.picture("trained")
        self.desk.perform("training.accept")
        return {
            "loss": [round(float(v), 4) for v in run.loss[:, 1]],
            "accuracy": [round(float(v), 4) for v in run.accuracy[:, 1]],
            "train_steps": run.step,
            "train_seconds": round(run.seconds, 2),
        }

    def recognise(self) -> dict[str, Any]:
        """New drawings, of templates that were never trained on."""
        right, rows, used = 0, [], {}
        for name in CLASSES:
            fresh = range(len(self._train_templates(name)), len(self.templates[name]))
            used[name] = list(fresh)
            for k in range(FRESH):
                index = fresh[k % len(fresh)]
                self._draw(vary(self.templates[name][index], self.rng))
                results = self.session.results
                answer = results.document.labels[results.order[0]]
                right += answer == name
                rows.append(
                    {
                        "drawn": name,
                        "template": index,
                        "predicted": answer,
                        "probability": round(float(results.probabilities.max()), 4),
                    }
                )
        self.picture("recognised")
        self.desk.perform("view.explore")
        self.picture("own-network")
        trained = {name: list(range(len(self._train_templates(name)))) for name in CLASSES}
        return {
            "fresh_accuracy": round(right / len(rows), 4),
            "fresh": {"n": len(rows), "trained_templates": trained, "fresh_templates": used, "drawings": rows},
        }

    # --- parts

    @property
    def canvas(self) -> Any:
        """The canvas of the workspace that is open."""
        page = self.window.explore if self.desk.workspace == "explore" else self.window.train
        return page.canvas.canvas

    def _train_templates(self, name: str) -> list[Any]:
        """All but the last two ways of writing it."""
        return self.templates[name][:-2]

    def _draw(self, strokes: Any) -> None:
        self.desk.perform("canvas.clear") if self.session.document.drawing.any() else None
        self.times += draw(self.canvas, strokes)

    def _run(self) -> Any:
        return self.session.run

    def _film(self, heads: list[Playhead], path: Path) -> int:
        """The stepper at each of these numbers, as an export would show it; the number of frames in the file."""
        stage = Stage(StepperPanel, self.session.results, Look(speed=FILM_SPEED), self.desk.settings)
        job = film(stage, heads, path.suffix)
        try:
            while True:
                next(job)
        except StopIteration as ended:
            path.write_bytes(ended.value)
        finally:
            stage.close()
        with Image.open(path) as written:
            return int(getattr(written, "n_frames", 1))
