"""Card, buttons, segments, icons, banner and the focus ring."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget

from app import i18n, theme
from app.messages import Message
from app.paths import asset
from app.widgets.banner import Banner
from app.widgets.buttons import ActionButton, IconButton, link_button, push_button, tool_button
from app.widgets.card import Card
from app.widgets.focus_ring import FocusRing
from app.widgets.icons import icon
from app.widgets.segments import Segments
from cnncore.errors import CnnError

LEFT = Qt.MouseButton.LeftButton
ICONS = sorted(path.stem for path in asset("icons").glob("*.svg"))


@pytest.fixture(autouse=True)
def looks(qapp: QApplication) -> Iterator[None]:
    i18n.install(qapp)
    theme.apply(qapp, "light")
    yield
    i18n.set_language("en")
    theme.apply(qapp, "light")


@pytest.fixture
def window(qtbot) -> QWidget:
    widget = QWidget()
    QVBoxLayout(widget)
    qtbot.addWidget(widget)
    return widget


def shown(qtbot, window: QWidget, *widgets: QWidget) -> None:
    for widget in widgets:
        window.layout().addWidget(widget)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


# --- icons

@pytest.mark.parametrize("name", ICONS)
def test_every_icon_is_drawn_in_the_colour_of_the_text(name: str, qapp: QApplication) -> None:
    for look in ("light", "dark"):
        theme.apply(qapp, look)
        image = icon(name).pixmap(32, 32).toImage()
        ink = theme.color("ink")
        solid = [image.pixelColor(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() == 255]
        assert len(solid) > 10
        assert all(abs(c.red() - ink.red()) < 4 for c in solid)


def test_an_icon_follows_the_theme_and_the_state_by_itself(qapp: QApplication) -> None:
    one = icon("play")
    size = QSize(16, 16)

    def inside(mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off) -> str:
        return one.pixmap(size, mode, state).toImage().pixelColor(7, 8).name()

    assert inside() == theme.LIGHT.ink
    assert inside(state=QIcon.State.On) == theme.LIGHT.accent
    assert inside(QIcon.Mode.Disabled) == theme.LIGHT.soft
    theme.apply(qapp, "dark")
    assert inside() == theme.DARK.ink


def test_icons_have_one_grid_and_one_stroke() -> None:
    for name in ICONS:
        text = asset("icons", f"{name}.svg").read_text()
        assert 'viewBox="0 0 16 16"' in text
        assert 'stroke-width="1.7"' in text
        assert 'stroke="currentColor"' in text


# --- buttons

def test_a_blocked_button_says_why(qtbot) -> None:
    button = tool_button("undo", "Close")
    qtbot.addWidget(button)
    button.set_keys("Ctrl+Z")
    button.set_blocked("There is no number to paste. Copy cells of a spreadsheet first.")
    assert not button.isEnabled()
    assert button.toolTip().splitlines() == ["Close (Ctrl+Z)",
                                             "There is no number to paste. Copy cells of a spreadsheet first."]
    i18n.set_language("zh_CN")
    button.retranslate()
    assert button.toolTip().splitlines()[0] == "关闭（Ctrl+Z）"
    button.set_blocked("")
    assert button.isEnabled()


def test_buttons_are_28_high_or_24_and_wide_enough_to_hit(qtbot, window: QWidget) -> None:
    action = QAction("Play", window)
    action.setIcon(icon("play"))
    small = tool_button("cross", "Close").set_small()
    normal = [tool_button("undo", "Undo"), push_button("Mute"), ActionButton(action), ActionButton(action, text=True)]
    shown(qtbot, window, small, *normal)
    assert small.sizeHint().height() == 24
    assert [b.sizeHint().height() for b in normal] == [28] * 4
    assert all(b.sizeHint().width() >= 24 for b in (small, *normal))


def test_a_button_follows_the_language_while_it_is_shown(qtbot, window: QWidget) -> None:
    button, link = push_button("Close"), link_button("Done")
    shown(qtbot, window, button, link)
    i18n.set_language("zh_CN")
    qtbot.waitUntil(lambda: (button.text(), link.text()) == ("关闭", "完成"))
    assert button.accessibleName() == "关闭"


def test_an_action_button_is_its_action(qtbot, window: QWidget) -> None:
    action = QAction("Pen", window)
    action.setCheckable(True)
    action.setObjectName("canvas.pen")
    button = ActionButton(action)
    shown(qtbot, window, button)
    qtbot.mouseClick(button, LEFT)
    assert action.isChecked()
    action.setText("画笔")
    assert button.accessibleName() == "画笔"
    assert button.objectName() == "button_canvas_pen"


# --- segments

@pytest.fixture
def segments(qtbot, window: QWidget) -> Segments:
    made = Segments([("map", "map"), ("layer", "layer"), ("all", "all")], "Colour range")
    shown(qtbot, window, made, QLineEdit())
    return made


def test_a_click_chooses_and_tells_once(segments: Segments, qtbot) -> None:
    chosen: list[object] = []
    segments.changed.connect(chosen.append)
    qtbot.mouseClick(segments.button("all"), LEFT)
    qtbot.mouseClick(segments.button("all"), LEFT)
    assert chosen == ["all"]
    assert segments.value == "all"


def test_a_value_set_from_outside_is_silent(segments: Segments) -> None:
    chosen: list[object] = []
    segments.changed.connect(chosen.append)
    segments.set_value("layer")
    assert chosen == []
    assert [segments.button(v).isChecked() for v in ("map", "layer", "all")] == [False, True, False]


def test_arrows_choose_and_step_over_what_is_blocked(segments: Segments, qtbot) -> None:
    segments.set_blocked("layer", "Done")
    segments.button("map").setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert segments.value == "all"
    assert segments.button("layer").toolTip() == "Done"


def test_tab_enters_at_what_is_on_and_leaves_in_one_step(segments: Segments, qtbot) -> None:
    segments.set_value("layer")
    segments.button("layer").setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert isinstance(QApplication.focusWidget(), QLineEdit)


def test_other_choices_keep_the_value_that_is_still_there(segments: Segments) -> None:
    segments.set_value("layer")
    segments.set_choices([("layer", "layer"), ("all", "all")])
    assert segments.value == "layer"


# --- card

def test_a_card_follows_the_language_and_shows_ready_texts_as_they_are(qtbot) -> None:
    card = Card("Done", "1 × 28 × 28")
    qtbot.addWidget(card)
    card.show()
    i18n.set_language("zh_CN")
    qtbot.waitUntil(lambda: card.title.text() == "完成")
    assert card.secondary.text() == "1 × 28 × 28"
    card.set_secondary("({count} more)", count=2)
    assert card.secondary.text() == "(另 2 项)"


def test_a_narrow_card_cuts_the_secondary_and_never_the_title(qtbot) -> None:
    card = Card("How one number is made", "convolution · stride 1 · no padding")
    qtbot.addWidget(card)
    card.resize(200, 100)
    card.show()
    assert card.title.width() >= card.title.sizeHint().width()
    assert card.minimumSizeHint().width() < 260


# --- banner

@pytest.fixture
def banner(qtbot, window: QWidget) -> Banner:
    made = Banner()
    window.resize(600, 60)
    shown(qtbot, window, made)
    return made


def test_an_error_stays_until_it_is_closed(banner: Banner, qtbot) -> None:
    assert not banner.isVisible()
    banner.show_message(Message("error", CnnError("x", "{name} is too large.", name="kernel")))
    assert banner.isVisible()
    assert banner.label.text() == "kernel is too large."
    assert not banner._timer.isActive()
    assert not banner.copy.isVisible()
    qtbot.mouseClick(banner.close_button, LEFT)
    assert not banner.isVisible()


def test_good_news_goes_by_itself(banner: Banner) -> None:
    banner.show_message(Message("info", "Done"))
    assert banner._timer.isActive()


def test_the_remedy_is_done_and_the_message_goes(banner: Banner, qtbot) -> None:
    done: list[int] = []
    banner.show_message(Message("warn", "Warning", button=("Close", lambda: done.append(1))))
    qtbot.mouseClick(banner.remedy, LEFT)
    assert done == [1]
    assert not banner.isVisible()


def test_details_go_to_the_clipboard_with_the_sentence(banner: Banner, qtbot) -> None:
    banner.show_message(Message("error", ZeroDivisionError("by zero"), details="Traceback …"))
    qtbot.mouseClick(banner.copy, LEFT)
    text = QGuiApplication.clipboard().text()
    assert "by zero" in text
    assert "Traceback …" in text


def test_a_message_on_the_screen_changes_its_language(banner: Banner, qtbot) -> None:
    banner.show_message(Message("error", "Done"))
    i18n.set_language("zh_CN")
    qtbot.waitUntil(lambda: banner.label.text() == "完成")


# --- focus ring

def test_the_keyboards_focus_is_outlined_two_pixels_away(qtbot, window: QWidget) -> None:
    first, second = QLineEdit(), IconButton("", "", "Mute")
    ring = FocusRing(window)
    shown(qtbot, window, first, second)
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert ring.target is second
    assert ring.geometry() == second.geometry().adjusted(-4, -4, 4, 4)
    left = QPoint(second.geometry().left() - 3, second.geometry().center().y())
    assert window.grab().toImage().pixelColor(left).name() == theme.tokens().accent
    second.move(second.x() + 20, second.y())
    assert ring.geometry() == second.geometry().adjusted(-4, -4, 4, 4)
    second.hide()
    assert ring.target is first


def test_a_click_leaves_no_outline_and_the_outline_takes_no_click(qtbot, window: QWidget) -> None:
    first, second = QLineEdit(), QLineEdit()
    ring = FocusRing(window)
    shown(qtbot, window, QLabel("x"), first, second)
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert ring.isVisible()
    assert window.childAt(second.geometry().topLeft()) is second
    qtbot.mouseClick(first, LEFT)
    assert not ring.isVisible()


def test_a_widget_that_shows_its_focus_itself_gets_no_outline(qtbot, window: QWidget) -> None:
    own = QLineEdit()
    own.setProperty("own_focus", True)
    ring = FocusRing(window)
    shown(qtbot, window, own)
    own.setFocus()
    assert not ring.isVisible()
