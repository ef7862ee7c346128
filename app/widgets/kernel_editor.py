"""A kernel to read and to change: the grid, and the tools under it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QMenu, QVBoxLayout, QWidget

from app import theme
from app.i18n import N_, tr
from app.widgets.buttons import IconButton
from app.widgets.number_grid import NumberGrid

TOOL, TOOL_GAP, SPACE = 24, 4, 6
UNEDITED = N_("These are the trained numbers.")


class Ready(Protocol):
    """A kernel of the menu."""

    key: str
    name: str
    help: str

    @property
    def least(self) -> tuple[int, int]: ...
    def fits(self, size: tuple[int, int]) -> bool: ...
    def at(self, size: tuple[int, int]) -> NDArray[np.float64]: ...


class Hand(Protocol):
    """Takes what a person does to a kernel; may raise `CnnError`."""

    def set_cell(self, row: int, col: int, value: float, gesture: object = None) -> None: ...
    def set_block(self, row: int, col: int, block: NDArray[Any]) -> None: ...
    def set_all(self, values: NDArray[Any], name: str | None = None) -> None: ...
    def restore(self) -> None: ...
    def mute(self, on: bool) -> None: ...


class KernelEditor(QWidget):
    """Changes nothing itself: what a person does leaves by a signal and comes back through `show_kernel`.

    Args:
        ready: The kernels of the menu.
        centred: The grid stands over the middle of its tools, not at their left.
    """

    edited = Signal(int, int, float, int)  # row, column, value, gesture
    pasted = Signal(int, int, object)  # row, column, block
    chosen = Signal(object, str)  # the numbers of a ready kernel, its key
    muted = Signal(bool)
    restored = Signal()
    refused = Signal(object)  # CnnError

    def __init__(self, ready: Iterable[Ready] = (), parent: QWidget | None = None, centred: bool = False) -> None:
        super().__init__(parent)
        self._centred, self._still = centred, False
        self._ready = {one.key: one for one in ready}
        self._name = ""
        self.grid = NumberGrid(read_only=False)
        self.grid.setObjectName("kernel_grid")
        self.presets = IconButton("", N_("Ready kernels"), N_("Presets")).set_small()
        self.presets.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self.fill_menu)
        self.presets.setMenu(self.menu)
        self.mute = IconButton("", N_("Hold this map at zero and see what is missing"), N_("Mute")).set_small()
        self.mute.setCheckable(True)
        self.restore = IconButton("", N_("Back to the trained numbers of this filter"), N_("Restore")).set_small()
        self.copy = IconButton("copy", N_("Copy the kernel")).set_small()
        for name, widget in (("presets", self.presets), ("mute", self.mute), ("restore", self.restore),
                             ("copy_kernel", self.copy)):
            widget.setObjectName(name)
        self._lay_out()
        self.grid.edited.connect(self.edited)
        self.grid.pasted.connect(self.pasted)
        self.grid.refused.connect(self.refused)
        self.mute.clicked.connect(self.muted)
        self.restore.clicked.connect(self.restored)
        self.copy.clicked.connect(self._copy)
        self.retranslate()

    def _lay_out(self) -> None:
        self._tools = QGridLayout()
        self._tools.setSpacing(SPACE)
        self._folded = True
        self.set_folded(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(TOOL_GAP)
        column.addWidget(self.grid, 0, Qt.AlignmentFlag.AlignHCenter if self._centred else Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._tools)
        column.addStretch(1)

    def bind(self, hand: Hand, attempt: Callable[..., bool], again: Callable[[], None]) -> None:
        """Send everything to ``hand`` through ``attempt``; after a refusal ``again`` shows what is still true."""
        def through(method: Callable[..., None]) -> Callable[..., None]:
            def do(*args: Any) -> None:
                if not attempt(method, *args):
                    again()
            return do

        self.edited.connect(through(hand.set_cell))
        self.pasted.connect(through(hand.set_block))
        self.chosen.connect(through(hand.set_all))
        self.muted.connect(through(hand.mute))
        self.restored.connect(through(hand.restore))

    @property
    def tools(self) -> tuple[IconButton, ...]:
        """The buttons, in reading order."""
        return self.presets, self.mute, self.restore, self.copy

    def set_still(self) -> None:
        """Only to be read: no tools."""
        self._still = True
        for button in self.tools:
            button.hide()

    def set_folded(self, on: bool) -> None:
        """The tools in two rows, where the grid is narrow and the card is high."""
        if on == self._folded:
            return
        self._folded = on
        for k, button in enumerate(self.tools):
            self._tools.removeWidget(button)
            self._tools.addWidget(button, *(divmod(k, 2) if on else (0, k)), Qt.AlignmentFlag.AlignLeft)
        for col in range(len(self.tools) + 1):
            self._tools.setColumnStretch(col, int(col == (2 if on else len(self.tools))))

    def tools_size(self, folded: bool | None = None) -> QSize:
        """Room that the tools want, in one row or in two; None: as they stand."""
        if self._still:
            return QSize(0, 0)
        wide, high = [button.sizeHint().width() for button in self.tools], theme.size(TOOL)
        if self._folded if folded is None else folded:
            return QSize(max(wide[::2]) + max(wide[1::2]) + SPACE, 2 * high + SPACE)
        return QSize(sum(wide) + SPACE * (len(wide) - 1), high)

    # --- what it shows

    def show_kernel(self, values: NDArray[Any], bound: float, marks: NDArray[np.bool_], muted: bool, changed: bool,
                    name: str, title: Callable[[int, int], str] | None = None) -> None:
        """Another kernel, or the same after a change.

        Args:
            values: (rows, columns).
            bound: End of the colour range.
            marks: Which numbers are edited.
            muted: Its map is held at zero.
            changed: There is something to restore.
            name: Key of the ready kernel it is, or "".
            title: Names the number at a row and column.
        """
        self.grid.numbers.title = title
        self.grid.set_values(values, bound, "signed")
        self.grid.set_marks(marks)
        self.grid.set_muted(muted)
        self.mute.setChecked(muted)
        self.restore.set_blocked("" if changed else UNEDITED)
        self._name = name
        self._say()

    def _say(self) -> None:
        ready = self._ready.get(self._name.partition("(")[0])  # behind it stand the knobs of a formula
        self.presets.set_text(N_("{name} ▾"), name=tr(ready.name if ready else N_("Presets")))

    # --- what a person does

    def fill_menu(self) -> None:
        """The ready kernels; one that does not fit says what it needs."""
        self.menu.clear()
        size: tuple[int, int] = self.grid.values.shape  # type: ignore[assignment]
        for one in self._ready.values():
            action = QAction(tr(one.name), self.menu)
            action.setObjectName(f"preset_{one.key}")
            action.setToolTip(tr(one.help))
            if not one.fits(size):
                action.setEnabled(False)
                least = " × ".join(map(str, one.least))
                action.setText(tr("{name} (needs {least})", name=tr(one.name), least=least))
            action.triggered.connect(lambda _=False, r=one: self.chosen.emit(r.at(self.grid.values.shape), r.key))
            self.menu.addAction(action)

    def _copy(self) -> None:
        self.grid.selectAll()
        self.grid.copy()
        self.grid.clearSelection()

    def retranslate(self) -> None:
        """Names in the language of now."""
        self.grid.setAccessibleName(tr("Kernel: type, drag up and down, or paste"))
        for button in self.tools:
            button.setFixedHeight(theme.size(TOOL))
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "copy"):
            self.retranslate()
