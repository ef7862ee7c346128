"""The layer inspector, in place of the stepper: a layer's figures, and its maps as tiles to sort, mute and solo."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.jobs.slices import Slices
from app.model import edits
from app.model.layerfacts import activity, dies, effects, facts, owner, zero_in_samples
from app.model.results import Results
from app.model.timeline import Playhead
from app.widgets.buttons import IconButton
from app.widgets.card import Card
from app.widgets.histogram import Histogram
from app.widgets.labels import Label
from app.widgets.map_tiles import MapTiles, short
from app.widgets.scroll import on_card
from app.widgets.segments import Segments
from cnncore.network import INPUT
from cnncore.op import Array

SIDE = 196  # px of the figures
LONG = 4  # characters beside a map's number
QUIET = 250  # ms without a change, before effects are measured anew


class _Window(QScrollArea):
    """What can be seen of the tiles at once: they are laid out for it."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        tiles = self.widget()
        if isinstance(tiles, MapTiles):
            tiles.set_room(self.viewport().size())


class LayerPanel(Card):
    """Follows the session while it is seen. Effects and zeros over the samples come in slices, when it is quiet.
    """

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("Layer inspector"), "", parent)
        self.setObjectName("layer_panel")
        self.desk, self.session = desk, desk.session
        self.node = ""
        self.order = Segments((("number", N_("number")), ("activity", N_("activity")), ("effect", N_("effect"))),
                              N_("Sort by"))
        self.order.setObjectName("layer_order")
        self.order.setProperty("small", True)
        self.sort_label = Label(N_("Sort by"), "secondary")
        self.all = IconButton("", N_("Let every map of this layer speak again"), N_("Unmute all")).set_small()
        self.all.setObjectName("layer_unmute")
        self.back = IconButton("", N_("Back to the stepper (Esc)"), N_("Back")).set_small()
        self.back.setObjectName("layer_back")
        for widget in (self.sort_label, self.order, self.all, self.back):
            self.add_control(widget)
        self.values = {name: Label("", "text", mono=True) for name in
                       ("minimum", "maximum", "mean", "deviation", "zero", "samples")}
        self.bad = Label("", "text", mono=True)
        self.histogram = Histogram()
        self.tiles = MapTiles()
        self.tiles.setObjectName("layer_tiles")
        self.note = Label("", "secondary")
        self.note.setObjectName("layer_note")
        self._lay_out()
        self._effects: Array | None = None
        self._of: tuple[object, str, int] | None = None  # results, node and class of the effects
        self._zero: tuple[object, str, tuple[float, int]] | None = None
        self._job, self._count = Slices(self), Slices(self)
        self._job.completed.connect(self._effected)
        self._count.completed.connect(self._counted)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET)
        self._quiet.timeout.connect(self._measure)
        self._dirty = True
        self._before: QWidget | None = None  # what had the keys
        self._has_keys = False
        app = QApplication.instance()
        app.focusChanged.connect(self._focused)  # type: ignore[union-attr]
        self.order.changed.connect(lambda _: self.show_now())
        self.all.clicked.connect(self._unmute)
        self.back.clicked.connect(lambda: desk.set_layer(""))
        self.tiles.chosen.connect(self._choose)
        self.tiles.opened.connect(lambda _: desk.set_layer(""))
        self.tiles.muted.connect(self._mute)
        self.tiles.soloed.connect(self._solo)
        self.session.results_changed.connect(self._changed)
        self.session.playhead_moved.connect(self._changed)
        desk.layer_changed.connect(self._changed)
        desk.ranges.changed.connect(self._changed)
        self.retranslate()

    def _lay_out(self) -> None:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        names = {"minimum": N_("minimum"), "maximum": N_("maximum"), "mean": N_("mean"), "deviation": N_("deviation"),
                 "zero": N_("zeros, this input"), "samples": N_("zero in all samples"), "bad": N_("⚠ NaN or ∞")}
        self.names = {key: Label(text, "secondary") for key, text in names.items()}
        self.names["bad"].setProperty("role", "warn")
        for key, label in {**self.values, "bad": self.bad}.items():
            row = QHBoxLayout()
            label.setObjectName(f"layer_{key}")
            row.addWidget(self.names[key])
            row.addStretch(1)
            row.addWidget(label)
            column.addLayout(row)
        column.addSpacing(6)
        column.addWidget(self.histogram)
        column.addStretch(1)
        side.setFixedWidth(theme.size(SIDE))
        self.side = side
        self.scroll = _Window()
        on_card(self.scroll, self.tiles, "layer_scroll")
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self.note)
        right.addWidget(self.scroll, 1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(side)
        row.addLayout(right, 1)
        self.body.addLayout(row, 1)

    # --- following the session

    def _changed(self, *_: object) -> None:
        if self.isVisible():
            self.show_now()
        else:
            self._dirty = True

    def show_now(self) -> None:
        """Everything, from the session as it is."""
        self._dirty = False
        results, self.node = self.session.results, self.desk.layer
        network = results.network
        if self.node not in network.shapes:
            return
        values = results.values(self.node)
        self._title(results)
        muted = self._muted(results)
        self._figures(values, muted)
        self.tiles.set_muted(muted, bool(self.owner))
        bound = max(float(self.desk.ranges.bound(results, self.node, k)) for k in (0, len(values) - 1))
        role = "picture" if self.node == INPUT and results.document.typed is None else "signed"
        self.histogram.set_values(values, bound, role)
        self.tiles.set_maps(_planes(values), bound, role)
        self._sort(values)
        head = self.session.playhead
        self.tiles.set_at(head.map if head is not None and head.node == self.node and head.lane == "forward" else None)
        self.all.set_blocked("" if muted else N_("No map of this layer is muted."))
        if self._of != (results, self.node, results.target) or self._zero is None or self._zero[1] != self.node:
            self._quiet.start()

    @property
    def owner(self) -> str:
        """The layer whose maps are muted for these; "" where there is none."""
        return owner(self.session.results.network, self.node) or "" if self.node != INPUT else ""

    def _muted(self, results: Results) -> frozenset[int]:
        return frozenset(k for layer, k in results.document.muted if layer == self.owner)

    def _title(self, results: Results) -> None:
        kind = tr(N_("the network's input")) if self.node == INPUT else tr(results.network.node(self.node).op.title)
        shape = "×".join(map(str, results.network.shapes[self.node]))
        self.set_secondary(f"{self.node} · {kind} · {shape}")

    def _figures(self, values: Array, muted: frozenset[int]) -> None:
        found, dead = facts(values, muted), dies(self.session.results.network, self.node)
        self.names["zero"].set_text(N_("dead, this input") if dead else N_("zeros, this input"))
        self.names["samples"].set_text(N_("dead, all samples") if dead else N_("zero in all samples"))
        why = tr("Share of the numbers that this activation shuts: they are 0. Muted maps are left out.") if dead \
            else tr("Share of the numbers that are exactly 0. Muted maps are left out.")
        for label in (self.names["zero"], self.values["zero"], self.names["samples"]):
            label.setToolTip(why)
        for key, value in (("minimum", found.low), ("maximum", found.high), ("mean", found.mean),
                           ("deviation", found.deviation)):
            self.values[key].setText(numbers.figure(value))
        silent = len(muted) >= len(values)
        self.values["zero"].setText("–" if silent else numbers.percent(found.zero))
        if silent:
            self.values["zero"].setToolTip(tr("Every map is muted."))
        self.bad.setText(numbers.count(found.bad))
        for label in (self.names["bad"], self.bad):
            label.setVisible(found.bad > 0)
        samples = self.session.results.document.sample_count
        known = self._zero is not None and self._zero[1] == self.node
        text = "–" if not samples else numbers.percent(self._zero[2][0]) if known else "…"  # type: ignore[index]
        self.values["samples"].setText(text)
        if not samples:
            self.values["samples"].setToolTip(tr("No samples yet."))

    def _sort(self, values: Array) -> None:
        """Tiles by number, by how much they do, or by what they do to the class."""
        name = self._class_name()
        active, way = activity(values), self.order.value
        known = self._effects is not None and len(self._effects) == len(values) and self._of is not None \
            and self._of[1] == self.node
        if way == "effect" and known:
            size, figures = np.abs(self._effects), [_signed(v) for v in self._effects]  # type: ignore[arg-type,union-attr]
            self.note.set_text(N_("under each map: how the score of “{name}” changes when it is muted"), name=name)
        elif way == "effect":
            size, figures = active, ["…"] * len(values)
            self.note.set_text(N_("measuring: each map of the layer is muted in turn…"))
        else:
            finite = np.isfinite(values.reshape(len(values), -1)).any(axis=1)
            size, figures = active, [_fitting(float(v)) if ok else "NaN" for v, ok in zip(active, finite, strict=True)]
            self.note.set_text(N_("under each map: the mean size of its numbers"))
        if self.session.results.blank:
            self.note.set_text(N_("⚠ Nothing is drawn yet: every number is made of zeros."))
        order = np.argsort(-size, kind="stable") if way != "number" else np.arange(len(values))
        self.tiles.set_order([int(k) for k in order], figures)

    def _class_name(self) -> str:
        results = self.session.results
        labels = results.document.labels
        return labels[results.target] if results.target < len(labels) else str(results.target)

    # --- what takes longer

    def _measure(self) -> None:
        if not self.isVisible() or self.desk.player.playing or self.node not in self.session.results.network.shapes:
            return
        results = self.session.results
        if self.node != INPUT and self._before_scores():
            self._of = (results, self.node, results.target)
            self._job.begin(effects(results, self.node, results.target))
        key = (results.document.classes, results.document.effective)
        if results.document.sample_count and (self._zero is None or self._zero[:2] != (key, self.node)):
            self._wanted = key
            self._count.begin(zero_in_samples(results.document, self.node))

    def _before_scores(self) -> bool:
        """A softmax after the scores does nothing to them."""
        network = self.session.results.network
        return network.scores in network.stale_after({self.node})

    def _effected(self, found: Array) -> None:
        self._effects = found
        if self.isVisible() and self._of is not None and self._of[1] == self.node:
            self._sort(self.session.results.values(self.node))

    def _counted(self, found: tuple[float, int]) -> None:
        self._zero = (self._wanted, self.node, found)
        self.values["samples"].setText(numbers.percent(found[0]))
        self.values["samples"].setToolTip(tr("over {n} samples", n=numbers.count(found[1])))

    # --- hands

    def _choose(self, k: int) -> None:
        head = self.session.playhead
        shape = self.session.results.network.shapes[self.node]
        same = head is not None and head.node == self.node and head.lane == "forward"
        cell = head.cell if head is not None and same else (0,) * (len(shape) - 1)
        self.desk.player.pause()
        self.desk.attempt(self.session.select, Playhead(self.node, (k, *cell)))
        x, y, wide, high = self.tiles.whole(k).getRect()  # type: ignore[misc]
        self.scroll.ensureVisible(round(x + wide / 2), round(y + high / 2), round(wide / 2), round(high / 2))

    def _mute(self, k: int) -> None:
        on = k not in self._muted(self.session.results)
        self.desk.attempt(self.session.edit, edits.mute, self.owner, k, on)

    def _solo(self, k: int) -> None:
        self.desk.attempt(self.session.edit, edits.solo, self.owner, k, len(self.session.results.values(self.owner)))

    def _unmute(self) -> None:
        self.desk.attempt(self.session.edit, edits.unmute, self.owner)

    # --- life

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._dirty:
            self.show_now()
        held = QApplication.focusWidget()
        self._before = None if held is None or self.isAncestorOf(held) else held
        self.tiles.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focused(self, _: QWidget | None, now: QWidget | None) -> None:
        if self.isVisible() and now is not None:  # while it goes, Qt hands the keys on to whatever comes next
            self._has_keys = self.isAncestorOf(now)

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        before, self._before = self._before, None
        if self._has_keys and before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._has_keys = False
        self._job.cancel()
        self._count.cancel()
        self._dirty = True

    def retranslate(self) -> None:
        """Texts and sizes of now."""
        self.side.setFixedWidth(theme.size(SIDE))
        self.histogram.setAccessibleName(tr("How the numbers of the layer are spread"))
        self.tiles.setAccessibleName(tr("Maps of the layer. Arrows choose one, M mutes it, S mutes all others."))
        for label in (*self.values.values(), self.bad):
            theme.dress(label, 12, mono=True)
        if self.isVisible():
            self.show_now()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "_dirty"):
            self.retranslate()


def _planes(values: Array) -> Array:
    """(C, rows, columns): all but the last axis of a map under one another, as in the network."""
    out: Array = values.reshape(len(values), -1, values.shape[-1] if values.ndim > 1 else 1)
    return out


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + _fitting(float(value))


def _fitting(value: float) -> str:
    """Short enough to stand under the smallest tile beside its number."""
    text = short(value)
    return text if len(text) <= LONG else numbers.brief(value, 1)
