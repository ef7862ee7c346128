"""Activation: one number in, through a curve, one number out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.panels.stepper_views.base import Heading, Scene, View
from app.panels.stepper_views.output import LEGEND, OutputMap
from app.panels.stepper_views.placing import folded_list
from app.widgets.heat_map import HeatMap
from cnncore.errors import CnnError

TITLE = 20
POINTS = 101
FAR = 50  # half sizes of the picture: what lies farther outside is drawn no farther
LOW = 90  # px; a map lower than that does not set the height of the curve
ROWS, HIGH = 24, 26  # px beside the rows of a sound, and the most that they are high


class CurvePicture(QWidget):
    """A function over [-bound, bound], with a point on it and its slope there; one scale for x and y."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._x: NDArray[np.floating] = np.zeros(0)
        self._y: NDArray[np.floating] = np.zeros(0)
        self._bound, self._point, self._slope = 1.0, (0.0, 0.0), None
        self.setObjectName("curve")

    def set_curve(self, x: NDArray[np.floating], y: NDArray[np.floating], bound: float) -> None:
        """Other values of the function."""
        self._x, self._y, self._bound = x, y, bound or 1.0
        self.update()

    def set_point(self, x: float, y: float, slope: float | None) -> None:
        """Where the cell lies on it."""
        self._point, self._slope = (x, y), slope
        self.setAccessibleDescription(f"x = {numbers.figure(x)}, y = {numbers.figure(y)}")
        self.update()

    def place(self, x: float, y: float) -> QPointF:
        """Pixels of a point, which may lie outside: a line to it leaves the picture where it should."""
        half, high = self.width() / 2, self.height() / 2
        scale = 0.9 / self._bound
        return QPointF(half + min(max(x * scale, -FAR), FAR) * half, high - min(max(y * scale, -FAR), FAR) * high)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("edge"), 1))
        origin = self.place(0, 0)
        painter.drawLine(QPointF(0, origin.y()), QPointF(self.width(), origin.y()))
        painter.drawLine(QPointF(origin.x(), 0), QPointF(origin.x(), self.height()))
        painter.setPen(QPen(theme.color("ink"), 2))
        points = zip(self._x.tolist(), self._y.tolist(), strict=True)
        painter.drawPolyline(QPolygonF([self.place(x, y) for x, y in points]))
        if not all(map(np.isfinite, self._point)):
            return
        point = self.place(*self._point)
        painter.setPen(QPen(theme.color("ring"), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(point.x(), origin.y()), point)
        painter.drawLine(QPointF(origin.x(), point.y()), point)
        if self._slope is not None:
            reach = self._bound / 4
            painter.setPen(QPen(theme.color("ring"), 2))
            x, y = self._point
            rise = reach * self._slope
            painter.drawLine(self.place(x - reach, y - rise), self.place(x + reach, y + rise))
        painter.setPen(QPen(theme.color("panel"), 2))
        painter.setBrush(theme.color("ring"))
        painter.drawEllipse(point, 5, 5)
        painter.setFont(theme.font(11, mono=True))
        painter.setPen(theme.color("soft"))
        foot = QRectF(0, origin.y() + 2, self.width(), theme.size(16))
        below = bool(self._y.size) and self._y[0] < -self._bound / 50  # the curve runs where the label would stand
        head = QRectF(0, origin.y() - theme.size(16), self.width(), theme.size(16))
        painter.drawText(head if below else foot, Qt.AlignmentFlag.AlignLeft, numbers.figure(-self._bound / 0.9))
        painter.drawText(foot, Qt.AlignmentFlag.AlignRight, numbers.figure(self._bound / 0.9))


class CurveView(View):
    """x in its map → the curve → y in its map."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.input, self.curve, self.output = HeatMap("", self), CurvePicture(self), OutputMap(self)
        self.input.setObjectName("input_map")
        self.output.map.setObjectName("output_map")
        self.headings = [Heading(N_("Input"), self), Heading(N_("Curve"), self), Heading(N_("Output"), self)]
        self._curve_of: tuple[object, ...] = ()
        for map_, forward in ((self.input, False), (self.output.map, True)):
            map_.hovered.connect(lambda spot, f=forward: self._hover(spot, f))
            map_.clicked.connect(lambda row, col, f=forward: self._select(row, col, f))
            map_.moved.connect(lambda row, col, f=forward: self._select(row, col, f))

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """The cell of one input."""
        first = scene.trace.operands[0] if scene.trace.operands else None
        return first is not None and first.source == "input0" and len(first.values) == 1

    def show_scene(self, scene: Scene) -> None:
        """Input, curve and output of one cell."""
        before, self.scene = self.scene, scene
        trace, session_ranges = scene.trace, self.desk.ranges
        bound = session_ranges.bound(scene.results, scene.source, scene.head.map)
        units = scene.results.values(scene.node.name).ndim == 1
        cols = self._plane(scene, scene.node.name).shape[1]
        spot = divmod(scene.head.map, cols) if units else scene.own_spot()
        own = session_ranges.bound(scene.results, scene.node.name, scene.head.map)
        for map_, node, reach in ((self.input, scene.source, bound), (self.output.map, scene.node.name, own)):
            map_.set_values(self._plane(scene, node), reach, self.role(node))
            map_.set_ring(*spot)
        self.output.set_known(scene.known if units else scene.own_known())
        x = float(trace.operands[0].values[0])
        slopes = [o for o in trace.operands if o.source == "slope"]
        slope = float(slopes[0].values[0]) if slopes else None
        self._set_curve(scene, bound)
        self.curve.set_point(x, trace.total, slope)
        for heading, node in zip((self.headings[0], self.headings[2]), (scene.source, scene.node.name), strict=True):
            rows, cols = self._plane(scene, node).shape
            count = numbers.count(scene.results.values(node).size)
            size = tr("{units} units", units=count) if units else f"{rows} × {cols}"
            heading.set_what(f"{node} · {size}")
        steep = f"{slope or 0.0:.3g}".replace("-", numbers.MINUS)
        self.headings[1].set_what("" if slope is None else N_("slope {slope} here"), slope=steep)
        if before is None or self._plane(before, before.node.name).shape != self._plane(scene, scene.node.name).shape:
            self.arrange()

    def _plane(self, scene: Scene, node: str) -> NDArray[np.floating]:
        """A map; a list of units as rows of a block."""
        values = scene.results.values(node)
        if values.ndim == 1:
            return folded_list(values)
        return scene.plane(node, scene.head.index[:-2] if len(scene.head.index) > 2 else scene.head.index[:1])

    def _set_curve(self, scene: Scene, bound: float) -> None:
        params = scene.results.network.params(scene.results.document.effective, scene.node.name)
        now = (scene.node.op, bound)
        if now == self._curve_of and not params:  # a curve that learns differs from map to map and from step to step
            return
        self._curve_of = now

        def curve(x: NDArray[np.floating]) -> NDArray[np.floating]:
            sample = np.broadcast_to(x.astype(np.float32), (1, scene.source_shape[0], POINTS))
            return scene.node.op.forward((sample,), params).output[0, scene.head.map]

        x = np.linspace(-1, 1, POINTS)
        try:
            # One scale for both: where what comes out is larger than what goes in (a sigmoid of 0), that sets it.
            bound = max(bound or 1.0, float(np.abs(curve(x * bound)).max()))
            x = x * bound / 0.9
            y = curve(x)
        except (CnnError, ValueError):  # a curve that needs more than a line of numbers
            x = y = np.zeros(0)
        self.curve.set_curve(x, y, bound)

    def arrange(self) -> None:
        """Three thirds."""
        if self.scene is None or self.width() < 50:
            return
        title = theme.size(TITLE)
        room = self.height() - title
        if self.input.shape[0] == 1 and self.output.map.shape[0] == 1 and self.input.shape[1] > 1:
            self._arrange_rows(title, room)
            return
        third = self.width() / 3.4
        width = self.output.fit(round(third), room)
        self.input.set_cell(self.output.map.cell)
        high = self.output.map.height()
        side = round(min(third, room, high if high >= theme.size(LOW) else room))
        free = max(self.width() - 2 * width - side, 60)
        x1 = width + free / 2
        x2 = x1 + side + free / 2
        self.input.setGeometry(0, title, self.output.map.width(), self.output.map.height())
        self.curve.setGeometry(round(x1), title, side, side)
        self.output.setGeometry(round(x2), title, round(self.width() - x2), room)
        for heading, x, end in zip(self.headings, (0.0, x1, x2), (x1, x2, self.width() + 8.0), strict=True):
            heading.place(QPoint(round(x), 0), round(end - x - 8))
        y = title + max(high, side) / 2 - 15
        self.signs = [(QRectF(width, y, x1 - width, 30), "→"), (QRectF(x1 + side, y, x2 - x1 - side, 30), "→")]
        self.update()

    def _arrange_rows(self, title: int, room: int) -> None:
        """A sound: what goes in over what comes out, as rows, and the curve beside them."""
        side, air = room - 4, theme.size(ROWS)
        wide = self.width() - side - 2 * air
        cell = max(min(wide / self.input.shape[1], float(theme.size(HIGH))), 1.0)
        width, high = int(self.input.shape[1] * cell + 1e-6), int(cell + 1e-6)
        for map_ in (self.input, self.output.map):
            map_.set_cell(cell)
        x, y = self.width() - side, max(self.height() - theme.size(LEGEND) - high - title, title + high)
        self.input.setGeometry(0, title, width, high)
        self.curve.setGeometry(x, title, side, side)
        self.output.map.setGeometry(0, 0, width, high)
        self.output.setGeometry(0, y + title, wide, self.height() - y - title)
        for heading, at, end in zip(self.headings, (QPoint(0, 0), QPoint(x, 0), QPoint(0, y)), (wide, side, wide),
                                    strict=True):
            heading.place(at, end)
        self.signs = [(QRectF(wide, title + high / 2 - 15, 2 * air, 30), "→"),
                      (QRectF(wide, y + title + high / 2 - 15, 2 * air, 30), "←")]
        self.update()

    def _index(self, row: int, col: int) -> tuple[int, ...] | None:
        scene = self.scene
        assert scene is not None
        shape = scene.results.network.shapes[scene.node.name]
        if len(shape) == 1:
            cols = self.output.map.shape[1]
            return (row * cols + col,) if row * cols + col < shape[0] else None
        return scene.head_at(row, col).index

    def show_cursor(self, term: int | None) -> None:
        """The one factor there is: the number that went in, or came back."""
        ring = self.input.ring if term == 0 else None
        self.input.set_hover(*(ring or (None, None)))

    def _hover(self, spot: tuple[int, int] | None, output: bool) -> None:
        if self.scene is not None:
            node = self.scene.node.name if output else self.scene.source
            self.hover_cell(node, None if spot is None else self._index(*spot))

    def _select(self, row: int, col: int, output: bool) -> None:
        assert self.scene is not None
        index = self._index(row, col)
        if index is not None:
            self.select_cell(self.scene.node.name if output else self.scene.source, index)

    def name_parts(self) -> None:
        """For people who hear them."""
        self.input.setAccessibleName(tr("Input map"))
        self.output.map.setAccessibleName(tr("Output map"))
        self.curve.setAccessibleName(tr("Curve of the activation"))
