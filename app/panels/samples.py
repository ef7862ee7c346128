"""Samples: the classes a person names, and what was drawn for each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from app import numbers
from app.desk import Desk
from app.i18n import N_, tr
from app.jobs.verdict import Verdict
from app.messages import text_of
from app.model import edits
from app.model.samples import Sample, SampleClass, class_keys
from app.widgets.buttons import link_button, tool_button
from app.widgets.card import Card
from app.widgets.labels import Label
from app.widgets.name_field import NameField
from app.widgets.sample_class import SampleClassView
from app.widgets.sample_wall import SampleWall
from app.widgets.scroll import on_card
from cnncore.errors import CnnError

DIGITS = tuple("0123456789")
BLANK = N_("The canvas is empty.")


class SamplesPanel(Card):
    """Name classes, add the drawing to one, pick, move and delete samples."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(N_("Samples"), "", parent)
        self.setObjectName("samples_panel")
        self.desk = desk
        self.views: list[SampleClassView] = []
        self._classes: tuple[SampleClass, ...] = ()
        self.selected: frozenset[Sample] = frozenset()
        self._blank: bool | None = None
        self._verdict: Verdict | None = None
        self._build()
        desk.services["samples.new_class"] = self.ask_name
        desk.session.document_changed.connect(self._document)
        desk.session.results_changed.connect(self._drawing)
        desk.session.run_moved.connect(self._run)
        desk.runs.picked.connect(self.pick)
        self._document()
        self._drawing()

    def _build(self) -> None:
        self.empty = Label(N_("What shall the network tell apart? Name a class, then another; draw samples of each."))
        self.empty.setWordWrap(True)
        self.digits = link_button(N_("Use the digits 0 to 9"))
        self.digits.setObjectName("use_digits")
        self.digits.clicked.connect(lambda: self.desk.attempt(self.desk.session.edit, edits.add_classes, DIGITS))
        self.first = Label("", "secondary")
        self.first.setWordWrap(True)
        self.first_add = tool_button("plus", "").set_small()
        self.first_add.setObjectName("add_first_sample")
        self.first_add.clicked.connect(lambda: self.add_drawing(0))
        self.list = QWidget()
        self.column = QVBoxLayout(self.list)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.column.addStretch(1)
        self.scroll = on_card(QScrollArea(), self.list, "samples_scroll")
        self.scroll.installEventFilter(self)
        self.field = NameField(N_("Name of the class"))
        self.field.setObjectName("new_class_field")
        self.field.entered.connect(self.add_class)
        self.field.left.connect(self._close_field)
        self.new = tool_button("plus", N_("Name another class"), N_("New class"))
        self.new.setObjectName("new_class")
        self.new.clicked.connect(self.ask_name)
        foot = QHBoxLayout()
        foot.addWidget(self.new)
        foot.addStretch(1)
        left = Qt.AlignmentFlag.AlignLeft
        self.body.addWidget(self.empty)
        self.body.addWidget(self.first)
        self.body.addWidget(self.first_add, 0, left)
        self.body.addWidget(self.scroll, 1)
        self.body.addWidget(self.field)
        self.body.addWidget(self.digits, 0, left)
        self.body.addLayout(foot)
        self.body.addStretch(0)

    # --- what the document and the run say

    def _document(self, *_: object) -> None:
        classes = self.desk.session.document.classes
        if classes is self._classes and self.views:
            return
        before, self._classes = self._classes, classes
        names = [c.name for c in classes]
        while len(self.views) > len(classes):
            gone = self.views.pop()
            self.column.removeWidget(gone)
            gone.deleteLater()
        while len(self.views) < len(classes):
            self._add_view(len(self.views))
        keys = class_keys(names)
        for k, (view, one) in enumerate(zip(self.views, classes, strict=True)):
            if k >= len(before) or before[k] is not one or view.key != keys[k]:
                view.show_class(one.name, keys[k], tuple(one.samples))
        if self.selected:
            there = {s for c in classes for s in c.samples}
            self._select(self.selected & there)
        self._shape()
        self._run()
        self._mark()

    def _add_view(self, index: int) -> None:
        view = SampleClassView()
        view.setObjectName(f"sample_class_{index}")
        view.set_blocked(BLANK if self._blank else "")
        view.wall.set_room(self._room())
        view.add_asked.connect(lambda: self.add_drawing(index))
        view.renamed.connect(lambda name: self.rename(index, name))
        view.delete_asked.connect(lambda: self.delete_class(index))
        view.dropped.connect(lambda: self.move_selected(index))
        view.wall.picked.connect(lambda samples, more: self._picked(view.wall, samples, more))
        view.wall.opened.connect(self.show_on_canvas)
        view.wall.removed.connect(self.delete_selected)
        view.wall.menu_asked.connect(self._open_menu)
        self.column.insertWidget(index, view)
        self.views.append(view)

    def _shape(self) -> None:
        """Which parts are there: no classes, no samples, or both."""
        any_class, any_sample = bool(self._classes), any(len(c.samples) for c in self._classes)
        self.empty.setVisible(not any_class)
        self.digits.setVisible(not any_class)
        self.scroll.setVisible(any_class)
        self.first.setVisible(any_class and not any_sample)
        self.first_add.setVisible(any_class and not any_sample)
        if any_class and not any_sample:
            self._invite()
        for view in self.views:
            view.show_invite(any_sample)
        if not any_class:
            self.field.show()
        elif not self.field.line.hasFocus() and not self.field.line.text():
            self.field.hide()
        self.new.setVisible(any_class and self.field.isHidden())
        full = N_("There are 36 classes, which is the most.") if len(self._classes) >= edits.MAX_CLASSES else ""
        self.new.set_blocked(full)
        self.body.setStretch(self.body.count() - 1, 0 if any_class else 1)

    def _invite(self) -> None:
        key, name = self.views[0].key, self._classes[0].name
        self.first.set_text(N_("No samples yet. Draw, then press {key}."), key=key or "+")
        self.first_add.set_text(N_("Add the drawing to “{name}”"), name=name)
        self.first_add.set_blocked(BLANK if self._blank else "")

    def _drawing(self, *_: object) -> None:
        """Whether there is something to add."""
        blank = not self.desk.session.view.drawing.any()
        if blank is not self._blank:
            self._blank = blank
            for view in self.views:
                view.set_blocked(BLANK if blank else "")
            self.first_add.set_blocked(BLANK if blank else "")

    def _run(self, *_: object) -> None:
        """Marks of the mistakes, and how many are held back."""
        verdict = self.desk.runs.verdict
        if verdict is not self._verdict:
            self._verdict = verdict
            self._mark()
        count = sum(len(c.samples) for c in self._classes)
        run, plan = self.desk.session.run, self.desk.runs.plan
        held = int(plan.held.sum()) if run is not None and plan is not None else None
        if held == 0:
            self.set_secondary(N_("{count}, none held out"), count=numbers.count(count))
        elif held:
            self.set_secondary(N_("{count}, {held} held out"), count=numbers.count(count), held=numbers.count(held))
        else:
            self.set_secondary(numbers.count(count) if count else "")

    def _mark(self) -> None:
        wrong = {} if self._verdict is None else self._verdict.mistakes
        for view in self.views:
            view.wall.set_wrong(wrong)

    # --- what a person does

    def ask_name(self) -> None:
        """Open the field for a new class."""
        self.field.show()
        self.new.hide()
        self.field.start()

    def add_class(self, name: str) -> bool:
        """One more class; a name that will not do is refused under the field."""
        try:
            self.desk.session.edit(edits.add_class, name)
        except CnnError as error:
            self.field.refuse(text_of(error))
            return False
        self.field.start()
        QTimer.singleShot(0, self, lambda: self.views and self.scroll.ensureWidgetVisible(self.views[-1]))
        return True

    def _close_field(self) -> None:
        if self._classes:
            self.field.hide()
            self.new.show()
            self.new.setFocus()

    def rename(self, index: int, name: str) -> None:
        """Another name; one that will not do is refused under the field."""
        view = self.views[index]
        try:
            self.desk.session.edit(edits.rename_class, index, name)
        except CnnError as error:
            view.field.refuse(text_of(error))
            return
        view.stop_renaming()

    def delete_class(self, index: int) -> None:
        """Without a question: undo brings it back."""
        name = self._classes[index].name
        if self.desk.attempt(self.desk.session.edit, edits.remove_class, index):
            self.desk.messages.info(N_("“{name}” is deleted. Undo brings it back."), name=name)

    def add_drawing(self, index: int) -> None:
        """What is on the canvas becomes a sample."""
        self.desk.attempt(self.desk.session.edit, edits.add_sample, index, self.desk.session.view.drawing)

    def show_on_canvas(self, sample: Sample) -> None:
        """Draw the sample, so that the network answers it."""
        self.desk.attempt(self.desk.session.edit, edits.set_drawing, sample.image)

    def delete_selected(self) -> None:
        """One edit, however many."""
        places = self._places()
        if places and self.desk.attempt(self.desk.session.edit, edits.remove_samples, places):
            self.desk.messages.info(N_("Deleted: {count}. Undo brings them back."), count=len(places))

    def move_selected(self, to: int) -> None:
        """The picked samples belong to another class; one edit."""
        self.desk.attempt(self.desk.session.edit, edits.relabel_samples, self._places(), to)

    def _places(self) -> tuple[tuple[int, int], ...]:
        """(class, place) of the picked samples."""
        return tuple((i, k) for i, c in enumerate(self._classes) for k, s in enumerate(c.samples) if s in self.selected)

    # --- picking

    def pick(self, samples: Sequence[Sample]) -> None:
        """Put the ring on these, and show the first."""
        self._select(frozenset(samples))
        for view, one in zip(self.views, self._classes, strict=True):
            place = next((k for k, s in enumerate(one.samples) if s in self.selected), None)
            if place is not None:
                at = view.wall.mapTo(self.list, view.wall.rect_of(place).center())
                self.scroll.ensureVisible(at.x(), at.y(), 0, 40)
                return

    def _picked(self, wall: SampleWall, samples: Sequence[Sample], more: bool) -> None:
        others = {s for v in self.views if v.wall is not wall for s in self._of(v)} if more else set()
        self._select(frozenset(samples) | (self.selected & others))

    def _of(self, view: SampleClassView) -> Sequence[Sample]:
        return tuple(self._classes[self.views.index(view)].samples)

    def _select(self, samples: frozenset[Sample]) -> None:
        self.selected = samples
        for view in self.views:
            view.wall.set_picked(samples)

    def menu(self) -> QMenu:
        """What can be done with the picked samples."""
        menu = QMenu(self)
        move = menu.addMenu(tr("Move to"))
        for k, one in enumerate(self._classes):
            move.addAction(one.name).triggered.connect(lambda _=False, to=k: self.move_selected(to))
        if len(self.selected) == 1:
            show = menu.addAction(tr("Show on the canvas"))
            show.triggered.connect(lambda: self.show_on_canvas(next(iter(self.selected))))
        menu.addAction(tr("Delete")).triggered.connect(self.delete_selected)
        return menu

    def _open_menu(self, at: QPoint) -> None:
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    # --- looks

    def _room(self) -> int:
        """Width of the walls. The scroll bar's is always left free: else its coming would make itself go."""
        return self.scroll.width() - self.scroll.verticalScrollBar().sizeHint().width() - 2

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the width of the list."""
        if watched is self.scroll and event.type() == QEvent.Type.Resize:
            self.list.setMaximumWidth(max(self._room(), 1))
            for view in self.views:
                view.wall.set_room(self._room())
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "_verdict"):
            self._run()
