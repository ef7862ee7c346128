"""The lines of the strip: an expression with its course and value; a breakpoint with its switch and what it finds."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from app import numbers, theme
from app.i18n import tr
from app.messages import text_of
from app.model import stop_words
from app.model.alarms import Holding
from app.model.breakpoints import CHANGED, DEAD, READY, Breakpoint
from app.model.results import Results
from app.model.stops import checked
from app.model.watches import Reading, needs_gradients
from app.panels.watches_views.figure import Figure, Thumb
from app.panels.watches_views.line import ROW, Line
from app.widgets.sparkline import Sparkline
from cnncore.errors import CnnError
from cnncore.op import Array

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


class WatchRow(Line):
    """An expression, its course, its value now; a map comes with its picture, and its mean is the value."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.thumb, self.course, self.value = Thumb(), Sparkline(), Figure()
        self.label.set_whole(text)
        self.row.addWidget(self.thumb)
        self.row.addWidget(self.label, 1)
        self.row.addWidget(self.course)
        self.row.addWidget(self.value)
        self._said: object = None
        self._write = numbers.gradient if needs_gradients(text) else stop_words.number

    def show_reading(self, reading: Reading, series: Sequence[float], learned: Sequence[bool] = (),
                     picture: Array | None = None) -> None:
        """What it comes to now, or why it cannot be computed."""
        wrong = isinstance(reading, CnnError)
        if isinstance(reading, CnnError):
            self.value.show_text("✕", "wrong")
            self.value.set_tip(text_of(reading))
        else:
            self.value.show_text(self._write(reading))
            self.value.set_tip(numbers.full(reading) if picture is None else tr(
                "mean of {count} numbers: {value}", count=numbers.count(picture.size), value=numbers.full(reading)))
        self.thumb.show_map(picture)
        if self._said != (wrong, picture is None):
            self._said = wrong, picture is None
            self.label.set_whole(self.text, "" if picture is None else f" · {tr('mean')}")
            self.say(text_of(reading) if isinstance(reading, CnnError) else "")
        self.course.set_values(series, learned)


class StopRow(Line):
    """The dot that switches it, where and when it stops, and at how many numbers of now it would."""

    switched = Signal()

    def __init__(self, stop: Breakpoint) -> None:
        super().__init__()
        self.stop = stop
        self._network: object = None  # the one it has been checked against
        self._wrong = ""
        self.dot = Dot(stop.on)
        self.dot.clicked.connect(self.switched)
        self.mark = Figure("")
        self.row.setSpacing(2)
        self.row.addWidget(self.dot)
        self.row.addWidget(self.label, 1)
        self.row.addWidget(self.mark)

    def check(self, results: Results) -> None:
        """Red where the network of now has no such thing."""
        if results.network is self._network:
            return
        self._network, stop = results.network, self.stop
        said = tr(NAMES[stop.condition]) if stop.condition in NAMES else stop.condition
        self.label.set_whole(": ".join(filter(None, (stop.place, said))))
        self.dot.say()
        self._wrong = ""
        try:
            checked(stop, results)
        except CnnError as error:
            self._wrong = text_of(error)
        self.say(self._wrong)

    def show_holding(self, holding: Holding | None, results: Results) -> None:
        """What it finds in the numbers of now; stronger while it is new."""
        if holding is None:
            self.mark.show_text("")
            self.say(self._wrong)
            return
        short = stop_words.mark(self.stop, holding, results) or tr("holds")
        self.mark.show_text(f"⚠ {short}", "warn", 600 if holding.new else 400)
        text, facts = stop_words.held(self.stop, holding, results)
        note = tr(text, **facts)
        self.mark.set_tip(note)
        self.say(self._wrong, note)
