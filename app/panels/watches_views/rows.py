"""The lines of the strip: an expression with its course and value; a breakpoint with its switch."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QSizePolicy, QWidget

from app import numbers, theme
from app.i18n import N_, tr
from app.messages import text_of
from app.model.breakpoints import CHANGED, DEAD, READY, Breakpoint
from app.model.results import Results
from app.model.stop_words import number
from app.model.stops import checked
from app.model.watches import Reading
from app.widgets.buttons import IconButton, restyle
from app.widgets.labels import Label
from app.widgets.sparkline import Sparkline
from cnncore.errors import CnnError

ROW = 24
NAMES = {condition: words for words, condition in READY.values() if condition in (DEAD, CHANGED)}


class Dot(QAbstractButton):
    """The red dot of a breakpoint: full while it is on, a ring while it is off."""

    def __init__(self, on: bool) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setChecked(on)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.say()

    def say(self) -> None:
        """Its tooltip in the language of now."""
        words = tr("The breakpoint is on. Click: switch it off.") if self.isChecked() else \
            tr("The breakpoint is off. Click: switch it on.")
        self.setToolTip(words)
        self.setAccessibleName(words)

    def sizeHint(self) -> QSize:
        return QSize(theme.size(18), theme.size(ROW))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = theme.size(9)
        place = QRectF(0, 0, edge, edge)
        place.moveCenter(QPointF(self.width() / 2 - 2, self.height() / 2))
        painter.setPen(QPen(theme.color("wrong"), 1.5))
        painter.setBrush(theme.color("wrong") if self.isChecked() else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place.adjusted(0.75, 0.75, -0.75, -0.75))


class Text(Label):
    """An expression: cut where it is too long, whole in its tooltip; a click or Enter edits it."""

    pressed = Signal()
    entered = Signal()  # the focus came or went

    def __init__(self) -> None:
        super().__init__("", "secondary", mono=True)
        self.setProperty("role", "text")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.whole = ""

    def set_whole(self, text: str) -> None:
        """Another text."""
        self.whole = text
        self.setAccessibleName(text)
        self._elide()

    def _elide(self) -> None:
        room, metrics = max(self.width(), 20), self.fontMetrics()
        close = self.whole.replace(", ", ",")  # before anything is cut
        text = self.whole if metrics.horizontalAdvance(self.whole) <= room else close
        self.setText(metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room))

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._elide()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.entered.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)


class Line(QWidget):
    """One line with a text to edit and a way to remove it; Delete removes it too."""

    edited = Signal()
    removed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(4)
        self.setFixedHeight(theme.size(ROW))
        self.label = Text()
        self.label.pressed.connect(self.edited)
        self.label.entered.connect(self._show_cross)
        self.remove = IconButton("cross", N_("Remove")).set_small()
        self.remove.setProperty("bare", True)
        self.remove.setProperty("tiny", True)
        self.remove.clicked.connect(self.removed)

        self.remove.setParent(self)
        self.remove.setAutoFillBackground(True)
        self.remove.hide()
        self._pointed = False

    def _over(self) -> int:
        """Where the cross stands, from the right end: over nothing that is read."""
        return 0

    def _show_cross(self) -> None:
        """While the pointer or the focus is in the line."""
        focus = QApplication.focusWidget()
        self.remove.setVisible(self._pointed or (focus is not None and self.isAncestorOf(focus)))
        wide = theme.size(ROW)
        self.remove.setGeometry(self.width() - wide - self._over(), 0, wide, self.height())

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.Resize):
            if event.type() != QEvent.Type.Resize:
                self._pointed = event.type() == QEvent.Type.Enter
            self._show_cross()
        return done

    def _say(self, wrong: str) -> None:
        """Red with the reason in the tooltip, or plain."""
        role = "wrong" if wrong else "text"
        if self.label.property("role") != role:
            self.label.setProperty("role", role)
            restyle(self.label)
        tip = f"✕ {wrong}" if wrong else tr("Click to edit")
        words = f"{self.label.whole}\n{tip}"
        if words != self.label.toolTip():
            self.label.setToolTip(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class WatchRow(Line):
    """An expression, its course, its value now."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.course = Sparkline()
        self.value = Label("", "secondary", mono=True)
        self.value.setProperty("role", "text")
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.value.setMinimumWidth(self.value.fontMetrics().horizontalAdvance("−0.000"))
        self.label.set_whole(text)
        self.row.addWidget(self.label, 1)
        self.row.addWidget(self.course)
        self.row.addWidget(self.value)

    def _over(self) -> int:
        return self.width() - self.course.geometry().right() - 1

    def show_reading(self, reading: Reading, series: Sequence[float]) -> None:
        """What it comes to now, or why it cannot be computed."""
        wrong = isinstance(reading, CnnError)
        self.value.setText("✕" if isinstance(reading, CnnError) else number(reading))
        self.value.setToolTip("" if isinstance(reading, CnnError) else numbers.full(reading))
        role = "wrong" if wrong else "text"
        if self.value.property("role") != role:
            self.value.setProperty("role", role)
            restyle(self.value)
        self._say(text_of(reading) if isinstance(reading, CnnError) else "")
        self.course.set_values(series)


class StopRow(Line):
    """The dot that switches it, and where and when it stops."""

    switched = Signal()

    def __init__(self, stop: Breakpoint) -> None:
        super().__init__()
        self.stop = stop
        self._network: object = None  # the one it has been checked against
        self.dot = Dot(stop.on)
        self.dot.clicked.connect(self.switched)
        self.row.setSpacing(2)
        self.row.addWidget(self.dot)
        self.row.addWidget(self.label, 1)
        self.row.addSpacing(theme.size(ROW))  # for the cross

    def check(self, results: Results) -> None:
        """Red where the network of now has no such thing."""
        if results.network is self._network:
            return
        self._network, stop = results.network, self.stop
        said = tr(NAMES[stop.condition]) if stop.condition in NAMES else stop.condition
        self.label.set_whole(": ".join(filter(None, (stop.place, said))))
        self.dot.say()
        try:
            checked(stop, results)
        except CnnError as error:
            self._say(text_of(error))
            return
        self._say("")
