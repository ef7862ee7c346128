"""A number of a kernel tells its name, and the digits of a 32-bit number, no more."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app import numbers
from app.model import edits
from app.model.timeline import Playhead
from app.panels.kernel import KernelPanel
from app.panels.stepper import StepperPanel
from tests.gui.stepping import show, three
from tests.gui.whole import type_into

TIP, ROLE = Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole


def test_a_number_of_a_kernel_is_told_by_its_name_and_its_own_digits(desk, qtbot):
    desk.session.edit(edits.set_drawing, three())
    desk.session.select(Playhead("conv1", (2, 10, 9)))
    panel = StepperPanel(desk)
    show(qtbot, panel, 890, 300)
    grid = panel.view.kernel.grid
    value = desk.session.document.weights["conv1.weight"][2, 0, 1, 3]
    told = f"conv1.weight[2, 0, 1, 3] {value!s}".replace("-", numbers.MINUS)
    assert grid.model().data(grid.model().index(1, 3), TIP) == told
    assert grid.model().data(grid.model().index(1, 3), ROLE) == told
    assert len(told.split()[-1]) < 14
    type_into(qtbot, grid, 1, 3, "0.1")
    assert grid.model().data(grid.model().index(1, 3), TIP) == "conv1.weight[2, 0, 1, 3] 0.1"
    desk.session.select(Playhead("conv1", (4, 10, 9)))
    assert grid.model().data(grid.model().index(0, 0), TIP).startswith("conv1.weight[4, 0, 0, 0] ")


def test_the_kernel_panel_tells_the_names_too(desk, qtbot):
    panel = KernelPanel(desk)
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitExposed(panel)
    model = panel.editor.grid.model()
    assert model.data(model.index(0, 4), TIP).startswith("conv1.weight[0, 0, 0, 4] ")
