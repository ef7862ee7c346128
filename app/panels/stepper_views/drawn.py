"""What training would draw anew at every step (the mask of dropout), beside what the network in use does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, Qt

from app import numbers, theme
from app.i18n import N_, tr
from app.panels.stepper_views.base import Heading, Scene
from app.panels.stepper_views.placing import placed
from app.widgets.buttons import link_button
from app.widgets.heat_map import HeatMap
from app.widgets.labels import Label
from cnncore.op import Array, Context, Run
from cnncore.trace import Trace

if TYPE_CHECKING:
    from app.panels.stepper_views.cells import CellsView

TITLE, LINE = 20, 18
NARROW, WIDE = 200, 240
LARGEST = 24


class DrawnPart:
    """One draw: a map of factors, and what this number would be; another draw with one click."""

    def __init__(self, view: CellsView) -> None:
        self.view = view
        self.heading = Heading(N_("In training"), view)
        self.map = HeatMap("", view)
        self.map.setObjectName("drawn_map")
        self.words = Label("", "secondary", parent=view)
        self.words.setWordWrap(True)
        self.words.setObjectName("drawn_words")
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.link = link_button(N_("Draw again"))
        self.link.setParent(view)
        self.link.setObjectName("drawn_again")
        self.link.clicked.connect(self._again)
        self.shown = False
        self.trace: Trace | None = None
        self._seed = 0
        self._mask: tuple[object, Array] | None = None
        self.map.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_scene(self, scene: Scene) -> None:
        """Nothing, where training does what use does."""
        shown = bool(getattr(scene.node.op, "draws", False)) and len(scene.node.inputs) == 1
        if shown != self.shown:
            self.shown = shown
        for widget in (self.heading.name, self.heading.what, self.map, self.words, self.link):
            widget.setVisible(shown)
        if not shown:
            return
        self.link.setVisible(not self.view.desk.still)
        mask = self.mask(scene)
        plane, spot = placed(mask, scene.head.index)
        peak = float(mask.max(initial=0.0)) or 1.0
        self.map.set_values(plane, peak)
        self.map.set_ring(*spot)
        kept = int(np.count_nonzero(mask))
        self.heading.set_what(N_("one draw · {k} of {n} kept"), N_("{k} of {n} kept"), k=numbers.count(kept),
                              n=numbers.count(mask.size))
        self.trace = trace = self._traced(scene)
        first, factor = (float(one.values[0]) for one in trace.operands)
        if factor:
            product = f"{numbers.figure(first)} · {numbers.figure(factor)} = {numbers.figure(trace.total)}"
            self.words.set_text(N_("Kept here: {product}"), product=product)
        else:
            self.words.set_text(N_("Left out here: 0"))

    def mask(self, scene: Scene) -> Array:
        """(C, *S) the factors of this draw: what becomes of nothing but ones."""
        shape = scene.results.values(scene.source).shape
        key = (scene.node.op, shape, self._seed, scene.results.document.seed)
        if self._mask is None or self._mask[0] != key:
            self._mask = (key, scene.node.op.forward((np.ones((1, *shape), np.float32),), {},
                                                     self._context(scene)).output[0])
        return self._mask[1]

    def _context(self, scene: Scene) -> Context:
        return Context(True, np.random.default_rng([scene.results.document.seed, self._seed]))

    def _traced(self, scene: Scene) -> Trace:
        """The number as training would make it."""
        inputs = (scene.results.values(scene.source)[None],)
        op, target = scene.node.op, scene.head.target
        grad = scene.array("grad")[None] if target != "output" else None
        run = Run(inputs, {}, op.forward(inputs, {}, self._context(scene)), grad)
        return op.trace(target, scene.head.index, run)

    def _again(self) -> None:
        self._seed += 1
        if self.view.scene is not None:
            self.view.show_scene(self.view.scene)

    def want(self, height: int) -> int:
        """Width of it."""
        rows, cols = self.map.shape
        cell = min((height - 4 * theme.size(LINE)) / rows, theme.size(LARGEST))
        return round(min(max(cols * cell, theme.size(NARROW)), theme.size(WIDE))) + theme.size(24)

    def place(self, x: int, width: int) -> None:
        """At the right edge, apart from the rest."""
        title, line = theme.size(TITLE), theme.size(LINE)
        x, width = x + theme.size(24), width - theme.size(24)
        rows, cols = self.map.shape
        room = self.view.height() - title - 3 * line - 4
        cell = max(min(room / rows, width / cols, float(theme.size(LARGEST))), 1.0)
        cell = float(int(cell)) if cell > 8 else cell
        self.map.set_cell(cell)
        self.map.setGeometry(x, title, int(cols * cell + 1e-6), int(rows * cell + 1e-6))
        self.heading.place(QPoint(x, 0), width)
        under = title + self.map.height() + 3
        self.words.setGeometry(x, under, width, max(self.words.heightForWidth(width), line))
        self.link.setGeometry(x, under + self.words.height() + 2, self.link.sizeHint().width(), theme.size(20))

    def name_parts(self) -> None:
        """For people who hear them."""
        self.map.setAccessibleName(tr("What one step of training keeps"))
