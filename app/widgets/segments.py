"""A row of choices of which one is on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from app import theme
from app.i18n import tr


class Segments(QFrame):
    """One of several values; the arrows move, and Tab enters and leaves the row as one control.

    Args:
        choices: ``(value, label)`` pairs; a label is an English key.
        name: English key for people who hear the row.
        tabs: The look of the workspace tabs in place of the boxed one.
    """

    changed = Signal(object)

    def __init__(self, choices: Sequence[tuple[Any, str]], name: str = "", tabs: bool = False,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("tabs", tabs)
        self._name = name
        self._labels: list[str] = []
        self._values: list[Any] = []
        self._reasons: dict[int, str] = {}
        self._buttons: list[QToolButton] = []
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(lambda k: self._choose(k))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(1, 1, 1, 1)
        self._row.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._at = 0
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[tuple[Any, str]]) -> None:
        """Other choices; the value stays when it is among them, else the first is on."""
        kept = self.value if self._values else None
        for button in self._buttons:
            self._group.removeButton(button)
            self._row.removeWidget(button)  # at once, or the row stays as wide as both until they are gone
            button.hide()
            button.deleteLater()
        self._values, self._labels, self._buttons = [v for v, _ in choices], [t for _, t in choices], []
        self._reasons.clear()
        for k in range(len(choices)):
            button = _Segment(self)
            button.setCheckable(True)
            end = "first" if k == 0 else "last" if k == len(choices) - 1 else "middle"
            button.setProperty("end", end)
            button.setObjectName(f"segment_{self._values[k]}")
            self._group.addButton(button, k)
            self._row.addWidget(button)
            self._buttons.append(button)
        self._at = self._values.index(kept) if kept in self._values else 0
        self.retranslate()

    @property
    def value(self) -> Any:
        """The value that is on."""
        return self._values[self._at]

    def set_value(self, value: Any) -> None:
        """Turn one on, silently; an unknown value changes nothing."""
        if value in self._values:
            self._at = self._values.index(value)
            self._mark()

    def set_blocked(self, value: Any, reason: str) -> None:
        """Disable one with a reason (an English key) for its tooltip; empty: enable it."""
        k = self._values.index(value)
        self._reasons[k] = reason
        self._buttons[k].setEnabled(not reason)
        self._buttons[k].setToolTip(tr(reason) if reason else "")

    def button(self, value: Any) -> QToolButton:
        """The button of one value."""
        return self._buttons[self._values.index(value)]

    def retranslate(self) -> None:
        """Texts in the language of now."""
        name = tr(self._name) if self._name else ""
        self.setAccessibleName(name)
        for k, (button, label) in enumerate(zip(self._buttons, self._labels, strict=True)):
            button.setText(tr(label))
            button.setAccessibleName(f"{name}: {tr(label)}" if name else tr(label))
            button.setToolTip(tr(self._reasons[k]) if self._reasons.get(k) else "")
        self._mark()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key
        step = {key.Key_Left: -1, key.Key_Up: -1, key.Key_Right: 1, key.Key_Down: 1}.get(key(event.key()), 0)
        if not step:
            super().keyPressEvent(event)
            return
        order = range(self._at + step, len(self._values) if step > 0 else -1, step)
        to = next((k for k in order if self._buttons[k].isEnabled()), None)
        if to is not None:
            self._choose(to)
            self._buttons[to].setFocus(Qt.FocusReason.TabFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "_buttons"):
            self.retranslate()

    def _choose(self, k: int) -> None:
        if k != self._at:
            self._at = k
            self._mark()
            self.changed.emit(self.value)

    def _mark(self) -> None:
        for k, button in enumerate(self._buttons):
            button.setChecked(k == self._at)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if k == self._at else Qt.FocusPolicy.NoFocus)
            theme.dress(button, 13, 600 if k == self._at else 400)


class _Segment(QToolButton):
    """One choice; a tab has room for its bold text, so that choosing moves none."""

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if not self.parentWidget().property("tabs"):
            return hint
        now, bold = self.fontMetrics(), QFontMetrics(theme.font(13, 600))
        return hint + QSize(max(self._wide(bold) - self._wide(now), 0), 0)

    def _wide(self, metrics: QFontMetrics) -> int:
        """As a tool button counts: its text, and a blank at either side."""
        text = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        return text + 2 * metrics.horizontalAdvance(" ")
