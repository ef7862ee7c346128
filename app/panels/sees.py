"""What the network sees: the drawing after preprocessing, and the switches of the preprocessing."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSpinBox, QToolButton, QVBoxLayout, QWidget

from app import theme
from app.desk import Desk
from app.i18n import N_, tr
from app.model import edits
from app.widgets.buttons import Check
from app.widgets.card import Card
from app.widgets.heat_map import HeatMap
from app.widgets.popover import Popover
from cnncore.network import INPUT

SMALL = 60


class SeesPanel(Card):
    """The network's input at small size, in words how it was made; its switches are in a box under a link."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("The network sees"), "", parent)
        self.setObjectName("sees_panel")
        self.desk = desk
        theme.dress(self.secondary, 11)
        self.header.setSpacing(3)  # the shape stands whole beside the title
        self.picture = HeatMap()
        self.picture.setObjectName("sees_picture")
        self.picture.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.words = QLabel()
        theme.dress(self.words, 12)
        self.words.setWordWrap(True)
        self.change = QToolButton()
        self.change.setObjectName("sees_change")
        self.change.setProperty("link", True)
        self.change.setCheckable(True)
        self.change.setCursor(Qt.CursorShape.PointingHandCursor)
        beside = QVBoxLayout()
        beside.setSpacing(2)
        beside.addWidget(self.words)
        beside.addWidget(self.change, 0, Qt.AlignmentFlag.AlignLeft)
        beside.addStretch(1)
        self.inside = QWidget()
        row = QHBoxLayout(self.inside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        above = QVBoxLayout()
        above.addWidget(self.picture)
        above.addStretch(1)
        row.addLayout(above, 0)
        row.addLayout(beside, 1)
        self.body.addWidget(self.inside)
        self._beside = beside
        self.switches = self._switches()
        self.switches.closed.connect(lambda: self.change.setChecked(False))
        self.change.toggled.connect(lambda on: self.switches.open_under(self.change) if on else self.switches.hide())
        desk.session.results_changed.connect(self._results)
        desk.session.document_changed.connect(self._document)
        self.retranslate()
        self._results(desk.session.results)

    def fold(self, on: bool) -> None:
        """To its one line, or open again; the way to its switches stays."""
        if on == self.inside.isHidden():
            return
        self.inside.setVisible(not on)
        if on:
            self.add_control(self.change)
        else:
            self._beside.insertWidget(1, self.change, 0, Qt.AlignmentFlag.AlignLeft)

    def _switches(self) -> Popover:
        box = Popover(self)
        box.setObjectName("sees_switches")
        column = QVBoxLayout(box)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        self.crop, self.centre, self.box = Check(), Check(), QSpinBox()
        for name, widget in (("crop", self.crop), ("centre", self.centre), ("box", self.box)):
            widget.setObjectName(f"sees_{name}")
        self.box.setRange(1, self.desk.session.document.preprocess.size)
        self.box_label = QLabel()
        self.box_label.setBuddy(self.box)
        column.addWidget(self.crop)
        line = QHBoxLayout()
        line.setContentsMargins(22, 0, 0, 0)
        line.addWidget(self.box_label, 1)
        line.addWidget(self.box)
        column.addLayout(line)
        column.addWidget(self.centre)
        self.crop.toggled.connect(lambda on: self._set(crop=on))
        self.centre.toggled.connect(lambda on: self._set(centre=on))
        self.box.valueChanged.connect(lambda value: self._set(box=value))
        return box

    def _set(self, **changes: object) -> None:
        self.desk.attempt(self.desk.session.edit, edits.set_preprocess, merge=("preprocess", *changes), **changes)
        self._document()

    def _results(self, results: object) -> None:
        if INPUT in self.desk.session.results.stale:
            values = self.desk.session.results.values(INPUT)
            plane = np.atleast_2d(values[(0,) * (values.ndim - 2)] if values.ndim > 2 else values)
            if self.desk.session.view.typed is None:
                self.picture.set_values(plane, 1.0, "picture")
            else:
                self.picture.set_values(plane)

    def _document(self, *_: object) -> None:
        preprocess = self.desk.session.document.preprocess
        for widget, value in ((self.crop, preprocess.crop), (self.centre, preprocess.centre)):
            if widget.isChecked() != value:
                widget.setChecked(value)
        self.box.setMaximum(preprocess.size)
        if self.box.value() != preprocess.box:
            self.box.setValue(preprocess.box)
        self.box.setEnabled(preprocess.crop)
        self.box.setToolTip(
            "" if preprocess.crop else tr("Only a drawing that is cropped to its ink is fitted to a box.")
        )
        text, facts = preprocess.words()
        typed = self.desk.session.document.typed is not None
        self.change.setVisible(not typed)
        if typed:
            text = N_("The numbers, as they were typed")
        self.words.setText(tr(text, **facts))
        self.set_secondary("×".join(map(str, self.desk.session.view.network.input_shape)))

    def retranslate(self) -> None:
        """All texts in the language of now."""
        self.change.setText(tr("Change"))
        self.crop.setText(tr("Crop to the ink"))
        self.centre.setText(tr("Centre of mass to the centre"))
        self.box_label.setText(tr("Longest side, in pixels"))
        self.picture.setAccessibleName(tr("The network's input"))
        self.picture.setFixedSize(theme.size(SMALL), theme.size(SMALL))
        self._document()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "switches"):
            self.retranslate()
