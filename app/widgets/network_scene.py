"""The whole network in one pyqtgraph scene: a mosaic a layer, zoomed and moved as one picture. It knows values only."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtGui import QResizeEvent, QTransform
from PySide6.QtWidgets import QGraphicsScene, QWidget

from app import theme
from app.i18n import N_, tr
from app.widgets.map_columns import WIDE, Column
from app.widgets.map_columns_folded import fold
from app.widgets.map_columns_layout import Head, arrange, at_ease
from app.widgets.map_columns_links import Links
from app.widgets.map_columns_touch import Pointed, lit
from app.widgets.network_scene_bars import Bars
from app.widgets.network_scene_columns import ColumnItems, Numbers
from app.widgets.network_scene_digits import Digits
from app.widgets.network_scene_feet import Feet
from app.widgets.network_scene_frame import Frame
from app.widgets.network_scene_heads import Heads, Spines, head_widths, tilted_height
from app.widgets.network_scene_lines import Cell, Lines
from app.widgets.network_scene_touch import Touches

SHRINKS = (1.0, 0.85, 0.72)
LOW = 60  # px for the maps, under which large type gives them some of its own


class NetworkScene(pg.GraphicsView):
    """Columns of maps; `app.widgets.network_scene_input` adds mouse and keys.

    Columns are given by `set_columns`, their numbers by `set_numbers`; cells are (column, (map, *cell)).
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=theme.color("panel"))
        self.setCentralItem(None)
        # A clip of many rectangles keeps Qt from its fast way of scaling images: one rectangle is three times as fast.
        self.setViewportUpdateMode(self.ViewportUpdateMode.BoundingRectViewportUpdate)
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)  # a dozen items, and all move at once
        self.setMinimumSize(240, 112)
        self.frame = Frame()
        self.columns: tuple[Column, ...] = ()
        self.open = 0
        self._pointed: Pointed | None = None
        self._root = pg.ItemGroup()
        self.heads, self.feet, self.bars = Heads(self.frame), Feet(self.frame), Bars(self.frame)
        self.lines, self.touches, self.spines = Lines(self.frame), Touches(self.frame), Spines(self.frame)
        self.digits = Digits(self.frame)
        for item in (self.heads, self.feet, self.lines, self.spines):
            item.setCacheMode(item.CacheMode.DeviceCoordinateCache)  # words and curves stay while values change
        for item in (self._root, self.digits, self.heads, self.feet, self.bars, self.lines, self.touches, self.spines):
            self.addItem(item)
        self.pictured = ColumnItems(self.frame, self._root, self.bars, self.lines, self.digits, self)

    # --- what is shown

    def set_columns(self, columns: tuple[Column, ...], labels: tuple[str, ...]) -> None:
        """Other columns, or another node in one of them; every column then waits for its values."""
        self.columns = columns
        self.pictured.make(columns)
        self.lines.selected, self.lines.hovered, self.lines.links = None, None, Links()
        self.lines.compared = None
        self.touches.set_lit(())
        self.lines.muted, self.lines.bad = frozenset(), ()
        self.open = min(max(self.open, 1), len(columns) - 1)
        self.bars.set_labels(labels)
        self.arrange()

    def set_shown(self, columns: tuple[Column, ...]) -> None:
        """Other nodes in the same columns; those that show another one wait for its values."""
        self.columns = columns
        self.pictured.show(columns)
        self.heads.update()

    def set_open(self, k: int) -> None:
        """Which column of a deep network is not folded."""
        if k != self.open:
            self.open = k
            if self.folded:
                self.arrange()

    @property
    def folded(self) -> bool:
        """True for a network with more columns than stand side by side."""
        return len(self.columns) > WIDE

    def set_numbers(self, k: int, numbers: Numbers) -> None:
        """What column ``k`` shows."""
        self.pictured.set_numbers(k, numbers)

    def pictures(self) -> dict[str, Any]:
        """Name of the node that a column shows to its mosaic, (height, width, 3) uint8; bars are none."""
        return {c.node: m.rgb() for c, m in zip(self.columns, self.pictured.mosaics, strict=True) if m is not None}

    # --- where it stands

    def arrange(self) -> None:
        """Give every column its place, for the size, fonts and columns of now."""
        if not self.columns:
            return
        frame = self.frame
        for shrink in SHRINKS:
            frame.set_shrink(shrink)
            if self.folded:
                frame.set_shrink(shrink, tilted_height(self.columns, frame))
            heads = [head_widths(column, frame, self.bars.labels) for column in self.columns]
            room = frame.scale <= 1 or (frame.room[1] >= LOW and at_ease(self.columns, *frame.room, heads, frame.scale))
            if self.folded or room:
                break
        if self.folded:
            names = _names(self.columns, heads)
            self.pictured.set_places(fold(self.columns, *frame.room, self.open, frame.scale, names))
        else:
            self.pictured.set_places(arrange(self.columns, *frame.room, heads, frame.scale))
        frame.move(0, 0)
        self.feet.notes = {k: _note(place.column, len(place.order)) for k, place in enumerate(frame.places)
                           if len(place.order) < place.column.channels and not place.folded}
        self.moved()

    def moved(self) -> None:
        """After zoom, move and resize."""
        frame = self.frame
        self._root.setTransform(QTransform(frame.zoom, 0, 0, frame.zoom, frame.dx, frame.head + frame.dy))
        for item in (self.digits, self.heads, self.feet, self.bars, self.lines, self.touches, self.spines):
            item.prepareGeometryChange()
            item.update()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if hasattr(self, "frame"):
            self.frame.resize(self.width(), self.height())
            self.arrange()

    # --- states

    def set_selected(self, cell: Cell | None, links: Links) -> None:
        """The ring, and what the cell has to do with other columns."""
        self.lines.selected, self.lines.links = cell, links
        self.pictured.keep()
        if cell is not None:
            self.pictured.ensure(cell[0], cell[1][0])
        self.lines.update()

    def set_compared(self, cell: Cell | None) -> None:
        """The dashed ring round a second number."""
        if cell != self.lines.compared:
            self.lines.compared = cell
            if cell is not None:
                self.pictured.ensure(cell[0], cell[1][0])
            self.lines.update()

    def set_hovered(self, cell: Cell | None) -> None:
        """The thin ring."""
        if cell != self.lines.hovered:
            self.lines.set_hovered(cell)

    def follow(self, pointed: Pointed) -> None:
        """Light up what a pointer touches, wherever it is."""
        self._pointed = pointed
        pointed.moved.connect(self._light_up)

    def _light_up(self) -> None:
        if self._pointed is not None and self.isVisible():
            self.touches.set_lit(lit(self.columns, self._pointed))

    def set_muted(self, muted: frozenset[tuple[int, int]]) -> None:
        """(column, map) pairs that are held at zero."""
        if muted != self.lines.muted:
            self.lines.muted = muted
            self.lines.update()

    def set_edited(self, edited: frozenset[int]) -> None:
        """Columns whose weights are not the trained ones."""
        if edited != self.heads.edited:
            self.heads.edited = edited
            self.heads.update()

    def set_gradients(self, gradients: bool) -> None:
        """Whether the columns show gradients: their heads say so."""
        if gradients != self.heads.gradients:
            self.heads.gradients = gradients
            self.heads.update()

    def set_ends(self, ends: tuple[str, str], *shorter: tuple[str, str]) -> None:
        """What is printed at the two ends of the colour bar, and what where that does not fit."""
        if (ends, shorter) != (self.feet.ends, self.feet.shorter):
            self.feet.ends, self.feet.shorter = ends, shorter
            self.feet.update()

    def restyle(self) -> None:
        """Colours, fonts and texts of now."""
        self.setBackground(theme.color("panel"))
        self.resetCachedContent()
        self.arrange()


def _names(columns: tuple[Column, ...], heads: list[Head]) -> float:
    """What the names of the classes need at least; 0: there are none."""
    return max((head[1] for column, head in zip(columns, heads, strict=True) if column.kind == "bars"), default=0.0)


def _note(column: Column, shown: int) -> tuple[str, str]:
    """Which maps or classes are shown, in full and short."""
    bars = column.kind == "bars"
    full = N_("{shown} most likely of {count} shown") if bars else N_("{shown} most active of {count} shown")
    return tuple(tr(text, shown=shown, count=column.channels) for text in (full, N_("{shown} of {count}")))  # type: ignore
