"""A label that changes at every step."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QWidget

from app.widgets.labels import Label

SLACK = 0.25  # of its width: shorter texts than that let it shrink


class SteadyLabel(Label):
    """Keeps its size until a text needs more room, or much less.

    A label asks for a new layout of everything around it whenever its text changes, whether or not it needs another
    size; one of a fixed size asks for none. It stands at the right end of a line, and its text too.
    """

    def __init__(self, text: str = "", role: str = "text", mono: bool = False, parent: QWidget | None = None) -> None:
        self._held, self._most = QSize(-1, -1), 10_000
        super().__init__(text, role, mono, parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def _show(self, text: str) -> None:
        super()._show(text)
        self.hold()

    def set_most(self, px: int) -> None:
        """The room there is: what is longer is cut at its end."""
        self._most = max(px, 1)
        self.hold()

    def need(self) -> QSize:
        """What the text takes; not `sizeHint`, for a label of a fixed size answers with that."""
        return self.fontMetrics().size(0, self.text())

    def hold(self) -> None:
        """Take the size that the text needs, unless it is but a little less than that of now."""
        need = self.need().boundedTo(QSize(self._most, 10_000))
        held = self._held.width()
        enough = held * (1 - SLACK) <= need.width() <= held <= self._most
        if need.height() != self._held.height() or not enough:
            self._held = need
            self.setFixedSize(need)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._held = QSize(-1, -1)
            self.hold()
