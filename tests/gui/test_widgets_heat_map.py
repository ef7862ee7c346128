"""The map as a picture."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage

from app import i18n, theme
from app.widgets.heat_map import HeatMap
from tests.gui.pointer import hover

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def heat(qtbot, qapp) -> HeatMap:
    theme.apply(qapp, "light")
    widget = HeatMap("Output")
    widget.set_cell(10)
    widget.set_values(np.zeros((6, 8), np.float32), 1.0)
    qtbot.addWidget(widget)
    widget.resize(widget.sizeHint())
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def picture(heat: HeatMap) -> QImage:
    return heat.grab().toImage()


def colour(heat: HeatMap, row: int, col: int) -> str:
    return picture(heat).pixelColor(heat.rect_of(row, col).center().toPoint()).name()


def colours(heat: HeatMap, row: int, col: int) -> set[str]:
    image, rect = picture(heat), heat.rect_of(row, col).toRect()
    return {image.pixelColor(x, y).name() for x in range(rect.left(), rect.right() + 1)
            for y in range(rect.top(), rect.bottom() + 1)}


def near(wanted: str, found: set[str]) -> bool:
    """True when a colour is there but for the rounding of smooth edges."""
    def parts(colour: str) -> tuple[int, int, int]:
        return QColor(colour).red(), QColor(colour).green(), QColor(colour).blue()

    return any(max(abs(a - b) for a, b in zip(parts(wanted), parts(c), strict=True)) < 8 for c in found)


def at(heat: HeatMap, row: int, col: int) -> QPoint:
    return heat.rect_of(row, col).center().toPoint()


def test_cells_are_where_and_what_they_should_be(heat: HeatMap) -> None:
    values = np.zeros((6, 8), np.float32)
    values[2, 5], values[5, 0] = 1, -1
    heat.set_values(values, 1.0)
    t = theme.tokens()
    assert (colour(heat, 2, 5), colour(heat, 5, 0), colour(heat, 0, 0)) == (t.signed[-1], t.signed[0], t.paper)


def test_what_is_not_computed_is_a_hatch_and_not_paper(heat: HeatMap) -> None:
    heat.set_known(2 * 8 + 3)
    t = theme.tokens()
    assert colours(heat, 2, 2) == {t.paper}
    for cell in ((2, 3), (2, 7), (3, 0), (5, 7)):
        assert t.paper not in colours(heat, *cell)
        assert t.panel in colours(heat, *cell)
    heat.set_known(48)
    assert colours(heat, 5, 7) == {t.paper}


def test_nan_is_a_cross_on_the_panels_colour(heat: HeatMap) -> None:
    values = np.zeros((6, 8), np.float32)
    values[1, 1] = np.nan
    heat.set_values(values)
    assert near(theme.tokens().wrong, colours(heat, 1, 1))
    assert theme.tokens().panel in colours(heat, 1, 1)
    assert colours(heat, 1, 2) == {theme.tokens().paper}


@pytest.mark.parametrize("cell", [(2, 3), (0, 0), (5, 7)])
def test_the_ring_and_its_halo_are_seen_everywhere(heat: HeatMap, cell: tuple[int, int]) -> None:
    heat.set_ring(*cell)
    image = picture(heat)
    rect = heat.rect_of(*cell).adjusted(-6, -6, 6, 6).toRect().intersected(image.rect())
    found = {image.pixelColor(x, y).name() for x in range(rect.left(), rect.right() + 1)
             for y in range(rect.top(), rect.bottom() + 1)}
    assert {theme.tokens().ring, theme.tokens().panel} <= found


def test_a_muted_map_is_paled_to_a_quarter_and_struck_through(heat: HeatMap) -> None:
    heat.set_values(np.full((6, 8), 1.0, np.float32), 1.0)
    full = picture(heat).pixelColor(2, 2).lightness()
    heat.set_muted(True)
    assert picture(heat).pixelColor(2, 2).lightness() > full + 100
    assert near(theme.tokens().edge, {picture(heat).pixelColor(x, 30).name() for x in range(80)})


def test_gradients_have_a_dashed_frame(heat: HeatMap) -> None:
    heat.set_gradient(True)
    along = [picture(heat).pixelColor(x, 1).name() for x in range(80)]
    assert theme.tokens().ink in along
    assert theme.tokens().panel in along


def test_click_and_drag_tell_cells(heat: HeatMap, qtbot) -> None:
    cells: list[tuple[int, int]] = []
    heat.clicked.connect(lambda *c: cells.append(c))
    qtbot.mousePress(heat, LEFT, pos=at(heat, 2, 3))
    qtbot.mouseMove(heat, at(heat, 3, 3))
    qtbot.mouseRelease(heat, LEFT, pos=at(heat, 3, 3))
    assert cells == [(2, 3), (3, 3)]


def test_hover_tells_each_cell_once_and_none_on_leaving(heat: HeatMap) -> None:
    seen: list[object] = []
    heat.hovered.connect(seen.append)
    hover(heat, at(heat, 1, 1), at(heat, 1, 1) + QPoint(1, 1), at(heat, 1, 2))
    QCoreApplication.sendEvent(heat, QEvent(QEvent.Type.Leave))
    assert seen == [(1, 1), (1, 2), None]


def test_arrows_move_the_ring_and_stop_at_the_edge(heat: HeatMap, qtbot) -> None:
    moves: list[tuple[int, int]] = []
    heat.moved.connect(lambda *c: moves.append(c))
    heat.set_ring(0, 6)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(heat, key)
    assert moves == [(0, 7), (1, 7)]
    assert heat.ring == (1, 7)


def test_the_first_arrow_puts_the_ring_on_the_first_cell(heat: HeatMap, qtbot) -> None:
    qtbot.keyClick(heat, Qt.Key.Key_Down)
    assert heat.ring == (0, 0)


def test_a_cell_says_its_place_and_every_digit(heat: HeatMap) -> None:
    heat.set_values(np.full((6, 8), 0.1), 1.0)
    heat.set_known(9)
    assert heat.words(1, 0) == "[1, 0] 0.1"
    assert heat.words(1, 1) == "[1, 1] not computed yet"
    i18n.set_language("zh_CN")
    assert "尚未计算" in heat.words(1, 1)
    i18n.set_language("en")


def test_without_a_cell_size_the_map_takes_the_room_and_stays_square(heat: HeatMap) -> None:
    heat.set_cell(None)
    heat.resize(160, 60)
    assert heat.cell == 10
    assert heat.cell_at(QPointF(85, 5)) is None


def test_another_shape_forgets_ring_and_window(heat: HeatMap) -> None:
    heat.set_ring(5, 7)
    heat.set_window(0, 0, 3, 3)
    heat.set_values(np.zeros((2, 2)), 1.0)
    assert heat.ring is None
    picture(heat)


def test_a_theme_switch_changes_the_colours(heat: HeatMap, qapp) -> None:
    theme.apply(qapp, "dark")
    assert colour(heat, 0, 0) == theme.DARK.paper
    theme.apply(qapp, "light")
    assert colour(heat, 0, 0) == theme.LIGHT.paper


def test_values_of_one_column_out_of_a_larger_array_are_shown(heat: HeatMap) -> None:
    heat.set_values(np.arange(96, dtype=np.float32).reshape(6, 16)[:, ::2], 96.0)
    assert colour(heat, 0, 0) == theme.tokens().paper
