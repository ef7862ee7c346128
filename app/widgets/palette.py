"""The command palette: type a few letters, press Enter. Knows rows, not the session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QSizePolicy, QWidget

from app import theme
from app.i18n import tr
from app.widgets.card import Card
from app.widgets.cut_text import CutText
from app.widgets.own_keys import keeps_all

WIDTH, HEIGHT = 560, 420
AIR = 4  # px under the last line
MEANT = 0.5  # how well a word fits that is not in the name: worse than one that is, better than its letters


@dataclass(frozen=True)
class Row:
    """One entry: ``other`` is its name in the other language, ``reason`` why it is blocked, ``initials`` its pinyin,
    ``sought`` words that it is found by and that are shown nowhere.
    """

    name: str
    text: str
    other: str
    keys: str
    reason: str = ""
    initials: str = ""
    sought: tuple[str, ...] = ()


def score(words: str, text: str) -> float | None:
    """How well typed letters fit a text: None when not all occur in order; the lower the better.

    A run of letters at the start of a word costs nothing, each gap costs one.
    """
    sought, place, cost = words.casefold().replace(" ", ""), -1, 0.0
    hay = text.casefold()
    for letter in sought:
        found = hay.find(letter, place + 1)
        if found < 0:
            return None
        if found != place + 1 and (found == 0 or hay[found - 1] != " "):
            cost += 1 + 0.01 * (found - place)
        place = found
    return cost + 0.001 * len(hay)


def meant(words: str, sought: tuple[str, ...]) -> bool:
    """Whether each typed word begins one of those that an action is found by."""
    typed = words.casefold().split()
    return len("".join(typed)) > 1 and all(any(word.startswith(part) for word in sought) for part in typed)


class Palette(Card):
    """A list over all actions at the top centre of its parent; `Esc` or a click elsewhere closes it."""

    chosen = Signal(str)

    def __init__(self, rows: Callable[[], list[Row]], parent: QWidget) -> None:
        super().__init__(parent=parent)
        self.setObjectName("palette")
        self._rows = rows
        self._found: list[Row] = []
        self.field = QLineEdit()
        self.field.setObjectName("palette_field")
        self.list = QListWidget()
        self.list.setObjectName("palette_list")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.nothing = QLabel()
        self.nothing.setObjectName("palette_nothing")
        self.nothing.setProperty("role", "secondary")
        for widget in (self.field, self.nothing, self.list):
            self.body.addWidget(widget)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(lambda item: self._choose(self.list.row(item)))
        self.hide()

    def open(self) -> None:
        """Show all actions and take the keyboard."""
        parent = self.parentWidget()
        width = min(theme.size(WIDTH), parent.width() - 32)
        self.setGeometry((parent.width() - width) // 2, 52, width, theme.size(HEIGHT))
        self.field.setPlaceholderText(tr("Find an action"))
        self.field.setAccessibleName(tr("Find an action"))
        self.field.clear()
        self._search("")
        self.show()
        self.raise_()
        self.field.setFocus()

    def _search(self, words: str) -> None:
        ranked = []
        for order, row in enumerate(self._rows()):
            names = (row.text, row.other, row.initials)
            scores = [s for s in (score(words, name) for name in names) if s is not None]
            if meant(words, row.sought):
                scores.append(MEANT)
            if scores and min(scores) <= max(1.0, len(words) / 3):
                ranked.append((min(scores) if words else 0, order, row))
        self._found = [row for _, _, row in sorted(ranked, key=lambda r: r[:2])]
        self.list.clear()
        for row in self._found:
            item = QListWidgetItem()
            line = _Line(row)
            item.setSizeHint(QSize(0, line.sizeHint().height()))  # as wide as the list: the line cuts its middle
            self.list.addItem(item)
            self.list.setItemWidget(item, line)
        self.list.setVisible(bool(self._found))
        self.list.setCurrentRow(0)
        self.nothing.setVisible(not self._found)
        self.nothing.setText(tr("No action fits “{words}”.", words=words))
        self._fit()

    def _fit(self) -> None:
        """As high as what is found, up to its most; what is more scrolls."""
        inner, outer = self.layout().contentsMargins(), self.contentsMargins()
        round_it = (inner.top() + inner.bottom() + outer.top() + outer.bottom() + self.body.spacing()
                    + self.field.sizeHint().height())
        most = min(theme.size(HEIGHT), self.parentWidget().height() - 80) - round_it
        rows = sum(self.list.item(k).sizeHint().height() for k in range(self.list.count())) + AIR
        self.list.setFixedHeight(max(min(rows, most), 1))
        shown = self.list.height() if self._found else self.nothing.sizeHint().height()
        self.resize(self.width(), round_it + shown)

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self._found) and not self._found[place].reason:
            self.hide()
            self.chosen.emit(self._found[place].name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Enter move in the list while the field has the keyboard."""
        if event.type() == QEvent.Type.FocusOut:
            self.hide()
        if keeps_all(event):  # F keys and the like, as much as letters
            return True
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        key, place = event.key(), self.list.currentRow()
        again = key == Qt.Key.Key_K and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if key == Qt.Key.Key_Escape or again:  # the key that opened it closes it
            self.hide()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(place)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if key == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(min(max(place + step, 0), len(self._found) - 1))
        else:
            return False
        return True


class _Line(QWidget):
    def __init__(self, row: Row) -> None:
        super().__init__()
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 4, 8, 4)
        line.setSpacing(10)
        text, other, keys = CutText(row.text), CutText(row.reason or row.other), QLabel(row.keys)
        other.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # gives way first, keys never
        text.setMinimumWidth(1)
        for label in (other, keys):
            label.setProperty("role", "secondary")
            theme.dress(label, 12, mono=label is keys)
        if row.reason:  # its place says why it cannot be done now
            text.setProperty("role", "secondary")
        line.addWidget(text)
        line.addWidget(other, 1)
        line.addWidget(keys)
