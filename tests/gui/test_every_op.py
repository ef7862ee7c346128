"""Every op of the engine in 1, 2 and 3 dimensions and on a plain list: stepped, accounted for, drawn as what it is."""

from __future__ import annotations

import dataclasses
import itertools
import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from app import i18n, numbers, theme
from app.model.frames import value_of
from app.model.timeline import Playhead, stretch_of
from app.panels.stepper import StepperPanel
from app.panels.stepper_views import BarsView
from app.widgets.heat_map import HeatMap
from app.widgets.plane_grid import PlaneGrid
from cnncore.ops import OPS
from cnncore.trace import Trace
from tests.gui.every_op import EVERY, around, heads
from tests.gui.printed import comes_to, right_sides
from tests.gui.stepping import inside, show

# Where bars that add up are what it is: sums over a list.
LISTS = {"dense", "whiten"}
CALCULATED = ("products", "sum", "window", "update", "shares")


@pytest.fixture
def panel(desk, qtbot):
    """The stepper, as large as at 1366 × 768."""
    desk.session.select(Playhead("conv1", (2, 10, 9)))
    panel = StepperPanel(desk)
    show(qtbot, panel, 890, 286)
    return panel


def test_every_op_is_there():
    assert {kind for kind, _ in EVERY} == set(OPS)
    for rank in (1, 2, 3):
        assert {kind for kind, own in EVERY if own == rank} == set(OPS) - {"dense"}


@pytest.mark.parametrize(("kind", "rank"), EVERY, ids=lambda one: str(one))
def test_an_op_is_stepped_in_every_lane_and_every_number_is_accounted_for(desk, panel, kind, rank):
    document = around(kind, rank)
    desk.session.open(document, None)
    for head in heads(document):
        desk.session.select(head)
        trace, view = desk.session.trace(), panel.view
        assert isinstance(trace, Trace)
        assert trace.total == pytest.approx(value_of(desk.session.results, head), abs=1e-12)
        assert abs(trace.rounding) <= max(trace.bound, 1e-12), head
        if kind not in LISTS:
            assert not isinstance(view, BarsView) or "Back" in type(view).__name__, head
        calculates(panel.formula.text, trace)
        fits(view)
        if stretch_of(document.network, head) is not None:
            desk.player.forward()
            assert desk.session.playhead != head
            desk.player.back()
            assert desk.session.playhead == head
        panel.grab()


@pytest.mark.parametrize(("kind", "rank"), [one for one in EVERY if one[1] == 2], ids=lambda one: str(one))
def test_an_op_is_stepped_term_by_term(desk, panel, kind, rank):
    document = around(kind, rank)
    desk.session.open(document, None)
    for head in heads(document):
        desk.session.select(head)
        terms = desk.session.trace().terms.size
        for term in sorted({0, terms // 2, terms - 1}):
            desk.session.select(dataclasses.replace(head, term=term))
            assert desk.session.playhead.term == term
            panel.grab()


def calculates(text: str, trace: Trace) -> None:
    """The printed numbers lead to the printed result."""
    if trace.kind not in CALCULATED or "max − ln" in text or "−ln" in text:
        return
    printed, result = right_sides(text)
    come = comes_to(printed)
    if result.endswith("%"):
        assert numbers.share(come) == result, text
    elif trace.kind == "update":
        assert numbers.gradient(come) == result, text
    else:
        assert numbers.figure(come) == result or come == pytest.approx(comes_to(result), rel=1e-9), text


def fits(view: QWidget) -> None:
    """Nothing that shows numbers is cut, and nothing lies on another."""
    parts = [part for part in view.findChildren(QWidget) if isinstance(part, (HeatMap, PlaneGrid))
             and part.isVisible() and part.parent() is view]
    for part in parts:
        assert inside(part, view), part.objectName()
    for one, other in itertools.combinations(parts, 2):
        assert not one.geometry().intersects(other.geometry()), (one.objectName(), other.objectName())


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["conv", "relu", "maxpool", "layernorm", "dropout", "add", "concat", "pad"])
def test_a_volume_has_a_slider_and_a_sound_rows(desk, panel, qtbot, kind, rank):
    document = around(kind, rank)
    desk.session.open(document, None)
    head = heads(document)[0]
    desk.session.select(head)
    slider = panel.slices.slider
    assert panel.slices.isVisible() == (rank == 3)
    output = panel.view.output.map
    if rank == 3:
        assert output.shape == document.network.shapes["it"][-2:]
        qtbot.keyClick(slider, Qt.Key.Key_Left)
        assert desk.session.playhead.index == (*head.index[:-3], head.index[-3] - 1, *head.index[-2:])
    if rank == 1:
        assert output.shape[1] == document.network.shapes["it"][-1]
        # Of what moves all channels are shown, each a row.
        channels = document.network.shapes["it"][0] if kind in ("concat", "pad") else 1
        assert output.shape[0] == channels
        assert output.width() >= 0.2 * panel.width()


@pytest.fixture
def dark_chinese(desk):
    """Before anything is built."""
    i18n.set_language("zh_CN")
    theme.apply(QApplication.instance(), "dark", 1.0)
    yield
    i18n.set_language("en")
    theme.apply(QApplication.instance(), "light", 1.0)


def test_every_op_is_shown_in_chinese_and_dark(desk, dark_chinese, panel):
    for kind in sorted(OPS):
        document = around(kind, 0 if kind == "dense" else 2)
        desk.session.open(document, None)
        for head in heads(document):
            desk.session.select(head)
            panel.grab()
            fits(panel.view)
            said = [label.text() for label in panel.view.findChildren(QLabel) if label.isVisible()]
            english = [text for text in said if re.search(r"[A-Za-z]{5,} [a-z]{2,}", text)]
            assert not english, (head, english)


def test_a_network_of_other_dimensions_under_the_same_names_is_shown_at_once(desk, panel):
    for kind, rank in (("flatten", 2), ("pad", 2), ("pad", 3), ("pad", 1), ("relu", 0), ("relu", 3)):
        document = around(kind, rank)
        desk.session.open(document, None)
        head = heads(document)[0]
        desk.session.select(head)
        assert panel.cell.text() == head.name
        assert panel.view.scene.head == head


@pytest.mark.parametrize("size", [(640, 280), (720, 300), (1288, 368), (1500, 560)])
def test_no_view_is_cut_in_a_narrow_card_or_a_high_one(desk, panel, size):
    panel.resize(*size)
    for kind, rank in EVERY:
        if kind in ("conv", "transposedconv", "whiten") or rank == 3:
            continue  # their views have tests of their own; a slice is a map
        document = around(kind, rank)
        desk.session.open(document, None)
        for head in heads(document):
            desk.session.select(head)
            fits(panel.view)


def test_whatever_takes_the_keyboard_is_named(desk, panel):
    for kind in sorted(OPS):
        document = around(kind, 0 if kind == "dense" else 2)
        desk.session.open(document, None)
        for head in heads(document):
            desk.session.select(head)
            unnamed = [part.objectName() or type(part).__name__ for part in panel.view.findChildren(QWidget)
                       if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isVisible()
                       and not part.accessibleName() and not (isinstance(part, QAbstractButton) and part.text())]
            assert not unnamed, head
