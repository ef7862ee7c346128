"""``convscope export``: pictures, films, numbers and worksheets of a project, a model or an example, with no window."""

from __future__ import annotations

import dataclasses
import signal
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication
from tqdm import tqdm

from app import i18n, paths, theme
from app.export import film, pictures, place, sequence, tables
from app.export.kinds import FILMS, KINDS
from app.export.look import Look, parse_size
from app.export.paper import both
from app.export.stage import Stage
from app.export.worksheet import of_cell
from app.export.worksheet_map import of_map
from app.model.document import Document
from app.model.frames import trace_of
from app.model.project import SUFFIX, load
from app.model.results import Results, compute
from app.model.samples import frozen
from app.model.timeline import Playhead, exists, timeline
from app.numbers import count
from app.panels.stepper import StepperPanel
from app.settings import Settings
from cnncore.data.strokes import load_templates, render
from cnncore.errors import CnnError, did_you_mean
from cnncore.files.atomic import write_atomically

DIGIT = "3"  # put on the canvas of a model, which has no drawing of its own


def run_export(args: Namespace) -> int:
    """Do what the words ask; the exit status."""
    out = Path(args.out)
    suffix = place.suffix_of(out)
    kind = KINDS[suffix]
    look = Look(parse_size(args.size), args.theme, _language(args.language), not args.no_captions, args.speed)
    _fits_together(args, suffix, kind)
    place.check(out)
    with _Stop() as stop:
        return _written(args, out, suffix, kind, look, stop)


class _Stop:
    """Ctrl-C, or an end asked for from outside, is noted and heeded between two frames.

    Raised wherever it comes, it would now and then come into a call from Qt, which loses it or brings the program down.
    """

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> _Stop:
        for one in (signal.SIGINT, signal.SIGTERM):
            self._before[one] = signal.signal(one, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)

    def _note(self, *_: object) -> None:
        self._asked = True

    def check(self) -> None:
        """`KeyboardInterrupt` if it was asked for."""
        if self._asked:
            raise KeyboardInterrupt


def _written(args: Namespace, out: Path, suffix: str, kind: str, look: Look, stop: _Stop) -> int:
    results = compute(open_document(args.project))
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("ConvScope")
    i18n.install(app)
    theme.apply(app, look.theme)
    if args.worksheet:
        said = _worksheets(results, args, out, look.language)
    elif kind == "numbers":
        said = _numbers(results, args, out, suffix)
    else:
        said = _pictures(results, args, out, suffix, look, stop)
    print(f"{out}: {said}.")
    return 0


def open_document(name: str) -> Document:
    """A file, an example by its letters, or a shipped model by its name."""
    path = Path(name)
    if not path.is_file():
        path = _shipped(name)
    document = load(path)
    if document.typed is None and not document.drawing.any():
        strokes = load_templates(paths.asset("strokes", "digits.json"))[DIGIT][0]
        document = dataclasses.replace(document, drawing=frozen(render(strokes, document.drawing.shape[0])))
    return document


def _shipped(name: str) -> Path:
    there = {path.stem: path for path in sorted(paths.asset("models").glob("*.safetensors"))}
    for path in sorted(paths.asset("examples").glob(f"*{SUFFIX}")):
        there[path.stem] = path
        there.setdefault(path.stem.replace("_", "-").partition("-")[0], path)
    found = next((path for key, path in there.items() if key.lower() == name.lower()), None)
    if found is None:
        raise CnnError("export.project", "There is no file, example or model {name!r}. Did you mean: {near}?",
                       name=name, near=did_you_mean(name, list(there)))
    return found


def _language(text: str) -> str:
    return "zh_CN" if text.lower().replace("-", "_") in ("zh", "zh_cn") else text


