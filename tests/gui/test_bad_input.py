"""What goes wrong is said in the window: one sentence that names the thing and what is allowed, and nothing is lost."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QLineEdit, QWidget

from app.drive import key
from app.messages import install_excepthook
from app.model import edits
from tests.gui.refusals import Unharmed, drop, project, told, told_in_both
from tests.gui.whole import CONTROL, LEFT, NONE, afresh, click_cell, draw_three, opened, type_into


@pytest.fixture(scope="module")
def kept(qapp, tmp_path_factory):
    with opened(tmp_path_factory.mktemp("bad")) as window:
        yield window


@pytest.fixture
def window(kept):
    """A three is drawn and not saved: work that must not be lost."""
    afresh(kept)
    draw_three(kept)
    return kept


@pytest.fixture
def grid(window, qtbot):
    """The kernel's numbers in the stepper."""
    click_cell(window, qtbot, "conv1", (2, 10, 9))
    return window.explore.stepper.view.kernel.grid


# --- numbers

@pytest.mark.parametrize("letters", ["a", "x", "é", "数"])
def test_letter_in_a_number_cell_is_refused_as_it_is_typed(window, grid, qtbot, letters):
    qtbot.mouseClick(grid.viewport(), LEFT, NONE, grid.rect_of(1, 1).center().toPoint())
    qtbot.waitUntil(lambda: grid.findChild(QLineEdit) is not None)
    editor = grid.findChild(QLineEdit)
    before = editor.text()
    with Unharmed(window):
        key(editor, Qt.Key.Key_unknown, letters)
        assert editor.text() == before
        told_in_both(window, letters)
        qtbot.keyClick(editor, Qt.Key.Key_Escape)


@pytest.mark.parametrize("text", ["1-2", "1e", "--3", "1e99", "..", "nan"])
def test_what_is_no_number_is_refused_at_return_and_the_old_number_stands(window, grid, qtbot, text):
    value = float(grid.values[1, 1])
    with Unharmed(window):
        type_into(qtbot, grid, 1, 1, text)
        told(window)
    assert float(grid.values[1, 1]) == value


def test_letters_in_the_bias_are_refused(window, grid, qtbot):
    bias = window.explore.stepper.view.sums.bias
    with Unharmed(window):
        bias.setFocus()
        bias.selectAll()
        qtbot.keyClicks(bias, "1-2")
        qtbot.keyClick(bias, Qt.Key.Key_Return)
    told(window)


PASTES = {
    "ragged": ("1\t2\t3\n4\t5\n6\t7\t8", ("2",)),
    "words": ("1\t2\nthree\t4", ("three",)),
    "too large": ("\n".join("\t".join(["1"] * 9) for _ in range(9)), ("9 × 9", "5 × 5")),
    "nothing": ("", ()),
}


@pytest.mark.parametrize("kind", PASTES)
def test_paste_from_a_spreadsheet_that_does_not_fit_is_refused_whole(window, grid, qtbot, kind):
    text, words = PASTES[kind]
    QGuiApplication.clipboard().setText(text)
    grid.setCurrentIndex(grid.model().index(0, 0))
    grid.setFocus()
    with Unharmed(window):
        qtbot.keyClick(grid, Qt.Key.Key_V, CONTROL)
    told(window, *words)


def test_ragged_paste_is_told_in_both_languages(window, grid, qtbot):
    QGuiApplication.clipboard().setText("1\t2\t3\n4\t5")
    grid.setFocus()
    with Unharmed(window):
        qtbot.keyClick(grid, Qt.Key.Key_V, CONTROL)
    told_in_both(window, "2", "3")


# --- training

def test_a_class_without_samples_is_named_and_nothing_is_trained(window, qtbot):
    session = window.desk.session
    session.edit(edits.add_classes, ("loop", "knot"))
    session.edit(edits.add_sample, 0, session.view.drawing)
    window.desk.perform("view.train")
    with Unharmed(window):
        qtbot.keyClick(window, Qt.Key.Key_F6)
    assert "knot" in window.train.training.reason_text.text()
    assert window.train.training.reason.isVisible()
    told_in_both(window, "knot")
    assert session.run is None


def test_training_without_any_class_says_what_is_needed(window, qtbot):
    with Unharmed(window):
        qtbot.keyClick(window, Qt.Key.Key_F6)
    told(window, "two classes")


def test_a_blocked_key_says_why(window, qtbot):
    window.desk.perform("canvas.clear")
    with Unharmed(window):
        window.desk.perform("canvas.clear")
    told_in_both(window, "")


# --- saving

