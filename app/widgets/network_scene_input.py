"""Mouse, wheel and keys of the network's picture."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip

from app.i18n import tr
from app.widgets import map_columns_moves as moves
from app.widgets.bars import plain
from app.widgets.network_scene import NetworkScene

Key = Qt.Key
ARROWS = {Key.Key_Left: (-1, 0), Key.Key_Right: (1, 0), Key.Key_Up: (0, -1), Key.Key_Down: (0, 1)}
PAGES = {Key.Key_PageUp: -1, Key.Key_PageDown: 1}
ZOOMS = {Key.Key_Plus: 1.25, Key.Key_Equal: 1.25, Key.Key_Minus: 0.8}
NOTCH = 1.0015  # zoom for one eighth of a degree of the wheel


class NetworkView(NetworkScene):
    """The network's picture as a person handles it. Signals say what was meant; the owner decides."""

    cell_clicked = Signal(str, object)  # node, (map, *cell): by mouse or keys
    cell_hovered = Signal(str, object)  # node, (map, *cell); "" and None: nothing
    node_chosen = Signal(str, str)  # first node of a column, node to show
    node_opened = Signal(str)  # its name was double clicked
    let_go = Signal()  # Esc

    def __init__(self) -> None:
        super().__init__()
        self._press: QPointF | None = None
        self._dragged = False
        self.astray: Callable[[int, int, int], bool] | None = None  # moves what no column shows, a weight say

    # --- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._press, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._press is not None and event.buttons():
            way = point - self._press
            far = abs(way.x()) + abs(way.y()) >= QApplication.startDragDistance()
            if self._dragged or (far and self.frame.zoom > 1):
                self._dragged = True
                self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
                self.frame.move(way.x(), way.y())
                self._press = point
                self.moved()
            return
        found = self.frame.hit(point) if self.heads.switch_at(point) is None else None
        hand = found is None and (self.heads.switch_at(point) is not None or self._spine(point) is not None)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)
        if found is None:
            self.cell_hovered.emit("", None)
        else:
            self.cell_hovered.emit(self.columns[found[0]].node, found[1])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        point, dragged, self._press = event.position(), self._dragged, None
        self._dragged = False
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        if dragged or event.button() != Qt.MouseButton.LeftButton:
            return
        switch, spine, found = self.heads.switch_at(point), self._spine(point), self.frame.hit(point)
        if switch is not None:
            self.node_chosen.emit(self.columns[switch[0]].nodes[0], switch[1])
        elif spine is not None:
            self.set_open(spine)
        elif found is not None:
            self.cell_clicked.emit(self.columns[found[0]].node, found[1])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        head = self.heads.head_at(event.position())
        if head is not None and event.button() == Qt.MouseButton.LeftButton:
            self.node_opened.emit(self.columns[head].node)
        elif self.frame.hit(event.position()) is None and self.heads.switch_at(event.position()) is None:
            self.fit()
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.frame.zoom_about(event.position(), NOTCH ** event.angleDelta().y()):
            self.moved()
            event.accept()
        else:
            event.ignore()

    def leaveEvent(self, event: QEvent) -> None:
        self.cell_hovered.emit("", None)

    def fit(self) -> None:
        """The whole picture again."""
        self.frame.fit()
        self.moved()

    def _spine(self, point: QPointF) -> int | None:
        """The folded column under a point."""
        x, _ = self.frame.world(point)
        places = enumerate(self.frame.places)
        return next((k for k, p in places if p.folded and p.x <= x < p.x + p.width and point.y() < self.height()), None)

    # --- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Key(event.key())
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if plain and (key in ARROWS or key in PAGES):
            self._step(key)
        elif plain and key == Key.Key_0:
            self.fit()
        elif key in ZOOMS and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if self.frame.zoom_about(self.frame.field.center(), ZOOMS[key]):
                self.moved()
        elif key == Key.Key_Escape:
            self.let_go.emit()
        else:
            event.ignore()

    def _step(self, key: Key) -> None:
        selected = self.lines.selected
        if selected is None and self.astray is not None and self.astray(*ARROWS.get(key, (0, 0)), PAGES.get(key, 0)):
            return
        if selected is None:
            k = min(1, len(self.columns) - 1)
            self.cell_clicked.emit(self.columns[k].node, moves.first(self.columns[k]))
            return
        k, index = selected
        place = self.frame.places[k]
        after = moves.stepped(place, index, *ARROWS[key]) if key in ARROWS else moves.turned(place, index, PAGES[key])
        if after != index:
            self.cell_clicked.emit(self.columns[k].node, after)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes on to the next node while a cell is selected, and out of the picture after the last."""
        selected = self.lines.selected
        if selected is not None:
            k, index = selected
            stops = [(j, node) for j, column in enumerate(self.columns) for node in column.nodes]
            at = stops.index((k, self.columns[k].node)) + (1 if forward else -1)
            if 0 <= at < len(stops):
                j, node = stops[at]
                self.cell_clicked.emit(node, moves.carried(self.columns[k], index, self.columns[j]))
                return True
        return super().focusNextPrevChild(forward)

    # --- tooltips

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip(QPointF(event.pos())), self)
            return True
        return super().viewportEvent(event)

    def tip(self, point: QPointF) -> str:
        """What the thing under a point does, where that is not plain to see."""
        switch, spine = self.heads.switch_at(point), self._spine(point)
        if switch is not None:
            return tr("Show {node} in this column", node=switch[1])
        if spine is not None:
            return tr("Open {node}", node=f"{self.columns[spine].title} ({self.columns[spine].size})")
        if self.heads.head_at(point) is not None and not self.heads.edited_at(point):
            return tr("Double click: the layer as a whole")
        if self.heads.edited_at(point):
            return tr("Weights of this layer are not the trained ones")
        found = self.frame.hit(point)
        if found is not None and self.columns[found[0]].kind == "bars":
            return plain(self.bars.label(found[1][0]))
        return ""
