"""The table of actions: menu, shortcut, palette, tooltip and help all come from a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import examples
from app.i18n import N_
from app.model import edits
from app.model.run import OPEN
from cnncore.errors import CnnError

if TYPE_CHECKING:
    from app.desk import Desk

Do = Callable[["Desk"], None]
Say = Callable[["Desk"], str]

MENUS = (N_("File"), N_("Edit"), N_("Canvas"), N_("Step"), N_("Samples"), N_("Training"), N_("View"),
         N_("Examples"), N_("Help"))


@dataclass(frozen=True)
class Action:
    """One thing that a person can do.

    Args:
        name: Stable word for tests, scripts and settings.
        text: English key, sentence case.
        menu: One of `MENUS`, or empty: in the palette only.
        do: What happens; may raise `CnnError`, which is shown.
        keys: Shortcuts; the first is shown.
        icon: File in assets/icons.
        blocked: Why it cannot be done now (an English key), or "".
        checked: For a switch: whether it is on.
        gap: A separator stands before it in the menu.
    """

    name: str
    text: str
    menu: str
    do: Do
    keys: tuple[str, ...] = ()
    icon: str = ""
    blocked: Say | None = None
    checked: Callable[[Desk], bool] | None = None
    gap: bool = False


def ask(service: str) -> Do:
    """Let the window do it: dialogs, workspaces, looks."""
    return lambda desk: desk.services[service]()


def _no_undo(desk: Desk) -> str:
    if desk.session.run is not None:
        return OPEN
    return "" if desk.session.history.past else N_("Nothing has been done yet.")


def _no_redo(desk: Desk) -> str:
    if desk.session.run is not None:
        return OPEN
    return "" if desk.session.history.future else N_("Nothing has been undone.")


def _empty_canvas(desk: Desk) -> str:
    return _typed(desk) or ("" if desk.session.document.drawing.any() else N_("The canvas is empty."))


def _typed(desk: Desk) -> str:
    return "" if desk.session.document.typed is None else N_("The input is typed: there is no canvas.")


def _unedited(desk: Desk) -> str:
    document = desk.session.document
    if desk.session.run is not None:
        return OPEN
    return N_("No weight has been changed.") if document.weights is document.trained and not document.muted else ""


def _nowhere(desk: Desk) -> str:
    return "" if desk.session.playhead is not None else N_("Click a cell in the network first.")


def _no_stops(desk: Desk) -> str:
    return "" if desk.session.document.stops else N_("No breakpoint is set. F9 sets one where the playhead stands.")


def _not_comparing(desk: Desk) -> str:
    comparison = desk.debugger.comparison
    held = comparison.number is not None or comparison.kept
    return "" if held else N_("Nothing is compared.")


def _nothing_held(desk: Desk) -> str:
    return "" if desk.session.run is not None and desk.session.run.active else _nowhere(desk)


def _no_run(desk: Desk) -> str:
    return "" if desk.session.run is not None else N_("No training run is open.")


def _not_running(desk: Desk) -> str:
    run = desk.session.run
    return "" if run is not None and run.active else N_("Nothing is being trained.")


def _restore_all(desk: Desk) -> None:
    desk.session.edit(edits.restore_all)


def _add_sample(index: int) -> Do:
    def do(desk: Desk) -> None:
        classes = desk.session.document.classes
        if index >= len(classes):
            raise CnnError(
                "sample.class", "There is no class {number} yet. Add classes in the Train workspace.", number=index + 1
            )
        desk.session.edit(edits.add_sample, index, desk.session.view.drawing)

    return do


def _toggle_training(desk: Desk) -> None:
    run = desk.session.run
    if run is not None and run.status == "running":
        desk.runs.pause()
    elif run is not None and run.status == "paused":
        desk.runs.resume()
    else:
        desk.runs.start()


FILE = (
    Action("file.new", N_("New"), N_("File"), ask("file.new"), ("Ctrl+N",)),
    Action("file.open", N_("Open…"), N_("File"), ask("file.open"), ("Ctrl+O",)),
    Action("file.save", N_("Save"), N_("File"), ask("file.save"), ("Ctrl+S",), gap=True),
    Action("file.save_as", N_("Save as…"), N_("File"), ask("file.save_as"), ("Ctrl+Shift+S",)),
    Action("file.save_model", N_("Save only the model…"), N_("File"), ask("file.save_model")),
    Action("file.export", N_("Export…"), N_("File"), ask("file.export"), ("Ctrl+E",)),
    Action("file.quit", N_("Quit"), N_("File"), ask("file.quit"), ("Ctrl+Q",), gap=True),
)
EDIT = (
    Action("edit.undo", N_("Undo"), N_("Edit"), lambda d: d.session.undo(), ("Ctrl+Z",), "undo", _no_undo),
    Action(
        "edit.redo", N_("Redo"), N_("Edit"), lambda d: d.session.redo(), ("Ctrl+Shift+Z", "Ctrl+Y"), "redo", _no_redo
    ),
    Action(
        "edit.restore_all", N_("Restore all trained weights"), N_("Edit"), _restore_all, blocked=_unedited, gap=True
    ),
    Action("edit.palette", N_("Find an action…"), N_("Edit"), ask("palette"), ("Ctrl+K",), "search", gap=True),
)
CANVAS = (
    Action(
        "canvas.pen",
        N_("Pen"),
        N_("Canvas"),
        lambda d: d.set_tool("pen"),
        ("B",),
        "pen",
        _typed,
        checked=lambda d: d.tool == "pen",
    ),
    Action(
        "canvas.eraser",
        N_("Eraser"),
        N_("Canvas"),
        lambda d: d.set_tool("eraser"),
        ("E",),
        "eraser",
        _typed,
        checked=lambda d: d.tool == "eraser",
    ),
    Action("canvas.thinner", N_("Thinner stroke"), N_("Canvas"), lambda d: d.set_brush(d.brush - 2), ("[",), "",
           _typed, gap=True),
    Action("canvas.thicker", N_("Thicker stroke"), N_("Canvas"), lambda d: d.set_brush(d.brush + 2), ("]",), "",
           _typed),
    Action(
        "canvas.invert",
        N_("Invert the drawing"),
        N_("Canvas"),
        lambda d: d.session.edit(edits.invert_drawing),
        ("Ctrl+I",),
        "invert",
        _typed,
        gap=True,
    ),
    Action(
        "canvas.clear",
        N_("Clear the canvas"),
        N_("Canvas"),
        lambda d: d.session.edit(edits.clear_drawing),
        ("Ctrl+Backspace",),
        "trash",
        _empty_canvas,
    ),
)
STEP = (
    Action("stepper.play", N_("Play or pause"), N_("Step"), lambda d: d.player.toggle(), ("F5",), "play"),
    Action("stepper.forward", N_("Step forward"), N_("Step"), lambda d: d.player.forward(), ("F10",), "step-forward"),
    Action("stepper.back", N_("Step back"), N_("Step"), lambda d: d.player.back(), ("Alt+F10", "Shift+F10"),
           "step-back"),
    Action("stepper.into", N_("Step into"), N_("Step"), lambda d: d.player.into(), ("F11",), blocked=_nowhere,
           gap=True),
    Action("stepper.into_back", N_("Step into, from the end"), N_("Step"), lambda d: d.player.into(back=True),
           ("Alt+F11",), blocked=_nowhere),
    Action("stepper.out", N_("Step out"), N_("Step"), lambda d: d.player.out(), ("Shift+F11",), blocked=_nowhere),
    Action("stepper.out_back", N_("Step out, back to the start"), N_("Step"), lambda d: d.player.out(back=True),
           ("Alt+Shift+F11",), blocked=_nowhere),
    Action(
        "stepper.first",
        N_("First"),
        N_("Step"),
        lambda d: d.player.first(),
        ("Ctrl+Home",),
        "first",
        _nowhere,
        gap=True,
    ),
    Action("stepper.last", N_("Last"), N_("Step"), lambda d: d.player.last(), ("Ctrl+End",), "last", _nowhere),
    Action(
        "stepper.loop",
        N_("Loop"),
        N_("Step"),
        lambda d: d.player.set_loop(not d.player.loop),
        ("Ctrl+L",),
        "loop",
        checked=lambda d: d.player.loop,
    ),
    *(
        Action(
            f"stepper.by_{grain}",
            text,
            N_("Step"),
            lambda d, g=grain: d.player.set_grain(g),
            gap=grain == "term",  # type: ignore[misc]
            checked=lambda d, g=grain: d.player.grain == g,
        )  # type: ignore[misc]
        for grain, text in (
            ("term", N_("Step by term")),
            ("cell", N_("Step by cell")),
            ("map", N_("Step by map")),
            ("layer", N_("Step by layer")),
            ("pass", N_("Step by pass")),
        )
    ),
    Action("stops.toggle", N_("Set or remove a breakpoint here"), N_("Step"), lambda d: d.debugger.toggle(), ("F9",),
           blocked=_nowhere, gap=True),
    Action("stops.condition", N_("Add a breakpoint with a condition…"), N_("Step"), ask("stops.condition"),
           ("Ctrl+F9",), blocked=_nowhere),
    Action("stops.next", N_("Continue to the next breakpoint"), N_("Step"), lambda d: d.debugger.go_on(),
           ("Ctrl+F5",), blocked=_no_stops),
    Action("stops.previous", N_("Back to the breakpoint before"), N_("Step"), lambda d: d.debugger.go_on(back=True),
           ("Ctrl+Shift+F5",), blocked=_no_stops),
    Action("stops.run_to", N_("Run to the selected cell"), N_("Step"), lambda d: d.debugger.run_to(), ("Ctrl+F10",)),
    Action("stops.clear", N_("Clear all breakpoints"), N_("Step"), lambda d: d.debugger.clear(), ("Ctrl+Shift+F9",),
           blocked=_no_stops),
    Action("watches.add", N_("Watch an expression…"), N_("Step"), ask("watches.add"), ("Ctrl+W",), blocked=_nowhere,
           gap=True),
    Action("watches.pin", N_("Pin this number"), N_("Step"), lambda d: d.debugger.pin(), ("W",), blocked=_nowhere),
    Action("compare.number", N_("Compare with this number"), N_("Step"), lambda d: d.debugger.compare(), ("C",),
           blocked=_nowhere, gap=True),
    Action("compare.keep", N_("Keep this input to compare"), N_("Step"), lambda d: d.debugger.comparison.keep(),
           ("Shift+C",)),
    Action("compare.let_go", N_("Stop comparing"), N_("Step"), lambda d: d.debugger.comparison.let_go(),
           ("Ctrl+Shift+C",), blocked=_not_comparing),
    Action(
        "stepper.leave",
        N_("Let go one level"),
        N_("Step"),
        lambda d: d.leave(),
        ("Esc",),
        blocked=_nothing_held,
        gap=True,
    ),
)
SAMPLES = tuple(
    Action(
        f"samples.add_{k + 1}",
        N_("Add the drawing to class {number}"),
        N_("Samples"),
        _add_sample(k),
        blocked=_empty_canvas,
    )
    for k in range(9)
)
TRAINING = (
    Action("training.toggle", N_("Train or pause"), N_("Training"), _toggle_training, ("F6",), "play"),
    Action(
        "training.step", N_("One training step"), N_("Training"), lambda d: d.runs.step_once(), ("F7",), "step-forward"
    ),
    Action(
        "training.cancel",
        N_("Cancel the run"),
        N_("Training"),
        lambda d: d.runs.cancel(),
        ("Shift+F6",),
        blocked=_no_run,
        gap=True,
    ),
    Action("training.accept", N_("Keep the weights shown"), N_("Training"), lambda d: d.runs.accept(), blocked=_no_run),
)
VIEW = (
    Action(
        "view.explore",
        N_("Explore"),
        N_("View"),
        ask("view.explore"),
        ("Ctrl+1",),
        checked=lambda d: d.workspace == "explore",
    ),
    Action(
        "view.train", N_("Train"), N_("View"), ask("view.train"), ("Ctrl+2",), checked=lambda d: d.workspace == "train"
    ),
    Action("view.kernel", N_("Kernel panel"), N_("View"), ask("view.kernel"), ("K",), gap=True),
    Action("view.inspector", N_("Inspector"), N_("View"), ask("view.inspector"), ("I",)),
    Action("view.layer", N_("Layer inspector"), N_("View"), lambda d: d.toggle_layer(), ("L",), blocked=_nowhere,
           checked=lambda d: bool(d.layer)),
    Action("view.light", N_("Light theme"), N_("View"), ask("view.light"), icon="sun", gap=True),
    Action("view.dark", N_("Dark theme"), N_("View"), ask("view.dark"), icon="moon"),
    Action("view.english", "English", N_("View"), ask("view.english"), gap=True),
    Action("view.chinese", "中文", N_("View"), ask("view.chinese")),
    Action("view.larger", N_("Larger type"), N_("View"), ask("view.larger"), ("Ctrl++", "Ctrl+="), gap=True),
    Action("view.smaller", N_("Smaller type"), N_("View"), ask("view.smaller"), ("Ctrl+-",)),
    Action(
        "view.motion", N_("Reduce motion"), N_("View"), ask("view.motion"), checked=lambda d: d.settings.reduce_motion
    ),
    Action("view.hues", N_("A colour for each weight of a small kernel"), N_("View"), lambda d: d.toggle_hues(),
           checked=lambda d: d.settings.kernel_hues),
    Action("view.layout", N_("Standard layout"), N_("View"), ask("view.layout")),
)
EXAMPLES = tuple(
    Action(f"examples.{name.lower()}", text, N_("Examples"), ask(f"examples.{name.lower()}"),
           gap=name[0] != before[0])
    for (name, text), before in zip(examples.TITLES.items(), ("A1", *examples.TITLES), strict=False)
)
HELP = (
    Action("help.keys", N_("All keys"), N_("Help"), ask("help.keys"), ("F1", "?")),
    Action("help.about", N_("About ConvScope"), N_("Help"), ask("help.about")),
)

ACTIONS: tuple[Action, ...] = (*FILE, *EDIT, *CANVAS, *STEP, *SAMPLES, *TRAINING, *VIEW, *EXAMPLES, *HELP)
