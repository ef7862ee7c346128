"""The number grid as it looks, and as people hear it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QAccessible, QFontMetricsF
from PySide6.QtTest import QAbstractItemModelTester

from app import theme
from app.widgets.number_grid import NumberGrid
from app.widgets.number_model import NumberModel

KERNEL = np.array([[0.1, -0.2, 0.3], [0.0, 0.5, -0.6], [0.7, 0.8, -0.9]])


@pytest.fixture
def grid(qtbot, qapp) -> NumberGrid:
    theme.apply(qapp, "light")
    made = NumberGrid("Kernel", read_only=False)
    qtbot.addWidget(made)
    made.set_values(KERNEL)
    made.show()
    qtbot.waitExposed(made)
    return made


def pixel(grid: NumberGrid, point: QPointF) -> str:
    return grid.viewport().grab().toImage().pixelColor(point.toPoint()).name()


def test_zero_is_paper_and_the_ends_are_the_ends_of_the_map(grid: NumberGrid) -> None:
    grid.set_values(np.array([[0.0, -1.0, 1.0]]), 1.0)
    t = theme.tokens()
    corners = [grid.rect_of(0, c).topLeft() + QPointF(4, 4) for c in range(3)]
    assert [pixel(grid, p) for p in corners] == [t.paper, t.signed[0], t.signed[-1]]


def test_a_theme_switch_repaints_in_the_new_colours(grid: NumberGrid, qapp) -> None:
    grid.set_values(np.zeros((2, 2)), 1.0)
    theme.apply(qapp, "dark")
    assert pixel(grid, QPointF(4, 4)) == theme.DARK.paper
    theme.apply(qapp, "light")


def test_cells_too_small_for_digits_show_none_at_all(grid: NumberGrid) -> None:
    grid.set_cell(29)
    assert grid._shown() is None
    grid.set_cell(30)
    assert all(text for row in grid._shown() for text in row)


def test_digits_fit_their_cells(grid: NumberGrid) -> None:
    grid.set_values(np.array([[-1.234, 99999.0, -0.001, 123.4]]))
    wide = QFontMetricsF(theme.font(11, mono=True)).horizontalAdvance
    for cell in (30, 34, 40):
        grid.set_cell(cell)
        assert all(wide(text) <= cell - 2 for text in grid._shown()[0])


def test_a_frame_is_half_cells_round_the_window_and_counts_for_nothing(grid: NumberGrid) -> None:
    grid.set_frame(True)
    grid.set_values(np.zeros((7, 7)), 1.0)
    assert grid.rect_of(0, 0).topLeft() == QPointF(17, 17)
    assert grid.cell_at(QPointF(5, 40)) is None
    assert grid.cell_at(QPointF(20, 20)) == (0, 0)
    assert grid.sizeHint().width() == 2 * 17 + 5 * 33 - 1


def test_the_ring_can_be_seen_at_the_edge(grid: NumberGrid) -> None:
    grid.set_values(np.zeros((3, 3)), 1.0)
    grid.set_current(2, 2)
    image = grid.viewport().grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(66, image.width()) for y in range(66, image.height())}
    assert theme.tokens().ring in colours
    assert theme.tokens().panel in colours


def test_nan_is_a_cross_and_no_digits(grid: NumberGrid) -> None:
    grid.set_values(np.array([[np.nan, 1.0]]), 1.0)
    image = grid.viewport().grab().toImage()
    inside = {image.pixelColor(x, y).name() for x in range(1, 31) for y in range(1, 31)}
    assert theme.tokens().wrong in inside
    assert pixel(grid, QPointF(2, 2)) == theme.tokens().panel


# --- for people who hear it

def test_every_cell_has_a_name_with_its_place_and_value(grid: NumberGrid) -> None:
    table = QAccessible.queryAccessibleInterface(grid)
    assert table.text(QAccessible.Text.Name) == "Kernel"
    names = [table.child(k).text(QAccessible.Text.Name) for k in range(table.childCount())]
    assert "[0, 1] −0.2" in names


def test_the_model_keeps_qts_rules(qtbot) -> None:
    model = NumberModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_values(np.zeros((2, 3)))
    model.set_values(np.ones((2, 3)))
    model.frame = 1
    model.set_values(np.ones((4, 4)))
    assert tester.model() is model