def _fits_together(args: Namespace, suffix: str, kind: str) -> None:
    if args.frames is not None and (kind != "sequence" or args.worksheet):
        raise CnnError("export.frames_kind", "--frames goes with a film: {known}.", known=" ".join(FILMS))
    if args.worksheet and suffix != ".pdf":
        raise CnnError("export.worksheet_kind", "A worksheet is a PDF: give --out a name that ends in .pdf.")
    if args.cell is not None and args.layer is None:
        raise CnnError("export.cell_layer", "--cell needs --layer: which layer is it of?")


# --- what it does

def _head(results: Results, args: Namespace) -> Playhead:
    """The number that was named, or the strongest of the layer."""
    stretch = timeline(results.network)[0] if args.layer is None else sequence.layer(results.network, args.layer)
    if args.cell is None:
        return sequence.strongest(results, stretch)
    try:
        index = tuple(int(part) for part in args.cell.strip("[]() ").split(","))
    except ValueError:
        index = ()
    head = Playhead(stretch.node, index)
    if not index or not exists(results.network, head):
        raise CnnError("export.cell", "There is no cell {cell} in {layer}, whose shape is {shape}. Allowed: {least} to "
                       "{most}.", cell=args.cell, layer=stretch.node, shape=" × ".join(map(str, stretch.shape)),
                       least=",".join("0" for _ in stretch.shape), most=",".join(str(n - 1) for n in stretch.shape))
    return head


def _numbers(results: Results, args: Namespace, out: Path, suffix: str) -> str:
    head = _head(results, args)
    if suffix == ".npy":
        write_atomically(out, tables.npy(results, head))
    elif args.cell is None:
        write_atomically(out, tables.array_csv(results, head))
    else:
        trace = trace_of(results, head)
        assert trace is not None  # no stretch is the input's
        write_atomically(out, tables.terms_csv(trace))
        return f"{count(trace.terms.size)} terms of {head.name}"
    return f"{head.node}, {' × '.join(map(str, results.network.shapes[head.node]))}"


def _worksheets(results: Results, args: Namespace, out: Path, language: str) -> str:
    head = _head(results, args)
    make: Callable[..., Any] = of_map if args.worksheet == "map" else of_cell
    sheet, answers = both(lambda: make(results, head), language)
    beside = place.answers_beside(out)
    place.check(beside)
    place.write_together({out: sheet, beside: answers})
    return f"worksheet of {head.name}, answers in {beside.name}"


def _pictures(results: Results, args: Namespace, out: Path, suffix: str, look: Look, stop: _Stop) -> str:
    with tempfile.TemporaryDirectory() as folder:
        heads = _heads(results, args) if suffix in FILMS else [_head(results, args)]
        stage = Stage(StepperPanel, results, look, Settings(Path(folder) / "export.ini"))
        try:
            if suffix in FILMS:
                content = _follow(film.film(stage, heads, suffix), stop)
            else:
                stage.show(heads[0])
                content = pictures.picture(stage, suffix)
        finally:
            stage.close()
    stop.check()
    write_atomically(out, content)
    size = "{} × {}".format(*look.size)
    what = heads[0].name if len(heads) == 1 else f"{len(heads)} frames of {args.layer or 'the whole pass'}"
    return f"{what}, {size}, {len(content) / 1e6:.2f} MB"


def _heads(results: Results, args: Namespace) -> list[Playhead]:
    if args.layer is None:
        return sequence.whole_pass(results.network, "forward", args.frames)
    if args.cell is not None:
        return sequence.terms(results, _head(results, args), args.frames)
    return sequence.cells(sequence.layer(results.network, args.layer), args.frames)


def _follow(job: Generator[float, None, bytes], stop: _Stop) -> bytes:
    """Run a film to its end, with a bar where somebody looks; Ctrl-C closes it, and nothing is written."""
    with tqdm(total=100, unit="%", disable=not sys.stderr.isatty(), leave=False,
              bar_format="{l_bar}{bar}| {elapsed}<{remaining}") as bar:
        try:
            while True:
                bar.update(int(100 * next(job)) - bar.n)
                stop.check()
        except StopIteration as ended:
            content: bytes = ended.value
            return content
        finally:
            job.close()
