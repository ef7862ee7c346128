"""Pooling: the window, the number it becomes, the output."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.panels.stepper_views.base import Heading, Scene, View
from app.panels.stepper_views.output import LEGEND, OutputMap
from app.panels.stepper_views.terms import TermGrid, laid_out, term_grid
from app.widgets.labels import Label
from app.widgets.plane_grid import GAP, PlaneGrid, Spot
from cnncore.trace import Trace

TITLE = 20
CELLS = (30, 40)
AIR = 44


class WindowView(View):
    """Input → largest (or mean) → output."""

    pixels = True

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.input, self.result = PlaneGrid(self), PlaneGrid(self)
        self.result.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # a single number that the formula says too
        self.output = OutputMap(self)
        self.words = Label("", "secondary", parent=self)
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        for name, widget in (("input_grid", self.input), ("output_map", self.output.map), ("window_words", self.words)):
            widget.setObjectName(name)
        self.headings = [Heading(N_("Input"), self), Heading(N_("Largest"), self), Heading(N_("Output"), self)]
        self.grid: TermGrid | None = None
        self._shape: tuple[object, ...] = ()
        self._group = 0
        self.input.hovered.connect(self._hover)
        self.input.clicked.connect(self._go)
        self.input.asides = True
        self.input.pointed.connect(lambda cell: self.hover_aside("input0", self._plane, cell))
        self.input.picked.connect(lambda cell: self.go_aside("input0", self._plane, cell))
        self.output.map.hovered.connect(self._hover_output)
        self.output.map.clicked.connect(lambda row, col: self._select(row, col))
        self.output.map.moved.connect(lambda row, col: self._select(row, col))

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """Terms that are a window of the input, one channel."""
        if len(scene.trace.operands) != 1 or len(scene.node.inputs) != 1:
            return False
        grid = term_grid(scene.trace, scene.trace.operands[0])
        return grid is not None

    def show_scene(self, scene: Scene) -> None:
        """Window, winner and output of one cell."""
        self.scene, trace = scene, scene.trace
        grid = self.grid = laid_out(trace, trace.operands[0])
        assert grid is not None  # fits() has seen to it
        self._reshape(scene, grid)
        at = scene.head.term if scene.head.term is not None else trace.winner or 0
        self._group = grid.place(at)[0]  # of a volume the slice with the winner
        plane = grid.plane(self._group)
        bound = self.desk.ranges.bound(scene.results, scene.source, plane[0])
        self.input.set_plane(scene.plane(scene.source, plane), bound, self.role(scene.source))
        self.input.set_corner(grid.corner(self._group), scene.slide)
        self.result.set_plane(np.array([[trace.total]]), bound, self.role(scene.source))
        own = self.desk.ranges.bound(scene.results, scene.node.name, scene.head.map)
        self.output.map.set_values(scene.own_plane(), own, "signed")
        self.output.set_known(scene.own_known())
        self.output.map.set_ring(*scene.own_spot())
        self._say(scene, grid)
        spot = grid.place(scene.head.term)[1:] if scene.head.term is not None else None
        won = grid.place(trace.winner)[1:] if trace.winner is not None else None
        self.input.set_ring(spot if spot is not None else won)
        self.input.set_pixels(self.desk.pixels)

    def _say(self, scene: Scene, grid: TermGrid) -> None:
        (top, left), (down, across) = grid.corner(self._group), grid.steps()
        bottom, right = top + (grid.rows - 1) * down, left + (grid.cols - 1) * across
        self.headings[0].set_window((top, left), (bottom, right), grid.cells.shape[-1] == 2)
        rows, cols = scene.own_plane().shape
        self.headings[2].set_what(f"{rows} × {cols}")
        trace = scene.trace
        if trace.reduce == "pick" and trace.winner is not None:
            self.headings[1].set_name(N_("Largest"))
            self.headings[1].set_what(N_("of {n}"), n=trace.terms.size)
            self._say_winner(trace, trace.winner)
        elif trace.reduce == "root":
            self.headings[1].set_name(N_("Length"))
            self.headings[1].set_what(N_("of {n}"), n=trace.terms.size)
            self.words.set_text(N_("The root of {sum}, the sum of all squares."),
                                sum=numbers.figure(float(trace.terms.sum())))
        else:
            self.headings[1].set_name(N_("Mean"))
            self.headings[1].set_what(N_("of {n}"), n=trace.terms.size)
            self.words.set_text(N_("The sum {sum} divided by {n}: every cell counts alike."),
                                sum=numbers.figure(float(trace.terms.sum())), n=f"{trace.divisor:g}")

    def _say_winner(self, trace: Trace, winner: int) -> None:
        """A tie is no win."""
        inside = trace.operands[0].inside
        level = np.flatnonzero(inside & (trace.terms == trace.terms[winner]))
        if level.size < 2:
            self.words.set_text(N_("{cell} wins. The others are forgotten."), cell=self._name(winner))
        elif level.size == np.count_nonzero(inside):
            self.words.set_text(N_("All {n} are equal: the first counts."), n=level.size)
        elif level.size == 2:
            first, second = (self._name(int(k)) for k in level)
            self.words.set_text(N_("{a} and {b} tie: the first counts."), a=first, b=second)
        else:
            self.words.set_text(N_("{n} tie for the largest: the first counts."), n=level.size)

    def _name(self, term: int) -> str:
        assert self.scene is not None
        cell = self.scene.trace.operands[0].cells[term]
        return f"{self.scene.source}[{', '.join(str(int(i)) for i in cell)}]"

    def _reshape(self, scene: Scene, grid: TermGrid) -> None:
        pads = scene.pads
        shape = (grid.rows, grid.cols, grid.steps(), pads, scene.own_plane().shape)
        if shape != self._shape:
            self._shape = shape
            self.input.set_shape(grid.rows, grid.cols, grid.steps(), pads, windowed=True)
            self.input.set_ways(dropped=scene.dropped)
            self.output.set_note(scene.dropped_words())
            self.result.set_shape(1, 1)
            self.output.map.set_values(scene.own_plane(), 1.0)
            self.arrange()

    def arrange(self) -> None:
        """Window left, output right, the number between them."""
        if self.grid is None or self.width() < 50:
            return
        title = theme.size(TITLE)
        room = self.height() - title - theme.size(LEGEND)
        rows, cols = self.input.extent()
        low, high = (theme.size(px) for px in CELLS)
        most = max(self.width() // 3, low)
        fitting = (c for c in range(high, 6, -1) if (rows + 1) * (c + GAP) <= room and (cols + 1) * (c + GAP) <= most)
        cell = next(fitting, 6)
        around = min((room - rows * (cell + GAP)) / 2 / (cell + GAP), 1.5)
        self.input.set_cell(cell, max(int(around * 2) / 2, 0.5))
        self.result.set_cell(max(cell, low))  # its digits are the answer
        air, middle = theme.size(AIR), theme.size(150)
        out = self.output.fit(max(self.width() - self.input.width() - middle - 2 * air, 40), room + theme.size(LEGEND))
        free = max(self.width() - self.input.width() - middle - out, 2 * air)
        x1 = self.input.width() + free / 3
        x2 = x1 + middle + free / 3
        # All on one line: where the window stands at an edge, the frame above it is empty.
        line = title + max(self.input.height(), self.output.map.height()) / 2
        self.input.move(0, round(line - self.input.height() / 2))
        self.result.move(round(x1), round(line - self.result.height() / 2))
        under = self.result.geometry().bottom() + 8
        self.words.setGeometry(round(x1), under, middle, max(self.height() - under, 0))
        top = round(line - self.output.map.height() / 2)
        self.output.setGeometry(round(x2), top, round(self.width() - x2), self.height() - top)
        for heading, x, end in zip(self.headings, (0.0, x1, x2), (x1, x2, self.width() + 8.0), strict=True):
            heading.place(QPoint(round(x), 0), round(end - x - 8))
        y = line - 15
        left, right = self.input.width(), x1 + self.result.width()
        self.signs = [(QRectF(left, y, x1 - left, 30), "→"), (QRectF(right, y, x2 - right, 30), "→")]
        self.update()

    # --- hands

    def show_cursor(self, term: int | None) -> None:
        """Mark a term in the window."""
        ok = term is not None and self.grid is not None and 0 <= term < self.grid.terms.size
        group, *spot = self.grid.place(term) if ok else (-1,)  # type: ignore[union-attr,arg-type]
        self.input.set_hover((spot[0], spot[1]) if group == self._group else None)

    def _hover(self, spot: Spot | None) -> None:
        term = None if spot is None or self.grid is None else self.grid.term(self._group, *spot)
        if self.scene is not None:
            inside = term is not None and bool(self.scene.trace.operands[0].inside[term])
            self.hover_cell(self.scene.source, tuple(self.scene.trace.operands[0].cells[term]) if inside else None)
        self.show_cursor(term)
        self.term_hovered.emit(term)

    @property
    def _plane(self) -> tuple[int, ...]:
        """The plane of the input that is shown."""
        return () if self.grid is None else self.grid.plane(self._group)

    def _go(self, spot: Spot) -> None:
        assert self.scene is not None
        assert self.grid is not None
        seen, term = self.scene.trace.operands[0], self.grid.term(self._group, *spot)
        if seen.inside[term]:
            self.select_cell(self.scene.source, tuple(seen.cells[term]))

    def _hover_output(self, spot: Spot | None) -> None:
        if self.scene is not None:
            self.hover_cell(self.scene.node.name, None if spot is None else self.scene.head_at(*spot).index)

    def _select(self, row: int, col: int) -> None:
        assert self.scene is not None
        self.select_cell(self.scene.node.name, self.scene.head_at(row, col).index)

    def name_parts(self) -> None:
        """For people who hear them."""
        self.input.setAccessibleName(tr("Input window"))
        self.output.map.setAccessibleName(tr("Output map"))
