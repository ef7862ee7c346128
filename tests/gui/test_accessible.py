"""Everything to press, type into or look at has a name for people who hear it, and Tab comes by everywhere."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QGraphicsView,
    QLineEdit,
    QScrollBar,
    QWidget,
)

from app import i18n
from app.drive import settle
from app.model import edits
from app.model.timeline import Playhead
from tests.gui.whole import SHIFT, afresh, draw_three, opened, walk

HANDS = (QAbstractButton, QLineEdit, QAbstractSpinBox, QAbstractSlider, QComboBox, QAbstractItemView, QGraphicsView)
PLACES = ("start", "conv1", "relu1", "pool1", "dense1", "softmax", "train", "samples")
MOST = 400  # presses of Tab that must be enough to come round


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("accessible"), 1440, 900) as window:
        yield window


@pytest.fixture
def window(kept):
    afresh(kept)
    draw_three(kept)
    return kept


def go(window, place: str) -> None:
    """A state of the window by its name."""
    session = window.desk.session
    if place in session.view.network.shapes:
        shape = session.view.network.shapes[place]
        session.select(Playhead(place, tuple(n // 2 for n in shape)))
    elif place in ("train", "samples"):
        if place == "samples":
            session.edit(edits.add_classes, ("a", "b"))
            for k in (0, 1):
                session.edit(edits.add_sample, k, session.view.drawing)
        window.desk.perform("view.train")
    settle()


def heard(widget: QWidget) -> str:
    """The name that a screen reader says."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name).strip() if interface is not None else ""


def to_name(widget: QWidget) -> bool:
    """Something to press, to type into, or with the keyboard's focus; a part of another control is not."""
    parent = widget.parentWidget()
    if isinstance(widget, QScrollBar) or (isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget):
        return False
    return isinstance(widget, HANDS) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus


@pytest.mark.parametrize("place", PLACES)
def test_everything_to_press_or_to_type_into_has_a_name_in_both_languages(window, place):
    go(window, place)
    found = list(walk(window, to_name))
    assert len(found) > 12
    english = {w: heard(w) for w in found}
    assert not [_about(w) for w, name in english.items() if not name]
    i18n.set_language("zh_CN")
    try:
        settle()
        assert not [_about(w) for w in walk(window, to_name) if not heard(w)]
        same = [w for w in found if w.isVisible() and heard(w) == english[w] and _is_words(english[w])]
        assert not [_about(w) for w in same]
    finally:
        i18n.set_language("en")
        settle()


def _is_words(name: str) -> bool:
    """More than a name of a layer or a person's class, a number or a formula."""
    words = [w for w in name.split() if w.isascii() and w.isalpha() and len(w) > 3]
    return len(words) >= 2


def _about(widget: QWidget) -> str:
    parents = []
    at = widget
    while at is not None:
        parents.append(at.objectName() or type(at).__name__)
        at = at.parentWidget()
    return f"{type(widget).__name__} {heard(widget)!r} in {' < '.join(parents[:5])}"


@pytest.mark.parametrize("place", ["start", "conv1", "softmax", "samples"])
@pytest.mark.parametrize("way", ["forwards", "backwards"])
def test_tab_comes_by_everything_and_round_again(window, qtbot, place, way):
    go(window, place)
    page = window.explore if window.desk.workspace == "explore" else window.train
    first = page.canvas.canvas
    first.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(first.hasFocus)
    stops = [w for w in walk(window, lambda w: bool(w.focusPolicy() & Qt.FocusPolicy.TabFocus) and w.isEnabled())
             if not isinstance(w, QScrollBar) and w.focusProxy() is None]
    seen = []
    for _ in range(MOST):
        press(qtbot, way)
        seen.append(QApplication.focusWidget())
        assert seen[-1] is not None, "the focus is lost"
        assert seen[-1].isVisible()
        if seen[-1] is first:
            break
    else:
        pytest.fail(f"{MOST} presses do not come round; last at {_about(seen[-1])}")
    # Tab in the network's picture goes from layer to layer, and with it other views come and go.
    assert not [_about(w) for w in stops if w not in seen and w.isVisible()]


def press(qtbot, way: str) -> None:
    """Tab, or Shift and Tab."""
    at = QApplication.focusWidget()
    if way == "forwards":
        qtbot.keyClick(at, Qt.Key.Key_Tab)
    else:
        qtbot.keyClick(at, Qt.Key.Key_Backtab, SHIFT)


def test_every_stop_of_the_tab_key_shows_that_it_has_the_focus(window, qtbot):
    """By a picture of the window with and without it; a focus that cannot be seen is of no use."""
    go(window, "conv1")
    unseen = []
    at = window.explore.canvas.canvas
    at.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(60):
        press(qtbot, "forwards")
        at = QApplication.focusWidget()
        if at is window.explore.canvas.canvas:
            break
        corner = at.mapTo(window, at.rect().topLeft())
        place = at.rect().translated(corner).adjusted(-6, -6, 6, 6)
        settle()
        with_it = window.grab(place).toImage()
        at.clearFocus()
        settle()
        if window.grab(place).toImage() == with_it:
            unseen.append(_about(at))
        at.setFocus(Qt.FocusReason.TabFocusReason)
        settle()
    assert not sorted(set(unseen))


def test_a_message_is_told_and_the_banner_can_be_closed_by_key(window, qtbot):
    window.desk.messages.warn("The canvas is empty.")
    settle()
    close = window.banner.close_button
    close.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(close, Qt.Key.Key_Space)
    assert not window.banner.isVisible()
