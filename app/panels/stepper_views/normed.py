"""A norm: the number among its group, mean and deviation taken off it, step by step; and the same on the way back."""

from __future__ import annotations

import dataclasses

import numpy as np
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.frames import array_of
from app.model.timeline import Playhead
from app.panels.stepper_views.base import Heading, Scene, View
from app.panels.stepper_views.group_picture import GroupPicture
from app.panels.stepper_views.linked import Linked
from app.panels.stepper_views.norms import Normed, back_lines, lines_of, normed, normed_back
from app.panels.stepper_views.output import LEGEND, OutputMap
from app.panels.stepper_views.placing import beside, lead_of_plane, placed
from app.panels.stepper_views.terms import cell_name
from app.widgets.formula_chain import Line, bracketed
from app.widgets.heat_map import HeatMap

TITLE, ROW, SIGN = 20, (18, 26), 24
LARGEST, LOW, PICTURE = 40, 18, 150  # px of a cell, of one of a row, and of the picture of the group
INDENT = 16  # px of the signs before the lines
NARROW = 760  # px; a card less wide has no room for the picture


class NormView(View):
    """The number in its map → its group, with mean and deviation → a line a step → the number in its map."""

    back = False

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.input, self.output = HeatMap("", self), OutputMap(self)
        self.picture = self._picture()
        self.input.setObjectName("norm_input")
        self.output.map.setObjectName("norm_output")
        self.headings = [Heading(N_("Input"), self), Heading(N_("Its group"), self), Heading("", self)]
        self.lines: list[Line] = []
        self._lines_at = QRectF()
        self._shape: tuple[object, ...] = ()
        self._held: object = None  # the results that the picture shows a group of
        self._group: tuple[object, ...] = ()
        self.input.hovered.connect(lambda spot: self.hover_head(None if spot is None else self._head(*spot, False)))
        self.output.map.hovered.connect(lambda spot: self.hover_head(None if spot is None else self._head(*spot, True)))
        for map_, output in ((self.input, False), (self.output.map, True)):
            for signal in (map_.clicked, map_.moved):
                signal.connect(lambda row, col, o=output: self._go(row, col, o))

    def _picture(self) -> QWidget:
        return GroupPicture(self)

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """A norm, forwards."""
        return scene.head.lane == "forward" and normed(scene) is not None

    # --- showing

    def show_scene(self, scene: Scene) -> None:
        """One number."""
        self.scene = scene
        self._show_maps(scene)
        self._show_steps(scene)
        shape = (scene.head.stretch, self.input.shape, self.output.map.shape, len(self.lines))
        if shape != self._shape:
            self._shape = shape
            self.arrange()
        self.update()

    def _show_steps(self, scene: Scene) -> None:
        one = normed(scene)
        assert one is not None  # fits() has seen to it
        self.lines = lines_of(one, scene.trace.total)
        assert isinstance(self.picture, GroupPicture)
        fixed = one.variance is None
        values = placed(scene.results.values(scene.source), scene.head.index)[0].reshape(-1) if fixed else one.group
        deviation = 1 / one.scale if one.scale else float("nan")
        group = tuple(one.cells[0].tolist()) if one.cells.size else lead_of_plane(scene.head.index)
        if self._held is scene.results and self._group == (scene.node.name, group, values.size):
            self.picture.set_number(one.x)  # one of the same group
        else:
            self._held, self._group = scene.results, (scene.node.name, group, values.size)
            self.picture.set_group(values, one.x, one.mean, deviation)
        if fixed:
            self.headings[1].name.set_text(N_("Its map"))
            self.headings[1].set_what(N_("mean and deviation are fixed"), N_("fixed mean"))
        else:
            self.headings[1].name.set_text(N_("Its group"))
            self.headings[1].set_what(N_("{n} numbers"), n=numbers.count(one.group.size))
        self._show_term(scene, one)

    def _show_term(self, scene: Scene, one: Normed) -> None:
        """The term at the cursor: which number of the group it is."""
        k, plane = scene.head.term, placed(scene.results.values(scene.source), scene.head.index)[0]
        second = None
        if k and one.cells.size:
            cell = tuple(int(i) for i in one.cells[k - 1])
            if cell[:-2] == scene.head.index[:-2] and len(cell) > 2:
                second = (cell[-2], cell[-1])
            elif len(cell) == 1:
                second = divmod(cell[0], plane.shape[1])
        self.input.set_second(second)

    def _show_maps(self, scene: Scene) -> None:
        ranges, results, index = self.desk.ranges, scene.results, scene.head.index
        first = scene.array("grad") if self.back else results.values(scene.source)
        plane, spot = placed(first, index)
        reach = (float(ranges.gradient_bounds(results, scene.node.name).max(initial=0.0)) or 1.0) if self.back \
            else ranges.bound(results, scene.source, scene.head.map)
        self.input.set_values(plane, reach, "signed" if self.back else self.role(scene.source))
        self.input.set_ring(*spot)
        after, spot = placed(array_of(results, scene.head), index)
        self.output.map.set_values(after, ranges.bound_at(results, scene.head))
        self.output.map.set_ring(*spot)
        self.output.set_known(scene.known if first.ndim == 1 else scene.own_known())
        for map_ in (self.input, self.output.map):
            map_.set_gradient(self.back)
        size = tr("{units} units", units=numbers.count(first.size)) if first.ndim == 1 \
            else " × ".join(map(str, plane.shape))
        name = f"∂L/∂{cell_name(scene.node.name, index)}" if self.back else cell_name(scene.source, index)
        self.headings[0].name.set_text(N_("Came back") if self.back else N_("Input"))
        self.headings[0].set_what(name)
        if self.back:
            self.headings[2].name.setText(f"∂L/∂{scene.source}")
        else:
            self.headings[2].name.set_text(N_("Output"))
        self.headings[2].set_what(size)

    # --- places

    def arrange(self) -> None:
        """Input, picture, lines, output in one row."""
        if self.scene is None or self.width() < 50:
            return
        if self.input.shape[0] == 1 and self.output.map.shape[0] == 1 and self.input.shape[1] > 1:
            self._arrange_rows()
            return
        title, sign = theme.size(TITLE), theme.size(SIGN)
        room, spare = self.height() - title, self.width() - sum(self._widths()) - 3 * sign - theme.size(PICTURE)
        each = self.width() * 0.19
        if self.width() >= theme.size(NARROW):  # the lines come first
            each = max(min(each, spare / 2), self.width() * 0.1)
        cell = min(*(min((room - theme.size(LEGEND)) / r, each / c) for r, c in (self.input.shape,
                                                                                self.output.map.shape)))
        cell = max(min(cell, float(theme.size(LARGEST))), 1.0)
        cell = float(int(cell)) if cell > 8 else cell
        self.input.set_cell(cell)
        rows, cols = self.input.shape
        self.input.setGeometry(0, title, int(cols * cell + 1e-6), int(rows * cell + 1e-6))
        out = max(self.output.fit(int(each), room), self.output.want(), min(self.headings[2].want(), int(each)))
        first = max(self.input.width(), min(self.headings[0].want() + 8, int(each)))
        picture = max(theme.size(PICTURE), self.width() // 6) if self.width() >= theme.size(NARROW) else 0
        self.picture.setVisible(picture > 0)
        x1 = first + sign
        x2 = x1 + (picture + sign if picture else 0)
        x3 = self.width() - out
        high = min(max(room - 4, 60), max(picture, theme.size(PICTURE)))
        self._place_picture(QRectF(x1, title, picture, high))
        self.output.setGeometry(x3, title, out, room)
        self._lines_at = QRectF(x2, 0, x3 - x2 - sign, self.height())
        ends = (x1, x2 if picture else x1, self.width() + 8)
        for heading, x, end in zip(self.headings, (0, x1, x3), ends, strict=True):
            heading.place(QPoint(round(x), 0), round(end - x - 8))
        middle = title + min(self.input.height(), high) / 2
        self.signs = [(QRectF(first, middle - 15, sign, 30), "→"), (QRectF(x3 - sign, middle - 15, sign, 30), "→")]
        self.update()

    def _arrange_rows(self) -> None:
        """A sound: what goes in and what comes out as rows in one line, the rest below them."""
        title, sign = theme.size(TITLE), theme.size(SIGN)
        half = (self.width() - 2 * sign) // 2
        cell = max(min(half / self.input.shape[1], float(theme.size(LOW))), 1.0)
        for map_ in (self.input, self.output.map):
            map_.set_cell(cell)
        high, wide = int(cell + 1e-6), int(self.input.shape[1] * cell + 1e-6)
        right = self.width() - half
        self.input.setGeometry(0, title, wide, high)
        self.output.map.setGeometry(0, 0, wide, high)
        self.output.setGeometry(right, title, half, high + theme.size(LEGEND))
        top = title + high + theme.size(LEGEND) + 2
        picture, room = min(wide, theme.size(PICTURE) * 2), max(self.height() - top, 40)
        for heading, x, y, width in zip(self.headings, (0, 0, right), (0, top, 0), (half, picture, half), strict=True):
            heading.place(QPoint(x, y), width)
        self._place_picture(QRectF(0, top + title, picture, max(room - title, 20)))
        left = min(picture + 2 * sign, right)
        self._lines_at = QRectF(left, top - title, self.width() - left, room + title)
        self.signs = [(QRectF(wide, title + high / 2 - 15, right - wide, 30), "→")]
        self.update()

    def _place_picture(self, box: QRectF) -> None:
        self.picture.setGeometry(box.toRect())

    def _printed(self) -> list[str]:
        """The numbers of the lines."""
        return [bracketed(line.text) if k else line.text for k, line in enumerate(self.lines)]

    def _widths(self) -> tuple[float, float, float]:
        """Room that names, numbers and results of the lines want."""
        wide, mono = QFontMetricsF(theme.font(12)), QFontMetricsF(theme.font(12, mono=True))
        return (max((wide.horizontalAdvance(line.name) for line in self.lines), default=0.0) + theme.size(INDENT) + 14,
                max((mono.horizontalAdvance(text) for text in self._printed()), default=0.0) + 14,
                max((mono.horizontalAdvance(f"= {line.result}") for line in self.lines), default=0.0))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.scene is None or not self.lines:
            return
        painter, box, title = QPainter(self), self._lines_at, theme.size(TITLE)
        step = min(max((box.height() - title) / len(self.lines), theme.size(ROW[0])), theme.size(ROW[1]))
        middle, indent = Qt.AlignmentFlag.AlignVCenter, theme.size(INDENT)
        numbers_ = self._printed()
        names, number, results = self._widths()
        names = min(names, box.width() - number - results)
        for k, line in enumerate(self.lines):
            last, y = k == len(self.lines) - 1, box.top() + title + k * step
            painter.setFont(theme.font(12))
            painter.setPen(theme.color("soft"))
            name = painter.fontMetrics().elidedText(line.name, Qt.TextElideMode.ElideRight, round(names - indent - 4))
            painter.drawText(QRectF(box.left() + indent, y, names, step), middle, name)
            painter.drawText(QRectF(box.left(), y, indent, step), middle, line.sign)
            painter.setFont(theme.font(12, mono=True))
            painter.setPen(theme.color("ink"))
            painter.drawText(QRectF(box.left() + names, y, number, step), middle, numbers_[k])
            if k:
                painter.setFont(theme.font(12, 600 if last else 400, mono=True))
                painter.setPen(theme.color("accent" if last else "ink"))
                painter.drawText(QRectF(box.left() + names + number, y, box.width(), step), middle, f"= {line.result}")

    # --- hands

    def linked(self) -> list[Linked]:
        """Both maps."""
        if self.scene is None:
            return []
        node = self.scene.node.name if self.back else self.scene.source
        return [*super().linked(), Linked(self.input, node, lead_of_plane(self.scene.head.index))]

    def show_cursor(self, term: int | None) -> None:
        """The number itself, or one of its group that lies in the same map."""
        ring = self.input.ring if term == 0 and not self.back else None
        if self.scene is not None and term is not None and ring is None:
            cell = tuple(int(i) for i in self.scene.trace.operands[0].cells[term])
            if lead_of_plane(cell) == lead_of_plane(self.scene.head.index) and len(cell) > 1:
                ring = placed(self.scene.array(self.scene.trace.operands[0].source), cell)[1]
        self.input.set_hover(*(ring or (None, None)))

    def _head(self, row: int, col: int, output: bool) -> Playhead | None:
        scene = self.scene
        assert scene is not None
        index = beside(scene.shape, scene.head.index, row, col)
        if index is None:
            return None
        if output:
            return dataclasses.replace(scene.head, index=index, term=None)
        return scene.head_of("grad" if self.back else "input0", index)

    def _go(self, row: int, col: int, output: bool) -> None:
        head = self._head(row, col, output)
        if head is not None:
            self.select_head(head)

    def name_parts(self) -> None:
        """For people who hear them."""
        self.input.setAccessibleName(tr("What came back") if self.back else tr("Input map"))
        self.output.map.setAccessibleName(tr("The map of this number"))
        self.picture.setAccessibleName(tr("How the numbers of the group lie"))


class NormBackView(NormView):
    """What came back in its map, how much of every cell's goes to this one, a line a step, and what goes back."""

    back = True

    def _picture(self) -> QWidget:
        picture = HeatMap("", self)
        picture.setObjectName("norm_share")
        picture.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return picture

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """A norm by a group, backwards."""
        return normed_back(scene) is not None

    def _show_steps(self, scene: Scene) -> None:
        one = normed_back(scene)
        assert one is not None  # fits() has seen to it
        self.lines = back_lines(one, scene.trace.total)
        shares = np.zeros(scene.shape)
        shares[tuple(one.cells.T)] = one.share
        plane, spot = placed(shares, scene.head.index)
        assert isinstance(self.picture, HeatMap)
        self.picture.set_values(plane, float(np.abs(one.share).max(initial=0.0)) or 1.0)
        self.picture.set_ring(*spot)
        own = float(shares[scene.head.index])
        self.headings[1].name.set_text(N_("Share"))
        self.headings[1].set_what(N_("of each: own {share}"), N_("own {share}"), share=numbers.figure(own))

    def _place_picture(self, box: QRectF) -> None:
        assert isinstance(self.picture, HeatMap)
        rows, cols = self.picture.shape
        cell = max(min(box.width() / cols, box.height() / rows, self.input.cell), 1.0)
        self.picture.set_cell(cell)
        self.picture.setGeometry(round(box.left()), round(box.top()), int(cols * cell + 1e-6), int(rows * cell + 1e-6))
