"""Cell by cell: the maps whose numbers at one place are multiplied, added or compared, and the map of the result."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtWidgets import QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.frames import array_of
from app.model.timeline import Playhead, is_input
from app.panels.stepper_views.base import Heading, Scene, View
from app.panels.stepper_views.drawn import DrawnPart
from app.panels.stepper_views.linked import Linked
from app.panels.stepper_views.output import LEGEND, OutputMap
from app.panels.stepper_views.places import MOST, Part, fields, parts_of
from app.panels.stepper_views.placing import beside, lead_of_plane, placed
from app.widgets.heat_map import HeatMap
from app.widgets.labels import Label
from app.widgets.plane_grid import PlaneGrid

TITLE, LINE = 20, 18
SIGN = 30  # px between the parts
CHIP, LONE = 36, 112  # px of a number without a map, and of its column
LARGEST, VALUE, UNDER, BLOCK = 40, 88, 150, 128


class Slot:
    """What one part is shown with."""

    def __init__(self, view: CellsView, k: int) -> None:
        self.heading = Heading("", view)
        self.map, self.chip = HeatMap("", view), PlaneGrid(view)
        self.map.setObjectName(f"cells_map{k}")
        self.chip.setObjectName(f"cells_chip{k}")
        self.chip.set_shape(1, 1)
        self.chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.value, self.under = Label("", "text", mono=True, parent=view), Label("", "secondary", parent=view)
        self.under.setWordWrap(True)
        self.value.setObjectName(f"cells_value{k}")
        self.under.setObjectName(f"cells_under{k}")
        self.under.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.part: Part | None = None
        self.map.hovered.connect(lambda spot: view.hover_part(k, spot))
        self.map.clicked.connect(lambda row, col: view.go_part(k, row, col))
        self.map.moved.connect(lambda row, col: view.go_part(k, row, col))

    def widgets(self) -> Iterator[QWidget]:
        """All of it."""
        yield from (self.heading.name, self.heading.what, self.map, self.chip, self.value, self.under)

    def show(self, part: Part | None, bound: float, role: str) -> None:
        """A part, or nothing."""
        self.part = part
        for widget in self.widgets():
            widget.setVisible(part is not None)
        if part is None:
            return
        self.map.setVisible(part.plane is not None)
        self.chip.setVisible(part.plane is None)
        self.heading.name.set_text(part.name)
        self.heading.set_what(part.what)
        self.map.setAccessibleName(f"{tr(part.name)} {part.what}")
        if part.plane is not None:
            self.map.set_values(part.plane, bound, role)
            self.map.set_gradient(part.gradient)
            self.map.set_ring(*((None, None) if part.second or part.spot is None else part.spot))
            self.map.set_second(part.spot if part.second else part.also)
        else:
            self.chip.set_plane(np.array([[part.value]], float), max(abs(part.value or 0.0), 1.0))
        self.value.setText(self._said(part))
        self.under.setText(part.under)

    @staticmethod
    def _said(part: Part) -> str:
        """The number; nothing where the cell itself has all of its digits, or where no cell is meant."""
        if part.value is None or (part.plane is None and part.value == round(part.value, 2)):
            return ""
        return numbers.gradient(part.value) if part.gradient else numbers.figure(part.value)

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of its map; of a lone number 1 and 1."""
        return self.map.shape if self.part is not None and self.part.plane is not None else (1, 1)

    def place(self, x: int, y: int, cell: float, width: int) -> int:
        """From a corner on; the number under it. How wide it is."""
        chip = theme.size(CHIP)
        if self.part is not None and self.part.plane is not None:
            rows, cols = self.map.shape
            self.map.set_cell(cell)
            self.map.setGeometry(x, y, int(cols * cell + 1e-6), int(rows * cell + 1e-6))
            wide, high = self.map.width(), self.map.height()
        else:
            self.chip.set_cell(chip)
            self.chip.move(x, y)
            wide, high = self.chip.width(), self.chip.height()
        line = theme.size(LINE)
        self.value.setGeometry(x, y + high + 3, width, line)
        self.under.setGeometry(x, y + high + 3 + (line if self.value.text() else 0), width, 2 * line)
        return wide


