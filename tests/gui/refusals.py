"""What the tests of bad input share: a window with unsaved work, and what must be so after a refusal."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from app import i18n
from app.drive import settle
from app.model import edits
from app.model.project import save_project
from tests.gui.whole import LEFT, NONE


class Unharmed:
    """Within it something is refused: afterwards document, history and file are the very same."""

    def __init__(self, window) -> None:
        self.window = window

    def _now(self):
        session = self.window.desk.session
        return session.document, len(session.history.past), session.path, session.modified, session.run

    def __enter__(self) -> Unharmed:
        self.window.banner.dismiss()
        self.before = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        settle()
        now = self._now()
        assert now[0] is self.before[0]
        assert now[1:] == self.before[1:]


def told(window, *words: str) -> str:
    """The sentence in the banner, which has all these words; and in the other language it is another sentence."""
    settle()
    assert window.banner.isVisible()
    english = window.banner.label.text()
    assert english.strip().endswith((".", "?", "!")), english
    for word in words:
        assert word in english, (word, english)
    return english


def told_in_both(window, name: str, *words: str) -> None:
    """As `told`, and after a switch of the language the same banner says it in Chinese, with the name still there."""
    english = told(window, name, *words)
    i18n.set_language("zh_CN")
    try:
        settle()
        chinese = window.banner.label.text()
        assert chinese != english
        assert name in chinese
        assert any("\u4e00" <= c <= "\u9fff" for c in chinese)
        assert "{" not in chinese
    finally:
        i18n.set_language("en")
        settle()
    assert window.banner.label.text() == english


def drop(window, path: Path) -> None:
    """Let a file go over the window."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy = Qt.DropAction.CopyAction
    enter = QDragEnterEvent(QPoint(400, 300), copy, data, LEFT, NONE)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(400, 300), copy, data, LEFT, NONE))


def project(window, path: Path) -> bytes:
    """The bytes of a sound project with samples."""
    document = edits.add_classes(window.desk.session.document, ("a", "b"))
    document = edits.add_sample(document, 0, document.drawing)
    save_project(path, document)
    return path.read_bytes()
