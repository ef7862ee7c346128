"""The command line: reads the words, calls what they ask for, and ends every failure in one sentence."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from app import __version__
from app.export.kinds import KINDS
from cnncore.errors import CnnError, did_you_mean

COMMANDS = {
    "demo": "do the main job with no screen, into a folder of pictures",
    "train": "train a model on a folder of samples",
    "evaluate": "count what a model gets right of a folder of samples",
    "export": "write pictures, films, numbers or worksheets of how numbers are made",
}


def main(words: Sequence[str]) -> int:
    """Run ``words``; 0, or another exit status after a last line on standard error that says why."""
    try:
        args = parse(words)
        return int(_run(args) or 0)
    except KeyboardInterrupt:
        return _failed("Stopped.", 130)
    except CnnError as error:
        return _failed(str(error))
    except OSError as error:
        if error.filename is None:
            return _unexpected(error)
        return _failed(f"{error.filename}: {error.strerror}.")
    except Exception as error:
        return _unexpected(error)


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The words as a namespace with ``command``: window, or one of `COMMANDS`. Ends the program on ``--help``."""
    if words and words[0] in COMMANDS:
        command, rest = words[0], words[1:]
    else:
        command, rest = "window", words
    args = _parser(command).parse_args(rest)
    args.command = command
    return args


class _Parser(argparse.ArgumentParser):
    """argparse, with our kind of sentence as the last line."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {message}. See `{self.prog} --help`.\n")


def _parser(command: str) -> argparse.ArgumentParser:
    if command == "window":
        parser = _Parser("convscope", allow_abbrev=False, description="A debugger for convolutional networks.",
                         formatter_class=argparse.RawDescriptionHelpFormatter,
                         epilog="commands (each has its own --help):\n"
                         + "\n".join(f"  convscope {name:9} {text}" for name, text in COMMANDS.items()))
        parser.add_argument("file", metavar="FILE", nargs="?", type=Path,
                            help="project, model or picture to open, or an example by its letters (A1)")
        parser.add_argument("--version", action="version", version=f"ConvScope {__version__}")
        return parser
    parser = _Parser(f"convscope {command}", allow_abbrev=False, description=COMMANDS[command].capitalize() + ".")
    if command == "demo":
        parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for pictures and demo.json")
        return parser
    if command == "export":
        _export_words(parser)
        return parser
    if command == "evaluate":
        parser.add_argument("model", metavar="MODEL", type=Path, help="model or project")
    parser.add_argument("data", metavar="DATA", type=Path, help="folder of IDX files, or of pictures by class")
    if command == "train":
        parser.add_argument("--out", metavar="MODEL", type=Path, required=True, help="where the model is written")
        parser.add_argument("--from", metavar="MODEL", type=Path, dest="from_", help="start from this model")
        length = parser.add_mutually_exclusive_group()
        length.add_argument("--epochs", metavar="N", type=int, help="how often every sample is seen")
        length.add_argument("--seconds", metavar="S", type=float, help="CPU time of the training")
        parser.add_argument("--optimizer", metavar="WORD",
                            help="sgd, momentum, nesterov, rmsprop, adam or adamw (default momentum)")
        parser.add_argument("--schedule", metavar="WORD", help="constant, step, cosine or one_cycle (default cosine)")
        parser.add_argument("--learning-rate", metavar="X", type=float, help="length of a step down the gradient")
        parser.add_argument("--batch", metavar="N", type=int, help="samples in one step")
        parser.add_argument("--seed", metavar="N", type=int, help="the same seed gives the same weights (default 0)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the figures here")
    return parser


def _export_words(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    add = parser.add_argument
    add("project", metavar="PROJECT", help="project or model, an example's letters (C1), or a shipped model (lenet)")
    add("--out", metavar="FILE", type=Path, required=True,
        help=f"its ending chooses the kind: {' '.join(KINDS)}")
    add("--layer", metavar="NAME", help="conv1, relu1, pool1, …; without it a film goes through the whole pass")
    add("--cell", metavar="I,J,K", help="one number of the layer, from 0; a film then shows it term by term")
    add("--frames", metavar="N", type=_number(int, "a whole number from 1 to 2000"),
        help="so many different cells, spread over the layer")
    add("--size", metavar="WxH", default="960x540", help="pixels (default 960x540)")
    add("--speed", metavar="X", type=_number(float, "a number from 0.1 to 50"), default=1.0,
        help="1: half a second a step, 2: a quarter (default 1)")
    add("--theme", choices=("light", "dark"), default="light", help="(default light)")
    add("--language", metavar="L", default="en", help="en or zh_CN (default en)")
    add("--no-captions", action="store_true", help="nothing under the stepper")
    add("--worksheet", nargs="?", const="cell", choices=("cell", "map"),
        help="a sheet with blanks to fill in (.pdf), and its answers beside it; of the cell, or of cells around it")


def _number(kind: Callable[[str], float], allowed: str) -> Callable[[str], float]:
    """Reads a number; what is none is told what is allowed."""

    def read(text: str) -> float:
        try:
            return kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not {allowed}") from None

    return read


def _run(args: argparse.Namespace) -> int | None:
    if args.command == "train":
        from app.cli_train import run_train

        return run_train(args)
    if args.command == "evaluate":
        from app.cli_train import run_evaluate

        return run_evaluate(args)
    if args.command == "export":
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from app.cli_export import run_export

        return run_export(args)
    if args.command == "demo":
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from app.demo import run_demo

        return run_demo(args.out)
    return _window(args.file)


def _window(file: Path | None) -> int:
    missing: Path | None = None
    if file is not None and not file.exists():
        from app.examples import find

        file, missing = find(str(file)), file
    if file is None and missing is not None:
        near = did_you_mean(missing.name, COMMANDS)
        hint = f" Did you mean the command {near}?" if near in COMMANDS else ""
        raise CnnError("file.missing", "There is no file {path}.{hint}", path=missing, hint=hint)
    if not has_display():
        raise CnnError("display.none", "There is no display for a window. Without one: convscope demo --out DIR.")
    from app.main_window import run

    return run(file)


def has_display() -> bool:
    """Whether Qt can open a window; a platform that was named for it is taken at its word."""
    named = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in named)


def _failed(sentence: str, status: int = 1) -> int:
    print(sentence, file=sys.stderr)
    return status


def _unexpected(error: Exception) -> int:
    traceback.print_exc()
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, ImportError) and error.name is not None and error.name.startswith("PySide6"):
        return _failed(f"Qt could not be loaded ({text}): `python3 run.py` sees to what it needs.")
    return _failed(f"ConvScope failed: {text}")
