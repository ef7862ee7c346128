"""Pooling backwards: a window's gradient goes back to its winner, or in equal parts to all of its cells."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.frames import trace_of
from app.model.timeline import Playhead, is_input
from app.panels.stepper_views.base import Heading, Scene, View
from app.panels.stepper_views.output import LEGEND, OutputMap
from app.panels.stepper_views.terms import TermGrid, cell_name, laid_out, term_grid
from app.widgets.labels import Label
from app.widgets.plane_grid import GAP, PlaneGrid, Spot
from cnncore.trace import Trace

TITLE = 20
CELLS = (30, 40)
SIGN, ROW = 30, 26


class RouteView(View):
    """The window with its winner; what came back × the cell's share of it → the cell in its map."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.window_, self.came, self.share = PlaneGrid(self), PlaneGrid(self), PlaneGrid(self)
        self.output = OutputMap(self)
        self.words = Label("", "text", parent=self)
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        for name, widget in (("route_window", self.window_), ("route_came", self.came), ("route_share", self.share),
                             ("route_output", self.output.map), ("route_words", self.words)):
            widget.setObjectName(name)
        self.headings = [Heading(N_("Window"), self), Heading(N_("Came back"), self), Heading(N_("Share"), self),
                         Heading("", self)]
        self.came.set_gradient()
        self.came.set_shape(1, 1)
        self.share.set_shape(1, 1)
        self.share.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.output.map.set_gradient(True)
        self.grid: TermGrid | None = None
        self._term = self._group = 0
        self._window_trace: Trace | None = None
        self._shape: tuple[object, ...] = ()
        self.window_.hovered.connect(self._hover)
        self.window_.clicked.connect(self._go)
        self.came.hovered.connect(lambda spot: self.hover_head(self._came() if spot is not None else None))
        self.came.clicked.connect(self._to_came)
        self.output.map.hovered.connect(lambda spot: self.hover_head(None if spot is None else self._other(*spot)))
        self.output.map.clicked.connect(lambda row, col: self.select_head(self._other(row, col)))
        self.output.map.moved.connect(lambda row, col: self.select_head(self._other(row, col)))

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """What came back to windows of a node that pools, times a factor for each."""
        trace, op = scene.trace, scene.node.op
        if scene.head.lane != "backward" or not is_input(scene.head.target) or len(trace.operands) != 2:
            return False
        first, share = trace.operands
        if first.source != "grad" or share.cells.shape[1] or len(scene.node.inputs) != 1 or len(scene.shape) < 2:
            return False
        if first.samples is not None or not getattr(op, "slides", False):
            return False
        one = trace_of(scene.results, Playhead(scene.node.name, (0,) * len(scene.results.network.shapes[
            scene.node.name])))
        return (one is not None and one.kind == "window" and len(one.operands) == 1
                and term_grid(one, one.operands[0]) is not None)

    def show_scene(self, scene: Scene) -> None:
        """The window through which the number goes back; of several the one at the cursor, or the strongest."""
        self.scene, trace = scene, scene.trace
        first, share = trace.operands
        k = scene.head.term
        if k is None:
            k = int(np.argmax(np.where(first.inside, np.abs(trace.terms) + 1e-300, -1.0)))
        self._term = k
        inside = bool(first.inside[k])
        results, ranges = scene.results, self.desk.ranges
        at = tuple(int(i) for i in first.cells[k])
        seen = self._seen(scene, at) if inside else None
        self._window_trace, source = seen, self._windowed(scene)
        grid = self.grid = laid_out(seen, seen.operands[0]) if seen is not None else None
        reshaped = self._reshape(scene, grid)
        if grid is not None and seen is not None:
            own = self._place(self._own(scene, at))
            self._group = own[0] if own is not None else 0
            plane = grid.plane(self._group)
            self.window_.set_plane(scene.plane(source, plane), ranges.bound(results, source, plane[0]),
                                   self.role(source))
            self.window_.set_corner(grid.corner(self._group), scene.slide)
            self.window_.set_ring(own[1:] if own is not None else None)
            winner = self._winner(seen)
            won = grid.place(winner) if winner is not None else (-1, 0, 0)
            self.window_.set_second(won[1:] if won[0] == self._group else None)
        reach = self._reach(scene)
        self.came.set_plane(np.array([[float(first.values[k])]]), reach)
        self.came.set_gone(None if inside else np.ones((1, 1), bool))
        self.share.set_plane(np.array([[float(share.values[k])]]), 1.0)
        self.output.map.set_values(scene.own_plane(), ranges.bound_at(results, scene.head))
        self.output.set_known(scene.own_known())
        self.output.map.set_ring(*scene.own_spot())
        self._say(scene, at, seen)
        if reshaped:
            self.arrange()

    # --- what differs where a small map is put back into a large one

    def _seen(self, scene: Scene, at: tuple[int, ...]) -> Trace | None:
        """How the number that came back, or went in, was made: its first operand lies over the window."""
        return trace_of(scene.results, Playhead(scene.node.name, at))

    def _winner(self, seen: Trace) -> int | None:
        return seen.winner if seen.reduce == "pick" else None

    def _windowed(self, scene: Scene) -> str:
        """The node over which the windows lie."""
        return scene.source

    def _own(self, scene: Scene, at: tuple[int, ...]) -> tuple[int, ...]:
        """The cell of the window that the number belongs to."""
        return scene.head.index

    def _reach(self, scene: Scene) -> float:
        ranges = self.desk.ranges
        return float(ranges.gradient_bounds(scene.results, scene.node.name).max(initial=0.0)) or 1.0

    def _place(self, index: tuple[int, ...]) -> tuple[int, int, int] | None:
        """(slice, row, column) of a cell of the input in the window."""
        if self._window_trace is None or self.grid is None:
            return None
        cells = self._window_trace.operands[0].cells
        found = np.flatnonzero((cells == np.array(index)).all(axis=1))
        return self.grid.place(int(found[0])) if len(found) else None

    def _say(self, scene: Scene, at: tuple[int, ...], seen: Trace | None) -> None:
        trace, grid, k = scene.trace, self.grid, self._term
        if grid is not None:
            (top, left), (down, across) = grid.corner(self._group), grid.steps()
            bottom, right = top + (grid.rows - 1) * down, left + (grid.cols - 1) * across
            self.headings[0].set_window((top, left), (bottom, right), grid.cells.shape[-1] == 2)
        self.headings[1].set_what(" ".join(filter(None, [f"∂L/∂{cell_name(scene.node.name, at)}",
                                                         self.came.factor])) if seen is not None else "")
        share = trace.operands[1]
        zero = N_("0: it lost") if share.source == "won" else ""
        self.headings[2].set_what({"won": N_("1: it won"), "share": N_("its part of the mean"),
                                   "slope": N_("cell / length")}.get(share.source, "") if share.values[k] else zero)
        shape = " × ".join(map(str, scene.own_plane().shape))
        self.headings[3].name.setText(f"∂L/∂{scene.node.inputs[0]}")
        self.headings[3].set_what(f"{scene.head.map} · {shape}", shape)
        self.words.setText(self._words(scene, seen))

    def _words(self, scene: Scene, seen: Trace | None) -> str:
        share, k = scene.trace.operands[1], self._term
        own = cell_name(scene.node.inputs[0], scene.head.index)
        windows = int(scene.trace.operands[0].inside.sum())
        if seen is None:
            return tr("No window reaches {cell}: it has no effect, and nothing comes back.", cell=own)
        if share.source == "slope":
            text = tr("Its part of the length: the cell, {x}, divided by the length {length}.",
                      x=numbers.figure(float(scene.results.values(scene.source)[scene.head.index])),
                      length=numbers.figure(seen.total))
        elif share.source != "won":
            text = tr("Every cell of the window gets {share} of what came back.",
                      share=numbers.figure(float(share.values[k]))) if share.source == "share" else ""
        elif share.values[k]:
            text = tr("{cell} won its window: all that came back goes to it.", cell=own)
        else:
            winner = seen.operands[0].cells[seen.winner or 0]
            text = tr("{winner} won (dashed): all that came back goes there, and nothing to {cell}.",
                      winner=cell_name(scene.node.inputs[0], winner), cell=own)
        if windows > 1:
            text += " " + tr("{n} windows lie on it; this is one of them, the formula has all.", n=windows)
        return text.strip()

    def _reshape(self, scene: Scene, grid: TermGrid | None) -> bool:
        shape = (None if grid is None else (grid.rows, grid.cols, grid.steps()), scene.pads, scene.own_plane().shape,
                 scene.head.stretch)
        if shape == self._shape:
            return False
        self._shape = shape
        if grid is not None:
            self.window_.set_shape(grid.rows, grid.cols, grid.steps(), scene.pads, windowed=True)
        self.window_.setVisible(grid is not None)
        return True

    # --- places

    def arrange(self) -> None:
        """Window, came back, share and map in one row; the words under the two numbers."""
        if self.scene is None or self.width() < 50:
            return
        title, sign = theme.size(TITLE), theme.size(SIGN)
        if self.output.map.shape[0] == 1 and self.output.map.shape[1] > 2:
            self._arrange_rows()
            return
        room = self.height() - title - theme.size(LEGEND)
        rows, cols = self.window_.extent()
        low, high = (theme.size(px) for px in CELLS)
        most = max(self.width() // 3, low)
        fitting = (c for c in range(high, 6, -1) if (rows + 1) * (c + GAP) <= room and (cols + 1) * (c + GAP) <= most)
        cell = next(fitting, 6)
        around = min((room - rows * (cell + GAP)) / 2 / (cell + GAP), 1.5)
        self.window_.set_cell(cell, max(int(around * 2) / 2, 0.5))
        for grid in (self.came, self.share):
            grid.set_cell(max(cell, low))
        wide = max(self.window_.width(), theme.size(130))
        came, share = (max(theme.size(110), heading.want() + 12) for heading in self.headings[1:3])
        left = max(self.width() - wide - came - share - 2 * sign, theme.size(60))
        out = max(self.output.fit(left, room + theme.size(LEGEND)), min(self.output.want(), left))
        spare = max(self.width() - wide - came - share - out, 2 * sign)
        x1 = wide + spare / 3
        x2 = x1 + came
        x3 = x2 + share + spare * 2 / 3 - sign / 2
        x3 = min(x3, self.width() - out)
        line = title + max(self.window_.height(), self.output.map.height()) / 2
        line = min(line, title + self.window_.height() / 2 + room / 4)
        self.window_.move(0, round(line - self.window_.height() / 2))
        number = round(line - self.came.height() / 2)
        self.came.move(round(x1), number)
        self.share.move(round(x2), number)
        under = self.came.geometry().bottom() + 10
        self.words.setGeometry(round(x1), under, round(x3 - x1 - sign / 2), max(self.height() - under, 0))
        self.output.setGeometry(round(x3), title, round(self.width() - x3), self.height() - title)
        ends = (x1, x2, x3, self.width() + 8.0)
        for heading, x, end in zip(self.headings, (0.0, x1, x2, x3), ends, strict=True):
            heading.place(QPoint(round(x), 0), round(end - x - 8))
        after = x1 + self.came.width()
        last = x2 + self.share.width()
        box = line - 15
        self.signs = [(QRectF(after, box, x2 - after, 30), "×"), (QRectF(last, box, x3 - last, 30), "→")]
        self.update()

    def _arrange_rows(self) -> None:
        """A sound: its map is a row of its own under the others, the words beside the two numbers."""
        title, sign, high = theme.size(TITLE), theme.size(SIGN), theme.size(ROW)
        cols = self.output.map.shape[1]
        own = max(min(self.width() / cols, float(high)), 1.0)
        foot = self.height() - theme.size(LEGEND) - int(own + 1e-6) - title
        low, most = theme.size(CELLS[0]), self.width() * 2 // 5
        fitting = (c for c in range(theme.size(CELLS[1]), 6, -1)
                   if 2 * c <= foot - title and (self.window_.extent()[1] + 1) * (c + GAP) <= most)
        cell = next(fitting, 6)
        self.window_.set_cell(cell, 0.5)
        for grid in (self.came, self.share):
            grid.set_cell(min(max(cell, low), max(foot - title - 8, 8)))
        wide = max(self.window_.width(), theme.size(130))
        came, share = (max(theme.size(110), heading.want() + 12) for heading in self.headings[1:3])
        x1 = wide + sign
        x2 = x1 + came
        x3 = x2 + share
        line = title + max(self.window_.height(), self.came.height()) / 2
        for grid, x in ((self.window_, 0), (self.came, x1), (self.share, x2)):
            grid.move(round(x), round(line - grid.height() / 2))
        self.words.setGeometry(round(x3), title, round(self.width() - x3), max(foot - title, 0))
        self.output.map.set_cell(own)
        self.output.map.setGeometry(0, 0, int(cols * own + 1e-6), int(own + 1e-6))
        self.output.setGeometry(0, foot + title, self.width(), self.height() - foot - title)
        places = ((0, 0, x1), (x1, 0, x2), (x2, 0, x3), (0, foot, self.width() + 8.0))
        for heading, (x, y, end) in zip(self.headings, places, strict=True):
            heading.place(QPoint(round(x), round(y)), round(end - x - 8))
        after = x1 + self.came.width()
        self.signs = [(QRectF(after, line - 15, x2 - after, 30), "×")]
        self.update()

    # --- hands

    def show_cursor(self, term: int | None) -> None:
        """What came back through the window that is shown."""
        self.came.set_hover((0, 0) if term is not None and term == self._term else None)

    def _came(self) -> Playhead | None:
        """Where what came back is made."""
        if self.scene is None or not self.scene.trace.operands[0].inside[self._term]:
            return None
        return self.scene.head_of("grad", tuple(self.scene.trace.operands[0].cells[self._term]))

    def _to_came(self, spot: object) -> None:
        head = self._came()
        if head is not None:
            self.select_head(head)

    def _cell(self, spot: Spot | None) -> tuple[int, ...] | None:
        if spot is None or self.grid is None or self._window_trace is None:
            return None
        seen, term = self._window_trace.operands[0], self.grid.term(self._group, *spot)
        return tuple(int(i) for i in seen.cells[term]) if seen.inside[term] else None

    def _hover(self, spot: Spot | None) -> None:
        self.window_.set_hover(spot)
        cell = self._cell(spot)
        self.hover_head(None if cell is None or self.scene is None else
                        Playhead(self.scene.node.name, cell, None, self.scene.head.target, "backward"))

    def _go(self, spot: Spot) -> None:
        """Another cell of the window: does it get something?"""
        cell = self._cell(spot)
        if cell is not None and self.scene is not None:
            self.select_head(Playhead(self.scene.node.name, cell, None, self.scene.head.target, "backward"))

    def _other(self, row: int, col: int) -> Playhead:
        assert self.scene is not None
        return self.scene.head_at(row, col)

    def name_parts(self) -> None:
        """For people who hear them."""
        self.window_.setAccessibleName(tr("Input window"))
        self.came.setAccessibleName(tr("What came back"))
        self.output.map.setAccessibleName(tr("The map of this number"))
