"""Values or gradients: the network shows what comes back, and the loss takes the class that a person says."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint

from app import theme
from app.model.timeline import LOSS, Playhead
from app.panels.stepper_views.loss import LossView
from tests.gui.network_panels import (
    LEFT,
    click,
    panel,  # noqa: F401
    pixels,
)
from tests.gui.stepping import opened, three

WEIGHT = Playhead("conv1", (2, 0, 3, 1), None, "weight", "backward")


def shown(panel, node: str) -> np.ndarray:
    """The colours that ∂L/∂node should have, map under map."""
    results = panel.session.results
    values = results.gradients.outputs[node][0]
    bound = float(panel.desk.ranges.gradient_bounds(results, node)[0])
    return theme.rgb(values, bound, "signed").reshape(-1)


def test_stepping_into_the_backward_lane_throws_the_switch_and_out_of_it_back(panel):
    assert panel.switch.value == "values"
    before = pixels(panel, "conv1").copy()
    panel.session.select(WEIGHT)
    assert panel.switch.value == "gradients"
    assert set(shown(panel, "conv1").tolist()) <= set(pixels(panel, "conv1").reshape(-1).tolist())
    panel.session.select(Playhead("conv1", (2, 10, 9)))
    assert panel.switch.value == "values"
    np.testing.assert_array_equal(pixels(panel, "conv1"), before)


def test_the_switch_alone_shows_gradients_and_a_click_goes_to_where_one_is_made(panel, qtbot):
    qtbot.mouseClick(panel.switch.button("gradients"), LEFT)
    assert panel.gradients
    click(panel, qtbot, "pool1", (1, 5, 6))
    assert panel.session.playhead == Playhead("conv2", (1, 5, 6), None, "input0", "backward")
    click(panel, qtbot, "conv1", (1, 5, 6))
    assert panel.session.playhead == Playhead("relu1", (1, 5, 6), None, "input0", "backward")
    assert panel.view.lines.selected[1] == (1, 5, 6)


def test_another_class_said_to_be_right_turns_the_gradients(panel):
    panel.session.select(WEIGHT)
    before = pixels(panel, "conv1").copy()
    panel.session.say((panel.session.results.order[0] + 1) % 10)
    assert (pixels(panel, "conv1") != before).any()
    assert panel.session.results.loss > 1


def test_of_an_activation_the_head_says_what_is_shown(panel):
    panel.session.select(WEIGHT)
    assert panel.view.heads.gradients
    panel.session.select(None)
    assert not panel.view.heads.gradients


def test_a_click_on_a_target_says_which_class_is_right_and_another_takes_it_back(desk, qtbot):
    from app.model import edits

    desk.session.edit(edits.set_drawing, three())
    stepper = opened(desk, qtbot, desk.session.document, Playhead(LOSS, (), lane="loss"))
    view = stepper.view
    assert isinstance(view, LossView)
    session = desk.session
    at = view.table.row_rect(8).center()
    target = QPoint(round(view.table.width() * 0.58), round(at.y()))
    loss = session.results.loss
    qtbot.mouseClick(view.table, LEFT, pos=target)
    assert session.said == session.results.target == 8
    assert session.results.loss > loss
    qtbot.mouseClick(view.table, LEFT, pos=target)
    assert session.said is None
    qtbot.mouseClick(view.table, LEFT, pos=QPoint(round(view.table.width() * 0.8), round(at.y())))
    assert session.playhead == Playhead(LOSS, (8,), None, "input0", "backward")
    np.testing.assert_allclose(view.table._gradients.sum(), 0, atol=1e-6)
