"""A convolution that turns its kernel by 180 degrees: window × turned kernel = products, to be edited as any other."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtWidgets import QWidget

from app.desk import Desk
from app.i18n import N_
from app.model.kernel import KernelHandle
from app.panels.stepper_views.base import Scene
from app.panels.stepper_views.products import ProductsView
from app.panels.stepper_views.slide_terms import repeated
from app.panels.stepper_views.terms import TermGrid, laid_out, term_grid
from cnncore.op import Array


class TurnedHandle(KernelHandle):
    """The kernel as it meets the window; what is changed there is changed at the other end of the stored one.

    A ready kernel is put in as it is, and meets the window turned: that is what a convolution does to it.
    """

    @property
    def values(self) -> Array:
        """(rows, columns), turned."""
        return np.ascontiguousarray(super().values[::-1, ::-1])

    @property
    def marks(self) -> Array:
        """(rows, columns), turned."""
        return np.ascontiguousarray(super().marks[::-1, ::-1])

    def title(self, row: int, col: int) -> str:
        """A number of the turned kernel."""
        rows, cols = self.values.shape
        return super().title(rows - 1 - row, cols - 1 - col)

    def set_cell(self, row: int, col: int, value: float, gesture: object = None) -> None:
        """One number, by its place in the turned kernel."""
        rows, cols = self.values.shape
        super().set_cell(rows - 1 - row, cols - 1 - col, value, gesture)

    def set_all(self, values: Array, name: str | None = None, *rest: Any) -> None:
        """Numbers as they stand in the turned kernel; with a name, the ready kernel as it is."""
        super().set_all(values if name is not None else values[::-1, ::-1], name, *rest)


class FlippedView(ProductsView):
    """As `ProductsView`, with the kernel turned."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.handle = TurnedHandle(desk.session)
        for signal in (self.kernel.edited, self.kernel.pasted, self.kernel.chosen, self.kernel.muted,
                       self.kernel.restored):
            signal.disconnect()  # the hand that does not turn
        self.kernel.bind(self.handle, desk.attempt, lambda: self._show_kernel(anew=True))

    @classmethod
    def fits(cls, scene: Scene) -> bool:
        """A window of the input, and a block of the node's weights from its last number to its first."""
        if len(scene.trace.operands) != 2 or len(scene.node.inputs) != 1 or scene.head.lane != "forward":
            return False
        seen, own = scene.trace.operands
        weight = scene.results.document.weights.get(f"{scene.node.name}.{own.source}")
        if seen.source != "input0" or not getattr(scene.node.op, "flip", False) or weight is None:
            return False
        repeats = getattr(scene.node.op, "mode", "zeros") != "zeros"
        grid = laid_out(scene.trace, seen) if repeats else term_grid(scene.trace, seen)
        if repeated(scene, grid) is None or own.cells.shape[1] != weight.ndim:
            return False
        assert grid is not None
        flat = 1 if grid.cells.shape[-1] == 2 else 2
        return (weight.shape[-flat:] == (grid.rows, grid.cols)[-flat:]
                and own.cells[0, -flat:].tolist() == [n - 1 for n in weight.shape[-flat:]])

    def _show_words(self, scene: Scene, grid: TermGrid, group: int, known: int) -> None:
        super()._show_words(scene, grid, group, known)
        text = N_("{rows} × {cols}, turned by 180°") if self.desk.still else N_(
            "{rows} × {cols}, turned by 180°, click a cell to edit")
        self.headings["Kernel"].set_what(text, N_("{rows} × {cols}, turned by 180°"), N_("turned 180°"), rows=grid.rows,
                                         cols=grid.cols)
