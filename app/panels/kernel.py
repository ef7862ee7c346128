"""The floating kernel panel: all kernels of a layer, and one of them to edit. Opens on request only."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QWidget

from app import numbers, theme
from app.desk import Desk
from app.i18n import N_, tr
from app.kernels import presets
from app.model import edits
from app.model.kernel import KernelHandle, same
from app.model.timeline import Playhead
from app.widgets.card import Card
from app.widgets.focus_ring import FocusRing
from app.widgets.kernel_chips import KernelChips
from app.widgets.kernel_editor import KernelEditor
from app.widgets.knob_sliders import KnobSliders
from app.widgets.labels import Label
from app.widgets.number_field import NumberField
from app.widgets.own_keys import keeps_letters

CELL = 36
MOST = 300  # px for the pictures; more scroll


class KernelPanel(Card):
    """Follows the selection: the layer of the selected cell, if it has kernels, else the one shown before."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("Kernels"), "", parent)
        self.setObjectName("kernel_panel")
        self.setWindowFlag(Qt.WindowType.Tool, True)
        self.desk = desk
        self.handle = KernelHandle(desk.session)
        self.title.hide()  # the window's frame says it
        self._placed: QPoint | None = None
        self._state: tuple[object, ...] = ()
        self._array: tuple[object, ...] = ()
        self.chips = KernelChips()
        self.chips.setObjectName("kernel_chips")
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setWidget(self.chips)
        self.chips.setAutoFillBackground(False)
        self.scroll.viewport().setAutoFillBackground(False)
        self.name = Label("", "text", mono=True)
        self.name.setProperty("role", "accent")
        self.editor = KernelEditor(presets().values())
        self.bias_label, self.bias = Label(N_("bias"), "secondary"), NumberField()
        self.bias.setFixedWidth(theme.size(90))
        self.sum = Label("", "secondary")
        self.sum.setObjectName("kernel_sum")
        self.formula, self.knobs = Label("", "secondary", mono=True), KnobSliders()
        self.formula.setObjectName("kernel_formula")
        self.empty = Label(N_("This network has no kernels to show."), "secondary")
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self.name, 1)
        line.addWidget(self.sum)
        line.addWidget(self.bias_label)
        line.addWidget(self.bias)
        self.body.addWidget(self.empty)
        self.body.addWidget(self.scroll)
        self.body.addLayout(line)
        self.body.addWidget(self.editor)
        self.body.addWidget(self.formula)
        self.body.addWidget(self.knobs)
        self.chips.chosen.connect(self._choose)
        self.editor.bind(self.handle, desk.attempt, self.show_now)
        self.editor.refused.connect(desk.messages.error)
        self.editor.grid.hovered.connect(self._hover)
        self.bias.refused.connect(desk.messages.error)
        self.knobs.refused.connect(desk.messages.error)
        self.knobs.turned.connect(self._tune)
        self.bias.entered.connect(self._enter_bias)
        desk.session.selection_changed.connect(self._selected)
        desk.session.results_changed.connect(self._changed)
        desk.ranges.changed.connect(self._looks)
        self.focus_ring = FocusRing(self)
        self.retranslate()

    # --- following the session

    def layers(self) -> list[str]:
        """Layers whose weights are kernels."""
        shapes = self.desk.session.view.network.parameter_shapes
        return [key.split(".")[0] for key, shape in shapes.items() if key.endswith(".weight") and len(shape) > 2]

    def _selected(self, head: Playhead | None) -> None:
        if self.isVisible():
            self.show_now()

    def _changed(self, *_: object) -> None:
        if self.isVisible() and not same(self.handle.state, self._state):
            self.show_now()

    def _looks(self) -> None:
        """Hues or none."""
        if self.isVisible():
            self.show_now()

    def show_now(self) -> None:
        """The kernel of the selected map."""
        layers, head = self.layers(), self.desk.session.playhead
        self.empty.setVisible(not layers)
        for widget in (self.scroll, self.name, self.bias, self.bias_label, self.editor, self.sum):
            widget.setVisible(bool(layers))
        if not layers:
            self.formula.hide()
            self.knobs.hide()
            return
        if head is not None and head.node in layers:
            self._point(head.node, head.map)
        elif not self.handle.there or self.handle.layer not in layers:
            self._point(layers[0], 0)
        handle = self.handle
        self._state = handle.state
        self._show_chips()
        self.editor.show_kernel(handle.values, handle.bound, handle.marks, handle.muted, handle.changed, handle.name,
                                handle.title)
        self.editor.grid.set_hues(self.desk.settings.kernel_hues)
        self.editor.grid.set_cell(theme.size(CELL) if max(handle.values.shape) <= 9 else theme.size(20))
        self.name.setText(f"{handle.key}[{', '.join(map(str, handle.prefix))}]")
        self.sum.set_text(N_("sum {value}"), value=numbers.figure(float(handle.values.sum(dtype=np.float64))))
        self._show_formula()
        bias = self.desk.session.view.weights.get(handle.bias_key)
        self.bias.setVisible(bias is not None)
        self.bias_label.setVisible(bias is not None)
        if bias is not None:
            self.bias.set_value(float(bias[handle.filter]))

    def _show_formula(self) -> None:
        """What fills the kernel, with its knobs; the panel grows and shrinks by them."""
        formula, before = self.handle.formula, self.knobs.isVisibleTo(self)
        if formula is not None:
            self.formula.setText(formula.words)
            self.knobs.show_formula(formula)
        for widget in (self.formula, self.knobs):
            widget.setVisible(formula is not None)
        if before != (formula is not None) and self.isVisible():
            QTimer.singleShot(0, self, self._fit)

    def _tune(self, knob: str, value: float, gesture: object) -> None:
        self.desk.attempt(self.handle.tune, knob, value, gesture)
        self.show_now()

    def _point(self, layer: str, map_: int, channel: int | None = None) -> None:
        """Take hold of a kernel; its channel stays where it was."""
        key = f"{layer}.weight"
        array = self.desk.session.view.weights[key]
        extra = array.ndim - 4  # a 3-D kernel is looked at slice by slice
        old = self.handle.prefix[1] if self.handle.layer == layer and len(self.handle.prefix) > 1 else 0
        at = min(old if channel is None else channel, array.shape[1] - 1)
        middle = (array.shape[2] // 2,) if extra > 0 else ()
        self.handle.point(layer, key, (map_, at, *middle))

    def _show_chips(self) -> None:
        handle, view = self.handle, self.desk.session.view
        array = handle.array
        muted = frozenset(m for layer, m in view.muted if layer == handle.layer)
        now = (handle.key, muted, array, view.trained.get(handle.key))
        if not same(now, self._array):
            self._array = now
            flat = array.reshape(*array.shape[:2], -1, array.shape[-1])
            edited = view.edited(handle.key).reshape(*array.shape[:2], -1).any(axis=2)
            self.chips.set_kernels(handle.key, np.asarray(flat), edited, muted)
            self.set_secondary(f"{handle.layer} · {' × '.join(map(str, array.shape))}")
            self.scroll.setFixedHeight(min(self.chips.height() + 2, theme.size(MOST)))
        self.chips.set_at(handle.prefix[0], handle.prefix[1])
        self.scroll.ensureVisible(*self.chips.chip(*handle.prefix[:2]).center().toPoint().toTuple())

    # --- hands

    def _choose(self, map_: int, channel: int) -> None:
        """The cell of the same place in the chosen map, so that everything else follows."""
        head = self.desk.session.playhead
        self._point(self.handle.layer, map_, channel)
        if head is not None and head.node == self.handle.layer and head.map != map_:
            self.desk.attempt(self.desk.session.select, Playhead(head.node, (map_, *head.cell)))
        self.show_now()

    def _hover(self, spot: tuple[int, int] | None) -> None:
        """All that the weight multiplies lights up, wherever it is shown."""
        handle = self.handle
        if spot is None:
            self.desk.touch.weigh()
        else:
            cell = spot[2 - (handle.array.ndim - len(handle.prefix)):]
            self.desk.touch.weigh(handle.layer, handle.key.rpartition(".")[2], (*handle.prefix, *cell))

    def _enter_bias(self, value: float) -> None:
        handle = self.handle
        self.desk.attempt(self.desk.session.edit, edits.set_weight, handle.bias_key, (handle.filter,), value)
        self.show_now()

    # --- life

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.show_now()
        self._fit()
        QTimer.singleShot(0, self, self._fit)  # the chips know their height once they know their width

    def _fit(self) -> None:
        """As high as what it holds, and where it covers as little as possible; where a person has put it, it stays."""
        self.scroll.setFixedHeight(min(self.chips.height() + 2, theme.size(MOST)))
        self.layout().activate()
        self.resize(self.sizeHint())  # adjustSize() would stop at two thirds of the screen
        owner = self.parentWidget().window() if self.parentWidget() is not None else None
        if owner is None or self._placed not in (None, self.pos()):
            return
        inspector = owner.findChild(QWidget, "inspector_panel")
        over = QRect(owner.mapToGlobal(QPoint(0, 0)), owner.size()).adjusted(0, theme.size(52), -8, 0)
        if inspector is not None and inspector.isVisible():
            over = QRect(inspector.mapToGlobal(QPoint(0, 0)), inspector.size())
        frame = self.frameGeometry().size().expandedTo(self.size())
        self.move(beside(owner.frameGeometry(), over, frame, owner.screen().availableGeometry()))
        self._placed = self.pos()

    def event(self, event: QEvent) -> bool:
        # Stepping, undo and the like go on beside it, and K closes it again.
        return keeps_letters(event, "K") or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def retranslate(self) -> None:
        """Texts of now."""
        self.setWindowTitle(tr("Kernels"))
        self.chips.setAccessibleName(tr("All kernels of the layer"))
        self.bias.setAccessibleName(tr("Bias"))
        self._state, self._array = (), ()
        if self.isVisible():
            self.show_now()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "editor"):
            self.retranslate()


def beside(window: QRect, over: QRect, size: QSize, screen: QRect) -> QPoint:
    """Where a panel of ``size`` stands: right of the window where the screen has room, else over ``over``, from its
    upper right corner, and always wholly on the screen."""
    x, y = window.right() + 1, window.top()
    if x + size.width() > screen.right() + 1:
        x, y = over.right() + 1 - size.width(), over.top()
    x = max(min(x, screen.right() + 1 - size.width()), screen.left())
    return QPoint(x, max(min(y, screen.bottom() + 1 - size.height()), screen.top()))
