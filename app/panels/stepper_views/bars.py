"""Sums over a list (dense), and whatever else has no view of its own: the strongest terms as bars that add up."""

from __future__ import annotations

import dataclasses

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QScrollArea, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model.frames import array_of
from app.model.timeline import Playhead, is_input, shown_at
from app.panels.stepper_views.bar_table import BarTable, Row
from app.panels.stepper_views.base import Heading, Scene, View
from app.panels.stepper_views.output import OutputMap
from app.panels.stepper_views.placing import beside, lead_of_plane, placed
from app.panels.stepper_views.terms import cell_name
from app.widgets.formula_trace import factors_of
from app.widgets.scroll import on_card
from cnncore.trace import Trace

MOST, ALL = 12, 2000  # rows: of the strongest, and of all there are
TITLE, OUTPUT, AIR = 18, 128, 28
NARROW = 620  # px; a card less wide has no room for the map beside the bars


class BarsView(View):
    """The strongest terms, all the others (a click shows them), the bias, and what they come to; beside it the map."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.table = BarTable()
        self.scroll = on_card(QScrollArea(self), self.table)
        self.output, self.last = OutputMap(self), Heading("", self)
        self.output.map.setObjectName("bars_output")
        self.table.hovered.connect(self._hover)
        self.table.clicked.connect(self._go)
        self.table.opened.connect(self._open)
        self.output.map.hovered.connect(lambda spot: self.hover_head(None if spot is None else self._other(*spot)))
        for signal in (self.output.map.clicked, self.output.map.moved):
            signal.connect(self._to)
        self._heads: dict[int, Playhead] = {}
        self._opened: tuple[str, str, str] | None = None  # the stretch whose terms are all shown
        self._shape: tuple[object, ...] = ()
        self._values: object = None
        self._lead: tuple[object, ...] = ()

    def show_scene(self, scene: Scene) -> None:
        """Bars of one number."""
        self.scene, trace = scene, scene.trace
        self._show_output(scene)
        self._heads.clear()
        term = scene.head.term
        adds_up = trace.reduce == "sum"
        opened = self._opened == scene.head.stretch
        extra = 3 if adds_up else 1
        count = ALL if opened else min(self.table.room(self.height()) - extra - (term is not None), MOST)
        order = self._order(scene, max(count, 1))
        if adds_up and int(np.count_nonzero(trace.terms)) - np.count_nonzero(trace.terms[order]) == 1:
            left = trace.terms != 0
            left[order] = False
            order = [*order, int(np.flatnonzero(left)[0])]  # in the row that would stand for it
        if term is not None and term not in order:
            order = [*order[:-1], term] if len(order) >= count else [*order, term]
        rows, at = [], 0.0
        for k in order:
            start, value = (at, float(trace.terms[k])) if adds_up else (0.0, float(trace.terms[k]))
            rows.append(Row(self._name(scene, k), self._factors(scene, k), start, start + value, k, "ink"))
            at += value if np.isfinite(value) else 0.0
        rows += self._ends(scene, order, at, opened) if adds_up else []
        total = numbers.figure(trace.total)
        rows.append(Row(tr("total") if adds_up else tr("result"), total, 0.0, trace.total, None, "accent"))
        if term is not None and adds_up and term + 1 < trace.terms.size:
            sofar = float(trace.partial_sums[term])
            name = tr("so far, {k} of {n}", k=term + 1, n=trace.terms.size)
            rows.append(Row(name, numbers.figure(sofar), 0.0, sofar))
        self.table.set_rows(rows, self._titles(scene), term)
        self.table.setMinimumHeight(self.table.want() if opened else 0)

    def _order(self, scene: Scene, count: int) -> list[int]:
        """Which terms are shown, and in which order: the strongest first."""
        trace = scene.trace
        size = np.nan_to_num(np.abs(trace.terms), nan=np.inf)
        adds_up = trace.reduce == "sum"
        return [int(k) for k in np.argsort(-size, kind="stable")[:count] if size[k] != 0 or not adds_up]

    def _titles(self, scene: Scene) -> tuple[str, str, str]:
        """What stands over names, products and bars."""
        trace = scene.trace
        return (tr("from"), factors_of(trace) or tr("term"),
                tr("each bar begins where the one above ends") if trace.reduce == "sum" else "")

    def _ends(self, scene: Scene, order: list[int], at: float, opened: bool) -> list[Row]:
        trace, rows = scene.trace, []
        hidden = int(np.count_nonzero(trace.terms)) - sum(trace.terms[k] != 0 for k in order)
        if hidden > 0:
            rest = float(trace.terms.sum()) - float(trace.terms[order].sum())
            name = tr("the other {n}", n=numbers.count(hidden))
            rows.append(Row(name, numbers.figure(rest), at, at + rest, None, "soft", self._zeros(trace), not opened))
            at += rest
        elif opened:
            rows.append(Row(tr("only the strongest"), "", at, at, None, "soft", self._zeros(trace), True))
        if trace.bias is not None:
            rows.append(Row(tr("bias"), numbers.figure(trace.bias), at, at + trace.bias))
        return rows

    @staticmethod
    def _zeros(trace: Trace) -> str:
        """Terms that are 0 are counted nowhere else."""
        zeros = int(np.count_nonzero(trace.terms == 0))
        return tr("and {n} zeros", n=numbers.count(zeros)) if zeros else ""

    def _name(self, scene: Scene, k: int) -> str:
        """Where the first factor lives; what only came about on the way has no place.

        A term of a sum over several inputs lies in one of them, and on nothing in the others.
        """
        operands = scene.trace.operands
        placed_ = (one for one in operands if one.cells.shape[1] and one.inside[k])
        first = next(placed_, operands[0] if operands else None)
        if first is not None and first.source == "sent":
            return self._sender(scene, k)
        if first is None or first.cells.shape[1] == 0:
            return tr("term {k}", k=k)
        if not first.inside[k]:
            return tr("padding")
        head = scene.head_of(first.source, first.cells[k])
        if head is None:
            return cell_name(f"{scene.node.name}.{first.source}", first.cells[k])
        self._heads[k] = head
        return f"∂L/∂{cell_name(scene.node.name, first.cells[k])}" if first.source == "grad" else head.name

    def _sender(self, scene: Scene, k: int) -> str:
        """Of what several layers send back: the layer, and its input."""
        results, own = scene.results, scene.node.name
        readers = [(reader, source) for reader in results.network.consumers(own)
                   if reader in results.gradients.backwards
                   for source, name in enumerate(results.network.node(reader).inputs) if name == own]
        if k >= len(readers):
            return tr("term {k}", k=k)
        reader, source = readers[k]
        self._heads[k] = Playhead(reader, scene.head.index, None, f"input{source}", "backward")
        return tr("sent by {layer}", layer=reader)

    def _factors(self, scene: Scene, k: int) -> str:
        trace = scene.trace
        if len(trace.operands) < 2 or trace.kind == "sum":
            return numbers.figure(float(trace.terms[k]))
        parts = [numbers.figure(float(o.values[k])) for o in trace.operands]
        product = " · ".join(f"({p})" if p.startswith(numbers.MINUS) and n else p for n, p in enumerate(parts))
        return f"{product} = {numbers.figure(float(trace.terms[k]))}"

    def _show_output(self, scene: Scene) -> None:
        """The number in its map, or among its units."""
        shown = bool(scene.shape) and scene.head.lane in ("forward", "backward") and self.width() >= theme.size(NARROW)
        back = scene.head.lane == "backward"
        for part in (self.output, self.last.name, self.last.what):
            part.setVisible(shown)
        if not shown:
            return
        values = array_of(scene.results, scene.head)
        plane, spot = placed(values, scene.head.index)
        bound = self.desk.ranges.bound_at(scene.results, scene.head)
        lead = (lead_of_plane(scene.head.index) if values.ndim > 1 else (), bound)
        if self._values is not values or self._lead != lead:  # a step moves the ring only
            self._values, self._lead = values, lead
            self.output.map.set_values(plane, bound)
        self.output.map.set_gradient(back)
        self.output.set_known(scene.known if values.ndim == 1 else scene.own_known())
        self.output.map.set_ring(*spot)
        at = shown_at(scene.results.network, scene.head)
        if not back:
            self.last.name.set_text(N_("Output"))
        elif at is not None:
            self.last.name.setText(f"∂L/∂{at[0]}")
        else:
            self.last.name.setText(f"∂L/∂{scene.head.target}")
        units = values.ndim == 1 and (not back or is_input(scene.head.target))
        size = tr("{units} units", units=numbers.count(values.size)) if units else " × ".join(map(str, plane.shape))
        self.last.set_what(size)
        now = (plane.shape, scene.head.stretch)
        if now != self._shape:
            self._shape = now
            self._place()

    # --- hands

    def show_cursor(self, term: int | None) -> None:
        """Mark the row of a term."""
        self.table.set_hover(term)

    def _hover(self, term: int | None) -> None:
        self.term_hovered.emit(term)
        self.hover_head(None if term is None else self._heads.get(term))

    def _go(self, term: int) -> None:
        if term in self._heads:
            self.select_head(self._heads[term])

    def _open(self) -> None:
        """All terms, or the strongest only."""
        if self.scene is not None:
            self._opened = None if self._opened == self.scene.head.stretch else self.scene.head.stretch
            self.show_scene(self.scene)

    def _other(self, row: int, col: int) -> Playhead | None:
        assert self.scene is not None
        index = beside(self.scene.shape, self.scene.head.index, row, col)
        return None if index is None else dataclasses.replace(self.scene.head, index=index, term=None)

    def _to(self, row: int, col: int) -> None:
        head = self._other(row, col)
        if head is not None:
            self.select_head(head)

    # --- places

    def arrange(self) -> None:
        """The table, and the map at its right."""
        if self.scene is not None:
            self.show_scene(self.scene)
        self._place()

    def _place(self) -> None:
        if self.output.isHidden():
            self.scroll.setGeometry(self.rect())
            return
        title = theme.size(TITLE)
        wide = max(self.output.fit(theme.size(OUTPUT), self.height() - title), self.output.want(),
                   min(self.last.want(), theme.size(OUTPUT)))
        left = self.width() - wide
        self.output.setGeometry(left, title, wide, self.height() - title)
        self.last.place(QPoint(left, 0), wide)
        self.scroll.setGeometry(0, 0, left - theme.size(AIR), self.height())

    def name_parts(self) -> None:
        """For people who hear them."""
        self.table.setAccessibleName(tr(N_("Terms, the strongest first")))
        self.output.map.setAccessibleName(tr("The map of this number"))
