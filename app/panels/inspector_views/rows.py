"""The inspector's parts: a line, a block of code, rows of names and links."""

from __future__ import annotations

import html

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QSizePolicy, QWidget

from app import theme
from app.panels.inspector_views.facts import Part, Row
from app.widgets.labels import Label, LinkText

LONG = 18  # characters of code that still go into one line


class Line(QFrame):
    """Parts two sections."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(9)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(QRectF(0, 4, self.width(), 1), theme.color("line"))


class CodeBlock(QLabel):
    """Lines of code on a sunk ground, to select and copy."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setContentsMargins(8, 6, 8, 6)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        theme.dress(self, 11, mono=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("sunk"))
        painter.drawRoundedRect(QRectF(self.rect()), theme.size(6), theme.size(6))
        painter.end()
        super().paintEvent(event)


class Sense(CodeBlock):
    """A sentence or two on a sunk ground; ``**strong**`` words stand out."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sense")
        self.setTextFormat(Qt.TextFormat.MarkdownText)
        theme.dress(self, 12)


class FormulaText(QLabel):
    """Symbols in soft, under them the same with values."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("inspector_formula")
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        theme.dress(self, 11, mono=True)

    def show_formula(self, symbols: str, filled: str) -> None:
        """Another formula; none at all where there are no symbols."""
        soft = f"<span style=\"color:{theme.tokens().soft}\">{html.escape(symbols)}</span>"
        self.setText(f"{soft}<br>{html.escape(filled)}" if symbols else "")
        self.setVisible(bool(symbols))
        self.setAccessibleName(f"{symbols}: {filled}")


class Rows(QWidget):
    """Names left, words and links right; labels are made once and filled anew only where the text differs."""

    linked = Signal(object)  # Playhead, or what else a part leads to

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self._labels: list[tuple[Label, QLabel]] = []
        self._rows: list[Row] = []

    @property
    def rows(self) -> list[Row]:
        """What it shows."""
        return list(self._rows)

    def show_rows(self, rows: list[Row]) -> None:
        """Other rows."""
        if rows == self._rows:
            return
        before, self._rows = self._rows, rows
        while len(self._labels) < len(rows):
            self._add()
        for k, (name, value) in enumerate(self._labels):
            there = k < len(rows)
            if there and not (k < len(before) and rows[k] == before[k]):
                name.set_text(rows[k].name)
                value.setText(self._text(k, rows[k].parts))
                value.setAccessibleName(f"{name.text()}: {' '.join(p.text for p in rows[k].parts)}")
            if name.isHidden() == there:
                name.setVisible(there)
                value.setVisible(there)

    def forget(self) -> None:
        """The language, theme or type has changed: fill all anew at the next call."""
        self._rows = []

    def _add(self) -> None:
        name, value = Label("", "text", parent=self), LinkText(self)
        name.setProperty("role", "secondary")
        value.setTextFormat(Qt.TextFormat.RichText)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        value.setWordWrap(True)
        theme.dress(value, 13)
        value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        value.linkActivated.connect(self._follow)
        k = len(self._labels)
        self._grid.addWidget(name, k, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, k, 1)
        self._labels.append((name, value))

    def _text(self, k: int, parts: tuple[Part, ...]) -> str:
        return " ".join(self._marked(k, p, part) for p, part in enumerate(parts))

    def _marked(self, k: int, p: int, part: Part) -> str:
        text = html.escape(part.text)
        if part.tone == "code":
            family = theme.font(12, mono=True).families()[0]
            if len(part.text) <= LONG:
                text = text.replace(" ", "&nbsp;")
            text = f"<span style=\"font-family:'{family}'; font-size:{theme.size(12)}px\">{text}</span>"
        elif part.tone == "strong":
            text = f"<b>{text}</b>"
        elif part.tone in ("right", "warn"):
            text = f"<span style=\"color:{getattr(theme.tokens(), part.tone)}\">{text}</span>"
        if part.to is not None:
            text = f"<a href=\"{k}:{p}\" style=\"color:{theme.tokens().accent}\">{text}</a>"
        return text

    def _follow(self, link: str) -> None:
        k, p = (int(n) for n in link.split(":"))
        self.linked.emit(self._rows[k].parts[p].to)
