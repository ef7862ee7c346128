"""Texts in two languages."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QToolButton,
    QTreeView,
    QWidget,
)

from app import i18n
from app.paths import asset
from app.widgets.file_dialog import made


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> Iterator[None]:
    i18n.install(qapp)
    yield
    i18n.set_language("en")


class Heard(QObject):
    """Counts the switches that the application is told."""

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self.count = 0
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LanguageChange and isinstance(watched, QApplication)
        return False


def test_a_text_comes_in_the_language_of_now() -> None:
    assert i18n.tr("Close") == "Close"
    i18n.set_language("zh_CN")
    assert i18n.language() == "zh_CN"
    assert i18n.tr("Close") == "关闭"


def test_facts_are_filled_in_both_languages() -> None:
    assert i18n.tr("({count} more)", count=21) == "(21 more)"
    i18n.set_language("zh_CN")
    assert "21" in i18n.tr("({count} more)", count=21)


def test_an_unknown_text_stays_english_and_braces_without_facts_stay() -> None:
    i18n.set_language("zh_CN")
    assert i18n.tr("no such {text} anywhere") == "no such {text} anywhere"


def test_an_unknown_language_is_english() -> None:
    i18n.set_language("tlh")
    assert i18n.language() == "en"


def test_a_switch_is_told_once_each_way(qapp: QApplication) -> None:
    heard = Heard(qapp)
    i18n.set_language("zh_CN")
    assert heard.count == 1
    i18n.set_language("zh_CN")
    assert heard.count == 1
    i18n.set_language("en")
    assert heard.count == 2


def test_qts_own_buttons_follow(qapp: QApplication) -> None:
    i18n.set_language("zh_CN")
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "取消"


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac writes keys as signs")
def test_keys_keep_the_names_that_are_printed_on_them() -> None:
    i18n.set_language("zh_CN")
    for keys in ("Ctrl+Backspace", "Space", "Left", "Alt+Left"):
        assert QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) == keys


@pytest.mark.usefixtures("qtbot")
@pytest.mark.parametrize("accept", list(QFileDialog.AcceptMode))
def test_qts_file_dialog_is_chinese_from_end_to_end(accept: QFileDialog.AcceptMode) -> None:
    i18n.set_language("zh_CN")
    parent = QWidget()
    dialog = made(parent, "", "", "")
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setAcceptMode(accept)
    texts = [one.text() for one in (*dialog.findChildren(QLabel), *dialog.findChildren(QPushButton)) if one.text()]
    texts += [one.toolTip() for one in dialog.findChildren(QToolButton) if one.toolTip()]
    files = dialog.findChild(QTreeView)
    texts += [files.model().headerData(k, Qt.Orientation.Horizontal) for k in range(4)]
    assert "大小" in texts
    assert len(texts) > 10
    assert [text for text in texts if not re.search("[\u4e00-\u9fff]", text)] == []


def test_importing_texts_loads_no_qt() -> None:
    code = "import sys, app.i18n; sys.exit(any(m.startswith('PySide6') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], cwd=asset().parent, check=False).returncode == 0
