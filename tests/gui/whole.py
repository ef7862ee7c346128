"""What the tests of the whole window share: building and ending it, and hands that point, type and draw in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app import i18n, paths, theme
from app.drive import draw, mouse, settle
from app.filing import fresh
from app.main_window import MainWindow, build
from app.settings import Settings
from cnncore.data.strokes import load_templates

LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, \
    Qt.KeyboardModifier.NoModifier


@contextmanager
def opened(place: Path, width: int = 1366, height: int = 700) -> Iterator[MainWindow]:
    """The real window, in English and light, with settings of its own; afterwards nothing of it is left."""
    window = build(Settings(place / "whole.ini"))
    window.desk.perform("view.motion")  # off: nothing to wait for
    window.desk.perform("view.english")
    window.desk.perform("view.light")
    window.setWindowState(Qt.WindowState.WindowNoState)  # on the small screen of tests it opens maximised
    window.resize(width, height)
    window.show()
    window.activateWindow()
    settle()
    assert window.size().toTuple() == (width, height)
    try:
        yield window
    finally:
        window.filing.ask_unsaved = lambda: "discard"
        window.desk.runs.shutdown()
        window.close()
        i18n.set_language("en")
        theme.reduce_motion(False)
        theme.apply(QApplication.instance(), "light", 1.0)
        QApplication.instance().removeEventFilter(window.desk)
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def afresh(window: MainWindow) -> None:
    """As it opens: a new document, no message, Explore, nothing selected, the usual transport."""
    desk = window.desk
    desk.player.pause()
    desk.runs.discard()
    desk.session.open(fresh(), None)
    desk.player.set_grain("cell")
    desk.player.set_speed(1.0)
    desk.player.set_loop(False)
    desk.perform("view.explore")
    window.banner.dismiss()
    window.filing.ask_unsaved = lambda: "discard"
    window.explore.canvas.canvas.setFocus()
    settle()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # a loop of its own would have done it


@lru_cache
def templates(name: str) -> dict[str, Any]:
    """``digits`` or ``shapes`` as strokes."""
    return load_templates(paths.asset("strokes", f"{name}.json"))


def draw_three(window: MainWindow) -> None:
    """A 3 by the mouse, on the canvas of Explore."""
    draw(window.explore.canvas.canvas, templates("digits")["3"][0])


def spot(window: MainWindow, node: str, index: tuple[int, ...]) -> QPoint:
    """The middle of a cell in the picture of the network."""
    panel = window.explore.network
    place = next(p for p in panel.view.frame.places if p.column.node == node)
    return panel.view.frame.rect(place.cell_rect(index)).center().toPoint()


def click_cell(window: MainWindow, qtbot: Any, node: str, index: tuple[int, ...]) -> None:
    """Click a cell of the network, and wait until the stepper has its place."""
    qtbot.mouseClick(window.explore.network.view.viewport(), LEFT, NONE, spot(window, node, index))
    qtbot.waitUntil(lambda: not window.explore.folding)
    settle()


def type_into(qtbot: Any, grid: Any, row: int, col: int, text: str, end: Qt.Key | None = Qt.Key.Key_Return) -> None:
    """Click a cell of a grid of numbers and type over what it holds."""
    qtbot.mouseClick(grid.viewport(), LEFT, NONE, grid.rect_of(row, col).center().toPoint())
    qtbot.waitUntil(lambda: grid.findChild(QLineEdit) is not None)
    editor = grid.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    if end is not None:
        qtbot.keyClick(editor, end)


def drag(widget: QWidget, start: QPoint, *points: QPoint) -> None:
    """Press, move over the points, let go."""
    for kind, at in (("press", start), *(("move", p) for p in points), ("release", points[-1])):
        mouse(widget, kind, QPointF(at))
        settle()


def pixels(window: MainWindow) -> dict[str, np.ndarray]:
    """What every layer shows in the network's picture, laid out for the columns and heads of now."""
    window.explore.network.view.arrange()
    return {name: rgb.copy() for name, rgb in window.explore.network.pictures().items()}


def print_of(array: np.ndarray) -> str:
    """A finger print of an array, bit by bit."""
    return hashlib.sha256(f"{array.dtype}{array.shape}".encode() + np.ascontiguousarray(array).tobytes()).hexdigest()


def said(window: MainWindow) -> dict[str, Any]:
    """All that a person finds in the window and that a file must keep, as plain data."""
    session = window.desk.session
    d, t = session.document, session.document.training
    return {
        "title": window.windowTitle(),
        "modified": session.modified,
        "drawing": print_of(d.drawing),
        "canvas": print_of(window.explore.canvas.canvas._buffer),
        "network": str(d.network.settings()),
        "weights": {key: print_of(value) for key, value in sorted(d.weights.items())},
        "trained": {key: print_of(value) for key, value in sorted(d.trained.items())},
        "labels": list(d.labels),
        "preprocess": str(d.preprocess.settings()),
        "classes": [[c.name, [print_of(s.image) for s in c.samples]] for c in d.classes],
        "muted": sorted([layer, index] for layer, index in d.muted),
        "kernels": sorted([*place, name] for place, name in d.kernel_names.items()),
        "seed": d.seed,
        "training": [t.start, t.auto, str(t.settings.settings()), str(t.augment.settings())],
        "answer": [window.explore.answer.winner.text(), print_of(session.results.probabilities)],
        "layers": {name: print_of(session.results.values(name)) for name in d.network.shapes},
    }


def walk(widget: QWidget, fits: Callable[[QWidget], bool] = lambda w: True) -> Iterator[QWidget]:
    """Every visible widget under one, its own windows (menus, dialogs) left out."""
    for child in widget.children():
        if isinstance(child, QWidget) and not child.isWindow() and child.isVisible():
            if fits(child):
                yield child
            yield from walk(child, fits)


def at_cell(window: MainWindow, qtbot, index: tuple[int, ...] = (2, 10, 9)) -> MainWindow:
    """As it was at first, with a 3 drawn and a cell of conv1 clicked."""
    afresh(window)
    window.desk.session.hover(None)
    draw_three(window)
    click_cell(window, qtbot, "conv1", index)
    return window


def with_strip(window: MainWindow, qtbot) -> MainWindow:
    """The same with the strip of watches unfolded, and the keys in the window."""
    at_cell(window, qtbot).explore.watches.set_folded(False)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window
