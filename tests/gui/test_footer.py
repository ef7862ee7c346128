"""The footer says what a click does where it does something of its own."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF

from app import i18n
from app.model import edits
from app.model.timeline import LOSS, Playhead
from app.panels.footer import HINTS, Footer
from app.panels.stepper import StepperPanel
from tests.gui.stepping import LEFT, show, three

LOSSES = [Playhead(LOSS, (), lane="loss"), Playhead(LOSS, (3,), None, "input0", "backward")]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("head", LOSSES)
def test_at_the_loss_it_says_that_a_name_takes_its_class_for_right_and_so_it_is(desk, qtbot, language, head):
    i18n.set_language(language)
    try:
        desk.session.edit(edits.set_drawing, three())
        footer, stepper = Footer(desk), StepperPanel(desk)
        qtbot.addWidget(footer)
        desk.session.select(Playhead("conv1", (2, 10, 9)))
        assert footer.text.text() == i18n.tr(HINTS["stepping"])
        desk.session.select(head)
        assert footer.text.text() == i18n.tr(HINTS["loss"]) != HINTS["loss" if language != "en" else "stepping"]
        show(qtbot, stepper, 900, 420)
        table = stepper.view.table
        qtbot.waitUntil(lambda: table.height() > 100)
        row = table.row_rect(5)
        qtbot.mouseClick(table, LEFT, pos=QPointF(row.left() + 12, row.center().y()).toPoint())
        assert desk.session.said == 5
    finally:
        i18n.set_language("en")
