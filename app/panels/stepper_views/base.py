"""What all views of the stepper share: the scene they show, and the label over a grid."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.frames import array_of
from app.model.results import SILENT, Results
from app.model.timeline import Playhead, came_back, exists, is_input, origin, shape_of
from app.panels.stepper_views.linked import Linked, light_up, output_of, term_at
from app.panels.stepper_views.output import OutputMap
from app.widgets.labels import Label
from cnncore.network import INPUT, Node
from cnncore.op import Shape
from cnncore.shapes import windows_over
from cnncore.trace import Trace

BESIDE = 7  # px between name and purpose
SPARE = 3  # px: a label as wide as its text cuts the last letter where type is hinted
WINDOW = (N_("rows {top}–{bottom}, columns {left}–{right}"), N_("rows {top}–{bottom} · cols {left}–{right}"),
          N_("{top}–{bottom} × {left}–{right}"))  # where a window lies, each shorter than the one before


@dataclass(frozen=True, eq=False)
class Scene:
    """One cell and how it is made.

    Args:
        results: Of the network of now.
        node: Whose number it is; of the loss, a stand-in that reads the scores.
        head: The number; its term, if any, is the cursor.
        trace: Of the cell.
        known: Cells of the map that the playhead has passed, its own included.
        slide: How the window goes to its new place: ``ease`` or ``even``; "" at once.
    """

    results: Results
    node: Node
    head: Playhead
    trace: Trace
    known: int
    slide: str = ""

    @property
    def source(self) -> str:
        """Name of the node's first input."""
        return self.node.inputs[0]

    @property
    def source_shape(self) -> Shape:
        """(C, *S) of it."""
        return self.results.network.shapes[self.source]

    @property
    def pads(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Padding (before, after) of the source's rows and of its columns."""
        found = [(axis.padding, axis.after) for axis in windows_over(self.node.op, self.source_shape[1:])]
        down, across = [(0, 0), (0, 0), *found][-2:] if len(found) != 1 else [(0, 0), *found]
        return down, across

    @property
    def dropped(self) -> tuple[int, int]:
        """Rows at the end and columns at the end of the source that no window reaches."""
        found = [axis.dropped for axis in windows_over(self.node.op, self.source_shape[1:])]
        down, across = [0, 0, *found][-2:]
        return down, across

    def dropped_words(self) -> str:
        """The same in words; nothing where there are none."""
        down, across = self.dropped
        rows = {0: "", 1: tr("1 row at the bottom reaches no window")}
        columns = {0: "", 1: tr("1 column at the right reaches no window")}
        said = (rows.get(down, tr("{rows} rows at the bottom reach no window", rows=down)),
                columns.get(across, tr("{columns} columns at the right reach no window", columns=across)))
        what = " · ".join(filter(None, said))
        return tr("Struck through: {what}", what=what) if what else ""

    @property
    def muted(self) -> bool:
        """True while the cell's map is held at zero."""
        return (self.node.name, self.head.map) in self.results.document.muted

    @property
    def shape(self) -> Shape:
        """Of the array that the number is one of."""
        return shape_of(self.results.network, self.head) or ()

    def plane(self, node: str, index: tuple[int, ...]) -> NDArray[np.floating]:
        """(rows, columns) of a node's values: one map, in 3-D one slice of it; a sound is one row.

        Beside the stack of slices there is padding: nothing but zeros.
        """
        values = self.results.values(node)
        if all(0 <= i < n for i, n in zip(index, values.shape, strict=False)):
            return flat_plane(values[index])
        return np.zeros_like(flat_plane(values[(0,) * len(index)]))

    def array(self, source: str) -> NDArray[np.floating]:
        """What the cells of an operand lie in: forward values, what came back (``"grad"``), or a parameter."""
        if source == "grad":
            return self.results.gradients.outputs[self.node.name][0]
        if source == "output":
            return self.results.values(self.node.name)
        if is_input(source):
            return self.results.values(self.node.inputs[int(source[5:])])
        return self.results.document.effective[f"{self.node.name}.{source}"]

    def head_of(self, source: str, index: tuple[int, ...]) -> Playhead | None:
        """The playhead at a cell of an operand; None for weights, which are edited, not visited."""
        network, index = self.results.network, tuple(int(i) for i in index)
        if source == "grad":
            return came_back(network, self.node.name, index)
        if source == "output":
            return Playhead(self.node.name, index)
        return origin(network, self.node.inputs[int(source[5:])], index) if is_input(source) else None

    def own_plane(self) -> NDArray[np.floating]:
        """The map of the number, in 3-D the slice it lies in."""
        index = self.head.index
        return flat_plane(array_of(self.results, self.head)[index[:-2] if len(index) > 2 else index[:1]])

    def own_spot(self) -> tuple[int, int]:
        """(row, column) of the number in `own_plane`."""
        cell = self.head.cell
        return (cell[-2], cell[-1]) if len(cell) > 1 else (0, cell[0]) if cell else (0, 0)

    def own_known(self) -> int:
        """`known`, counted within `own_plane`."""
        rows, cols = self.own_plane().shape
        before = 0
        for size, k in zip(self.shape[1:-2], self.head.cell[:-2], strict=False):
            before = before * size + k
        return max(0, min(self.known - before * rows * cols, rows * cols))

    def head_at(self, row: int, col: int) -> Playhead:
        """The playhead on another cell of `own_plane`."""
        cell = self.head.cell
        spot = (*cell[:-2], row, col) if len(cell) > 1 else (col,)
        return dataclasses.replace(self.head, index=(self.head.map, *spot), term=None)


def flat_plane(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Two axes of whatever there is: the first slice of more, one row of less."""
    return values if values.ndim == 2 else values.reshape(1, -1) if values.ndim < 2 else values[0]


class View(QWidget):
    """Shows scenes of one kind. It is built once; a scene of another layer only reshapes it."""

    term_hovered = Signal(object)  # index of a term | None
    pixels = False  # it shows cells of an input, which can be numbers, squares, or at true size

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.scene: Scene | None = None
        self.signs: list[tuple[QRectF, str]] = []  # between the parts
        self._lit = self._led = False  # something lights up; the cursor follows a pointer that is elsewhere
        desk.ranges.changed.connect(self._again)
        desk.touch.moved.connect(self._touched)

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """False for a trace of the right kind whose terms lie as this view cannot show."""
        return True

    def show_scene(self, scene: Scene) -> None:
        """Bring everything up to date."""
        raise NotImplementedError

    def show_cursor(self, term: int | None) -> None:
        """A term is under the pointer, in the formula or in another view."""

    def linked(self) -> list[Linked]:
        """The maps that light up with the pointer."""
        output = getattr(self, "output", None)
        return output_of(self.scene, output.map) if isinstance(output, OutputMap) and self.scene is not None else []

    def show_touch(self) -> None:
        """What the number under the pointer touches lights up, and where it is a factor its term has the cursor."""
        on = self.desk.touch.on
        if self.scene is None or not (on or self._lit):
            return
        self._lit = on
        light_up(self, self.linked())
        term = term_at(self.scene, self.desk.touch) if on else None
        if term is not None or self._led:
            self._led = term is not None
            self.show_cursor(term)
            self.term_hovered.emit(term)

    @SILENT
    def _touched(self) -> None:
        if self.isVisible():
            self.show_touch()

    def _again(self) -> None:
        if self.isVisible():
            self._anew()

    @SILENT
    def _anew(self) -> None:
        if self.scene is not None:
            self.show_scene(self.scene)

    # --- what a person does on cells

    def role(self, node: str) -> str:
        """How a node's values are coloured."""
        return "picture" if node == INPUT and self.desk.session.view.typed is None else "signed"

    def hover_cell(self, node: str, index: tuple[int, ...] | None) -> None:
        """Tell all others what is under the pointer."""
        self.hover_head(None if index is None else self._at(node, index))

    def hover_head(self, head: Playhead | None) -> None:
        """The same for a number of any pass."""
        self.desk.session.hover(head)

    def hover_aside(self, source: str, lead: tuple[int, ...], cell: tuple[int, int]) -> None:
        """A cell of a plane of an operand's source is under the pointer, outside of the window's own cells."""
        self.show_cursor(None)
        self.term_hovered.emit(None)
        self.hover_head(self.aside(source, lead, cell))

    def go_aside(self, source: str, lead: tuple[int, ...], cell: tuple[int, int]) -> None:
        """Go to such a cell."""
        head = self.aside(source, lead, cell)
        if head is not None:
            self.select_head(head)

    def aside(self, source: str, lead: tuple[int, ...], cell: tuple[int, int]) -> Playhead | None:
        """Where the number of such a cell is made."""
        if self.scene is None:
            return None
        rank = self.scene.array(source).ndim - len(lead)
        head = self.scene.head_of(source, (*lead, *cell[2 - rank:]))
        return head if head is not None and exists(self.scene.results.network, head) else None

    def weigh(self, term: int | None) -> None:
        """The weight of a term is under the pointer, or none."""
        own = None if term is None or self.scene is None else self.scene.trace.operands[1]
        if own is None or self.scene is None or term is None:
            self.desk.touch.weigh()
        else:
            self.desk.touch.weigh(self.scene.node.name, own.source, tuple(own.cells[term]))

    def select_cell(self, node: str, index: tuple[int, ...]) -> None:
        """Go to another cell."""
        head = self._at(node, index)
        if head is not None:
            self.select_head(head)

    def _at(self, node: str, index: tuple[int, ...]) -> Playhead | None:
        """None on padding beside the stack of slices."""
        head = Playhead(node, tuple(int(i) for i in index))
        return head if exists(self.desk.session.view.network, head) else None

    def select_head(self, head: Playhead) -> None:
        """Go to a number of any pass."""
        self.desk.player.pause()
        self.desk.attempt(self.desk.session.select, head)

    def select_term(self, term: int) -> None:
        """Stand on one term of the cell."""
        if self.scene is not None:
            self.desk.player.pause()
            self.desk.session.select(dataclasses.replace(self.scene.head, term=term))

    def name_parts(self) -> None:
        """Tell what the parts are called, in the language of now, to people who hear them."""

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.name_parts()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and self.scene is not None:
            self.name_parts()
            if self.scene.results.network is self.desk.session.view.network:  # else another comes before it is seen
                self._anew()
            self.arrange()

    @SILENT
    def resizeEvent(self, event: object) -> None:
        self.arrange()

    def arrange(self) -> None:
        """Put the parts where they belong; views with Qt layouts need not."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.signs:
            painter = QPainter(self)
            painter.setFont(theme.font(17))
            painter.setPen(theme.color("soft"))
            for place, sign in self.signs:
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, sign)


class Heading:
    """Name and purpose over a grid: two labels that are placed by hand. Where both do not fit, a shorter wording of the
    purpose stands there, or what comes before its first comma; the tooltip has it all."""

    def __init__(self, name: str, parent: QWidget) -> None:
        self.name = Label(name, "title", parent=parent)
        self.what = Label("", "secondary", parent=parent)
        self._full, self._shorter, self._room = "", ("",), 0
        self._at: tuple[QPoint, int] | None = None

    def set_what(self, text: str, *shorter: str, **facts: object) -> None:
        """What stands beside the name: an English key with its facts, or a ready text; then shorter wordings of it."""
        full = tr(text, **facts) if text else ""
        if full != self._full:
            self._full = full
            self._shorter = tuple(tr(one, **facts) for one in shorter) or (
                "" if "[" in full else re.split("[,，]", full)[0],)  # a cell is named whole or not at all
            self.what.setToolTip(full)
            self._fit()

    def set_window(self, first: tuple[int, int], last: tuple[int, int], row: bool) -> None:
        """Where a window lies: (row, column) of its first and last cell; in a ``row`` there are columns only."""
        (top, left), (bottom, right) = (tuple(map(numbers.count, spot)) for spot in (first, last))
        if row:
            text = N_("cells {first} to {last}") if first[1] < 0 else N_("cells {first}–{last}")
            self.set_what(text, first=left.replace("-", numbers.MINUS), last=right)
        else:
            self.set_what(*WINDOW, top=top, bottom=bottom, left=left, right=right)

    def set_name(self, text: str) -> None:
        """Another name, an English key; it takes the room that it needs."""
        before = self.name.text()
        self.name.set_text(text)
        if self.name.text() != before and self._at is not None:
            self.place(*self._at)

    @property
    def text(self) -> str:
        """The whole purpose."""
        return self._full

    def want(self) -> int:
        """Width of both."""
        return self.name.sizeHint().width() + theme.size(BESIDE) + self._wide(self._full)

    def place(self, at: QPoint, width: int) -> None:
        """Into one line; the secondary text gives way."""
        self._at = at, width
        height = theme.size(18)
        own = min(self.name.sizeHint().width(), width)
        self._room = max(width - own - theme.size(BESIDE), 0)
        self.name.setGeometry(QRect(at.x(), at.y(), own, height))
        self.what.setGeometry(QRect(at.x() + own + theme.size(BESIDE), at.y(), self._room, height))
        self.what.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._fit()

    def _wide(self, text: str) -> int:
        return self.what.fontMetrics().horizontalAdvance(text) + SPARE if text else 0

    def _fit(self) -> None:
        """The longest wording that has room."""
        wordings = (self._full, *self._shorter)
        fitting = next((text for text in wordings if self._wide(text) <= self._room), "")
        self.what.set_text(fitting if self._room else self._full)
