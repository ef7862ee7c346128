"""How one weight of a dense layer learns: what came back to its unit × what went in, and the step that follows."""

from __future__ import annotations

import dataclasses

import numpy as np
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.frames import array_of
from app.model.timeline import Playhead
from app.panels.stepper_views.base import Heading, Scene, View
from app.panels.stepper_views.curve import folded_list
from app.panels.stepper_views.learn import SIGN, TITLE, UPDATE
from app.panels.stepper_views.update import UpdateRow
from app.widgets.heat_map import HeatMap


class LearnDenseView(View):
    """Came back (all units) × Went in (all inputs) → the gradients of this unit's weights; the update under them."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.came, self.went, self.gradient = HeatMap("", self), HeatMap("", self), HeatMap("", self)
        self.update_row = UpdateRow(desk, self)
        self.headings = [Heading(N_("Came back"), self), Heading(N_("Went in"), self),
                         Heading(N_("Weight gradients"), self)]
        for name, map_ in (("dense_came", self.came), ("dense_went", self.went), ("dense_gradient", self.gradient)):
            map_.setObjectName(name)
            map_.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.came.set_gradient(True)
        self.gradient.set_gradient(True)
        self._shapes: tuple[object, ...] = ()
        for k, map_ in enumerate((self.came, self.went, self.gradient)):
            map_.hovered.connect(lambda spot, k=k: self._hover(k, spot))
            map_.clicked.connect(lambda row, col, k=k: self._go(k, row, col))
            map_.moved.connect(lambda row, col, k=k: self._go(k, row, col))
        self.came.double_clicked.connect(lambda row, col: self._follow(0))
        self.went.double_clicked.connect(lambda row, col: self._follow(1))

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """One sample's gradient of a weight or a bias that belongs to a unit."""
        sources = [one.source for one in scene.trace.operands]
        return (scene.head.lane == "backward" and scene.trace.layout == (1,) and sources[:1] == ["grad"]
                and scene.trace.operands[0].samples is not None and len(scene.shape) in (1, 2)
                and (len(sources) == 1 or (len(sources) == 2 and sources[1].startswith("input")))
                and scene.array("grad").ndim == 1)

    def show_scene(self, scene: Scene) -> None:
        """One weight among all of its unit; a bias among all."""
        self.scene, head, results = scene, scene.head, scene.results
        two, unit = len(scene.trace.operands) > 1, head.index[0]
        came = folded_list(scene.array("grad"))
        reach = float(self.desk.ranges.gradient_bounds(results, scene.node.name).max(initial=0.0)) or 1.0
        self.came.set_values(came, reach)
        self.came.set_ring(*divmod(unit, came.shape[1]))
        own = array_of(results, head)
        row, at = (own[unit], head.index[1]) if two else (own, unit)
        block = folded_list(row)
        self.gradient.set_values(block, self.desk.ranges.bound_at(results, head))
        self.gradient.set_ring(*divmod(at, block.shape[1]))
        known = min(scene.known, row.size)
        self.gradient.set_known(known if known < row.size else None)
        if two:
            went = folded_list(results.values(scene.source))
            self.went.set_values(went, self.desk.ranges.bound(results, scene.source, 0))
            self.went.set_ring(*divmod(at, went.shape[1]))
        self.went.setVisible(two)
        self.headings[1].name.setVisible(two)
        self.headings[1].what.setVisible(two)
        self._say(scene, two)
        self.update_row.show_scene(scene)
        shapes = (two, self.came.shape, self.went.shape, self.gradient.shape)
        if shapes != self._shapes:
            self._shapes = shapes
            self.arrange()

    def _say(self, scene: Scene, two: bool) -> None:
        trace, index = scene.trace, scene.head.index
        value = numbers.gradient(float(trace.operands[0].values[0]))
        self.headings[0].set_what(f"∂L/∂{scene.node.name}[{index[0]}] = {value}", f"[{index[0]}] = {value}")
        name = N_("Weight gradients") if two else N_("Bias gradients")
        self.headings[2].name.set_text(name)
        if two:
            went = numbers.figure(float(trace.operands[1].values[0]))
            self.headings[1].set_what(f"{scene.source}[{index[1]}] = {went}", f"[{index[1]}] = {went}")
            self.headings[2].set_what(N_("of unit {unit} · {n}"), unit=index[0], n=numbers.count(scene.shape[1]))
        else:
            self.headings[2].set_what(numbers.count(scene.shape[0]))

    # --- places

    def arrange(self) -> None:
        """Blocks of one height in one row, the update under them."""
        if self.scene is None or self.width() < 50:
            return
        title, foot, sign = theme.size(TITLE), theme.size(UPDATE), theme.size(SIGN)
        maps = [m for m in (self.came, self.went, self.gradient) if m is not self.went or len(
            self.scene.trace.operands) > 1]
        headings = [self.headings[0], *([self.headings[1]] if len(maps) > 2 else []), self.headings[2]]
        room, wide = self.height() - title - foot - 6, self.width() / len(maps)
        self.signs, middle = [], title + room / 2 - 15
        for k, (map_, heading) in enumerate(zip(maps, headings, strict=True)):
            rows, cols = map_.shape
            cell = max(min(room / rows, (wide - 2 * sign) / cols, float(theme.size(30))), 1.0)
            cell = float(int(cell)) if cell > 4 else cell
            map_.set_cell(cell)
            left = round(k * wide)
            map_.setGeometry(left, title, int(cols * cell + 1e-6), int(rows * cell + 1e-6))
            heading.place(QPoint(left, 0), round(wide - 10))
            if k < len(maps) - 1:
                end = left + map_.width()
                self.signs.append((QRectF(end, middle, (k + 1) * wide - end, 30), "×" if len(maps) > 2 and not k
                                    else "→"))
        self.update_row.setGeometry(0, self.height() - foot, self.width(), foot)
        self.update()

    # --- hands

    def _head(self, which: int, row: int, col: int) -> Playhead | None:
        """The weight that a cell of a block belongs to: of another unit, or of another input."""
        assert self.scene is not None
        map_ = (self.came, self.went, self.gradient)[which]
        k, index, shape = row * map_.shape[1] + col, self.scene.head.index, self.scene.shape
        axis = 0 if which == 0 or len(index) == 1 else 1
        if k >= shape[axis]:
            return None
        moved = tuple(np.where(np.arange(len(index)) == axis, k, index).tolist())
        return dataclasses.replace(self.scene.head, index=moved, term=None)

    def _hover(self, which: int, spot: tuple[int, int] | None) -> None:
        if self.scene is not None:
            self.hover_head(None if spot is None else self._head(which, *spot))

    def _go(self, which: int, row: int, col: int) -> None:
        head = self._head(which, row, col)
        if head is not None:
            self.select_head(head)

    def _follow(self, which: int) -> None:
        """To where the factor itself is made."""
        assert self.scene is not None
        one = self.scene.trace.operands[which]
        head = self.scene.head_of(one.source, tuple(one.cells[0]))
        if head is not None:
            self.select_head(head)

    def name_parts(self) -> None:
        """For people who hear them."""
        self.came.setAccessibleName(tr("What came back"))
        self.went.setAccessibleName(tr("What went in"))
        self.gradient.setAccessibleName(tr("Gradients of the weights"))
