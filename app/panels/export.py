"""The Export panel: choose, look, save. It floats, and the document stays as it is whatever becomes of the file."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from app import i18n, numbers, theme
from app.desk import Desk
from app.export import mp4, sequence, tables
from app.export.film import film
from app.export.paper import both, page
from app.export.pictures import picture
from app.export.place import answers_beside, check, write_together
from app.export.stage import Make
from app.i18n import N_, tr
from app.jobs.slices import Slices
from app.messages import text_of
from app.model.results import Results
from app.model.timeline import Playhead, of_lane, stretch_of
from app.panels.export_views.choices import Choice, Choices
from app.panels.export_views.preview import Preview
from app.panels.export_views.shown import Staging, named, table, worksheet
from app.widgets.buttons import push_button, restyle
from app.widgets.card import Card
from app.widgets.file_dialog import save_file
from app.widgets.focus_ring import FocusRing
from app.widgets.labels import Label
from app.widgets.own_keys import keeps_all
from cnncore.errors import CnnError
from cnncore.files.atomic import write_atomically

SOON_MS = 60  # after a change the preview waits for the next one
LINES = 40  # of a table
PAGE = 520  # px
FRAME = 40  # px that a title bar takes


class ExportPanel(Card):
    """Shows what would be written of the number at the playhead; without one, of the strongest in the first layer.

    Args:
        desk: As for every panel.
        make: Builds a stepper for a desk: panels know no panels.
    """

    def __init__(self, desk: Desk, make: Make, parent: QWidget | None = None) -> None:
        super().__init__(N_("Export"), "", parent)
        self.setObjectName("export_panel")
        self.setWindowFlag(Qt.WindowType.Tool, True)
        self.desk = desk
        self.ask: Callable[[str], Path | None] = self._dialog
        self.title.hide()  # the window's frame says it
        self.choices, self.preview = Choices(), Preview()
        self.choices.set_looks(theme.name(), i18n.language())
        self.header.insertWidget(0, self.choices.kind)
        self.name = Label("", "text", mono=True)
        self.name.setObjectName("export_name")
        self.name.setProperty("role", "accent")
        self.add_control(self.name)
        self.said = Label("", "secondary")
        self.said.setObjectName("export_said")
        self.said.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setObjectName("export_bar")
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(theme.size(200))
        self.save, self.cancel = push_button(N_("Save as…")), push_button(N_("Cancel"))
        self.leave = push_button(N_("Close"))
        self.leave.setObjectName("export_close")
        self.save.setObjectName("export_save")
        self.cancel.setObjectName("export_cancel")
        foot = QHBoxLayout()
        foot.setSpacing(10)
        foot.addWidget(self.said, 1)
        for widget in (self.bar, self.cancel, self.leave, self.save):
            foot.addWidget(widget)
        self.body.addWidget(self.preview, 1)
        self.body.addWidget(self.choices)
        self.body.addLayout(foot)
        self.job = Slices(self)
        self.job.moved.connect(lambda share: self.bar.setValue(round(1000 * float(share))))
        self.job.completed.connect(self._write)
        self.job.failed.connect(self._refuse)
        self.job.ended.connect(self._ended)
        self._out: Path | None = None
        self._staging = Staging(desk, make)
        self._heads: list[Playhead] = []
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.show_now)
        self.choices.changed.connect(self._later)
        self.preview.wanted.connect(self._show_frame)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.job.cancel)
        self.leave.clicked.connect(self.close)
        self.choices.kind.changed.connect(self._other_kind)
        desk.session.playhead_moved.connect(self._later)
        desk.session.results_changed.connect(self._later)
        self.focus_ring = FocusRing(self)
        self._busy(False)
        self.retranslate()

    # --- what would be written

    @property
    def head(self) -> Playhead:
        """The number at the playhead, else where there is most to see."""
        at, network = self.desk.session.playhead, self.desk.session.view.network
        if at is not None and stretch_of(network, at) is not None:
            return at
        return sequence.strongest(self.desk.session.results, of_lane(network, "forward")[0])

    def _later(self, *_: object) -> None:
        if self.isVisible():
            self._soon.start(SOON_MS)

    def show_now(self) -> None:
        """The preview, and what there is to know about the file."""
        self._soon.stop()
        choice, results, head = self.choices.choice, self.desk.session.results, self.head
        self.name.setText(named(choice, results, head))
        if results.blank:
            self._say(N_("⚠ Nothing is drawn yet: every number is made of zeros."), "warn")
        else:
            self._say("")
        self.save.set_blocked("")
        try:
            self._show(choice, results, head)
        except CnnError as error:
            self.preview.sheet.show_lines([])
            self._refuse(error)
            self.save.set_blocked(N_("There is nothing to write."))

    def _show(self, choice: Choice, results: Results, head: Playhead) -> None:
        self._heads = []
        if choice.kind == "film":
            most = sequence.most(results, head, choice.shows)
            frames = None if choice.frames is None else min(choice.frames, most)
            self._heads = sequence.of_playhead(results, head, choice.shows, frames)
            self.choices.set_frames(len(self._heads), most)
            seconds = numbers.figure(len(self._heads) * choice.look.step_ms / 1000)
            if not results.blank:
                self._say(N_("{frames} frames, {seconds} s"), frames=len(self._heads), seconds=seconds)
            self.preview.set_film(len(self._heads), choice.look.step_ms)
            self._show_frame(self.preview.frame)
            if choice.suffix == ".mp4" and not mp4.there():
                self._refuse(mp4.missing())
                self.save.set_blocked(N_("MP4 needs ffmpeg."))
            return
        self.preview.set_film(0, choice.look.step_ms)
        if choice.kind == "picture":
            stage = self._staging.on(choice.look)
            stage.show(head)
            self.preview.sheet.show_image(stage.image())
        elif choice.kind == "sheet":
            make = worksheet(choice, results, head)
            self.preview.sheet.show_images([page(make, done, choice.look.language, PAGE) for done in (False, True)])
            self._say(N_("Two files: the sheet, and its answers."))
        else:
            self._show_table(choice, results, head)

    def _show_table(self, choice: Choice, results: Results, head: Playhead) -> None:
        if choice.suffix == ".npy":
            shape, kind = tables.described(results, head)
            self.preview.sheet.show_lines([head.name.partition("[")[0], f"{kind} {shape}"])
            return
        written = table(choice, results, head)
        self.preview.sheet.show_lines(tables.first_lines(written, LINES))
        columns = tables.explained(written)
        if columns:
            self._say(N_("Columns: {columns}"), columns=columns)

    def _show_frame(self, k: int) -> None:
        if self._heads:
            k = min(k, len(self._heads) - 1)
            stage = self._staging.on(self.choices.choice.look)
            stage.show(self._heads[k], (k + 1) / len(self._heads))
            self.preview.sheet.show_image(stage.image())

    # --- writing it

    def _save(self) -> None:
        choice = self.choices.choice
        if self._soon.isActive():
            self.show_now()  # what is written is what is seen
        path = self.ask(choice.suffix)
        self.activateWindow()  # the dialog gives the keyboard back to the window under the panel
        if path is None:
            return
        path = path if path.suffix.lower() == choice.suffix else path.with_name(path.name + choice.suffix)
        results, head = self.desk.session.results, self.head
        try:
            check(path)
            if choice.kind == "film":
                self._begin(path, list(self._heads), choice)
            elif choice.kind == "sheet":
                beside = answers_beside(path)
                check(beside)
                sheet, answers = both(worksheet(choice, results, head), choice.look.language)
                write_together({path: sheet, beside: answers})
                self._saved(path, beside)
            else:
                write_atomically(path, self._content(choice, results, head))
                self._saved(path)
        except (CnnError, OSError, MemoryError) as error:
            self._refuse(error)

    def _content(self, choice: Choice, results: Results, head: Playhead) -> bytes:
        if choice.kind == "picture":
            stage = self._staging.on(choice.look)
            stage.show(head)
            return picture(stage, choice.suffix)
        return tables.npy(results, head) if choice.suffix == ".npy" else table(choice, results, head)

    def _begin(self, path: Path, heads: list[Playhead], choice: Choice) -> None:
        self._out = path
        own = self._staging.take(choice.look)

        def making() -> Generator[float, None, bytes]:
            try:
                return (yield from film(own.stage, heads, choice.suffix))
            finally:
                self._staging.give_back(own, self.isVisible())

        self._busy(True)
        self._say(N_("Making {name}…"), name=path.name)
        self.job.begin(making())

    def _write(self, content: bytes) -> None:
        assert self._out is not None
        try:
            write_atomically(self._out, content)
        except CnnError as error:
            self._refuse(error)
            return
        self._saved(self._out)

    def _saved(self, path: Path, beside: Path | None = None) -> None:
        facts = {"name": path.name, "size": numbers.size(path.stat().st_size)}
        if beside is None:
            self._say(N_("✓ Saved {name}, {size}."), "right", **facts)
            self.desk.messages.info(N_("Saved {name}."), name=path.name)
            return
        facts |= {"other": beside.name, "other_size": numbers.size(beside.stat().st_size)}
        self._say(N_("✓ Saved {name}, {size}, and {other}, {other_size}."), "right", **facts)
        self.desk.messages.info(N_("Saved {name} and {other}."), name=path.name, other=beside.name)

    def _refuse(self, error: BaseException) -> None:
        self._say("", "wrong", ready=f"✕ {text_of(error)}")

    def _ended(self) -> None:
        if self.said.property("role") in ("secondary", "warn"):  # neither saved nor refused
            self._say(N_("Cancelled. Nothing was written."))
        self._busy(False)

    def _busy(self, on: bool) -> None:
        """While a film is made, only cancelling is left to do here."""
        if on:
            self.preview.pause()
        self.bar.setRange(0, 1000)
        self.bar.setValue(0)
        self.bar.setVisible(on)
        self.cancel.setVisible(on)
        for button in (self.save, self.leave):
            button.setVisible(not on)
        self.choices.setEnabled(not on)
        self.choices.kind.setEnabled(not on)
        (self.cancel if on else self.save).setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, text: str, role: str = "secondary", ready: str = "", **facts: object) -> None:
        if self.job.running and role in ("secondary", "warn") and facts.get("name") is None:
            return  # what is being made stays said
        if ready:
            self.said.setText(ready)
        else:
            self.said.set_text(text, **facts)
        if self.said.property("role") != role:
            self.said.setProperty("role", role)
            restyle(self.said)

    def _dialog(self, suffix: str) -> Path | None:
        path = self.desk.session.path
        folder = path.parent if path else self.desk.settings.folder
        start = str(folder / f"{self.head.node.strip('.')}{suffix}")
        return save_file(self, tr("Export"), start, f"{suffix[1:].upper()} (*{suffix})")

    # --- life

    def shutdown(self) -> None:
        """The window closes: what is being made is given up."""
        self.job.cancel()
        self._staging.drop()
        self.close()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._place()
        self.save.setFocus(Qt.FocusReason.OtherFocusReason)
        self._soon.start(0)

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        self._soon.stop()
        if not self.job.running:
            self._staging.drop()

    def event(self, event: QEvent) -> bool:
        return keeps_all(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc gives up what is being made, else it closes the panel."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.job.running:
            self.job.cancel()
        else:
            self.close()

    def _other_kind(self) -> None:
        """Two pages want more height than a picture."""
        self.preview.sheet.set_tall(self.choices.kind.value == "sheet")
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        """As large as it wishes, but not larger than the screen; what grows over its edge moves up."""
        self.layout().activate()
        screen = self.screen().availableGeometry()
        self.resize(self.sizeHint().boundedTo(screen.size() - QSize(0, FRAME)))
        over = self.frameGeometry().bottom() - screen.bottom()
        if self.isVisible() and over > 0:
            self.move(self.x(), max(self.y() - over, screen.top()))

    def _place(self) -> None:
        """In the middle of the window, wholly on the screen."""
        owner = self.parentWidget().window() if self.parentWidget() is not None else None
        self._fit()
        if owner is None:
            return
        screen, frame = owner.screen().availableGeometry(), self.frameGeometry().size().expandedTo(self.size())
        middle = owner.frameGeometry().center() - QPoint(frame.width() // 2, frame.height() // 2)
        self.move(max(min(middle.x(), screen.right() - frame.width()), screen.left()),
                  max(min(middle.y(), screen.bottom() - frame.height()), screen.top()))

    def retranslate(self) -> None:
        """Texts of now."""
        self.setWindowTitle(tr("Export"))
        self.bar.setAccessibleName(tr("Progress of the export"))
        self._later()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "focus_ring"):
            self.retranslate()
