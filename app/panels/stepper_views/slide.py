"""What slides, in every other direction: what came back × the kernel turned round, a transposed or flipped kernel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.timeline import Playhead
from app.panels.stepper_views.base import Heading, Scene, View, flat_plane
from app.panels.stepper_views.linked import Linked
from app.panels.stepper_views.output import OutputMap
from app.panels.stepper_views.slide_terms import Slide, slide_of
from app.panels.stepper_views.terms import cell_name
from app.widgets.labels import Label
from app.widgets.plane_grid import GAP, PlaneGrid, Spot
from app.widgets.rail import Rail

TITLE, LINE = 19, 17
CELLS = (30, 40)
FRAMES = (0.5, 0.35, 0.2, 0.0)
SIGN, AIR, OUTPUT = 26, 10, 120


class SlideView(View):
    """Came back (or Input) × Kernel = Products → what goes back (or Output): all cells of one size, nothing to edit."""

    pixels = True

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.rail = Rail(self)
        self.first, self.kernel, self.products = PlaneGrid(self), PlaneGrid(self), PlaneGrid(self)
        self.output = OutputMap(self)
        self.sum = Label("", "secondary", parent=self)
        self._sum_place = (0, 0, 0)  # x from where it may begin, where it stands best, and where it must end
        for name, widget in (("slide_rail", self.rail), ("slide_first", self.first), ("slide_kernel", self.kernel),
                             ("slide_products", self.products), ("slide_output", self.output.map),
                             ("slide_sum", self.sum)):
            widget.setObjectName(name)
        self.headings = [Heading("", self) for _ in range(4)]
        self.slide: Slide | None = None
        self._shape: tuple[object, ...] = ()
        self._chosen: dict[tuple[str, str], int] = {}
        self._group = 0
        self._railed: tuple[object, ...] = ()
        self.rail.chosen.connect(self._choose)
        self.first.hovered.connect(self._hover_first)
        self.first.clicked.connect(self._go)
        self.first.asides = True
        self.first.pointed.connect(lambda cell: self.hover_aside(self._source, self._plane_of, cell))
        self.first.picked.connect(lambda cell: self.go_aside(self._source, self._plane_of, cell))
        self.kernel.hovered.connect(self._hover_weight)
        self.products.hovered.connect(self._hover)
        self.products.clicked.connect(lambda spot: self._at(spot) is not None and self.select_term(self._at(spot) or 0))
        self.output.map.hovered.connect(lambda spot: self.hover_head(None if spot is None else self._other(*spot)))
        self.output.map.clicked.connect(lambda row, col: self.select_head(self._other(row, col)))
        self.output.map.moved.connect(lambda row, col: self.select_head(self._other(row, col)))
        self.kernel.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """A window and a kernel, one of them turned or not."""
        return slide_of(scene) is not None

    # --- showing

    def show_scene(self, scene: Scene) -> None:
        """All of one number."""
        self.scene, trace = scene, scene.trace
        slide = self.slide = slide_of(scene)
        assert slide is not None  # fits() has seen to it
        term, back = scene.head.term, scene.head.lane == "backward"
        kept = min(self._chosen.get(scene.head.stretch[1:], self._strongest(slide)), slide.groups - 1)
        group = self._group = slide.place(term)[0] if term is not None else kept
        reshaped = self._reshape(scene, slide)
        source = trace.operands[0].source
        array, bound = scene.array(source), self._bound(scene)
        self.first.set_plane(self._plane(array, slide.plane(group)), bound,
                             "signed" if back else self.role(scene.source))
        self.first.set_corner(slide.corners[group], scene.slide)
        weight = scene.results.document.effective[f"{scene.node.name}.{trace.operands[1].source}"]
        reach = float(np.abs(weight).max(initial=0.0, where=np.isfinite(weight)))
        self.kernel.set_plane(slide.weights[group], reach or 1.0)
        terms = slide.terms[group]
        peak = float(np.abs(slide.terms).max(initial=0.0, where=np.isfinite(slide.terms)))
        self.products.set_plane(terms, max(peak, bound * reach / 10) or 1.0)
        self.products.set_gone(self._gone(slide, group, term))
        self._show_rail(scene, slide, array, bound)
        self._show_output(scene)
        self._say(scene, slide)
        spot = slide.place(term)[1:] if term is not None else None
        hues = int(self.desk.settings.kernel_hues) * (-1 if slide.turned else 1)  # a weight keeps its own
        for grid in (self.first, self.kernel, self.products):
            grid.set_ring(spot)
            grid.set_hues(hues)
            grid.set_pixels("numbers" if self.desk.pixels == "true" and grid is not self.first else self.desk.pixels)
        if reshaped:
            self.arrange()

    @staticmethod
    def _strongest(slide: Slide) -> int:
        """The map to begin with: the one that adds most."""
        sums = np.nan_to_num(np.abs(slide.terms.sum(axis=(1, 2))), nan=np.inf)
        return int(np.argmax(sums))

    @staticmethod
    def _gone(slide: Slide, group: int, term: int | None) -> NDArray[np.bool_]:
        """Terms that there are not, and those after the one at the cursor."""
        gone = ~slide.inside[group] if slide.turned else np.zeros(slide.size, bool)
        if term is not None:
            rows, cols = slide.size
            later = np.arange(group * rows * cols, (group + 1) * rows * cols).reshape(rows, cols) > term
            gone = gone | (later[::-1, ::-1] if slide.turned else later)
        return gone

    @staticmethod
    def _plane(array: NDArray[np.floating], plane: tuple[int, ...]) -> NDArray[np.floating]:
        """A map, or a slice of one; beside the stack of slices there is nothing but zeros."""
        if all(0 <= i < n for i, n in zip(plane, array.shape, strict=False)):
            return flat_plane(array[plane])
        return np.zeros_like(flat_plane(array[(0,) * len(plane)]))

    def _bound(self, scene: Scene) -> float:
        ranges = self.desk.ranges
        if scene.head.lane == "forward":
            return ranges.bound(scene.results, scene.source, 0)
        return float(ranges.gradient_bounds(scene.results, scene.node.name).max(initial=0.0)) or 1.0

    def _show_rail(self, scene: Scene, slide: Slide, array: NDArray[np.floating], bound: float) -> None:
        if slide.groups == 1:
            return
        planes = slide.planes
        now = (planes, bound, scene.head.stretch)
        if self._railed[:3] != now or self._railed[3] is not array:
            self._railed = (*now, array)
            name = f"∂L/∂{scene.node.name}" if scene.head.lane == "backward" else scene.source
            self.rail.set_maps(np.stack([self._plane(array, p) for p in planes]), bound, "signed",
                               [cell_name(name, p) for p in planes])
        size, term = slide.size[0] * slide.size[1], scene.head.term
        known = scene.trace.terms.size if term is None else term + 1
        flat = scene.trace.terms.reshape(slide.groups, -1)
        sums = flat.sum(axis=1)
        now_at, part = divmod(known, size)
        if part:
            sums[now_at] = flat[now_at, :part].sum()
        self.rail.set_sums(sums, known / size)
        self.rail.set_at(self._group)

    def _show_output(self, scene: Scene) -> None:
        bound = self.desk.ranges.bound_at(scene.results, scene.head)
        self.output.map.set_values(scene.own_plane(), bound, "signed")
        self.output.map.set_gradient(scene.head.lane == "backward")
        self.output.set_known(scene.own_known())
        self.output.map.set_ring(*scene.own_spot())

    def _say(self, scene: Scene, slide: Slide) -> None:
        trace, (rows, cols) = scene.trace, slide.size
        back = scene.head.lane == "backward"
        plane, gone = cell_name(scene.node.name, slide.plane(self._group)), int((~slide.inside[self._group]).sum())
        first, kernel, products, last = self.headings
        first.name.set_text(N_("Came back") if back else N_("Input"))
        factor = self.first.factor
        name = f"∂L/∂{plane}" if back else cell_name(scene.source, slide.plane(self._group))
        spread = tr("holes: stride {stride}", stride=" × ".join(map(str, slide.spread)) if
                    slide.spread[0] != slide.spread[1] else slide.spread[0]) if slide.spread != (1, 1) else ""
        first.set_what(" · ".join(filter(None, [name, spread, factor])), " · ".join(filter(None, [name, factor])), name)
        kernel.name.set_text(N_("Kernel"))
        turned = slide.turned or getattr(scene.node.op, "flip", False)
        kernel.set_what(N_("{rows} × {cols}, turned by 180°") if turned else "{rows} × {cols}", N_("turned 180°"),
                        rows=rows, cols=cols)
        products.name.set_text(N_("Products"))
        count = rows * cols - gone
        factor = self.products.factor
        if gone and slide.turned:
            text = tr("{k} of {n}: the others lie outside", k=count, n=rows * cols)
            products.set_what(" · ".join(filter(None, [text, factor])), factor or f"{count} / {rows * cols}")
        else:
            text = tr("{n} terms", n=rows * cols)
            products.set_what(" · ".join(filter(None, [text, factor])), factor or text)
        shape = " × ".join(map(str, scene.own_plane().shape))
        if back:
            last.name.setText(f"∂L/∂{scene.node.inputs[0]}")
            last.set_what(f"{scene.head.map} · {shape}" if len(scene.shape) > 1 else shape, shape)
        else:
            last.name.set_text(N_("Output"))
            last.set_what(shape)
        own = float(slide.terms[self._group].sum())
        text = tr("sum {value}", value=numbers.figure(own))
        if slide.groups > 1:
            text += " · " + tr("all {n} maps {total}", n=slide.groups, total=numbers.figure(float(trace.terms.sum())))
        if trace.bias is not None:
            text += " · " + tr("bias {value}", value=numbers.figure(trace.bias))
        self.sum.setText(text)
        if self.sum.sizeHint().width() > self.sum.width() and self._sum_place[2]:
            self._place_sum()

    def _reshape(self, scene: Scene, slide: Slide) -> bool:
        shape = (slide.size, slide.steps, slide.spread, slide.pads, slide.groups > 1, scene.own_plane().shape,
                 scene.head.stretch)
        if shape == self._shape:
            return False
        self._shape = shape
        self.first.set_shape(*slide.size, slide.steps, slide.pads, windowed=True)
        mode = getattr(scene.node.op, "mode", "zeros") if scene.head.lane == "forward" else "zeros"
        self.first.set_ways(slide.spread, mode, void=slide.turned)
        self.kernel.set_shape(*slide.size)
        self.products.set_shape(*slide.size)
        for grid in (self.first, self.products):
            grid.set_gradient(scene.head.lane == "backward")
        self.rail.setVisible(slide.groups > 1)
        return True

    # --- places

    def arrange(self) -> None:
        """Everything by hand: the largest cells that leave the map its room."""
        slide = self.slide
        if slide is None or self.width() < 50:
            return
        title, sign, line = theme.size(TITLE), theme.size(SIGN), theme.size(LINE)
        rail = self.rail.sizeHint() if slide.groups > 1 else None
        above = rail.height() + 2 if rail is not None else 0
        extent = self.first.extent()

        def fitting(left: int, top: int) -> tuple[int, float]:
            room, width = self.height() - top - title - line - 2, self.width() - left - theme.size(OUTPUT) - 3 * sign
            low, high = (theme.size(px) for px in CELLS)
            sizes = [*range(high, low - 1, -1)]
            for cells, frames in ((sizes, FRAMES), (range(low - 1, 3, -1), FRAMES[:1])):
                for frame in frames:
                    for cell in cells:
                        high_, wide = (n * (cell + GAP) + 2 * frame * cell for n in extent)
                        if high_ <= room and wide + 2 * slide.size[1] * (cell + GAP) <= width:
                            return cell, frame
            return 4, 0.0

        left, top = 0, above
        cell, frame = fitting(left, top)
        if rail is not None and cell < theme.size(CELLS[0]):
            aside = fitting(rail.width() + AIR, 0)
            if aside[0] > cell:
                (cell, frame), left, top = aside, rail.width() + AIR, 0
        if rail is not None:
            self.rail.set_upright(left > 0)
            self.rail.setGeometry(*((0, title, rail.width(), self.height() - title) if left else
                                    (0, 0, self.width(), rail.height())))
        self._place(left, top, cell, frame)

    def _place(self, left: int, top: int, cell: int, frame: float) -> None:
        sign, y = theme.size(SIGN), top + theme.size(TITLE)
        for grid, edge in ((self.first, frame), (self.kernel, 0.0), (self.products, 0.0)):
            grid.set_cell(cell, edge)
        grids = (self.first, self.kernel, self.products)
        used = sum(grid.width() for grid in grids)
        room = self.height() - y
        out = self.output.fit(max(self.width() - left - used - 3 * sign, theme.size(60)), room)
        wanted = [max(h.want() + AIR - g.width(), sign) for h, g in zip(self.headings, grids, strict=False)]
        spare = self.width() - left - used - out
        share = min(spare / sum(wanted), 1.0)
        gaps = [max(w * share, sign) for w in wanted]
        more = max(spare - sum(gaps), 0.0) / 4
        x, middle = float(left), y + self.first.height() / 2
        self.signs = []
        lefts = []
        for grid, gap in zip(grids, gaps, strict=True):
            grid.move(round(x), round(middle - grid.height() / 2))
            lefts.append(round(x))
            self.signs.append((QRectF(x + grid.width(), middle - 15, gap + more, 30), "×=→"[len(self.signs)]))
            x += grid.width() + gap + more
        if self.output.map.shape[0] == 1 and self.slide is not None and self.slide.size[0] == 1:
            self._place_rows(left, top, lefts)
            return
        x = min(x, self.width() - out)
        self.output.setGeometry(round(x), y, round(self.width() - x), room)
        self._sum_place = (lefts[1], lefts[2], round(x))
        self._place_sum()
        for heading, start, end in zip(self.headings, [*lefts, round(x)], [*lefts[1:], round(x), self.width() + AIR],
                                       strict=True):
            heading.place(QPoint(start, top), end - start - AIR)
        self.update()

    def _place_sum(self) -> None:
        """Under the products; a longer one begins further left."""
        least, left, end = self._sum_place
        at = min(left, max(end - self.sum.sizeHint().width() - 4 - AIR, least))
        self.sum.setGeometry(at, self.products.geometry().bottom() + 4, end - at - 4, theme.size(LINE))

    def _place_rows(self, left: int, top: int, lefts: list[int]) -> None:
        """A sound: its map is a row of its own, under the other grids."""
        title = theme.size(TITLE)
        self._sum_place = (0, 0, 0)
        under = self.products.geometry().bottom() + 4
        self.sum.setGeometry(lefts[2], under, self.width() - lefts[2], theme.size(LINE))
        y = max(under + theme.size(LINE), self.first.geometry().bottom()) + 10
        for heading, start, end in zip(self.headings, lefts, [*lefts[1:], self.width() + AIR], strict=False):
            heading.place(QPoint(start, top), end - start - AIR)
        self.headings[3].place(QPoint(left, y), self.width() - left)
        self.output.fit(self.width() - left, max(self.height() - y - title, 1))
        self.output.setGeometry(left, y + title, self.width() - left, max(self.height() - y - title, 0))
        self.signs = self.signs[:2]
        self.update()

    # --- hands

    def show_cursor(self, term: int | None) -> None:
        """Mark a term in all grids."""
        ok = term is not None and self.slide is not None and 0 <= term < self.slide.terms.size
        group, *spot = self.slide.place(term) if ok and self.slide is not None and term is not None else (-1,)
        for grid in (self.first, self.kernel, self.products):
            grid.set_hover((spot[0], spot[1]) if group == self._group else None)

    def _at(self, spot: Spot | None) -> int | None:
        return None if spot is None or self.slide is None else self.slide.term(self._group, *spot)

    def _hover(self, spot: Spot | None) -> None:
        term = self._at(spot)
        self.show_cursor(term)
        self.term_hovered.emit(term)

    def _hover_first(self, spot: Spot | None) -> None:
        self.hover_head(self._made(spot))
        self._hover(spot)

    def _hover_weight(self, spot: Spot | None) -> None:
        """All that this weight multiplies lights up, not only here."""
        self.weigh(self._at(spot))
        self._hover(spot)

    def linked(self) -> list[Linked]:
        if self.scene is None or self.slide is None:
            return []
        node = self.scene.node.name if self.scene.head.lane == "backward" else self.scene.source
        return [*super().linked(), Linked(self.first, node, self._plane_of)]

    @property
    def _source(self) -> str:
        """What the window lies on: an input, or what came back."""
        return "" if self.scene is None else self.scene.trace.operands[0].source

    @property
    def _plane_of(self) -> tuple[int, ...]:
        """The plane of it that is shown."""
        return () if self.slide is None else self.slide.plane(self._group)

    def _made(self, spot: Spot | None) -> Playhead | None:
        """Where the number of a cell in the window is made itself."""
        if spot is None or self.slide is None or self.scene is None:
            return None
        at = (self._group, *spot)
        inside = bool(self.slide.inside[at])
        return self.scene.head_of(self.scene.trace.operands[0].source, tuple(self.slide.cells[at])) if inside else None

    def _go(self, spot: Spot) -> None:
        head = self._made(spot)
        if head is not None:
            self.select_head(head)

    def _other(self, row: int, col: int) -> Playhead:
        assert self.scene is not None
        return self.scene.head_at(row, col)

    def _choose(self, group: int) -> None:
        assert self.scene is not None
        self._chosen[self.scene.head.stretch[1:]] = group
        if self.scene.head.term is not None:
            self.select_head(self.scene.head.whole)
        else:
            self.show_scene(self.scene)

    def name_parts(self) -> None:
        """For people who hear them."""
        self.rail.setAccessibleName(tr("Maps that it comes from: left and right choose one"))
        self.first.setAccessibleName(tr("The window"))
        self.products.setAccessibleName(tr("Products"))
        self.output.map.setAccessibleName(tr("The map of this number"))

