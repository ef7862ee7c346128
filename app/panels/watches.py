"""The strip under the inspector: watched expressions with their course, and breakpoints, one line each."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMenu, QScrollArea, QVBoxLayout, QWidget

from app import theme
from app.desk import Desk
from app.i18n import N_, tr
from app.messages import text_of
from app.model.breakpoints import READY, Breakpoint
from app.model.expression import words
from app.model.expression_tree import FUNCTIONS, PASSED
from app.panels.watches_views.inputs import InputsView
from app.panels.watches_views.line import GAP, ROW, Line
from app.panels.watches_views.rows import StopRow, WatchRow
from app.widgets.buttons import IconButton
from app.widgets.card import Card
from app.widgets.expression_field import ExpressionField
from app.widgets.labels import Label
from app.widgets.scroll import on_card
from cnncore.errors import CnnError

WATCH = N_("such as max(conv1) or p[3]")
STOP = N_("such as conv1: value > 1")
LIVE = 50  # ms between two looks while one draws: whoever reads a number reads no more of them
MOST = 0.4  # of the column's height
INSPECTOR = 552  # height of the inspector's parts but the code, with the strip's first line
AIR = 4
LEAST = 2  # lines, in the lowest window
Take = Callable[[str], None]


class WatchesPanel(Card):
    """Lists of the document's watches and breakpoints; one line is left of it where there are none, or when folded."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("Watches"), "", parent)
        self.setObjectName("watches_panel")
        self.setProperty("own_focus", True)  # it only keeps the focus in the window when a field closes
        self.desk, self.watches = desk, desk.debugger.watches
        self.layout().setContentsMargins(12, 6, 12, 6)
        self.layout().setSpacing(4)
        self.folded = False
        self.fold = IconButton("caret", N_("Fold the list")).set_small()
        self.fold.setObjectName("watches_fold")
        self.fold.clicked.connect(lambda: self.set_folded(not self.folded))
        self.plus = IconButton("plus", N_("Watch an expression…")).set_small()
        self.plus.setObjectName("watches_add")
        self.plus.clicked.connect(lambda: self.type_watch())
        self.dot = IconButton("stop", N_("Add a breakpoint with a condition…")).set_small()
        self.dot.setObjectName("stops_add")
        self.dot.clicked.connect(self._offer)
        self.menu = QMenu(self)
        self.menu.setObjectName("stops_menu")
        for button in (self.plus, self.dot, self.fold):
            button.setProperty("bare", True)
            button.setProperty("tiny", True)
            self.add_control(button)
        self.header.setSpacing(4)
        self.list = QWidget()
        self.rows = QVBoxLayout(self.list)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(GAP)
        self.scroll = on_card(QScrollArea(), self.list, "watches_scroll")
        self.field = ExpressionField(WATCH, self._names)
        self.field.setObjectName("watches_field")
        self.field.entered.connect(self._entered)
        self.field.left.connect(self._leave)
        self.asked = Label("", "secondary")
        self.body.setSpacing(4)
        self.inputs = InputsView(desk)
        self.inputs.hide()
        for widget in (self.inputs, self.scroll, self.asked, self.field):
            self.body.addWidget(widget)
        self._take: Take = self.watches.add
        self._hint = WATCH
        self._listed: tuple[tuple[str, ...], tuple[Breakpoint, ...]] | None = None
        self.watch_rows: list[WatchRow] = []
        self.stop_rows: list[StopRow] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._fit)
        self._stale, self._need = True, 0
        self._live = QTimer(self)
        self._live.setSingleShot(True)
        self._live.setInterval(LIVE)
        self._live.timeout.connect(self._show_now)
        self.watches.changed.connect(self._changed)
        desk.debugger.alarms.changed.connect(self._changed)
        desk.session.debug_changed.connect(self._list)
        for fact in (desk.debugger.comparison.changed, desk.session.playhead_moved, desk.session.results_changed,
                     desk.ranges.changed):
            fact.connect(self._compare)
        self._close()
        self._list()

    # --- what is listed

    def _list(self) -> None:
        document = self.desk.session.document
        listed = document.watches, document.stops
        if listed != self._listed:
            self._listed, self._need = listed, 0
            for row in (*self.watch_rows, *self.stop_rows):
                self.rows.removeWidget(row)
                row.hide()
                row.deleteLater()
            self.watch_rows = [self._watch_row(text) for text in document.watches]
            self.stop_rows = [self._stop_row(stop) for stop in document.stops]
        self._show_now()
        self._arrange()

    def _watch_row(self, text: str) -> WatchRow:
        row = WatchRow(text)
        row.gone_to.connect(lambda: (self.desk.player.pause(), self.desk.attempt(self.watches.go, text)))
        row.edited.connect(lambda: self._type(WATCH, lambda typed: self.watches.replace(text, typed), text))
        row.removed.connect(lambda: self._drop(row, lambda: self.watches.remove(text)))
        row.moved.connect(lambda by: self._shift(row, lambda: self.watches.move(text, by), by))
        self.rows.addWidget(row)
        return row

    def _stop_row(self, stop: Breakpoint) -> StopRow:
        debugger, row = self.desk.debugger, StopRow(stop)
        row.gone_to.connect(lambda: self.desk.attempt(debugger.go_to, stop))
        row.edited.connect(lambda: self._type(STOP, lambda typed: debugger.replace(stop, typed), stop.text))
        row.removed.connect(lambda: self._drop(row, lambda: debugger.remove(stop)))
        row.moved.connect(lambda by: self._shift(row, lambda: debugger.move(stop, by), by))
        row.switched.connect(lambda: debugger.switch(stop))
        self.rows.addWidget(row)
        return row

    def _lines(self) -> list[Line]:
        return [*self.watch_rows, *self.stop_rows]

    def _drop(self, row: Line, do: Callable[[], None]) -> None:
        """Remove a line; the focus goes on to the next."""
        k, had = self._lines().index(row), self.isAncestorOf(QApplication.focusWidget() or self.window())
        do()
        self._focus(k if had else None)

    def _shift(self, row: Line, do: Callable[[], None], by: int) -> None:
        """Move a line; the focus stays with it."""
        rows = self.watch_rows if isinstance(row, WatchRow) else self.stop_rows
        k = min(max(rows.index(row) + by, 0), len(rows) - 1)  # type: ignore[arg-type]
        had = row.isAncestorOf(QApplication.focusWidget() or self.window())
        do()
        self._focus(k + (len(self.watch_rows) if isinstance(row, StopRow) else 0) if had else None)

    def _focus(self, k: int | None) -> None:
        lines = self._lines()
        if k is not None and lines:
            line = lines[min(k, len(lines) - 1)]
            line.label.setFocus(Qt.FocusReason.OtherFocusReason)
            self.scroll.ensureWidgetVisible(line, 0, 0)

    def _compare(self, *_: object) -> None:
        """Two inputs; under a moving pen a little later."""
        if not self.isVisible() or not (self.desk.debugger.comparison.kept or self.inputs.isVisible()):
            return
        if not self.desk.session.drawing:
            self.inputs.show_now()
        elif not self._live.isActive():
            self._live.start()

    def _changed(self) -> None:
        """Under a moving pen a little later: the stroke comes first."""
        if not self.desk.session.drawing:
            self._show_now()
        elif not self._live.isActive():
            self._live.start()

    def _show_now(self) -> None:
        """Only while it can be seen: what is not shown is not computed."""
        if self.isVisible() and self.desk.debugger.comparison.kept:
            self.inputs.show_now()
        self._stale = not (self.isVisible() and self.scroll.isVisible())
        if not self._stale:
            results, alarms = self.desk.session.results, self.desk.debugger.alarms
            for row in self.watch_rows:
                if not row.value.text() or self.watches.ready(row.text):
                    row.show_reading(self.watches.reading(row.text), self.watches.series(row.text),
                                     self.watches.learned(row.text), self.watches.picture(row.text))
            self._align()
            for stop in self.stop_rows:
                stop.check(results)
                stop.show_holding(alarms.holding(stop.stop), results)

    def _align(self) -> None:
        """All values are as wide as the widest, and never become narrower: the courses stand under one another."""
        need = max((row.value.need for row in self.watch_rows), default=0)
        if need > self._need:
            self._need = need
            for row in self.watch_rows:
                row.value.set_least(need)

    # --- typing

    def type_watch(self) -> None:
        """Ask for one more expression to watch."""
        self._type(WATCH, self.watches.add)

    def type_stop(self) -> None:
        """Ask for a condition; the layer of the playhead stands there already."""
        head = self.desk.session.playhead
        start = "" if head is None or head.node == "input" else f"{Breakpoint(*head.stretch).place}: "
        self._type(STOP, self.desk.debugger.add, f"{start}value > " if start else "", whole=False)

    def _offer(self) -> None:
        """Where a breakpoint may stop: conditions that are ready, or one of the person's own."""
        self.menu.clear()
        self.menu.addAction(self.desk.action("stops.toggle"))
        self.menu.addSeparator()
        for said, condition in READY.values():
            text = tr("Stop when {condition}", condition=tr(said))
            if condition == READY["over"][1]:  # which bound, and where, is for the person to say
                self.menu.addAction(text, self.type_stop)
            else:
                self.menu.addAction(text, lambda c=condition: self.desk.attempt(self.desk.debugger.add, c))
        self.menu.addSeparator()
        self.menu.addAction(tr("Another condition…"), lambda: self._type(STOP, self.desk.debugger.add))
        self.menu.popup(self.dot.mapToGlobal(self.dot.rect().bottomLeft()))

    def _type(self, hint: str, take: Take, text: str = "", whole: bool = True) -> None:
        self._take, self._hint = take, hint
        self.field.set_hint(hint)
        self.asked.set_text(N_("Stop when…") if hint == STOP else N_("Watch"))
        self.asked.show()
        self.field.show()
        self.field.start(text, whole)
        self._arrange()

    def _entered(self, text: str) -> None:
        try:
            self._take(text)
        except CnnError as error:
            self.field.refuse(text_of(error))
            self._arrange()
            return
        self.folded = False
        self._leave()

    def _leave(self) -> None:
        had = self.field.line.hasFocus()
        self._close()
        self._arrange()
        if had:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close(self) -> None:
        self.asked.hide()
        self.field.hide()

    def _names(self) -> list[str]:
        names = [*words(self.desk.session.results), *FUNCTIONS, *PASSED]
        return names if self._hint == WATCH else [*names, *(condition for _, condition in READY.values())]

    # --- room

    def set_folded(self, on: bool) -> None:
        """Only its first line, or all."""
        self.folded = on
        self._arrange()

    def _arrange(self) -> None:
        count = len(self.watch_rows) + len(self.stop_rows)
        self.fold.setVisible(count > 0)
        self.fold.set_icon("caret-right" if self.folded else "caret")
        self.fold.set_text("", N_("Show the list") if self.folded else N_("Fold the list"))
        shown = count > 0 and not self.folded
        self.scroll.setVisible(shown)
        self.set_title(N_("Watches"))
        self.set_secondary(f"{len(self.watch_rows)} · ● {len(self.stop_rows)}" if count else "")
        if shown and self._stale:
            self._show_now()
        self._soon.start()
        self._fit()

    def _fit(self) -> None:
        """As high as its lines, up to its share of the column; more lines scroll."""
        count = len(self.watch_rows) + len(self.stop_rows)
        line = theme.size(ROW)
        host = self.parentWidget().height() if self.parentWidget() is not None else 600
        spare = min(host - theme.size(INSPECTOR), int(host * MOST))  # the inspector's parts keep their place
        room = max(spare // (line + GAP), LEAST)
        self.rows.setContentsMargins(0, 0, AIR if count > room else 0, 0)  # beside the scroll bar
        self.list.setFixedHeight(max(count * (line + GAP) - GAP, 0))  # a hidden list would not tell its new height
        self.scroll.setFixedHeight(min(count, room) * (line + GAP) - GAP if count else 0)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if self._stale or self.desk.debugger.comparison.kept:
            self._show_now()
        self._fit()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._soon.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "_soon"):
            self._listed = None  # lines of the size and in the language of now
            self._list()