def saved_by_key(window, qtbot, path: Path) -> None:
    window.filing.ask_save = lambda *_: path
    with Unharmed(window):
        qtbot.keyClick(window, Qt.Key.Key_S, CONTROL | Qt.KeyboardModifier.ShiftModifier)


def failing(number: int):
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))
    return fail


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_full_disk_while_saving_leaves_the_old_file_and_says_so(window, qtbot, tmp_path, monkeypatch, call):
    path = tmp_path / "work.convscope"
    old = project(window, path)
    monkeypatch.setattr(os, call, failing(errno.ENOSPC))
    saved_by_key(window, qtbot, path)
    monkeypatch.undo()
    told_in_both(window, "work.convscope", "disk is full")
    assert path.read_bytes() == old
    assert [p.name for p in tmp_path.glob(".*part")] == []
    assert window.desk.session.modified


@pytest.mark.parametrize(("number", "words"), [(errno.EACCES, ("not allow",)), (errno.EROFS, ("not allow",)),
                                               (errno.EIO, ("not saved",))])
def test_folder_where_nothing_can_be_written_is_named(window, qtbot, tmp_path, monkeypatch, number, words):
    path = tmp_path / "no-entry" / "work.convscope"
    path.parent.mkdir()
    open_ = Path.open

    def closed(self, mode="r", *args, **kwargs):
        if "x" in mode and self.parent == path.parent:
            raise OSError(number, os.strerror(number), str(self))
        return open_(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", closed)
    saved_by_key(window, qtbot, path)
    monkeypatch.undo()
    told_in_both(window, "work.convscope", *words)
    assert list(path.parent.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="may write everywhere")
def test_folder_without_permission_is_named(window, qtbot, tmp_path):
    tmp_path.chmod(0o500)
    try:
        saved_by_key(window, qtbot, tmp_path / "work.convscope")
    finally:
        tmp_path.chmod(0o700)
    told(window, "work.convscope", tmp_path.name)


def test_folder_that_is_gone_is_named(window, qtbot, tmp_path):
    saved_by_key(window, qtbot, tmp_path / "gone" / "work.convscope")
    told_in_both(window, "work.convscope", "gone")


def test_a_window_whose_work_could_not_be_saved_stays_open(window, tmp_path, monkeypatch):
    window.filing.ask_unsaved = lambda: "save"
    window.filing.ask_save = lambda *_: tmp_path / "work.convscope"
    monkeypatch.setattr(os, "fsync", failing(errno.ENOSPC))
    with Unharmed(window):
        assert not window.close()
    told(window, "work.convscope", "disk is full")
    assert window.isVisible()


# --- what nobody foresaw

@pytest.mark.parametrize("error", [ZeroDivisionError("a layer of no size"), MemoryError(), KeyError("conv9")])
def test_an_exception_in_a_slot_is_shown_with_details_to_copy_and_written_to_the_terminal(window, qtbot, capfd, error):
    restore = install_excepthook(window.desk.messages)

    def a_slot_that_breaks() -> None:
        raise error

    try:
        with Unharmed(window):
            QTimer.singleShot(0, window, a_slot_that_breaks)
            qtbot.waitUntil(window.banner.isVisible)
    finally:
        restore()
    if not isinstance(error, MemoryError):
        told(window, type(error).__name__)
    assert window.banner.copy.isVisible()
    QGuiApplication.clipboard().clear()
    qtbot.mouseClick(window.banner.copy, LEFT)
    details = QGuiApplication.clipboard().text()
    assert "Traceback" in details
    assert "a_slot_that_breaks" in details
    assert "a_slot_that_breaks" in capfd.readouterr().err


class Broken(QWidget):
    """Breaks with its painter at work."""

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.drawText(0, 10, 3.0)


def test_an_exception_in_a_paint_event_is_shown_too_and_the_window_lives_on(window, qtbot, capfd):
    restore = install_excepthook(window.desk.messages)
    try:
        with Unharmed(window):
            broken = Broken(window)
            broken.resize(30, 30)
            broken.show()
            qtbot.waitUntil(window.banner.isVisible)
            broken.hide()
    finally:
        restore()
    broken.deleteLater()
    told_in_both(window, "TypeError")
    window.grab()
    assert "paintEvent" in capfd.readouterr().err


def test_an_error_stays_until_it_is_closed_and_is_announced_by_name(window, qtbot, tmp_path):
    with Unharmed(window):
        drop(window, tmp_path / "gone.convscope")
    assert not window.banner._timer.isActive()
    assert window.banner.accessibleName() == window.banner.label.text()
    qtbot.mouseClick(window.banner.close_button, LEFT)
    assert not window.banner.isVisible()
