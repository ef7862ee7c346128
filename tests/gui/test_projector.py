"""Large type on a small screen: nothing is wider than the screen, and the transport is always there to be clicked."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt

from app import paths
from app.model.timeline import Playhead
from tests.gui.whole import draw_three, opened, settle

SIZE = (1366, 748)  # 1366x768 without a title bar
STEPS = (Playhead("conv2", (3, 4, 4)), Playhead("softmax", (3,)),
         Playhead("conv2", (3, 2, 1, 3), None, "weight", "backward"),
         Playhead("conv1", (2, 0, 1, 3), None, "weight", "update"))


@pytest.fixture(params=["english", "chinese"])
def window(request, qapp, tmp_path):
    with opened(tmp_path, *SIZE) as window:
        window.desk.perform(f"view.{request.param}")
        settle()
        yield window


def holds(window, qtbot):
    """As wide as the screen, and play and the timeline in full above the footer, without scrolling."""
    explore, page = window.explore, window.pages["explore"]

    def stands():
        return window.size().toTuple() == SIZE and not page.verticalScrollBar().maximum() \
            and explore.minimumSizeHint().width() <= page.viewport().width()

    qtbot.waitUntil(lambda: not explore.folding and stands())
    assert window.minimumSizeHint().width() <= SIZE[0]
    if explore.stepping:
        for part in (explore.transport, explore.transport.play, explore.transport.timeline, explore.network.view):
            place = QRect(part.mapTo(window, QPoint(0, 0)), part.size())
            assert part.isVisible()
            assert window.stack.geometry().translated(window.stack.parentWidget().pos()).contains(place)
        assert not explore.network.geometry().intersects(explore.stepper.geometry())
        assert explore.stepper.rect().contains(
            QRect(explore.stepper.formula.mapTo(explore.stepper, QPoint(0, 0)), explore.stepper.formula.size()))


@pytest.mark.parametrize("times", [1, 2])
def test_the_transport_is_on_the_screen_in_large_type(window, qtbot, times):
    draw_three(window)
    window.desk.session.select(STEPS[0])
    for _ in range(times):
        qtbot.keyClick(window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    settle()
    for head in (*STEPS, None):
        window.desk.session.select(head)
        holds(window, qtbot)


@pytest.mark.parametrize("letter", ["A1", "B1", "E3"])
def test_examples_fit_in_large_type(window, qtbot, letter):
    window.desk.attempt(window.filing.open_path, next(paths.asset("examples").glob(f"{letter}*.convscope")))
    for _ in range(2):
        window.desk.perform("view.larger")
        holds(window, qtbot)
        network = window.desk.session.view.network
        window.desk.session.select(Playhead(network.last, (0,) * len(network.shapes[network.last])))
        holds(window, qtbot)
        window.desk.session.select(None)


def test_the_inspector_comes_in_the_other_sides_place_and_goes_again(window, qtbot):
    draw_three(window)
    window.desk.session.select(STEPS[0])
    assert window.explore.inspector_host.isVisible()
    for _ in range(2):
        window.desk.perform("view.larger")
        holds(window, qtbot)
        assert not window.explore.inspector_host.isVisible()
        qtbot.keyClick(window, Qt.Key.Key_I)
        holds(window, qtbot)
        assert window.explore.inspector_host.isVisible()
        assert not window.explore.left.isVisible()
        qtbot.keyClick(window, Qt.Key.Key_I)
        assert window.explore.left.isVisible()
        qtbot.keyClick(window, Qt.Key.Key_I)
    for _ in range(2):
        window.desk.perform("view.smaller")
    qtbot.waitUntil(lambda: window.explore.left.isVisible() and window.explore.inspector_host.isVisible())


def test_what_the_network_sees_folds_to_its_line_and_keeps_its_link(window, qtbot):
    sees = window.explore.sees
    before = sees.height()
    window.desk.perform("view.larger")
    qtbot.waitUntil(lambda: sees.height() < before / 2)
    qtbot.mouseClick(sees.change, Qt.MouseButton.LeftButton)
    assert sees.switches.isVisible()
    sees.switches.close()
    window.desk.perform("view.smaller")
    qtbot.waitUntil(lambda: sees.height() == before)
