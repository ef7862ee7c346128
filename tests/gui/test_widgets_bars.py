"""Class bars and the histogram."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from app import theme
from app.widgets.bars import Bars
from app.widgets.histogram import BINS, Histogram
from tests.gui.pointer import hover


@pytest.fixture
def bars(qtbot, qapp) -> Bars:
    theme.apply(qapp, "light")
    widget = Bars("Classes")
    qtbot.addWidget(widget)
    widget.resize(240, 240)
    widget.show()
    qtbot.waitExposed(widget)
    widget.set_values([str(k) for k in range(10)], np.array([0.0, 0.1, 0.05, 0.6, 0.05, 0.1, 0.02, 0.03, 0.02, 0.03]))
    return widget


def inked(bars: Bars, index: int, token: str) -> int:
    """Pixels of a colour along the middle of a row's bar."""
    image = bars.viewport().grab().toImage()
    y = round(bars.rect_of(index).center().y())
    wanted = getattr(theme.tokens(), token)
    return sum(image.pixelColor(x, y).name() == wanted for x in range(20, image.width() - 60))


def test_the_winner_is_in_ink_and_the_others_in_edge(bars: Bars) -> None:
    assert inked(bars, 3, "ink") > 60
    assert inked(bars, 1, "edge") > 8
    assert inked(bars, 1, "ink") == 0
    assert inked(bars, 0, "edge") == 0


@pytest.mark.parametrize("count", [2, 10, 36])
def test_two_to_thirty_six_classes_can_all_be_reached(bars: Bars, qtbot, count: int) -> None:
    bars.set_values([f"class {k}" for k in range(count)], np.full(count, 1 / count))
    bars.setFocus()
    chosen: list[int] = []
    bars.clicked.connect(chosen.append)
    for _ in range(count):
        qtbot.keyClick(bars, Qt.Key.Key_Down)
        row = bars.rect_of(chosen[-1])
        assert row.top() >= -1
        assert row.bottom() <= bars.viewport().height() + 1
    assert chosen == [*range(count)]


def test_rows_never_get_too_low_to_read(bars: Bars) -> None:
    bars.set_values([str(k) for k in range(36)], np.full(36, 1 / 36))
    assert bars.row_height >= 15
    assert bars.verticalScrollBar().maximum() > 0


def test_a_click_tells_the_class(bars: Bars, qtbot) -> None:
    chosen: list[int] = []
    bars.clicked.connect(chosen.append)
    qtbot.mouseClick(bars.viewport(), Qt.MouseButton.LeftButton, pos=bars.rect_of(7).center().toPoint())
    assert chosen == [7]
    assert bars.current == 7


def test_hover_tells_the_class_once(bars: Bars) -> None:
    seen: list[object] = []
    bars.hovered.connect(seen.append)
    middle = bars.rect_of(2).center()
    hover(bars.viewport(), middle, middle + QPointF(5, 1))
    assert seen == [2]


def test_bars_say_the_winner_to_people_who_hear_them(bars: Bars) -> None:
    assert bars.accessibleDescription().startswith("3 60.0")


def test_without_classes_there_is_nothing_to_paint_or_move(bars: Bars, qtbot) -> None:
    bars.set_values([], np.zeros(0))
    bars.grab()
    qtbot.keyClick(bars, Qt.Key.Key_Down)


# --- histogram

@pytest.fixture
def histogram(qtbot, qapp) -> Histogram:
    theme.apply(qapp, "light")
    widget = Histogram("Values")
    qtbot.addWidget(widget)
    widget.resize(240, 62)
    return widget


def test_all_numbers_are_counted_and_nan_is_not(histogram: Histogram) -> None:
    values = np.linspace(-1, 1, 100).reshape(10, 10)
    values[0, 0] = np.nan
    histogram.set_values(values)
    assert histogram._counts.sum() == 99
    assert "99 numbers" in histogram.accessibleDescription()


def test_bars_have_the_colours_of_the_map(histogram: Histogram) -> None:
    histogram.set_values(np.concatenate([np.full(50, -1.0), np.full(50, 1.0)]), 1.0)
    image = histogram.grab().toImage()
    low, high = (image.pixelColor(x, 40) for x in (2, 236))
    assert low.blue() > low.red()
    assert high.red() > high.blue()


@pytest.mark.parametrize("values", [np.zeros(9), np.full(4, 3.5), np.array([]), np.array([np.nan]), np.array([1e-20])])
def test_flat_and_empty_values_are_painted_too(histogram: Histogram, values: np.ndarray) -> None:
    histogram.set_values(values)
    histogram.set_cursor(0.0)
    histogram.grab()
    assert len(histogram._edges) == BINS + 1


def test_the_cursor_stands_at_its_value_in_accent(histogram: Histogram) -> None:
    histogram.set_values(np.linspace(0, 1, 101))
    histogram.set_cursor(0.5)
    assert histogram.x_of(0.5) == pytest.approx(120, abs=1)
    middle = QPointF(histogram.x_of(0.5), 30).toPoint()
    assert histogram.grab().toImage().pixelColor(middle).name() == theme.tokens().accent
