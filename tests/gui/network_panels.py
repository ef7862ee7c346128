"""The network panel for tests, and hands on it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app.model import edits
from app.panels.network import NetworkPanel

NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton
START, STRIP, DESK_STRIP = (1168, 747), (890, 262), (896, 366)


@pytest.fixture
def panel(desk, bar, qtbot):
    """The panel in its start state with a bar drawn."""
    desk.session.edit(edits.set_drawing, bar)
    panel = NetworkPanel(desk)
    panel.resize(*START)
    panel.show()
    qtbot.waitExposed(panel)
    yield panel
    gone(panel)


def gone(panel: NetworkPanel) -> None:
    """Really deleted, so that the next test's theme does not dress it again."""
    QApplication.instance().removeEventFilter(panel.desk)
    panel.close()
    panel.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def spot(panel: NetworkPanel, node: str, index: tuple[int, ...]) -> QPoint:
    """The middle of a cell, in the view."""
    k = next(k for k, column in enumerate(panel.columns) if column.node == node)
    return panel.view.frame.rect(panel.view.frame.places[k].cell_rect(index)).center().toPoint()


def click(panel: NetworkPanel, qtbot, node: str, index: tuple[int, ...]) -> None:
    qtbot.mouseClick(panel.view.viewport(), LEFT, NONE, spot(panel, node, index))


def pixels(panel: NetworkPanel, node: str) -> np.ndarray:
    """The colours of a column's mosaic."""
    k = next(k for k, column in enumerate(panel.view.columns) if column.node == node)
    return panel.view.pictured.mosaics[k]._pixels


def wheel(panel: NetworkPanel, point: QPoint, turns: int) -> None:
    port = panel.view.viewport()
    event = QWheelEvent(QPointF(point), QPointF(port.mapToGlobal(point)), QPoint(), QPoint(0, 120 * turns),
                        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(port, event)
