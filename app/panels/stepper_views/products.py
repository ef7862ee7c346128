"""Convolution: window × kernel = products → output, with the channels above and the sum below."""

from __future__ import annotations

import itertools

import numpy as np
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from app import numbers
from app.desk import Desk
from app.i18n import N_, language, tr
from app.kernels import presets
from app.model.kernel import KernelHandle, same
from app.panels.stepper_views.base import Heading, Scene, View
from app.panels.stepper_views.linked import Linked
from app.panels.stepper_views.output import OutputMap
from app.panels.stepper_views.products_layout import arrange
from app.panels.stepper_views.slide_terms import repeated
from app.panels.stepper_views.sums import Sums
from app.panels.stepper_views.terms import TermGrid, cell_name, laid_out, term_grid
from app.widgets.kernel_editor import KernelEditor
from app.widgets.plane_grid import PlaneGrid, Spot
from app.widgets.rail import Rail
from cnncore.trace import Operand


class ProductsView(View):
    """Input × Kernel = Products → Output, all cells of one size."""

    pixels = True

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.rail = Rail(self)
        self.input, self.products = PlaneGrid(self), PlaneGrid(self)
        self.kernel = KernelEditor(presets().values(), self, centred=True)
        self.output, self.sums = OutputMap(self), Sums(desk, self)
        self.handle = KernelHandle(desk.session)
        self._kernel_state: tuple[object, ...] = ()
        for name, widget in (("rail", self.rail), ("input_grid", self.input), ("products_grid", self.products),
                             ("output_map", self.output.map), ("sums", self.sums)):
            widget.setObjectName(name)
        self.headings = {name: Heading(name, self) for name in
                         (N_("Input"), N_("Kernel"), N_("Products"), N_("Output"))}
        self.grid: TermGrid | None = None
        self._shape: tuple[object, ...] = ()
        self._chosen: dict[str, int] = {}  # channel a layer was last looked at by
        self._said: tuple[object, ...] = ()
        self._held: tuple[object, float] = ((), 0.0)
        order = [self.rail, self.input, self.kernel.grid, *self.kernel.tools, self.products, self.sums.bias,
                 self.output.map]
        for before, after in itertools.pairwise(order):
            self.setTabOrder(before, after)
        self.rail.chosen.connect(self._choose)
        self.input.hovered.connect(self._hover_input)
        self.input.clicked.connect(self._go_to_source)
        self.input.asides = True
        self.input.pointed.connect(lambda cell: self.hover_aside("input0", self._plane, cell))
        self.input.picked.connect(lambda cell: self.go_aside("input0", self._plane, cell))
        self.products.hovered.connect(self._hover)
        self.products.clicked.connect(self._select_term)
        self.kernel.grid.hovered.connect(self._hover_weight)
        self.kernel.bind(self.handle, desk.attempt, lambda: self._show_kernel(anew=True))
        self.kernel.refused.connect(desk.messages.error)
        if desk.still:
            self.kernel.set_still()
        self.output.map.hovered.connect(lambda spot: self.hover_cell(*self._output(spot)))
        self.output.map.clicked.connect(lambda row, col: self.select_cell(*self._output((row, col))))
        self.output.map.moved.connect(lambda row, col: self.select_cell(*self._output((row, col))))

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """A window of the input, and a block of one of the node's own parameters."""
        if len(scene.trace.operands) != 2 or len(scene.node.inputs) != 1:
            return False
        seen, own = scene.trace.operands
        weight = scene.results.document.weights.get(f"{scene.node.name}.{own.source}")
        if seen.source != "input0" or getattr(scene.node.op, "flip", False):
            return False
        repeats = getattr(scene.node.op, "mode", "zeros") != "zeros"
        grid = laid_out(scene.trace, seen) if repeats else term_grid(scene.trace, seen)
        if grid is None or weight is None or own.cells.shape[1] != weight.ndim:
            return False
        flat = 1 if grid.cells.shape[-1] == 2 else 2
        return weight.shape[-flat:] == (grid.rows, grid.cols)[-flat:] and bool((own.cells[0, -flat:] == 0).all())

    # --- showing

    def show_scene(self, scene: Scene) -> None:
        """Input, kernel, products, sums and output of one cell."""
        self.scene, trace = scene, scene.trace
        grid = self.grid = repeated(scene, laid_out(trace, trace.operand("input0")))
        assert grid is not None  # fits() has seen to it
        term = scene.head.term
        group = grid.place(term)[0] if term is not None else min(self._chosen.get(scene.node.name, 0), grid.groups - 1)
        reshaped = self._reshape(scene, grid)
        results, ranges = scene.results, self.desk.ranges
        role, plane = self.role(scene.source), grid.plane(group)
        bound = ranges.bound(results, scene.source, plane[0])
        self.input.set_plane(scene.plane(scene.source, plane), bound, role)
        self.input.set_corner(grid.corner(group), scene.slide)
        own = trace.operands[1]
        self.handle.point(scene.node.name, f"{scene.node.name}.{own.source}", self._prefix(own, group))
        self._show_kernel()
        known = trace.terms.size if term is None else term + 1
        size = grid.rows * grid.cols
        self.products.set_plane(grid.terms[group], self._range(scene, bound))
        self.products.set_known(known - group * size)
        self._show_rail(scene, grid, group, bound, known)
        self.sums.show_trace(scene, term, grid.groups)
        self._show_output(scene)
        self._show_words(scene, grid, group, known)
        self._rings(group)
        hues = self.desk.settings.kernel_hues
        self.input.set_hues(int(hues))
        self.products.set_hues(int(hues))
        self.kernel.grid.set_hues(hues)
        self.input.set_pixels(self.desk.pixels)
        digits = self.desk.pixels != "squares"
        self.products.set_pixels("numbers" if digits else "squares")
        self.kernel.grid.set_digits(digits)
        if reshaped:
            self.arrange()

    def _range(self, scene: Scene, bound: float) -> float:
        """Of the products: grows with them and stays, so that colours do not jump from cell to cell.

        At least a tenth of what weight and input could make at most: next to nothing must not look strong.
        """
        key = (self.handle.key, self.handle.filter)
        terms = scene.trace.terms
        peak = float(np.abs(terms).max(initial=0.0, where=np.isfinite(terms)))
        least = self.handle.bound * bound / 10
        held = self._held[1] if self._held[0] == key else 0.0
        self._held = (key, max(peak, held, least))
        return self._held[1]

    def _show_kernel(self, anew: bool = False) -> None:
        """Nothing to do while neither weights nor mutes have changed: at most strokes."""
        handle, state = self.handle, self.handle.state
        if anew or not same(state, self._kernel_state):
            self._kernel_state = state
            self.kernel.show_kernel(handle.values, handle.bound, handle.marks, handle.muted, handle.changed,
                                    handle.name, handle.title)

    def _show_rail(self, scene: Scene, grid: TermGrid, group: int, bound: float, known: int) -> None:
        if grid.groups == 1:
            return
        planes = [grid.plane(g) for g in range(grid.groups)]
        maps = np.stack([scene.plane(scene.source, p) for p in planes])
        self.rail.set_maps(maps, bound, self.role(scene.source), [cell_name(scene.source, p) for p in planes])
        size = grid.rows * grid.cols
        sums = grid.terms.reshape(grid.groups, -1).sum(axis=1)
        if known < scene.trace.terms.size:
            now, part = divmod(known, size)
            if part:
                sums = np.where(np.arange(grid.groups) == now, grid.terms[now].reshape(-1)[:part].sum(), sums)
        self.rail.set_sums(sums, known / size)
        self.rail.set_at(group)

    def _show_output(self, scene: Scene) -> None:
        bound = self.desk.ranges.bound(scene.results, scene.node.name, scene.head.map)
        self.output.map.set_values(scene.own_plane(), bound, "signed")
        self.output.set_known(scene.own_known())
        self.output.map.set_ring(*scene.own_spot())
        self.output.map.set_muted((scene.node.name, scene.head.map) in scene.results.document.muted)

    def _show_words(self, scene: Scene, grid: TermGrid, group: int, known: int) -> None:
        (top, left), (down, across) = grid.corner(group), grid.steps()
        size = grid.rows * grid.cols
        own = grid.terms[group].reshape(-1)[:max(0, min(known - group * size, size))] if grid.groups > 1 else ()
        added = numbers.figure(float(np.sum(own)))  # of this channel: the sum beside it is that of all
        now = (top, left, down, across, group, *scene.own_plane().shape, *grid.terms.shape, added, language())
        if now == self._said:
            return
        self._said = now
        bottom, right = top + (grid.rows - 1) * down, left + (grid.cols - 1) * across
        row = grid.rows == 1 and grid.cells.shape[-1] == 2
        self.headings["Input"].set_window((top, left), (bottom, right), row)
        text = "{rows} × {cols}" if self.desk.still else N_("{rows} × {cols}, click a cell to edit")
        self.headings["Kernel"].set_what(text, rows=grid.rows, cols=grid.cols)
        if grid.groups == 1:
            self.headings["Products"].set_what(N_("{n} terms"), n=grid.terms.size)
        else:
            self.headings["Products"].set_what(N_("channel {c}: {sum} · {n} of {all} terms"), N_("channel {c}: {sum}"),
                                               c=group, sum=added, n=size, all=grid.terms.size)
        rows, cols = scene.own_plane().shape
        self.headings["Output"].set_what(f"{rows} × {cols}")
        self.output.set_note(scene.dropped_words())

    def _prefix(self, own: Operand, group: int) -> tuple[int, ...]:
        grid = self.grid
        assert grid is not None
        first = own.cells[grid.term(group, 0, 0)]
        return tuple(int(i) for i in first[:-1 if grid.cells.shape[-1] == 2 else -2])

    def _reshape(self, scene: Scene, grid: TermGrid) -> bool:
        """Only another layer changes sizes; then all parts find new places."""
        pads = scene.pads
        shape = (grid.rows, grid.cols, grid.steps(), pads, grid.groups, scene.own_plane().shape)
        if shape == self._shape:
            return False
        self._shape = shape
        self.input.set_shape(grid.rows, grid.cols, grid.steps(), pads, windowed=True)
        self.input.set_ways(mode=getattr(scene.node.op, "mode", "zeros"), dropped=scene.dropped)
        self.products.set_shape(grid.rows, grid.cols)
        self.rail.setVisible(grid.groups > 1)
        return True

    # --- places

    def arrange(self) -> None:
        """Everything by hand: see `products_layout`."""
        if self.grid is not None and self.width() >= 50:
            self.signs = arrange(self)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if event.rect().height() < self.height() // 3 and event.rect().width() < self.width() // 3:
            return  # something of a child only
        super().paintEvent(event)

    # --- one cursor in all grids

    def show_cursor(self, term: int | None) -> None:
        """Mark a term in all three grids."""
        spot: Spot | None = None
        if term is not None and self.grid is not None and 0 <= term < self.grid.terms.size:
            group, row, col = self.grid.place(term)
            spot = (row, col) if group == self.rail.at or self.grid.groups == 1 else None
        self.input.set_hover(spot)
        self.products.set_hover(spot)
        self.kernel.grid.set_hover(*(spot or (None, None)))

    def _rings(self, group: int) -> None:
        term = self.scene.head.term if self.scene else None
        spot = self.grid.place(term)[1:] if term is not None and self.grid is not None else None
        self.input.set_ring(spot)
        self.products.set_ring(spot)
        self.kernel.grid.set_current(*(spot or (None, None)))

    def _hover(self, spot: object) -> None:
        term = None if spot is None or self.grid is None else self.grid.term(self._group, *spot)  # type: ignore[misc]
        self.show_cursor(term)
        self.term_hovered.emit(term)

    def _hover_input(self, spot: object) -> None:
        if self.scene is not None:
            self.hover_cell(self.scene.source, self._source_cell(spot))
        self._hover(spot)  # after that: of a cell that stands at several places, this one is meant

    def _hover_weight(self, spot: object) -> None:
        """All that this weight multiplies lights up, not only here."""
        term = None if spot is None or self.grid is None else self.grid.term(self._group, *spot)  # type: ignore[misc]
        self.weigh(term)
        self._hover(spot)

    def linked(self) -> list[Linked]:
        if self.scene is None or self.grid is None:
            return []
        return [*super().linked(), Linked(self.input, self.scene.source, self._plane)]

    @property
    def _plane(self) -> tuple[int, ...]:
        """The plane of the input that is shown."""
        return () if self.grid is None else self.grid.plane(self._group)

    @property
    def _group(self) -> int:
        """The channel that is shown."""
        return self.rail.at if self.grid is not None and self.grid.groups > 1 else 0

    def _source_cell(self, spot: object) -> tuple[int, ...] | None:
        if spot is None or self.grid is None or self.input.value(spot) is None:  # type: ignore[arg-type]
            return None
        return tuple(int(i) for i in self.grid.cells[(self._group, *spot)])  # type: ignore[misc]

    def _go_to_source(self, spot: object) -> None:
        cell = self._source_cell(spot)
        if cell is not None and self.scene is not None:
            self.select_cell(self.scene.source, cell)

    def _select_term(self, spot: Spot) -> None:
        assert self.grid is not None
        self.select_term(self.grid.term(self._group, *spot))

    def _output(self, spot: object) -> tuple[str, tuple[int, ...] | None]:
        assert self.scene is not None
        return self.scene.node.name, None if spot is None else self.scene.head_at(*spot).index  # type: ignore[misc]

    def _choose(self, group: int) -> None:
        """Another channel; a term of another one lets go."""
        assert self.scene is not None
        self._chosen[self.scene.node.name] = group
        if self.scene.head.term is not None:
            self.select_cell(self.scene.node.name, self.scene.head.index)
        else:
            self.show_scene(self.scene)

    def name_parts(self) -> None:
        """For people who hear them."""
        self.rail.setAccessibleName(tr("Input channels: left and right choose one"))
        self.input.setAccessibleName(tr("Input window"))
        self.products.setAccessibleName(tr("Products"))
        self.output.map.setAccessibleName(tr("Output map"))
