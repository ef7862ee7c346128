"""Language, theme and size of type are switched while the window is open: all of it follows, and comes back."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from app import theme
from app.drive import settle, wait_until
from app.model import edits
from app.model.timeline import Playhead
from app.widgets.labels import Label
from cnncore.data.strokes import render
from tests.gui.whole import afresh, opened, templates, walk

SIZES = ((1366, 700), (1440, 900))
WAYS = (
    ("larger", "smaller"),
    ("larger", "larger", "smaller", "smaller"),
    ("dark", "light"),
    ("chinese", "english"),
    ("larger", "chinese", "dark", "larger", "light", "smaller", "english", "smaller"),
)
NAMES = ("cross", "forty characters make this class\u2019s name.", "四十个汉字也是一个名字" * 3)


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("live"), *SIZES[0]) as window:
        yield window


@pytest.fixture(params=("start", "stepping", "train"))
def state(request):
    return request.param


@pytest.fixture
def window(kept, state):
    afresh(kept)
    session = kept.desk.session
    session.edit(edits.set_drawing, render(templates("digits")["3"][0]))
    if state == "stepping":
        session.select(Playhead("conv1", (2, 2, 3)))
    elif state == "train":
        kept.desk.perform("view.train")
        session.edit(edits.add_classes, ("circle", "cross"))
    rest(kept)
    yield kept
    for word in ("light", "english", "smaller", "smaller"):
        kept.desk.perform(f"view.{word}")


def rest(window) -> None:
    """Until nothing moves, and the gradient, which may be late, is there."""
    inspector = getattr(window.explore, "inspector", None)
    assert wait_until(lambda: inspector is None or not inspector._later.isActive(), 5)
    for _ in range(4):
        settle()
    assert not window.explore.folding


def picture(window) -> np.ndarray:
    """What stands on the screen."""
    image = window.grab().toImage()
    image = image.convertToFormat(image.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., :3].copy()


def switch(window, word: str) -> None:
    assert window.desk.perform(f"view.{word}")
    rest(window)


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_there_and_back_the_window_is_the_same_to_the_pixel(window, way, size):
    window.resize(*size)
    rest(window)
    before = picture(window)
    for word in way:
        switch(window, word)
        assert window.size().toTuple() == size
    after = picture(window)
    assert before.shape == after.shape
    rows, columns = np.nonzero((before != after).any(2))
    assert not rows.size, f"differs in x {columns.min()} to {columns.max()}, y {rows.min()} to {rows.max()}"


@pytest.mark.parametrize("language", ["english", "chinese"])
def test_every_text_grows_with_the_type(window, language):
    switch(window, language)
    texts = list(walk(window, lambda w: isinstance(w, QLabel | QToolButton) and bool(w.text())))
    small = {w: w.font().pixelSize() for w in texts}
    for times in (1.25, 1.5):
        switch(window, "larger")
        assert theme.scale() == times
        wrong = [f"{type(w).__name__} {w.objectName()} {w.text()[:30]!r}: {w.font().pixelSize()} px"
                 for w in texts if abs(w.font().pixelSize() - small[w] * times) > 1]
        assert not wrong


def test_a_switch_of_language_leaves_no_text_blank(window):
    texts = list(walk(window, lambda w: isinstance(w, QLabel | QToolButton) and bool(w.text())))
    for word in ("chinese", "english"):
        switch(window, word)
        assert not [f"{type(w).__name__} {w.objectName()}" for w in texts if w.isVisible() and not w.text()]


def test_a_ready_text_outlives_a_switch_of_language(qtbot):
    label = Label("Explore")
    qtbot.addWidget(label)
    label.setText("Train 12")
    label.changeEvent(QEvent(QEvent.Type.LanguageChange))
    assert label.text() == "Train 12"


@pytest.mark.parametrize(("language", "name"), list(itertools.product(("english", "chinese"), NAMES)))
@pytest.mark.parametrize("state", ["start"], indirect=True)
def test_the_answer_is_never_cut(window, language, name):
    winner = window.explore.answer.winner
    switch(window, language)
    session = window.desk.session
    named = dataclasses.replace(session.document, labels=(name,) * 10)
    session.open(named, None)
    rest(window)
    for word in ("larger", "smaller"):
        switch(window, word)
        shown = winner.elided
        assert QFontMetricsF(winner.fitting()).horizontalAdvance(shown) <= winner.width()
        assert shown == name or shown.endswith("…")
    if name == "cross":
        assert winner.elided == name


@pytest.mark.parametrize("state", ["start"], indirect=True)
def test_the_switches_open_in_a_box_that_moves_nothing_and_esc_closes_it(window, qtbot):
    sees = window.explore.sees
    before = [w.geometry() for w in walk(window) if w.objectName() != "focus_ring"]
    sees.change.click()
    settle()
    assert sees.switches.isVisible()
    assert sees.switches.isWindow()
    assert [w.geometry() for w in walk(window) if w.objectName() != "focus_ring"] == before
    qtbot.keyClick(sees.switches, Qt.Key.Key_Escape)
    settle()
    assert not sees.switches.isVisible()
    assert not sees.change.isChecked()
    assert QApplication.activePopupWidget() is None


@pytest.mark.parametrize("state", ["start"], indirect=True)
def test_the_tabs_stay_where_they_are(window):
    tabs = window.header.tabs
    places = []
    for word in ("explore", "train", "explore"):
        switch(window, word)
        places.append((tabs.geometry(), tabs.button("train").geometry()))
    window.desk.perform("canvas.clear")
    settle()
    places.append((tabs.geometry(), tabs.button("train").geometry()))
    assert len({(a.getRect(), b.getRect()) for a, b in places}) == 1
