"""Open, save, recent files and the one question before work would be lost."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMessageBox, QWidget

from app import examples, paths
from app.desk import Desk
from app.i18n import N_, tr
from app.model import edits
from app.model.document import Document, from_model
from app.model.picture import SUFFIXES, drawing_from
from app.model.project import SUFFIX, load, save_project
from app.widgets import unfinished
from app.widgets.file_dialog import open_file, plain, save_file
from cnncore.errors import CnnError
from cnncore.files.project import Model, read_model, write_model


def fresh() -> Document:
    """What the program opens with: the shipped network and an empty canvas."""
    return from_model(read_model(paths.asset("models", "lenet.safetensors")))


class Filing:
    """The document and its file. The ``ask_`` functions are the dialogs; tests and scripts put others in."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        self.desk, self.window = desk, window
        desk.services |= {f"examples.{name.lower()}": partial(self.open_example, name) for name in examples.TITLES}
        self.ask_open: Callable[[], Path | None] = self._open_dialog
        self.ask_save: Callable[[str, str], Path | None] = self._save_dialog
        self.ask_run: Callable[[], str] = self._run_dialog
        self.ask_unsaved: Callable[[], str] = self._unsaved_dialog

    def new(self) -> None:
        """A fresh document, after the question."""
        if self.may_close():
            self.desk.runs.discard()
            self.desk.session.open(fresh(), None)

    def open(self) -> None:
        """Ask for a file and open it."""
        path = self.ask_open()
        if path is not None:
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Open a project or a model, or put a picture on the canvas. A bad file leaves everything as it was."""
        if path.suffix.lower() in SUFFIXES:
            if self.desk.session.document.typed is not None:
                raise CnnError("input.typed_picture", N_("The input is typed as numbers: a picture has no place in it. "
                                                         "Open another network first."))
            self.desk.session.edit(edits.set_drawing, drawing_from(path))
            return
        document = load(path)
        if not self.may_close():
            return
        self.desk.runs.discard()
        title = examples.title_of(path)
        if title:
            self.desk.session.open(document, None, title)
            self.desk.set_workspace("explore")
            return
        self.desk.session.open(document, path if path.suffix == SUFFIX else None)
        self.desk.settings.add_recent(path)

    def open_example(self, letters: str) -> None:
        """Open one of the worked examples, after the question; saving it asks for a place."""
        path = examples.find(letters)
        if path is None:
            raise CnnError("example.missing", N_("The example {name} is not there: the program is not installed "
                                                 "completely."), name=letters)
        self.open_path(path)

    def save(self) -> bool:
        """Save into the document's file, or ask for one. True when it is saved."""
        path = self.desk.session.path
        return self._save_to(path) if path is not None else self.save_as()

    def save_as(self) -> bool:
        """Ask for a file and save. True when it is saved."""
        path = self.ask_save(tr("Save project"), SUFFIX)
        return path is not None and self._save_to(path)

    def save_model(self) -> None:
        """Ask for a file and write only the network, its weights, labels and preprocessing."""
        path = self.ask_save(tr("Save model"), ".safetensors")
        if path is not None:
            d = self.desk.session.document
            write_model(path, Model(d.network, dict(d.effective), d.labels, d.preprocess, {}))
            self.desk.messages.info(tr("Saved {name}.", name=path.name))

    def _save_to(self, path: Path) -> bool:
        save_project(path, self.desk.session.document)
        self.desk.session.saved(path)
        self.desk.settings.add_recent(path)
        self.desk.messages.info(tr("Saved {name}.", name=path.name))
        return True

    def may_close(self) -> bool:
        """True when nothing would be lost: nothing is unsaved, or the person saved it or does not want it."""
        unfinished.finish()
        run = self.desk.session.run
        if run is not None and run.step > 0:
            answer = self.ask_run()
            if answer == "cancel" or (answer == "keep" and not self.desk.attempt(self.desk.runs.accept)):
                return False
            self.desk.runs.discard()
        if not self.desk.session.modified:
            return True
        answer = self.ask_unsaved()
        try:
            return answer == "discard" or (answer == "save" and self.save())
        except CnnError as error:
            self.desk.messages.error(error)
            return False

    # --- dialogs

    def _open_dialog(self) -> Path | None:
        pictures = " ".join(f"*{s}" for s in SUFFIXES)
        kinds = (
            f"{tr('All that opens')} (*{SUFFIX} *.safetensors {pictures});;{tr('Projects')} (*{SUFFIX});;"
            f"{tr('Models')} (*.safetensors);;{tr('Pictures')} ({pictures});;{tr('All files')} (*)"
        )
        return open_file(self.window, tr("Open"), self._folder(), kinds)

    def _save_dialog(self, title: str, suffix: str) -> Path | None:
        path = self.desk.session.path
        name = path.stem if path else self.name()
        kind = tr("Projects") if suffix == SUFFIX else tr("Models")
        start = str(Path(self._folder()) / f"{name}{suffix}")
        found = save_file(self.window, title, start, f"{kind} (*{suffix})")
        if found is None or found.name.endswith(suffix):
            return found
        return found.with_name(found.name + suffix)

    def _unsaved_dialog(self) -> str:
        return self._question(tr("Save the changes to {name}?", name=self.name()), "save")

    def _run_dialog(self) -> str:
        return self._question(tr("Keep the weights of the training run?"), "keep", tr("Keep"))

    def _question(self, text: str, good: str, word: str = "") -> str:
        box = QMessageBox(self.window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(text)
        box.setInformativeText(tr("Otherwise they are lost."))
        keys = QMessageBox.StandardButton
        box.setStandardButtons(keys.Save | keys.Discard | keys.Cancel)
        box.setDefaultButton(keys.Save)
        if word:
            box.button(keys.Save).setText(word)
        plain(box)
        return {keys.Save: good, keys.Discard: "discard"}.get(keys(box.exec()), "cancel")

    def _folder(self) -> str:
        path = self.desk.session.path
        return str(path.parent if path else self.desk.settings.folder)

    def name(self) -> str:
        """The file's name, or what stands for it."""
        session = self.desk.session
        return session.path.name if session.path else tr(session.title or "Untitled")
