"""How it lies on the screen: nothing reaches out, nothing overlaps, no text is cut, and the window keeps its size."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QTextDocumentFragment
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QLabel,
    QSplitter,
    QStackedWidget,
    QStyleOptionToolButton,
    QToolButton,
    QWidget,
)

from app import theme
from app.drive import settle
from app.model import edits
from app.model.timeline import Playhead
from app.widgets.card import Card
from cnncore.data.strokes import render, vary
from tests.gui.whole import afresh, draw_three, opened, templates, walk

SIZES = ((1366, 700), (1440, 900))
LOOKS = (("english", "light"), ("chinese", "dark"))
KINDS = ("input", "conv1", "relu1", "pool1", "conv2", "flatten", "dense1", "scores", "softmax")
CELL = (2, 2, 3)  # of every layer that has so many


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("looks"), *SIZES[0]) as window:
        yield window


@pytest.fixture(scope="module", params=LOOKS, ids="-".join)
def dressed(kept, request):
    for word in request.param:
        kept.desk.perform(f"view.{word}")
    return kept


@pytest.fixture(scope="module", params=SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
def sized(dressed, request):
    dressed.resize(*request.param)
    return dressed


@pytest.fixture
def window(sized):
    afresh(sized)
    sized.desk.session.edit(edits.set_drawing, render(templates("digits")["3"][0]))
    settle()
    return sized


def shapes(window) -> None:
    """Three classes with ten samples each."""
    session, rng = window.desk.session, np.random.default_rng(0)
    names = ("circle", "cross", "a triangle of any size")
    session.edit(edits.add_classes, names)
    for k, name in enumerate(("circle", "cross", "triangle")):
        for i in range(10):
            session.edit(edits.add_sample, k, render(vary(templates("shapes")[name][i % 3], rng)))


def go(window, place: str) -> None:
    """A state of the window by its name."""
    session = window.desk.session
    if place in session.view.network.shapes:
        shape = session.view.network.shapes[place]
        session.select(Playhead(place, tuple(min(k, n - 1) for k, n in zip(CELL, shape, strict=False))))
    settle()


# --- what is wrong with how widgets lie


def room(widget: QWidget, window: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def about(widget: QWidget) -> str:
    names, at = [], widget
    while at is not None and len(names) < 4:
        names.append(at.objectName() or type(at).__name__)
        at = at.parentWidget()
    return f"{' < '.join(names)} {getattr(widget, 'text', lambda: '')()!r:.40}"


def scrolled(widget: QWidget) -> bool:
    """Lies in something that scrolls, where it may reach out."""
    at = widget.parentWidget()
    while at is not None:
        if isinstance(at.parentWidget(), QAbstractScrollArea) and at.parentWidget().viewport() is at:
            return True
        at = at.parentWidget()
    return False


def outside(window: QWidget) -> list[str]:
    """Widgets that reach out of their parents."""
    found = []
    for w in walk(window):
        if scrolled(w) or w.width() == 0 or w.height() == 0:
            continue
        if not w.parentWidget().rect().contains(w.geometry()):
            found.append(f"{about(w)}: {w.geometry().getRect()} in {w.parentWidget().rect().getRect()}")
    return found


def overlaps(window: QWidget) -> list[str]:
    """Sisters in a card that lie upon each other."""
    found = []
    for parent in (window, *walk(window)):
        if isinstance(parent, (QAbstractScrollArea, QStackedWidget, QSplitter)) or not in_card(parent):
            continue
        children = [c for c in parent.children() if isinstance(c, QWidget) and c.isVisible() and not c.isWindow()
                    and c.width() and c.height()]
        for a, b in itertools.combinations(children, 2):
            if taken(a).intersects(taken(b)) and not overlay(a) and not overlay(b):
                found.append(f"{about(a)} {a.geometry().getRect()} and {about(b)} {b.geometry().getRect()}")
    return found


def in_card(widget: QWidget) -> bool:
    at = widget
    while at is not None:
        if isinstance(at, Card):
            return True
        at = at.parentWidget()
    return False


def taken(widget: QWidget) -> QRect:
    """What a widget takes: a label of many lines at the top of its room leaves the rest free."""
    rect = QRect(widget.geometry())
    if isinstance(widget, QLabel) and widget.wordWrap() and widget.alignment() & Qt.AlignmentFlag.AlignTop:
        rect.setHeight(min(widget.heightForWidth(widget.width()), rect.height()))
    return rect


def overlay(widget: QWidget) -> bool:
    """Made to lie over others, and lets the mouse through."""
    return widget.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


def cut(window: QWidget) -> list[str]:
    """Texts wider (or, with more lines, higher) than their room, unless a tooltip says them whole."""
    found = []
    for w in walk(window, lambda w: isinstance(w, (QLabel, QToolButton))):
        if isinstance(w, QLabel):
            if not w.text() or (w.toolTip() and w.toolTip() != "") or w.property("elides"):
                continue
            if w.wordWrap():
                if w.heightForWidth(w.width()) > w.height() + 1:
                    found.append(f"{about(w)}: {w.heightForWidth(w.width())} px high in {w.height()}")
            elif w.sizeHint().width() > w.width() + 1:
                found.append(f"{about(w)}: {w.sizeHint().width()} px wide in {w.width()}")
        elif w.text() and w.toolButtonStyle() != w.toolButtonStyle().ToolButtonIconOnly:
            option = QStyleOptionToolButton()
            w.initStyleOption(option)
            if w.sizeHint().width() > w.width() + 1:
                found.append(f"{about(w)}: {w.sizeHint().width()} px wide in {w.width()}")
    return found


def wrong(window) -> list[str]:
    size = window.size()
    settle()
    said = [f"out: {text}" for text in outside(window)]
    said += [f"over: {text}" for text in overlaps(window)]
    said += [f"cut: {text}" for text in cut(window)]
    if window.size() != size:
        said.append(f"the window grew to {window.width()} × {window.height()}")
    return said


# --- the states


def test_start_lies_well_and_has_room_for_the_hint(window):
    assert not wrong(window)
    assert window.explore.answer.hint.isVisible()


def test_start_with_an_empty_canvas_lies_well(window):
    window.desk.perform("canvas.clear")
    settle()
    assert not wrong(window)


@pytest.mark.parametrize("node", KINDS)
def test_every_kind_of_layer_in_the_stepper_lies_well_and_the_window_does_not_grow(window, qtbot, node):
    size = window.size()
    go(window, node)
    qtbot.waitUntil(lambda: not window.explore.folding)
    assert window.size() == size
    assert not wrong(window)


def test_the_window_keeps_its_size_while_the_stepper_slides_open(window, qtbot):
    size, sizes = window.size(), set()
    theme.reduce_motion(False)
    try:
        go(window, "conv1")
        while window.explore.folding:
            sizes.add(window.size().toTuple())
            qtbot.wait(5)
    finally:
        theme.reduce_motion(True)
    assert sizes == {size.toTuple()}
    assert not wrong(window)


def test_stepping_term_by_term_lies_well(window, qtbot):
    go(window, "conv2")
    window.desk.perform("stepper.by_term")
    window.desk.perform("stepper.forward")
    settle()
    assert not wrong(window)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_switches_of_the_preprocessing_open_in_a_popup_that_cuts_nothing(window):
    sees = window.explore.sees
    sees.change.click()
    settle()
    try:
        assert sees.switches.isVisible()
        assert not outside(sees.switches) + cut(sees.switches)
        assert not wrong(window)
    finally:
        sees.switches.hide()
        settle()


def test_train_without_and_with_samples_lies_well(window):
    window.desk.perform("view.train")
    settle()
    assert not wrong(window)
    shapes(window)
    settle()
    assert not wrong(window)


def test_train_with_a_paused_run_lies_well(window, qtbot):
    shapes(window)
    window.desk.perform("view.train")
    window.desk.perform("training.step")
    session = window.desk.session
    qtbot.waitUntil(lambda: session.run is not None and session.run.step == 1, timeout=30_000)
    settle()
    assert not wrong(window)


def test_a_message_with_a_remedy_and_details_lies_well(window):
    window.desk.messages.error(RuntimeError("something with a long text that goes on and on " * 4))
    settle()
    try:
        assert not wrong(window)
    finally:
        window.banner.dismiss()


def plain(text: str) -> str:
    """What can be read of a text."""
    return QTextDocumentFragment.fromHtml(text).toPlainText() if "</" in text else text


@pytest.mark.parametrize("page", ["train", "explore"])
def test_no_text_is_lost_when_the_language_is_switched_and_switched_back(kept, page):
    afresh(kept)
    kept.desk.perform("view.english")
    draw_three(kept)
    go(kept, "conv1")
    kept.desk.perform(f"view.{page}")
    settle()
    before = {w: plain(w.text()) for w in walk(kept, lambda w: isinstance(w, (QLabel, QToolButton)))}
    kept.desk.perform("view.chinese")
    settle()
    empty = [about(w) for w, text in before.items() if text.strip() and not plain(w.text()).strip()]
    same = [about(w) for w, text in before.items() if plain(w.text()) == text and sum(map(str.islower, text)) > 12]
    kept.desk.perform("view.english")
    settle()
    assert not empty
    assert not same
    assert not [(about(w), text) for w, text in before.items() if plain(w.text()) != text]


def test_the_smallest_widths_fit_the_small_window(window):
    for page in ("train", "explore"):
        window.desk.perform(f"view.{page}")
        settle()
        least = window.minimumSizeHint()
        assert least.width() <= 1366
        assert least.height() <= 700
