"""The table of actions: menu, shortcut, palette, tooltip and help all come from a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from app import examples, i18n, theme
from app.action import Action, Do, ask
from app.actions_step import STEP, nowhere
from app.i18n import N_
from app.model import edits
from app.model.code import CHOICE, FRAMEWORKS, copied
from app.model.run import OPEN
from app.model.timeline import named
from cnncore.errors import CnnError

if TYPE_CHECKING:
    from app.desk import Desk

MENUS = (N_("File"), N_("Edit"), N_("Canvas"), N_("Step"), N_("Play"), N_("Debug"), N_("Samples"),
         N_("Training"), N_("View"), N_("Examples"), N_("Help"))


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


def _no_run(desk: Desk) -> str:
    return "" if desk.session.run is not None else N_("No training run is open.")


def _not_running(desk: Desk) -> str:
    run = desk.session.run
    return "" if run is not None and run.active else N_("Nothing is being trained.")


def _restore_all(desk: Desk) -> None:
    desk.session.edit(edits.restore_all)


def _copy_code(desk: Desk) -> None:
    head, names = desk.session.playhead, dict(FRAMEWORKS)
    language = desk.settings.value(CHOICE, "numpy")
    if head is not None and language in names:
        QGuiApplication.clipboard().setText(copied(desk.session, head, language))
        desk.messages.info(N_("Copied the {language} code of {name}."), language=names[language],
                           name=named(desk.session.view.network, head))


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
    Action(
        "edit.copy_code", N_("Copy the code of this number"), N_("Edit"), _copy_code, ("Ctrl+Alt+C",), "copy", nowhere,
        gap=True
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
    Action("view.layer", N_("Layer inspector"), N_("View"), lambda d: d.toggle_layer(), ("L",), blocked=nowhere,
           checked=lambda d: bool(d.layer)),
    Action("view.light", N_("Light theme"), N_("View"), ask("view.light"), icon="sun", gap=True,
           checked=lambda _: theme.name() == "light"),
    Action("view.dark", N_("Dark theme"), N_("View"), ask("view.dark"), icon="moon",
           checked=lambda _: theme.name() == "dark"),
    Action("view.english", "English", N_("View"), ask("view.english"), gap=True,
           checked=lambda _: i18n.language() == "en"),
    Action("view.chinese", "中文", N_("View"), ask("view.chinese"),
           checked=lambda _: i18n.language() == "zh_CN"),
    Action("view.larger", N_("Larger type"), N_("View"), ask("view.larger"), ("Ctrl++", "Ctrl+="), gap=True),
    Action("view.smaller", N_("Smaller type"), N_("View"), ask("view.smaller"), ("Ctrl+-",)),
    Action(
        "view.motion", N_("Reduce motion"), N_("View"), ask("view.motion"), checked=lambda d: d.settings.reduce_motion
    ),
    Action("view.hues", N_("A colour for each weight of a small kernel"), N_("View"), lambda d: d.toggle_hues(),
           checked=lambda d: d.settings.kernel_hues),
    *(Action(f"view.pixels_{way}", text, N_("View"), lambda d, w=way: d.set_pixels(w), gap=way == "numbers",
             checked=lambda d, w=way: d.pixels == w)  # type: ignore[misc]
      for way, text in (("numbers", N_("Input cells as numbers")), ("squares", N_("Input cells as squares")),
                        ("true", N_("Input cells at true size, one pixel each")))),
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
