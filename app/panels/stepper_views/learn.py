"""How one weight of a kernel learns: what came back × what went in, over all places, and the step that follows."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.frames import array_of
from app.model.timeline import Playhead
from app.panels.stepper_views.base import Heading, Scene, View, flat_plane
from app.panels.stepper_views.curve import folded_list
from app.panels.stepper_views.update import NARROW, UpdateRow
from app.widgets.heat_map import HeatMap
from app.widgets.plane_grid import GAP, PlaneGrid
from cnncore.trace import Trace

TITLE = 20
UPDATE, UPDATE_WIDE = 54, 420  # px of the row under the maps, and how wide it has to be
SIGN = 26  # px between the maps
MOST = 40  # px where the panel is wide
STILL = 38  # in a picture, whose ring must leave the digits whole
DIGITS = 30  # px a cell of the kernel gradient, where there is room


class LearnView(View):
    """Came back × Went in = Products → Kernel gradient, with the update under them. A bias has no second factor."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.came, self.went, self.products = HeatMap("", self), HeatMap("", self), HeatMap("", self)
        self.gradient, self.update_row = PlaneGrid(self), UpdateRow(desk, self)
        for name, widget in (("came_back", self.came), ("went_in", self.went), ("place_products", self.products),
                             ("weight_gradient", self.gradient)):
            widget.setObjectName(name)
        self.came.set_gradient(True)
        self.products.set_gradient(True)
        self.gradient.set_gradient()
        for map_ in (self.came, self.went, self.products):  # they are never larger than their cells
            map_.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.headings = {name: Heading(name, self) for name in
                         (N_("Came back"), N_("Went in"), N_("Products"), N_("Kernel gradient"))}
        self._slice: tuple[int, ...] = ()
        self._shape: tuple[int, ...] = ()
        self._two = True  # of a weight: what came back and what went in; of a bias what came back
        for map_ in (self.came, self.went, self.products):
            map_.hovered.connect(self._hover)
            map_.clicked.connect(lambda row, col: self.select_term(self._term(row, col)))
        self.came.double_clicked.connect(lambda row, col: self._follow(0, row, col))
        self.went.double_clicked.connect(lambda row, col: self._follow(1, row, col))
        self.gradient.clicked.connect(self._go)
        self.gradient.hovered.connect(lambda spot: self.hover_head(None if spot is None else self._weight(*spot)))

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """A sum over samples and places: what came back, and for a weight what went in."""
        trace = scene.trace
        sources = [one.source for one in trace.operands]
        return (scene.head.lane == "backward" and len(trace.layout) > 1 and sources[:1] == ["grad"]
                and trace.operands[0].samples is not None and (len(sources) == 1 or sources[1].startswith("input")))

    def show_scene(self, scene: Scene) -> None:
        """All places of one weight."""
        before, self.scene, trace = self.scene, scene, scene.trace
        two = len(trace.operands) > 1
        came = self._plane(trace, trace.operands[0].values)
        ranges, head = self.desk.ranges, scene.head
        grads = scene.array("grad")
        self.came.set_values(came, float(np.abs(grads).max(initial=0.0)) or 1.0)
        products = self._plane(trace, trace.terms)
        if two:
            source = trace.operands[1].source
            node = scene.node.inputs[int(source[5:])]
            self.went.set_values(self._plane(trace, trace.operands[1].values), ranges.bound(scene.results, node),
                                 self.role(node))
        self.products.set_values(products, float(np.nanmax(np.abs(products), initial=0.0)) or 1.0)
        known = trace.terms.size if head.term is None else head.term + 1
        self.products.set_known(None if head.term is None else self._within(trace, known))
        self._show_gradient(scene)
        for map_ in (self.came, self.went, self.products):
            map_.set_ring(*(self._spot(head.term) if head.term is not None else (None,)))
        self.went.setVisible(two)
        self.products.setVisible(two)
        self.update_row.show_scene(scene)
        self._say(scene, two)
        if before is None or before.trace.layout != trace.layout or len(before.trace.operands) != len(trace.operands) \
                or before.head.stretch != head.stretch:
            self.arrange()

    def _show_gradient(self, scene: Scene) -> None:
        """The kernel that the weight is one of; biases all, as a block."""
        plane, spot = scene.own_plane(), scene.own_spot()
        known = scene.own_known()
        if len(scene.shape) == 1:
            plane = folded_list(array_of(scene.results, scene.head))
            spot, known = divmod(scene.head.map, plane.shape[1]), scene.known
        if plane.shape != self._shape:
            self._shape = plane.shape
            self.gradient.set_shape(*plane.shape)
        self.gradient.set_plane(plane, self.desk.ranges.bound_at(scene.results, scene.head))
        self.gradient.set_known(known)
        self.gradient.set_ring(spot)
        self.gradient.set_hues(int(self.desk.settings.kernel_hues and len(scene.shape) > 1))

    def _plane(self, trace: Trace, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """The places of the one sample; of a volume the slice with the strongest term."""
        shaped = values.reshape(trace.layout)[0]
        if shaped.ndim < 3:
            self._slice = ()
            return flat_plane(shaped)
        strongest = int(np.argmax(np.nan_to_num(np.abs(trace.terms))))
        self._slice = tuple(int(i) for i in np.unravel_index(strongest, trace.layout)[1:-2])
        return shaped[self._slice]

    def _within(self, trace: Trace, known: int) -> int:
        rows, cols = self.products.shape
        first = self._term(0, 0)
        return max(0, min(known - first, rows * cols))

    def _term(self, row: int, col: int) -> int:
        assert self.scene is not None
        layout = self.scene.trace.layout
        at = (0, *self._slice, row, col) if len(layout) > 2 else (0, col)
        return int(np.ravel_multi_index(at, layout))

    def _spot(self, term: int) -> tuple[int, int] | tuple[None]:
        assert self.scene is not None
        at = np.unravel_index(term, self.scene.trace.layout)
        if tuple(int(i) for i in at[1:-2]) != self._slice:
            return (None,)
        return (int(at[-2]) if len(at) > 2 else 0, int(at[-1]))

    def _say(self, scene: Scene, two: bool) -> None:
        trace, head = scene.trace, scene.head
        size = " × ".join(map(str, trace.layout[1:]))
        self.headings["Came back"].set_what(f"∂L/∂{scene.node.name}[{head.map}] · {size}", size)
        alive = int(np.count_nonzero(trace.terms))
        self.headings["Products"].set_what(N_("{k} of {n} are not 0"), k=numbers.count(alive),
                                           n=numbers.count(trace.terms.size))
        if two:
            shift = ", ".join(map(str, head.index[2:]))
            name = f"{scene.node.inputs[0]}[{self._channel(trace)}]"
            self.headings["Went in"].set_what(N_("{name}, shifted by this weight: ({shift})"),
                                              N_("shifted by ({shift})"), name=name, shift=shift)
        size = " × ".join(map(str, self._shape)) if two else numbers.count(scene.shape[0])  # biases are no grid
        name = "∂L/∂w" if two else "∂L/∂b"
        if two != self._two:
            self._two = two
            self.name_parts()
        heading, factor = self.headings["Kernel gradient"], self.gradient.factor
        if factor:  # without it the digits mean nothing: it has the room of the long name
            heading.name.setText(name)
            heading.set_what(f"{factor} · {size}", factor)
        else:
            heading.name.set_text(N_("Kernel gradient") if two else N_("Bias gradients"))
            heading.set_what(f"{name} · {size}", size)
        if heading.name.width() != heading.name.sizeHint().width() and self.signs:
            self._place_heading()

    @staticmethod
    def _channel(trace: Trace) -> int:
        cells = trace.operands[1].cells
        return int(cells[0, 0]) if cells.shape[1] else 0

    # --- places

    def _beside(self, left: float, width: float) -> QRectF:
        """A place for a sign, at the height of the first map's middle."""
        return QRectF(left, theme.size(TITLE) + self.came.height() / 2 - 15, width, 30)

    def arrange(self) -> None:
        """Maps of one cell size in one row; the kernel gradient takes what is left; the update runs under all."""
        if self.scene is None or self.width() < 50:
            return
        title, foot, sign = theme.size(TITLE), theme.size(UPDATE), theme.size(SIGN)
        two = len(self.scene.trace.operands) > 1
        maps = [self.came, self.went, self.products] if two else [self.came]
        rows, cols = self.came.shape
        k_rows, k_cols = self._shape
        room = self.height() - title - (foot + 6 if two else 0)
        digits = theme.size(STILL if self.desk.still else DIGITS if self.width() < theme.size(1100) else MOST)
        rows_room = room + foot + 6 if two and self.width() >= theme.size(NARROW) * 4 / 3 else room
        rows_room -= 0 if two else foot + 6
        own = max(min(digits, (rows_room + GAP) // k_rows - GAP, self.width() // 3 // k_cols - GAP), 3)
        free = self.width() - (own + GAP) * k_cols - len(maps) * sign
        if rows == 1 and not two:  # the update stands beside the row, under the biases
            free = min(free, self.width() - theme.size(UPDATE_WIDE) - sign)
        cell = max(min(free / len(maps) / cols, room / rows, float(theme.size(40))), 1.0)
        if rows == 1 and two:
            self._arrange_rows(own)
            return
        x, self.signs = 0.0, []
        sign += round(max(min((free - len(maps) * cell * cols) / len(maps), theme.size(80)), 0))
        signs = ("×", "=", "→") if two else ("→",)
        for map_, heading, text in zip(maps, list(self.headings.values()), signs, strict=False):
            map_.set_cell(cell)
            map_.setGeometry(round(x), title, int(cols * cell + 1e-6), int(rows * cell + 1e-6))
            end = x + cols * cell
            heading.place(QPoint(round(x), 0), round(cols * cell + sign / 2))
            self.signs.append((self._beside(end, sign), text))
            x = end + sign
        for name, heading in self.headings.items():
            shown = two or name in ("Came back", "Kernel gradient")
            heading.name.setVisible(shown)
            heading.what.setVisible(shown)
        self.gradient.set_cell(max(own, 3))
        self.gradient.move(round(x), title)
        self._place_heading()
        start, end = (0, self.width()) if two else (round(x), self.width())
        if two and self.gradient.geometry().bottom() >= self.height() - foot:  # the kernel stands beside the row
            end = round(x) - 12
        self.update_row.setGeometry(start, self.height() - foot, end - start, foot)
        self.update()

    def _place_heading(self) -> None:
        left = self.gradient.x()
        self.headings["Kernel gradient"].place(QPoint(left, 0), self.width() - left)

    def _arrange_rows(self, own: int) -> None:
        """Sounds: each a row of its own, as wide as there is room, under one another."""
        title, foot, sign = theme.size(TITLE), theme.size(UPDATE), theme.size(SIGN)
        cols = self.came.shape[1]
        right = max((own + GAP) * self._shape[1], theme.size(150))
        cell = max(min((self.width() - right - 2 * sign) / cols, float(theme.size(30))), 1.0)
        step = (self.height() - foot - 6) / 3
        high = min(max(step - title - 4, 4), theme.size(30), cell) if cell >= 4 else cell
        maps = (self.came, self.went, self.products)
        for k, (map_, heading) in enumerate(zip(maps, self.headings.values(), strict=False)):
            map_.set_cell(cell)
            map_.setGeometry(0, round(k * step) + title, int(cols * cell + 1e-6), int(max(high, 1)))
            heading.place(QPoint(0, round(k * step)), round(cols * cell))
        for heading in self.headings.values():
            heading.name.setVisible(True)
            heading.what.setVisible(True)
        left = round(cols * cell) + 2 * sign
        self.signs = [(self._beside(left - 2.0 * sign, 2.0 * sign), "→")]
        self.gradient.set_cell(max(own, 3))
        self.gradient.move(left, title)
        self._place_heading()
        self.update_row.setGeometry(0, self.height() - foot, self.width(), foot)
        self.update()

    # --- hands

    def show_cursor(self, term: int | None) -> None:
        """Mark a place in all three maps."""
        spot = (None,) if term is None or self.scene is None else self._spot(term)
        for map_ in (self.came, self.went, self.products):
            map_.set_hover(*spot)

    def _hover(self, spot: object) -> None:
        term = None if spot is None else self._term(*spot)  # type: ignore[misc]
        self.show_cursor(term)
        self.term_hovered.emit(term)
        if self.scene is not None:
            came = self.scene.trace.operands[0]
            self.hover_head(None if term is None else self.scene.head_of("grad", tuple(came.cells[term])))

    def _follow(self, k: int, row: int, col: int) -> None:
        """To where the factor itself is made."""
        assert self.scene is not None
        one, term = self.scene.trace.operands[k], self._term(row, col)
        head = self.scene.head_of(one.source, tuple(one.cells[term])) if one.inside[term] else None
        if head is not None:
            self.select_head(head)

    def _weight(self, row: int, col: int) -> Playhead | None:
        """The weight, or the bias, of a cell of the kernel gradient."""
        assert self.scene is not None
        if len(self.scene.shape) > 1:
            return self.scene.head_at(row, col)
        bias = row * self._shape[1] + col
        return dataclasses.replace(self.scene.head, index=(bias,), term=None) if bias < self.scene.shape[0] else None

    def _go(self, spot: object) -> None:
        head = self._weight(*spot) if self.scene is not None and spot is not None else None  # type: ignore[misc]
        if head is not None:
            self.select_head(head)

    def name_parts(self) -> None:
        """For people who hear them."""
        self.came.setAccessibleName(tr("What came back"))
        self.went.setAccessibleName(tr("What went in"))
        self.products.setAccessibleName(tr("Products"))
        self.gradient.setAccessibleName(tr("Gradient of the kernel") if self._two else tr("Bias gradients"))
