"""A number that only moves (flatten, concatenate, pad), and a number that nobody computed (the input)."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.frames import array_of
from app.model.results import Results
from app.model.timeline import Playhead, is_input, shown_at, stretch_of
from app.panels.stepper_views.base import Heading, Scene, View, flat_plane
from app.panels.stepper_views.channels import ChannelStrip
from app.panels.stepper_views.copy_words import SAME, channel_in_all, how_moved, joined
from app.panels.stepper_views.linked import Linked
from app.panels.stepper_views.output import LEGEND, OutputMap
from app.panels.stepper_views.placing import beside, lead_of_plane, placed
from app.panels.stepper_views.terms import cell_name
from app.widgets.buttons import link_button
from app.widgets.heat_map import HeatMap
from app.widgets.labels import Label
from cnncore.network import INPUT
from cnncore.shapes import reached_region

TITLE, AIR, LARGEST = 20, 36, 40
WORDS = 300  # px


class CopyView(View):
    """The map that the number comes from, and the map that it stands in now, with its cell in both."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.map = HeatMap("", self)
        self.map.setObjectName("input_map")
        self.output, self.last = OutputMap(self), Heading(N_("Output"), self)
        self.output.map.setObjectName("copy_output")
        self.strip = ChannelStrip(self)
        self.heading = Heading(N_("Input"), self)
        self.words = Label("", "text", parent=self)
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setObjectName("copy_words")
        self.link: QPushButton = link_button("")
        self.link.setParent(self)
        self.link.setObjectName("copy_link")
        self._to: Playhead | None = None
        self._shape: tuple[object, ...] = ()
        self.link.clicked.connect(self._follow)
        self.map.hovered.connect(self._hover)
        self.map.clicked.connect(self._click)
        self.map.moved.connect(self._click)
        self.output.map.hovered.connect(lambda spot: self.hover_head(None if spot is None else self._other(*spot)))
        for signal in (self.output.map.clicked, self.output.map.moved):
            signal.connect(self._go)
        self.strip.chosen.connect(self._channel)
        self._from: Playhead = Playhead(INPUT, (0, 0, 0))

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """The cell of one input, or of what came back to it; or padding, which is no cell."""
        operands = scene.trace.operands
        one = operands[0] if len(operands) == 1 else None
        if one is None or not one.cells.shape[1] or one.values.size != 1:
            return False
        return scene.trace.kind == "copy" or (one.source == "grad" and is_input(scene.head.target))

    def show_scene(self, scene: Scene) -> None:
        """A number that was moved."""
        self.scene = scene
        one = scene.trace.operands[0]
        cell, inside = tuple(int(i) for i in one.cells[0]), bool(one.inside[0])
        back, results = one.source == "grad", scene.results
        node = scene.node.inputs[int(one.source[5:])] if is_input(one.source) else scene.node.name
        own = shown_at(results.network, scene.head) if back else None
        name = scene.head.name if own is None else f"∂L/∂{cell_name(*own)}"
        array = scene.array(one.source)
        self._show_map(results, Playhead(node, cell if inside else (0,) * len(cell)), array if back else None, inside)
        self._show_output(scene, back)
        self._show_strip(scene, back)
        if inside:
            source = f"∂L/∂{cell_name(node, cell)}" if back else cell_name(node, cell)
            same = cell == scene.head.index
            said = how_moved(scene, array.shape, cell, scene.shape, scene.head.index)
            self.words.setText(" ".join(filter(None, [tr(SAME[same], to=name, source=source), said])))
            to = scene.head_of(one.source, cell) if back else Playhead(node, cell)
            self._link(N_("Go to {cell}"), to, source)
        else:
            self.words.set_text(N_("{cell} was cut off: it has no effect, and nothing comes back.") if back else N_(
                "{cell} is padding: no number of the input, the layer sets it to {value}."), cell=name,
                value=numbers.figure(scene.trace.total))
            self._link("", None)
        now = (self.map.shape, self.output.map.shape, self.strip.isHidden(), scene.head.stretch)
        if now != self._shape:
            self._shape = now
            self.arrange()
        self._place_link()

    def _show_output(self, scene: Scene, back: bool) -> None:
        values, index = array_of(scene.results, scene.head), scene.head.index
        plane, spot = spread(values, index)
        self.output.map.set_values(plane, self.desk.ranges.bound_at(scene.results, scene.head))
        self.output.map.set_gradient(back)
        self.map.set_gradient(back)
        before = scene.head.map * values.shape[-1] if values.ndim == 2 else 0
        stepped = stretch_of(scene.results.network, scene.head) is not None  # else it is all there at once
        known = before + scene.known if values.ndim < 3 else scene.own_known()
        self.output.set_known(known if stepped else plane.size)
        self.output.map.set_ring(*spot)
        self.output.setVisible(True)
        size = tr("{units} units", units=numbers.count(values.size)) if values.ndim == 1 \
            else " × ".join(map(str, plane.shape))
        to = scene.node.inputs[int(scene.head.target[5:])] if is_input(scene.head.target) else scene.node.name
        self.last.name.set_text(N_("Goes back") if back else N_("Output"))
        self.last.set_what(f"{'∂L/∂' if back else ''}{to} · {size}", size)
        for label in (self.last.name, self.last.what):
            label.setVisible(True)

    def _show_strip(self, scene: Scene, back: bool) -> None:
        """Where several layers stand one behind the other: all their channels."""
        behind = joined(scene)
        if bool(behind) == self.strip.isHidden():
            self.strip.setVisible(bool(behind))
        if not behind:
            return
        ranges, results = self.desk.ranges, scene.results
        whole = scene.array("grad" if back else "output")
        bound = float(ranges.gradient_bounds(results, scene.node.name).max(initial=0.0)) or 1.0
        groups, start = [], 0
        for name, n in behind:
            maps = np.stack([flat_plane(one) for one in whole[start:start + n]])
            groups.append((f"∂L/∂{name}" if back else name, maps, bound if back else ranges.bound(results, name)))
            start += n
        self.strip.set_groups(groups, channel_in_all(scene))

    def show_input(self, results: Results, head: Playhead) -> None:
        """A pixel of the input."""
        self.scene = None
        self._show_map(results, head)
        self.map.set_gradient(False)
        for part in (self.output, self.last.name, self.last.what, self.strip):
            part.setVisible(False)
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
        if self._shape != (self.map.shape, head.node):
            self._shape = (self.map.shape, head.node)
            self.arrange()

    @property
    def _source(self) -> str:
        return self.scene.trace.operands[0].source if self.scene is not None else "output"

    def _show_map(self, results: Results, head: Playhead, gradients: NDArray[np.floating] | None = None,
                  ring: bool = True) -> None:
        self._from = head
        plane, spot = spread(results.values(head.node) if gradients is None else gradients, head.index)
        bound = self.desk.ranges.bound(results, head.node, head.map) if gradients is None \
            else float(self.desk.ranges.gradient_bounds(results, head.node).max(initial=0.0)) or 1.0
        self.map.set_values(plane, bound, self.role(head.node) if gradients is None else "signed")
        self.map.set_ring(*(spot if ring else (None, None)))
        self.heading.name.set_text(N_("Input") if gradients is None else N_("Came back"))
        name = head.node if gradients is None else f"∂L/∂{head.node}"
        self.heading.set_what(f"{name} · {plane.shape[0]} × {plane.shape[1]}")

    def _link(self, text: str, to: Playhead | None, cell: str = "", **facts: object) -> None:
        self._to = to
        self.link.setVisible(to is not None and not self.desk.still)
        if to is not None:
            self.link.set_text(text, cell=cell or to.name, **facts)  # type: ignore[attr-defined]
            self._place_link()

    def _follow(self) -> None:
        if self._to is not None:
            self.select_head(self._to)

    def linked(self) -> list[Linked]:
        """Both maps; of sounds all channels stand in them."""
        if self.scene is None:
            return [Linked(self.map, self._from.node, lead_of_plane(self._from.index))]
        own = shown_at(self.scene.results.network, self.scene.head)
        places = [(self.map, (self._from.node, self._from.index)), *([(self.output.map, own)] if own else [])]
        return [Linked(map_, node, () if len(index) == 2 else lead_of_plane(index)) for map_, (node, index) in places]

    def _index(self, row: int, col: int) -> tuple[int, ...] | None:
        head = self._from
        shape = self.scene.array(self._source).shape if self.scene is not None else ()
        if len(head.index) > 2:
            return (*head.index[:-2], row, col)
        return (row, col) if len(head.index) == 2 else beside(shape, head.index, row, col)

    def _hover(self, spot: tuple[int, int] | None) -> None:
        self.hover_head(None if spot is None else self._head(*spot))

    def _click(self, row: int, col: int) -> None:
        head = self._head(row, col)
        if head is not None:
            self.select_head(head)

    def _head(self, row: int, col: int) -> Playhead | None:
        index = self._index(row, col)
        if index is None:
            return None
        if self.scene is not None and self._source == "grad":
            return self.scene.head_of("grad", index)
        return Playhead(self._from.node, index)

    def _other(self, row: int, col: int) -> Playhead | None:
        """Another cell of the map that the number stands in now."""
        assert self.scene is not None
        index = self.scene.head.index
        found = (row, col) if len(index) == 2 else beside(self.scene.shape, index, row, col)
        return None if found is None else dataclasses.replace(self.scene.head, index=found, term=None)

    def _go(self, row: int, col: int) -> None:
        head = self._other(row, col)
        if head is not None:
            self.select_head(head)

    def _channel(self, k: int) -> None:
        """The same place in another channel of those that stand one behind the other."""
        if self.scene is None:
            return
        head, start = self.scene.head, 0
        if not is_input(head.target):
            self.select_head(dataclasses.replace(head, index=(k, *head.index[1:]), term=None))
            return
        for source, (_, n) in enumerate(joined(self.scene)):
            if k < start + n:
                self.select_head(dataclasses.replace(head, index=(k - start, *head.index[1:]),
                                                     target=f"input{source}", term=None))
                return
            start += n

    def arrange(self) -> None:
        """Maps left, words right of them."""
        if self.width() < 50:
            return
        title, air, top = theme.size(TITLE), theme.size(AIR), 0
        both = self.scene is not None
        if both and not self.strip.isHidden():
            self.strip.setGeometry(0, 0, self.width(), self.strip.sizeHint().height())
            top = self.strip.height() + 4
        room = self.height() - title - top - (theme.size(LEGEND) if both else 0)
        words = min(theme.size(WORDS), self.width() // 3) if both else self.width() // 2
        each = (self.width() - words - air) / 2 - air if both else self.width() / 2
        sizes = [self.map.shape, self.output.map.shape] if both else [self.map.shape]
        cell = max(min(*(min(room / r, each / c) for r, c in sizes), float(LARGEST)), 1.0)
        cell = float(int(cell)) if cell > 8 else cell
        rows, cols = self.map.shape
        self.map.set_cell(cell)
        self.map.setGeometry(0, top + title, round(cols * cell), round(rows * cell))
        first = max(self.map.width(), min(self.heading.want() + 8, round(each)))
        self.signs, x = [], first + air
        if both:
            self.output.map.set_cell(cell)
            rows, cols = self.output.map.shape
            self.output.map.setGeometry(0, 0, int(cols * cell + 1e-6), int(rows * cell + 1e-6))
            second = max(self.output.map.width(), min(self.last.want() + 8, round(each)), self.output.want())
            self.output.setGeometry(x, top + title, second, self.height() - top - title)
            self.last.place(QPoint(x, top), second)
            middle = top + title + min(self.map.height(), self.output.map.height()) / 2
            self.signs = [(QRectF(first, middle - 15, air, 30), "→")]
            x += second + air
        self.heading.place(QPoint(0, top), first)
        self.words.setGeometry(x, top + title, min(self.width() - x, theme.size(380)), room)
        self._place_link()
        self.update()

    def _place_link(self) -> None:
        x = self.words.x()
        y = self.words.y() + self.words.heightForWidth(max(self.words.width(), 50)) + 12
        self.link.setGeometry(x, y, self.link.sizeHint().width(), theme.size(22))
        self.link.raise_()

    def name_parts(self) -> None:
        """For people who hear them."""
        self.map.setAccessibleName(tr("Input map"))
        self.output.map.setAccessibleName(tr("The map of this number"))
        self.strip.setAccessibleName(tr("Channels, one layer behind the other"))


def spread(values: NDArray[np.floating], index: tuple[int, ...]) -> tuple[NDArray[np.floating], tuple[int, int]]:
    """As `placed`, but of sounds all channels, as rows: what moves may move from one to another."""
    return (values, (index[0], index[1])) if values.ndim == 2 else placed(values, index)
