"""One line of the strip: a text to go to, to edit, to move up and down, to remove."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QWidget

from app import theme
from app.i18n import N_, tr
from app.widgets.buttons import IconButton, restyle
from app.widgets.labels import Label

ROW = 24
TOOL = 20
GAP = 2
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
WAYS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class Text(Label):
    """An expression: cut where it is too long, whole in its tooltip. It tells what hands and keys do on it."""

    pressed = Signal()
    edited = Signal()
    lifted = Signal(int)  # px up or down, while it is dragged
    dropped = Signal(int)
    shifted = Signal(int)  # one line up or down, by keys
    entered = Signal()  # the focus came or went

    def __init__(self) -> None:
        super().__init__("", "secondary", mono=True)
        self.setProperty("role", "text")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.whole = self.after = ""
        self._from: QPointF | None = None
        self._dragged = False
        self._taken = 0

    def set_taken(self, px: int) -> None:
        """So much of its right end belongs to others now."""
        if px != self._taken:
            self._taken = px
            self._elide()

    def set_whole(self, text: str, after: str = "") -> None:
        """Another text, and words after it that are left out where there is no room."""
        if (text, after) != (self.whole, self.after):
            self.whole, self.after = text, after
            self.setAccessibleName(f"{text}{after}")
            self._elide()

    def _elide(self) -> None:
        room, metrics = max(self.width() - self._taken, 20), self.fontMetrics()
        tight = self.whole.replace(", ", ",")  # before anything is cut
        fitting = (text for text in (self.whole + self.after, self.whole, tight)
                   if metrics.horizontalAdvance(text) <= room)
        self.setText(next(fitting, metrics.elidedText(tight, Qt.TextElideMode.ElideMiddle, room)))

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._elide()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.entered.emit()

    # --- hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._from, self._dragged = event.globalPosition(), False

    def _far(self, event: QMouseEvent) -> int:
        return 0 if self._from is None else round(event.globalPosition().y() - self._from.y())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._dragged = self._dragged or abs(self._far(event)) >= QApplication.startDragDistance()
            if self._dragged:
                self.lifted.emit(self._far(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._from is None:
            return
        far, dragged = self._far(event), self._dragged
        self._from, self._dragged = None, False
        if dragged:
            self.dropped.emit(far)
        elif self.rect().contains(event.position().toPoint()):
            self.pressed.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.edited.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ENTER:
            self.pressed.emit()
        elif key == Qt.Key.Key_F2:
            self.edited.emit()
        elif key in WAYS and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.shifted.emit(WAYS[key])
        elif key in WAYS:
            self.focusNextPrevChild(WAYS[key] > 0)
        else:
            super().keyPressEvent(event)


class Line(QWidget):
    """A click goes there, a double click or F2 edits, Alt with up or down and dragging move it, Delete removes it."""

    gone_to = Signal()
    edited = Signal()
    removed = Signal()
    moved = Signal(int)  # so many lines down, or up below 0

    def __init__(self) -> None:
        super().__init__()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(4)
        self.setFixedHeight(theme.size(ROW))
        self.label = Text()
        self.label.pressed.connect(self.gone_to)
        self.label.edited.connect(self.edited)
        self.label.entered.connect(self._show_tools)
        self.label.shifted.connect(self.moved)
        self.label.lifted.connect(self._lift)
        self.label.dropped.connect(self._drop)
        self._home: int | None = None  # where it lay before it was lifted
        self.edit = IconButton("pen", N_("Edit (F2)")).set_small()
        self.remove = IconButton("cross", N_("Remove (Delete)")).set_small()
        for button, told in ((self.edit, self.edited), (self.remove, self.removed)):
            button.setProperty("bare", True)
            button.setProperty("tiny", True)
            button.clicked.connect(told)
            button.setParent(self)
            button.hide()
        self._pointed = False

    def _show_tools(self) -> None:
        """While the pointer or the focus is in the line."""
        focus = QApplication.focusWidget()
        shown = self._pointed or (focus is not None and self.isAncestorOf(focus))
        wide, right = theme.size(TOOL), self.label.geometry().right() + 1
        self.label.set_taken(2 * wide if shown else 0)
        for k, button in enumerate((self.remove, self.edit), 1):
            button.setVisible(shown)
            button.setGeometry(right - k * wide, 0, wide, self.height())

    def _lift(self, far: int) -> None:
        if self._home is None:
            self._home = self.y()
            self.raise_()
            self.setAutoFillBackground(True)
        host = self.parentWidget()
        self.move(self.x(), min(max(self._home + far, 0), max(host.height() - self.height(), 0) if host else 0))

    def _drop(self, far: int) -> None:
        lines = round(far / (theme.size(ROW) + GAP))
        if self._home is not None:
            self.move(self.x(), self._home)
        self._home = None
        self.setAutoFillBackground(False)
        if lines:
            self.moved.emit(lines)

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.Resize):
            if event.type() != QEvent.Type.Resize:
                self._pointed = event.type() == QEvent.Type.Enter
            self._show_tools()
        return done

    def say(self, wrong: str = "", note: str = "") -> None:
        """Red with the reason in the tooltip, or plain with what is to be known."""
        role = "wrong" if wrong else "text"
        if self.label.property("role") != role:
            self.label.setProperty("role", role)
            restyle(self.label)
        how = tr("Click: go there. Double click or F2: edit. Drag, or Alt with ↑ and ↓: move the line.")
        tip = "\n".join(filter(None, (self.label.whole + self.label.after, f"✕ {wrong}" if wrong else note, how)))
        if tip != self.label.toolTip():
            self.label.setToolTip(tip)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)
