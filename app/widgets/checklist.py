"""A few steps to take, in their order, each with a sign whether it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import theme
from app.i18n import tr
from app.widgets.icons import paint
from app.widgets.labels import Label

SIGN = 22


@dataclass(frozen=True)
class Task:
    """One step: what to do and a word on it, texts of the language of now; whether it is done."""

    text: str
    word: str
    done: bool


class Checklist(QWidget):
    """Steps under one another, as wide as a column of text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[_Sign, Label, Label]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(14)
        self.setMaximumWidth(theme.size(460))

    def set_tasks(self, tasks: Sequence[Task]) -> None:
        """Show these."""
        while len(self._rows) < len(tasks):
            self._add()
        now = next((k for k, task in enumerate(tasks) if not task.done), None)
        for k, ((sign, text, word), task) in enumerate(zip(self._rows, tasks, strict=True)):
            sign.set_state(k + 1, task.done, k == now)
            text.setText(task.text)
            word.setText(task.word)
            sign.setAccessibleName(tr("done") if task.done else tr("to do"))

    def _add(self) -> None:
        sign, text, word = _Sign(), Label("", "title"), Label("", "secondary")
        word.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(text)
        words.addWidget(word)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self._column.addLayout(row)
        self._rows.append((sign, text, word))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.setMaximumWidth(theme.size(460))


class _Sign(QWidget):
    """A number in a ring, or a tick."""

    def __init__(self) -> None:
        super().__init__()
        self._number, self._done, self._now = 0, False, False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_state(self, number: int, done: bool, now: bool) -> None:
        """Its number; done; the next one to do."""
        self._number, self._done, self._now = number, done, now
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.size(SIGN), theme.size(SIGN))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(theme.color("right" if self._done else "ink" if self._now else "edge"), 1.5))
        painter.setBrush(theme.color("right_ground" if self._done else "panel"))
        painter.drawEllipse(ring)
        if self._done:
            paint(painter, ring.adjusted(4, 4, -4, -4), "check", "right")
            return
        painter.setFont(theme.font(12, 600))
        painter.setPen(theme.color("ink" if self._now else "soft"))
        painter.drawText(ring, Qt.AlignmentFlag.AlignCenter, str(self._number))
