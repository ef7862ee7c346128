"""The palette: an action is found by what people call it, and its keys are always to be seen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolTip

from app import i18n
from app.actions import ACTIONS
from app.menus import search_words
from app.widgets.cut_text import CutText
from tests.gui.whole import CONTROL, opened


@pytest.fixture(scope="module")
def window(tmp_path_factory, qapp):
    with opened(tmp_path_factory.mktemp("palette")) as window:
        yield window


@pytest.fixture
def palette(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_K, CONTROL)
    box = window.palette_box
    qtbot.waitUntil(box.field.hasFocus)
    yield box
    qtbot.keyClick(box.field, Qt.Key.Key_Escape)


@pytest.mark.parametrize(("words", "name"), [
    *((word, "file.export") for word in ("gif", "worksheet", "png", "pdf", "video", "csv", "GIF", "work", "mp4 video",
                                         "视频", "工作表", "动图", "练习", "截图")),
    ("shortcuts", "help.keys"), ("快捷键", "help.keys"), ("night", "view.dark"), ("zoom", "view.larger"),
    ("放大", "view.larger"), ("language", "view.english")])
def test_an_action_is_found_by_what_people_call_it(palette, qtbot, words, name):
    if words.isascii():
        qtbot.keyClicks(palette.field, words)
    else:
        palette.field.setText(words)  # an input method writes whole words
    assert palette._found[0].name == name


def test_what_it_is_found_by_is_shown_nowhere(palette, qtbot):
    qtbot.keyClicks(palette.field, "worksheet")
    line = palette.list.itemWidget(palette.list.item(0))
    assert "worksheet" not in " ".join(label.text() for label in line.findChildren(QLabel)).lower()
    assert line.findChildren(QLabel)[0].text() == "Export…"


def test_it_is_as_high_as_what_it_finds(palette, qtbot):
    high = palette.height()
    qtbot.keyClicks(palette.field, "gif")
    qtbot.waitUntil(lambda: palette.height() < high / 2)
    assert palette.list.verticalScrollBar().maximum() == 0
    assert palette.rect().contains(palette.list.geometry())
    palette.field.clear()
    qtbot.waitUntil(lambda: palette.height() == high)
    assert palette.list.verticalScrollBar().maximum() > 0
    assert palette.rect().contains(palette.list.geometry())


def test_a_name_that_says_it_stands_before_what_only_means_it(palette, qtbot):
    qtbot.keyClicks(palette.field, "pl")
    assert palette._found[0].name.startswith("stepper.")
    palette.field.clear()
    qtbot.keyClicks(palette.field, "x")  # one letter is not yet a word
    assert "view.numbers" not in [row.name for row in palette._found]


def test_every_word_belongs_to_an_action_and_is_in_both_languages(window):
    assert set(search_words()) <= {row.name for row in ACTIONS}
    for name, words in search_words().items():
        assert any(word.isascii() for word in words), name
        assert any("\u4e00" <= letter <= "\u9fff" for word in words for letter in word), name


@pytest.mark.parametrize("scale", [0, 2])
@pytest.mark.parametrize("language", ["view.english", "view.chinese"])
def test_the_keys_of_every_line_are_seen_whole(window, qtbot, language, scale):
    desk = window.desk
    desk.perform(language)
    for _ in range(scale):
        desk.perform("view.larger")
    qtbot.keyClick(window, Qt.Key.Key_K, CONTROL)
    box = window.palette_box
    qtbot.waitUntil(box.field.hasFocus)
    view = box.list.viewport()
    assert not box.list.horizontalScrollBar().isVisible()
    assert box.list.horizontalScrollBar().maximum() == 0
    seen = 0
    for k in range(box.list.count()):
        line = box.list.itemWidget(box.list.item(k))
        text, _, keys = line.findChildren(QLabel)
        assert line.width() <= view.width()
        assert keys.geometry().right() < line.width()
        assert keys.width() >= keys.sizeHint().width()
        assert text.width() > 0
        seen += bool(keys.text())
    assert seen > 40
    qtbot.keyClick(box.field, Qt.Key.Key_Escape)
    for _ in range(scale):
        desk.perform("view.smaller")
    desk.perform("view.english")
    assert i18n.language() == "en"


def pointed(qtbot, widget) -> str:
    QToolTip.hideText()
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
    place = widget.rect().center()
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, place, widget.mapToGlobal(place)))
    return QToolTip.text() if QToolTip.isVisible() else ""


def test_a_line_tells_the_whole_only_where_it_is_cut(qtbot):
    line = CutText("Hover any cell to see where it comes from and where it goes.")
    qtbot.addWidget(line)
    line.resize(line.sizeHint())
    line.show()
    qtbot.waitExposed(line)
    assert (line.shown, pointed(qtbot, line)) == (line.text(), "")
    line.resize(90, line.height())
    assert line.shown.endswith("…")
    assert pointed(qtbot, line) == line.text()
    line.resize(900, line.height())
    assert pointed(qtbot, line) == ""


def test_the_sentence_at_the_foot_is_not_repeated_over_the_window(window, qtbot):
    text = window.footer.text
    assert text.shown == text.text() != ""
    assert pointed(qtbot, text) == ""
    assert text.toolTip() == ""
    long = "Stopped where relu1 begins, and so on. " * 9
    window.footer.show_text(long)
    assert pointed(qtbot, text) == long
    QToolTip.hideText()


def test_the_look_and_the_language_in_use_have_a_tick(window):
    desk, view = window.desk, window.menus._menus["View"]

    def ticked() -> set[str]:
        view.aboutToShow.emit()
        return {a.objectName() for a in view.actions() if a.isCheckable() and a.isChecked()} & {
            "view.light", "view.dark", "view.english", "view.chinese"}

    assert ticked() == {"view.light", "view.english"}
    assert not any(desk.action(name).isIconVisibleInMenu() for name in ("view.light", "view.dark"))  # over the tick
    desk.action("view.dark").trigger()
    desk.action("view.chinese").trigger()
    assert ticked() == {"view.dark", "view.chinese"}
    desk.action("view.dark").trigger()  # the one in use stays in use
    assert ticked() == {"view.dark", "view.chinese"}
    desk.action("view.light").trigger()
    desk.action("view.english").trigger()
    assert ticked() == {"view.light", "view.english"}
