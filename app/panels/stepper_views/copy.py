"""A number that only moves (flatten), and a number that nobody computed (the input)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.results import Results
from app.model.timeline import Playhead, is_input, shown_at
from app.panels.stepper_views.base import Heading, Scene, View
from app.panels.stepper_views.terms import cell_name
from app.widgets.buttons import link_button
from app.widgets.heat_map import HeatMap
from app.widgets.labels import Label
from cnncore.network import INPUT
from cnncore.shapes import reached_region

TITLE = 20


class CopyView(View):
    """The map that the number comes from, with its cell, and where it stands now."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.map = HeatMap("", self)
        self.map.setObjectName("input_map")
        self.heading = Heading(N_("Input"), self)
        self.words = Label("", "text", parent=self)
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setObjectName("copy_words")
        self.link: QPushButton = link_button("")
        self.link.setParent(self)
        self.link.setObjectName("copy_link")
        self._to: Playhead | None = None
        self.link.clicked.connect(self._follow)
        self.map.hovered.connect(self._hover)
        self.map.clicked.connect(self._click)
        self.map.moved.connect(self._click)
        self._at = Playhead(INPUT, (0, 0, 0))

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """The cell of one input, or of what came back; padding is no cell."""
        one = scene.trace.operands[0] if len(scene.trace.operands) == 1 else None
        return one is not None and one.cells.shape[1] > 0 and bool(one.inside.all())

    def show_scene(self, scene: Scene) -> None:
        """A number that was moved."""
        self.scene = scene
        source, cell = self._source, tuple(int(i) for i in scene.trace.operands[0].cells[0])
        back = source == "grad"
        node = scene.node.inputs[int(source[5:])] if is_input(source) else scene.node.name
        self._show_map(scene.results, Playhead(node, cell), scene.array(source) if back else None)
        own = shown_at(scene.results.network, scene.head) if back else None
        self.words.set_text(N_("{to} is {source}: the same number, only its place is another."),
                            to=scene.head.name if own is None else f"∂L/∂{cell_name(*own)}",
                            source=f"∂L/∂{cell_name(node, cell)}" if back else cell_name(node, cell))
        self._link(N_("Go to {cell}"), scene.head_of(source, cell) if back else Playhead(node, cell))

    def show_input(self, results: Results, head: Playhead) -> None:
        """A pixel of the input."""
        self.scene = None
        self._show_map(results, head)
        text = N_("This number was not computed: it is a pixel of your drawing, after the network's first stage has "
                  "cropped, fitted and centred it. 0 is black, 1 is white.")
        typed = N_("This number was not computed: it is a number of the input, as it was typed.")
        self.words.set_text(text if results.document.typed is None else typed)
        after = reached_region(results.network, INPUT, head.index)
        first = next(iter(after), None)
        if first is None:
            self._link("", None)
            return
        box = after[first]
        cells = int(np.prod([len(range(s.start, s.stop, s.step or 1)) for s in box]))
        self._link(N_("{n} numbers of {layer} read it: go to the first"), Playhead(first, tuple(s.start for s in box)),
                   n=numbers.count(cells), layer=first)

    @property
    def _source(self) -> str:
        return self.scene.trace.operands[0].source if self.scene is not None else "output"

    def _show_map(self, results: Results, head: Playhead, gradients: NDArray[np.floating] | None = None) -> None:
        self._at = head
        values = results.values(head.node) if gradients is None else gradients
        plane = values[head.index[:-2]] if len(head.index) > 2 else values.reshape(-1, values.shape[-1])
        spot = head.index[-2:] if len(head.index) > 1 else (0, head.index[0])
        resized = plane.shape != self.map.shape
        bound = self.desk.ranges.bound(results, head.node, head.map) if gradients is None \
            else float(np.abs(plane).max(initial=0.0)) or 1.0
        self.map.set_values(plane, bound, self.role(head.node) if gradients is None else "signed")
        self.map.set_ring(*spot)
        self.heading.set_what(f"{head.node} · {plane.shape[0]} × {plane.shape[1]}")
        if resized:
            self.arrange()

    def _link(self, text: str, to: Playhead | None, **facts: object) -> None:
        self._to = to
        self.link.setVisible(to is not None)
        if to is not None:
            self.link.set_text(text, cell=to.name, **facts)  # type: ignore[attr-defined]
            self._place_link()

    def _follow(self) -> None:
        if self._to is not None:
            self.select_head(self._to)

    def _index(self, row: int, col: int) -> tuple[int, ...]:
        head = self._at
        return (*head.index[:-2], row, col) if len(head.index) > 2 else (*head.index[:-1], col)

    def _hover(self, spot: tuple[int, int] | None) -> None:
        self.hover_head(None if spot is None else self._head(*spot))

    def _click(self, row: int, col: int) -> None:
        head = self._head(row, col)
        if head is not None:
            self.select_head(head)

    def _head(self, row: int, col: int) -> Playhead | None:
        index = tuple(int(i) for i in self._index(row, col))
        if self.scene is not None and self._source == "grad":
            return self.scene.head_of("grad", index)
        return Playhead(self._at.node, index)

    def arrange(self) -> None:
        """Map left, words right of it."""
        title = theme.size(TITLE)
        room = self.height() - title
        rows, cols = self.map.shape
        cell = max(min(room / rows, self.width() / 2 / cols, 40.0), 1.0)
        cell = float(int(cell)) if cell > 8 else cell
        self.map.set_cell(cell)
        self.map.setGeometry(0, title, round(cols * cell), round(rows * cell))
        x = self.map.width() + theme.size(32)
        self.heading.place(QPoint(0, 0), x)
        self.words.setGeometry(x, title, min(self.width() - x, theme.size(380)), room)
        self._place_link()

    def _place_link(self) -> None:
        x = self.words.x()
        y = self.words.y() + self.words.heightForWidth(max(self.words.width(), 50)) + 12
        self.link.setGeometry(x, y, self.link.sizeHint().width(), theme.size(22))
        self.link.raise_()

    def name_parts(self) -> None:
        """For people who hear them."""
        self.map.setAccessibleName(tr("Input map"))
