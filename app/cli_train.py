"""``convscope train`` and ``convscope evaluate``: training without a window."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from cnncore.choices import with_optimizer
from cnncore.data import Labelled, read
from cnncore.errors import CnnError, did_you_mean
from cnncore.evaluation import evaluate
from cnncore.files.project import Model, read_model, write_model
from cnncore.heads import adapt_head, check_classes
from cnncore.preprocess import Preprocess
from cnncore.recipes import recipe
from cnncore.training import Progress, TrainSettings, train
from cnncore.zoo import lenet

POINTS = 500  # of a curve in the JSON file; what lies between two is averaged


def run_train(args: Namespace) -> int:
    """Train on ``args.data`` and write a model to ``args.out``; the exit status."""
    out, report = Path(args.out), Path(args.json) if args.json else None
    wanted = _wanted(args)
    _check_writable(out, report)
    data = _read(args.data, "train")
    check_classes(data.classes)
    model = _start(args.from_, data.classes, wanted["seed"])
    settings, augment = recipe(len(data.labels), len(data.classes), args.epochs, trained=args.from_ is not None)
    if args.optimizer is not None:
        settings = with_optimizer(settings, args.optimizer, settings)
    settings = settings.but(**wanted)
    images = model.preprocess.apply(data.images)
    run = train(model.network, model.weights, images, data.labels, settings, augment=augment)
    curves, last, stopped = _follow(run, settings)
    # A schedule that ran to its end has its best weights there; the best of many measurements is mostly luck.
    weights, kept = (last.best(), last.best_step) if stopped else (last.averaged(), last.step)
    notes = {"settings": settings.settings(), "augment": augment.settings(), "samples": len(data.labels),
             "steps": last.step, "seconds": round(last.seconds, 2)}
    write_model(out, Model(model.network, weights, data.classes, model.preprocess, notes))
    if report:
        _write_json(report, {"settings": settings.settings(), "augment": augment.settings(),
                             "classes": list(data.classes), "n": len(data.labels), **curves, "steps": last.step,
                             "kept_step": kept, "seconds": last.seconds, "stopped": stopped})
    held = curves["held_out"]["accuracy"]
    said = f", {max(held) if stopped else held[-1]:.2%} right on held-out samples" if held else ""
    if stopped:
        print(f"Stopped at step {last.step}; the best so far is kept.")
    print(f"{out}: {len(data.classes)} classes, {len(data.labels)} samples, {last.step} steps, "
          f"{last.seconds:.1f} s of CPU time{said}.")
    return 0


def run_evaluate(args: Namespace) -> int:
    """Count what ``args.model`` gets right of ``args.data``; the exit status."""
    report = Path(args.json) if args.json else None
    _check_writable(report)
    model, data = read_model(Path(args.model)), _read(args.data, "test")
    labels = _matched(data.labels, data.classes, model.labels)
    found = evaluate(model.network, model.weights, model.preprocess.apply(data.images), labels)
    if report:
        _write_json(report, {"accuracy": found.accuracy, "n": len(labels), "classes": list(model.labels),
                             "confusion": found.confusion.tolist()})
    print(f"{found.accuracy:.2%} of {len(labels)} right.")
    return 0


def _read(path: Path, part: str) -> Labelled:
    """The samples; what the reader changed is said on standard error."""
    data = read(Path(path), part)
    for text, facts in data.remarks:
        print(text.format(**facts), file=sys.stderr)
    return data


def _start(path: Path | None, classes: tuple[str, ...], seed: int) -> Model:
    """What training starts from: a LeNet, or a model with its head fitted to the classes."""
    if path is None:
        network = lenet(len(classes))
        return Model(network, network.start(seed), classes, Preprocess(), {})
    old = read_model(Path(path))
    network, weights = adapt_head(old.network, old.weights, old.labels, classes, seed)
    return Model(network, weights, classes, old.preprocess, {})


def _wanted(args: Namespace) -> dict[str, Any]:
    """What the words ask of the settings, checked before anything is read."""
    if args.epochs is not None and args.seconds is not None:
        raise CnnError("train.length", "Give --epochs or --seconds, not both.")
    if args.seconds is not None and args.seconds <= 0:
        raise CnnError("train.seconds", "--seconds {seconds} is not possible. Allowed: more than 0.",
                       seconds=args.seconds)
    wanted: dict[str, Any] = {"seed": args.seed or 0}
    if args.epochs is not None:
        TrainSettings(epochs=args.epochs)
    if args.seconds is not None:
        wanted["seconds"] = float(args.seconds)
    wanted |= {name: value for name in ("schedule", "learning_rate", "batch")
               if (value := getattr(args, name)) is not None}
    if args.optimizer is not None:
        with_optimizer(TrainSettings(), args.optimizer, TrainSettings())
    TrainSettings(**wanted)
    return wanted


def _follow(run: Iterator[Progress], settings: TrainSettings) -> tuple[dict[str, Any], Progress, bool]:
    """Run to the end or to Ctrl-C; (curves, last step, whether it was stopped)."""
    rows: list[tuple[float, ...]] = []
    held: list[tuple[float, ...]] = []
    last: Progress | None = None
    with _ctrl_c() as asked, tqdm(total=100, unit="%", disable=not sys.stderr.isatty(), leave=False,
                                  bar_format="{l_bar}{bar}| {elapsed}<{remaining}{postfix}") as bar:
        for last in run:
            rows.append((last.step, last.loss, last.accuracy))
            if last.held_out:
                held.append((last.step, *last.held_out))
            if not bar.disable and int(last.done * 100) > bar.n:
                right = f"{last.accuracy:.1%}" if not held else f"{held[-1][2]:.2%} held out"
                bar.set_postfix_str(f"loss {last.loss:.3f}, {right}", refresh=False)
                bar.update(int(last.done * 100) - bar.n)
            if asked:
                break
    if last is None:
        raise CnnError("train.nothing", "The training was stopped before its first step; nothing was written.")
    step, loss, accuracy = _thinned(np.array(rows)).T.tolist()
    at = [[row[k] for row in held] for k in range(3)]
    curves = {"step": [round(s) for s in step], "loss": loss, "accuracy": accuracy,
              "held_out": {"step": at[0], "loss": at[1], "accuracy": at[2]}}
    return curves, last, last.early or (bool(asked) and last.done < 1.0)


def _thinned(rows: Any) -> Any:
    """At most `POINTS` rows: means over equal stretches; the first column, the step, is the last of its stretch."""
    parts = np.array_split(rows, min(POINTS, len(rows)))
    return np.array([(part[-1, 0], *part[:, 1:].mean(axis=0)) for part in parts])


@contextmanager
def _ctrl_c() -> Iterator[list[bool]]:
    """A list that is no longer empty once Ctrl-C was pressed: the step under way is finished. Twice is at once."""
    asked: list[bool] = []

    def note(number: int, frame: Any) -> None:
        asked.append(True)
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)


def _matched(labels: Any, classes: tuple[str, ...], known: tuple[str, ...]) -> Any:
    """Labels of the data as labels of the model, by name."""
    for name in classes:
        if name not in known:
            raise CnnError("evaluate.class", "The model does not know the class {name!r} of the data. "
                           "Did you mean: {near}?", name=name, near=did_you_mean(name, known))
    return np.array([known.index(name) for name in classes])[labels]


def _check_writable(*paths: Path | None) -> None:
    """`CnnError` unless every file can be written: better now than after an hour."""
    named = [path for path in paths if path is not None]
    if len({path.resolve() for path in named}) < len(named):
        raise CnnError("write.same", "{path} is named twice. Give the model and the JSON file different names.",
                       path=named[0])
    for path in named:
        if path.is_dir():
            raise CnnError("write.folder", "{path} is a folder. Give the name of a file.", path=path)
        if not path.parent.is_dir():
            raise CnnError("write.parent", "The folder {folder} does not exist. Make it, or name another.",
                           folder=path.parent)
        try:
            if not path.exists() or path.is_file():
                tempfile.TemporaryFile(dir=path.parent).close()
            allowed = not path.exists() or os.access(path, os.W_OK)
        except OSError:
            allowed = False
        if not allowed:
            raise CnnError("write.refused", "{path} cannot be written: the system does not allow it. "
                           "Name another place.", path=path)


def _write_json(path: Path, facts: dict[str, Any]) -> None:
    text = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    target = path if path.exists() and not path.is_file() else path.with_name(path.name + ".part")
    try:
        target.write_text(text, encoding="utf-8")
        if target != path:
            os.replace(target, path)
    except OSError as error:
        raise CnnError("write.failed", "{path} was not written: {reason}.",
                       path=path, reason=error.strerror or error) from None