class CellsView(View):
    """Map × (or +) map × number = → map. Of what is drawn anew in training, also what training would do."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.slots = [Slot(self, k) for k in range(MOST + 2)]
        self.output, self.last = OutputMap(self), Heading("", self)
        self.output.map.setObjectName("cells_output")
        self.drawn = DrawnPart(self)
        self.parts: list[Part] = []
        self._shape: tuple[object, ...] = ()
        self.output.map.hovered.connect(lambda spot: self.hover_head(None if spot is None else self._other(*spot)))
        for signal in (self.output.map.clicked, self.output.map.moved):
            signal.connect(self._go)

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """Few parts, each at a place that is known."""
        return bool(scene.shape) and (scene.head.lane in ("forward", "backward")) and parts_of(scene) is not None

    # --- showing

    def show_scene(self, scene: Scene) -> None:
        """The parts of one number."""
        self.scene = scene
        self.parts = parts_of(scene) or []
        for k, slot in enumerate(self.slots):
            part = self.parts[k] if k < len(self.parts) else None
            slot.show(part, *(self._range(scene, part) if part is not None else (1.0, "signed")))
            term = scene.head.term
            slot.value.setEnabled(part is None or part.term is None or term is None or part.term <= term)
        self._show_output(scene)
        self.drawn.show_scene(scene)
        shape = (scene.head.stretch, [(p.sign, s.size) for p, s in zip(self.parts, self.slots, strict=False)],
                 self.drawn.shown, scene.own_plane().shape, [slot.heading.want() for slot in self.slots])
        if shape != self._shape:
            self._shape = shape
            self.arrange()
        self.show_cursor(scene.head.term)

    def _range(self, scene: Scene, part: Part) -> tuple[float, str]:
        ranges = self.desk.ranges
        if part.source == "grad":
            return float(ranges.gradient_bounds(scene.results, scene.node.name).max(initial=0.0)) or 1.0, "signed"
        if is_input(part.source):
            node = scene.node.inputs[int(part.source[5:])]
            return ranges.bound(scene.results, node, part.index[0]), self.role(node)
        peak = float(np.abs(part.plane).max(initial=0.0)) if part.plane is not None else 0.0
        return peak or 1.0, "signed"

    def _show_output(self, scene: Scene) -> None:
        values, index = array_of(scene.results, scene.head), scene.head.index
        plane, spot = placed(values, index)
        back = scene.head.lane == "backward"
        self.output.map.set_values(plane, self.desk.ranges.bound_at(scene.results, scene.head))
        self.output.map.set_gradient(back)
        self.output.set_known(scene.known if values.ndim == 1 else scene.own_known())
        self.output.map.set_ring(*spot)
        size = tr("{units} units", units=numbers.count(values.size)) if values.ndim == 1 \
            else " × ".join(map(str, plane.shape))
        if back and is_input(scene.head.target):
            self.last.name.setText(f"∂L/∂{scene.node.inputs[int(scene.head.target[5:])]}")
        elif back:
            self.last.name.setText(f"∂L/∂{scene.head.target}")
        else:
            self.last.name.set_text(N_("Output"))
        if back and values.ndim == 1 and not is_input(scene.head.target):
            size = str(values.size)
        self.last.set_what(f"{index[0]} · {size}" if back and values.ndim > 1 else size, size)

    # --- places

    def arrange(self) -> None:
        """Side by side; rows of numbers (a sound) under one another."""
        if self.scene is None or self.width() < 50 or not self.parts:
            return
        shown = self.slots[:len(self.parts)]
        rows = all(slot.size[0] == 1 for slot in shown)
        wide = max(slot.size[1] for slot in shown) > 4 and len(shown) < 4 + (self.output.map.shape[0] > 1)
        (self._arrange_lines if rows and wide else self._arrange_columns)(shown)
        self.update()

    def _arrange_columns(self, shown: list[Slot]) -> None:
        title, line, sign = theme.size(TITLE), theme.size(LINE), theme.size(SIGN)
        room = self.height() - title - 3 * line
        maps = [slot for slot in shown if slot.part is not None and slot.part.plane is not None]
        lone = theme.size(LONE) * (len(shown) - len(maps))
        aside = self.drawn.want(self.height() - title) if self.drawn.shown else 0
        columns = len(maps) + 1
        each = (self.width() - lone - sign * len(shown) - aside) / columns
        most = (slot.size for slot in maps)
        limits = [min(room / r, each / c) for r, c in (*most, self.output.map.shape)]
        cell = min(*limits, float(LARGEST))
        cell = float(int(cell)) if cell > 8 else max(cell, 1.0)
        out_wide = self.output.fit(int(max(each, 40)), int(room + theme.size(LEGEND)))
        high = max(*(slot.size[0] * cell for slot in maps), self.output.map.height(), theme.size(CHIP))
        middle = title + high / 2
        widths = [max(slot.size[1] * cell, min(slot.heading.want(), each)) if slot in maps else theme.size(LONE)
                  for slot in shown]
        last = max(out_wide, self.last.want(), self.output.want())
        spare = max(self.width() - sum(widths) - last - aside, sign * len(shown))
        air = spare / max(len(shown), 1)
        x, self.signs = 0.0, []
        for slot, width in zip(shown, widths, strict=True):
            if slot is not shown[0]:
                assert slot.part is not None
                self.signs.append((QRectF(x - air, middle - 15, air, 30), slot.part.sign))
            own = slot.size[0] * cell if slot in maps else theme.size(CHIP)
            slot.place(round(x), round(middle - own / 2), cell, round(width + air - 8))
            slot.heading.place(QPoint(round(x), 0), round(width + air - 8))
            x += width + air
        self.signs.append((QRectF(x - air, middle - 15, air, 30), "→"))
        end = self.width() - aside
        self.output.setGeometry(round(x), round(middle - self.output.map.height() / 2), round(max(end - x, out_wide)),
                                round(self.height() - middle + self.output.map.height() / 2))
        self.last.place(QPoint(round(x), 0), round(max(end - x - 8, out_wide)))
        if self.drawn.shown:
            self.drawn.place(round(end), aside)

    def _arrange_lines(self, shown: list[Slot]) -> None:
        title, sign = theme.size(TITLE), theme.size(SIGN)
        aside = self.drawn.want(self.height() - title) if self.drawn.shown else 0
        block = self.output.map.shape[0] > 1  # weights in a block stand at the right, a row in the last line
        if block:
            aside = max(self.output.fit(theme.size(BLOCK), self.height() - title), self.output.want()) + sign
        each = (self.height() - (0 if block else theme.size(LEGEND))) / (len(shown) + (not block))
        told = any(slot.under.text() for slot in shown if slot.part is not None and slot.part.plane is not None)
        width = self.width() - 2 * sign - theme.size(VALUE) - (theme.size(UNDER) if told else 0) - aside
        cols = max(*(slot.size[1] for slot in shown), 1 if block else self.output.map.shape[1])
        cell = max(min(width / cols, each - title - 2, float(LARGEST)), 1.0)
        y, self.signs = 0.0, []
        for slot in shown:
            self._place_line(slot, y, each, cell, self.width() - sign - aside)
            y += each
        if block:
            left = self.width() - aside + sign
            self.signs.append((QRectF(left - 2 * sign, self.height() / 2 - 15, 2 * sign, 30), "→"))
            self.last.place(QPoint(left, 0), aside - sign)
            self.output.setGeometry(left, title, aside - sign, self.height() - title)
            return
        self.signs.append((QRectF(0, y + title, sign, max(each - title, 20)), "→"))
        self.last.place(QPoint(sign, round(y)), round(self.width() - sign - aside))
        self.output.map.set_cell(cell)
        size = self.output.map.sizeHint()
        self.output.map.setGeometry(0, 0, size.width(), size.height())
        top = round(y + title)
        self.output.setGeometry(sign, top, self.width() - sign - aside, self.height() - top)
        if self.drawn.shown:
            self.drawn.place(self.width() - aside, aside)

    def _place_line(self, slot: Slot, y: float, each: float, cell: float, width: int) -> None:
        """One row of numbers, with the number and what is said of it behind."""
        title, line, sign = theme.size(TITLE), theme.size(LINE), theme.size(SIGN)
        assert slot.part is not None
        if slot.part.sign:
            self.signs.append((QRectF(0, y + title, sign, max(each - title, 20)), slot.part.sign))
        slot.heading.place(QPoint(sign, round(y)), width)
        if slot.part.plane is None:
            slot.chip.set_cell(int(max(min(each - title - 2, theme.size(CHIP)), 8)))
            slot.chip.move(sign, round(y + title))
            end, own = sign + slot.chip.width(), slot.chip.height()
        else:
            end, own = sign + slot.place(sign, round(y + title), cell, 10), slot.map.height()
        top, value = round(y + title + own / 2 - line / 2), theme.size(VALUE) if slot.value.text() else 0
        slot.value.setGeometry(end + 10, top, value, line)
        slot.under.setGeometry(end + 10 + value, top, theme.size(UNDER), line)

    # --- hands

    def show_cursor(self, term: int | None) -> None:
        """Mark the parts of a term."""
        for slot in self.slots:
            if slot.part is not None and slot.part.plane is not None:
                own = term is not None and slot.part.term == term
                slot.map.set_hover(*(slot.part.spot if own and slot.part.spot is not None else (None, None)))

    def linked(self) -> list[Linked]:
        """The result's map and those of the parts."""
        if self.scene is None:
            return []
        node, out = self.scene.node, super().linked()
        for slot in self.slots:
            part = slot.part
            if part is not None and part.plane is not None and (part.source == "grad" or is_input(part.source)):
                name = node.name if part.source == "grad" else node.inputs[int(part.source[5:])]
                out.append(Linked(slot.map, name, lead_of_plane(part.index)))
        return out

    def hover_part(self, k: int, spot: tuple[int, int] | None) -> None:
        """The pointer is on a cell of a part's map."""
        part = self.slots[k].part
        if part is None or self.scene is None:
            return
        self.term_hovered.emit(part.term if spot is not None and spot == part.spot else None)
        index = None if spot is None else self._index(part, *spot)
        self.hover_head(None if index is None else self._made(part, index))

    def go_part(self, k: int, row: int, col: int) -> None:
        """To the cell of a part's map."""
        part = self.slots[k].part
        if part is None or self.scene is None:
            return
        index = self._index(part, row, col)
        head = None if index is None else self._made(part, index)
        if head is not None:
            self.select_head(head)

    def _index(self, part: Part, row: int, col: int) -> tuple[int, ...] | None:
        assert self.scene is not None
        return beside(self.scene.array(part.source).shape, part.index, row, col) if part.source else None

    def _made(self, part: Part, index: tuple[int, ...]) -> Playhead | None:
        assert self.scene is not None
        if part.source == "grad" or is_input(part.source):
            return self.scene.head_of(part.source, index)
        return None

    def _other(self, row: int, col: int) -> Playhead | None:
        assert self.scene is not None
        index = beside(self.scene.shape, self.scene.head.index, row, col)
        return None if index is None else dataclasses.replace(self.scene.head, index=index, term=None)

    def _go(self, row: int, col: int) -> None:
        head = self._other(row, col)
        if head is not None:
            self.select_head(head)

    def name_parts(self) -> None:
        """For people who hear them."""
        self.output.map.setAccessibleName(tr("The map of this number"))
        self.drawn.name_parts()


class FieldsView(CellsView):
    """What a weight learns from a whole map, where more than what went in decides about it."""

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """What came back, what went in, and a factor that was made on the way."""
        return scene.head.lane == "backward" and len(scene.trace.operands) > 2 and fields(scene) is not None
