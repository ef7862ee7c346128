"""The pictures of all columns, kept full through every rearrangement."""

from __future__ import annotations

import dataclasses
import time
from typing import Any, NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QObject, QTimer

from app.widgets.map_columns import Column, most_active
from app.widgets.map_columns_place import Place
from app.widgets.network_scene_bars import Bars
from app.widgets.network_scene_digits import Digits
from app.widgets.network_scene_frame import Frame
from app.widgets.network_scene_lines import Lines
from app.widgets.network_scene_mosaic import Mosaic

Values = np.ndarray[Any, Any]
HOLD = 1.0  # seconds for which the choice of the most active maps stands


class Numbers(NamedTuple):
    """What a column shows.

    Args:
        values: (C, *G).
        bounds: (1,) or (C,): what gets the strongest colour.
        shares: They are shares of 1.
        decided: One of the classes wins.
        gradient: They are gradients: signed whatever they belong to, in a dashed frame.
        picture: Of the input: from black to white, not signed.
    """

    values: Values
    bounds: Values
    shares: bool = False
    decided: bool = True
    gradient: bool = False
    picture: bool = True


class ColumnItems(QObject):
    """One mosaic for each column of maps, the bars for the classes."""

    def __init__(self, frame: Frame, root: pg.ItemGroup, bars: Bars, lines: Lines, digits: Digits,
                 parent: QObject) -> None:
        super().__init__(parent)
        self._frame, self._root, self._bars, self._lines, self._digits = frame, root, bars, lines, digits
        self.mosaics: list[Mosaic | None] = []
        self._numbers: list[Numbers | None] = []
        self._chosen: list[float] = []
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(round(HOLD * 1000))
        self._later.timeout.connect(self._choose_all)

    def make(self, columns: tuple[Column, ...]) -> None:
        """Other columns: new items, without numbers yet."""
        for old in self.mosaics:
            if old is not None:
                old.scene().removeItem(old)
        self.mosaics = [None if column.kind == "bars" else Mosaic() for column in columns]
        for mosaic in self.mosaics:
            if mosaic is not None:
                mosaic.setParentItem(self._root)
        self._digits.set_mosaics(self.mosaics)
        self._bars.set_place(None)
        self._numbers = [None] * len(columns)
        self._chosen = [0.0] * len(columns)

    def show(self, columns: tuple[Column, ...]) -> None:
        """Other nodes in the same columns: what has the same shape stands where it stood."""
        for k, (place, column) in enumerate(zip(self._frame.places, columns, strict=True)):
            if place.column != column:
                self._numbers[k], self._chosen[k] = None, 0.0
                self._set_place(k, dataclasses.replace(place, column=column))

    def set_places(self, places: tuple[Place, ...]) -> None:
        """Other places for the same columns; their numbers go along."""
        self._frame.places = places
        for k in range(len(places)):
            self._set_place(k, places[k])
            if self._partial(k):
                self._choose(k)
            self._fill(k)

    def set_numbers(self, k: int, numbers: Numbers) -> None:
        """The numbers of one column."""
        self._numbers[k] = numbers
        if self._partial(k):
            if time.monotonic() - self._chosen[k] >= HOLD:
                self._choose(k)
            else:
                self._later.start()
        self._fill(k)

    def keep(self) -> None:
        """The selection moves over the pictures, which stay as they are."""
        for item in (self._bars, *self.mosaics):
            if item is not None:
                item.keep(True)

    def ensure(self, k: int, channel: int) -> None:
        """Let a channel be among those shown."""
        if channel not in self._frame.places[k].order:
            self._choose(k)
            self._fill(k)

    def _set_place(self, k: int, place: Place) -> None:
        places = self._frame.places
        self._frame.places = (*places[:k], place, *places[k + 1:])
        mosaic = self.mosaics[k]
        if mosaic is None:
            self._bars.set_place(place)
        else:
            mosaic.set_place(place)

    def _fill(self, k: int) -> None:
        numbers, mosaic = self._numbers[k], self.mosaics[k]
        if numbers is None:
            return
        if mosaic is None:
            self._bars.set_values(numbers.values, float(numbers.bounds[0]), numbers.shares, numbers.decided)
            return
        had = mosaic.bad
        mosaic.grey = numbers.picture
        self._digits.set_values(k, numbers.values)
        mosaic.set_gradient(numbers.gradient)
        mosaic.set_values(numbers.values, numbers.bounds)
        mosaic.set_known(numbers.decided or self._frame.places[k].column.kind == "picture")
        if mosaic.bad or had:
            self._lines.bad = tuple((j, c) for j, m in enumerate(self.mosaics) if m is not None for c in m.bad)
            self._lines.update()

    # --- the most active of many

    def _partial(self, k: int) -> bool:
        place = self._frame.places[k]
        return len(place.order) < place.column.channels

    def _choose(self, k: int) -> None:
        """The most active maps of a column that cannot show all, and the selected one."""
        numbers, place, selected = self._numbers[k], self._frame.places[k], self._lines.selected
        if numbers is None:
            return
        self._chosen[k] = time.monotonic()
        keep = selected[1][0] if selected is not None and selected[0] == k else None
        order = most_active(numbers.values, len(place.order), keep)
        if order != place.order:
            self._set_place(k, dataclasses.replace(place, order=order))

    def _choose_all(self) -> None:
        for k in range(len(self.mosaics)):
            if self._partial(k):
                self._choose(k)
                self._fill(k)
